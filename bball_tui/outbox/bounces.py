"""Writes down that accepted mails came back: which mail it was, what the mailbox's server said, what follows."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Bounce, Outbox, OutboxMessage
from bball_tui.database.states import OutboxState
from bball_tui.language import stored
from bball_tui.outbox.addresses import LONGEST_REASON, suppress
from bball_tui.outbox.causes import BOUNCED, BOUNCED_FOR_US

RECENT = timedelta(days=30)
"""How old a mail may be that a report without its Message-ID is about."""
_LEFT = (OutboxState.SENT, OutboxState.IN_DOUBT)


class Returned(Struct, frozen=True):
    """What a report says about one address. ``key`` names it forever; ``message_id`` and ``subject`` are those of
    the mail that came back, None where the report does not say. ``permanent``: status and words say that there is no
    such mailbox. ``about_us``: the words complain about the league's mail, not about the address.
    """

    key: str
    addresses: tuple[str, ...]
    message_id: str | None
    subject: str | None
    permanent: bool
    status: str | None
    diagnostic: str | None
    reporter: str | None
    reported_at: datetime | None
    about_us: bool = False


class Match(StrEnum):
    """What became of a report. ``stranger``: it is about no mail of the league."""

    NEW = "new"
    KNOWN = "known"
    STRANGER = "stranger"


class Noted(Struct, frozen=True):
    """``outbox_id`` and ``recipient`` of the mail that came back (None and the reported address for a stranger);
    ``blocked``: the address takes no more mail since now.
    """

    match: Match
    outbox_id: int | None
    recipient: str
    blocked: bool = False


async def note_bounce(session: AsyncSession, league_id: int, returned: Returned, *, block: bool) -> Noted:
    """Write one report down; the same one again changes nothing. The caller commits.

    A mail in doubt that comes back did go out. With ``block``, an address whose mailbox is not there takes no more
    mail from now on, if the report proves that it is about a mail of ours: it carries the Message-ID, which only the
    one who got the mail knows, and it is about the very address that the mail went to. Anybody can write the others,
    and they block nothing: they are shown to staff.
    """
    known = (
        await session.execute(
            select(Bounce.outbox_id, Bounce.recipient).where(
                Bounce.league_id == league_id, Bounce.report_key == returned.key
            )
        )
    ).one_or_none()
    if known is not None:
        return Noted(Match.KNOWN, known.outbox_id, known.recipient)
    mail = await _find(session, league_id, returned)
    if mail is None:
        return Noted(Match.STRANGER, None, returned.addresses[0])
    names_mail = mail.message_id == returned.message_id and mail.recipient.lower() == returned.addresses[-1].lower()
    made = await session.scalar(
        insert(Bounce)
        .values(
            league_id=league_id,
            outbox_id=mail.id,
            report_key=returned.key,
            recipient=mail.recipient,
            permanent=returned.permanent,
            names_mail=names_mail,
            status=returned.status,
            diagnostic=returned.diagnostic,
            reporter=returned.reporter,
            reported_at=returned.reported_at,
        )
        .on_conflict_do_nothing()
        .returning(Bounce.id)
    )
    if made is None:
        return Noted(Match.KNOWN, mail.id, mail.recipient)
    await session.execute(
        update(Outbox)
        .where(Outbox.id == mail.id, Outbox.state.in_(_LEFT), Outbox.bounced_at.is_(None))
        .values(
            state=OutboxState.SENT,
            finalized_at=func.coalesce(Outbox.finalized_at, func.now()),
            claim_token=None,
            bounced_at=func.now(),
            error_class=BOUNCED_FOR_US if returned.about_us else BOUNCED,
            error_code=returned.status,
            error_text=returned.diagnostic,
        )
        .execution_options(synchronize_session=False)
    )
    blocked = False
    if block and returned.permanent and names_mail:
        said = f": {returned.diagnostic}" if returned.diagnostic else ""
        reason = stored("came back{said}").format(said=said)[:LONGEST_REASON]
        blocked = await suppress(session, league_id, mail.recipient, reason, by_report=True)
    return Noted(Match.NEW, mail.id, mail.recipient, blocked)


async def _find(session: AsyncSession, league_id: int, returned: Returned) -> Any:
    """The mail that came back, locked: the one of that Message-ID, else the newest accepted to one of the addresses.

    A report without the Message-ID proves nothing, so it ends no doubt.
    """
    mails = (
        select(Outbox.id, Outbox.recipient, Outbox.message_id)
        .where(Outbox.league_id == league_id)
        .with_for_update(of=Outbox)
    )
    if returned.message_id is not None:
        exact = mails.where(Outbox.message_id == returned.message_id)
        if (found := (await session.execute(exact)).one_or_none()) is not None:
            return found
        if returned.subject is None:
            return None  # somebody else's mail, or nothing to tell it from one
    to_them = (
        mails.where(
            func.lower(Outbox.recipient).in_([one.lower() for one in returned.addresses]),
            Outbox.state == OutboxState.SENT,
            Outbox.finalized_at > func.now() - RECENT,
        )
        .order_by(Outbox.id.desc())
        .limit(1)
    )
    if returned.subject is not None:
        same = select(OutboxMessage.outbox_id).where(
            OutboxMessage.outbox_id == Outbox.id, OutboxMessage.subject == returned.subject
        )
        to_them = to_them.where(same.exists())
    return (await session.execute(to_them)).one_or_none()


class BounceLine(Struct, frozen=True):
    """One report about a mail, for its story. ``names_mail`` False: it may be about another one, or forged."""

    recorded_at: datetime
    status: str | None
    diagnostic: str | None
    reporter: str | None
    permanent: bool
    names_mail: bool


async def bounces_of(session: AsyncSession, outbox_id: int) -> Sequence[BounceLine]:
    """The reports about one mail, the oldest first."""
    rows = await session.execute(
        select(
            Bounce.recorded_at,
            Bounce.status,
            Bounce.diagnostic,
            Bounce.reporter,
            Bounce.permanent,
            Bounce.names_mail,
        )
        .where(Bounce.outbox_id == outbox_id)
        .order_by(Bounce.id)
    )
    return [
        BounceLine(row.recorded_at, row.status, row.diagnostic, row.reporter, row.permanent, row.names_mail)
        for row in rows
    ]
