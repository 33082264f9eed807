"""The teams and their chats side by side: what is stored, what GroupMe says, and what there is to do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual import work
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.widgets import Static
from textual.worker import Worker, get_current_worker

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.database.states import TeamState
from bball_tui.errors import BballError
from bball_tui.tui.screens.chat_sections import chat_cell, chat_sections, group_cell, mails_cell
from bball_tui.tui.screens.groupme_choosing import ChatChoosing
from bball_tui.tui.text import content, short_time
from bball_tui.tui.theme import NOTHING, STYLES, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.groupme.listing import ChatRow
    from bball_tui.groupme.progress import Progress
    from bball_tui.tui.backend import Backend


class GroupMePane(ChatChoosing):
    """The season's teams with their chats. Reading GroupMe goes on beside the keys and can be stopped."""

    HELP = """
    ## GroupMe
    Each team with its chat. **linked** is well, **proposed** means that a group of the team's name is there, **choose
    one** that there are several, **broken** that the linked group is not there any more. Without `✔` it is what is
    stored here; `r` asks GroupMe, `Esc` stops that.

    `p` shows what there is to do, each step with its reason; nothing is done that is not ticked. `l` links a group that
    you choose or whose share link you paste, also without an access token. `m` lists the staff who belong into every
    group. `s` shows the share link and its QR code,
    `t` tells families who were welcomed before the link was there. `W` lets welcome mails wait until there is a link;
    `S` sends those without. `f` shows only teams whose chat is in one state. `x` says that a proposed group is not the
    team's, and takes that back. No group is ever deleted from here.
    """
    DEFAULT_CSS = """
    GroupMePane .chats--state { height: auto; max-height: 5; padding: 0 1; color: $text-muted; }
    """
    placeholder = "team or division"
    empty_text = "There are no teams yet. Press i to import a roster."
    first_sort = Sort("team")
    watches = frozenset({"season", "team", "contract", "outbox", "group_look", "group_member", "league"})

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.state = Static("", classes="chats--state")
        self._progress: Progress | None = None
        self._trouble: str | None = None
        self._worker: Worker[None] | None = None
        self._begun = False

    def compose(self) -> ComposeResult:
        """Search, how things stand with GroupMe, then list and inspector side by side."""
        yield self.search_bar
        yield self.state
        with Horizontal(classes="pane--body"):
            yield self.records
            yield self.inspector

    def make_columns(self) -> "Sequence[Column[ChatRow]]":
        return (
            Column(key="team", title="Team", width=14, flex=3, limit=34, render=lambda row: row.label, sort="team"),
            Column(key="state", title="Chat", width=12, render=chat_cell, sort="state"),
            Column(
                key="group",
                title="Group",
                width=12,
                flex=3,
                limit=34,
                render=group_cell,
                sort="group",
                priority=3,
            ),
            Column(
                key="members",
                title="In it",
                width=5,
                align="right",
                render=lambda row: NOTHING if row.members is None else f"{row.members:,}",
                sort="members",
                priority=2,
            ),
            Column(
                key="link",
                title="Link",
                width=6,
                render=lambda row: Styled("link") if row.link else status(Tone.WARN, "none"),
                priority=1,
            ),
            Column(
                key="mails",
                title="Mails",
                width=10,
                render=mails_cell,
                sort="mails",
                priority=4,
            ),
        )

    def source(self, backend: "Backend", text: str) -> "RecordSource[ChatRow]":
        return backend.chats(text, self.shown_state)

    async def sections(self, backend: "Backend", row_id: int) -> tuple[Section, ...]:
        return chat_sections(await backend.chat(row_id), self.reading, self.zone, self.now)

    def freshen(self) -> None:
        """Read what changed; the first time GroupMe too, if there is a token. What is stored shows at once."""
        super().freshen()
        if not self._begun and self.backend is not None:
            self._begun = True
            self.no_token = self.backend.no_token()
            if self.no_token is None and self.backend.season is not None:
                self.start_reading()
        self.show_state()

    # Reading GroupMe

    def start_reading(self) -> None:
        """Ask GroupMe, unless that goes on already."""
        if self.backend is not None and not self.is_reading:
            self.is_reading, self._progress = True, None
            self._worker = self._read(self.backend)
            self.show_state()

    @work(group="chats")
    async def _read(self, backend: "Backend") -> None:
        mine = get_current_worker()
        try:
            self.reading = await backend.read_chats(self._heard)
            self._trouble = None
        except BballError as error:
            self._trouble = f"{error} What is shown is the last known state; r asks again."
        finally:
            if self._worker is mine:
                self.is_reading, self._worker = False, None
        self.changed()
        self.show_state()

    def _heard(self, progress: "Progress") -> None:
        self._progress = progress
        self.show_state()

    def peel(self) -> bool:
        """Stop the reading first."""
        if self.is_reading and self._worker is not None:
            worker, self._worker = self._worker, None
            worker.cancel()
            self.is_reading = False
            self._trouble = "Reading GroupMe was stopped. What is shown is the last known state; r asks again."
            self.show_state()
            return True
        return super().peel()

    def show_state(self) -> None:
        """The lines above the list."""
        text, tone = self._state_words()
        mark = "! " if tone is Tone.WARN else ""
        self.state.update(content((f"{mark}{text}", STYLES[tone])))
        self.refresh_bindings()

    def _state_words(self) -> tuple[str, Tone]:
        if self.is_reading:
            return f"{self._reading_words()}  Esc stops.", Tone.ACCENT
        if self._trouble is not None:
            return self._trouble, Tone.WARN
        if self.no_token is not None:
            return self.no_token, Tone.WARN
        if self.reading is None:
            return "What is stored here. r asks GroupMe how things stand now.", Tone.MUTED
        plan = self.reading.plan
        at = short_time(self.reading.seen.read_at, self.zone, self.now)
        steps = f"p shows {counted(len(plan.actions), 'step')} to do." if plan.actions else ""
        # A team that no step is about waits for a person.
        busy = {action.team_id for action in plan.actions}
        alone = sum(team.state is not TeamState.LINKED and team.team_id not in busy for team in plan.teams)
        needs = f"{counted(alone, 'team needs', 'teams need')} you." if alone else ""
        rest = " ".join(filter(None, (steps, needs))) or "There is nothing to do."
        words = " ".join((f"The token is {plan.account}'s; read {at}.", rest, *plan.warnings))
        return words, Tone.WARN if plan.warnings else Tone.MUTED

    def _reading_words(self) -> str:
        if self._progress is None:
            return "Reading GroupMe …"
        counted_words = f" {self._progress.done} of {self._progress.total}." if self._progress.total else ""
        return f"{self._progress.doing}{counted_words}"
