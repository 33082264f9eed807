"""The queue's main verbs: enqueue, claim, mark on the wire, freeze.

One row is one mail to one recipient. A claim is a lease with a fresh token; every later write names the token, so
that a worker which was paused past its lease changes nothing anymore. Each verb is one statement in the caller's
transaction, which must be short: never open while something travels over the network.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec
from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.autocommit import Executor
from bball_tui.database.kept_plans import KEEPS_PLAN
from bball_tui.database.states import WaitsFor
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.outbox.message_ids import MESSAGE_ID, OF_ITEMS, UNADDRESSED
from bball_tui.wording import counted

LEASE = timedelta(seconds=60)
"""How long a claim lasts unless it is extended."""


class NewItem(Struct, frozen=True):
    """One mail to be: ``revision`` counts the signings of the contract (None: it is about none); ``payload`` is what
    msgspec encodes.

    ``occasion`` tells apart several mails of one kind about one revision to one recipient, such as the reminders of
    an offer; empty when there can be only one. An item that ``waits_for`` something is due only when somebody brings
    that about, or says that it is to be sent all the same (`waiting.py`).
    """

    kind: str
    contract_id: int | None
    revision: int
    recipient: str
    payload: object
    occasion: str = ""
    waits_for: WaitsFor | None = None

    @property
    def dedupe_key(self) -> str:
        """Names the promise of this mail forever; the same promise is never enqueued twice."""
        promise = f"{self.kind}:{self.contract_id}:{self.revision}:{self.recipient.lower()}"
        return f"{promise}:{self.occasion}" if self.occasion else promise


class Frozen(Struct, frozen=True):
    """The rendered mail, written before the first send and never changed.

    ``notice`` is what staff should know of how it was written (None: nothing); it is not read back. ``sha256`` is that
    of the bytes that were stored, when it was read back: whoever sends ``mime`` compares it.
    """

    subject: str
    mime: bytes
    notice: str | None = None
    sha256: bytes | None = None


class Claim(Struct, frozen=True):
    """An item that one worker may send until its lease ends. ``n`` numbers the claims of the item from 1."""

    id: int
    league_id: int
    token: UUID
    n: int
    worker: str
    kind: str
    contract_id: int | None
    recipient: str
    message_id: str
    payload: Any
    attempts: int
    max_attempts: int
    provider_ref: str | None
    created_at: datetime
    frozen: Frozen | None


# The conflict names no column: the Message-ID is as unique as the promise, and of two transactions at once either may
# be met first.
_ENQUEUE = text(
    f"""
    INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload, available_at,
                        waits_for)
    SELECT :league_id, item.kind, item.contract_id, item.recipient, item.dedupe_key, {MESSAGE_ID}, item.payload,
           now() + CASE WHEN item.waits_for IS NULL THEN make_interval(secs => :hold_seconds)
                        ELSE make_interval(years => 100) END,
           item.waits_for
    FROM {OF_ITEMS}
    ORDER BY item.place
    ON CONFLICT DO NOTHING
    RETURNING id
    """  # noqa: S608 - the inserted texts are constants
).execution_options(**KEEPS_PLAN)


# An item that was not written must be one that was promised before: whatever else stands in its way, such as a row that
# somebody planted under its name, would take the family's mail away without a word.
_NOT_PROMISED = text(
    """
    SELECT count(*)
    FROM jsonb_to_recordset(CAST(:items AS jsonb)) AS i (kind text, contract_id bigint, recipient text, dedupe_key text)
    LEFT JOIN outbox ON outbox.league_id = :league_id AND outbox.dedupe_key = i.dedupe_key
    WHERE (outbox.kind, outbox.contract_id, outbox.address)
        IS DISTINCT FROM (i.kind, i.contract_id, lower(i.recipient))
    """
)
_PLANTED = _(
    "{} cannot be queued: the outbox holds another one under the same name. Nothing was done. Look at the league's "
    "e-mails for one that no one here wrote, and tell the person who looks after the database."
)


async def enqueue(session: AsyncSession, league_id: int, items: Sequence[NewItem], *, hold_seconds: int) -> list[int]:
    """Promise ``items`` inside the caller's transaction; workers hear of it at its commit.

    An item whose ``dedupe_key`` was ever enqueued before is left out. ``hold_seconds`` is how long the new items
    wait before a worker may take them, so that undo can take them back.

    Returns:
        The ids of the new rows, in the order of ``items``.

    Raises:
        BballError: another mail stands where one of these belongs.
    """
    if not items:
        return []
    values = {"league_id": league_id, "items": encoded(items)}
    promise = {**values, "hold_seconds": hold_seconds, "unaddressed": UNADDRESSED}
    made = sorted((await session.scalars(_ENQUEUE, promise)).all())
    if len(made) < len({item.dedupe_key for item in items}):
        wrong = await session.scalar(_NOT_PROMISED, values)
        if wrong:
            raise BballError(_PLANTED.format(counted(wrong, "e-mail")))
    return made


def encoded(items: Sequence[NewItem]) -> str:
    """``items`` as the SQL of ``message_ids.py`` reads them."""
    rows = [
        {
            "place": place,
            "kind": item.kind,
            "contract_id": item.contract_id,
            "recipient": item.recipient,
            "dedupe_key": item.dedupe_key,
            "payload": item.payload,
            "waits_for": item.waits_for,
        }
        for place, item in enumerate(items)
    ]
    return msgspec.json.encode(rows).decode()


# The suppression list is looked at here and not at enqueue, so that an address listed later is honored as well.
# The candidates are MATERIALIZED: inlined, the planner may take more rows than the LIMIT.
# A plan may be made while the tables are empty, and stay when they are full. It would read all of a table for a join,
# so what is joined here and below is named by its ids as well, or looked up for each row (OFFSET 0).
# A claim need not survive a crash of the server, so its commit waits for no disk: forgotten, it fails at the mark.
_CLAIM = text(
    """
    WITH due AS MATERIALIZED (
        SELECT id, league_id, address
        FROM outbox
        WHERE league_id = :league_id AND state = 'queued' AND available_at <= now()
            AND (CAST(:admitted AS boolean) OR NOT EXISTS (
                SELECT FROM provider_gate AS gate
                WHERE gate.league_id = :league_id AND gate.provider IN ('*', :provider) AND gate.state <> 'closed'))
        ORDER BY priority, available_at, id
        LIMIT :limit
        FOR UPDATE SKIP LOCKED
    ), judged AS MATERIALIZED (
        SELECT due.id, suppression.reason
        FROM due
        LEFT JOIN LATERAL (
            SELECT reason FROM suppression
            WHERE league_id = due.league_id AND lifted_at IS NULL AND address = due.address
            OFFSET 0
        ) AS suppression ON true
    ), suppressed AS (
        UPDATE outbox
        SET state = 'suppressed', finalized_at = now(), error_class = 'suppressed', error_code = NULL,
            error_text = judged.reason
        FROM judged
        WHERE outbox.id = judged.id AND outbox.id = ANY (ARRAY(SELECT id FROM judged WHERE reason IS NOT NULL))
    ), taken AS (
        UPDATE outbox
        SET state = 'sending', claims = claims + 1, claim_token = gen_random_uuid(), claimed_by = :worker,
            claimed_at = clock_timestamp(), lease_until = clock_timestamp() + make_interval(secs => :lease),
            wire_started_at = NULL, provider = :provider
        WHERE id = ANY (ARRAY(SELECT id FROM judged WHERE reason IS NULL))
        RETURNING outbox.*
    )
    SELECT taken.id, league_id, claim_token, claims, kind, contract_id, recipient, message_id, payload, attempts,
           max_attempts, provider_ref, created_at, message.subject, message.mime, message.sha256,
           set_config('synchronous_commit', 'off', true)
    FROM taken
    LEFT JOIN LATERAL (
        SELECT subject, mime, sha256 FROM outbox_message
        WHERE outbox_id = taken.id AND league_id = taken.league_id
        OFFSET 0
    ) AS message ON true
    ORDER BY priority, available_at, taken.id
    """
)


async def claim(
    executor: Executor,
    league_id: int,
    *,
    limit: int,
    worker: str,
    provider: str,
    lease: timedelta = LEASE,
    admitted: bool = True,
) -> list[Claim]:
    """Take up to ``limit`` due items for ``worker``; commit at once.

    Items of suppressed addresses become suppressed instead, with the reason, and are not returned. A worker that was
    not ``admitted`` by the gates gets nothing unless all of them are closed, that is, let mail pass.
    """
    values = {
        "admitted": admitted,
        "league_id": league_id,
        "limit": limit,
        "worker": worker,
        "provider": provider,
        "lease": lease.total_seconds(),
    }
    return [claim_of(row, worker) for row in await executor.execute(_CLAIM, values)]


def claim_of(row: Any, worker: str) -> Claim:
    """The claim of ``worker`` in a row with the columns of the outbox and those of the frozen message."""
    return Claim(
        id=row.id,
        league_id=row.league_id,
        token=row.claim_token,
        n=row.claims,
        worker=worker,
        kind=row.kind,
        contract_id=row.contract_id,
        recipient=row.recipient,
        message_id=row.message_id,
        payload=row.payload,
        attempts=row.attempts,
        max_attempts=row.max_attempts,
        provider_ref=row.provider_ref,
        created_at=row.created_at,
        frozen=None if row.mime is None else Frozen(row.subject, row.mime, sha256=row.sha256),
    )


_ADDRESS = text(
    """
    WITH ours AS MATERIALIZED (
        SELECT outbox.id
        FROM unnest(CAST(:ids AS bigint[]), CAST(:tokens AS uuid[])) AS held (id, token)
        JOIN outbox ON outbox.id = held.id AND outbox.claim_token = held.token
        WHERE outbox.state = 'sending'
            AND NOT EXISTS (SELECT FROM outbox_message WHERE outbox_message.outbox_id = outbox.id)
        ORDER BY outbox.id
        FOR UPDATE OF outbox
    )
    UPDATE outbox SET message_id = split_part(message_id, '@', 1) || '@' || :domain || '>'
    FROM ours
    WHERE outbox.id = ours.id
    RETURNING outbox.id, message_id
    """
)


async def address_ids(executor: Executor, claims: Sequence[Claim], domain: str) -> list[Claim]:
    """Give mails that were promised before the league had a From address a Message-ID of its ``domain``.

    Only for claims that still hold and are not frozen; the others come back as they are.
    """
    bare = [one for one in claims if one.frozen is None and one.message_id.endswith(f"@{UNADDRESSED}>")]
    if not bare:
        return list(claims)
    values = held(bare) | {"domain": domain}
    given = {row.id: row.message_id for row in await executor.execute(_ADDRESS, values)}
    return [replace(one, message_id=given.get(one.id, one.message_id)) for one in claims]


class Departure(Struct, frozen=True):
    """A claimed mail that is about to go on the wire. ``message`` is None when it was frozen before."""

    claim: Claim
    message: Frozen | None


# A frozen mail that is there already stays. Locked, so that anyone who claims the mail after us sees it.
# Its commit waits for no disk: the mark's comes after it and does, and a log of writes has no gaps.
_FREEZE = text(
    """
    WITH ours AS MATERIALIZED (
        SELECT outbox.id, outbox.league_id
        FROM unnest(CAST(:ids AS bigint[]), CAST(:tokens AS uuid[])) AS leaving (id, token)
        JOIN outbox ON outbox.id = leaving.id AND outbox.claim_token = leaving.token
        WHERE outbox.id = ANY (CAST(:ids AS bigint[]))
            AND outbox.state = 'sending' AND outbox.lease_until > clock_timestamp()
        ORDER BY outbox.id
        FOR SHARE OF outbox
    )
    INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256, notice)
    SELECT ours.id, ours.league_id, new.subject, new.mime, new.sha256, new.notice
    FROM unnest(CAST(:new_ids AS bigint[]), CAST(:subjects AS text[]), CAST(:mimes AS bytea[]),
                CAST(:hashes AS bytea[]), CAST(:notices AS text[]))
        AS new (id, subject, mime, sha256, notice)
    JOIN ours ON ours.id = new.id
    ON CONFLICT (outbox_id, league_id) DO NOTHING
    RETURNING outbox_id, set_config('synchronous_commit', 'off', true)
    """
)


async def freeze(executor: Executor, departures: Sequence[Departure]) -> frozenset[int]:
    """Write down these mails as they will go out, ahead of the mark, so that the mark is short.

    Only for claims that still hold, and only once for each mail: to send a mail that is not in the answer is to send
    other bytes than those that were written down.

    Returns:
        The ids that are frozen as given.
    """
    values = held([departure.claim for departure in departures]) | _written(departures)
    return frozenset([row.outbox_id for row in await executor.execute(_FREEZE, values)])


def held(claims: Sequence[Claim]) -> dict[str, Any]:
    """``claims`` as the statements name them: by ``ids`` and ``tokens``."""
    return {"ids": [claim.id for claim in claims], "tokens": [claim.token for claim in claims]}


def _written(departures: Sequence[Departure]) -> dict[str, Any]:
    new = [(departure.claim.id, departure.message) for departure in departures if departure.message is not None]
    return {
        "new_ids": [id_ for id_, _ in new],
        "subjects": [message.subject for _, message in new],
        "mimes": [message.mime for _, message in new],
        "hashes": [sha256(message.mime).digest() for _, message in new],
        "notices": [message.notice for _, message in new],
    }


# clock_timestamp() and not now(): a process that was stopped after BEGIN must not look alive. Locked in the order of
# ids, like everywhere, so that two statements about the same mails never wait for each other. A fresh lease stays as it
# is: it is indexed, and without a new one the row's indexes need not be touched.
_MARKED = """
    WITH ours AS MATERIALIZED (
        SELECT outbox.id
        FROM unnest(CAST(:ids AS bigint[]), CAST(:tokens AS uuid[])) AS leaving (id, token)
        JOIN outbox ON outbox.id = leaving.id AND outbox.claim_token = leaving.token
        WHERE outbox.id = ANY (CAST(:ids AS bigint[]))
            AND outbox.state = 'sending' AND outbox.lease_until > clock_timestamp() AND outbox.wire_started_at IS NULL
        ORDER BY outbox.id
        FOR UPDATE OF outbox
    ), marked AS (
        UPDATE outbox
        SET wire_started_at = clock_timestamp(), attempts = attempts + 1,
            lease_until = CASE
                WHEN lease_until > clock_timestamp() + make_interval(secs => :lease * 0.75) THEN lease_until
                ELSE clock_timestamp() + make_interval(secs => :lease)
            END
        WHERE id = ANY (ARRAY(SELECT id FROM ours))
        RETURNING outbox.id, outbox.league_id
    )
