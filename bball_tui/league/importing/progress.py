"""Between the thread that reads a file and anyone who watches it: how far it is, and that it is to stop."""

from enum import StrEnum

from bball_tui.language import _


class Stage(StrEnum):
    """What an import is at. The value is what people are told."""

    READING = _("Reading the file")
    CHECKING = _("Checking the rows")
    COMPARING = _("Comparing with the league")
    WRITING = _("Writing")


class Cancelled(Exception):
    """Somebody does not want the result anymore."""


class ImportProgress:
    """Written by one thread, read by another: each attribute is one plain value, so that no lock is needed."""

    def __init__(self) -> None:
        self.stage = Stage.READING
        self.done = 0
        self.total = 0
        """0 while nobody knows."""
        self._stop = False

    def begin(self, stage: Stage, total: int = 0) -> None:
        """The next stage of ``total`` rows or steps."""
        self.stage, self.done, self.total = stage, 0, total
        self.check()

    def tick(self, done: int) -> None:
        """So many are done.

        Raises:
            Cancelled: :meth:`stop` was called.
        """
        self.done = done
        self.check()

    def check(self) -> None:
        """Raise :class:`Cancelled` after :meth:`stop`."""
        if self._stop:
            raise Cancelled

    def stop(self) -> None:
        """Let the thread end soon; what it would have returned is lost."""
        self._stop = True
