"""A fault in one question to the database is a sentence on the screen, never the end of the program."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Generic

from bball_tui import crash
from bball_tui.database.paging import Key, Page, PageRequest, RecordSource, RowT, Sort
from bball_tui.errors import BballError
from bball_tui.language import _


class Fault(BballError):
    """The program itself is at fault; where it happened is in the log."""


@contextmanager
def error_boundary(log_file: Path) -> Iterator[None]:
    """Let through what is a sentence for people already; note anything else in ``log_file`` and say so.

    Raises:
        Fault: instead of an error that is none of ours.
    """
    try:
        yield
    except BballError:
        raise
    except Exception as error:
        crash.report(error, log_file)
        raise Fault(
            _(
                "This could not be done because of a fault of the program. What was saved is safe. Where it "
                "happened is noted, without names or secrets, in {log_file}."
            ).format(log_file=log_file)
        ) from error


class GuardedSource(Generic[RowT]):
    """The same rows as ``source``; whatever goes wrong is a :class:`BballError`."""

    def __init__(self, source: RecordSource[RowT], log_file: Path) -> None:
        self._source = source
        self._log_file = log_file

    async def count(self) -> int:
        with error_boundary(self._log_file):
            return await self._source.count()

    async def page(self, request: PageRequest) -> Page[RowT]:
        with error_boundary(self._log_file):
            return await self._source.page(request)

    async def locate(self, row_id: int, sort: Sort) -> int | None:
        with error_boundary(self._log_file):
            return await self._source.locate(row_id, sort)

    async def key_of(self, row_id: int, sort: Sort) -> Key | None:
        with error_boundary(self._log_file):
            return await self._source.key_of(row_id, sort)

    async def ids(self) -> Sequence[int]:
        with error_boundary(self._log_file):
            return await self._source.ids()

    async def matching(self, row_ids: Collection[int]) -> Collection[int]:
        with error_boundary(self._log_file):
            return await self._source.matching(row_ids)
