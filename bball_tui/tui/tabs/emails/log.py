"""Every mail that was ever promised, newest first: to whom, about whom, and what became of it."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.language import _
from bball_tui.league.rights import Right
from bball_tui.mail.kinds import kind_label
from bball_tui.outbox.state_words import state_name
from bball_tui.tui.actions import action
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.tabs import note_commands
from bball_tui.tui.tabs.cells import time_cell
from bball_tui.tui.tabs.guards import Guard, on_one, on_some
from bball_tui.tui.tabs.mail_words import about_cell, mails_named, outcome_cell
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES, RecordPane
from bball_tui.tui.tabs.sections import sections_of_mail
from bball_tui.tui.text import clean, short_time
from bball_tui.tui.theme import NOTHING
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import called_now, counted

if TYPE_CHECKING:
    from bball_tui.outbox.mail_list import OutboxFilter, OutboxRow
    from bball_tui.tui.connection import LeagueConnection

WHAT = ("", "sent", "in_folder", "bounced", "came_back", "failed", "in_doubt", "suppressed", "cancelled", "waiting")
"""What `f` goes through; empty is everything."""
NEVER_ARRIVED = frozenset({"queued", "held", "failed", "parked", "suppressed", "bounced"})
ARRIVED = frozenset({"sent", "bounced", "in_folder"})
_WHAT_WORDS = {"came_back": _("came back, also settled")}


_some = on_some("e-mail")
_one = on_one("e-mail", "One e-mail at a time: select none, or one.")


def _in(buckets: frozenset[str], otherwise: str, first: Guard = _one) -> Guard:
    """What became of a mail is one of these, or is not in memory: that is judged when the command reaches it."""

    def when(pane: "MailLogPane") -> str | None:
        if (reason := first(pane)) is not None:
            return reason
        rows = [pane.records.loaded(one) for one in pane.targets]
        return _(otherwise) if all(row is not None and str(row.bucket) not in buckets for row in rows) else None

    return when


class MailLogPane(RecordPane["OutboxRow"], commands="In the log of e-mails", tab="emails"):
    """The log. What is to be done about a mail is done in the outbox, or here by the same keys."""

    HELP = """
    ## Log
    Every e-mail that was ever queued, the newest first. **accepted**: the mail server took it; **in a folder**: it
    was only written to a folder, and no family has it; **came back**: later the family's mail server said that it
    could not be delivered. Search by address, player or Message-ID; `{log.filter}` shows only e-mails of one outcome.
    `{log.read}` shows the very e-mail, `{log.address}` corrects the address of one that never arrived,
    `{log.send-again}` sends an accepted one again, `{log.settle}` notes that a family was told another way,
    `{log.export}` writes e-mails into files.
    """
    placeholder = _("address or player")
    empty_text = _("No e-mail was queued yet. Signing a contract queues one.")
    nothing_found = _("No such e-mail. Esc shows all e-mails.")
    first_sort = Sort("id", descending=True)
    watches = FAMILY_TABLES | {"provider_gate", "bounce", "contract", "team"}

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._what = ""

    def make_columns(self) -> "Sequence[Column[OutboxRow]]":
        return (
            Column(
                key="since",
                title=_("When"),
                width=8,
                render=lambda row: time_cell(row.since, self.zone, self.now),
                sort="id",
            ),
            Column(
                name=True,
                key="to",
                title=_("To"),
                width=18,
                flex=3,
                limit=34,
                render=lambda row: row.recipient,
                sort="to",
            ),
            Column(
                key="about",
                title=_("Player"),
                width=12,
                flex=2,
                limit=24,
                render=about_cell,
                sort="about",
                priority=2,
            ),
            Column(key="kind", title=_("E-mail"), width=10, render=lambda row: kind_label(row.kind), priority=1),
            Column(key="what", title=_("Result"), width=20, render=outcome_cell, sort="state"),
            Column(key="why", title=_("Why"), width=14, flex=2, render=lambda row: row.why or NOTHING, priority=3),
        )

    def source(self, connection: "LeagueConnection", text: str) -> "RecordSource[OutboxRow]":
        from bball_tui.outbox.mail_list import OutboxSource

        return connection.source(OutboxSource, self._wanted(text))

    def _wanted(self, text: str) -> "OutboxFilter":
        from bball_tui.database.states import OutboxState
        from bball_tui.outbox.mail_list import BucketName, OutboxFilter

        match self._what:
            case "":
                return OutboxFilter(text=text)
            case "came_back":
                return OutboxFilter(text=text, came_back=True)
            case "waiting":
                return OutboxFilter(text=text, states=(OutboxState.QUEUED, OutboxState.SENDING))
            case bucket:
                return OutboxFilter(text=text, bucket=BucketName(bucket))

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        return await sections_of_mail(connection, row_id, self.zone, self.now)

    # The filter

    def chips(self) -> tuple[Chip, ...]:
        return (Chip("what", _WHAT_WORDS.get(self._what) or state_name(self._what)),) if self._what else ()

    def drop_chip(self, key: str) -> None:
        self._what = ""

    def show_what(self, what: str) -> None:
        """Only mails of which this became (one of :data:`WHAT`)."""
        self._what = what
        self.ask()

    # Commands

    @action("p", "read the e-mail", when=_one, footer=True, also="view open message preview sent")
    async def action_log_read(self) -> None:
        """The e-mail as it was written; from there into a browser, to yourself, or compared with the last one."""
        from bball_tui.league.mails.preview import preview_mail
        from bball_tui.tui.mail_reading import read_asked

        connection, targets = self.connection, self.targets
        if connection is not None and len(targets) == 1:
            await read_asked(self.app, connection, connection.call(preview_mail, connection.settings, targets[0]))

    @action(
        "e",
        "fix the address",
        when=_in(NEVER_ARRIVED, "Only an e-mail that did not arrive can go to another address."),
        needs=Right.ROSTER,
        footer=True,
        also="correct change wrong typo bounce",
    )
    async def action_log_address(self) -> bool:
        """Correct the family's address, and send there what never arrived."""
        from bball_tui.tui.tabs.fix_address import fix_address

        connection, targets = self.connection, self.targets
        return connection is not None and len(targets) == 1 and await fix_address(self.app, connection, targets[0])

    family = note_commands.OF_LOG

    @action("f", "filter", footer=True, also="narrow show only bounced")
    def action_log_filter(self) -> None:
        """Only e-mails of which this became: accepted, in a folder, came back, failed, and so on."""
        self.show_what(WHAT[(WHAT.index(self._what) + 1) % len(WHAT)])

    @action(
        "w",
        "told another way",
        when=_in(frozenset({"bounced"}), "Only e-mails that came back need that.", _some),
        needs=Right.MAILS,
        also="bounced phone done",
    )
    async def action_log_settle(self) -> bool:
        """Note that the families of e-mails that came back were told another way."""
        from bball_tui.league.mails.send_again import told_another_way

        connection, targets = self.connection, self.targets
        if connection is None or not targets:
            return False
        if len(targets) > 1:
            lines = [_("No one needs to look at these e-mails anymore."), *await mails_named(connection, targets)]
            title = _("Note that {family_was} told another way").format(
                family_was=counted(len(targets), "family was", "families were")
            )
            if not await self.app.push_screen_wait(Confirm(title, lines, _("They were told"))):
                return False
        settled = await connection.call(told_another_way, targets)
        self.app.notify(
            _("{e_mail} settled: the families know it another way.").format(e_mail=counted(len(settled), "e-mail")),
            markup=False,
        )
        return True

    @action("x", "write to files", when=_some, also="download save eml")
    async def action_log_export(self) -> None:
        """Write the selected e-mails as .eml files, which any mail program opens."""
        from bball_tui.league.activity import note_export
        from bball_tui.outbox.mail_list import frozen_mails, write_files

        connection, targets = self.connection, self.targets
        if connection is None or not targets:
            return
        mails = await connection.call(frozen_mails, targets)
        folder = connection.settings.export_dir / f"{datetime.now():%Y-%m-%d-%H%M%S}"  # noqa: DTZ005 - a local name
        number = len(await asyncio.to_thread(write_files, folder, mails))
        await note_export(connection.database, connection.league.id, "e-mails", number)
        never = len(targets) - number
        left = _(" {e_mail} never written, so not there.").format(e_mail=counted(never, "e-mail")) if never else ""
        self.app.notify(
            clean(
                _("{e_mail} written to {folder}.{left}").format(
                    e_mail=counted(number, "e-mail"), folder=folder, left=left
                )
            ),
            timeout=12,
            markup=False,
        )

    @action(
        "S",
        "send again",
        when=_in(ARRIVED, "Only an e-mail that went out can be sent again. Others are tried again in the tab Outbox."),
        needs=Right.MAILS,
        dangerous=True,
        also="resend",
    )
    async def action_log_send_again(self) -> bool:
        """The same e-mail once more to the same address, as an e-mail of its own."""
        from bball_tui.league.mails.send_again import send_again

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        when = short_time(row.since, self.zone, self.now)
        mail = _("the {kind_label} e-mail{format}").format(
            kind_label=kind_label(row.kind),
            format=_(" about {about}").format(about=called_now(row.about)) if row.about else "",
        )
        lines = [
            _once_more(row, mail, when),
            _("It goes out at once. The log keeps both."),
        ]
        if not await self.app.push_screen_wait(Confirm(_("Send again"), lines, _("Send again"), danger=True)):
            return False
        await connection.call(send_again, row.id)
        self.app.notify(clean(_("On the way to {recipient} again.").format(recipient=row.recipient)), markup=False)
        return True


def _once_more(row: "OutboxRow", mail: str, when: str) -> str:
    if row.bounced_at is not None:
        return _("{recipient} gets {mail} again, although it came back.").format(recipient=row.recipient, mail=mail)
    if row.in_folder:
        return _("{recipient} gets {mail} for the first time; at {when} it was only written to a folder.").format(
            recipient=row.recipient, mail=mail, when=when
        )
    return _("{recipient} gets {mail} a second time; the first was accepted at {when}.").format(
        recipient=row.recipient, mail=mail, when=when
    )
