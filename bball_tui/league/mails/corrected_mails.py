"""The welcome mails of a signature whose record or team is corrected: what nobody had yet says what is right."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Outbox
from bball_tui.database.states import OutboxState, WaitsFor
from bball_tui.league.contracts.facts import read_contracts, read_guardians
from bball_tui.league.contracts.signing_rules import family_facts, recipients_of
from bball_tui.league.league_clock import LeagueClock
from bball_tui.mail.kinds.correction import CorrectionMail
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.mail_conditions import MAY_HAVE_LEFT
from bball_tui.outbox.provider_gates import wake_workers
from bball_tui.outbox.queue import NewItem, enqueue
from bball_tui.outbox.resending import promise_again
from bball_tui.outbox.staff_actions import CANCELLABLE, cancel_unsent


class WrittenBefore(Struct, frozen=True):
    """A welcome mail that says what was right before: it left, or may have. ``at`` is when."""

    id: int
    contract_id: int
    recipient: str
    state: OutboxState
    at: datetime | None


class Rewritten(Struct, frozen=True):
    """What became of the welcome mails: ``rewritten`` say what is right and can still leave, ``told`` do not say it."""

    rewritten: tuple[int, ...]
    told: tuple[WrittenBefore, ...]


_NEVER_LEAVES = (OutboxState.CANCELLED, OutboxState.SUPPRESSED)
# Unread is a mail whose bytes are written, and every attempt of which was turned away: another can go in its place.
_WELCOMES = f"""
    SELECT outbox.id, outbox.contract_id, outbox.recipient, outbox.state,
           outbox.state IN ('queued', 'dead', 'cancelled', 'suppressed') AND message.outbox_id IS NULL AS open,
           outbox.state IN ('queued', 'dead') AND message.outbox_id IS NOT NULL AND NOT {MAY_HAVE_LEFT} AS unread,
           coalesce(outbox.finalized_at, outbox.wire_started_at, outbox.claimed_at) AS at
    FROM outbox JOIN contract ON contract.id = outbox.contract_id
    LEFT JOIN (SELECT outbox_id FROM outbox_message) AS message ON message.outbox_id = outbox.id
    WHERE outbox.league_id = :league_id AND outbox.contract_id = ANY(CAST(:ids AS bigint[])) AND outbox.kind = :kind
        AND split_part(outbox.dedupe_key, ':', 3) = CAST(contract.revision AS text)
    ORDER BY outbox.id