"""
_MARK = text(f"{_MARKED} SELECT id FROM marked")  # noqa: S608 - the inserted text is a constant
# The written mails are joined last, so that nothing sorts or copies their bytes.
_MARK_AND_FREEZE = text(
    f"""{_MARKED}, frozen AS (
        INSERT INTO outbox_message (outbox_id, league_id, subject, mime, sha256, notice)
        SELECT marked.id, marked.league_id, new.subject, new.mime, new.sha256, new.notice
        FROM unnest(CAST(:new_ids AS bigint[]), CAST(:subjects AS text[]), CAST(:mimes AS bytea[]),
                    CAST(:hashes AS bytea[]), CAST(:notices AS text[]))
        AS new (id, subject, mime, sha256, notice)
        JOIN marked ON marked.id = new.id
    )
    SELECT id FROM marked
    """  # noqa: S608 - the inserted text is a constant
)


async def mark_on_wire(
    executor: Executor, departures: Sequence[Departure], *, lease: timedelta = LEASE
) -> frozenset[int]:
    """Write down, before the final dot can go out, that these mails may have left; freeze what was not frozen yet.

    Counts the attempt and begins a new ``lease``, unless most of the last one is left. Only for claims that still
    hold: same token, still sending, lease not over. To send a mail that is not in the answer is to send a second copy.

    Returns:
        The ids that are still ours.
    """
    values = {"lease": lease.total_seconds()} | held([departure.claim for departure in departures])
    statement = _MARK
    if any(departure.message is not None for departure in departures):
        statement, values = _MARK_AND_FREEZE, values | _written(departures)
    return frozenset([row.id for row in await executor.execute(statement, values)])


# One short index scan for each priority; min() over all of them would read every queued row.
_NEXT_DUE = text(
    """
    SELECT extract(epoch FROM min(first.available_at) - clock_timestamp())
    FROM (VALUES (1), (2), (3), (4)) AS level (priority)
    CROSS JOIN LATERAL (
        SELECT available_at FROM outbox
        WHERE league_id = :league_id AND state = 'queued' AND priority = level.priority
        ORDER BY available_at LIMIT 1
    ) AS first
    """
)


async def next_due(session: AsyncSession, league_id: int) -> float | None:
    """Seconds until the next queued item may be taken (0 or less: now); None when nothing is queued."""
    seconds = await session.scalar(_NEXT_DUE, {"league_id": league_id})
    return None if seconds is None else float(seconds)
