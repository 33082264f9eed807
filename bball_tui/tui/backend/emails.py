"""What the screen asks of mails as letters: how they read, what came of them, who takes none."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from bball_tui.tui.connection import LeagueConnection as League
from bball_tui.tui.guarded import GuardedSource, told

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from pathlib import Path

    from bball_tui.database.paging import RecordSource
    from bball_tui.league.editing.outcome import Saved
    from bball_tui.league.mail_check import MailCheck
    from bball_tui.league.mail_kinds import KindRow
    from bball_tui.league.mail_preview import LastCopy, MailPreview
    from bball_tui.league.reminders import PlannedReminder, Schedule
    from bball_tui.league.signing import SigningRequest
    from bball_tui.outbox.addresses import Lifted, SuppressionFilter, SuppressionRow


class EmailCalls(League):
    """The E-mails tab, and every place from which a mail can be read."""

    async def signing_mails(self, request: SigningRequest) -> tuple[MailPreview, ...]:
        from bball_tui.league.mail_preview import preview_request

        async with self.session() as session:
            return await preview_request(session, self.league.id, self.settings, request)

    async def last_copy(self, mail: MailPreview) -> LastCopy | None:
        from bball_tui.league.mail_preview import last_copy

        async with self.session() as session:
            return await last_copy(session, self.league.id, mail.recipient, mail.kind, before=mail.outbox_id)

    async def send_test(self, mail: MailPreview, address: str) -> str:
        """Send a copy to staff themselves; returns the address that it went to."""
        from bball_tui.delivery.testing import note_test, send_test

        with told(self.settings.log_file):
            to = await send_test(self.settings, mail.mime, mail.subject, address)
        async with self.session() as session:
            await note_test(session, self.league.id, to, mail.subject)
        return to

    async def check_mails(self, progress: Callable[[int, int], None]) -> MailCheck:
        """Look at the mails of all contracts that wait for a signature."""
        from bball_tui.league.mail_check import check_mails

        season = self.season.id if self.season else None
        with told(self.settings.log_file):
            return await check_mails(self.database, self.settings, self.league.id, season, progress=progress)

    async def set_address(self, player_id: int, guardian_id: int, address: str) -> Saved:
        from bball_tui.league.editing.addressing import set_address

        async with self.session() as session:
            return await set_address(session, self.league.id, player_id, guardian_id, address)

    async def names_of(self, contract_ids: Sequence[int]) -> tuple[str, ...]:
        """The players of these contracts, with their teams, in order."""
        from bball_tui.league.facts import read_contracts

        async with self.session() as session:
            found = await read_contracts(session, self.league.id, contract_ids)
        return tuple(f"{found[one].player}, {found[one].team}" for one in contract_ids if one in found)

    def suppressions(self, wanted: SuppressionFilter) -> RecordSource[SuppressionRow]:
        """The addresses that take no mail."""
        from bball_tui.outbox.addresses import SuppressionSource

        return GuardedSource(SuppressionSource(self.database, self.league.id, wanted), self.settings.log_file)

    async def suppression(self, row_id: int) -> SuppressionRow | None:
        """One entry of the list as it is now, lifted or not."""
        from bball_tui.outbox.addresses import SuppressionFilter, SuppressionListing

        async with self.session() as session:
            return await SuppressionListing(self.league.id, SuppressionFilter(lifted=True)).one(session, row_id)

    async def suppress(self, address: str, reason: str) -> bool:
        """Write an address on the list; False when it is there already."""
        from bball_tui.league.blocking import block_address

        async with self.session() as session:
            return await block_address(session, self.league.id, address, reason)

    async def lift(self, address: str, *, send: bool) -> tuple[Lifted, tuple[int, ...]]:
        """Let an address take mail again; with ``send`` what was kept back goes out."""
        from bball_tui.league.sending_again import lift_and_send

        async with self.session() as session:
            return await lift_and_send(session, self.league.id, address, send=send)

    async def send_again(self, outbox_id: int, reason: str | None = None) -> int:
        from bball_tui.league.sending_again import send_again

        async with self.session() as session:
            return await send_again(session, self.league.id, outbox_id, reason=reason)

    async def settle_bounces(self, ids: Collection[int]) -> tuple[int, ...]:
        """The family was told another way: nobody needs to look at these any more."""
        from bball_tui.league.sending_again import told_another_way

        async with self.session() as session:
            return await told_another_way(session, self.league.id, ids)

    async def kinds(self) -> tuple[KindRow, ...]:
        from bball_tui.league.mail_kinds import mail_kinds

        async with self.session() as session:
            return await mail_kinds(session, self.league.id, self.settings)

    async def sample_mail(self, kind: str) -> MailPreview:
        from bball_tui.league.mail_preview import preview_sample

        async with self.session() as session:
            return await preview_sample(session, self.league.id, self.settings, kind)

    async def kind_mails(self, kind: str, contract_id: int | None) -> tuple[MailPreview, ...]:
        """The mails of a kind to the families of a contract; without one, of any contract that fits."""
        from bball_tui.league.mail_kinds import preview_kind

        async with self.session() as session:
            return await preview_kind(session, self.league.id, self.settings, kind, contract_id)

    async def reminders(self) -> tuple[Schedule, tuple[PlannedReminder, ...]]:
        from bball_tui.league.reminders import planned_reminders, read_schedule

        async with self.session() as session:
            schedule = await read_schedule(session, self.league.id)
            return schedule, await planned_reminders(session, self.league.id)

    async def set_reminders(self, days: str, cap: str) -> None:
        """Change the schedule as it was typed."""
        from bball_tui.league.reminders import parse_days, set_schedule

        (number,) = parse_days(cap)[:1] or (0,)
        async with self.session() as session:
            await set_schedule(session, self.league.id, parse_days(days), number)

    async def export_mails(self, ids: Collection[int]) -> tuple[Path, int]:
        """Write mails as .eml files into a new folder; returns it, and how many were there to write."""
        from bball_tui.outbox.history import frozen_mails, write_files

        async with self.session() as session:
            mails = await frozen_mails(session, self.league.id, ids)
        folder = self.settings.data_dir / "exports" / f"{datetime.now():%Y-%m-%d-%H%M%S}"  # noqa: DTZ005 - a local name
        return folder, len(await asyncio.to_thread(write_files, folder, mails))

    def my_address(self) -> str:
        """Where test mails went last; empty when none did."""
        from bball_tui.mail.my_address import remembered

        return remembered(self.settings) or ""
