"""What a mail is written from: its frozen facts, the league's look, and the chat link at the moment of writing.

The facts come from the outbox item; the brand and the link are read when the mail is written, so a link pasted within
the hour still gets in.
"""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.autocommit import Executor
from bball_tui.language import _
from bball_tui.mail.from_address import NoSender, default_sender
from bball_tui.mail.kinds import facts_of
from bball_tui.mail.kinds.base import MailKind
from bball_tui.mail.kinds.message import MessageMail
from bball_tui.mail.safe_values import RenderError, https_url, one_line
from bball_tui.mail.wrong_family_check import strangers
from bball_tui.settings import Settings


class Brand(Struct, frozen=True):
    """How the league presents itself. ``from_email`` of None: the renderer picks the sender, see ``sender``."""

    league_name: str
    brand_color: str
    logo_url: str | None = None
    from_name: str | None = None
    from_email: str | None = None
    reply_to: str | None = None
    language: str = "en"
    timezone: str = "UTC"
    unsubscribe: bool = False
    """Messages of one's own say how one gets no more of them."""

    @property
    def unsubscribe_to(self) -> str | None:
        """Where somebody writes who wants no more messages; None: nothing is said of that."""
        return (self.reply_to or self.from_email) if self.unsubscribe else None

    def day(self, moment: datetime) -> date:
        """The date of ``moment`` on the league's clock.

        Raises:
            RenderError: there is no such time zone.
        """
        try:
            return moment.astimezone(ZoneInfo(self.timezone)).date()
        except (KeyError, ValueError, OSError):
            raise RenderError(
                _(
                    "The league's time zone {timezone!r} is not known, so no one can say which day it is "
                    "there. Set one such as America/Chicago."
                ).format(timezone=one_line(self.timezone)[:60])
            ) from None


class MessageContext(Struct, frozen=True):
    """Everything that one mail is written from. ``chat_url`` is None or a link that passed ``https_url``."""

    facts: MailKind
    brand: Brand
    chat_url: str | None = None


class Promised(Protocol):
    """A mail that was, or is to be, promised: an outbox item, a claim, a row with these columns."""

    @property
    def kind(self) -> str: ...

    @property
    def contract_id(self) -> int | None: ...

    @property
    def recipient(self) -> str | None:
        """None: it is about invented people, and goes to nobody."""

    @property
    def payload(self) -> Any: ...


_LOOK = text(
    """
    SELECT league.name, league.brand_color, league.logo_url, league.from_name, league.from_email, league.reply_to,
           league.language, league.timezone, league.unsubscribe, links.contract_id, links.chat_url
    FROM league
    LEFT JOIN (
        SELECT contract.id AS contract_id, team.groupme_share_url AS chat_url
        FROM contract JOIN team ON team.id = contract.team_id
        WHERE contract.league_id = :league_id AND contract.id = ANY (CAST(:contract_ids AS bigint[]))
    ) AS links ON true
    WHERE league.id = :league_id
    """
)


_FROM = text("SELECT from_email FROM league WHERE id = :league_id")
# Mails that were written before the league changed its address bear the one of then.
_SENDERS = text(
    """
    SELECT lower(said.address) FROM (
        SELECT from_email AS address FROM league WHERE id = :league_id
        UNION SELECT before ->> 'from_email' FROM audit
            WHERE league_id = :league_id AND entity = 'league' AND entity_id = :league_id
        UNION SELECT after ->> 'from_email' FROM audit
            WHERE league_id = :league_id AND entity = 'league' AND entity_id = :league_id
    ) AS said
    WHERE said.address <> ''
    """
)


async def load_contexts(
    executor: Executor, settings: Settings, *, league_id: int, mails: Sequence[Promised]
) -> list[MessageContext | RenderError]:
    """What each of ``mails`` is written from, read with one statement however many they are.

    In the payload are the facts; the league's look and the team's chat link are those of now. A chat link that is not
    https, or not at one of ``settings.chat_hosts``, is left out: the mail goes without its button rather than not at
    all, and the checks of the preview say so.

    Returns:
        In the order of ``mails``; an error where the payload is not complete, or the league is gone.
    """
    contract_ids = [mail.contract_id for mail in mails if mail.contract_id is not None]
    found = list(await executor.execute(_LOOK, {"league_id": league_id, "contract_ids": contract_ids}))
    if not found:
        gone = RenderError(
            _("The league of this e-mail is not in the database anymore, so there is no one to send it.")
        )
        return [gone for _ in mails]
    league = found[0]
    brand = Brand(
        league_name=league.name,
        brand_color=league.brand_color,
        logo_url=league.logo_url and https_url(league.logo_url),
        from_name=league.from_name,
        from_email=league.from_email,
        reply_to=league.reply_to,
        language=league.language,
        timezone=league.timezone,
        unsubscribe=league.unsubscribe,
    )
    chats = {row.contract_id: row.chat_url and https_url(row.chat_url, settings.chat_hosts) for row in found}

    def context(mail: Promised) -> MessageContext | RenderError:
        try:
            return MessageContext(facts_of(mail.kind, mail.payload), brand, chats.get(mail.contract_id))
        except RenderError as error:
            return error

    contexts = [context(mail) for mail in mails]
    messages = {
        at: (mail.recipient, found.facts)
        for at, (mail, found) in enumerate(zip(mails, contexts, strict=True))
        if isinstance(found, MessageContext) and isinstance(found.facts, MessageMail) and mail.recipient is not None
    }
    for at, stranger in zip(messages, await strangers(executor, league_id, list(messages.values())), strict=True):
        contexts[at] = stranger or contexts[at]
    return contexts


async def has_from_address(session: AsyncSession, league_id: int) -> bool:
    """Whether the league says itself in whose name its mails go out."""
    return await session.scalar(_FROM, {"league_id": league_id}) is not None


async def senders_of(session: AsyncSession, settings: Settings, league_id: int) -> frozenset[str]:
    """The addresses, in lower case, in whose name mails of the league may go out: its own, now and before."""
    known = set(await session.scalars(_SENDERS, {"league_id": league_id}))
    with suppress(NoSender):
        known.add(default_sender(settings).lower())
    return frozenset(known)


async def load_context(session: AsyncSession, settings: Settings, *, league_id: int, mail: Promised) -> MessageContext:
    """The same for one mail.

    Raises:
        RenderError: the payload is not complete, the kind is not known, or the league is gone.
    """
    (found,) = await load_contexts(session, settings, league_id=league_id, mails=[mail])
    if isinstance(found, RenderError):
        raise found
    return found
