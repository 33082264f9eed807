"""The kinds of mails of a league in numbers, and each as the families of a real contract would get it."""

from datetime import datetime
from zlib import crc32

from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, Outbox
from bball_tui.database.states import WAITING_STATUSES, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.facts import read_contracts, read_guardians
from bball_tui.league.contracts.signing_rules import family_facts, recipients_of
from bball_tui.league.league_clock import read_clock
from bball_tui.league.mails.preview import MailPreview, preview_items, preview_mails
from bball_tui.mail.kinds import KINDS, facts_of
from bball_tui.outbox.counts import override_trouble
from bball_tui.outbox.mail_conditions import is_in_folder
from bball_tui.outbox.queue import NewItem
from bball_tui.settings import Settings


class KindRow(Struct, frozen=True):
    """One kind. ``own``: the league has a template of its own; ``trouble`` says why that could not be used."""

    kind: str
    sent: int
    waiting: int
    last: datetime | None
    own: bool
    trouble: str | None

    @property
    def id(self) -> int:
        """The same at every look."""
        return crc32(self.kind.encode())


async def mail_kinds(session: AsyncSession, league_id: int, settings: Settings) -> tuple[KindRow, ...]:
    """All kinds with their numbers."""
    sent = (Outbox.state == OutboxState.SENT) & ~is_in_folder()
    rows = await session.execute(
        select(
            Outbox.kind,
            func.count().filter(sent).label("sent"),
            func.count().filter(Outbox.state.in_((OutboxState.QUEUED, OutboxState.SENDING))).label("waiting"),
            func.max(Outbox.finalized_at).filter(sent).label("last"),
        )
        .where(Outbox.league_id == league_id)
        .group_by(Outbox.kind)
    )
    found = {row.kind: row for row in rows}
    troubles = {str(one.kind): one.notice for one in await override_trouble(session, league_id)}
    return tuple(
        KindRow(
            kind=kind,
            sent=found[kind].sent if kind in found else 0,
            waiting=found[kind].waiting if kind in found else 0,
            last=found[kind].last if kind in found else None,
            own=settings.template_dir is not None and (settings.template_dir / kind).is_dir(),
            trouble=troubles.get(kind),
        )
        for kind in KINDS
    )


async def preview_kind(
    session: AsyncSession, league_id: int, settings: Settings, kind: str, contract_id: int | None
) -> tuple[MailPreview, ...]:
    """The mails of ``kind`` as the families of a contract would get them now; without a contract, of any that fits.

    Raises:
        BballError: there is no such contract, or such a mail would not be about it.
    """
    if contract_id is None:
        fitting = select(Contract.id).where(Contract.league_id == league_id, Contract.status.in_(WAITING_STATUSES))
        contract_id = await session.scalar(fitting.order_by(Contract.id.desc()).limit(1))
    if contract_id is None:
        raise BballError(_("No contract waits for a signature. Put the cursor on one in the tab Contracts."))
    if KINDS[kind].shown_by_signing:
        return await preview_mails(session, league_id, settings, contract_id)
    contract = (await read_contracts(session, league_id, [contract_id])).get(contract_id)
    if contract is None:
        raise BballError(_("That contract isn't in this league."))
    clock = await read_clock(session, league_id)
    days = (await session.execute(select(Contract.offered_on, Contract.due_on).where(Contract.id == contract_id))).one()
    family = (await read_guardians(session, league_id, {contract.player_id})).get(contract.player_id, ())
    about = KINDS[kind].preview_facts(contract.player, days.offered_on or clock.today, days.due_on)
    items = []
    for one in recipients_of(family):
        facts = facts_of(kind, {**family_facts(contract, one), **about})
        items.append(NewItem(facts.kind, contract.id, contract.revision, one.address, facts, occasion=facts.occasion))
    return await preview_items(session, league_id, settings, items)
