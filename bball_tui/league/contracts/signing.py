"""Signing: a signature and its e-mails are one fact, written in one transaction or not at all.

``signing_preview`` shows the effect first; both decide by the rules of ``signing_rules``. The number of
statements is the same for one contract and for a thousand.
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.kept_plans import KEEPS_PLAN
from bball_tui.database.states import Capacity, ContractStatus, SigningMethod, WaitsFor
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.facts import (
    ContractFacts,
    Refused,
    hold_teams,
    lock_contracts,
    read_contracts,
    read_guardians,
)
from bball_tui.league.contracts.signing_rules import (
    FIRST_GUARDIAN,
    Notice,
    Recipient,
    Signer,
    SignerChoice,
    check_choice,
    check_day,
    check_hold,
    decide,
    family_facts,
    missing,
    recipients_of,
)
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.papers.scan_file import ScanFile
from bball_tui.league.papers.scans import entry_of, keep
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.queue import NewItem, enqueue


class SigningRequest(Struct, frozen=True):
    """What staff decided.

    ``contracts`` are ids with the version that was on the screen. ``signed_on`` None is today in the league's time
    zone, ``capacity`` None is derived, ``hold_seconds`` None is the league's own.
    """

    contracts: tuple[tuple[int, int], ...]
    signer: SignerChoice = FIRST_GUARDIAN
    capacity: Capacity | None = None
    method: SigningMethod = SigningMethod.PAPER
    signed_on: date | None = None
    hold_seconds: int | None = None
    scans: tuple[tuple[int, ScanFile], ...] = ()
    """The papers of contracts among them, kept with the signatures that name them by their hash."""


class SignedContract(Struct, frozen=True):
    """A contract that is signed now."""

    id: int
    revision: int
    signature_id: int
    signer: Signer
    """Who was written down."""


class SigningResult(Struct, frozen=True):
    """What happened. Until ``undo_until`` no mail leaves, and undo takes everything back (None: nothing to undo)."""

    signed: tuple[SignedContract, ...]
    refused: tuple[Refused, ...]
    outbox_ids: tuple[int, ...]
    undo_until: datetime | None
    waiting: int = 0
    """How many of the mails wait for the link of their team's chat."""


class _PreparedSignature(Struct, frozen=True):
    contract: ContractFacts
    signer: Signer
    recipients: tuple[Recipient, ...]


# Signature and contract in one statement: neither is ever seen without the other. The arrays stand in subqueries, or
# the planner would make a plan of its own for each number of papers.
_SIGN = text(
    """
    WITH paper AS (
        SELECT * FROM unnest(
            (SELECT CAST(:contract_ids AS bigint[])), (SELECT CAST(:guardian_ids AS bigint[])),
            (SELECT CAST(:signers AS text[])), (SELECT CAST(:capacities AS text[])), (SELECT CAST(:hashes AS bytea[]))
        ) AS paper (contract_id, guardian_id, signer, capacity, evidence_sha256)
    ), written AS (
        INSERT INTO signature (league_id, contract_id, guardian_id, signer, capacity, method, signed_on,
                               evidence_sha256)
        SELECT :league_id, contract_id, guardian_id, signer, capacity, :method, :signed_on, evidence_sha256 FROM paper
        RETURNING id, contract_id
    )
    UPDATE contract
    SET status = 'signed', signature_id = written.id, revision = revision + 1, version = version + 1
    FROM written
    WHERE contract.id = written.contract_id
    RETURNING contract.id, contract.revision, contract.signature_id
    """
).execution_options(**KEEPS_PLAN)


async def sign(session: AsyncSession, league_id: int, request: SigningRequest) -> SigningResult:
    """Mark contracts signed and promise their mails. The caller commits, and with that everything happens or nothing.

    A contract that somebody else changed or signed meanwhile is refused by itself; the others are signed. A player
    without a guardian's e-mail address is signed, and nobody is told.

    Raises:
        BballError: nothing chosen, or a date, a signer's name or a hold that cannot be.
    """
    if not request.contracts:
        raise BballError(_("No contract is chosen. Choose at least one."))
    ids = list(dict.fromkeys(contract_id for contract_id, _ in request.contracts))
    await lock_contracts(session, league_id, ids)
    clock = await read_clock(session, league_id)
    day, hold = check_day(request.signed_on, clock), check_hold(request.hold_seconds, clock)
    if clock.wait_for_chat:
        await hold_teams(session, ids)
    papers, refused = await _prepare(session, league_id, request, clock, day)
    if not papers:
        return SigningResult((), tuple(refused), (), None)
    scans = dict(request.scans)
    signed = await _write(session, league_id, papers, request.method, day, scans)
    kept = await keep(
        session, league_id, {one.id: (one.signature_id, scans[one.id]) for one in signed.values() if one.id in scans}
    )
    items = [
        _item(paper, signed[paper.contract.id].revision, recipient, day, wait_for_chat=clock.wait_for_chat)
        for paper in papers
        for recipient in paper.recipients
    ]
    outbox_ids = await enqueue(session, league_id, items, hold_seconds=hold)
    await record(
        session, league_id, [_entry(paper, signed[paper.contract.id], request.method, day) for paper in papers]
    )
    await record(session, league_id, [entry_of(one, scan_id, scans[one]) for one, scan_id in kept.items()])
    return SigningResult(
        signed=tuple(signed[paper.contract.id] for paper in papers),
        refused=tuple(refused),
        outbox_ids=tuple(outbox_ids),
        undo_until=clock.now + timedelta(seconds=hold) if hold else None,
        waiting=sum(item.waits_for is not None for item in items),
    )


