"""Short messages that stay until a key or the program takes them away.

On the screen some are gone after 4 to 15 seconds. A test that waits for one looks now and then, and where the processor
is away for so long between two looks, the message came and went unseen.
"""

import pytest
from textual.notifications import Notification
from textual.widgets._toast import Toast

from bball_tui.tui import toast_places


def let_messages_stay() -> None:
    """From now on, for all apps of this process."""
    patch = pytest.MonkeyPatch()
    patch.setattr(Toast, "_on_mount", lambda toast, _: None)  # which sets a timer
    # The program takes a message back by leaving it no time.
    patch.setattr(Notification, "has_expired", property(lambda message: message.timeout <= 0))
    patch.setattr(toast_places, "READ", toast_places.UNTIL_A_KEY)
