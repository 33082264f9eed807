"""Short messages: each stays until somebody has read it, and never lies over the line that has the keys."""

from time import time
from typing import TYPE_CHECKING

from textual import events
from textual.app import ReturnType
from textual.notifications import SeverityLevel
from textual.widgets._toast import ToastRack

from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.plain import reading_place
from bball_tui.tui.typed_ahead import PatientApp

if TYPE_CHECKING:
    from textual.notifications import Notification

UNTIL_A_KEY = 24 * 3600.0
"""Seconds of a message for which nobody said how long it stays."""
READ = 5.0
"""Seconds after which a key takes it away: before that it may not have been seen."""
MARGIN = 2
"""Lines below the messages: the footer, and one of air."""


class ToastingApp(PatientApp[ReturnType]):
    """Names the keys of today in messages, and keeps them out of the way."""

    def notify(
        self,
        message: str,
        *,
        title: str = "",
        severity: SeverityLevel = "information",
        timeout: float | None = None,
        markup: bool = True,
    ) -> None:
        """As Textual does; without ``timeout`` (seconds) it stays until somebody has read it and goes on."""
        seconds = UNTIL_A_KEY if timeout is None else timeout
        super().notify(with_keys(message), title=title, severity=severity, timeout=seconds, markup=markup)
        self.call_after_refresh(self._make_way)

    async def on_event(self, event: events.Event) -> None:
        """A key takes away what was read, and may lead to a line below a message."""
        await super().on_event(event)
        if isinstance(event, events.Key) and len(self._notifications):
            read = [one for one in self._notifications if self._was_read(one)]
            for one in read:
                self._unnotify(one, refresh=one is read[-1])
            self.call_after_refresh(self._make_way)

    @staticmethod
    def _was_read(message: "Notification") -> bool:
        return message.timeout == UNTIL_A_KEY and time() - message.raised_at > READ

    def _make_way(self) -> None:
        """Messages stand at the bottom, or at the top while the line with the keys is down there."""
        if not self.screen_stack:
            return
        for rack in self.screen.query(ToastRack):
            line = reading_place(self.screen.focused).y
            rack.set_class(line >= self.size.height - MARGIN - rack.virtual_size.height, "-above")
