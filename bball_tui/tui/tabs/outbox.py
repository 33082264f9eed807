"""Every mail that was promised and what became of it, by what is to be done about it; and what staff do about it."""

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, plural
from bball_tui.league.rights import Right
from bball_tui.tui.actions import action
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.reason import Reason
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.tabs import note_commands
from bball_tui.tui.tabs.cells import time_cell
from bball_tui.tui.tabs.counts_panel import CountsPanel, Kind, KindChosen, kind_words, panel_lines
from bball_tui.tui.tabs.fix_address import fix_address
from bball_tui.tui.tabs.guards import ready
from bball_tui.tui.tabs.mail_words import about_cell, mails_named, state_cell
from bball_tui.tui.tabs.outbox_acts import cancel_mails, effect_on_kind, put_aside, resolve_doubt, try_again
from bball_tui.tui.tabs.outbox_guards import (
    UNSENT,
    can_fix_address,
    can_open_gate,
    can_send_for_real,
    for_real_caption,
    has_state,
    one_in_state,
    pause_caption,
    whole_kind,
)
from bball_tui.tui.tabs.outbox_sending import hold_line, next_cell, pause_or_resume, send_for_real, try_mail_server
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES, RecordPane
from bball_tui.tui.tabs.sections import sections_of_mail
from bball_tui.tui.tabs.today_items import Question
from bball_tui.tui.text import short_time
from bball_tui.tui.theme import NOTHING, Styled
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from bball_tui.outbox.counts import Bucket
    from bball_tui.outbox.mail_list import OutboxRow
    from bball_tui.outbox.provider_gates import Gate
    from bball_tui.outbox.sending_status import SendingStatus
    from bball_tui.tui.connection import LeagueConnection

LOOK_AGAIN = 30.0
"""Seconds after which the line about the sending is read again: time alone changes it."""