async def mails_of_signing(
    session: AsyncSession, league_id: int, request: SigningRequest
) -> tuple[tuple[NewItem, ...], tuple[Refused, ...]]:
    """The mails that :func:`sign` would promise now, and what it would refuse. Nothing is written.

    Raises:
        BballError: as :func:`sign` says.
    """
    clock = await read_clock(session, league_id)
    day = check_day(request.signed_on, clock)
    papers, refused = await _prepare(session, league_id, request, clock, day)
    items = tuple(
        _item(paper, paper.contract.revision + 1, recipient, day, wait_for_chat=clock.wait_for_chat)
        for paper in papers
        for recipient in paper.recipients
    )
    return items, tuple(refused)


async def _prepare(
    session: AsyncSession, league_id: int, request: SigningRequest, clock: LeagueClock, day: date
) -> tuple[list[_PreparedSignature], list[Refused]]:
    """Which contracts can be signed as ``request`` says, by whom, and who hears of it."""
    expected, choice = dict(reversed(request.contracts)), check_choice(request.signer)
    contracts = await read_contracts(session, league_id, list(dict.fromkeys(expected)))
    guardians = await read_guardians(session, league_id, {one.player_id for one in contracts.values()})
    papers: list[_PreparedSignature] = []
    refused: list[Refused] = []
    for contract_id in dict.fromkeys(contract_id for contract_id, _version in request.contracts):
        contract = contracts.get(contract_id)
        if contract is None:
            refused.append(Refused(contract_id, missing().text))
            continue
        parents = guardians.get(contract.player_id, ())
        decided = decide(contract, parents, clock, expected[contract_id], choice, request.capacity, day)
        if isinstance(decided, Notice):
            refused.append(Refused(contract_id, decided.text))
        else:
            papers.append(_PreparedSignature(contract, decided, recipients_of(parents)))
    return papers, refused


async def _write(
    session: AsyncSession,
    league_id: int,
    papers: list[_PreparedSignature],
    method: SigningMethod,
    day: date,
    scans: Mapping[int, ScanFile],
) -> dict[int, SignedContract]:
    rows = await session.execute(
        _SIGN,
        {
            "league_id": league_id,
            "contract_ids": [paper.contract.id for paper in papers],
            "guardian_ids": [paper.signer.guardian_id for paper in papers],
            "signers": [paper.signer.name for paper in papers],
            "capacities": [str(paper.signer.capacity) for paper in papers],
            "hashes": [scans[one.contract.id].sha256 if one.contract.id in scans else None for one in papers],
            "method": str(method),
            "signed_on": day,
        },
    )
    signers = {paper.contract.id: paper.signer for paper in papers}
    return {row.id: SignedContract(row.id, row.revision, row.signature_id, signers[row.id]) for row in rows}


def welcome_facts(contract: ContractFacts, signer: Signer, recipient: Recipient, day: date) -> WelcomeMail:
    """What the welcome mail of a signature would say to one recipient."""
    return WelcomeMail(**family_facts(contract, recipient), signer=signer.name, capacity=signer.capacity, signed_on=day)


def _item(paper: _PreparedSignature, revision: int, recipient: Recipient, day: date, *, wait_for_chat: bool) -> NewItem:
    facts = welcome_facts(paper.contract, paper.signer, recipient, day)
    waits = WaitsFor.TEAM_CHAT if wait_for_chat and not paper.contract.has_chat_link else None
    return NewItem(
        facts.kind, paper.contract.id, revision, recipient.address, facts, occasion=facts.occasion, waits_for=waits
    )


def _entry(paper: _PreparedSignature, signed: SignedContract, method: SigningMethod, day: date) -> Entry:
    return Entry(
        action="signed",
        entity="contract",
        entity_id=signed.id,
        before={"status": paper.contract.status},
        after={
            "status": ContractStatus.SIGNED,
            "signature_id": signed.signature_id,
            "revision": signed.revision,
            "signer": paper.signer.name,
            "capacity": paper.signer.capacity,
            "method": method,
            "signed_on": day.isoformat(),
            "mails": len(paper.recipients),
        },
    )
