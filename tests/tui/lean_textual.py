"""What Textual prepares for each strip and callback, though a test seldom uses it, is made when it is asked for.

A line of a screen is drawn in some strips, each with seven caches: a fifth of what a test left behind as garbage was
those. How many arguments a callback takes was asked again of every ``partial``, and who is to hear of a message was
looked for in all classes of a part for each message. The colors of a theme were mixed again for each app and each
change of the theme.
"""

from collections.abc import Callable, Iterable
from inspect import signature
from types import FunctionType
from typing import Any, Final
from weakref import WeakKeyDictionary

import pytest
from rich.segment import Segment
from textual import _callback
from textual.cache import FIFOCache
from textual.css.match import match
from textual.css.model import SelectorSet
from textual.design import ColorSystem
from textual.message import Message
from textual.message_pump import MessagePump
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
    patch.setattr(MessagePump, "_get_dispatch_methods", _hearers)
    patch.setattr(ColorSystem, "generate", _mix)


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


_Hearer = tuple[type, FunctionType, dict[str, tuple[SelectorSet, ...]]]
"""A class of a part, its handler, and what the part that sent the message has to be."""

_heard: dict[tuple[type[MessagePump], str, type[Message]], list[_Hearer]] = {}


def _hearers(self: MessagePump, method_name: str, message: Message) -> Iterable[tuple[type, Callable[[Message], Any]]]:
    """What Textual's own yields, in its order: of each class those that ``on`` decorates, then the one of the name."""
    key = (type(self), method_name, type(message))
    known = _heard.get(key)
    if known is None:
        known = _heard[key] = list(_look_for_hearers(*key))
    begun: type | None = None
    called: list[FunctionType] = []
    for cls, method, selectors in known:
        if begun is not cls and message._no_default_action:
            break
        begun = cls
        if method not in called and (not selectors or (message._sender and _is_meant(message, selectors))):
            yield cls, method.__get__(self, cls)
            called.append(method)


def _is_meant(message: Message, selectors: dict[str, tuple[SelectorSet, ...]]) -> bool:
    parts = ((getattr(message, attribute), selector) for attribute, selector in selectors.items())
    return all(part is not None and match(selector, part) for part, selector in parts)


def _look_for_hearers(part: type[MessagePump], name: str, message: type[Message]) -> Iterable[_Hearer]:
    kinds = [kind for kind in message.__mro__ if issubclass(kind, Message)]
    for cls in part.__mro__:
        handlers = cls.__dict__.get("_decorated_handlers", {})
        for kind in kinds:
            for method, selectors in handlers.get(kind, ()):
                yield cls, method, selectors
        named = cls.__dict__.get(f"_{name}") or cls.__dict__.get(name)
        if named is not None and not getattr(named, "_textual_on", None):
            yield cls, named, {}


_mix_colors: Callable[[ColorSystem], dict[str, str]] = ColorSystem.generate
_mixed: dict[tuple[object, ...], dict[str, str]] = {}


def _mix(self: ColorSystem) -> dict[str, str]:
    key = tuple(tuple(one.items()) if isinstance(one, dict) else one for one in vars(self).values())
    if key not in _mixed:
        _mixed[key] = _mix_colors(self)
    return _mixed[key].copy()  # an app adds its own
