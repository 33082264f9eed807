"""One contract, player or team whole: what the inspector shows and what a parent on the phone asks for."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from msgspec import UNSET, Struct
from msgspec.structs import replace
from sqlalchemy import func, or_, select, union
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.listing import among
from bball_tui.database.masked_views import Hidden, is_masked
from bball_tui.database.signature_in_force import last_in_force
from bball_tui.database.states import Capacity, ContractStatus, OutboxState, SigningMethod
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.importing.imports import IMPORTED
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.merging.people import Person, why_missing
from bball_tui.league.papers.scans import ScanRow, list_scans
from bball_tui.league.roster.family import GuardianView, read_family
from bball_tui.league.roster.lists import TeamListing
from bball_tui.league.roster.notes import NoteView, read_notes
from bball_tui.league.roster.player import also_called
from bball_tui.league.roster.rows import ContractRow, RosterFilter, TeamRow
from bball_tui.league.rules.store import read_findings
from bball_tui.league.rules.team_check import RuleFinding
from bball_tui.league.timeline.facts import Attempt, AuditFacts, ContractState, Mail
from bball_tui.league.timeline.next_step import next_step
from bball_tui.league.timeline.words import TimelineEvent, mail_words, timeline_of
from bball_tui.league.values.birthdates import age_on
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.transports import stays_here
from bball_tui.outbox.sending_status import not_set_up


class PlayerView(Struct, frozen=True):
    """A player; ``age`` in whole years today (None: no birthdate)."""

    id: int
    first: str
    last: str
    jersey: str | None
    birthdate: date | None
    age: int | None
    also: str = ""
    """The names of those who were merged into this one."""
    birthdate_hidden: Hidden = UNSET


class SignatureView(Struct, frozen=True):
    """A signature: the one in force, or the last that was."""

    id: int
    signer: str
    guardian_id: int | None
    capacity: Capacity
    method: SigningMethod
    signed_on: date
    received_at: datetime
    recorded_by: str
    note: str | None
    correction_reason: str | None
    """Why it was written instead of an older one; None: it was the first."""


class MailView(Struct, frozen=True):
    """One mail about the contract; ``words`` say what became of it."""

    id: int
    recipient: str
    state: OutboxState
    words: str


class ContractDetail(Struct, frozen=True):
    """A contract whole. ``mails`` and ``trace`` are of all its signings, the oldest first; ``next`` is a sentence."""

    id: int
    version: int
    status: ContractStatus
    status_reason: str | None
    offered_on: date | None
    due_on: date | None
    player: PlayerView
    team_id: int
    team: str
    division: str
    chat_url: str | None
    season: str
    guardians: tuple[GuardianView, ...]
    signature: SignatureView | None
    past_signature: SignatureView | None
    """The last one in force, where none is: the contract was released or made void, or the signing was undone."""
    superseded: tuple[SignatureView, ...]
    """What the record of either said before it was corrected, the latest first."""
    scans: tuple[ScanRow, ...]
    mails: tuple[MailView, ...]
    trace: tuple[TimelineEvent, ...]
    next: str
    notes: tuple[NoteView, ...] = ()
    """What the family said, the latest first, struck notes too."""


class PlayerDetail(Struct, frozen=True):
    """A player with guardians and the contracts of all seasons; ``latest`` is the newest of them whole."""

    player: PlayerView
    guardians: tuple[GuardianView, ...]
    contracts: tuple[ContractRow, ...]
    latest: ContractDetail | None
    notes: tuple[NoteView, ...] = ()
    """What the family said, the latest first, struck notes too."""


class TeamDetail(Struct, frozen=True):
    """A team with its chat and its contracts, by the player's name."""

    team: TeamRow
    group_id: str | None
    chat_url: str | None
    contracts: tuple[ContractRow, ...]
    findings: tuple[RuleFinding, ...] = ()
    """What of the team is against the league's rules."""


