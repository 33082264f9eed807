"""An app that shows nothing but a list of players."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.record_list import RecordList
from tests.tui.hands import PATIENCE, rest, running
from tests.tui.records import BY_NAME, COLUMNS, MemorySource, Player


class Host(App[None]):
    def __init__(self, source: MemorySource, columns: Sequence[Column[Player]] = COLUMNS) -> None:
        super().__init__()
        self.source = source
        self.list: RecordList[Player] = RecordList(
            columns, sort=BY_NAME, empty_text="No one plays here yet. Press n to add a player."
        )
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.list.show(self.source)
        self.list.focus()

    def hear(self, message: Message) -> None:
        """Every message comes by once for each part of the screen that it rises through."""
        if not any(message is known for known in self.heard):
            self.heard.append(message)

    def of(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.heard if type(message) is kind]

    @property
    def lines(self) -> list[str]:
        return [self.list.render_line(y).text.rstrip() for y in range(self.list.size.height)]

    @property
    def line_under_cursor(self) -> int:
        return self.list.cursor - round(self.list.scroll_y)


async def settle(pilot: Pilot[None]) -> None:
    await rest(pilot)
    await pilot.app.workers.wait_for_complete()
    await rest(pilot)


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await pilot.pause(0.01)


class Running:
    """A host on the screen, settled."""

    def __init__(self, source: MemorySource, size: tuple[int, int] = (80, 24)) -> None:
        self.app = Host(source)
        self._context = running(self.app, size=size, message_hook=self.app.hear)

    async def __aenter__(self) -> tuple[Host, Pilot[None]]:
        pilot = await self._context.__aenter__()
        await settle(pilot)
        return self.app, pilot

    async def __aexit__(self, *error: Any) -> None:
        await self._context.__aexit__(*error)
