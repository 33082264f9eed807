"""The commands on what the look at all mails found, and when each is allowed."""

from dataclasses import dataclass

from bball_tui.tui.actions import Action, ActionSet


@dataclass(frozen=True, slots=True)
class CheckState:
    """What decides which commands are allowed."""

    obstacle: str | None
    """Why nothing is allowed yet; None once the mails were looked at."""
    fix: str | None = None
    """What mending the finding under the cursor is called; None when there is none."""
    contracts: int = 0
    kinds: int = 0


def _can_fix(state: CheckState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return None if state.fix else "There is nothing to mend: no finding is under the cursor."


def _can_read(state: CheckState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return None if state.contracts else "There is no finding under the cursor."


def _can_step(state: CheckState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return None if state.kinds else "There are no findings to choose from."


CHECK_ACTIONS: ActionSet = ActionSet(
    "On what the check found",
    (
        Action(
            id="check.fix",
            writes=True,
            keys="e",
            label="mend",
            help="Mend what is under the cursor: the address, the block, the chat link, or the league's settings.",
            when=_can_fix,
            footer=True,
            caption=lambda state: state.fix or "mend",
        ),
        Action(
            id="check.read",
            keys="p",
            label="preview mail",
            help="The mail of the first contract that the finding is about.",
            when=_can_read,
            footer=True,
        ),
        Action(
            id="check.contracts",
            keys="c",
            label="its contracts",
            help="Show the contract, or the contracts of the team, in the tab Contracts.",
            when=_can_read,
        ),
        Action(id="check.again", keys="r", label="check again", help="Look at all mails once more.", footer=True),
        Action(
            id="check.next",
            keys="right_square_bracket,f",
            label="next kind of findings",
            help="Show only the next kind: no address, blocked, no chat link and so on.",
            when=_can_step,
        ),
        Action(
            id="check.previous",
            keys="left_square_bracket",
            label="previous kind of findings",
            help="Show only the previous kind.",
            when=_can_step,
        ),
    ),
    tab="emails",
)
