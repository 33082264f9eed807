"""Paths as people and terminals write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.files import path_typed


@pytest.mark.parametrize(
    "text",
    [
        "/scans/Amara's scan (1).pdf",
        r"/scans/Amara\'s\ scan\ \(1\).pdf",
        '"/scans/Amara\'s scan (1).pdf"',
        r"'/scans/Amara'\''s scan (1).pdf'",
        "file:///scans/Amara%27s%20scan%20(1).pdf",
        "  /scans/Amara's scan (1).pdf \n",
    ],
)
def test_a_dragged_file_is_the_file(text: str) -> None:
    assert path_typed(text) == Path("/scans/Amara's scan (1).pdf")


def test_a_home_folder_is_found_and_nobodys_is_left() -> None:
    assert path_typed("~/a.pdf") == Path.home() / "a.pdf"
    assert path_typed("~nobody-at-all/a.pdf") == Path("~nobody-at-all/a.pdf")


@given(st.text(max_size=60))
def test_nothing_that_is_typed_breaks_it(text: str) -> None:
    assert isinstance(path_typed(text), Path)
