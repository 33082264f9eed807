"""A list of players in memory that answers as a query does: by key, never by position."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from bball_tui.database.paging import Page, PageRequest, Sort, page_of
from bball_tui.errors import BballError
from bball_tui.tui.theme import Styled, Tone, status
from bball_tui.tui.widgets.columns import Column


@dataclass(frozen=True, slots=True)
class Player:
    id: int
    name: str
    team: str = "Hawks U12"
    number: int = 0


def players(count: int) -> list[Player]:
    return [Player(n, f"Player {n:04d}", f"Team {n % 7}", n % 100) for n in range(1, count + 1)]


class MemorySource:
    """``open`` may be cleared to hold pages back; ``failure`` makes the next calls fail."""

    def __init__(self, rows: Iterable[Player]) -> None:
        self.rows = list(rows)
        self.requests: list[PageRequest] = []
        self.open = asyncio.Event()
        self.open.set()
        self.failure: str | None = None

    def _check(self) -> None:
        if self.failure is not None:
            raise BballError(self.failure)

    @staticmethod
    def key(row: Player, sort: Sort) -> tuple[str | int, int]:
        return (getattr(row, sort.column), row.id)

    def ordered(self, sort: Sort) -> list[Player]:
        return sorted(self.rows, key=lambda row: self.key(row, sort), reverse=sort.descending)

    async def count(self) -> int:
        self._check()
        return len(self.rows)

    async def page(self, request: PageRequest) -> Page[Player]:
        self.requests.append(request)
        await self.open.wait()
        self._check()
        rows = self.ordered(request.sort)
        if request.backward:
            rows.reverse()
        if request.anchor.key is not None:
            place, upward = request.anchor.key, request.sort.descending == request.backward
            keys = [self.key(row, request.sort) for row in rows]
            rows = [row for row, key in zip(rows, keys, strict=True) if (key > place if upward else key < place)]
        found = rows[request.skip : request.skip + request.limit]
        return page_of(request, [(row, self.key(row, request.sort)) for row in found])

    async def locate(self, row_id: int, sort: Sort) -> int | None:
        return next((place for place, row in enumerate(self.ordered(sort)) if row.id == row_id), None)

    async def key_of(self, row_id: int, sort: Sort) -> tuple[str | int, int] | None:
        return next((self.key(row, sort) for row in self.rows if row.id == row_id), None)

    async def ids(self) -> list[int]:
        self._check()
        return [row.id for row in self.rows]

    async def matching(self, row_ids: Collection[int]) -> frozenset[int]:
        return frozenset(row.id for row in self.rows) & frozenset(row_ids)


def _mail(row: Player) -> Styled:
    return status(Tone.WARN, "no address") if row.number % 5 == 0 else status(Tone.GOOD, "signed")


COLUMNS: tuple[Column[Player], ...] = (
    Column(key="name", title="Player", width=14, flex=2, render=lambda row: row.name, sort="name"),
    Column(key="team", title="Team", width=12, flex=1, limit=20, render=lambda row: row.team, sort="team", priority=2),
    Column(key="mail", title="Mail", width=14, render=_mail, unsorted="It comes from elsewhere.", priority=1),
    Column(key="number", title="No", width=4, align="right", render=lambda row: str(row.number), sort="number"),
)
BY_NAME = Sort("name")
BY_NUMBER = Sort("number")

HOSTILE = (
    "[red]Bob[/red]",
    "[@click=app.quit]Bob[/]",
    "Bob [/]",
    "Bob [/",
    "x [b",
    "trailing \\",
    "\x1b[2J\x1b]0;owned\x07",
    "\x1b]52;c;aGVsbG8=\x1b\\",
    "\x9b31mred\x9d0;t\x9c",
    "two\nlines\r\nand\ttab",
    "\u202eelbisrever\u202c",
    "a\u2066b\u2069c\u200fd",
    "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u0309lgo",
    "\u0301first",
    "👨\u200d👩\u200d👧\u200d👦 family ❤\ufe0f",
    "山田太郎",
    "محمد",
    "lone \ud800 surrogate",
    "N" * 200,
    "\u2028line\u2029paragraph\x85",
    "",
)
ALL_NAMES = " ".join(sorted(HOSTILE, key=lambda name: (name.isprintable(), len(name))))
"""All in one text, because each would do its harm anywhere in it; what a terminal obeys first, the long one last."""
