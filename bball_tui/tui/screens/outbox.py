"""Every mail that was promised, and what became of it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.errors import BballError
from bball_tui.tui.screens.bucket_panel import BucketPanel, Kind, KindChosen, panel_lines
from bball_tui.tui.screens.cells import time_cell
from bball_tui.tui.screens.mail_commands import MailCommands
from bball_tui.tui.screens.mail_words import state_cell
from bball_tui.tui.screens.needs import Question
from bball_tui.tui.screens.sections import mail_sections
from bball_tui.tui.text import content
from bball_tui.tui.theme import NOTHING, STYLES, SYMBOLS, Styled, Tone
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section
from bball_tui.tui.widgets.search_bar import Chip

if TYPE_CHECKING:
    from datetime import datetime

    from bball_tui.outbox.buckets import Bucket
    from bball_tui.outbox.history import OutboxRow
    from bball_tui.outbox.situation import Situation
    from bball_tui.tui.backend import Backend

LOOK_AGAIN = 30.0
"""Seconds after which the line about the sending is read again: time alone changes it."""


class OutboxPane(MailCommands):
    """Mails by what is to be done about them."""

    HELP = """
    ## Outbox
    One line is one mail to one person. **accepted** means that the mail server took it; **in a folder** that no mail
    server had it; **in doubt** that it may have gone out without an answer: ask the family, then press `d`. `r` tries
    failed mails again, `e` corrects the address first, `z` puts mails aside, `C` gives them up. `f`, `]` and `[` go
    through the kinds on the left, and `R` tries a whole kind again. `p` shows the mail itself. When mails are held, a
    line above the list says why: `P` pauses and
    resumes all sending, `O` tries the mail server again without waiting. Once a mail server is set up, `S` sends what
    was only written to a folder.
    """
    DEFAULT_CSS = """
    OutboxPane .outbox--hold { height: auto; max-height: 3; padding: 0 1; display: none; color: $text-warning; }
    """
    placeholder = "address or player"
    empty_text = "No mail was promised yet. Signing a contract promises one."
    nothing_found = "Nothing here. Esc shows all mails."
    first_sort = Sort("id", descending=True)
    watches = frozenset({"outbox", "provider_gate", "contract", "player", "team"})

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.panel = BucketPanel()
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
            Column(key="to", title="To", width=18, flex=3, limit=36, render=lambda row: row.recipient, sort="to"),
            Column(
                key="about",
                title="Player",
                width=12,
                flex=2,
                limit=26,
                render=lambda row: row.about or NOTHING,
                sort="about",
                priority=2,
            ),
            Column(key="state", title="State", width=13, render=state_cell, sort="state"),
            Column(
                key="since",
                title="Since",
                width=6,
                render=lambda row: time_cell(row.since, self.zone, self.now),
                sort="since",
                priority=1,
            ),
            Column(
                key="next",
                title="Next",
                width=6,
                render=self._next,
                sort="next",
                priority=3,
            ),
            Column(key="why", title="Why", width=14, flex=2, render=lambda row: row.why or NOTHING, priority=4),
        )

    def _next(self, row: "OutboxRow") -> str | Styled:
        if row.next_at is None:
            return NOTHING
        if row.next_at > self.now:
            return time_cell(row.next_at, self.zone, self.now)
        holding = () if self.sending is None else self.sending.holding()
        if not holding:
            return "now"
        ends = [gate.open_until for gate in holding if gate.open_until is not None]
        if len(ends) < len(holding) or max(ends) <= self.now:
            return Styled("waits", Tone.WARN)
        return time_cell(max(ends), self.zone, self.now)

    def next_moment(self) -> "datetime | None":
        now = self.now
        moments = (row.next_at for row in self.records.in_memory() if row.next_at and (row.held or row.next_at > now))
        return min(moments, default=None)

    def source(self, backend: "Backend", text: str) -> "RecordSource[OutboxRow]":
        from bball_tui.outbox.history import BucketName, OutboxFilter

        if self.kind is None:
            return backend.outbox(OutboxFilter(text=text))
        return backend.outbox(OutboxFilter(bucket=BucketName(self.kind.bucket), cause=self.kind.cause, text=text))

    async def sections(self, backend: "Backend", row_id: int) -> tuple[Section, ...]:
        return mail_sections(await backend.mail(row_id), self.zone, self.now)

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
        if self.display and self.backend is not None and not self._looking:
            self._look_around(self.backend)

    @work(group="around")
    async def _look_around(self, backend: "Backend") -> None:
        """Changes that come while it reads are one more reading; a question that was asked is never broken off."""
        self._looking = True
        try:
            while self._look_once_more:
                self._look_once_more = False
                await self._read_around(backend)
        except BballError:
            pass  # the list beside it says what is wrong
        finally:
            self._looking = False

    async def _read_around(self, backend: "Backend") -> None:
        self._buckets = await backend.buckets()
        self.in_folder = sum(one.count for one in self._buckets if one.name == "in_folder")
        self.sending = await backend.situation()
        self.panel.lines = tuple(panel_lines(self._buckets))
        self._show_hold(self.sending)
        self.records.repaint()
        self.search_bar.set_chips(self.chips())
        self.refresh_bindings()

    def _show_hold(self, sending: "Situation") -> None:
        sentences = [
            f"{sending.hold(gate)} {'P resumes.' if gate.pauses else 'O tries now.'}" for gate in sending.holding()
        ]
        # While nothing waits, and while the own worker is about to start, the header says enough.
        if not sentences and sending.waiting and not sending.workers and (one := sending.obstacle(None)):
            mine = self.backend is not None and self.backend.sends_mail
            sentences = [] if mine else [one]
        self.hold.update(content((f"{SYMBOLS[Tone.WARN]} {' '.join(sentences)}", STYLES[Tone.WARN])))
        self.hold.display = bool(sentences)

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

    def action_mail_next_bucket(self) -> None:
        """Only the next kind of mails."""
        self._step(1)

    def action_mail_previous_bucket(self) -> None:
        """Only the previous kind."""
        self._step(-1)

    def _step(self, step: int) -> None:
        if (kind := self.panel.step(step)) is not None:
            self.show_kind(kind)

    def _bucket(self) -> "Bucket | None":
        for bucket in self._buckets:
            if self.kind is not None and bucket.name == self.kind.bucket:
                return next((one for one in bucket.children if one.wanted.cause == self.kind.cause), bucket)
        return None

    def kind_words(self) -> "tuple[str, datetime | None]":
        bucket = self._bucket()
        if bucket is None:
            return ("", None) if self.kind is None else (self.kind.cause or self.kind.bucket, None)
        return bucket.label, bucket.oldest

    def chips(self) -> tuple[Chip, ...]:
        return () if self.kind is None else (Chip("kind", self.kind_words()[0].replace("_", " ")),)

    def drop_chip(self, key: str) -> None:
        self.kind = self.panel.chosen = None
