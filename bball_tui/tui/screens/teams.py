"""The teams of the season."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.tui.screens.roster_pane import RosterPane
from bball_tui.tui.screens.sections import team_sections
from bball_tui.tui.screens.team_commands import TeamCommands
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section

if TYPE_CHECKING:
    from bball_tui.league.rows import TeamRow
    from bball_tui.tui.backend import Backend


def _signed(row: "TeamRow") -> Styled:
    if not row.players:
        return NOTHING
    if row.signed == row.players:
        return status(Tone.GOOD, f"{row.signed}/{row.players}")
    return Styled(f"{row.signed}/{row.players}")


class TeamsPane(RosterPane["TeamRow"], TeamCommands):
    """Who plays where, and how far each team is."""

    HELP = """
    ## Teams
    The teams of the season, how many of their players have signed, and whether the team has a chat link for the
    welcome mails. `c` shows a team's contracts, `e` and `n` edit and add, `f` narrows the list.
    """
    list_name = "teams"
    placeholder = "team or division"
    empty_text = "There are no teams yet. Press i to import a roster."
    first_sort = Sort("team")
    watches = frozenset({"season", "team", "contract"})

    def make_columns(self) -> "Sequence[Column[TeamRow]]":
        return (
            Column(key="team", title="Team", width=14, flex=3, limit=40, render=lambda row: row.name, sort="team"),
            Column(
                key="division",
                title="Division",
                width=10,
                flex=1,
                limit=20,
                render=lambda row: row.division or NOTHING,
                sort="division",
                priority=2,
            ),
            Column(key="signed", title="Signed", width=9, align="right", render=_signed, sort="signed"),
            Column(
                key="open",
                title="Open",
                width=5,
                align="right",
                render=lambda row: str(row.open),
                sort="open",
                priority=1,
            ),
            Column(
                key="chat",
                title="Chat",
                width=10,
                render=lambda row: (
                    status(Tone.GOOD, "linked") if row.chat == "linked" else status(Tone.WARN, "no link")
                ),
                sort="chat",
            ),
        )

    def source(self, backend: "Backend", text: str) -> "RecordSource[TeamRow]":
        return backend.teams(text, self.choices)

    async def sections(self, backend: "Backend", row_id: int) -> tuple[Section, ...]:
        return team_sections(await backend.team(row_id))
