"""Writing an import: a fixed number of statements in the caller's one transaction, however many rows there are."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, TypeAlias

import psycopg
from msgspec.structs import replace
from sqlalchemy import TextClause
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import number_array, text_array
from bball_tui.database.audit import Entry, record
from bball_tui.database.states import OPEN_STATUSES, ContractStatus
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.facts import read_contracts
from bball_tui.league.fields import columns_of
from bball_tui.league.importing import statements
from bball_tui.league.importing.diff import compute_diff
from bball_tui.league.importing.diff_model import (
    Changed,
    ChangedLink,
    Counts,
    Diff,
    Imported,
    MovedContract,
    New,
    TeamValues,
    V,
    new_ref,
    resolve,
)
from bball_tui.league.importing.imports import IMPORTED
from bball_tui.league.importing.raw_table import Tick, no_tick
from bball_tui.league.importing.team_change_mails import take_back
from bball_tui.league.league_clock import read_clock
from bball_tui.league.mails.enqueue import enqueue_offers, wants_offer_mails
from bball_tui.league.roster.guardian import LINK, PERSON, GuardianValues, LinkValues
from bball_tui.league.roster.player import FIELDS, PlayerValues

WRITE_STEPS = 6
"""Teams, players, guardians, links, contracts, changes."""


class RosterMoved(BballError):
    """The database is not anymore what the difference was computed from. Nothing was imported."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Someone else changed the same players or teams in the meantime, so nothing was "
                "imported. Run the import again: it compares the file with what is there now."
            )
        )


async def hold_league(session: AsyncSession, league_id: int) -> None:
    """Keep other imports of the league waiting until the caller's transaction ends."""
    await session.execute(statements.LOCK, {"league_id": league_id})


async def apply(session: AsyncSession, diff: Diff, *, source: str = "") -> Imported:
    """Import what a preview of some time ago showed: :func:`write`, after making sure that it still holds.

    ``source`` is the file's name, for the audit.

    Raises:
        RosterMoved: importing the same roster would do something else now; the caller must roll back.
    """
    await hold_league(session, diff.league_id)
    fresh = await compute_diff(
        session,
        diff.league_id,
        diff.season,
        diff.roster,
        contract_status=diff.contract_status,
        take_file=diff.take_file,
        answers=diff.answers,
        due_on=diff.due_on,
    )
    if fresh != diff:
        raise RosterMoved
    return await write(session, diff, source=source)


async def write(
    session: AsyncSession, diff: Diff, *, source: str = "", reason: str | None = None, tick: Tick = no_tick
) -> Imported:
    """Write ``diff``, computed in the same transaction after :func:`hold_league`.

    ``source`` is the file's name, ``reason`` why players change teams. ``tick`` hears of the :data:`WRITE_STEPS`
    steps. A difference without any change writes nothing, not even an audit row.

    Raises:
        RosterMoved: a row was changed meanwhile (by somebody who does not import); the caller must roll back.
    """
    if not diff.changes_something:
        return diff.imported()
    try:
        cancelled, promised = await _write(session, diff, source, reason, tick)
    except IntegrityError as error:
        if isinstance(error.orig, psycopg.errors.UniqueViolation | psycopg.errors.ForeignKeyViolation):
            raise RosterMoved from error
        raise
    return replace(diff.imported(), cancelled=cancelled, promised=promised)


async def _write(session: AsyncSession, diff: Diff, source: str, reason: str | None, tick: Tick) -> tuple[int, int]:
    """How many mails of moved contracts were canceled, and how many mails of new offers were promised."""
    season_id = diff.season_id or await _insert_season(session, diff)
    new_teams, new_players, new_guardians = diff.teams.new, diff.players.new, diff.guardians.new
    team_ids = await _insert(
        session, diff, statements.TEAMS, new_teams, lambda: _team_columns(_values(new_teams)), season_id=season_id
    )
    tick(1)
    player_ids = await _insert(
        session,
        diff,
        statements.PLAYERS,
        new_players,
        lambda: {**_player_columns(_values(new_players)), "reach": number_array(_reaches(diff))},
    )
    tick(2)
    guardian_ids = await _insert(
        session, diff, statements.GUARDIANS, new_guardians, lambda: _guardian_columns(_values(new_guardians))
    )
    tick(3)
    if diff.new_links:
        arrays = await asyncio.to_thread(_new_link_columns, diff, player_ids, guardian_ids)
        await session.execute(statements.LINKS, {"league_id": diff.league_id, **arrays})
    tick(4)
    contract_ids = await _insert(
        session,
        diff,
        statements.CONTRACTS,
        diff.contracts.new,
        lambda: _contract_columns(diff, player_ids, team_ids),
        season_id=season_id,
        due_on=diff.due_on,
    )
    tick(5)
    await _update_all(session, diff, team_ids)
    cancelled = await take_back(session, diff)
    promised = await _promise(session, diff, contract_ids)
    tick(WRITE_STEPS)
    made: dict[str, object] = {
        "season": None if diff.season_id else season_id,
        "teams": list(team_ids),
        "players": list(player_ids),
        "guardians": list(guardian_ids),
        "contracts": list(contract_ids),
    }
    entries = await asyncio.to_thread(_entries, diff, made, guardian_ids, team_ids, source, reason)
    await record(session, diff.league_id, entries)
    return cancelled, promised


