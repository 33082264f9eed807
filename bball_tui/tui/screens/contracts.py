"""The contracts of the season: the desk where staff sign."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.league.choices import Facet, FilterChoice
from bball_tui.tui.screens.cells import day_cell, name_of, status_cell, welcome_cell
from bball_tui.tui.screens.contract_actions import SIGNABLE
from bball_tui.tui.screens.contract_commands import ContractCommands
from bball_tui.tui.screens.roster_pane import RosterPane
from bball_tui.tui.screens.sections import contract_sections
from bball_tui.tui.theme import NOTHING, Styled
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section

if TYPE_CHECKING:
    from bball_tui.league.rows import ContractRow
    from bball_tui.tui.backend import Backend


class ContractsPane(RosterPane["ContractRow"], ContractCommands):
    """Who has signed, and what became of the mail that was promised."""

    HELP = """
    ## Contracts
    `s` marks contracts signed: the selected ones (`space`, or `a` for all that match), else the one under the cursor.
    The dialog shows what will happen before it happens. `u` takes the last signing back, with its mails, until they
    leave. `t` signs a whole pile of papers, two keys each. `e` moves a contract to another team, `h` shows the
    guardians, `m` and `w` are for the offer and the word before the signature; the capitals end contracts.
    `f` narrows the list, `x` writes it to a file. It can be sorted by every column but the welcome mail: `f` shows
    what is in one state.
    """
    list_name = "contracts"
    placeholder = "player, parent, e-mail, team"
    empty_text = "There are no contracts yet. Press i to import a roster."
    first_sort = Sort("player")
    watches = frozenset({"season", "team", "player", "guardian", "player_guardian", "contract", "outbox"})

    def make_columns(self) -> "Sequence[Column[ContractRow]]":
        return (
            Column(key="player", title="Player", width=14, flex=3, limit=32, render=name_of, sort="player"),
            Column(
                key="team",
                title="Team",
                width=11,
                flex=1,
                limit=24,
                render=lambda row: row.team,
                sort="team",
            ),
            Column(key="status", title="Status", width=10, render=lambda row: status_cell(row.status), sort="status"),
            Column(key="due", title="Due", width=6, render=self._due, sort="due", priority=3),
            Column(
                key="signer",
                title="Signed by",
                width=12,
                flex=2,
                limit=24,
                render=lambda row: row.signer or NOTHING,
                sort="signer",
                priority=4,
            ),
            Column(
                key="welcome",
                title="Welcome mail",
                width=15,
                flex=2,
                limit=24,
                render=self._welcome,
                unsorted="What became of the mails is looked up for the rows on the screen only. Narrow it with f.",
            ),
        )

    def _welcome(self, row: "ContractRow") -> Styled:
        backend = self.backend
        nowhere = backend is not None and backend.nowhere_to_send
        return welcome_cell(row, self.zone, self.now, nowhere_to_send=nowhere)

    def _due(self, row: "ContractRow") -> str | Styled:
        if row.status not in SIGNABLE:
            return NOTHING
        return day_cell(row.due_on, self.now.astimezone(self.zone).date())

    def source(self, backend: "Backend", text: str) -> "RecordSource[ContractRow]":
        return backend.contracts(text, self.choices)

    async def sections(self, backend: "Backend", row_id: int) -> tuple[Section, ...]:
        return contract_sections(await backend.contract(row_id), self.zone, self.now)

    def show_trouble(self, trouble: str | None) -> None:
        """Only the contracts that need a person for this reason."""
        if trouble is None:
            self.narrow((), "")
        else:
            self.with_trouble(trouble, waiting=True)

    def show_team(self, team_id: int, name: str) -> None:
        """Only the contracts of this team."""
        self.narrow([FilterChoice(Facet.TEAM, str(team_id), name)], "")

    def next_moment(self) -> datetime | None:
        from bball_tui.league.welcome import WelcomeState

        now = self.now
        moments = (
            row.welcome_at
            for row in self.records.in_memory()
            if row.welcome_at is not None
            and (row.welcome is WelcomeState.HELD or (row.welcome is WelcomeState.QUEUED and row.welcome_at > now))
        )
        return min(moments, default=None)
