"""When the screen looks for garbage."""

import gc
import subprocess
import sys
import weakref
from collections.abc import Iterator

import pytest

from bball_tui.gc_pause import NEVER
from bball_tui.tui.gc_tuning import SOME, settled, started, starting, tidy_up


class Loop:
    """Something that only a search among everything finds once it is old."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.set_threshold(*thresholds)
    gc.enable()


@pytest.fixture(autouse=True, scope="module")
def nothing_kept() -> None:
    """What is put out of sight here stays there for the rest of the run, so no garbage is among it.

    To bring it back one would search all that the run holds, which takes seconds.
    """
    gc.collect()


def old_garbage() -> "weakref.ref[Loop]":
    loop = Loop()
    found = weakref.ref(loop)
    gc.collect(0)
    gc.collect(1)
    return found


def many_searches() -> None:
    for _ in range(SOME):
        gc.collect(1)


@pytest.mark.slow
def test_nothing_is_searched_before_the_first_rows_and_what_is_there_by_then_stays() -> None:
    starting()
    assert not gc.isenabled()
    mine = Loop()
    started()
    assert gc.isenabled()
    assert all(one is not mine for one in gc.get_objects())
    assert gc.get_threshold()[2] == NEVER


@pytest.mark.slow
def test_what_was_imported_afterwards_stays_as_well() -> None:
    starting()
    started()
    mine = Loop()
    settled()
    assert all(one is not mine for one in gc.get_objects())


@pytest.mark.slow
def test_everything_is_searched_in_a_quiet_moment() -> None:
    starting()
    started()
    garbage = old_garbage()
    many_searches()
    tidy_up(quiet=False)
    assert garbage() is not None
    tidy_up(quiet=True)
    assert garbage() is None


@pytest.mark.slow
def test_a_quiet_moment_without_need_is_left_alone() -> None:
    starting()
    started()
    gc.collect()
    garbage = old_garbage()
    tidy_up(quiet=True)
    assert garbage() is not None


@pytest.mark.slow
def test_a_program_that_is_not_the_screen_searches_as_python_does() -> None:
    garbage = old_garbage()
    mine = Loop()
    many_searches()
    settled()
    tidy_up(quiet=True)
    assert garbage() is not None
    assert any(one is mine for one in gc.get_objects())  # how many are out of sight changes, too, when others end


@pytest.mark.slow
def test_nothing_is_searched_while_the_screen_is_imported() -> None:
    code = (
        "import gc\nfrom bball_tui.cli import _screen\nsearches = []\n"
        "gc.callbacks.append(lambda phase, _: searches.append(phase))\n_screen()\nprint(len(searches))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True
    )
    assert done.stdout == "0\n"
