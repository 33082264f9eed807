"""The line above the team chats: reading GroupMe beside the keys, and what came of it."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from textual import work
from textual.message import Message
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from bball_tui.database.states import TeamState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.actions import ActionHost
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.text import content, short_time
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.groupme.plan.look_at_chats import Reading
    from bball_tui.groupme.run.progress import Progress
    from bball_tui.tui.connection import LeagueConnection


LATER = "after-reading"
"""The group of what waits for the end of the reading: it holds up no keys."""


@dataclass
class ChatsRead(Message):
    """GroupMe was read, or could not be."""


class GroupMeReading(Static):
    """Asks GroupMe how all chats stand, can be stopped, and says how far it is or what was found."""

    DEFAULT_CSS = """
    GroupMeReading { height: auto; max-height: 5; padding: 0 1; color: $text-muted; }
    """

    def __init__(self) -> None:
        super().__init__("")
        self.found: Reading | None = None
        """What GroupMe said last, and the plan that follows from it."""
        self.is_reading = False
        self._done = asyncio.Event()
        self.no_token: str | None = None
        """Why GroupMe cannot be asked; None when it can."""
        self._progress: Progress | None = None
        self._trouble: str | None = None
        self._worker: Worker[None] | None = None
        self._connection: LeagueConnection | None = None
        self._season_id: int | None = None

    def begin_once(self, connection: "LeagueConnection") -> None:
        """The tab is looked at: the first time, and in another season, GroupMe is asked, if there is a token."""
        if (connection, connection.season_id) != (self._connection, self._season_id):
            self.stop()  # it was about the other season, and so is what was found
            self.found = self._trouble = None
            self._connection, self._season_id = connection, connection.season_id
            self.no_token = _no_token(connection)
            if self.no_token is None and connection.season is not None:
                self.begin(connection)
        self.tell()

    def begin(self, connection: "LeagueConnection") -> None:
        """Ask GroupMe, unless that goes on already."""
        if not self.is_reading:
            self._connection = connection
            self.is_reading, self._progress = True, None
            self._done.clear()
            self._worker = self._read(connection)
            self.tell()

    @work(group="chats")
    async def _read(self, connection: "LeagueConnection") -> None:
        from bball_tui.groupme.plan.look_at_chats import read_chats

        mine = get_current_worker()
        try:
            async with connection.groupme(self._heard) as sender:
                self.found = await read_chats(sender)
            self._trouble = None
        except BballError as error:
            self._trouble = _("{error} What is shown is the last known state; {key} asks again.").format(
                error=error, key=key_of("chat.read")
            )
        finally:
            if self._worker is mine:
                self.is_reading, self._worker = False, None
                self._done.set()
        self.tell()
        self.post_message(ChatsRead())

    @work(group=LATER, exclusive=True)
    async def then(self, host: ActionHost, command: str) -> None:
        """Run a command of ``host`` once GroupMe was read, if that is still what is looked at then."""
        await self._done.wait()
        if host.display and self.app.screen is self.screen and host.refusal(command) is None:
            await self.app.run_action(command, host)

    def _heard(self, progress: "Progress") -> None:
        self._progress = progress
        self.tell()

    def stop(self) -> bool:
        """Ask no further; False: nothing was being read."""
        if not self.is_reading or self._worker is None:
            return False
        worker, self._worker = self._worker, None
        worker.cancel()
        self.is_reading = False
        self.workers.cancel_group(self, LATER)
        self._done.set()
        self._trouble = _(
            "Reading GroupMe was stopped. What is shown is the last known state; {key} asks again."
        ).format(key=key_of("chat.read"))
        self.tell()
        return True

    def tell(self) -> None:
        """Say how things stand."""
        text, tone = self._words()
        mark = "! " if tone is Tone.WARN else ""
        self.update(content((f"{mark}{text}", STYLES[tone])))
        self.refresh_bindings()

    def _words(self) -> tuple[str, Tone]:
        if self.is_reading:
            return _("{reading_words}  Esc stops.").format(reading_words=self._reading_words()), Tone.ACCENT
        if self._trouble is not None:
            return self._trouble, Tone.WARN
        if self.no_token is not None:
            return self.no_token, Tone.WARN
        if self.found is None or self._connection is None:
            return _("What is stored here. {key} asks GroupMe how things stand now.").format(
                key=key_of("chat.read")
            ), Tone.MUTED
        plan = self.found.plan
        at = short_time(self.found.seen.read_at, self._connection.league.zone, datetime.now(UTC))
        steps = (
            _("{key} shows {steps} to do.").format(key=key_of("chat.plan"), steps=counted(len(plan.actions), "step"))
            if plan.actions
            else ""
        )
        # A team that no step is about waits for a person.
        busy = {action.team_id for action in plan.actions}
        alone = sum(team.state is not TeamState.LINKED and team.team_id not in busy for team in plan.teams)
        needs = _("{team_needs} you.").format(team_needs=counted(alone, "team needs", "teams need")) if alone else ""
        missing = self.found.not_joined
        joined = _("{family_has} not joined ({key}).").format(
            family_has=counted(missing, "family has", "families have"), key=key_of("chat.not-joined")
        )
        rest = " ".join(filter(None, (steps, needs, joined if missing else ""))) or _("Nothing to do.")
        words = " ".join(
            (_("The token is {account}'s; read {at}.").format(account=plan.account, at=at), rest, *plan.warnings)
        )
        return words, Tone.WARN if plan.warnings else Tone.MUTED

    def _reading_words(self) -> str:
        if self._progress is None:
            return _("Reading GroupMe …")
        counted_words = (
            _(" {done} of {total}.").format(done=self._progress.done, total=self._progress.total)
            if self._progress.total
            else ""
        )
        return f"{self._progress.doing}{counted_words}"


def _no_token(connection: "LeagueConnection") -> str | None:
    """Why GroupMe cannot be asked for this league, in a sentence; None when there is a token."""
    from bball_tui.groupme.api.account import no_token, token_from

    try:
        missing = token_from(connection.settings) is None
    except BballError as error:
        return str(error)
    return no_token(connection.settings, connection.league.slug) if missing else None