"""  # noqa: S608 - the inserted text is a constant
# In the order of ids, like everywhere; no worker takes one meanwhile.
_LOCK = text(f"{_WELCOMES} FOR UPDATE OF outbox")

# A promise is named by contract, signing and recipient: what it says may still change while nobody has read it. With
# another team it may wait for another chat, or for none.
_REWRITE = text(
    """
    WITH facts AS (
        SELECT contract.id,
               jsonb_build_object('signer', signature.signer, 'capacity', signature.capacity,
                                  'signed_on', signature.signed_on, 'team', team.name) AS said,
               CASE WHEN league.wait_for_chat AND team.groupme_share_url IS NULL THEN 'team_chat' END AS waits_for,
               league.hold_seconds
        FROM contract
        JOIN signature ON signature.id = contract.signature_id
        JOIN team ON team.id = contract.team_id
        JOIN league ON league.id = contract.league_id
        WHERE contract.id = ANY(CAST(:contract_ids AS bigint[]))
    )
    UPDATE outbox
    SET payload = outbox.payload || facts.said,
        waits_for = CASE WHEN :moved AND outbox.state = 'queued' AND outbox.claims = 0
                         THEN facts.waits_for ELSE outbox.waits_for END,
        available_at = CASE
            WHEN NOT :moved OR outbox.state <> 'queued' OR outbox.claims > 0
                OR outbox.waits_for IS NOT DISTINCT FROM facts.waits_for THEN outbox.available_at
            WHEN facts.waits_for IS NULL THEN now() + make_interval(secs => facts.hold_seconds)
            ELSE now() + make_interval(years => 100)
        END
    FROM facts
    WHERE outbox.id = ANY(CAST(:ids AS bigint[])) AND facts.id = outbox.contract_id
        AND NOT outbox.payload @> facts.said
    RETURNING outbox.id
    """
)
_STALE = text(
    """
    SELECT outbox.id, contract.version
    FROM outbox
    JOIN contract ON contract.id = outbox.contract_id
    JOIN signature ON signature.id = contract.signature_id
    JOIN team ON team.id = contract.team_id
    WHERE outbox.id = ANY(CAST(:ids AS bigint[])) AND contract.id = ANY(CAST(:contract_ids AS bigint[]))
        AND NOT outbox.payload @> jsonb_build_object(
            'signer', signature.signer, 'capacity', signature.capacity, 'signed_on', signature.signed_on,
            'team', team.name)
    ORDER BY outbox.id
    """
)


async def rewrite_welcomes(
    session: AsyncSession, league_id: int, contract_ids: Collection[int], *, why: str, moved: bool = False
) -> Rewritten:
    """Let the welcome mails of the latest signing say what contract, signature and team say now. The caller commits.

    ``why`` goes into the audit. With ``moved`` the team is another one, whose chat they may have to wait for.
    """
    asked = {"league_id": league_id, "ids": list(contract_ids), "kind": WelcomeMail.kind}
    rows = (await session.execute(_LOCK, asked)).all()
    if unread := [row.id for row in rows if row.unread]:
        stale = await session.execute(_STALE, {"contract_ids": list(contract_ids), "ids": unread})
        for one in stale.all():
            await promise_again(session, league_id, [one.id], occasion=f"record:{one.version}", reason=why)
        rows = (await session.execute(_LOCK, asked)).all()
    values = {"contract_ids": list(contract_ids), "ids": [row.id for row in rows if row.open], "moved": moved}
    rewritten = tuple(sorted(await session.scalars(_REWRITE, values))) if values["ids"] else ()
    await record(session, league_id, [Entry("outbox_rewritten", "outbox", one, why) for one in rewritten])
    if rewritten and moved:
        await wake_workers(session, league_id)
    told = tuple(
        WrittenBefore(row.id, row.contract_id, row.recipient, OutboxState(row.state), row.at)
        for row in rows
        if not row.open and not row.unread and row.state not in _NEVER_LEAVES
    )
    # A canceled one says what is right, too, if it is promised again; nobody is to count on it.
    waiting = {row.id for row in rows if row.state in CANCELLABLE}
    return Rewritten(tuple(one for one in rewritten if one in waiting), told)


# What a family reads of a record: signer, capacity and day. A mail that left before the correction says something else.
_CORRECTED = text(
    f"""
    SELECT welcome.contract_id, welcome.recipient, welcome.state, outbox.provider, welcome.at
    FROM ({_WELCOMES}) AS welcome
    JOIN outbox ON outbox.id = welcome.id
    JOIN contract ON contract.id = welcome.contract_id
    JOIN signature AS now ON now.id = contract.signature_id
    JOIN signature AS before ON before.id = now.supersedes_id
    WHERE NOT welcome.open AND NOT welcome.unread AND welcome.state <> ALL (CAST(:never_leave AS text[]))
        AND (now.signer, now.capacity, now.signed_on) <> (before.signer, before.capacity, before.signed_on)
        AND outbox.payload @> jsonb_build_object(
            'signer', now.signer, 'capacity', now.capacity, 'signed_on', now.signed_on)
        AND welcome.at > now.received_at
    ORDER BY welcome.id
    """  # noqa: S608 - the inserted text is a constant
)


async def read_as_corrected(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> dict[int, Any]:
    """Of each contract the first welcome mail that left, or may have, with what its latest correction says. All of them
    are held until the transaction ends: none leaves meanwhile.
    """
    values = {"league_id": league_id, "ids": list(contract_ids), "kind": WelcomeMail.kind}
    await session.execute(_LOCK, values)
    found: dict[int, Any] = {}
    for row in await session.execute(_CORRECTED, values | {"never_leave": list(_NEVER_LEAVES)}):
        found.setdefault(row.contract_id, row)
    return found


class WelcomesNow(Struct, frozen=True):
    """How the welcome mails of some signatures stand: so many are ``open`` to be rewritten, these were ``told``."""

    open: int
    told: tuple[str, ...]


async def read_welcomes(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> WelcomesNow:
    """What :func:`rewrite_welcomes` would find. Writes nothing, and holds nothing."""
    query = text(_WELCOMES)
    values = {"league_id": league_id, "ids": list(contract_ids), "kind": WelcomeMail.kind}
    rows = (await session.execute(query, values)).all()
    told = (row.recipient for row in rows if not row.open and not row.unread and row.state not in _NEVER_LEAVES)
    waiting = sum((row.open or row.unread) and row.state in CANCELLABLE for row in rows)
    return WelcomesNow(waiting, tuple(dict.fromkeys(told)))


async def welcome_again(
    session: AsyncSession, league_id: int, contract_id: int, addresses: Collection[str], clock: LeagueClock
) -> list[int]:
    """Promise the welcome mail of a signed contract once more, with what it says of the contract now, to those of
    ``addresses`` at which a guardian still takes mail; the ids. It is held like any welcome.
    """
    contract = (await read_contracts(session, league_id, [contract_id]))[contract_id]
    guardians = await read_guardians(session, league_id, [contract.player_id])
    signature = contract.signature
    if signature is None:
        return []
    wanted = {one.lower() for one in addresses}
    waits = WaitsFor.TEAM_CHAT if clock.wait_for_chat and not contract.has_chat_link else None
    items = []
    for one in recipients_of(guardians.get(contract.player_id, ())):
        if one.address.lower() in wanted:
            facts = WelcomeMail(
                **family_facts(contract, one),
                signer=signature.signer,
                capacity=signature.capacity,
                signed_on=signature.signed_on,
            )
            occasion = f"team:{contract.version}"
            items.append(NewItem(facts.kind, contract_id, contract.revision, one.address, facts, occasion, waits))
    return await enqueue(session, league_id, items, hold_seconds=clock.hold_seconds)


async def take_back_corrections(
    session: AsyncSession, contract_ids: Collection[int], *, why: str
) -> tuple[tuple[int, str], ...]:
    """Cancel corrections that have not left, because there is something newer to say; whose they were."""
    taken = await cancel_unsent(session, contract_ids, reason=why, kinds=(CorrectionMail.kind,))
    rows = await session.execute(
        select(Outbox.contract_id, Outbox.recipient).where(among(Outbox.id, taken.cancelled)).order_by(Outbox.id)
    )
    return tuple((row.contract_id, row.recipient) for row in rows if row.contract_id is not None)
