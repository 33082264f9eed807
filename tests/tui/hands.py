"""Keys for any app, and the end of what they set going.

Textual's pilot waits after each key until the processor is quiet, a fiftieth of a second at least and long on a busy
machine, and sends every part of the screen a message to hear that it has dealt with those before. Here parts are only
looked at, and what the screen itself would do within a sixtieth of a second is done at once.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from itertools import filterfalse, takewhile
from typing import Any, TypeVar

from textual.app import App
from textual.drivers.headless_driver import HeadlessDriver
from textual.events import Key, Resize
from textual.geometry import Size
from textual.message_pump import MessagePump
from textual.pilot import Pilot
from textual.screen import Screen
from textual.widgets import Input

from bball_tui.tui.key_names import character_of, normal_key
from tests.tui.drawing import draw_when_looked_at
from tests.tui.lasting_messages import let_messages_stay
from tests.tui.lean_textual import make_lean

draw_when_looked_at()
let_messages_stay()
make_lean()

ResultT = TypeVar("ResultT")

QUIET = 20
"""Turns of the loop in which no part has anything to do: meanwhile a worker asks what answers at once. Where no worker
runs, and the loop has nothing left to call, they would all be the same.
"""
LONG = 200
"""Turns after which something takes long, and is waited for by a message that waits its turn."""
DRAWINGS = 10
"""Pictures one after the other, each because of the one before it; something that moves goes on forever."""
PATIENCE = 30
"""Seconds on a busy machine."""


@asynccontextmanager
async def running(app: App[ResultT], **how: Any) -> AsyncIterator[Pilot[ResultT]]:
    """The program with hands on its keys, that ends as it does for staff: all that it set going, then its screens.

    Textual's own end of a test takes the screens away from under what is at work. A command that is about to open
    a dialog would wait for them to be gone, and, stopped by that, break their end off.
    """
    async with app.run_test(**how) as pilot:
        try:
            yield pilot
        finally:
            if not app._exit and app._exception is None:
                app.exit()
            assert app._task is not None
            await asyncio.wait({app._task})


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, each once the one before it was taken."""
    for key in keys:
        send(pilot.app, key)
        await rest(pilot)


def send(app: App[Any], *keys: str) -> None:
    """All keys in one write: every one is there before the first of them is obeyed."""
    for key in keys:
        app.post_message(Key(normal_key(key) or key, character_of(key)))


def strokes(app: App[Any], keys: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The keys one by one, but the letters of a text for the field that has the focus by then together."""
    left = list(keys)
    while left:
        count = 1
        if isinstance(app.focused, Input):
            count = max(1, sum(1 for _ in takewhile(lambda key: len(key) == 1, left)))
        yield tuple(left[:count])
        del left[:count]


async def resize(pilot: Pilot[Any], size: tuple[int, int]) -> None:
    """Another window, and everything drawn for it."""
    app = pilot.app
    assert isinstance(app._driver, HeadlessDriver)
    app._driver._size = Size(*size)
    app.post_message(Resize(Size(*size), Size(*size)))
    async with asyncio.timeout(PATIENCE):
        await rest(pilot)
        while app.screen._compositor.size != size or app.size != size:
            app._check_resize()  # what it does itself a little later, should the window still be moving
            await rest(pilot)


async def rest(pilot: Pilot[Any]) -> None:
    """Let every part of the screen deal with all that it was sent, and the screen be drawn, unless the program ends."""
    app = pilot.app
    for _ in range(DRAWINGS):
        await _be_quiet(pilot)
        if not _lives(app) or not _is_to_be_drawn(app.screen):
            break
        app.screen._on_timer_update()  # what it does itself sixty times a second


async def _be_quiet(pilot: Pilot[Any]) -> None:
    """Until no part has had anything to do for some turns, or nothing at all can come."""
    app = pilot.app
    loop: Any = asyncio.get_running_loop()
    parts: tuple[MessagePump, ...] = ()
    quiet = turns = 0
    while quiet < QUIET:
        await asyncio.sleep(0)
        if not _lives(app):
            return
        turns += 1
        if (busy := next(filterfalse(_listens, parts), None)) is not None:
            quiet, parts = 0, () if busy._closed else (busy,)
            if turns % LONG == 0:
                await pilot.pause(0)
        elif quiet == 0 and loop._ready and turns % QUIET:
            continue  # somebody is at work, and is not looked for
        elif quiet == 0:
            parts = (app, *app.screen.walk_children(with_self=True))
            quiet = 1
        elif not loop._ready and all(worker.is_finished for worker in app.workers):
            return
        else:
            quiet += 1


def _lives(app: App[Any]) -> bool:
    """Whether it still shows anything."""
    return app.is_running and app._exception is None and bool(app.screen_stack)


def _is_to_be_drawn(screen: Screen[Any]) -> bool:
    """Whether it waits for its next picture, or something waits for that."""
    return bool(
        screen._layout_required
        or screen._scroll_required
        or screen._repaint_required
        or screen._recompose_required
        or screen._dirty_widgets
        or screen._callbacks
    )


def _listens(part: MessagePump) -> bool:
    """Whether it waits for its next message."""
    ready: asyncio.Event = part._message_queue.ready_event
    return not ready.is_set() and bool(ready._waiters)
