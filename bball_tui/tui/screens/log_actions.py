"""The commands on the log of mails, and when each is allowed."""

from collections.abc import Callable
from dataclasses import dataclass

from bball_tui.tui.actions import Action, ActionSet

NEVER_ARRIVED = frozenset({"queued", "held", "failed", "parked", "suppressed", "bounced"})
ARRIVED = frozenset({"sent", "bounced", "in_folder"})


@dataclass(frozen=True, slots=True)
class LogState:
    """What decides which commands are allowed."""

    obstacle: str | None
    """Why nothing is allowed yet; None once there are rows."""
    targets: int
    buckets: frozenset[str]
    """Where those are that are in memory; the others are judged when the command reaches them."""
    all_known: bool


def _some(state: LogState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return None if state.targets else "There is no mail under the cursor."


def _one(state: LogState) -> str | None:
    if (reason := _some(state)) is not None:
        return reason
    return "One mail at a time: select none, or one." if state.targets > 1 else None


def _in(buckets: frozenset[str], otherwise: str, *, several: bool = False) -> Callable[[LogState], str | None]:
    def when(state: LogState) -> str | None:
        if (reason := _some(state) if several else _one(state)) is not None:
            return reason
        return otherwise if state.all_known and not state.buckets & buckets else None

    return when


LOG_ACTIONS: ActionSet[LogState] = ActionSet(
    "In the log of mails",
    (
        Action(
            id="log.read",
            keys="p",
            label="read the mail",
            help="The mail as it was written; from there into a browser, to yourself, or compared with the last one.",
            when=_one,
            footer=True,
        ),
        Action(
            id="log.address",
            writes=True,
            keys="e",
            label="fix the address",
            help="Correct the family's address, and send there what never arrived.",
            when=_in(NEVER_ARRIVED, "Only a mail that did not arrive can go to another address."),
            footer=True,
            quiet=True,
        ),
        Action(
            id="log.filter",
            keys="f",
            label="filter",
            help="Only mails of which this became: accepted, in a folder, came back, failed, and so on.",
            footer=True,
        ),
        Action(
            id="log.settle",
            writes=True,
            keys="w",
            label="told another way",
            help="Note that the families of mails that came back were told another way.",
            when=_in(frozenset({"bounced"}), "Only mails that came back need that.", several=True),
        ),
        Action(
            id="log.export",
            keys="x",
            label="write to files",
            help="Write the selected mails as .eml files, which any mail program opens.",
            when=_some,
        ),
        Action(
            id="log.send-again",
            writes=True,
            keys="S",
            label="send again",
            help="The same mail once more to the same address, as a mail of its own.",
            when=_in(ARRIVED, "Only a mail that went out can be sent again. r tries others again."),
            dangerous=True,
        ),
    ),
    tab="emails",
)
