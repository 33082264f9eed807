"""Taking an import back as a whole, in one transaction: what it made goes, what it changed is as it was before.

:mod:`.undo_plan` decides; this reads, writes, and looks whether the database did exactly that.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import delete, func, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import number_array, text_array
from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Outbox, PlayerGuardian
from bball_tui.database.states import OPEN_STATUSES, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, stored
from bball_tui.league.editing.family_mails import follow_address, withdraw
from bball_tui.league.importing import statements
from bball_tui.league.importing.apply import hold_league
from bball_tui.league.importing.imports import UNDONE, Made, RosterImport, find_import
from bball_tui.league.importing.undo_facts import Facts, read_facts
from bball_tui.league.importing.undo_plan import ImportUndo, Restored, plan_undo
from bball_tui.league.league_clock import read_clock
from bball_tui.league.roster.guardian import LINK, PERSON
from bball_tui.league.roster.player import FIELDS as PLAYER
from bball_tui.outbox.provider_gates import wake_workers
from bball_tui.outbox.staff_actions import AGAIN, cancel_unsent

REASON = stored("the import was taken back")
_REMOVE = {
    kind: text(f"SELECT bball_remove_{kind}(:league_id, CAST(:ids AS bigint[]))")
    for kind in ("contracts", "players", "guardians", "teams")
}
_REMOVE_SEASON = text("SELECT bball_remove_season(:league_id, :season_id)")
_UPDATES = {
    "team": statements.UPDATE_TEAMS,
    "player": statements.UPDATE_PLAYERS,
    "guardian": statements.UPDATE_GUARDIANS,
}
COLUMNS = {
    "team": (("divisions", "division"),),
    "player": tuple((field.name, field.name) for field in PLAYER),
    "guardian": tuple((field.name, field.name) for field in PERSON),
}
"""What an import writes: how its statements call a column, and the column."""


class ImportMoved(BballError):
    """Taking the import back would do something else now than was shown. Nothing was taken back."""

    def __init__(self) -> None:
        super().__init__(
            _("Someone changed something in the meantime, so nothing was taken back. Look again at what it would do.")
        )


class AlreadyTakenBack(BballError):
    """Nothing of the import is left to take back."""


class ImportUndone(Struct, frozen=True):
    """What was done, and how many mails were canceled, or wait again."""

    effect: ImportUndo
    cancelled: int
    again: int


async def preview_import_undo(session: AsyncSession, league_id: int, import_id: int | None = None) -> ImportUndo:
    """What :func:`undo_import` would do; without an id to the latest import that stands. Writes nothing.

    Raises:
        BballError: there is no such import, it was taken back already, or a program made it that noted too little.
    """
    one, made = await _standing(session, league_id, import_id)
    return plan_undo(one, made, await read_facts(session, league_id, one, made, lock=False))


async def undo_import(
    session: AsyncSession, league_id: int, import_id: int, *, shown: ImportUndo | None = None
) -> ImportUndone:
    """Take the import back. The caller commits. ``shown`` is the effect that somebody agreed to.

    Raises:
        ImportMoved: it would do something else by now.
        BballError: there is no such import, it was taken back already, or a program made it that noted too little.
    """
    await hold_league(session, league_id)
    one, made = await _standing(session, league_id, import_id)
    facts = await read_facts(session, league_id, one, made, lock=True)
    effect = plan_undo(one, made, facts)
    if shown is not None and shown != effect:
        raise ImportMoved
    entries: list[Entry] = []
    cancelled = await _move_back(session, league_id, effect, entries)
    again = await _promise_again(session, league_id, effect)
    gone = await cancel_unsent(session, effect.contracts, reason=REASON)
    await _remove(session, league_id, "contracts", effect.contracts)
    await _relink(session, league_id, effect, entries)
    for entity in _UPDATES:
        await _restore(session, league_id, entity, effect, facts, entries)
    await _mails_follow(session, league_id, effect, facts)
    await _remove(session, league_id, "players", effect.players)
    await _remove(session, league_id, "guardians", effect.guardians)
    await _remove(session, league_id, "teams", effect.teams)
    if effect.season_id is not None:
        values = {"league_id": league_id, "season_id": effect.season_id}
        if not (await session.scalars(_REMOVE_SEASON, values)).all():
            raise ImportMoved
    entries.append(_summary(league_id, effect))
    await record(session, league_id, entries)
    return ImportUndone(effect, cancelled + len(gone.cancelled), again)


async def _standing(session: AsyncSession, league_id: int, import_id: int | None) -> tuple[RosterImport, Made]:
    one = await find_import(session, league_id, import_id)
    clock = await read_clock(session, league_id)
    if one.undone_at is not None:
        raise AlreadyTakenBack(
            _("The import of {one} was undone already, at {at}.").format(one=one.name, at=clock.at(one.undone_at))
        )
    if one.made is None:
        raise BballError(
            _(
                "The import of {one} at {at} was made by an earlier version of this program, which did "
                "not note enough to take it back."
            ).format(one=one.name, at=clock.at(one.at))
        )
    return one, one.made


async def _remove(session: AsyncSession, league_id: int, kind: str, ids: Sequence[int]) -> None:
    if ids:
        gone = set(await session.scalars(_REMOVE[kind], {"league_id": league_id, "ids": list(ids)}))
        if gone != set(ids):
            raise ImportMoved


async def _move_back(session: AsyncSession, league_id: int, effect: ImportUndo, entries: list[Entry]) -> int:
    """Contracts go back to their teams; how many mails that name the other team were canceled."""
    if not effect.moved:
        return 0
    values = {
        "league_id": league_id,
        "id": number_array(one.contract_id for one in effect.moved),
        "version": number_array(one.version for one in effect.moved),
        "teams": number_array(one.team_id for one in effect.moved),
        "open": text_array(OPEN_STATUSES),
    }
    found = await session.scalars(statements.MOVE_CONTRACTS, values)
    if len(found.all()) != len(effect.moved):
        raise ImportMoved
    for one in effect.moved:
        before, after = {"team": one.team}, {"team": one.was, "team_id": one.team_id}
        entries.append(Entry("moved", "contract", one.contract_id, REASON, before=before, after=after))
    taken = await cancel_unsent(session, [one.contract_id for one in effect.moved], reason=REASON)
    return len(taken.cancelled)


async def _promise_again(session: AsyncSession, league_id: int, effect: ImportUndo) -> int:
    """The mails that the import canceled say the truth again; they wait for the undo time."""
    if not effect.again:
        return 0
    clock = await read_clock(session, league_id)
    later = AGAIN | {"available_at": func.now() + func.make_interval(0, 0, 0, 0, 0, 0, clock.hold_seconds)}
    await session.execute(
        update(Outbox)
        .where(Outbox.league_id == league_id, among(Outbox.id, effect.again), Outbox.state == OutboxState.CANCELLED)
        .values(**later)
        .execution_options(synchronize_session=False)
    )
    before, after = {"state": OutboxState.CANCELLED}, {"state": OutboxState.QUEUED}
    entries = [
        Entry("outbox_promised_again", "outbox", one, REASON, before=before, after=after) for one in effect.again
    ]
    await record(session, league_id, entries)
    await wake_workers(session, league_id)
    return len(effect.again)


async def _relink(session: AsyncSession, league_id: int, effect: ImportUndo, entries: list[Entry]) -> None:
    for one in effect.relinked:
        pair = {"guardian_id": one.guardian_id}
        if one.before is None:
            await session.execute(
                delete(PlayerGuardian).where(
                    PlayerGuardian.league_id == league_id,
                    PlayerGuardian.player_id == one.player_id,
                    PlayerGuardian.guardian_id == one.guardian_id,
                )
            )
            entries.append(Entry("guardian_removed", "player", one.player_id, REASON, before={**pair, **one.after}))
        else:
            await session.execute(
                update(PlayerGuardian)
                .where(
                    PlayerGuardian.league_id == league_id,
                    PlayerGuardian.player_id == one.player_id,
                    PlayerGuardian.guardian_id == one.guardian_id,
                )
                .values(**{field.name: one.before[field.name] for field in LINK if field.name in one.before})
                .execution_options(synchronize_session=False)
            )
            before, after = {**pair, **one.after}, {**pair, **one.before}
            entries.append(Entry("changed", "player", one.player_id, REASON, before=before, after=after))


async def _restore(
    session: AsyncSession, league_id: int, entity: str, effect: ImportUndo, facts: Facts, entries: list[Entry]
) -> None:
    back = [one for one in effect.restored if one.entity == entity]
    if not back:
        return
    rows = {"team": facts.teams, "player": facts.players, "guardian": facts.guardians}[entity]
    arrays = {
        parameter: text_array(one.before.get(name, getattr(rows[one.id], name)) for one in back)
        for parameter, name in COLUMNS[entity]
    }
    values = {
        "league_id": league_id,
        "id": number_array(one.id for one in back),
        "version": number_array(rows[one.id].version for one in back),
        **arrays,
    }
    found = await session.scalars(_UPDATES[entity], values)
    if len(found.all()) != len(back):
        raise ImportMoved
    entries.extend(Entry("changed", entity, one.id, REASON, before=one.after, after=one.before) for one in back)


async def _mails_follow(session: AsyncSession, league_id: int, effect: ImportUndo, facts: Facts) -> None:
    """What waits for an address that is no guardian's anymore goes to the one before, or nowhere."""
    for one in effect.restored:
        if one.entity == "guardian" and (address := one.after.get("email")):
            await _follow(session, league_id, one, address, facts)
    for link in effect.relinked:
        guardian = facts.guardians.get(link.guardian_id)
        if link.before is None and guardian is not None and guardian.email:
            await withdraw(session, league_id, link.player_id, guardian.email, why=REASON)


async def _follow(session: AsyncSession, league_id: int, one: Restored, address: str, facts: Facts) -> None:
    if before := one.before.get("email"):
        await follow_address(session, league_id, one.id, address, before)
        return
    for player_id, guardian_id in facts.links:
        if guardian_id == one.id:
            await withdraw(session, league_id, player_id, address, why=REASON)


def _summary(league_id: int, effect: ImportUndo) -> Entry:
    before = {
        "import": effect.id,
        "file": effect.file,
        "season": effect.season,
        "removed": {
            "season": effect.season_id,
            "teams": list(effect.teams),
            "players": list(effect.players),
            "guardians": list(effect.guardians),
            "contracts": list(effect.contracts),
        },
        "kept": len(effect.kept),
    }
    return Entry(UNDONE, "league", league_id, REASON, before=before)