async def _promise(session: AsyncSession, diff: Diff, contract_ids: Sequence[int]) -> int:
    """Tell the families of new offers, if the league does that by mail; how many mails that are."""
    if not contract_ids or not await wants_offer_mails(session, diff.league_id):
        return 0
    clock = await read_clock(session, diff.league_id)
    contracts = await read_contracts(session, diff.league_id, contract_ids)
    offered = [one for one in contracts.values() if one.status is ContractStatus.OFFERED]
    return len(
        await enqueue_offers(
            session,
            diff.league_id,
            offered,
            offered_on=clock.today,
            due_on=diff.due_on,
            hold_seconds=clock.hold_seconds,
        )
    )


async def _insert_season(session: AsyncSession, diff: Diff) -> int:
    parameters = {"league_id": diff.league_id, "name": diff.season}
    season_id: int | None = await session.scalar(statements.SEASON, parameters)
    assert season_id is not None  # noqa: S101 - the statement returns a row or raises
    await record(session, diff.league_id, [Entry("created", "season", season_id, after={"name": diff.season})])
    return season_id


Columns: TypeAlias = Callable[[], dict[str, str]]
"""Makes the arrays of a statement. For a thread: of thousands of rows that takes longer than a key should wait."""


async def _insert(
    session: AsyncSession, diff: Diff, statement: TextClause, rows: Sequence[object], columns: Columns, **more: object
) -> Sequence[int]:
    """Insert ``rows``; their ids in the order of the rows."""
    if not rows:
        return ()
    arrays = await asyncio.to_thread(columns)
    ids: Sequence[int] = (
        await session.execute(statement, {"league_id": diff.league_id, **more, **arrays})
    ).scalar_one()
    return ids


async def _update_all(session: AsyncSession, diff: Diff, team_ids: Sequence[int]) -> None:
    for entity, statement in statements.BRING_BACK.items():
        back = [one.id for one in diff.returned if one.entity == entity]
        await _execute_exactly(session, diff, statement, back, partial(_id_column, back))
    teams, players, guardians = diff.teams.changed, diff.players.changed, diff.guardians.changed
    await _update(session, diff, statements.UPDATE_TEAMS, teams, lambda: _team_columns(_after(teams)))
    await _update(session, diff, statements.UPDATE_PLAYERS, players, lambda: _player_columns(_after(players)))
    await _update(session, diff, statements.UPDATE_GUARDIANS, guardians, lambda: _guardian_columns(_after(guardians)))
    await _update(
        session,
        diff,
        statements.MOVE_CONTRACTS,
        diff.contracts.moved,
        lambda: {
            "teams": number_array(resolve(one.team, team_ids) for one in diff.contracts.moved),
            "open": text_array(OPEN_STATUSES),
        },
    )
    links = diff.changed_links
    await _execute_exactly(session, diff, statements.UPDATE_LINKS, links, lambda: _changed_link_columns(links))


async def _update(
    session: AsyncSession,
    diff: Diff,
    statement: TextClause,
    changed: Sequence[Changed[Any] | MovedContract],
    columns: Columns,
) -> None:
    await _execute_exactly(
        session,
        diff,
        statement,
        changed,
        lambda: {
            "id": number_array(one.id for one in changed),
            "version": number_array(one.version for one in changed),
            **columns(),
        },
    )


async def _execute_exactly(
    session: AsyncSession, diff: Diff, statement: TextClause, rows: Sequence[object], columns: Columns
) -> None:
    """Update ``rows``, or find that somebody else was there in between."""
    if rows:
        arrays = await asyncio.to_thread(columns)
        found = await session.scalars(statement, {"league_id": diff.league_id, **arrays})
        if len(found.all()) != len(rows):
            raise RosterMoved


def _values(new: Sequence[New[V]]) -> list[V]:
    return [one.values for one in new]


def _after(changed: Sequence[Changed[V]]) -> list[V]:
    return [one.after for one in changed]


def _id_column(ids: Sequence[int]) -> dict[str, str]:
    return {"ids": number_array(ids)}


def _team_columns(teams: Sequence[TeamValues]) -> dict[str, str]:
    return {
        "divisions": text_array(team.division for team in teams),
        "names": text_array(team.name for team in teams),
    }


def _player_columns(players: Sequence[PlayerValues]) -> dict[str, str]:
    return {field.name: text_array(getattr(one, field.name) for one in players) for field in FIELDS}


