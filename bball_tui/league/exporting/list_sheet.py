"""What a list shows as a sheet for a spreadsheet program: every row that matches, in the order of the screen.

Cells that a spreadsheet would run as a formula get an apostrophe (`values/formula_escape.py`). Rows are read
page by page in one snapshot, so a list of any length takes the same memory.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Any, Generic

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import Listing
from bball_tui.database.paging import FIRST, PageRequest, RowT, Sort
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.filters.choices import ListName
from bball_tui.league.roster.lists import PlayerListing, TeamListing
from bball_tui.league.roster.player import LISTED
from bball_tui.league.roster.player_row import PlayerRow
from bball_tui.league.roster.rows import ContractRow, RosterFilter, TeamRow
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted

PAGE = 1000


@dataclass(frozen=True)
class Sheet(Generic[RowT]):
    """Its columns: the title of each, and a row's cell under it."""

    columns: tuple[tuple[str, Callable[[RowT], object]], ...]

    def lines(self, rows: Sequence[RowT]) -> str:
        """Rows as lines of CSV (RFC 4180)."""
        return _csv([cell(row) for _title, cell in self.columns] for row in rows)

    @property
    def head(self) -> str:
        """The line of titles."""
        return _csv([[title for title, _cell in self.columns]])


def _csv(rows: Any) -> str:
    return csv_text(map(_cell, row) for row in rows)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case date():
            return value.isoformat()
        case int():
            return str(value)
        case _:
            return quoted(str(value))


TEAMS: Sheet[TeamRow] = Sheet(
    (
        ("ID", lambda row: row.id),
        ("Team", lambda row: row.name),
        ("Division", lambda row: row.division),
        ("Season", lambda row: row.season),
        ("Players", lambda row: row.players),
        ("Signed", lambda row: row.signed),
        ("Open", lambda row: row.open),
        ("Chat", lambda row: row.chat),
        ("Against the rules", lambda row: row.against_rules),
    )
)
PLAYERS: Sheet[PlayerRow] = Sheet(
    (
        ("ID", lambda row: row.id),
        *((one.words.capitalize(), attrgetter(one.name)) for one in LISTED),
        ("Team", lambda row: row.team),
        ("Contract", lambda row: row.contract_status),
        ("Guardians", lambda row: row.guardians),
        ("Reachable by e-mail", lambda row: row.has_email),
    )
)
CONTRACTS: Sheet[ContractRow] = Sheet(
    (
        ("ID", lambda row: row.id),
        ("First name", lambda row: row.first),
        ("Last name", lambda row: row.last),
        ("Jersey", lambda row: row.jersey),
        ("Team", lambda row: row.team),
        ("Season", lambda row: row.season),
        ("Contract", lambda row: row.status),
        ("Due", lambda row: row.due_on),
        ("Signed on", lambda row: row.signed_on),
        ("Signed by", lambda row: row.signer),
        ("Welcome e-mail", lambda row: row.welcome.words),
    )
)

_SHEETS: dict[ListName, tuple[type[TeamListing] | type[PlayerListing] | type[ContractListing], Sheet[Any]]] = {
    "teams": (TeamListing, TEAMS),
    "players": (PlayerListing, PLAYERS),
    "contracts": (ContractListing, CONTRACTS),
}


class Piece(Struct, frozen=True):
    """A part of the text of a sheet, and how many rows were written with it."""

    text: str
    rows: int


async def sheet(
    session: AsyncSession, league_id: int, name: ListName, wanted: RosterFilter, sort: Sort | None = None
) -> AsyncIterator[Piece]:
    """The list as CSV, piece by piece. The session must be fresh: the pieces are of one moment.

    Raises:
        BballError: the list has no such column to sort by.
    """
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
    kind, columns = _SHEETS[name]
    listing: Listing[Any] = kind(league_id, wanted)
    yield Piece(columns.head, 0)
    start, anchor = 0, FIRST
    while True:
        page = await listing.page(session, PageRequest(start, PAGE, sort or listing.default, anchor))
        if page.rows:
            yield Piece(columns.lines(page.rows), len(page.rows))
        if len(page.rows) < PAGE:
            return
        start, anchor = start + PAGE, page.anchors[-1]
