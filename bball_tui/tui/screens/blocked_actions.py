"""The commands on blocked addresses, and when each is allowed."""

from dataclasses import dataclass

from bball_tui.tui.actions import Action, ActionSet


@dataclass(frozen=True, slots=True)
class BlockedState:
    """What decides which commands are allowed."""

    obstacle: str | None
    """Why nothing is allowed yet; None once there are rows."""
    targets: int
    lifted: bool = False
    """Whether the one under the cursor takes mail again."""


def _ready(state: BlockedState) -> str | None:
    return state.obstacle


def _can_lift(state: BlockedState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    if state.targets != 1:
        return "There is no address under the cursor." if not state.targets else "One address at a time."
    return "This address takes mail again already." if state.lifted else None


BLOCKED_ACTIONS: ActionSet = ActionSet(
    "On blocked addresses",
    (
        Action(
            id="blocked.lift",
            writes=True,
            keys="e",
            label="lift",
            help="Let the address take mail again. You are asked what becomes of the mails that were kept back.",
            when=_can_lift,
            footer=True,
        ),
        Action(
            id="blocked.add",
            writes=True,
            keys="n",
            label="block an address",
            help="Write no more mail to an address, with a reason.",
            when=_ready,
            footer=True,
        ),
        Action(
            id="blocked.old",
            keys="f",
            label="show lifted ones",
            help="Show also the addresses that were lifted, or only those in force.",
            when=_ready,
        ),
    ),
    tab="emails",
)
