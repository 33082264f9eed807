"""Who is reminded of an offer, when, and for which time."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.language import COLUMN, _, in_context
from bball_tui.league.rights import Right
from bball_tui.tui.actions import action
from bball_tui.tui.dialogs.reminder_schedule import ReminderSchedule
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.tabs.cells import day_cell
from bball_tui.tui.tabs.guards import ready
from bball_tui.tui.tabs.memory_source import ReadSource
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES, RecordPane
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Fact, Note, Section
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from bball_tui.league.mails.reminders import PlannedReminder, Schedule
    from bball_tui.tui.connection import LeagueConnection


def _one(pane: "RemindersPane") -> str | None:
    return ready(pane) or (None if pane.number_meant == 1 else _("Put the cursor on one offer."))


class RemindersPane(RecordPane["PlannedReminder"], commands="On reminders", tab="emails"):
    """The reminders to come."""

    HELP = """
    ## Reminders
    Offers with a due date, and when their families are reminded next. `{reminder.schedule}` says how many days before,
    and how often at most; no days switch reminders off. A worker sends them by itself, by day, each one once. The log
    has what was sent.
    """
    DEFAULT_CSS = """
    RemindersPane .reminders--news { height: auto; max-height: 2; padding: 0 1; }
    """
    placeholder = _("player, team or address")
    empty_text = _("No reminder is due or to come.")
    first_sort = Sort("on")
    watches = FAMILY_TABLES | {"contract", "season", "team", "group_look", "league"}

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.news = Static("", classes="reminders--news")
        self._schedule: Schedule | None = None

    def compose(self) -> ComposeResult:
        """Search, the schedule, list and inspector side by side."""
        yield self.search_bar
        yield self.news
        with Horizontal(classes="pane--body"):
            yield self.records
            yield self.inspector

    def make_columns(self) -> "Sequence[Column[PlannedReminder]]":
        return (
            Column(
                name=True, key="player", title=_("Player"), width=14, flex=2, limit=30, render=lambda row: row.player
            ),
            Column(key="team", title=_("Team"), width=10, flex=1, limit=24, render=lambda row: row.team, priority=3),
            Column(
                key="due", title=_("Due"), width=6, render=lambda row: day_cell(row.due_on, self._today), priority=1
            ),
            Column(
                key="on",
                title=_("Reminder"),
                width=9,
                render=lambda row: status(Tone.ACCENT, _("today")) if row.today else day_cell(row.on, self._today),
            ),
            Column(
                key="number",
                title=in_context(COLUMN, "No."),
                width=3,
                align="right",
                render=lambda row: str(row.number),
                priority=2,
            ),
            Column(key="to", title=_("To"), width=16, flex=3, render=lambda row: ", ".join(row.recipients), priority=4),
        )

    @property
    def _today(self) -> date:
        return self.now.astimezone(self.zone).date()

    def source(self, connection: "LeagueConnection", text: str) -> "RecordSource[PlannedReminder]":
        from bball_tui.league.mails.reminders import planned_reminders, read_schedule

        words = text.casefold().split()

        async def read() -> "Sequence[PlannedReminder]":
            schedule = await connection.call(read_schedule)
            rows = await connection.call(planned_reminders)
            self._schedule = schedule
            self._tell()
            return [one for one in rows if all(word in _searched(one) for word in words)]

        return ReadSource(read)

    def _tell(self) -> None:
        if self._schedule is None:
            return
        if not self._schedule.days:
            key = key_of("reminder.schedule")
            words = _(
                "Reminders are off. {key} says how many days before an offer is due its families are reminded."
            ).format(key=key)
            self.news.update(content((words, STYLES[Tone.MUTED])))
            return
        days = ", ".join(str(day) for day in self._schedule.days)
        often = counted(self._schedule.cap, "reminder")
        words = _(
            "Families are reminded {days} days before an offer is due, with {often} at most for one offer."
        ).format(days=days, often=often)
        self.news.update(content((words, STYLES[Tone.MUTED])))

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        row = self.records.loaded(row_id)
        if row is None:
            return ()
        when = _("today") if row.today else short_date(row.on, self._today)
        return (
            Section(
                row.player,
                (
                    Note(row.team),
                    Fact(_("due"), short_date(row.due_on, self._today)),
                    Fact(_("reminder"), _("{when}, number {number}").format(when=when, number=row.number)),
                    Fact(_("sent"), counted(row.sent, "reminder")),
                    *(Fact(_("to"), address) for address in row.recipients),
                ),
            ),
        )

    @action("e", "when to remind", when=ready, needs=Right.LEAGUE, footer=True, also="settings days frequency nag")
    async def action_reminder_schedule(self) -> None:
        """How many days before an offer is due, how often at most, or never."""
        from bball_tui.league.mails.reminders import parse_days, set_schedule

        connection, schedule = self.connection, self._schedule
        if connection is None or schedule is None:
            return
        days = ", ".join(str(day) for day in schedule.days)

        async def save(days: str, cap: str) -> None:
            (number,) = parse_days(cap)[:1] or (0,)
            await connection.call(set_schedule, parse_days(days), number, seen=schedule)

        if await self.app.push_screen_wait(ReminderSchedule(days, str(schedule.cap), save)):
            self.app.notify(_("The schedule is saved."), markup=False)
            self.ask()

    @action("p", "preview e-mail", when=_one, footer=True, also="view sample")
    async def action_reminder_read(self) -> None:
        """The reminder that goes to the families of the offer under the cursor."""
        from bball_tui.league.mails.kind_overview import preview_kind
        from bball_tui.tui.mail_reading import read_asked

        connection, targets = self.connection, self.targets
        if connection is not None and len(targets) == 1:
            mails = connection.call(preview_kind, connection.settings, "contract_reminder", targets[0])
            await read_asked(self.app, connection, mails)


def _searched(one: "PlannedReminder") -> str:
    return " ".join((one.player, one.team, *one.recipients)).casefold()
