"""What commands print never acts on the terminal, and stays what it was for scripts."""

import asyncio
import json
import logging
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.cli.output import echo_json, exit_code, plain, table
from bball_tui.cli.worker_terminal import narration

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(st.text(max_size=40))
def test_plain_text_is_never_obeyed(text: str) -> None:
    categories = {unicodedata.category(one) for one in plain(text)}

    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert plain(plain(text)) == plain(text)


def test_plain_text_keeps_names() -> None:
    assert plain("Nguyễn O'Neal-Søren 太郎") == "Nguyễn O'Neal-Søren 太郎"


@given(text=ANY_TEXT)
def test_json_is_the_same_for_a_script_and_harmless_for_a_terminal(text: str) -> None:
    import contextlib
    import io

    with contextlib.redirect_stdout(io.StringIO()) as out:
        echo_json({"name": text})
    printed = out.getvalue()

    assert json.loads(printed) == {"name": text}
    assert not {one for one in printed if unicodedata.category(one) == "Cc"} - {"\n"}
    assert not set(printed) & set("\u202a\u202e\u2066\u200f\ufeff\u2028")


def test_json_is_utf_8_and_not_escapes(capsys: pytest.CaptureFixture[str]) -> None:
    echo_json("Renée")

    assert capsys.readouterr().out == '"Renée"\n'


def test_columns_are_aligned_by_cells() -> None:
    lines = table(("Name", "X"), [("太郎", "1"), ("Ann", "2"), ("e\u0301a", "3"), ("a\nb", "4")]).splitlines()

    assert lines == ["Name  X", "太郎  1", "Ann   2", "éa    3", "a b   4"]


def test_every_latin_letter_takes_one_cell() -> None:
    letters = [chr(code) for code in range(0xA1, 0x300) if plain(chr(code)) == chr(code)]
    assert not [one for one in letters if unicodedata.combining(one) or unicodedata.east_asian_width(one) in "WF"]
    lines = table(("A", "B"), [(one, "x") for one in letters]).splitlines()
    assert {line.index("x") for line in lines[1:]} == {3}


@pytest.mark.parametrize(("done", "refused", "code"), [(2, 0, 0), (0, 0, 0), (0, 2, 1), (1, 1, 3)])
def test_exit_codes(done: int, refused: int, code: int) -> None:
    assert exit_code(done, refused) == code


def test_what_a_worker_says_at_once_is_one_text_and_nothing_is_held_back(capsys: pytest.CaptureFixture[str]) -> None:
    told = logging.getLogger("bball_tui.delivery.worker")

    async def at_once() -> None:
        told.info("e-mail 1: accepted")
        told.info("e-mail 2: accepted\x1b[2J")
        await asyncio.sleep(0)
        assert [line[9:] for line in capsys.readouterr().err.splitlines()] == [
            "e-mail 1: accepted",
            "e-mail 2: accepted [2J",
        ]
        told.info("e-mail 3: accepted")

    with narration():
        asyncio.run(at_once())
        assert capsys.readouterr().err.endswith(" e-mail 3: accepted\n")
        told.info("without a loop")
        assert capsys.readouterr().err.endswith(" without a loop\n")
