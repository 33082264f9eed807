"""Keys for any app, and the end of what they set going.

Textual's pilot waits after each key until the processor is quiet, a fiftieth of a second at least and long on a busy
machine. Here only messages count.
"""

from typing import Any

from textual.events import Key
from textual.pilot import Pilot

from bball_tui.tui.key_names import character_of, normal_key

ROUNDS = 4
"""From the key to the program, the screen, a part of it, and what that part says in turn."""


async def press(pilot: Pilot[Any], *keys: str) -> None:
    """Press keys, each once the one before it was taken."""
    for key in keys:
        pilot.app.post_message(Key(normal_key(key) or key, character_of(key)))
        await rest(pilot)


async def rest(pilot: Pilot[Any]) -> None:
    """Let every part of the screen deal with all that it was sent."""
    for _ in range(ROUNDS):
        await pilot.pause(0)
