"""Archiving a player, a team or a season: out of the lists, still found by searching, and brought back at any time.

Nothing else of it changes. The database itself says who archived it, and when.
"""

from typing import Any

from msgspec import Struct
from sqlalchemy import func, literal_column, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Contract, Player, Season, Team
from bball_tui.database.states import LIVE_STATUSES
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.importing.apply import hold_league
from bball_tui.league.seasons.shown_season import shown_season
from bball_tui.wording import counted

_TABLES: dict[RecordKind, Any] = {RecordKind.PLAYER: Player, RecordKind.TEAM: Team, RecordKind.SEASON: Season}
_EFFECTS = {
    RecordKind.PLAYER: _(
        "{} leaves the list of players, its counts and exports, the list of who may be the same, the "
        "calls to make, and what a new season is proposed from. Contracts and the history stay as they are."
    ),
    RecordKind.TEAM: _(
        "{} leaves the list of teams, its counts and exports, and the calls to make. Its contracts and "
        "the history stay as they are."
    ),
    RecordKind.SEASON: _(
        "{} goes to the end of the seasons, and no new season is proposed from it. Its teams and "
        "contracts stay as they are."
    ),
}


class Archiving(Struct, frozen=True):
    """A record, and whether it is ``archived`` now; ``obstacle`` says why it cannot be."""

    kind: RecordKind
    id: int
    name: str
    archived: bool
    obstacle: str | None = None

    def sentences(self) -> list[str]:
        """What archiving does, or (of what is archived) bringing it back."""
        if self.archived:
            return [_("{name} is in the lists, counts and exports again.").format(name=self.name)]
        return [
            _EFFECTS[self.kind].format(self.name),
            _("Searching finds it, marked as archived, and it can be brought back at any time."),
        ]


async def preview_archive(session: AsyncSession, league_id: int, kind: RecordKind, one_id: int) -> Archiving:
    """What :func:`archive` or :func:`bring_back` would do. Writes nothing.

    Raises:
        BballError: the league has no such record.
    """
    table = _TABLES[kind]
    name = Player.first_name + " " + Player.last_name if kind is RecordKind.PLAYER else table.name
    found = (
        await session.execute(
            select(name.label("name"), table.archived_at.is_not(None).label("archived")).where(
                table.league_id == league_id, table.id == one_id
            )
        )
    ).one_or_none()
    if found is None:
        raise BballError(_("That {kind} isn't in this league.").format(kind=kind))
    obstacle = None if found.archived else await _obstacle(session, league_id, kind, one_id, found.name)
    return Archiving(kind, one_id, found.name, found.archived, obstacle)


async def archive(session: AsyncSession, league_id: int, kind: RecordKind, one_id: int) -> Archiving:
    """Archive a record; what was archived before stays so. The caller commits.

    Raises:
        BballError: there is none, or it is in use.
    """
    await hold_league(session, league_id)
    seen = await preview_archive(session, league_id, kind, one_id)
    if seen.obstacle is not None:
        raise BballError(seen.obstacle)
    if not seen.archived:
        await _set(session, league_id, seen, "archived", func.now(), literal_column("session_user"))
    return seen


async def bring_back(session: AsyncSession, league_id: int, kind: RecordKind, one_id: int) -> Archiving:
    """Take back that a record was archived. The caller commits.

    Raises:
        BballError: there is none.
    """
    await hold_league(session, league_id)
    seen = await preview_archive(session, league_id, kind, one_id)
    if seen.archived:
        await _set(session, league_id, seen, "brought_back", None, None)
    return seen


async def _set(session: AsyncSession, league_id: int, seen: Archiving, action: str, at: Any, by: Any) -> None:
    table = _TABLES[seen.kind]
    written = await session.scalar(
        update(table)
        .where(table.league_id == league_id, table.id == seen.id)
        .values(archived_at=at, archived_by=by)
        .returning(table.id)
    )
    if written is None:
        raise BballError(_("{name} was changed in the meantime. Nothing was done; look again.").format(name=seen.name))
    await record(session, league_id, [Entry(action, str(seen.kind), seen.id)])


async def _obstacle(session: AsyncSession, league_id: int, kind: RecordKind, one_id: int, name: str) -> str | None:
    """Where a list without it would lie about the season that is shown, or one made after it."""
    shown = await shown_season(session, league_id)
    if shown is None:
        return None
    if kind is RecordKind.SEASON:
        if shown.id == one_id:
            return _("{name} is the season that everybody sees. Show another one first, then archive it.").format(
                name=name
            )
        return None
    mine = Contract.player_id == one_id if kind is RecordKind.PLAYER else Contract.team_id == one_id
    live = (
        select(Season.name, func.count().label("contracts"))
        .join(Contract, Contract.season_id == Season.id)
        .where(Contract.league_id == league_id, mine, Contract.season_id >= shown.id)
        .where(Contract.status.in_(LIVE_STATUSES))
        .group_by(Season.id)
        .order_by(Season.id)
        .limit(1)
    )
    found = (await session.execute(live)).one_or_none()
    if found is None:
        return None
    if kind is RecordKind.PLAYER:
        return _(
            "{name} has a contract of {name_2} that waits or is signed. Release or void it first, then "
            "archive the player."
        ).format(name=name, name_2=found.name)
    have = counted(found.contracts, "contract")
    return _(
        "{name} has {have} of {name_2} that {value} not over. Release, void or move first, then archive the team."
    ).format(name=name, have=have, name_2=found.name, value="is" if found.contracts == 1 else "are")
