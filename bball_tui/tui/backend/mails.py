"""What the screen reads of mails, and does with them."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource
from bball_tui.errors import BballError
from bball_tui.mail.sender import Outgoing
from bball_tui.outbox.history import OutboxFilter, OutboxRow, OutboxSource
from bball_tui.tui.connection import LeagueConnection as League
from bball_tui.tui.guarded import GuardedSource

if TYPE_CHECKING:
    from bball_tui.league.addresses import AddressFacts, AddressFixed
    from bball_tui.league.for_real import ForReal
    from bball_tui.league.mail_preview import MailPreview
    from bball_tui.league.today import ContractDay
    from bball_tui.mail.template_check import Finding
    from bball_tui.mail.template_guard import TemplateGuard
    from bball_tui.outbox.counts import Bucket, MailDay
    from bball_tui.outbox.sending_status import SendingStatus
    from bball_tui.outbox.staff import Acted
    from bball_tui.outbox.timeline import ItemTimeline


class MailCalls(League):
    """The outbox, its gates and the day."""

    _templates: TemplateGuard | None = None

    def outbox(self, wanted: OutboxFilter) -> RecordSource[OutboxRow]:
        """The league's mails."""
        return GuardedSource(OutboxSource(self.database, self.league.id, wanted), self.settings.log_file)

    async def mail(self, outbox_id: int) -> ItemTimeline:
        from bball_tui.outbox.timeline import item_timeline

        async with self.session() as session:
            return await item_timeline(session, self.league.id, outbox_id, Outgoing.here(self.settings))

    async def buckets(self) -> tuple[Bucket, ...]:
        from bball_tui.outbox.counts import buckets

        async with self.session() as session:
            return await buckets(session, self.league.id)

    async def sending_status(self) -> SendingStatus:
        from bball_tui.outbox.sending_status import read_sending_status

        async with self.session() as session:
            return await read_sending_status(session, self.league.id, Outgoing.here(self.settings))

    async def mail_preview(self, outbox_id: int) -> MailPreview:
        from bball_tui.league.mail_preview import preview_mail

        async with self.session() as session:
            return await preview_mail(session, self.league.id, self.settings, outbox_id)

    async def contract_mails(self, contract_id: int) -> tuple[MailPreview, ...]:
        from bball_tui.league.mail_preview import preview_mails

        async with self.session() as session:
            return await preview_mails(session, self.league.id, self.settings, contract_id)

    async def address_facts(self, outbox_id: int) -> AddressFacts:
        from bball_tui.league.addresses import address_facts

        async with self.session() as session:
            return await address_facts(session, self.league.id, outbox_id)

    async def today(self) -> tuple[MailDay, ContractDay]:
        from bball_tui.league.today import read_contract_day
        from bball_tui.outbox.counts import read_mail_day

        async with self.session() as session:
            season = self.season.id if self.season else None
            return (
                await read_mail_day(session, self.league.id, Outgoing.here(self.settings)),
                await read_contract_day(session, self.league.id, season),
            )

    async def template_errors(self) -> tuple[Finding, ...]:
        """What keeps the league's own mail templates from being used; a folder that cannot be read has none."""
        if self.settings.template_dir is None:
            return ()
        from bball_tui.mail.template_guard import TemplateGuard

        self._templates = self._templates or TemplateGuard(self.settings)
        try:
            return await asyncio.to_thread(self._templates.errors)
        except OSError:
            return ()

    async def for_real(self) -> ForReal:
        """What was only written to a folder and can go out now.

        Raises:
            BballError: there is no mail server yet.
        """
        from bball_tui.league.for_real import for_real_obstacle, plan_for_real
        from bball_tui.outbox.sending_status import read_sending_status

        async with self.session() as session:
            now = await read_sending_status(session, self.league.id, Outgoing.here(self.settings))
            if (obstacle := for_real_obstacle(now, self.settings)) is not None:
                raise BballError(obstacle)
            return await plan_for_real(session, self.league.id)

    async def send_for_real(self, ids: Collection[int]) -> tuple[int, ...]:
        from bball_tui.league.for_real import send_for_real

        async with self.session() as session:
            return (await send_for_real(session, self.league.id, ids))[0]

    async def retry_mails(self, ids: Collection[int], reason: str | None = None) -> Acted:
        from bball_tui.outbox.staff import retry

        async with self.session() as session:
            return await retry(session, self.league.id, ids, reason=reason)

    async def cancel_mails(self, ids: Collection[int], reason: str) -> Acted:
        from bball_tui.outbox.staff import cancel

        async with self.session() as session:
            return await cancel(session, self.league.id, ids, reason=reason)

    async def park_mails(self, ids: Collection[int], reason: str) -> Acted:
        from bball_tui.outbox.staff import park

        async with self.session() as session:
            return await park(session, self.league.id, ids, reason=reason)

    async def fix_address(self, outbox_id: int, address: str) -> AddressFixed:
        from bball_tui.league.addresses import fix_address

        async with self.session() as session:
            return await fix_address(session, self.league.id, outbox_id, address)

    async def pause_sending(self) -> None:
        from bball_tui.outbox.gates import pause

        async with self.session() as session:
            await pause(session, self.league.id)

    async def resume_sending(self) -> None:
        from bball_tui.outbox.gates import resume

        async with self.session() as session:
            await resume(session, self.league.id)

    async def open_gate(self, provider: str) -> None:
        from bball_tui.outbox.gates import reopen_gate

        async with self.session() as session:
            await reopen_gate(session, self.league.id, provider)

    async def resolve_mail(self, outbox_id: int, *, arrived: bool, reason: str | None = None) -> Acted:
        from bball_tui.outbox.staff import resolve

        async with self.session() as session:
            return await resolve(session, self.league.id, outbox_id, arrived=arrived, reason=reason)
