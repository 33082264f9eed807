"""Escape and the key behind it, where both come in together.

Terminals without the kitty keyboard protocol send Alt and a letter as Escape and the letter. Textual reads every
Escape with something right behind it that way, and loses the Escape, or both: when an ssh line stood still, when keys
are pasted, and when somebody types fast. Here the two are kept as what was typed, and whoever has the focus when it is
their turn decides whether together they are a key of their own.
"""

import re
from collections.abc import Iterable
from time import monotonic

from textual import constants, events
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

ESCAPE = "\x1b"
WORD_KEYS = {"b": "ctrl+left", "f": "ctrl+right", "backspace": "ctrl+w"}
"""What terminals send behind Escape for Option with an arrow or Backspace, and the key of a field that it means."""

_PARTS = re.compile(
    r"""
    (?P<whole> \x1b (?: \[ [-0-?]* [ -,./]* [@-~]  |  O [A-DFHMP-Sa-dj-x]  |  \t ) )  # the last: Shift+Tab of a console
    | (?P<answer> \x1b (?: \] [^\x07\x1b]* (?: \x07 | \x1b\\ )  |  [PX^_] [^\x1b]* \x1b\\ ) )  # to another program
    | (?P<begun> \x1b (?: \[ [-0-?]* [ -,./]*  |  O )? \Z )
    | \x1b (?P<behind> [^\x1b] )
    | (?P<alone> \x1b )
    | [^\x1b]+
    """,
    re.VERBOSE,
)


class KeyBehindEscape(events.Key):
    """Escape and a key in one write, or shortly after each other. As a key of its own it would be ``key``."""

    def __init__(self, plain: events.Key) -> None:
        shift = "shift+" if len(plain.key) == 1 and plain.key.isupper() else ""
        super().__init__(f"alt+{shift}{plain.key.lower() if shift else plain.key}", plain.character)
        self.plain = plain

    @property
    def word_key(self) -> str | None:
        """The key of a field that moves or deletes by words; None if it is no such key."""
        return WORD_KEYS.get(self.plain.key)


class EscapeParser(XTermParser):
    """Textual's parser of what a terminal sends, to which an Escape is a key."""

    def __init__(self, debug: bool = False) -> None:
        self._begun = ""
        """A sequence whose end has not come in yet, or an Escape."""
        self._due = 0.0
        """When nothing more can belong to it, by the monotonic clock."""
        self._pasting = False
        super().__init__(debug)

    @property
    def unfinished(self) -> bool:
        """Whether what comes in next may belong to what was begun."""
        return bool(self._begun)

    def feed(self, data: str) -> Iterable[Message]:
        """What ``data`` and what was begun before it stand for."""
        text, self._begun = self._begun + data, ""
        for part in _PARTS.finditer(text):
            if part["begun"]:
                self._begun, self._due = part["begun"], monotonic() + constants.ESCAPE_DELAY
            elif self._pasting and part[0] != BRACKETED_PASTE_END:
                yield from self._read(part[0].replace(ESCAPE, ""))  # what is pasted is text, and never a key
            elif part["answer"]:
                continue
            elif part["alone"] or part["behind"]:
                yield from self._escape(part["behind"] or "")
            else:
                yield from self._read(part[0])
                self._pasting = part[0] == BRACKETED_PASTE_START

    def tick(self) -> Iterable[Message]:
        """What was begun and did not go on."""
        if self._begun and monotonic() >= self._due:
            text, self._begun = self._begun, ""
            if not self._pasting:
                yield from self._escape(text[1:2])
            yield from self._read(text[1 if self._pasting else 2 :])
        yield from super().tick()

    def _escape(self, behind: str) -> Iterable[Message]:
        """Escape, with the character behind it or without."""
        *before, escape = [*self._read(ESCAPE), *self._at_once()]
        yield from before
        found = [*self._read(behind)]
        if found and isinstance(found[0], events.Key):
            yield KeyBehindEscape(found[0])
            yield from found[1:]
        else:
            yield from (escape, *found)

    def _read(self, text: str) -> Iterable[Message]:
        """What Textual reads out of ``text``: nothing would mean the end of all to it."""
        return super().feed(text) if text else ()

    def _at_once(self) -> Iterable[Message]:
        """Let Textual take what it has for all that there is."""
        self._timeout_time = 0.0
        return super().tick()
