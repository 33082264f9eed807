"""The header's numbers, read when something changed and now and then; with them what the person may in the league."""

from typing import TYPE_CHECKING, Any

from msgspec.structs import replace
from textual import work
from textual.worker import Worker, get_current_worker

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.rights import ShutOut
from bball_tui.tui.main_screen.app_protocol import LeagueProgram
from bball_tui.tui.main_screen.header import database_state, header_facts
from bball_tui.tui.main_screen.today_reading import TodayReadingScreen
from bball_tui.tui.theme import Styled, Tone
from bball_tui.tui.widgets.header_bar import UNKNOWN, HeaderBar, HeaderFacts

if TYPE_CHECKING:
    from textual.timer import Timer

    from bball_tui.tui.connection import LeagueConnection

PULSE = 30.0
"""Seconds after which the header's numbers are read again: nobody tells when a worker falls silent."""
IMPATIENT = 2.0
"""The same while the worker has not shown itself yet, or the database did not answer."""


def goes_by(connection: "LeagueConnection | None") -> tuple[object, ...]:
    """What every list depends on: the season, the league's clock and dates, what the person may see, and what is
    missing before an e-mail can leave.
    """
    if connection is None:
        return ()
    return (connection.season_id, connection.league, connection.roles, connection.not_set_up)


class HeaderReadingScreen(TodayReadingScreen):
    """Keeps the header true. What else the screen shows is the subclass's."""

    def __init__(self) -> None:
        super().__init__()
        self.header = HeaderBar()
        self.listed = goes_by(None)
        """What the tabs go by. The connection may know of something newer before they do."""
        self._pulse: Timer | None = None
        self._header_reading: Worker[None] | None = None
        self._header_once_more = False
        self._header_left_out = False
        """Whether a reading was left out because nobody saw the header."""

    def say_opening(self) -> None:
        """The database is being opened."""
        self.header.facts = HeaderFacts("bball_tui", database=Styled(_("opening the database …"), Tone.MUTED))

    def say_closed(self) -> None:
        """It could not be opened, or does not let the person in anymore."""
        self.header.facts = HeaderFacts("bball_tui", database=Styled(_("! no league is open"), Tone.WARN))

    def read_header(self) -> None:
        """Read the header's numbers, and what the person may; and again after a while.

        A change that comes meanwhile is one more reading and breaks none off: where one takes longer than it is to the
        next change, as over a slow line while many e-mails go out, none would ever come to its end.
        """
        self._header_once_more = True
        if self._header_reading is None:
            self._header_reading = self._read_header()

    def on_screen_resume(self) -> None:
        """What was hidden is seen again. The next look may be long off, and the database away."""
        if self._header_left_out:
            self.read_header()

    def give_up_reading(self) -> None:
        """What is being read may never come, or is another league's: nothing waits for it, and it is not shown."""
        if self._header_reading is not None:
            self._header_reading.cancel()
            self._header_reading = None

    @work(group="header")
    async def _read_header(self) -> None:
        mine = get_current_worker()
        try:
            while self._header_once_more and self._header_reading is mine:
                self._header_once_more = False
                await self._read_header_once(mine)
        finally:
            if self._header_reading is mine:
                self._header_reading = None

    async def _read_header_once(self, mine: "Worker[Any]") -> None:
        from bball_tui.database.presence import present

        connection = self.connection
        if connection is None:
            return
        self._header_left_out = self.is_hidden()
        if self._header_left_out:
            self._read_again(PULSE)
            return
        try:
            found = await connection.read_header_numbers()
            here = await connection.call(present)
        except ShutOut as error:
            if self._header_reading is not mine:
                return
            self.connection = None  # nothing is asked anymore, and nothing told twice
            self.say_closed()
            if isinstance(self.app, LeagueProgram):
                self.app.shut_out(str(error))
            return
        except BballError:
            if self._header_reading is not mine:
                return
            away = database_state(connection.settings.embedded, False)
            # What the worker does meanwhile is not known.
            self.header.facts = replace(self.header.facts, database=away, worker=UNKNOWN)
            self._read_again(IMPATIENT)
            return
        if self._header_reading is not mine:
            return
        self.refresh_bindings()
        if goes_by(connection) != self.listed:
            self.refresh_tabs()
        self.header.facts = header_facts(
            found, here, connection.settings, sends_mail=connection.sends_mail, needs=self.need_count
        )
        self._read_again(IMPATIENT if connection.sends_mail and not found.workers else PULSE)

    def _read_again(self, seconds: float) -> None:
        if self._pulse is not None:
            self._pulse.stop()
        self._pulse = self.set_timer(seconds, self.read_header)