async def contract_detail(
    session: AsyncSession, league_id: int, contract_id: int, outgoing: Outgoing
) -> ContractDetail:
    """Everything about one contract, told in the league's time zone.

    Raises:
        BballError: the league has no such contract.
    """
    clock = replace(
        await read_clock(session, league_id),
        not_set_up=await not_set_up(session, league_id, outgoing),
    )
    found = (
        await session.execute(
            select(models.Contract, models.Player, models.Team, models.Season.name, models.Signature)
            .join(models.Player, models.Player.id == models.Contract.player_id)
            .join(models.Team, models.Team.id == models.Contract.team_id)
            .join(models.Season, models.Season.id == models.Contract.season_id)
            .outerjoin(models.Signature, models.Signature.id == models.Contract.signature_id)
            .where(models.Contract.league_id == league_id, models.Contract.id == contract_id)
            .execution_options(populate_existing=True)
        )
    ).one_or_none()
    if found is None:
        raise BballError(_("That contract isn't in this league."))
    contract, player, team, season, signature = found
    past = await last_in_force(session, contract_id) if signature is None else None
    shown = signature or past
    mails = await _read_mails(session, league_id, contract_id, contract.player_id)
    attempts = await _read_attempts(session, [mail.id for mail in mails])
    entries = [
        *await _read_imports(session, player, contract),
        *await _read_audit(session, contract_id, [mail.id for mail in mails]),
    ]
    notes = await read_notes(session, league_id, contract.player_id)
    state = ContractState(
        status=ContractStatus(contract.status),
        revision=contract.revision,
        offered_on=contract.offered_on,
        due_on=contract.due_on,
        reason=contract.status_reason,
        undo_until=_undo_until(entries, clock),
    )
    return ContractDetail(
        id=contract.id,
        version=contract.version,
        status=state.status,
        status_reason=contract.status_reason,
        offered_on=contract.offered_on,
        due_on=contract.due_on,
        player=await _player(session, player, clock),
        team_id=team.id,
        team=team.name,
        division=team.division,
        chat_url=team.groupme_share_url,
        season=season,
        guardians=await read_family(session, league_id, contract.player_id),
        signature=None if signature is None else _signature(signature),
        past_signature=None if past is None else _signature(past),
        superseded=() if shown is None else await _read_superseded(session, shown),
        scans=await list_scans(session, league_id, [contract_id]),
        mails=tuple(MailView(mail.id, mail.recipient, mail.state, mail_words(mail, clock)) for mail in mails),
        trace=timeline_of(state, entries, mails, attempts, clock, notes),
        next=next_step(state, mails, clock),
        notes=notes,
    )


def _undo_until(entries: Collection[AuditFacts], clock: LeagueClock) -> datetime | None:
    """Until when the list of what one did has the latest signing: only the signer has it, and only while nobody else
    changed the contract since.
    """
    acts = [entry for entry in entries if entry.entity == "contract"]
    signed = max((entry for entry in acts if entry.action == "signed"), key=lambda entry: entry.at, default=None)
    if signed is None or any(entry.who != clock.person and entry.at >= signed.at for entry in acts):
        return None
    return signed.at + timedelta(seconds=clock.undo_seconds)


async def player_detail(session: AsyncSession, league_id: int, player_id: int, outgoing: Outgoing) -> PlayerDetail:
    """Everything about one player.

    Raises:
        BballError: the league has no such player.
    """
    clock = await read_clock(session, league_id)
    player = await session.get(models.Player, player_id, populate_existing=True)
    if player is None or player.league_id != league_id:
        raise BballError(await why_missing(session, league_id, Person.PLAYER, player_id))
    contracts = tuple(await ContractListing(league_id, RosterFilter(player_id=player_id)).all(session))
    newest = max((one.id for one in contracts), default=None)
    return PlayerDetail(
        player=await _player(session, player, clock),
        guardians=await read_family(session, league_id, player_id),
        contracts=contracts,
        latest=None if newest is None else await contract_detail(session, league_id, newest, outgoing),
        notes=await read_notes(session, league_id, player_id),
    )


async def team_detail(session: AsyncSession, league_id: int, team_id: int) -> TeamDetail:
    """Everything about one team.

    Raises:
        BballError: the league has no such team.
    """
    wanted = RosterFilter(team_id=team_id)
    rows = await TeamListing(league_id, wanted).all(session)
    if not rows:
        raise BballError(_("That team isn't in this league."))
    team = await session.get_one(models.Team, team_id, populate_existing=True)
    return TeamDetail(
        team=rows[0],
        group_id=team.groupme_group_id,
        chat_url=team.groupme_share_url,
        contracts=tuple(await ContractListing(league_id, wanted).all(session)),
        findings=await read_findings(session, league_id, team_ids=[team_id]),
    )


async def _read_superseded(session: AsyncSession, signature: models.Signature) -> tuple[SignatureView, ...]:
    """The rows that this one corrects, one after the other."""
    if signature.supersedes_id is None:
        return ()
    past = models.Signature
    rows = await session.scalars(select(past).where(past.contract_id == signature.contract_id))
    by_id = {row.id: row for row in rows}
    found: list[SignatureView] = []
    before = by_id.get(signature.supersedes_id)
    while before is not None:
        found.append(_signature(before))
        before = None if before.supersedes_id is None else by_id.get(before.supersedes_id)
    return tuple(found)


