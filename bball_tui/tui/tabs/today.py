"""What needs a person now; and when nothing does, that all is well."""

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING

from textual import on, work
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.reactive import reactive
from textual.widgets import Static

from bball_tui.database.paging import Sort
from bball_tui.errors import BballError
from bball_tui.language import _, plural
from bball_tui.league.rights import Right
from bball_tui.tui.actions import action
from bball_tui.tui.tab_events import DayAsked, FixWanted, TeamChosen
from bball_tui.tui.tabs.cells import time_cell
from bball_tui.tui.tabs.day_summary import DaySummary
from bball_tui.tui.tabs.memory_source import MemorySource
from bball_tui.tui.tabs.note_commands import ALSO, KEY, LABEL, note_again
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.tabs.season_pictures import SeasonPictures
from bball_tui.tui.tabs.sections import LONGEST_ASKED, asked_sections, family_sections
from bball_tui.tui.tabs.today_items import AttentionItem
from bball_tui.tui.text import content
from bball_tui.tui.theme import NOTHING, STYLES, SYMBOLS, Styled, Tone, status
from bball_tui.tui.undo_hints import undone_by
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Note, Section
from bball_tui.tui.widgets.list_messages import RowOpened
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.roster.notes import NoteView
    from bball_tui.outbox.counts import MailDay
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.main_screen.today_reading import Day


def _on_follow_up(pane: "TodayPane") -> str | None:
    return pane.not_ready() or (None if pane.on_follow_up else _("The line under the cursor is not a follow-up."))


FEW_LINES = 5
"""Lines of families that stand before the advice."""
PICTURED = 60.0
"""Seconds after which the season is looked at again, if nothing of the day says so before."""


