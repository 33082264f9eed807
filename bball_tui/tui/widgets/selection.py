"""What is selected in a list: ids, so that it survives every filter, sort and refresh."""

from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence


def _array(row_ids: Iterable[int]) -> "array[int]":
    return array("q", sorted(row_ids))


def _holds(row_ids: "array[int]", row_id: int) -> bool:
    place = bisect_left(row_ids, row_id)
    return place < len(row_ids) and row_ids[place] == row_id


class Selection:
    """A set of row ids, and which of them the present filter leaves out.

    Both are arrays in order: a hundred thousand ids take 0.8 MB, and as a set of Python's numbers ten times that. No
    array is changed once it is there, so whoever got one may keep it.
    """

    __slots__ = ("_hidden", "_ids")

    def __init__(self) -> None:
        self._ids = self._hidden = _array(())

    def __contains__(self, row_id: int) -> bool:
        return _holds(self._ids, row_id)

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Sequence[int]:
        """Everything selected, hidden or not, in order."""
        return self._ids

    @property
    def shown(self) -> Sequence[int]:
        """Those that the present filter leaves in the list, in order."""
        return _array({*self._ids}.difference(self._hidden)) if self._hidden else self._ids

    @property
    def hidden(self) -> int:
        """How many of them the list does not show at present, wherever it is scrolled."""
        return len(self._hidden)

    def toggle(self, row_id: int) -> None:
        """Select a row of the list, or no longer."""
        place = bisect_left(self._ids, row_id)
        if row_id in self:
            self._ids = self._ids[:place] + self._ids[place + 1 :]
            self._unhide((row_id,))
        else:
            self._ids = self._ids[:place] + array("q", (row_id,)) + self._ids[place:]

    def add(self, row_ids: Collection[int]) -> None:
        """Select rows of the list as well."""
        self._ids = _array({*self._ids, *row_ids})
        self._unhide(row_ids)

    def drop(self, row_ids: Collection[int]) -> None:
        """Select these rows no longer, be they shown or hidden."""
        self._ids = _array({*self._ids}.difference(row_ids))
        self._unhide(row_ids)

    def clear(self) -> None:
        """Select nothing."""
        self._ids = self._hidden = _array(())

    def seen(self, matching: Collection[int]) -> None:
        """The filter changed, or the data: only ``matching`` of the selected ids are in the list now."""
        self._hidden = _array({*self._ids}.difference(matching))

    def _unhide(self, row_ids: Iterable[int]) -> None:
        if self._hidden:
            self._hidden = _array({*self._hidden}.difference(row_ids))
