"""What staff do with teams."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from bball_tui.tui.actions import Action, ActionSet
from bball_tui.tui.screens.happenings import TeamChosen
from bball_tui.tui.screens.pane import RecordPane

if TYPE_CHECKING:
    from bball_tui.league.rows import TeamRow


@dataclass(frozen=True, slots=True)
class TeamState:
    """What decides which commands are allowed."""

    obstacle: str | None
    """Why nothing is allowed yet; None once there are rows."""
    targets: int


def _on_team(state: TeamState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    if state.targets > 1:
        return "Do this with one team at a time: select none, or one."
    return None if state.targets else "There is no team under the cursor."


def _ready(state: TeamState) -> str | None:
    return state.obstacle


TEAM_ACTIONS: ActionSet = ActionSet(
    "On a team",
    (
        Action(
            id="team.contracts",
            keys="c",
            label="its contracts",
            help="Show the contracts of this team.",
            when=_on_team,
            footer=True,
        ),
        Action(
            id="team.edit",
            writes=True,
            keys="e",
            label="edit",
            help="Name and division of this team.",
            when=_on_team,
            footer=True,
        ),
        Action(
            id="team.new",
            writes=True,
            keys="n",
            label="new team",
            help="Add a team to the season.",
            when=_ready,
            footer=True,
        ),
    ),
    tab="teams",
)


class TeamCommands(RecordPane["TeamRow"]):
    """The commands of the teams. The list and the panel beside it are the subclass's."""

    ACTIONS = TEAM_ACTIONS
    BINDINGS: ClassVar[list[Any]] = TEAM_ACTIONS.bindings()
    BINDING_GROUP_TITLE = TEAM_ACTIONS.title

    def situation(self) -> TeamState:
        """How many teams are meant."""
        return TeamState(self.not_ready(), len(self.targets))

    def action_team_contracts(self) -> None:
        """Show the contracts of the team under the cursor."""
        team = self.meant
        if team is not None:
            self.post_message(TeamChosen(team.id, team.name))

    @work(group="command")
    async def action_team_edit(self) -> None:
        """Change the team that is meant."""
        team: TeamRow | None = self.meant
        if team is not None:
            await self._edit(team.id)

    @work(group="command")
    async def action_team_new(self) -> None:
        """Add a team."""
        await self._edit(None)

    async def _edit(self, team_id: int | None) -> None:
        from bball_tui.tui.editing import edit_team

        if self.backend is not None and await edit_team(self.app, self.backend, team_id) is not None:
            self.acted()
