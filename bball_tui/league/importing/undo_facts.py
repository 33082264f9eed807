"""What is known of what an import made and changed, as it is now: read once, and locked until the transaction ends."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import exists, or_, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import (
    Audit,
    Contract,
    Guardian,
    League,
    Outbox,
    Player,
    PlayerGuardian,
    Scan,
    Signature,
    Team,
)
from bball_tui.database.states import OutboxState
from bball_tui.league.importing.imports import Made, RosterImport
from bball_tui.league.undoing.undone_audit_rows import standing

HELD = (OutboxState.QUEUED, OutboxState.CANCELLED, OutboxState.SUPPRESSED)
"""A mail in one of these, of which no try was made, has told nobody anything."""


class Mail(Struct, frozen=True):
    """One mail about a contract."""

    id: int
    contract_id: int
    recipient: str
    kind: str
    state: OutboxState
    told: bool
    """Somebody may have read it, or a try was made."""
    since: bool
    """It was promised by the import or after it."""
    cancelled_then: bool
    """The import itself canceled it."""


class Touch(Struct, frozen=True):
    """Who last did something to a record, and what."""

    by: str
    action: str

    @property
    def is_note(self) -> bool:
        """Whether the record itself is as it was."""
        return self.action in ("note_added", "note_struck")


class Facts(Struct, frozen=True):
    """The rows by id. ``touched`` says who last did what to one of them: by table and id."""

    changes: tuple[Any, ...]
    """The audit's entries of the import, in their order."""
    teams: Mapping[int, Any]
    players: Mapping[int, Any]
    guardians: Mapping[int, Any]
    links: Mapping[tuple[int, int], Any]
    contracts: Mapping[int, Any]
    mails: tuple[Mail, ...]
    touched: Mapping[tuple[str, int], Touch]
    removed_teams: frozenset[int]
    """Teams that a contract would go back to, and that are gone."""
    season_chosen: bool
    signed: frozenset[int]
    """Contracts that have, or had, a signature or a scan."""
    signed_by: frozenset[tuple[int, int]]
    """Player and guardian, where the guardian signed for the player."""


# What was done and undone again is as if nobody had been there.
_TOUCHED = text(
    f"""
    SELECT DISTINCT ON (a.entity, a.entity_id) a.entity, a.entity_id, a.recorded_by, a.action
    FROM audit a
    WHERE a.league_id = :league_id AND a.id > :import_id
        AND ((a.entity = 'team' AND a.entity_id = ANY (CAST(:teams AS bigint[])))
            OR (a.entity = 'player' AND a.entity_id = ANY (CAST(:players AS bigint[])))
            OR (a.entity = 'guardian' AND a.entity_id = ANY (CAST(:guardians AS bigint[])))
            OR (a.entity = 'contract' AND a.entity_id = ANY (CAST(:contracts AS bigint[])))
            OR (a.entity = 'season' AND a.entity_id = CAST(:season AS bigint)))
        AND {standing(":import_id")}
        AND NOT (a.action IN ('archived', 'brought_back') AND 'brought_back' = (
            SELECT latest.action FROM audit latest
            WHERE latest.league_id = :league_id AND latest.entity = a.entity AND latest.entity_id = a.entity_id
                AND latest.action IN ('archived', 'brought_back')
            ORDER BY latest.id DESC LIMIT 1))
    ORDER BY a.entity, a.entity_id, a.id DESC
    """  # noqa: S608 - no value is in it
)


async def read_facts(session: AsyncSession, league_id: int, one: RosterImport, made: Made, *, lock: bool) -> Facts:
    """Everything that taking the import back depends on; with ``lock`` nobody changes it until the transaction ends."""
    changes = await _changes(session, league_id, one)
    named = _named(changes)
    contract_ids = {*made.contracts, *named["contract"]}
    player_ids = {*made.players, *named["player"]}
    guardian_ids = {*made.guardians, *named["guardian"]}
    team_ids = {*made.teams, *named["team"], *named["before"]}
    # First the contracts, as everybody does, so that two desks never wait for each other.
    contracts = await _rows(
        session, _contracts(league_id, contract_ids, player_ids, guardian_ids, made), Contract, lock=lock
    )
    players = await _rows(session, select(Player).where(_of(Player, league_id, player_ids)), Player, lock=lock)
    guardians = await _rows(
        session, select(Guardian).where(_of(Guardian, league_id, guardian_ids)), Guardian, lock=lock
    )
    teams = await _rows(session, _teams(league_id, team_ids, made), Team, lock=lock)
    links = select(PlayerGuardian).where(
        PlayerGuardian.league_id == league_id,
        or_(among(PlayerGuardian.player_id, player_ids), among(PlayerGuardian.guardian_id, guardian_ids)),
    )
    linked = (await session.scalars(links.execution_options(populate_existing=True))).all()
    everyone = {contract.player_id: None for contract in contracts.values()}
    names = await session.execute(
        select(Player.id, Player.first_name, Player.last_name).where(_of(Player, league_id, everyone))
    )
    return Facts(
        changes=changes,
        teams=teams,
        players=players | {row.id: row for row in names if row.id not in players},
        guardians=guardians,
        links={(link.player_id, link.guardian_id): link for link in linked},
        contracts=contracts,
        mails=await _mails(session, league_id, contracts, one.at, lock=lock),
        touched=await _touched(session, league_id, one, made),
        removed_teams=frozenset(named["before"]) - teams.keys(),
        season_chosen=await _chosen(session, league_id, made.season),
        signed=await _signed(session, league_id, contracts),
        signed_by=await _signed_by(session, league_id, player_ids),
    )


