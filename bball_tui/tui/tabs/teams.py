"""The teams of the season."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from bball_tui.database.paging import RecordSource, Sort
from bball_tui.language import COLUMN, _, in_context
from bball_tui.league.rights import Right
from bball_tui.tui.actions import action
from bball_tui.tui.tab_events import TeamChosen
from bball_tui.tui.tabs.guards import on_one, ready
from bball_tui.tui.tabs.paper_commands import OF_TEAMS
from bball_tui.tui.tabs.record_pane import FAMILY_TABLES
from bball_tui.tui.tabs.roster_pane import RosterPane
from bball_tui.tui.tabs.sections import team_sections
from bball_tui.tui.text import width_of
from bball_tui.tui.theme import NOTHING, Styled, Tone, status
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.inspector import Section

if TYPE_CHECKING:
    from bball_tui.league.roster.rows import RosterFilter, TeamRow
    from bball_tui.tui.connection import LeagueConnection


_one = on_one("team", "Do this with one team at a time: select none, or one.")


def _signed(row: "TeamRow") -> Styled:
    if not row.players:
        return NOTHING
    if row.signed == row.players:
        return status(Tone.GOOD, f"{row.signed}/{row.players}")
    return Styled(f"{row.signed}/{row.players}")


def _name(row: "TeamRow") -> str:
    return _("{name} (archived)").format(name=row.name) if row.archived else row.name


_CHATS = {
    "linked": status(Tone.GOOD, _("linked")),
    "gone": status(Tone.BAD, _("not found")),
    "none": status(Tone.WARN, _("no link")),
}


def _chat(row: "TeamRow") -> Styled:
    if row.archived:  # the name's own mark is cut off where the name is long
        return status(Tone.MUTED, _("archived"))
    return _CHATS[row.chat]


def _rules(row: "TeamRow") -> Styled:
    return status(Tone.WARN, str(row.against_rules)) if row.against_rules else NOTHING


class TeamsPane(RosterPane["TeamRow"], commands="On a team", tab="teams"):
    """Who plays where, and how far each team is."""

    HELP = """
    ## Teams
    The teams of the season, how many of their players have signed, and whether the team has a chat link for the welcome
    e-mails. *Rules* counts what is against the rules of the league; the panel says what. `{team.contracts}` shows a
    team's contracts, `{team.edit}` and `{team.new}` edit and add, `{tool.filter}` narrows the list.
    """
    list_name = "teams"
    placeholder = _("team or division")
    empty_text = _("There are no teams yet. Press {desk.import} to import a roster.")
    first_sort = Sort("team")
    watches = FAMILY_TABLES | {"season", "team", "contract", "group_look", "scan"}

    def make_columns(self) -> "Sequence[Column[TeamRow]]":
        return (
            Column(name=True, key="team", title=_("Team"), width=14, flex=3, limit=40, render=_name, sort="team"),
            Column(
                key="division",
                title=_("Division"),
                width=10,
                flex=1,
                limit=20,
                render=lambda row: row.division or NOTHING,
                sort="division",
                priority=2,
            ),
            Column(key="signed", title=_("Signed"), width=9, align="right", render=_signed, sort="signed"),
            Column(
                key="open",
                title=in_context(COLUMN, "Open"),
                width=5,
                align="right",
                render=lambda row: str(row.open),
                sort="open",
                priority=1,
            ),
            Column(
                key="chat",
                title=_("Chat"),
                width=max(10, *(width_of(one.text) for one in _CHATS.values())),
                render=_chat,
                sort="chat",
            ),
            Column(
                key="rules",
                title=_("Rules"),
                width=5,
                align="right",
                render=_rules,
                unsorted=_("It is looked up for the rows on the screen only. Each team's panel says what it counts."),
                priority=3,
            ),
        )

    def called(self, row: "TeamRow") -> str:
        return row.name

    def listing(self, connection: "LeagueConnection", wanted: "RosterFilter") -> "RecordSource[TeamRow]":
        from bball_tui.league.roster.lists import team_source

        return connection.source(team_source, wanted)

    async def sections(self, connection: "LeagueConnection", row_id: int) -> tuple[Section, ...]:
        from bball_tui.league.timeline.read import team_detail

        return team_sections(await connection.call(team_detail, row_id))

    @action("c", "its contracts", when=_one, footer=True, also="roster players members")
    def action_team_contracts(self) -> None:
        """Show the contracts of this team."""
        team = self.meant
        if team is not None:
            self.post_message(TeamChosen(team.id, team.name))

    @action("e", "edit", when=_one, needs=Right.ROSTER, footer=True, also="rename change division")
    async def action_team_edit(self) -> bool:
        """Name and division of this team."""
        team: TeamRow | None = self.meant
        return team is not None and await self._edit(team.id)

    @action("A", "archive", when=_one, needs=Right.ROSTER, also="hide old gone restore bring back past")
    async def action_team_archive(self) -> bool:
        """Take a team that is over out of the lists, or bring back one that is archived. Searching finds it."""
        from bball_tui.league.editing.deleting import RecordKind
        from bball_tui.tui.archiving import archive_or_bring_back

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        return await archive_or_bring_back(self.app, connection, RecordKind.TEAM, row.id)

    @action("X", "delete", when=_one, needs=Right.ROSTER, dangerous=True, also="remove mistake trash")
    async def action_team_delete(self) -> bool:
        """Delete a team made by mistake, if nothing was signed and no e-mail was sent. You see what goes first."""
        from bball_tui.league.editing.deleting import RecordKind
        from bball_tui.tui.deleting import delete_by_mistake

        connection, row = self.connection, self.meant
        if connection is None or row is None:
            return False
        return await delete_by_mistake(self.app, connection, RecordKind.TEAM, row.id)

    @action("n", "new team", when=ready, needs=Right.ROSTER, footer=True, also="add create")
    async def action_team_new(self) -> bool:
        """Add a team to the season."""
        return await self._edit(None)

    papers = OF_TEAMS

    async def _edit(self, team_id: int | None) -> bool:
        from bball_tui.tui.editing import edit_team

        return self.connection is not None and await edit_team(self.app, self.connection, team_id) is not None