class OutboxPane(RecordPane["OutboxRow"], commands="On e-mails", tab="outbox"):
    """Mails by what is to be done about them."""

    HELP = """
    ## Outbox
    One line is one e-mail to one person. **accepted** means that the mail server took it; **in a folder** that no
    mail server had it; **in doubt** that it may have gone out without an answer: ask the family, then press
    `{mail.resolve}`. `{mail.retry}` tries failed e-mails again, `{mail.address}` corrects the address first,
    `{mail.park}` sets e-mails aside, `{mail.cancel}` gives them up. `{mail.next-bucket}` and `{mail.previous-bucket}`
    go through the kinds of e-mails, and `{mail.retry-all}` tries a whole kind again. `{mail.read}` shows the e-mail
    itself. When e-mails are held, a line above the list says why: `{mail.pause}` pauses and resumes all sending,
    `{mail.open-gate}` tries the mail server again without waiting. Once a mail server is set up, `{mail.for-real}`
    sends what was only written to a folder.
    """
    DEFAULT_CSS = """
    OutboxPane .outbox--hold { height: auto; max-height: 3; padding: 0 1; display: none; color: $text-warning; }
    """
    placeholder = _("address or player")
    empty_text = _("No e-mail was queued yet. Signing a contract queues one.")
    nothing_found = _("Nothing here. Esc shows all e-mails.")
    first_sort = Sort("id", descending=True)
    watches = FAMILY_TABLES | {"provider_gate", "bounce", "contract", "team"}

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.sending: SendingStatus | None = None
        """What holds the mails, as it was read last."""
        self.in_folder = 0
        """Mails of the league that were only written to a folder, as they were counted last."""
        self.kind: Kind | None = None
        """The mails that are shown; None for all."""
        self.panel = CountsPanel()
        self.hold = Static("", classes="outbox--hold")
        self._buckets: tuple[Bucket, ...] = ()
        self._looking = self._look_once_more = False

    def compose(self) -> ComposeResult:
        """Search, what holds the mails, then panel, list and inspector side by side."""
        yield self.search_bar
        yield self.hold
        with Horizontal(classes="pane--body"):
            yield self.panel
            yield self.records
            yield self.inspector

    def on_mount(self) -> None:
        """What holds the mails changes with time too."""
        self.set_interval(LOOK_AGAIN, self._look_again)

    def make_columns(self) -> "Sequence[Column[OutboxRow]]":
        return (
            Column(
                name=True,
                key="to",
                title=_("To"),
                width=18,
                flex=3,
                limit=36,
                render=lambda row: row.recipient,
                sort="to",
            ),
            Column(
                key="about", title=_("Player"), width=12, flex=2, limit=26, render=about_cell, sort="about", priority=2
            ),
            Column(key="state", title=_("State"), width=13, render=state_cell, sort="state"),
            Column(key="since", title=_("Since"), width=8, render=self._since, sort="since", priority=1),
            Column(key="next", title=_("Next"), width=8, flex=1, limit=16, render=self._next, sort="next", priority=3),
            Column(key="why", title=_("Why"), width=14, flex=2, render=lambda row: row.why or NOTHING, priority=4),
        )

    def _since(self, row: "OutboxRow") -> str | Styled:
        return time_cell(row.since, self.zone, self.now)

    def _next(self, row: "OutboxRow") -> str | Styled:
        return next_cell(row, self.sending, mine=self._sends_mail, zone=self.zone, now=self.now)

    @property
    def _sends_mail(self) -> bool:
        """Whether this program sends mail itself."""
        return self.connection is not None and self.connection.sends_mail

    def next_moment(self) -> "datetime | None":
        now = self.now
        moments = (row.next_at for row in self.records.in_memory() if row.next_at and (row.held or row.next_at > now))
        return min(moments, default=None)

    def source(self, connection: "LeagueConnection", text: str) -> "RecordSource[OutboxRow]":
        from bball_tui.outbox.mail_list import BucketName, OutboxFilter, OutboxSource

        if self.kind is None:
            return connection.source(OutboxSource, OutboxFilter(text=text))
        wanted = OutboxFilter(bucket=BucketName(self.kind.bucket), cause=self.kind.cause, text=text)
        return connection.source(OutboxSource, wanted)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        return await sections_of_mail(connection, row_id, self.zone, self.now)

    def ask(self) -> None:
        """The rows, and the numbers beside them."""
        super().ask()
        self._look_again()

    def changed(self) -> None:
        """The rows, and the numbers beside them."""
        super().changed()
        self._look_again()

    # What holds the mails, and the panel

    def _look_again(self) -> None:
        self._look_once_more = True
        if self.display and self.connection is not None and not self._looking:
            self._looking = True
            self._look_around()

    @work(group="around")
    async def _look_around(self) -> None:
        """Changes that come while it reads are one more reading; a question that was asked is never broken off."""
        try:
            while self._look_once_more and self.connection is not None:
                self._look_once_more = False
                with suppress(BballError):  # the list beside it says what is wrong
                    await self._read_around(self.connection)
        finally:
            self._looking = False

    async def _read_around(self, connection: "LeagueConnection") -> None:
        from bball_tui.outbox.counts import buckets
        from bball_tui.outbox.sending_status import read_sending_status

        self._buckets = await connection.call(buckets)
        self.in_folder = sum(one.count for one in self._buckets if one.name == "in_folder")
        self.sending = await connection.call(read_sending_status, connection.outgoing)
        self.panel.lines = tuple(panel_lines(self._buckets))
        words = hold_line(self.sending, mine=self._sends_mail)
        self.hold.update(words)
        self.hold.display = bool(words)
        self.records.repaint()
        self.search_bar.set_chips(self.chips())
        self.refresh_bindings()

    # Kinds

    def show_kind(self, kind: Kind | None) -> None:
        """Only mails of this kind; None for all."""
        self.kind = self.panel.chosen = kind
        self.ask()

    def ask_about(self, question: Question) -> None:
        """Ask at once whether sending is to go on: the rows may still be on their way."""
        match question:
            case Question.PAUSE:
                self.action_mail_pause()
            case Question.GATE:
                self.action_mail_open_gate()

    @on(KindChosen)
    def _kind_chosen(self, event: KindChosen) -> None:
        event.stop()
        self.show_kind(event.kind)

    def _step(self, step: int) -> None:
        if (kind := self.panel.step(step)) is not None:
            self.show_kind(kind)

    def chips(self) -> tuple[Chip, ...]:
        return () if self.kind is None else (Chip("kind", kind_words(self._buckets, self.kind)[0].replace("_", " ")),)

    def drop_chip(self, key: str) -> None:
        self.kind = self.panel.chosen = None

    # One, or the selected

    @property
    def holding(self) -> "Sequence[Gate]":
        """What holds the mails back."""
        return () if self.sending is None else self.sending.holding()

    def _unsent(self) -> tuple[tuple[int, ...], list[str]]:
        """The selected mails without those that are known to be over, and a line about these."""
        targets = self.targets
        over = {row.id for row in self.meant_rows if row.state not in UNSENT}
        left = tuple(one for one in targets if one not in over)
        stay = plural("is not waiting and stays as it is", "are not waiting and stay as they are", len(over))
        return left, [_("{over:,} of the selected e-mails {stay}.").format(over=len(over), stay=stay)] if over else []

    @action(
        "r",
        "try again",
        when=has_state(UNSENT, "Only failed or waiting e-mails can be tried again."),
        needs=Right.MAILS,
        footer=True,
        also="resend send again now",
    )
    async def action_mail_retry(self) -> bool:
        """Set failed e-mails back into the queue, or send waiting ones now."""
        from bball_tui.outbox.staff_actions import held_among

        connection, (targets, others) = self.connection, self._unsent()
        if connection is None or not targets:
            return False
        held = (await connection.call(held_among, targets)).sentences
        if len(targets) > 1 or others or held:
            names = await mails_named(connection, targets)
            goes = plural("It goes back and leaves", "They go back into the queue and leave", len(targets))
            lines = [_("{goes} as soon as the mail server takes e-mail.").format(goes=goes), *held, *names, *others]
            number = counted(len(targets), "e-mail")
            question = (_("Send {e_mail} now") if held else _("Try {e_mail} again")).format(e_mail=number)
            label = _("Send now") if held else _("Try again")
            if not await self.app.push_screen_wait(Confirm(question, lines, label, danger=bool(held))):
                return False
        return await try_again(self.app, connection, targets)

    @action(
        "d",
        "did it arrive?",
        when=one_in_state((OutboxState.IN_DOUBT,), "Only an e-mail in doubt needs a decision."),
        needs=Right.SENDING,
        footer=True,
        also="doubt unknown sent twice duplicate",
    )
    async def action_mail_resolve(self) -> bool:
        """Say whether an e-mail that may have gone out arrived, or send it again."""
        connection, targets = self.connection, self.targets
        return (
            connection is not None
            and len(targets) == 1
            and await resolve_doubt(self.app, connection, targets[0], self.zone, self.now)
        )

    @action(
        "e",
        "fix the address",
        when=can_fix_address,
        needs=Right.ROSTER,
        footer=True,
        also="correct wrong typo bounce",
    )
    async def action_mail_address(self) -> bool:
        """Correct the family's address, and send there what never arrived."""
        connection, targets = self.connection, self.targets
        return connection is not None and len(targets) == 1 and await fix_address(self.app, connection, targets[0])

    family = note_commands.OF_MAILS

    @action(
        "p", "read the e-mail", when=one_in_state(tuple(OutboxState), ""), footer=True, also="view open message preview"
    )
    async def action_mail_read(self) -> None:
        """The e-mail as it was written, or as it would be written now."""
        from bball_tui.league.mails.preview import preview_mail
        from bball_tui.tui.mail_reading import read_asked

        connection, targets = self.connection, self.targets
        if connection is not None and len(targets) == 1:
            await read_asked(self.app, connection, connection.call(preview_mail, connection.settings, targets[0]))

    @action(
        "z",
        "set aside",
        when=has_state(UNSENT, "Only e-mails that did not leave can be set aside."),
        needs=Right.MAILS,
        also="hold",
    )
    async def action_mail_park(self) -> bool:
        """Keep e-mails back until you try them again, with a reason."""
        connection, (targets, others) = self.connection, self._unsent()
        if connection is None or not targets:
            return False
        lines = [
            _("{e_mail}: kept back until someone tries them again ({key}). Nothing goes out by itself.").format(
                e_mail=counted(len(targets), "e-mail"), key=key_of("mail.retry")
            ),
            *await mails_named(connection, targets),
            *others,
        ]
        reason = await self.app.push_screen_wait(Reason(_("Set e-mails aside"), lines, _("Set aside"), danger=False))
        if reason is None:
            return False
        return await put_aside(self.app, connection, targets, reason)

    @action("R", "try the whole kind again", when=whole_kind, needs=Right.MAILS, dangerous=True, also="resend bulk")
    async def action_mail_retry_all(self) -> bool:
        """All e-mails that are listed, after one question that says how many, and of failed ones why."""
        from bball_tui.outbox.sending_status import read_sending_status

        connection, kind = self.connection, self.kind
        if connection is None or kind is None:
            return False
        ids = sorted(await self.source(connection, self.search_bar.text).ids())
        sending = await connection.call(read_sending_status, connection.outgoing)
        if not ids:
            return False
        number = counted(len(ids), "e-mail")
        at = partial(short_time, zone=self.zone, now=self.now)
        lines = effect_on_kind(self._buckets, kind, number, sending, search=self.search_bar.text, at=at)
        lines += await mails_named(connection, ids)
        if not await self.app.push_screen_wait(
            Confirm(_("Try {number} again").format(number=number), lines, _("Try again"), danger=True)
        ):
            return False
        return await try_again(self.app, connection, tuple(ids))

    @action(
        "C",
        "cancel",
        when=has_state(UNSENT, "Only unsent e-mails can be canceled."),
        needs=Right.MAILS,
        dangerous=True,
        also="delete remove",
    )
    async def action_mail_cancel(self) -> bool:
        """Give e-mails up that did not leave, with a reason."""
        connection, (targets, others) = self.connection, self._unsent()
        if connection is None or not targets:
            return False
        names = await mails_named(connection, targets)
        number = counted(len(targets), "e-mail")
        lines = [_("{number}: not sent, and not tried again.").format(number=number), *names, *others]
        reason = await self.app.push_screen_wait(Reason(_("Cancel e-mails"), lines, _("Cancel e-mails"), danger=True))
        if reason is None:
            return False
        return await cancel_mails(self.app, connection, targets, reason)

    # All sending

    @action(
        "P",
        "pause or resume sending",
        when=ready,
        needs=Right.SENDING,
        dangerous=True,
        caption=pause_caption,
        also="stop",
    )
    async def action_mail_pause(self) -> None:
        """Hold all e-mails of the league, or let them go again."""
        if self.connection is not None:
            try:
                await pause_or_resume(self.app, self.connection)
            finally:
                self.changed()

    @action(
        "O", "try the mail server now", when=can_open_gate, needs=Right.SENDING, dangerous=True, also="unlock limit"
    )
    async def action_mail_open_gate(self) -> None:
        """After a password or a limit was fixed: do not wait any longer."""
        if self.connection is not None:
            try:
                await try_mail_server(self.app, self.connection)
            finally:
                self.changed()

    @action(
        "S",
        "send all for real",
        when=can_send_for_real,
        needs=Right.MAILS,
        dangerous=True,
        caption=for_real_caption,
        also="live",
    )
    async def action_mail_for_real(self) -> bool:
        """Send what was only written to a folder, once a mail server is set up; first it says which."""
        return self.connection is not None and await send_for_real(self.app, self.connection, self.zone, self.now)

    @action("right_square_bracket,f", "next kind of e-mails")
    def action_mail_next_bucket(self) -> None:
        """Show only the next kind: queued, failed, sent and so on."""
        self._step(1)

    @action("left_square_bracket", "previous kind of e-mails")
    def action_mail_previous_bucket(self) -> None:
        """Show only the previous kind."""
        self._step(-1)