async def _read_mails(session: AsyncSession, league_id: int, contract_id: int, player_id: int) -> list[Mail]:
    """The mails about the contract, and the messages that staff wrote about the player and a sibling."""
    outbox, written = models.Outbox, models.OutboxMessage
    family = (
        select(models.Guardian.address)
        .join(models.PlayerGuardian, models.PlayerGuardian.guardian_id == models.Guardian.id)
        .where(models.PlayerGuardian.player_id == player_id, models.Guardian.email.is_not(None))
    )
    ours = outbox.payload.contains({"player_id": player_id}) & outbox.contract_id.is_(None)
    messages = select(outbox.id).where(
        outbox.league_id == league_id,
        outbox.address.in_(family),
        outbox.kind == MessageMail.kind,
        or_(ours, outbox.payload.contains({"others": [{"player_id": player_id}]})),
    )
    about = select(outbox.id).where(outbox.contract_id == contract_id)
    found = await session.execute(
        select(outbox, func.coalesce(written.subject, outbox.payload["subject"].astext, ""))
        .outerjoin(written, written.outbox_id == outbox.id)
        .where(outbox.id.in_(union(about, messages)))
        .order_by(outbox.id)
        .execution_options(populate_existing=True)
    )
    rows = found.all()
    return [
        Mail(
            id=row.id,
            revision=int(row.dedupe_key.split(":", 3)[2]),
            recipient=row.recipient,
            state=OutboxState(row.state),
            claims=row.claims,
            attempts=row.attempts,
            max_attempts=row.max_attempts,
            available_at=row.available_at,
            for_chat=row.waits_for is not None,
            at=row.finalized_at or row.wire_started_at or row.claimed_at,
            error_text=row.error_text,
            came_back=row.bounced_at is not None and row.bounce_settled_at is None,
            in_folder=stays_here(row.provider),
            message=subject if row.kind == MessageMail.kind else "",
            queued_at=row.created_at,
            queued_by=row.created_by,
        )
        for row, subject in rows
    ]


async def _read_attempts(session: AsyncSession, outbox_ids: Collection[int]) -> list[Attempt]:
    attempt = models.OutboxAttempt
    rows = await session.execute(
        select(attempt.outbox_id, attempt.finished_at, attempt.worker, attempt.outcome, attempt.phase, attempt.detail)
        .where(among(attempt.outbox_id, outbox_ids))
        .order_by(attempt.finished_at, attempt.id)
    )
    return [Attempt(*row) for row in rows]


async def _read_imports(session: AsyncSession, player: models.Player, contract: models.Contract) -> list[AuditFacts]:
    """The imports that made the player and the contract."""
    audit = models.Audit
    made = audit.after["made"]
    rows = await session.execute(
        select(*_AUDITED)
        .where(
            audit.league_id == player.league_id,
            audit.entity == "league",
            audit.entity_id == player.league_id,
            audit.action == IMPORTED,
            # One transaction has one time: no long list of ids is read of another import.
            audit.recorded_at.in_([player.created_at, contract.created_at]),
            or_(made["players"].contains([player.id]), made["contracts"].contains([contract.id])),
        )
        .order_by(audit.id)
    )
    return [_audited(row) for row in rows]


async def _read_audit(session: AsyncSession, contract_id: int, outbox_ids: Collection[int]) -> list[AuditFacts]:
    audit = models.Audit
    rows = await session.execute(
        select(*_AUDITED)
        .where(
            or_(
                (audit.entity == "contract") & (audit.entity_id == contract_id),
                (audit.entity == "outbox") & among(audit.entity_id, outbox_ids),
            )
        )
        .order_by(audit.id)
    )
    return [_audited(row) for row in rows]


_AUDITED = (
    models.Audit.entity,
    models.Audit.entity_id,
    models.Audit.action,
    models.Audit.recorded_at,
    models.Audit.recorded_by,
    models.Audit.reason,
    models.Audit.before,
    models.Audit.after,
)


def _audited(row: Any) -> AuditFacts:
    return AuditFacts(
        entity=row.entity,
        entity_id=row.entity_id,
        action=row.action,
        at=row.recorded_at,
        who=row.recorded_by,
        reason=row.reason,
        before=row.before or {},
        after=row.after or {},
    )


async def _player(session: AsyncSession, player: models.Player, clock: LeagueClock) -> PlayerView:
    born, today = player.birthdate, clock.today
    age = None if born is None else age_on(born, today)
    also = also_called(player.merged_names, f"{player.first_name} {player.last_name}")
    hidden = (born is None and await is_masked(session)) or UNSET
    return PlayerView(player.id, player.first_name, player.last_name, player.jersey, born, age, also, hidden)


def _signature(row: models.Signature) -> SignatureView:
    return SignatureView(
        id=row.id,
        signer=row.signer,
        guardian_id=row.guardian_id,
        capacity=Capacity(row.capacity),
        method=SigningMethod(row.method),
        signed_on=row.signed_on,
        received_at=row.received_at,
        recorded_by=row.recorded_by,
        note=row.note,
        correction_reason=row.correction_reason,
    )
