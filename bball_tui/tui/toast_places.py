"""Where short messages stand, and for how long: until they are read, never over a dialog or the line with the keys."""

from collections.abc import Callable, Iterable
from itertools import compress
from time import time

from textual import events
from textual.app import ReturnType
from textual.notifications import Notification, Notify, SeverityLevel
from textual.widgets._toast import Toast, ToastHolder, ToastRack

from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.screen_reader import reading_place
from bball_tui.tui.typed_ahead import PatientApp

UNTIL_A_KEY = 24 * 3600.0
"""Seconds of a message for which nobody said how long it stays."""
READ = 5.0
"""Seconds after which a key takes it away: before that it may not have been seen."""
SOON = 0.02
"""Seconds until a message that was just put up has its lines."""
NARROW = 76
"""Cells below which messages are wide."""
MARGIN = 2
"""Lines below the messages: the footer, and one of air."""
TOP = 3
"""Lines above them: header, tabs and search, as `screen.tcss` has it."""
LEAST_DIALOG = 10
"""Lines that they leave to a dialog, however many they are."""


class ToastingApp(PatientApp[ReturnType]):
    """Names the keys of today in messages, and keeps them out of the way."""

    _in_place: Notification | None = None

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

    def notify_in_place(self, message: str, timeout: float) -> None:
        """In the place of the last message that came by this way: many of these would push all else out of sight."""
        if self._in_place is not None:
            self._unnotify(self._in_place)
        self._in_place = Notification(with_keys(message), timeout=timeout, markup=False)
        self.post_message(Notify(self._in_place))

    def promises(self, promise: str) -> bool:
        """Whether a message is up that ends with ``promise``."""
        return any(one.message.endswith(promise) for one in self._notifications)

    def withdraw(self, promise: str, before: float) -> None:
        """Take messages away that end with ``promise`` and were up ``before`` (Unix seconds): it holds no more."""
        for one in list(self._notifications):
            if one.raised_at < before and one.message.endswith(promise):
                self._unnotify(one)

    def on_notify(self, event: Notify) -> None:
        """The same once more stands there once, for as long as the new one, which Textual puts up behind this."""
        said = event.notification
        for one in [one for one in self._notifications if (one.message, one.title) == (said.message, said.title)]:
            super()._unnotify(one, refresh=False)

    def _refresh_notifications(self) -> None:
        if self.screen_stack:
            self.screen.query(ToastRack).set_class(self.size.width < NARROW, "-narrow")
        super()._refresh_notifications()
        self.call_after_refresh(self.make_way)

    def _unnotify(self, notification: Notification, refresh: bool = True) -> None:
        super()._unnotify(notification, refresh=refresh)
        self.call_after_refresh(self.make_way)

    async def on_event(self, event: events.Event) -> None:
        """A key takes away what was read, and may lead to a line below a message."""
        await super().on_event(event)
        if isinstance(event, events.Key) and len(self._notifications):
            read = [one for one in self._notifications if self._was_read(one)]
            for one in read:
                self._unnotify(one, refresh=one is read[-1])
            self.call_after_refresh(self.make_way)

    @staticmethod
    def _was_read(message: Notification) -> bool:
        return message.timeout == UNTIL_A_KEY and time() - message.raised_at > READ

    def make_way(self) -> None:
        """Messages stand below the line that has the keys, or above it where there is more room; never over it.

        A dialog gives them room, for all of it may be needed: fields, what is said of them, buttons. Where there is no
        room for all of them, the oldest are out of sight.
        """
        if not self.screen_stack:
            return
        for screen in self.screen_stack:  # what a screen below shows would be read twice, between the lines
            for rack in screen.query(ToastRack):
                rack.display = screen is self.screen
        make_room: Callable[[int], None] | None = getattr(self.screen, "make_room", None)
        known = {ToastRack._toast_id(one) for one in self._notifications}
        for rack in self.screen.query(ToastRack):
            # Textual takes away what was said, and leaves its place, which would push the others out of the window.
            for place in [one for one in rack.query(ToastHolder) if one.id not in known]:
                place.remove()
            toasts = rack.query(Toast)
            heights = [one.outer_size.height and one.outer_size.height + one.styles.margin.height for one in toasts]
            lines = sum(heights)
            if len(toasts) < len(self._notifications) or not all(heights):
                if lines > self.size.height // 2:
                    self._show(toasts, [not height for height in heights])  # out of the window nothing gets a size
                self._limit(rack, None)
                self.set_timer(SOON, self.make_way)  # they are on their way
                return
            if make_room is not None:
                room = max(1, self.size.height - LEAST_DIALOG - 1)
            else:
                line = reading_place(self.screen.focused).y
                below, above = self.size.height - MARGIN - line - 1, line - TOP
                goes_above = below < lines and below < above
                room = max(1, above if goes_above else below)
                rack.set_class(goes_above, "-above")
            self._limit(rack, room if lines > room else None)
            # The newest in any case; of one that is too long, the beginning.
            shown = [sum(heights[at:]) <= room or at == len(heights) - 1 for at in range(len(heights))]
            self._show(toasts, shown)
            if make_room is not None:
                make_room(min(room, sum(compress(heights, shown))) + 1 if len(self._notifications) else 0)

    @staticmethod
    def _limit(rack: ToastRack, lines: int | None) -> None:
        """Textual lays the screen out again for a limit that is taken away, also where there is none: without end, as
        each layout comes back here.
        """
        limit = rack.styles.max_height
        if lines != (None if limit is None else limit.value):
            rack.styles.max_height = lines

    @staticmethod
    def _show(toasts: Iterable[Toast], which: Iterable[bool]) -> None:
        for toast, shown in zip(toasts, which, strict=True):
            if isinstance(toast.parent, ToastHolder):
                toast.parent.display = shown
