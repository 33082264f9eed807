"""The commands on contracts: when each is allowed, and why it is not. What is legal is said by ``league/life.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from bball_tui.database.states import LIVE_STATUSES, WAITING_STATUSES, ContractStatus
from bball_tui.league.life import RULES, Act, why_none
from bball_tui.tui.actions import Action, ActionSet

SIGNABLE = tuple(status for status in ContractStatus if status in RULES[Act.SIGN].sources)


@dataclass(frozen=True, slots=True)
class ContractState:
    """What decides which commands are allowed: how many contracts are meant, and what is known of them."""

    obstacle: str | None
    """Why nothing is allowed yet; None once there are rows."""
    targets: int
    statuses: frozenset[ContractStatus]
    """Of those that are in memory; the others are judged when the dialog reads them."""
    all_known: bool
    busy: bool


def _obstacle(state: ContractState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    if not state.targets:
        return "There is no contract under the cursor."
    return "One moment: the last command is still at work." if state.busy else None


def _ready(state: ContractState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return "One moment: the last command is still at work." if state.busy else None


def _can(act: Act) -> Callable[[ContractState], str | None]:
    def when(state: ContractState) -> str | None:
        if obstacle := _obstacle(state):
            return obstacle
        return why_none(act, state.statuses) if state.all_known else None

    return when


def _one(state: ContractState) -> str | None:
    if obstacle := _obstacle(state):
        return obstacle
    return "Do this with one contract at a time." if state.targets > 1 else None


def _can_edit(state: ContractState) -> str | None:
    if obstacle := _one(state):
        return obstacle
    if state.all_known and not state.statuses & set(LIVE_STATUSES):
        return "This contract is over: make a new one instead (n)."
    return None


def _can_be_due(state: ContractState) -> str | None:
    if obstacle := _obstacle(state):
        return obstacle
    if not state.all_known or state.statuses & set(WAITING_STATUSES):
        return None
    return "Only an offer that waits for its signature has a due date."


def _counted(word: str) -> Callable[[ContractState], str]:
    return lambda state: f"{word} {state.targets}…" if state.targets > 1 else f"{word}…"


CONTRACT_ACTIONS: ActionSet[ContractState] = ActionSet(
    "On contracts",
    (
        Action(
            id="contract.sign",
            writes=True,
            keys="s",
            label="sign",
            help="Mark the selected contracts signed, or the one under the cursor. You see the effect first.",
            when=_can(Act.SIGN),
            footer=True,
            caption=_counted("sign"),
        ),
        Action(
            id="contract.stack",
            keys="t",
            label="sign a stack of papers",
            help="Type a few letters of a name, Enter, Enter: the next paper of the pile.",
            when=_ready,
            writes=True,
        ),
        Action(
            id="contract.edit",
            keys="e",
            label="edit",
            help="Another team or other days. A signed contract is released and offered anew by the other team.",
            when=_can_edit,
            writes=True,
        ),
        Action(
            id="contract.new",
            keys="n",
            label="new contract",
            help="A new contract for the player under the cursor, when the last one is over.",
            when=_one,
            writes=True,
        ),
        Action(
            id="contract.family",
            keys="h",
            label="guardians",
            help="The guardians of the player under the cursor: addresses, who gets mail, who may sign.",
            when=_one,
            writes=True,
        ),
        Action(
            id="contract.preview",
            keys="p",
            label="preview mail",
            help="Read the welcome mails of the contract under the cursor, word for word, before or after they leave.",
            when=_one,
            footer=True,
        ),
        Action(
            id="contract.offer",
            keys="m",
            label="make the offer",
            help="Offer drafts to their families, with a due date.",
            when=_can(Act.OFFER),
            writes=True,
        ),
        Action(
            id="contract.due",
            keys="d",
            label="due date",
            help="Give the selected offers another due date, or none. You see the effect first.",
            when=_can_be_due,
            writes=True,
        ),
        Action(
            id="contract.accept",
            keys="w",
            label="accepted by word",
            help="Note that families said yes; the signatures are still to come.",
            when=_can(Act.ACCEPT),
            writes=True,
        ),
        Action(
            id="contract.decline",
            keys="D",
            label="declined",
            help="Note that families said no, with a reason.",
            when=_can(Act.DECLINE),
            dangerous=True,
            writes=True,
        ),
        Action(
            id="contract.expire",
            keys="E",
            label="expired",
            help="End offers whose due date has passed.",
            when=_can(Act.EXPIRE),
            dangerous=True,
            writes=True,
        ),
        Action(
            id="contract.release",
            keys="R",
            label="release",
            help="Let players go who have signed, with a reason. Mails that wait are cancelled.",
            when=_can(Act.RELEASE),
            dangerous=True,
            writes=True,
        ),
        Action(
            id="contract.void",
            writes=True,
            keys="V",
            label="void",
            help="End contracts that were a mistake, with a reason. Mails that wait are cancelled.",
            when=_can(Act.VOID),
            dangerous=True,
        ),
    ),
    tab="contracts",
)
