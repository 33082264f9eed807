"""What is selected in a list: ids, so that it survives every filter, sort and refresh."""

from array import array
from bisect import bisect_left
from collections.abc import Awaitable, Callable, Collection, Sequence
from itertools import chain, groupby

NONE: "array[int]" = array("q")


def _without(row_ids: "array[int]", others: Collection[int]) -> "array[int]":
    if not row_ids:
        return NONE
    left_out = frozenset(others)
    return array("q", (one for one in row_ids if one not in left_out))


class Selection:
    """A set of row ids, and which of them the present filter leaves out.

    Both are arrays in order: a hundred thousand ids take 0.8 MB, and as a set of Python's numbers ten times that. No
    array is changed once it is there, so whoever got one may keep it.
    """

    __slots__ = ("_hidden", "_ids")

    def __init__(self) -> None:
        self._ids = self._hidden = NONE

    def __contains__(self, row_id: int) -> bool:
        place = bisect_left(self._ids, row_id)
        return place < len(self._ids) and self._ids[place] == row_id

    def __len__(self) -> int:
        return len(self._ids)

    @property
    def ids(self) -> Sequence[int]:
        """Everything selected, hidden or not, in order."""
        return self._ids

    @property
    def shown(self) -> Sequence[int]:
        """Those that the present filter leaves in the list, in order."""
        return _without(self._ids, self._hidden) if self._hidden else self._ids

    @property
    def hidden(self) -> int:
        """How many of them the list does not show at present, wherever it is scrolled."""
        return len(self._hidden)

    def toggle(self, row_id: int) -> None:
        """Select a row of the list, or no longer."""
        if row_id in self:
            self.drop((row_id,))
        else:
            self.add((row_id,))

    def add(self, row_ids: Collection[int]) -> None:
        """Select rows of the list as well."""
        self._ids = array("q", (one for one, _ in groupby(sorted(chain(self._ids, row_ids)))))
        self._hidden = _without(self._hidden, row_ids)

    def drop(self, row_ids: Collection[int]) -> None:
        """Select these rows no longer, be they shown or hidden."""
        self._ids, self._hidden = _without(self._ids, row_ids), _without(self._hidden, row_ids)

    def clear(self) -> None:
        """Select nothing."""
        self._ids = self._hidden = NONE

    async def ask(self, matching: Callable[[Sequence[int]], Awaitable[Collection[int]]]) -> Collection[int]:
        """Those that ``matching`` finds among all that are selected, also while it looks: keys come in meanwhile."""
        asked: Sequence[int] = NONE
        found: Collection[int] = ()
        while self._ids is not asked:
            asked = self._ids
            found = await matching(asked) if asked else ()
        return found

    def seen(self, matching: Collection[int]) -> None:
        """The filter changed, or the data: of the selected ids only these are in the list now."""
        self._hidden = NONE if len(matching) == len(self._ids) else _without(self._ids, matching)
