"""Putting Python's search for garbage off."""

import gc

from bball_tui.gc_pause import NEVER, search_put_off


def test_blocks_that_overlap_put_it_off_until_the_last_one_ends() -> None:
    before = gc.get_threshold()
    first, second = search_put_off(), search_put_off()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert gc.get_threshold() == (*before[:2], NEVER)
    second.__exit__(None, None, None)
    assert gc.get_threshold() == before
