"""An app that does nothing but ask one dialog, and what a person would see of it."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Generic, TypeVar

from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

import bball_tui.tui.all_commands  # noqa: F401 - a dialog's sentences name commands, which the program has loaded by then
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.theme import DEFAULT_THEME, THEMES
from bball_tui.tui.typed_ahead import PatientApp
from tests.tui.drawing import Picture
from tests.tui.hands import PATIENCE, rest, running, send, strokes

ResultT = TypeVar("ResultT")

BIDI = "\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
ROOMY, USUAL, SMALL = (120, 36), (80, 24), (60, 20)
_HARMFUL = re.compile(rf"[\x00-\x1f\x7f-\x9f{BIDI}]")


class Host(PatientApp[None], Generic[ResultT]):
    def __init__(self, asked: Screen[ResultT], theme: str = DEFAULT_THEME) -> None:
        super().__init__()
        self.asked = asked
        self.answers: list[ResultT | None] = []
        self.copied: list[str] = []
        for known in THEMES:
            self.register_theme(known)
        self.theme = theme

    def on_ready(self) -> None:
        """It runs, and its window has a size, as when a command asks."""
        self.push_screen(self.asked, self.answers.append)

    def copy_to_clipboard(self, text: str) -> None:
        self.copied.append(text)
        super().copy_to_clipboard(text)


def harmless(app: App[Any]) -> bool:
    """No piece of what is drawn acts on a click, links anywhere, or holds a character that a terminal obeys."""
    for strip in app.screen._compositor.render_strips():
        for text, style, _ in strip:
            if _HARMFUL.search(text):
                return False
            if style is not None and (style.link or "@click" in style.meta):
                return False
    return True


class Desk(Generic[ResultT]):
    """Hands and eyes of a person before the dialog."""

    def __init__(self, app: Host[ResultT], pilot: Pilot[None]) -> None:
        self.app = app
        self.pilot = pilot
        self._picture = Picture(app)

    async def ask(self, dialog: Screen[ResultT]) -> None:
        """Another dialog in the place of the one that is open, whatever was typed and told there."""
        while len(self.app.screen_stack) > 1:
            self.app.screen.dismiss(None)
            await self.settle()
        self.app.clear_notifications()
        self.app.answers.clear()
        self.app.asked = dialog
        self.app.push_screen(dialog, self.app.answers.append)
        await self.settle()

    async def press(self, *keys: str) -> None:
        """Press keys, each once the one before it was taken; a text is typed into its field at one go."""
        for together in strokes(self.app, keys):
            send(self.app, *together)
            await self.settle()

    async def type(self, text: str) -> None:
        """What is typed quickly: the field has it all before anything else happens."""
        field = self.app.focused
        assert isinstance(field, Input)
        field.replace(text, *field.selection)
        await self.settle()

    async def go_to(self, selector: str) -> None:
        self.widget(selector).focus()
        await self.settle()

    async def click(self, command: str) -> None:
        await self.pilot.click(f"#choice-{command}")
        await self.settle()

    async def settle(self) -> None:
        """Everything that the keys set going has happened, except what waits for an event of the test."""
        await rest(self.pilot)
        async with asyncio.timeout(PATIENCE):
            while self.app.keys_wait:
                await rest(self.pilot)

    async def until_read(self) -> None:
        """What the dialog reads, a folder in a thread of its own for one, is read, and the keys that waited are in."""
        async with asyncio.timeout(PATIENCE):
            while any(not worker.is_finished for worker in self.app.workers):
                await self.pilot.pause()
        await self.settle()

    async def until_shown(self, text: str) -> None:
        async with asyncio.timeout(PATIENCE):
            while text not in self.line:
                await self.pilot.pause()
        await self.settle()  # a dialog heeds no Enter before what it answers was painted

    async def until_answered(self) -> None:
        async with asyncio.timeout(PATIENCE):
            while not self.app.answers:
                await self.pilot.pause()

    @property
    def rows(self) -> list[str]:
        return [line.rstrip() for line in self._picture.lines]

    @property
    def screen(self) -> str:
        return "\n".join(self.rows)

    @property
    def line(self) -> str:
        """All text in one line, without the frame, so that it does not matter where lines were broken."""
        return " ".join(" ".join(row.strip(" │╭╮╰╯─") for row in self.rows).split())

    @property
    def answers(self) -> list[ResultT | None]:
        return self.app.answers

    @property
    def open(self) -> bool:
        return self.app.asked in self.app.screen_stack

    @property
    def focus(self) -> str | None:
        focused = self.app.focused
        return None if focused is None else focused.id

    def choice(self, command: str) -> DialogButton:
        return self.app.screen.query_one(f"#choice-{command}", DialogButton)

    def widget(self, selector: str) -> Widget:
        return self.app.screen.query_one(selector)

    def harmless(self) -> bool:
        """No piece of what is drawn acts on a click, links anywhere, or holds a character that a terminal obeys."""
        return harmless(self.app)

    def whole_choices(self) -> bool:
        """Whether every choice can be seen from its first to its last character."""
        for choice in self.app.screen.query(DialogButton):
            if not choice.display:
                continue
            if choice.region.width < len(choice.render().plain) or not self.app.screen.region.contains_region(
                choice.region
            ):
                return False
            x, y = choice.region.offset
            if not self.rows[y][x:].startswith(choice.render().plain.rstrip()):
                return False
        return True


@asynccontextmanager
async def asking(dialog: Screen[Any] | Dialog[Any], size: tuple[int, int] = USUAL) -> AsyncIterator[Desk[Any]]:
    app: Host[Any] = Host(dialog)
    async with running(app, size=size, notifications=True, tooltips=True) as pilot:
        desk: Desk[Any] = Desk(app, pilot)
        await desk.settle()
        yield desk
