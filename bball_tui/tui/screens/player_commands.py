"""What staff do with players."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from textual import work

from bball_tui.tui.actions import Action, ActionSet
from bball_tui.tui.screens.pane import RecordPane

if TYPE_CHECKING:
    from bball_tui.league.rows import PlayerRow


@dataclass(frozen=True, slots=True)
class PlayerState:
    """What decides which commands are allowed."""

    obstacle: str | None
    """Why nothing is allowed yet; None once there are rows."""
    targets: int


def _ready(state: PlayerState) -> str | None:
    return state.obstacle


def _on_player(state: PlayerState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    if state.targets > 1:
        return "Do this with one player at a time: select none, or one."
    return None if state.targets else "There is no player under the cursor."


PLAYER_ACTIONS: ActionSet = ActionSet(
    "On a player",
    (
        Action(
            id="player.edit",
            keys="e",
            label="edit",
            help="Name, birthdate and jersey of this player.",
            when=_on_player,
            writes=True,
            footer=True,
        ),
        Action(
            id="player.family",
            keys="h",
            label="guardians",
            help="The guardians: addresses, who gets mail, who may sign, who lives where.",
            when=_on_player,
            writes=True,
            footer=True,
        ),
        Action(
            id="player.new",
            keys="n",
            label="new player",
            help="Add a player, then the guardians, then the contract.",
            when=_ready,
            writes=True,
            footer=True,
        ),
        Action(
            id="player.contract",
            keys="m",
            label="make a contract",
            help="A contract for a player who has none in this season.",
            when=_on_player,
            writes=True,
        ),
    ),
    tab="players",
)


class PlayerCommands(RecordPane["PlayerRow"]):
    """The commands of the players. The list and the panel beside it are the subclass's."""

    ACTIONS = PLAYER_ACTIONS
    BINDINGS: ClassVar[list[Any]] = PLAYER_ACTIONS.bindings()
    BINDING_GROUP_TITLE = PLAYER_ACTIONS.title

    def situation(self) -> PlayerState:
        """How many players are meant."""
        return PlayerState(self.not_ready(), len(self.targets))

    @work(group="command")
    async def action_player_edit(self) -> None:
        """Change the player that is meant."""
        player: PlayerRow | None = self.meant
        if player is not None:
            await self._edit(player.id)

    @work(group="command")
    async def action_player_new(self) -> None:
        """Add a player."""
        await self._edit(None)

    async def _edit(self, player_id: int | None) -> None:
        from bball_tui.tui.editing import edit_player

        if self.backend is not None and await edit_player(self.app, self.backend, player_id) is not None:
            self.acted()

    @work(group="command")
    async def action_player_family(self) -> None:
        """The guardians of the player under the cursor."""
        from bball_tui.tui.editing import edit_family

        if self.backend is not None and self.meant is not None:
            await edit_family(self.app, self.backend, self.meant.id)
            self.acted()

    @work(group="command")
    async def action_player_contract(self) -> None:
        """A contract for the player under the cursor."""
        from bball_tui.tui.editing import make_contract

        if self.backend is not None and self.meant is not None:
            await make_contract(self.app, self.backend, self.meant.id)
            self.acted()
