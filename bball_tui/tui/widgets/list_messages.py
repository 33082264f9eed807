"""What happened in a list. Each carries ids, never rows: who hears of it asks for what it needs.

Nobody compares or prints them, and the methods for it would be compiled before the first paint.
"""

from dataclasses import dataclass

from textual.message import Message
from textual.widget import Widget

from bball_tui.database.paging import Sort


@dataclass(eq=False, repr=False)
class ListMessage(Message):
    """``record_list`` is where it happened."""

    record_list: Widget

    @property
    def control(self) -> Widget:
        """Lets ``@on(..., "#selector")`` pick one of several lists."""
        return self.record_list


@dataclass(eq=False, repr=False)
class CursorMoved(ListMessage):
    """Another row is under the cursor now; None when the list is empty."""

    row_id: int | None


@dataclass(eq=False, repr=False)
class RowOpened(ListMessage):
    """Enter or a double click on a row."""

    row_id: int


@dataclass(eq=False, repr=False)
class SelectionChanged(ListMessage):
    """``count`` rows are selected, ``hidden`` of them left out by the present filter."""

    count: int
    hidden: int


@dataclass(eq=False, repr=False)
class SortChanged(ListMessage):
    """The person chose another order."""

    sort: Sort


@dataclass(eq=False, repr=False)
class ListLoaded(ListMessage):
    """The list was read (again) and has ``total`` rows."""

    total: int


class RowsFetched(ListMessage):
    """More rows of the list came into memory."""


@dataclass(eq=False, repr=False)
class LoadFailed(ListMessage):
    """The list could not be read; ``reason`` is a finished sentence. What was shown before is still shown."""

    reason: str
