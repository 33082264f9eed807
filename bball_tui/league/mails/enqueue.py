"""The mails that an act on a contract promises besides the welcome: an offer, and a correction of what was told."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import League, Outbox
from bball_tui.database.states import OutboxState
from bball_tui.league.contracts.facts import ContractFacts, GuardianFacts, read_guardians
from bball_tui.league.contracts.facts import SignatureFacts as Signature
from bball_tui.league.contracts.signing_rules import family_facts, recipients_of
from bball_tui.mail.kinds.correction import CorrectionMail, SignatureFacts
from bball_tui.mail.kinds.offer import OfferMail
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.queue import NewItem, enqueue


async def wants_offer_mails(session: AsyncSession, league_id: int) -> bool:
    """Whether the league tells families of an offer by mail."""
    return bool(await session.scalar(select(League.mail_offers).where(League.id == league_id)))


async def enqueue_offers(
    session: AsyncSession,
    league_id: int,
    contracts: Sequence[ContractFacts],
    *,
    offered_on: date,
    due_on: date | None,
    hold_seconds: int,
) -> tuple[int, ...]:
    """One mail for each guardian who takes mail; the ids of the new ones."""
    guardians = await read_guardians(session, league_id, {one.player_id for one in contracts})
    items = []
    for contract in contracts:
        for one in recipients_of(guardians.get(contract.player_id, ())):
            facts = OfferMail(**family_facts(contract, one), offered_on=offered_on, due_on=due_on)
            items.append(
                NewItem(facts.kind, contract.id, contract.revision, one.address, facts, occasion=facts.occasion)
            )
    return tuple(await enqueue(session, league_id, items, hold_seconds=hold_seconds))


async def enqueue_corrections(
    session: AsyncSession,
    league_id: int,
    told: Iterable[tuple[int, str]],
    contracts: Mapping[int, ContractFacts],
    *,
    note: str,
    hold_seconds: int,
    still_signed: bool = False,
) -> tuple[int, ...]:
    """Tell those who were told of a signature that it does not hold, or how it does; the ids of the new mails.

    ``told`` are contract ids with the address that was told. ``contracts`` are as they were while they were signed, or
    with ``still_signed`` as they are now: anyone who was told just that gets no mail.
    """
    pairs = list(dict.fromkeys(told))
    guardians = await read_guardians(session, league_id, {contracts[one].player_id for one, _ in pairs})
    numbers = await _corrections(session, {one for one, _ in pairs})
    said = await _last_told(session, {one for one, _ in pairs})
    items = []
    for contract_id, address in pairs:
        contract = contracts[contract_id]
        was = said.get((contract_id, address.lower()))
        now = None if contract.signature is None or not still_signed else _as_told(contract.signature)
        if was is None or was == now:
            continue
        who = _whose(guardians.get(contract.player_id, ()), address)
        facts = CorrectionMail(
            player_first=contract.player_first,
            player_last=contract.player_last,
            team=contract.team,
            season=contract.season,
            guardian_first="" if who is None else who.first,
            guardian_last="" if who is None else who.last,
            language="" if who is None else who.language,
            was=was,
            now=now,
            note=note,
            number=numbers[contract_id] + 1,
        )
        items.append(NewItem(facts.kind, contract_id, contract.revision, address, facts, occasion=facts.occasion))
    return tuple(await enqueue(session, league_id, items, hold_seconds=hold_seconds))


def _as_told(signature: Signature) -> SignatureFacts:
    return SignatureFacts(signer=signature.signer, capacity=signature.capacity, signed_on=signature.signed_on)


async def _last_told(session: AsyncSession, contract_ids: set[int]) -> dict[tuple[int, str], SignatureFacts]:
    """What each address read last about the signature of each contract; nothing, if that it does not hold."""
    rows = await session.execute(
        select(Outbox.contract_id, Outbox.address, Outbox.kind, Outbox.payload)
        .where(
            among(Outbox.contract_id, contract_ids),
            Outbox.kind.in_((WelcomeMail.kind, CorrectionMail.kind)),
            Outbox.state.not_in((OutboxState.CANCELLED, OutboxState.SUPPRESSED)),
        )
        .order_by(Outbox.id)
    )
    found: dict[tuple[int, str], SignatureFacts | None] = {}
    for row in rows:
        said = row.payload if row.kind == WelcomeMail.kind else row.payload["now"]
        found[row.contract_id, row.address] = None if said is None else msgspec.convert(said, SignatureFacts)
    return {key: said for key, said in found.items() if said is not None}


async def _corrections(session: AsyncSession, contract_ids: set[int]) -> Counter[int]:
    """How many corrections each contract's families had; the same number for all of one contract."""
    rows = await session.execute(
        select(Outbox.contract_id, Outbox.recipient, func.count())
        .where(among(Outbox.contract_id, contract_ids), Outbox.kind == CorrectionMail.kind)
        .group_by(Outbox.contract_id, Outbox.recipient)
    )
    found: Counter[int] = Counter()
    for contract_id, _, number in rows:
        if contract_id is not None:
            found[contract_id] = max(found[contract_id], number)
    return found


def _whose(guardians: Sequence[GuardianFacts], address: str) -> GuardianFacts | None:
    return next((one for one in guardians if one.email and one.email.lower() == address.lower()), None)