class TodayPane(RecordPane[AttentionItem], commands="On today", tab="today"):
    """The list of what needs a person, what to do about the line under the cursor, and the day in numbers."""

    HELP = """
    ## Today
    Each line is something that needs a person. Enter goes to the place where it is dealt with, already filtered. When
    the list is empty, all is well. A follow-up of a call comes up on its day: `{today.done}` says that it is done,
    `{today.later}` moves it, `{today.note}` notes what the family said. Below are the numbers of the day, and how many
    e-mails went out in each hour. E-mails and follow-ups are those of the whole league; what is counted in the season
    that is shown names it.

    `{today.pictures}` goes to the season in pictures: signed over time beside last season, due dates, the teams in
    which most is still open, the e-mails of today. Each sign of a bar has its meaning without colors; Enter leads from
    a bar to its list.
    """
    DEFAULT_CSS = """
    TodayPane .today--news { height: 1; padding: 0 1; }
    """
    placeholder = ""
    empty_text = ""
    first_sort = Sort("need")
    searchable = False
    watches = frozenset()

    day: "reactive[Day | None]" = reactive(None)
    trouble: reactive[str] = reactive("")
    """Why the day could not be looked at; empty when it could."""

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.news = Static("", classes="today--news")
        self.pictures = SeasonPictures()
        self._pictured: tuple[float, object] = (0.0, None)
        self.summary = DaySummary()

    def compose(self) -> ComposeResult:
        """News, list and advice side by side, the numbers of the day."""
        yield self.news
        with Horizontal(classes="pane--body"):
            yield self.records
            with Vertical(classes="today--side"):
                yield self.inspector
                yield self.pictures
        yield self.summary

    def make_columns(self) -> Sequence[Column[AttentionItem]]:
        return (
            Column(key="need", title=_("What"), width=30, flex=1, render=lambda row: status(row.tone, row.sentence)),
            Column(key="since", title=_("Since"), width=8, render=self._since, priority=1),
        )

    def _since(self, row: AttentionItem) -> str | Styled:
        return NOTHING if row.since is None else time_cell(row.since, self.zone, self.now)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        found = next((one for one in self._needs if one.id == row_id), None)
        if found is None:
            return ()
        asked = await self._whom_to_ask(connection, found)
        advice = Section(_("What to do"), (Note(found.advice),))
        # Where few are to be asked their numbers come first: in a small window there is no room for both.
        few = sum(len(one.lines) for one in asked) <= FEW_LINES
        heading = Section("", (Note(Styled(found.sentence, Tone.STRONG)),))
        return (heading, *asked, advice) if few else (heading, advice, *asked)

    async def _whom_to_ask(self, connection: "LeagueConnection", item: AttentionItem) -> tuple[Section, ...]:
        """The families that the line is about, with their numbers."""
        from bball_tui.database.states import WAITING_STATUSES
        from bball_tui.league.families_to_ask import families_of_contracts, families_of_mails
        from bball_tui.league.filters.attention import Attention
        from bball_tui.league.roster.rows import RosterFilter
        from bball_tui.outbox.mail_list import BucketName, OutboxFilter

        most = LONGEST_ASKED + 1
        kind, fix = item.fix.kind, item.fix
        if item.note is not None and item.note.player_id is not None:
            return await family_sections(connection, item.note.player_id, self.zone, self.now)
        if kind is not None and kind.bucket in (BucketName.FAILED, BucketName.IN_DOUBT):
            mails = OutboxFilter(bucket=BucketName(kind.bucket), cause=kind.cause)
            return asked_sections(await connection.call(families_of_mails, mails, most))
        if fix.what == "came_back":
            mails = OutboxFilter(bucket=BucketName.BOUNCED, cause=item.key.removeprefix("bounced "))
            return asked_sections(await connection.call(families_of_mails, mails, most))
        if fix.trouble is not None:
            contracts = RosterFilter(
                season_id=connection.season_id, statuses=WAITING_STATUSES, troubles=(Attention(fix.trouble),)
            )
            return asked_sections(await connection.call(families_of_contracts, contracts, most))
        return ()

    # Reading

    def ask(self) -> None:
        """Have the day looked at; until then the list shows what the last look found."""
        self.post_message(DayAsked())

    def changed(self) -> None:
        """Nothing to do: the desk looks at the day by itself, for its header too."""

    def watch_day(self, day: "Day | None") -> None:
        """The desk looked at the day."""
        if day is None:
            return
        self.summary.day = (day.mails, day.contracts)
        self._look_at_season(day.mails, (self.connection, day.contracts, day.mails.sent))
        self.records.show(MemorySource(day.needs), empty_text=_calm(day.mails))
        self._inspect(self._inspected, at_once=True)
        self._tell_news()

    def watch_trouble(self) -> None:
        """The day could not be read, or can be again."""
        self._tell_news()

    @property
    def _needs(self) -> "tuple[AttentionItem, ...]":
        return () if self.day is None else self.day.needs

    def _tell_news(self) -> None:
        if self.trouble:
            tone, words = Tone.WARN, self.trouble
        elif self.day is None:
            return
        else:
            number = len(self._needs)
            tone = Tone.WARN if number else Tone.GOOD
            need = plural("{number:,} thing needs you.", "{number:,} things need you.", number).format(number=number)
            words = need if number else _("All is well.")
        self.news.update(content((f"{SYMBOLS[tone]} {words}", STYLES[tone])))

    # The season in pictures

    @work(group="season", exclusive=True)
    async def _look_at_season(self, mails: "MailDay", facts: object) -> None:
        """Read the season when it may look different, and now and then: whole, it costs more than a look at the day."""
        from bball_tui.league.season_picture import read_season_picture

        connection = self.connection
        read_at, known = self._pictured
        if connection is None or (facts == known and monotonic() - read_at < PICTURED):
            return
        try:
            picture = await connection.call(read_season_picture, connection.season_id)
        except BballError:
            return  # the day says that the database is away
        self._pictured = (monotonic(), facts)  # not before: the next look at the day breaks this one off
        self.pictures.picture = None if picture is None else (picture, mails)

    @on(SeasonPictures.Chosen)
    def _lead(self, event: SeasonPictures.Chosen) -> None:
        event.stop()
        line = event.line
        if line.team is not None:
            self.post_message(TeamChosen(line.team.team_id, line.team.name))
        elif line.fix is not None:
            self.post_message(FixWanted(line.fix))

    @action("v", "season in pictures", footer=True, also="chart graph statistics progress numbers dashboard")
    def action_today_pictures(self) -> None:
        """Go to the season in pictures, or back to what needs you. In a narrow window they take each other's place."""
        shown = self.pictures.has_focus
        self.set_class(not shown, "-pictures")
        (self.records if shown else self.pictures).focus()

    # Follow-ups

    @property
    def on_follow_up(self) -> bool:
        """Whether the line under the cursor is a follow-up."""
        return self._note is not None

    @property
    def _note(self) -> "NoteView | None":
        """The follow-up under the cursor."""
        targets = self.targets
        if len(targets) != 1:
            return None
        return next((one.note for one in self._needs if one.id == targets[0]), None)

    @action("d", "done", when=_on_follow_up, needs=Right.NOTES, footer=True, also="follow-up finished close")
    async def action_today_done(self) -> bool:
        """The follow-up under the cursor is done: nobody needs to ask again."""
        from bball_tui.league.roster.notes import finish_follow_up

        connection, note = self.connection, self._note
        if connection is None or note is None:
            return False
        await connection.call(finish_follow_up, note.id)
        self.app.notify(f"{_('The follow-up is done.')} {undone_by()}", markup=False)
        self.ask()
        return True

    @action(
        "m",
        "another day",
        when=_on_follow_up,
        needs=Right.NOTES,
        footer=True,
        also="follow-up move later postpone snooze",
    )
    async def action_today_later(self) -> bool:
        """Move the follow-up under the cursor to another day."""
        from bball_tui.league.roster.notes import move_follow_up
        from bball_tui.tui.dialogs.follow_up import FollowUp

        connection, note = self.connection, self._note
        if connection is None or note is None:
            return False
        today = self.now.astimezone(self.zone).date()
        dialog = FollowUp(
            note,
            lambda day: connection.call(move_follow_up, note.id, day, if_open=True),
            connection.league.date_order,
            today,
        )
        if await self.app.push_screen_wait(dialog) is None:
            return False
        self.ask()
        return True

    @action(KEY, LABEL, when=_on_follow_up, needs=Right.NOTES, footer=True, also=ALSO)
    async def action_today_note(self) -> bool:
        """Write down what the family of the follow-up under the cursor said; its numbers stand there."""
        connection, note = self.connection, self._note
        if connection is None or note is None or not await note_again(self.app, connection, note):
            return False
        self.ask()
        return True

    # ActionHost

    @on(RowOpened)
    def _fix(self, event: RowOpened) -> None:
        event.stop()
        event.prevent_default()
        found = next((one for one in self._needs if one.id == event.row_id), None)
        if found is not None:
            self.post_message(FixWanted(found.fix))

    def go_back(self) -> bool:
        """From the pictures to the list; there is nothing else to take away but a selection."""
        if self.has_class("-pictures"):
            self.remove_class("-pictures")
            self.records.focus()
            return True
        return self.records.clear_selection()


def _calm(mails: "MailDay") -> str:
    now = mails.sending
    last = (
        ""
        if mails.last_sent is None
        else _(" The last e-mail went out at {clock}.").format(clock=now.clock(mails.last_sent))
    )
    waiting = _(" {e_mail} queued.").format(e_mail=counted(mails.waiting, "e-mail")) if mails.waiting else ""
    return _("Nothing needs you right now.{waiting}{last}").format(waiting=waiting, last=last)
