"""Which teams the tab GroupMe shows, and which groups are not proposed to them any more."""

from textual import work

from bball_tui.database.states import TeamState
from bball_tui.errors import BballError
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.message import ErrorDialog
from bball_tui.tui.screens.chat_sections import STATE_WORDS
from bball_tui.tui.screens.groupme_mails import ChatMailCommands
from bball_tui.tui.text import clean
from bball_tui.tui.widgets.search_bar import Chip
from bball_tui.wording import counted

FILTERS = (None, *STATE_WORDS)


class ChatChoosing(ChatMailCommands):
    """The filter by state, and the word that a group is another team's."""

    nothing_found = "No team matches. f goes on to the next state, Esc takes the search or the filter away."

    def __init__(self, *, id: str) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self.shown_state: TeamState | None = None
        """Only teams whose chat is in this state are listed; None: all."""

    def chips(self) -> tuple[Chip, ...]:
        return () if self.shown_state is None else (Chip("state", f"chat: {STATE_WORDS[self.shown_state]}"),)

    def drop_chip(self, key: str) -> None:
        self.shown_state = None

    def action_chat_filter(self) -> None:
        """The next state; after the last come all teams."""
        self.shown_state = FILTERS[(FILTERS.index(self.shown_state) + 1) % len(FILTERS)]
        self.ask()

    @work(group="command")
    async def action_chat_dismiss(self) -> None:
        """These groups are not the team's; or, once that was said, propose them again."""
        backend, row, proposed = self.backend, self.team, self.proposed
        if backend is None or row is None:
            return
        names = [f"  {group.name}, {counted(group.members_count or 0, 'member')}" for group in proposed]
        if proposed:
            lines = [
                f"Not proposed to {row.label} any more, and not in the way of a new group:",
                *names,
                "The groups themselves stay as they are. The same key takes this back.",
            ]
            word = "Not this one" if len(proposed) == 1 else f"None of these {len(proposed)}"
            if not await self.app.push_screen_wait(Confirm(f"{word}: {row.label}", lines, word)):
                return
        try:
            if proposed:
                await backend.dismiss_groups(row.id, [group.id for group in proposed])
                told = f"Remembered: {counted(len(proposed), 'group')} not of {row.label}. x takes that back."
            else:
                again = await backend.propose_again(row.id)
                told = f"{counted(again, 'group')} may be proposed to {row.label} again."
        except BballError as error:
            await self.app.push_screen_wait(ErrorDialog(str(error)))
            return
        self.app.notify(clean(told), markup=False)
        self.acted()
        if self.no_token is None:
            self.start_reading()
