"""The mails of one contract as families get them, before they are promised or sent."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Outbox, OutboxMessage
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, retold
from bball_tui.league.contracts.facts import ContractFacts, read_contracts, read_guardians
from bball_tui.league.contracts.signing import SigningRequest, mails_of_signing
from bball_tui.league.contracts.signing_rules import FIRST_GUARDIAN, Notice, NoticeKind, decide
from bball_tui.league.league_clock import read_clock
from bball_tui.mail.checks import check
from bball_tui.mail.context import MessageContext, load_contexts
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.mail.render import RenderedMessage, Renderer
from bball_tui.mail.safe_values import RenderError
from bball_tui.mail.samples import SAMPLE_DATE, sample_context
from bball_tui.mail.transports import stays_here
from bball_tui.outbox.addresses import HEALTHY, AddressHealth, address_health
from bball_tui.outbox.enqueue_dry_run import enqueue_dry_run
from bball_tui.outbox.mail_conditions import is_in_folder
from bball_tui.outbox.queue import NewItem
from bball_tui.outbox.state_words import MAIL_GONE
from bball_tui.settings import Settings

SAMPLE_ADDRESS = "sample@families.invalid"
SAMPLE_ID = "<sample@bball-tui.invalid>"
MOST_SHOWN = 20
"""Mails of one signing that are written to be looked at."""


class MailPreview(Struct, frozen=True):
    """One mail. ``state`` None: nothing is promised yet; ``frozen``: it was written already and never changes.

    ``warnings`` are sentences for staff. ``outbox_id`` is None while nothing is promised. ``in_folder``: it counts as
    sent, and was only written to a folder.
    """

    recipient: str
    subject: str
    mime: bytes
    message_id: str
    state: OutboxState | None
    frozen: bool
    warnings: tuple[str, ...]
    kind: str
    outbox_id: int | None
    in_folder: bool = False


class Promise(Struct, frozen=True):
    """A mail to be, as it is written from: see :class:`bball_tui.mail.context.Promised`."""

    kind: str
    contract_id: int | None
    payload: Any
    recipient: str | None = None


class LastCopy(Struct, frozen=True):
    """The mail of the same kind that an address got last."""

    subject: str
    mime: bytes
    sent_at: datetime


async def preview_mails(
    session: AsyncSession, league_id: int, settings: Settings, contract_id: int
) -> tuple[MailPreview, ...]:
    """The mails of the contract's signing; of an open contract, those that signing it now would promise.

    The bytes are those that go out, but for the date of a mail that is not frozen yet: what signing would promise is
    made by the code that signs.

    Raises:
        BballError: there is no such contract, it cannot be signed as it is, or a mail cannot be written.
    """
    contract = (await read_contracts(session, league_id, [contract_id])).get(contract_id)
    if contract is None:
        raise BballError(_("That contract isn't in this league."))
    if contract.signature is not None:
        rows = await _items(
            session,
            Outbox.contract_id == contract.id,
            Outbox.kind == WelcomeMail.kind,
            func.split_part(Outbox.dedupe_key, ":", 3) == str(contract.revision),
        )
        return await _read(session, league_id, settings, rows, promised=True)
    request = SigningRequest(contracts=((contract.id, contract.version),))
    items, refused = await mails_of_signing(session, league_id, request)
    if refused:
        raise BballError(await _no_signer(session, league_id, contract) or refused[0].reason)
    return await preview_items(session, league_id, settings, items)


async def _no_signer(session: AsyncSession, league_id: int, contract: ContractFacts) -> str | None:
    """Who signs may be typed when it is signed; here nobody is asked, and so it says what is missing and where."""
    clock = await read_clock(session, league_id)
    family = (await read_guardians(session, league_id, [contract.player_id])).get(contract.player_id, ())
    decided = decide(contract, family, clock, contract.version, FIRST_GUARDIAN, None, clock.today)
    if not isinstance(decided, Notice) or decided.kind is not NoticeKind.NO_SIGNER:
        return None
    return _(
        "{player} has no guardian who may sign, so the e-mail has no signer to name. Add a "
        "guardian of {player} ({{player.family}}), or say of one that they may sign."
    ).format(player=contract.player)


async def preview_request(
    session: AsyncSession, league_id: int, settings: Settings, request: SigningRequest, *, most: int = MOST_SHOWN
) -> tuple[MailPreview, ...]:
    """The first ``most`` mails that signing ``request`` would promise, in its very words. Nothing is written.

    Raises:
        BballError: as :func:`~.signing.sign` says, or a mail cannot be written.
    """
    items, __ = await mails_of_signing(session, league_id, request)
    return await preview_items(session, league_id, settings, items[:most])


async def preview_items(
    session: AsyncSession, league_id: int, settings: Settings, items: Sequence[NewItem]
) -> tuple[MailPreview, ...]:
    """The mails of ``items`` as they would go out if they were promised now. Nothing is written.

    Raises:
        BballError: a mail cannot be written.
    """
    wanted = [item.dedupe_key for item in items]
    found = await _items(session, Outbox.league_id == league_id, Outbox.dedupe_key.in_(wanted))
    there = {one.dedupe_key: one for one in found}
    rows = [there.get(one.dedupe_key, one) for one in await enqueue_dry_run(session, league_id, items)]
    return await _read(session, league_id, settings, rows, promised=False)


async def preview_sample(session: AsyncSession, league_id: int, settings: Settings, kind: str) -> MailPreview:
    """The mail of ``kind`` to the invented people of its sample, in the look of the league.

    Raises:
        BballError: the mail cannot be written.
    """
    sample = sample_context(kind)
    nobody = Promise(kind, None, msgspec.to_builtins(sample.facts))
    (own,) = await load_contexts(session, settings, league_id=league_id, mails=[nobody])
    if isinstance(own, RenderError):
        raise own
    context = MessageContext(own.facts, own.brand, sample.chat_url)
    message = Renderer(settings).render(context, recipient=SAMPLE_ADDRESS, message_id=SAMPLE_ID, date=SAMPLE_DATE)
    warnings = tuple(warning.text for warning in check(message, context))
    return MailPreview(SAMPLE_ADDRESS, message.subject, message.mime, SAMPLE_ID, None, False, warnings, str(kind), None)


async def last_copy(
    session: AsyncSession, league_id: int, recipient: str, kind: str, *, before: int | None = None
) -> LastCopy | None:
    """What ``recipient`` got last of this kind, ``before`` the mail of that id; None when it got none."""
    query = (
        select(OutboxMessage.subject, OutboxMessage.mime, Outbox.finalized_at)
        .join(Outbox, Outbox.id == OutboxMessage.outbox_id)
        .where(
            Outbox.league_id == league_id,
            func.lower(Outbox.recipient) == recipient.lower(),
            Outbox.kind == kind,
            Outbox.state == OutboxState.SENT,
            ~is_in_folder(),
        )
        .order_by(Outbox.id.desc())
        .limit(1)
    )
    if before is not None:
        query = query.where(Outbox.id < before)
    found = (await session.execute(query)).one_or_none()
    return None if found is None else LastCopy(found.subject, found.mime, found.finalized_at)


async def preview_mail(session: AsyncSession, league_id: int, settings: Settings, outbox_id: int) -> MailPreview:
    """One promised mail: as it was written, else as it would be written now.

    Raises:
        BballError: there is no such mail, or it was never written and cannot be.
    """
    rows = await _items(session, Outbox.league_id == league_id, Outbox.id == outbox_id)
    if not rows:
        raise BballError(MAIL_GONE.format())
    return (await _read(session, league_id, settings, rows, promised=True))[0]


async def _read(
    session: AsyncSession, league_id: int, settings: Settings, rows: Sequence[Any], *, promised: bool
) -> tuple[MailPreview, ...]:
    renderer = Renderer(settings)
    contexts = await load_contexts(session, settings, league_id=league_id, mails=rows)
    known = await address_health(session, league_id, {row.recipient for row in rows})
    return tuple(
        _preview(renderer, row, context, known.get(row.recipient.lower(), HEALTHY), promised=promised)
        for row, context in zip(rows, contexts, strict=True)
    )


def _preview(
    renderer: Renderer, row: Any, context: MessageContext | RenderError, health: AddressHealth, *, promised: bool
) -> MailPreview:
    warnings = list(_about(row.recipient, health))
    if row.mime is not None:
        message = RenderedMessage(row.subject, row.mime, (row.notice,) if row.notice else ())
    elif isinstance(context, RenderError):
        raise context
    else:
        message = renderer.render(
            context,
            recipient=row.recipient,
            message_id=row.message_id,
            date=datetime.now(UTC).replace(microsecond=0),
        )
    if not isinstance(context, RenderError):
        warnings += [warning.text for warning in check(message, context)]
    return MailPreview(
        recipient=row.recipient,
        subject=message.subject,
        mime=message.mime,
        message_id=row.message_id,
        state=OutboxState(row.state) if promised else None,
        frozen=row.mime is not None,
        warnings=tuple(warnings),
        kind=row.kind,
        outbox_id=row.id if promised else None,
        in_folder=promised and row.state == OutboxState.SENT and stays_here(row.provider),
    )


def _about(recipient: str, health: AddressHealth) -> Iterator[str]:
    if health.blocked is not None:
        yield _("{recipient} gets no more e-mail ({blocked}): this one would not go out.").format(
            recipient=recipient, blocked=retold(health.blocked)
        )
    if health.came_back is not None:
        yield _("The last e-mail to {recipient} came back: {why}.").format(
            recipient=recipient, why=retold(health.why or "") or _("it could not be delivered")
        )


async def _items(session: AsyncSession, *wanted: ColumnElement[bool]) -> Sequence[Any]:
    return (
        await session.execute(
            select(
                Outbox.id,
                Outbox.kind,
                Outbox.contract_id,
                Outbox.recipient,
                Outbox.dedupe_key,
                Outbox.message_id,
                Outbox.payload,
                Outbox.state,
                Outbox.provider,
                OutboxMessage.subject,
                OutboxMessage.mime,
                OutboxMessage.notice,
            )
            .outerjoin(OutboxMessage, OutboxMessage.outbox_id == Outbox.id)
            .where(*wanted)
            .order_by(Outbox.id)
        )
    ).all()
