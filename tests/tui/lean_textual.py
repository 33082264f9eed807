"""What Textual prepares for each strip and callback, though a test seldom uses it, is made when it is asked for.

A line of a screen is drawn in some strips, each with seven caches: a fifth of what a test left behind as garbage was
those. And how many arguments a callback takes was asked again of every ``partial``.
"""

from collections.abc import Callable, Iterable
from inspect import signature
from typing import Any, Final
from weakref import WeakKeyDictionary

import pytest
from rich.segment import Segment
from textual import _callback
from textual.cache import FIFOCache
from textual.strip import Strip

_CACHES: Final = {
    "_divide_cache": 4,
    "_crop_cache": 16,
    "_style_cache": 16,
    "_filter_cache": 4,
    "_line_length_cache": 4,
    "_crop_extend_cache": 4,
    "_offsets_cache": 4,
}
"""The caches of a strip, and how much each holds."""

_counts: "tuple[WeakKeyDictionary[Any, int], ...]" = (WeakKeyDictionary(), WeakKeyDictionary())
"""Of functions, and of those that are somebody's methods."""


def make_lean() -> None:
    """From now on, for all apps of this process."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Strip, "__init__", _begin)
    patch.setattr(Strip, "__getattr__", _make, raising=False)
    patch.setattr(_callback, "_count_parameters", _count)


def _begin(self: Strip, segments: Iterable[Segment], cell_length: int | None = None) -> None:
    self._segments = list(segments)
    self._cell_length = cell_length
    self._render_cache = self._link_ids = self._cell_count = None


def _make(self: Strip, name: str) -> FIFOCache[Any, Any]:
    if name not in _CACHES:
        raise AttributeError(name)
    made: FIFOCache[Any, Any] = FIFOCache(_CACHES[name])
    setattr(self, name, made)
    return made


def _count(callback: Callable[..., Any]) -> int:
    function = getattr(callback, "__func__", callback)
    known = _counts[function is not callback]
    if function not in known:
        known[function] = len(signature(callback).parameters)
    return known[function]
