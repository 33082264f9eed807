"""What needs a person: one look at the day for the whole desk, so that the header counts what Today lists."""

import asyncio
from time import monotonic
from typing import TYPE_CHECKING

import msgspec
from textual import on, work
from textual.reactive import reactive
from textual.timer import Timer

from bball_tui.errors import BballError
from bball_tui.tui.main_screen.retried_mails import RetriedMailsScreen
from bball_tui.tui.tab_events import DayAsked

if TYPE_CHECKING:
    from bball_tui.delivery.bounce_mailbox import UnreadReports
    from bball_tui.league.today import ContractDay
    from bball_tui.mail.template_check import Finding
    from bball_tui.mail.template_watcher import TemplateWatcher
    from bball_tui.outbox.counts import MailDay
    from bball_tui.settings import Settings
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.tabs.today_items import AttentionItem, ReturnedMails

LOOK_AGAIN = 20.0
"""Seconds after which the day is read again: that a worker falls silent, or that a day ends, nobody tells."""
STARTING = 15.0
"""Seconds in which the worker of this program may be on its way."""
REST = 5.0
"""So many times as long as a look took is the rest after it: a huge league is not read without a pause."""
DAY_TABLES = frozenset(
    {
        "outbox",
        "provider_gate",
        "contract",
        "player",
        "guardian",
        "player_guardian",
        "suppression",
        "season",
        "family_note",
        "team",
        "group_look",
    }
)
"""The tables whose changes can change what needs a person."""


class Day(msgspec.Struct, frozen=True):
    """One look: the numbers, and what needs a person."""

    mails: "MailDay"
    contracts: "ContractDay"
    needs: "tuple[AttentionItem, ...]"


class TodayReadingScreen(RetriedMailsScreen):
    """Keeps :attr:`day` true. Where it is shown is the subclass's."""

    day: reactive[Day | None] = reactive(None)
    day_trouble: reactive[str] = reactive("")
    """Why the last look failed; empty when it did not."""

    def __init__(self) -> None:
        super().__init__()
        self._opened_at = 0.0
        self._looking = self._look_once_more = False
        self._resting: Timer | None = None
        self._templates: TemplateWatcher | None = None
        self._returned: UnreadReports | None = None

    def on_mount(self) -> None:
        """Some things change without anybody telling."""
        self.set_interval(LOOK_AGAIN, self.look_at_day)

    def show_day(self) -> None:
        """Show what the last look found."""
        raise NotImplementedError

    def watch_day(self) -> None:
        """Somebody looked."""
        self.show_day()

    def watch_day_trouble(self) -> None:
        """It could not be looked at, or can be again."""
        self.show_day()

    @property
    def need_count(self) -> int:
        """How many things need a person; 0 before the first look."""
        return 0 if self.day is None else len(self.day.needs)

    def is_hidden(self) -> bool:
        """Whether a dialog lies over all of the desk: nobody sees what changes, and reading would hold up the keys."""
        if len(self.app.screen_stack) == 1:
            return False
        from bball_tui.tui.dialogs.base import Dialog  # here: with it comes the help's Markdown, the first paint waits

        return any(isinstance(one, Dialog) and one.opaque for one in self.app.screen_stack)

    def begin_day(self) -> None:
        """Another league, or none: nothing is known of its day, and its worker may be on its way."""
        self._opened_at = monotonic()
        self.day, self.day_trouble = None, ""
        self._templates = self._returned = None

    @on(DayAsked)
    def look_at_day(self) -> None:
        """Read the day, at once or after the rest. Changes that come while it is read are one more reading."""
        self._look_once_more = True
        if self.connection is not None and not self._looking and self._resting is None and not self.is_hidden():
            self._looking, self._look_once_more = True, False
            self._look(self.connection)

    def on_screen_resume(self) -> None:
        """What was hidden is seen again."""
        if self._look_once_more:
            self.look_at_day()

    @work(group="day")
    async def _look(self, connection: "LeagueConnection") -> None:
        began = monotonic()
        try:
            day = await self._read_day(connection)
        except BballError as error:
            if connection is self.connection:
                self.day_trouble = str(error)
        else:
            if connection is self.connection:
                self.day, self.day_trouble = day, ""
        finally:
            self._looking = False
            self._resting = self.set_timer(min(REST * (monotonic() - began), LOOK_AGAIN), self._rested)

    def _rested(self) -> None:
        self._resting = None
        if self._look_once_more:
            self.look_at_day()

    async def _read_day(self, connection: "LeagueConnection") -> Day:
        from bball_tui.league.today import read_day
        from bball_tui.tui.tabs.today_items import attention_items

        day = await connection.call(read_day, connection.season_id, connection.outgoing)
        comes = connection.sends_mail and monotonic() - self._opened_at < STARTING
        found = attention_items(
            day.mails,
            day.contracts,
            await self._template_errors(connection.settings),
            await self._returned_mails(connection.settings),
            day.follow_ups,
            worker_comes=comes,
        )
        return Day(day.mails, day.contracts, found)

    async def _template_errors(self, settings: "Settings") -> "tuple[Finding, ...]":
        """What keeps the league's own mail templates from being used; a folder that cannot be read has none."""
        if settings.template_dir is None:
            return ()
        from bball_tui.mail.template_watcher import TemplateWatcher

        self._templates = self._templates or TemplateWatcher(settings)
        try:
            return await asyncio.to_thread(self._templates.errors)
        except OSError:
            return ()

    async def _returned_mails(self, settings: "Settings") -> "ReturnedMails | None":
        """What only a person can read in the folder of returned mails; None where this computer has no such folder."""
        if settings.bounce_dir is None:
            return None
        from bball_tui.delivery.bounce_mailbox import UnreadReports
        from bball_tui.tui.tabs.today_items import ReturnedMails

        folder = str(settings.bounce_dir)
        self._returned = self._returned or UnreadReports(settings.bounce_dir)
        try:
            return ReturnedMails(folder, await asyncio.to_thread(self._returned.look))
        except BballError as error:
            return ReturnedMails(folder, trouble=str(error))
