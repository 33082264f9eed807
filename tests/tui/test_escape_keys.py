"""Escape is Escape, whatever comes in behind it."""

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.app import ComposeResult
from textual.message import Message
from textual.widgets import Input

from bball_tui.tui.escape_keys import EscapeParser, KeyBehindEscape
from bball_tui.tui.typed_ahead import PatientApp
from tests.tui.hands import rest, running

ALONE = {"\x1b": "escape", "\x1b[A": "up", "\r": "enter", "\t": "tab", " ": "space", "\x7f": "backspace"}
TYPED = ALONE | {letter: letter for letter in "abfjq17éñZ"}
LETTERS = {sequence: key for sequence, key in TYPED.items() if sequence not in "\t"}
"""Escape and Tab are what the console of Linux sends for Shift+Tab."""


def keys(found: Iterator[Message] | list[Message]) -> list[str]:
    """The keys as they were typed, and pastes."""
    names = []
    for one in found:
        if isinstance(one, KeyBehindEscape):
            names += ["escape", one.plain.key]
        elif isinstance(one, events.Paste):
            names.append(f"paste {one.text}")
        else:
            assert isinstance(one, events.Key)
            names.append(one.key)
    return names


def read(*writes: str) -> list[str]:
    """What the parser makes of it when nothing more comes."""
    parser = EscapeParser()
    found = [message for write in writes for message in parser.feed(write)]
    parser._due = 0.0
    return keys([*found, *parser.tick()])


@pytest.mark.parametrize(
    ("writes", "expected"),
    [
        (("\x1bj",), ["escape", "j"]),
        (("\x1b", "j"), ["escape", "j"]),
        (("\x1b\r",), ["escape", "enter"]),
        (("\x1b1",), ["escape", "1"]),
        (("\x1b/tran",), ["escape", "slash", "t", "r", "a", "n"]),
        (("\x1b\x1b",), ["escape", "escape"]),
        (("\x1b\x1bj",), ["escape", "escape", "j"]),
        (("\x1b\x1b[A",), ["escape", "up"]),
        (("\x1b", "\x1b[", "A"), ["escape", "up"]),
        (("\x1b[",), ["escape", "left_square_bracket"]),
        (("\x1bO",), ["escape", "O"]),
        (("\x1bOP",), ["f1"]),
        (("\x1b[[A",), ["f1"]),
        (("\x1b\t",), ["shift+tab"]),
        (("\x1b[<35;-1;3Mj",), ["j"]),
        (("\x1b]11;rgb:0000/0000/0000\x1b\\j", "\x1bP1+r544e\x1b\\k"), ["j", "k"]),
        (("\x1b[106;3uj",), ["alt+j", "j"]),
        (("\x1b\x1b[200~one", "two\x1b[20", "1~\x1bj"), ["escape", "paste onetwo", "escape", "j"]),
        (("\x1b[200~a\x1bq\x1b[A\x1b", "\x1b[201~",), ["paste aq[A"]),
    ],
)  # fmt: skip
def test_what_is_typed_behind_escape_is_kept(writes: tuple[str, ...], expected: list[str]) -> None:
    assert read(*writes) == expected


@given(st.lists(st.sampled_from(sorted(LETTERS)), max_size=12), st.data())
def test_keys_are_the_same_however_the_line_cuts_them(typed: list[str], data: st.DataObject) -> None:
    text = "".join(typed)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=4)))
    pieces = [text[start:end] for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert read(*pieces) == [LETTERS[one] for one in typed]


class Typist(PatientApp[None]):
    """A field above a list, with a key of the user's own."""

    BINDINGS: ClassVar[list[Any]] = [("alt+k", "mine"), ("escape", "leave")]

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def compose(self) -> ComposeResult:
        yield Input("one two", select_on_focus=False)

    def on_key(self, event: events.Key) -> None:
        self.seen.append(event.key)

    def action_mine(self) -> None:
        self.seen.append("mine")

    def action_leave(self) -> None:
        self.set_focus(None)


def behind(character: str) -> KeyBehindEscape:
    (found,) = EscapeParser().feed(f"\x1b{character}")
    assert isinstance(found, KeyBehindEscape)
    return found


async def test_whoever_has_the_focus_decides_whether_the_two_are_one_key() -> None:
    app = Typist()
    async with running(app) as pilot:
        field = app.query_one(Input)
        field.focus()
        await rest(pilot)
        for one in (behind("b"), events.Key("x", "x"), behind("\x7f"), behind("k"), behind("j"), behind("b")):
            app.post_message(one)
        app.post_message(events.Key("z", "z"))
        await rest(pilot)
        await rest(pilot)
        assert field.value == "one two"
        typed = ["ctrl+left", "ctrl+w", "alt+k", "mine", "escape", "j", "escape", "b", "z"]
        assert app.seen == typed
