"""An export from the database to pieces of text: what the command line and the screen both call."""

from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import Row, TextClause
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import LIVE_STATUSES, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.exporting import statements
from bball_tui.league.exporting.records import FAMILY, GUARDIAN, NAMES, Record, What
from bball_tui.league.exporting.writing import as_csv, as_json, csv_head, json_head, json_tail
from bball_tui.league.leagues import LeagueInfo, list_seasons
from bball_tui.league.seasons.shown_season import shown_season

PIECE = 500
"""Records that are read and written at a time: an export of any length takes the same memory."""


class Format(StrEnum):
    """How an export is written."""

    CSV = "csv"
    JSON = "json"


class Piece(Struct, frozen=True):
    """A part of the text, and how many records are in it."""

    text: str
    records: int


async def export(
    session: AsyncSession,
    league: LeagueInfo,
    what: What,
    wanted: Format,
    *,
    season: str | None = None,
    archived: bool = False,
) -> AsyncIterator[Piece]:
    """The text of an export, piece by piece, all of one moment. The session must be fresh.

    ``season`` is a name (capitals do not matter); without it the league's current one. Guardians and mails are those
    of all seasons. Players who are ``archived`` are left out, and with them what they are to guardians.

    Raises:
        BballError: there is no such season.
    """
    await session.execute(statements.SNAPSHOT)
    season_id = await _season(session, league, season)
    parameters: Mapping[str, object] = {
        "league_id": league.id,
        "season_id": season_id,
        "archived": archived,
        "live": [str(status) for status in LIVE_STATUSES],
    }
    statement = _STATEMENTS[what]
    most = 0
    if wanted is Format.CSV:
        most = await session.scalar(statements.MOST_GUARDIANS, {"league_id": league.id}) or 0
        yield Piece(csv_head(NAMES[what], most), 0)
    else:
        yield Piece(json_head(what, league.name), 0)
    # A statement must get exactly the parameters that it names.
    used = {name: parameters[name] for name in statement.compile().params}
    first = True
    found = await session.stream(statement, used)
    async for rows in found.partitions(PIECE):
        records = [_record(what, row) for row in rows]
        text = as_csv(records, most) if wanted is Format.CSV else as_json(records, first=first)
        first = False
        yield Piece(text, len(records))
    if wanted is Format.JSON:
        yield Piece(json_tail(), 0)


async def _season(session: AsyncSession, league: LeagueInfo, name: str | None) -> int | None:
    if name is None:
        current = await shown_season(session, league.id)
        return None if current is None else current.id
    seasons = await list_seasons(session, league.id)
    for one in seasons:
        if one.name.casefold() == " ".join(name.split()).casefold():
            return one.id
    known = ", ".join(one.name for one in seasons) or _("none yet")
    raise BballError(_("There is no season {name!r}. The seasons are: {known}.").format(name=name[:80], known=known))


def _record(what: What, row: Row[Any]) -> Record:
    record = {name: row._mapping[name] for name in NAMES[what]}
    if FAMILY in record:
        record[FAMILY] = [dict(zip(GUARDIAN, one, strict=True)) for one in record[FAMILY]]
    if what is What.OUTBOX and record["state"] == OutboxState.DEAD:
        record["state"] = "failed"  # in everything that people see
    return record


_STATEMENTS: Mapping[What, TextClause] = {
    What.PLAYERS: statements.PLAYERS,
    What.CONTRACTS: statements.CONTRACTS,
    What.GUARDIANS: statements.GUARDIANS,
    What.OUTBOX: statements.OUTBOX,
}