def _reaches(diff: Diff) -> list[int]:
    """`player.reach` of the new players, as far as the file tells.

    Triggers set it when the links come, and each player that has it already is one row less to write twice.
    """
    emails = {new_ref(place): new.values.email for place, new in enumerate(diff.guardians.new)}
    emails |= {changed.id: changed.after.email for changed in diff.guardians.changed}
    reaches = [0] * len(diff.players.new)
    for link in diff.new_links:
        if link.player < 0:
            reach = 2 if link.values.receives_email and emails.get(link.guardian) else 1
            reaches[-1 - link.player] = max(reach, reaches[-1 - link.player])
    return reaches


def _guardian_columns(guardians: Sequence[GuardianValues]) -> dict[str, str]:
    return {field.name: text_array(getattr(one, field.name) for one in guardians) for field in PERSON}


def _new_link_columns(diff: Diff, player_ids: Sequence[int], guardian_ids: Sequence[int]) -> dict[str, str]:
    links = diff.new_links
    return {
        "player_id": number_array(resolve(link.player, player_ids) for link in links),
        "guardian_id": number_array(resolve(link.guardian, guardian_ids) for link in links),
        "position": number_array(link.position for link in links),
        **_link_columns([link.values for link in links]),
    }


def _changed_link_columns(links: Sequence[ChangedLink]) -> dict[str, str]:
    return {
        "player_id": number_array(link.player_id for link in links),
        "guardian_id": number_array(link.guardian_id for link in links),
        **_link_columns([link.after for link in links]),
    }


def _contract_columns(diff: Diff, player_ids: Sequence[int], team_ids: Sequence[int]) -> dict[str, str]:
    contracts = diff.contracts.new
    return {
        "statuses": text_array(contract.status for contract in contracts),
        "players": number_array(resolve(contract.player, player_ids) for contract in contracts),
        "teams": number_array(resolve(contract.team, team_ids) for contract in contracts),
    }


def _link_columns(links: Sequence[LinkValues]) -> dict[str, str]:
    return {field.name: text_array(getattr(link, field.name) for link in links) for field in LINK}


def _entries(
    diff: Diff,
    made: dict[str, object],
    guardian_ids: Sequence[int],
    team_ids: Sequence[int],
    source: str,
    reason: str | None,
) -> list[Entry]:
    changes = _changes(diff, team_ids, reason)
    return [*changes, *_new_relations(diff, guardian_ids), _summary(diff, made, source)]


def _changes(diff: Diff, team_ids: Sequence[int], reason: str | None) -> Iterator[Entry]:
    for back in diff.returned:
        yield Entry("brought_back", back.entity, back.id)
    for team in diff.teams.changed:
        yield _changed("team", team)
    for player in diff.players.changed:
        yield _changed("player", player)
    for guardian in diff.guardians.changed:
        yield _changed("guardian", guardian)
    for moved in diff.contracts.moved:
        before = {"team": moved.before, "team_id": moved.team_before}
        after = {"team": moved.after, "team_id": resolve(moved.team, team_ids)}
        yield Entry("moved", "contract", moved.id, reason, before, after)


def _changed(entity: str, one: Changed[V]) -> Entry:
    differing = list(one.differing())
    return Entry(
        "changed",
        entity,
        one.id,
        before={name: _plain(old) for name, old, _ in differing},
        after={name: _plain(new) for name, _, new in differing},
    )


def _plain(value: object) -> str | None:
    return None if value is None else str(value)


def _new_relations(diff: Diff, guardian_ids: Sequence[int]) -> Iterator[Entry]:
    """What happened to the guardians of players who were there before."""
    for link in diff.new_links:
        if link.player > 0:
            guardian = resolve(link.guardian, guardian_ids)
            after = {"guardian_id": guardian, **columns_of(LINK, link.values)}
            yield Entry("guardian_added", "player", link.player, after=after)
    for changed in diff.changed_links:
        yield Entry(
            "changed",
            "player",
            changed.player_id,
            before={"guardian_id": changed.guardian_id, **columns_of(LINK, changed.before)},
            after={"guardian_id": changed.guardian_id, **columns_of(LINK, changed.after)},
        )


def _summary(diff: Diff, made: dict[str, object], source: str) -> Entry:
    """What the list of imports shows, and with what changed (above) all that :mod:`.undo` takes back."""
    numbers = diff.imported()
    return Entry(
        IMPORTED,
        "league",
        diff.league_id,
        after={
            "file": source,
            "season": diff.season,
            "created": _numbers(numbers.created),
            "updated": _numbers(numbers.updated),
            "unchanged": _numbers(numbers.unchanged),
            "made": made,
        },
    )


def _numbers(counts: Counts) -> dict[str, int]:
    return {
        "teams": counts.teams,
        "players": counts.players,
        "guardians": counts.guardians,
        "contracts": counts.contracts,
    }
