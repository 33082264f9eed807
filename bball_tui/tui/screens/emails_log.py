"""Every mail that was ever promised, newest first: to whom, about whom, and what became of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.errors import BballError
from bball_tui.mail.kinds import kind_label
from bball_tui.tui.actions import Acting
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.tui.screens.cells import time_cell
from bball_tui.tui.screens.log_actions import LOG_ACTIONS, LogState
from bball_tui.tui.screens.mail_words import mails_named, outcome_cell
from bball_tui.tui.screens.pane import RecordPane
from bball_tui.tui.screens.sections import mail_sections
from bball_tui.tui.text import clean, short_time
from bball_tui.tui.theme import NOTHING
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.outbox.history import OutboxFilter, OutboxRow
    from bball_tui.tui.backend import Backend

WHAT = ("", "sent", "bounced", "came_back", "failed", "in_doubt", "suppressed", "cancelled", "waiting")
"""What `f` goes through; empty is everything."""
_WHAT_WORDS = {
    "bounced": "came back",
    "came_back": "came back, also settled",
    "in_doubt": "in doubt",
    "suppressed": "blocked",
    "sent": "accepted",
}


class MailLogPane(Acting[LogState], RecordPane["OutboxRow"]):
    """The log. What is to be done about a mail is done in the outbox, or here by the same keys."""

    ACTIONS = LOG_ACTIONS
    BINDINGS: ClassVar[list[Any]] = LOG_ACTIONS.bindings()
    BINDING_GROUP_TITLE = LOG_ACTIONS.title
    HELP = """
    ## Log
    Every mail that was ever promised, the newest first. **accepted**: the mail server took it; **came back**: later the
    family's mail server said that it could not be delivered. Search by address, player or Message-ID; `f` shows only
    mails of one outcome. `p` shows the very mail, `e` corrects the address of one that never arrived, `S` sends an
    accepted one again, `w` notes that a family was told another way, `x` writes mails into files.
    """
    placeholder = "address, player or Message-ID"
    empty_text = "No mail was promised yet. Signing a contract promises one."
    nothing_found = "No such mail. Esc shows all mails."
    first_sort = Sort("id", descending=True)
    watches = frozenset({"outbox", "bounce", "contract", "player", "team"})

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._what = ""

    def make_columns(self) -> "Sequence[Column[OutboxRow]]":
        return (
            Column(
                key="since",
                title="When",
                width=6,
                render=lambda row: time_cell(row.since, self.zone, self.now),
                sort="id",
            ),
            Column(key="to", title="To", width=18, flex=3, limit=34, render=lambda row: row.recipient, sort="to"),
            Column(
                key="about",
                title="Player",
                width=12,
                flex=2,
                limit=24,
                render=lambda row: row.about or NOTHING,
                sort="about",
                priority=2,
            ),
            Column(key="kind", title="Mail", width=10, render=lambda row: kind_label(row.kind), priority=1),
            Column(key="what", title="What became of it", width=20, render=outcome_cell, sort="state"),
            Column(key="why", title="Why", width=14, flex=2, render=lambda row: row.why or NOTHING, priority=3),
        )

    def source(self, backend: "Backend", text: str) -> "RecordSource[OutboxRow]":
        return backend.outbox(self._wanted(text))

    def _wanted(self, text: str) -> "OutboxFilter":
        from bball_tui.database.states import OutboxState
        from bball_tui.outbox.history import BucketName, OutboxFilter

        match self._what:
            case "":
                return OutboxFilter(text=text)
            case "came_back":
                return OutboxFilter(text=text, came_back=True)
            case "waiting":
                return OutboxFilter(text=text, states=(OutboxState.QUEUED, OutboxState.SENDING))
            case bucket:
                return OutboxFilter(text=text, bucket=BucketName(bucket))

    async def sections(self, backend: "Backend", row_id: int) -> tuple[Section, ...]:
        return mail_sections(await backend.mail(row_id), self.zone, self.now)

    def situation(self) -> LogState:
        """The mails that a command would be about."""
        targets = self.targets
        rows = [row for one in targets if (row := self.records.loaded(one)) is not None]
        return LogState(
            obstacle=self.not_ready(),
            targets=len(targets),
            buckets=frozenset(str(row.bucket) for row in rows),
            all_known=len(rows) == len(targets),
        )

    # The filter

    def chips(self) -> tuple[Chip, ...]:
        return (Chip("what", _WHAT_WORDS.get(self._what, self._what)),) if self._what else ()

    def drop_chip(self, key: str) -> None:
        self._what = ""

    def show_what(self, what: str) -> None:
        """Only mails of which this became (one of :data:`WHAT`)."""
        self._what = what
        self.ask()

    def action_log_filter(self) -> None:
        """The next outcome; after the last come all mails."""
        self.show_what(WHAT[(WHAT.index(self._what) + 1) % len(WHAT)])

    # One mail

    @work(group="command")
    async def action_log_read(self) -> None:
        """The mail, and all that can be done with it."""
        from bball_tui.tui.mail_reading import read_asked

        backend, targets = self.backend, self.targets
        if backend is None or len(targets) != 1:
            return
        await read_asked(self.app, backend, backend.mail_preview(targets[0]))

    @work(group="command")
    async def action_log_address(self) -> None:
        """The right address: for the guardian, and for what never arrived."""
        from bball_tui.tui.screens.addressing import fix_address

        backend, targets = self.backend, self.targets
        if backend is not None and len(targets) == 1 and await fix_address(self.app, backend, targets[0]):
            self.acted()

    @work(group="command")
    async def action_log_send_again(self) -> None:
        """The same mail once more, as a mail of its own."""
        backend, targets = self.backend, self.targets
        row = self.records.loaded(targets[0]) if len(targets) == 1 else None
        if backend is None or row is None:
            return
        when = short_time(row.since, self.zone, self.now)
        mail = f"the {kind_label(row.kind)} mail{f' about {row.about}' if row.about else ''}"
        lines = [
            f"{row.recipient} gets {mail} a second time; the first was accepted at {when}."
            if row.bounced_at is None
            else f"{row.recipient} gets {mail} again, although it came back.",
            "It goes out at once. The log keeps both.",
        ]
        if not await self.app.push_screen_wait(Confirm("Send again", lines, "Send again", danger=True)):
            return
        try:
            await backend.send_again(row.id)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.app.notify(clean(f"On the way to {row.recipient} again."), markup=False)
        self.acted()

    @work(group="command")
    async def action_log_settle(self) -> None:
        """The family was told another way."""
        backend, targets = self.backend, self.targets
        if backend is None or not targets:
            return
        try:
            if len(targets) > 1:
                lines = ["Nobody needs to look at these mails any more.", *await mails_named(backend, targets)]
                title = f"Note that {counted(len(targets), 'family was', 'families were')} told another way"
                if not await self.app.push_screen_wait(Confirm(title, lines, "They were told")):
                    return
            settled = await backend.settle_bounces(targets)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.acted()
        self.app.notify(f"{counted(len(settled), 'mail')} settled: the families know it another way.", markup=False)

    @work(group="command")
    async def action_log_export(self) -> None:
        """Write the mails into files that any mail program opens."""
        backend, targets = self.backend, self.targets
        if backend is None or not targets:
            return
        try:
            folder, number = await backend.export_mails(targets)
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        never = len(targets) - number
        left = f" {counted(never, 'mail')} never written, so not there." if never else ""
        self.app.notify(clean(f"{counted(number, 'mail')} written to {folder}.{left}"), timeout=12, markup=False)