def _of(table: Any, league_id: int, ids: Any) -> Any:
    return (table.league_id == league_id) & among(table.id, ids)


async def _changes(session: AsyncSession, league_id: int, one: RosterImport) -> tuple[Any, ...]:
    """One transaction has one time."""
    found = await session.scalars(
        select(Audit)
        .where(
            Audit.league_id == league_id,
            Audit.recorded_at == one.at,
            Audit.recorded_by == one.by,
            Audit.id < one.id,
            Audit.entity.in_(("team", "player", "guardian", "contract")),
            Audit.action.in_(("changed", "moved", "guardian_added")),
        )
        .order_by(Audit.id)
    )
    return tuple(found)


def _named(changes: tuple[Any, ...]) -> dict[str, set[int]]:
    named: dict[str, set[int]] = {name: set() for name in ("team", "player", "guardian", "contract", "before")}
    for entry in changes:
        named[entry.entity].add(entry.entity_id)
        if entry.action == "moved":
            named["before"].add(entry.before["team_id"])
            named["team"].add(entry.after["team_id"])
        elif "guardian_id" in entry.after:
            named["guardian"].add(entry.after["guardian_id"])
    return named


def _contracts(league_id: int, ids: set[int], player_ids: set[int], guardian_ids: set[int], made: Made) -> Any:
    """Those of the import, whatever else is in a team or a season that it made, and those of the families."""
    children = select(PlayerGuardian.player_id).where(among(PlayerGuardian.guardian_id, guardian_ids))
    inside = or_(
        among(Contract.id, ids),
        among(Contract.team_id, made.teams),
        among(Contract.player_id, player_ids),
        Contract.player_id.in_(children),
        Contract.season_id == made.season,
    )
    return select(Contract).where(Contract.league_id == league_id, inside)


def _teams(league_id: int, ids: set[int], made: Made) -> Any:
    """Those of the import, their namesakes, and whatever is in a season that it made."""
    names = select(Team.season_id, Team.name_key).where(among(Team.id, ids))
    inside = or_(among(Team.id, ids), tuple_(Team.season_id, Team.name_key).in_(names), Team.season_id == made.season)
    return select(Team).where(Team.league_id == league_id, inside)


async def _rows(session: AsyncSession, query: Any, table: Any, *, lock: bool) -> dict[int, Any]:
    ordered = query.order_by(table.id).execution_options(populate_existing=True)
    found = await session.scalars(ordered.with_for_update() if lock else ordered)
    return {row.id: row for row in found}


async def _mails(
    session: AsyncSession, league_id: int, contracts: Mapping[int, Any], at: datetime, *, lock: bool
) -> tuple[Mail, ...]:
    query = (
        select(
            Outbox.id,
            Outbox.contract_id,
            Outbox.recipient,
            Outbox.kind,
            Outbox.state,
            Outbox.claims,
            (Outbox.created_at >= at).label("since"),
            ((Outbox.state == OutboxState.CANCELLED) & (Outbox.finalized_at == at)).label("cancelled_then"),
        )
        .where(Outbox.league_id == league_id, among(Outbox.contract_id, contracts))
        .order_by(Outbox.id)
    )
    return tuple(
        Mail(
            row.id,
            row.contract_id,
            row.recipient,
            row.kind,
            OutboxState(row.state),
            bool(row.claims) or row.state not in HELD,
            row.since,
            bool(row.cancelled_then),
        )
        for row in await session.execute(query.with_for_update() if lock else query)
    )


async def _touched(
    session: AsyncSession, league_id: int, one: RosterImport, made: Made
) -> dict[tuple[str, int], Touch]:
    values = {
        "league_id": league_id,
        "import_id": one.id,
        "teams": list(made.teams),
        "players": list(made.players),
        "guardians": list(made.guardians),
        "contracts": list(made.contracts),
        "season": made.season,
    }
    found = await session.execute(_TOUCHED, values)
    return {(row.entity, row.entity_id): Touch(row.recorded_by, row.action) for row in found}


async def _chosen(session: AsyncSession, league_id: int, season_id: int | None) -> bool:
    if season_id is None:
        return False
    return bool(
        await session.scalar(select(exists().where(League.id == league_id, League.current_season_id == season_id)))
    )


async def _signed_by(session: AsyncSession, league_id: int, player_ids: set[int]) -> frozenset[tuple[int, int]]:
    rows = await session.execute(
        select(Contract.player_id, Signature.guardian_id)
        .join(Signature, Signature.contract_id == Contract.id)
        .where(
            Contract.league_id == league_id, among(Contract.player_id, player_ids), Signature.guardian_id.is_not(None)
        )
    )
    return frozenset((row.player_id, row.guardian_id) for row in rows)


async def _signed(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> frozenset[int]:
    signature, scan = (
        exists().where(Signature.contract_id == Contract.id),
        exists().where(Scan.contract_id == Contract.id),
    )
    query = select(Contract.id).where(
        Contract.league_id == league_id, among(Contract.id, contract_ids), or_(signature, scan)
    )
    return frozenset(await session.scalars(query))
