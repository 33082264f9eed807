"""What is selected in a list: ids, so that it survives every filter, sort and refresh."""

from collections.abc import Iterable


class Selection:
    """A set of row ids, and which of them the present filter leaves out."""

    __slots__ = ("_hidden", "_ids")

    def __init__(self) -> None:
        self._ids: frozenset[int] = frozenset()
        self._hidden: frozenset[int] = frozenset()

    def __contains__(self, row_id: int) -> bool:
        return row_id in self._ids

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> frozenset[int]:
        """Everything selected, hidden or not."""
        return self._ids

    @property
    def shown(self) -> frozenset[int]:
        """Those that the present filter leaves in the list."""
        return self._ids - self._hidden if self._hidden else self._ids

    @property
    def hidden(self) -> int:
        """How many of them the list does not show at present, wherever it is scrolled."""
        return len(self._hidden)

    def toggle(self, row_id: int) -> None:
        """Select a row of the list, or no longer."""
        self._ids = self._ids ^ {row_id}
        self._hidden &= self._ids

    def add(self, row_ids: Iterable[int]) -> None:
        """Select rows of the list as well."""
        added = frozenset(row_ids)
        self._ids = self._ids | added if self._ids else added
        self._hidden -= added

    def drop(self, row_ids: Iterable[int]) -> None:
        """Select these rows no longer, be they shown or hidden."""
        self._ids -= frozenset(row_ids)
        self._hidden &= self._ids

    def clear(self) -> None:
        """Select nothing."""
        self._ids = self._hidden = frozenset()

    def seen(self, matching: frozenset[int]) -> None:
        """The filter changed, or the data: only ``matching`` of the selected ids are in the list now."""
        self._hidden = self._ids - matching
