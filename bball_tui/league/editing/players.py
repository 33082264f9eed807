"""Add and edit a player. A jersey is text ("00" is not "0"); the same one twice in a team is allowed, and said."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import Contract, Player, Team
from bball_tui.database.states import LIVE_STATUSES, DateOrder
from bball_tui.dates import parse_date, write_date
from bball_tui.errors import BballError
from bball_tui.league.editing.checking import Checks, differing, overtaken, text_of
from bball_tui.league.editing.lookalikes import lookalikes, tell_apart
from bball_tui.league.editing.outcome import Doubtful, Loaded, Outcome, Saved, Wrong
from bball_tui.league.facts import Desk, read_desk
from bball_tui.league.importing.values import FIRST_BIRTHDATE, NAME_LENGTH, jersey, plain_text


@dataclass(frozen=True, slots=True)
class PlayerDraft:
    """A player as a form has it; the birthdate in the league's order of dates."""

    first_name: str = ""
    last_name: str = ""
    birthdate: str = ""
    jersey: str = ""


@dataclass(frozen=True, slots=True)
class _Values:
    first_name: str
    last_name: str
    birthdate: date | None
    jersey: str | None


async def load_player(session: AsyncSession, league_id: int, player_id: int, order: DateOrder) -> Loaded[PlayerDraft]:
    """The player as they are now, the birthdate written in ``order``.

    Raises:
        BballError: the league has no such player.
    """
    query = select(
        Player.id, Player.version, Player.first_name, Player.last_name, Player.birthdate, Player.jersey
    ).where(Player.league_id == league_id, Player.id == player_id)
    found = (await session.execute(query.with_for_update())).one_or_none()
    if found is None:
        raise BballError(f"There is no player {player_id} in this league.")
    born = "" if found.birthdate is None else write_date(found.birthdate, order)
    return Loaded(found.id, found.version, PlayerDraft(found.first_name, found.last_name, born, found.jersey or ""))


def check_player(draft: PlayerDraft, order: DateOrder, desk: Desk) -> tuple[_Values, Checks]:
    """The values of the draft, and all that is wrong with them."""
    checks = Checks()
    values = _Values(
        first_name=checks.take("first_name", lambda: text_of(draft.first_name, NAME_LENGTH, needed=True), ""),
        last_name=checks.take("last_name", lambda: text_of(draft.last_name, NAME_LENGTH, needed=True), ""),
        birthdate=checks.take("birthdate", lambda: _birthdate(draft.birthdate, order, desk.today), None),
        jersey=checks.take("jersey", lambda: jersey(draft.jersey), None),
    )
    return values, checks


def _birthdate(value: str, order: DateOrder, today: date) -> date | None:
    line = plain_text(value)
    if not line:
        return None
    found = parse_date(line, order, today)
    if found > today:
        raise BballError("This date of birth is in the future. Correct the year.")
    if found < FIRST_BIRTHDATE:
        raise BballError("This date of birth is before 1900. Correct the year, or leave it empty.")
    return found


async def save_player(
    session: AsyncSession,
    league_id: int,
    draft: PlayerDraft,
    *,
    order: DateOrder,
    base: Loaded[PlayerDraft] | None = None,
    others: Collection[int] = (),
) -> Outcome:
    """Write the player, a new one when there is no ``base``. The caller commits.

    ``others`` are players of whom staff said that they are not this one; that is remembered.

    Raises:
        BballError: the player is gone.
    """
    values, checks = check_player(draft, order, await read_desk(session, league_id))
    if checks.problems:
        return Wrong(tuple(checks.problems))
    clean = PlayerDraft(
        values.first_name,
        values.last_name,
        "" if values.birthdate is None else write_date(values.birthdate, order),
        values.jersey or "",
    )
    now = None if base is None else await load_player(session, league_id, base.id, order)
    if base is not None and now is not None:
        if quicker := await overtaken(session, league_id, "player", base, now, clean):
            return quicker
        if now.draft == clean:
            return Saved(base.id, changed=False)
    changed = set() if now is None else set(differing(now.draft, clean))
    if now is None or changed & {"first_name", "last_name", "birthdate"}:
        alike = await lookalikes(
            session,
            league_id,
            values.first_name,
            values.last_name,
            values.birthdate,
            player_id=None if base is None else base.id,
            besides=others,
        )
        if alike:
            return Doubtful(alike)
    player_id = await _write(session, league_id, values, now, changed, order)
    await tell_apart(session, league_id, player_id, others)
    return Saved(player_id, notes=await jersey_notes(session, league_id, player_id))


async def _write(
    session: AsyncSession,
    league_id: int,
    values: _Values,
    now: Loaded[PlayerDraft] | None,
    changed: set[str],
    order: DateOrder,
) -> int:
    columns = {
        "first_name": values.first_name,
        "last_name": values.last_name,
        "birthdate": values.birthdate,
        "jersey": values.jersey,
    }
    plain = {name: None if value is None else str(value) for name, value in columns.items()}
    if now is None:
        player_id: int | None = await session.scalar(
            insert(Player).values(league_id=league_id, **columns).returning(Player.id)
        )
        assert player_id is not None  # noqa: S101 - the statement returns a row or raises
        await record(session, league_id, [Entry("created", "player", player_id, after=plain)])
        return player_id
    await session.execute(update(Player).where(Player.id == now.id).values(**columns, version=Player.version + 1))
    before = {name: getattr(now.draft, name) or None for name in changed}
    if before.get("birthdate"):
        before["birthdate"] = parse_date(now.draft.birthdate, order, date.max).isoformat()
    after = {name: plain[name] for name in changed}
    await record(session, league_id, [Entry("changed", "player", now.id, before=before, after=after)])
    return now.id


async def jersey_notes(session: AsyncSession, league_id: int, player_id: int) -> tuple[str, ...]:
    """Who else wears the player's number in a team of the same season: a sentence for each team."""
    mine = select(Contract.team_id).where(Contract.player_id == player_id, Contract.status.in_(LIVE_STATUSES))
    number = select(Player.jersey).where(Player.id == player_id).scalar_subquery()
    rows = await session.execute(
        select(Player.first_name, Player.last_name, Player.jersey, Team.name)
        .join(Contract, Contract.player_id == Player.id)
        .join(Team, Team.id == Contract.team_id)
        .where(
            Player.league_id == league_id,
            Contract.team_id.in_(mine),
            Contract.status.in_(LIVE_STATUSES),
            Player.id != player_id,
            Player.jersey == number,
        )
        .order_by(Player.name_key)
    )
    return tuple(f"{row.first_name} {row.last_name} of {row.name} wears {row.jersey} too." for row in rows)
