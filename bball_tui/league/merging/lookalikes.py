"""Who may be the same child, or the same parent: said before a save and listed in pairs, never merged by itself.

Of players it is remembered that they are not the same. Whom one of them may be merged with is in
:mod:`.lookalikes_of_one`.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.audit import Entry, record
from bball_tui.database.masked_views import is_masked
from bball_tui.database.models import DistinctPlayers, Guardian, MergedPerson, Player, PlayerGuardian
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.outcome import Lookalike
from bball_tui.league.merging.people import Person, once_called
from bball_tui.league.roster.player import also_called
from bball_tui.league.values.first_names import first_alike
from bball_tui.wording import short_date


class Pair(Struct, frozen=True):
    """Two players of one name whose birthdates do not speak against one person, or of one last name and one birthdate
    whose first names are much the same."""

    one: Lookalike
    other: Lookalike


def _about(birthdate: date | None, jersey: str | None, *, hidden: bool) -> str:
    unknown = _("birthdate hidden for your role") if hidden else _("birthdate unknown")
    born = unknown if birthdate is None else _("born {day}").format(day=short_date(birthdate))
    return _("{born}, jersey {jersey}").format(born=born, jersey=jersey) if jersey else born


def _lookalike(row: Sequence[Any], *, hidden: bool = False) -> Lookalike:
    player_id, first, last, birthdate, jersey, merged_names = row[:6]
    name, about = f"{first} {last}", _about(birthdate, jersey, hidden=hidden)
    also = also_called(merged_names, name)
    return Lookalike(player_id, name, _("{about}, also {also}").format(about=about, also=also) if also else about)


async def lookalikes(
    session: AsyncSession,
    league_id: int,
    first: str,
    last: str,
    birthdate: date | None,
    *,
    player_id: int | None = None,
    besides: Collection[int] = (),
) -> tuple[Lookalike, ...]:
    """The players of this name (case- and accent-blind) with this birthdate, or where one of the two is unknown.

    The name and birthdate of somebody who was merged into another one stand for that one.

    ``besides`` and those whom staff told apart from ``player_id`` before are left out.
    """
    called = Player.name_key == func.bball_fold(f"{last}, {first}")
    born: list[ColumnElement[bool]] = []
    if birthdate is not None:
        called &= or_(Player.birthdate == birthdate, Player.birthdate.is_(None))
        then = MergedPerson.was["birthdate"].astext
        born.append(or_(then == birthdate.isoformat(), then.is_(None)))
    merged = once_called(league_id, Person.PLAYER, first, last, *born)
    query = (
        select(
            Player.id,
            Player.first_name,
            Player.last_name,
            Player.birthdate,
            Player.jersey,
            Player.merged_names,
            Player.archived_at.is_not(None),
        )
        .where(Player.league_id == league_id, or_(called, Player.id.in_(merged)))
        .order_by(Player.id)
    )
    if player_id is not None:
        known = exists().where(
            DistinctPlayers.one_id == func.least(Player.id, player_id),
            DistinctPlayers.other_id == func.greatest(Player.id, player_id),
        )
        query = query.where(Player.id != player_id, ~known)
    found = [
        replace(_lookalike(row), about=_("{about}, archived").format(about=_lookalike(row).about))
        if row[6]
        else _lookalike(row)
        for row in await session.execute(query)
    ]
    return tuple(one for one in found if one.id not in besides)


async def tell_apart(session: AsyncSession, league_id: int, player_id: int, others: Iterable[int]) -> None:
    """Remember that ``player_id`` is none of ``others``. The caller commits.

    Raises:
        BballError: one of them is no player of the league.
    """
    pairs = sorted({(min(player_id, one), max(player_id, one)) for one in others if one != player_id})
    if not pairs:
        return
    wanted = {one for pair in pairs for one in pair}
    query = select(Player.id).where(Player.league_id == league_id, Player.id.in_(wanted))
    missing = wanted - set(await session.scalars(query))
    if missing:
        raise BballError(_("One of these players isn't in this league."))
    rows = [{"league_id": league_id, "one_id": one, "other_id": other} for one, other in pairs]
    await session.execute(insert(DistinctPlayers).on_conflict_do_nothing(), rows)
    entries = [Entry("told_apart", "player", one, after={"not": other}) for one, other in pairs]
    await record(session, league_id, entries)


async def pairs_of_players(session: AsyncSession, league_id: int) -> tuple[Pair, ...]:
    """All pairs of the league that nobody told apart or archived yet. Twins have the day and the last name in common,
    and no first name that is alike."""
    one, other = aliased(Player), aliased(Player)
    known = exists().where(DistinctPlayers.one_id == one.id, DistinctPlayers.other_id == other.id)
    columns = [(p.id, p.first_name, p.last_name, p.birthdate, p.jersey, p.merged_names) for p in (one, other)]
    kept = (one.archived_at.is_(None), other.archived_at.is_(None))
    rows = await session.execute(
        select(*columns[0], *columns[1])
        .join(other, (other.league_id == one.league_id) & (other.name_key == one.name_key) & (other.id > one.id))
        .where(
            one.league_id == league_id,
            *kept,
            or_(one.birthdate == other.birthdate, one.birthdate.is_(None), other.birthdate.is_(None)),
            ~known,
        )
        .order_by(one.name_key, one.id, other.id)
    )
    last, theirs = (func.split_part(p.name_key, ", ", 1) for p in (one, other))
    same_day = await session.execute(
        select(*columns[0], *columns[1], one.name_key, other.name_key)
        .join(other, (other.league_id == one.league_id) & (other.birthdate == one.birthdate) & (other.id > one.id))
        .where(one.league_id == league_id, *kept, last == theirs, one.name_key != other.name_key, ~known)
        .order_by(one.name_key, one.id, other.id)
    )
    alike = [row for row in same_day if first_alike(*(str(key).partition(", ")[2] for key in row[12:]))]
    hidden = await is_masked(session)
    return tuple(
        Pair(_lookalike(row[:6], hidden=hidden), _lookalike(row[6:12], hidden=hidden)) for row in (*rows, *alike)
    )


async def pairs_of_guardians(session: AsyncSession, league_id: int) -> tuple[Pair, ...]:
    """Pairs of guardians who may be one: of one name, or of one last name and names that are alike, with the same
    address, phone or child.
    """
    one, other = aliased(Guardian), aliased(Guardian)
    mine, theirs = aliased(PlayerGuardian), aliased(PlayerGuardian)
    child = exists().where(
        mine.league_id == league_id,
        mine.player_id == theirs.player_id,
        mine.guardian_id == one.id,
        theirs.guardian_id == other.id,
    )
    columns = [(p.id, p.first_name, p.last_name, p.email, p.phone) for p in (one, other)]
    last, same_last = (func.split_part(p.name_key, ", ", 1) for p in (one, other))
    rows = await session.execute(
        select(*columns[0], *columns[1], one.name_key, other.name_key)
        .join(other, (other.league_id == one.league_id) & (other.id > one.id) & (last == same_last))
        .where(one.league_id == league_id, or_(one.address == other.address, one.phone == other.phone, child))
        .order_by(one.name_key, one.id, other.id)
    )
    return tuple(
        Pair(_guardian(row[:5]), _guardian(row[5:10]))
        for row in rows
        if first_alike(*(str(key).partition(", ")[2] for key in row[10:]))
    )


def _guardian(row: Sequence[Any]) -> Lookalike:
    guardian_id, first, last, email, phone = row
    about = email or _("no e-mail address")
    return Lookalike(guardian_id, f"{first} {last}", f"{about}, {phone}" if phone else about)
