"""Python's search for garbage, put off while tens of thousands of objects are made that all stay.

A search among everything looks at whatever a program has, and finds nothing where a whole roster is being read; several
of them took a quarter of the time of an import. Searches among what is new go on.
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

NEVER = 1_000_000
"""Searches among what is new before Python searches everything by itself."""
_former: list[int] = []
"""The thresholds from before, of those who have put it off and are not done."""


@contextmanager
def search_put_off() -> Iterator[None]:
    """Search everything only after the block. Blocks may overlap; the last one to end lets the search in again."""
    young, middle, old = gc.get_threshold()
    _former.append(old)
    gc.set_threshold(young, middle, NEVER)
    try:
        yield
    finally:
        _former.sort()
        last = _former.pop()  # that of the first one, unless it was put off before
        if not _former:
            gc.set_threshold(young, middle, last)
