"""The real screen on a real database, with keys pressed as fast as the program takes them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.app import BballApp
from bball_tui.tui.widgets.record_list import RecordList
from tests.support.factory import Club, Parent, make_club, make_family
from tests.tui.drawing import Picture
from tests.tui.hands import rest, running, send, strokes

PATIENCE = 30.0
"""Seconds after which a test gives up: many times what a busy machine needs."""

LOOK = 0.02
"""Seconds between two looks whether something holds that is waited for."""
LOOK_AT_SCREEN = 0.05
"""The same where the screen is drawn for each look."""
READINGS = frozenset({"around", "check", "count", "day", "fill", "header", "inspect", "open", "season", "select"})
"""The groups of workers that only read."""
SOON_THERE = READINGS | {"acts", "names", "preview", "undo", "signed", "sign", "submit"}
"""Those after whose few milliseconds the screen looks otherwise."""


@dataclass(frozen=True, slots=True)
class Desk:
    """The running program and the hands on its keys."""

    app: BballApp
    pilot: Pilot[int]
    picture: Picture

    @property
    def records(self) -> RecordList[Any]:
        """The list that is looked at."""
        pane = self.app.desk.pane
        assert pane is not None
        return pane.records

    @property
    def begun(self) -> bool:
        """Whether the first list is there, or a question."""
        return self.app.screen is not self.app.desk or (
            self.app.desk.pane is not None and self.records.total is not None and self.records.size.width > 0
        )

    async def press(self, *keys: str) -> None:
        """Press keys, each once the one before it was taken; a text is typed into its field at one go."""
        for together in strokes(self.app, keys):
            send(self.app, *together)
            await self.settle()

    async def settle(self) -> None:
        """Let all that was asked be done: a key goes from the program to the screen, and from there to a part."""
        await rest(self.pilot)
        await self.until(lambda: not self.app.keys_wait)

    async def until(self, condition: Callable[[], bool], *, look: float = LOOK) -> None:
        """Let the program work until ``condition`` holds, and the screen has dealt with what came with it."""
        if condition():
            return
        try:
            async with asyncio.timeout(PATIENCE):
                while not condition():  # noqa: ASYNC110 - nothing tells that a screen shows something else
                    await asyncio.sleep(look)
                await rest(self.pilot)
        except TimeoutError:
            raise AssertionError(f"it never happened; the screen shows:\n{self.text}") from None

    async def shows(self, *texts: str) -> None:
        """Wait until all of these stand on the screen."""
        await self._have_read()

        def shown() -> bool:
            seen = self.text
            return all(text in seen for text in texts)

        await self.until(shown, look=LOOK_AT_SCREEN)

    async def _have_read(self) -> None:
        """Let what is being read come in, unless it takes long: a picture without it would be drawn for nothing."""
        soon = (one._task for one in self.app.workers if one.is_running and one.group in SOON_THERE)
        if tasks := {task for task in soon if task is not None}:
            await asyncio.wait(tasks, timeout=LOOK_AT_SCREEN)
            await rest(self.pilot)

    @property
    def text(self) -> str:
        """What stands on the screen, line by line."""
        return "\n".join(self.picture.lines[: self.app.size.height])

    @property
    def reading(self) -> bool:
        """Whether a part of the screen still asks the database."""
        return any(
            worker.is_running and worker.group in READINGS and worker.node is not self.app
            for worker in self.app.workers
        )

    @property
    def footer(self) -> str:
        """The last line."""
        return self.text.splitlines()[-1]


@asynccontextmanager
async def opened(settings: Settings, size: tuple[int, int] = (120, 36), *, wait: bool = True) -> AsyncIterator[Desk]:
    """The program until the block ends; with ``wait``, from the moment that its list or a question is there."""
    app = BballApp(settings)
    try:
        async with running(app, size=size, notifications=True) as pilot:
            desk = Desk(app, pilot, Picture(app))
            if wait:
                await desk.until(lambda: desk.begun)
                await desk.settle()
                assert desk.text  # drawn once, as on a terminal: a list has its columns from then on
            yield desk
    finally:
        await app.disconnect()


async def club_with(database: Database, count: int, *, hold_seconds: int = 10) -> Club:
    """A team with ``count`` players, each with one parent."""
    async with database.session() as session:
        club = await make_club(session, hold_seconds=hold_seconds)
        for number in range(count):
            await make_family(
                session,
                club,
                first=f"Kid{number}",
                last=f"Family{number:02}",
                parents=(Parent(email=f"p{number}@families.test"),),
            )
    return club


async def paste(desk: Desk, text: str) -> None:
    """What is typed quickly: the field has it all before anything else happens."""
    field = desk.app.focused
    assert isinstance(field, Input)
    field.insert_text_at_cursor(text)
    await desk.settle()
