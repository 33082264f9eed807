"""The commands on mails, and when each is allowed."""

from collections.abc import Callable
from dataclasses import dataclass

from bball_tui.database.states import OutboxState
from bball_tui.tui.actions import Action, ActionSet

UNSENT = (OutboxState.DEAD, OutboxState.QUEUED)
"""Can be tried again, put aside, or cancelled."""
READDRESSABLE = (*UNSENT, OutboxState.SUPPRESSED)
RETRYABLE_KINDS = ("failed", "parked", "queued")


@dataclass(frozen=True, slots=True)
class MailState:
    """What decides which commands are allowed: the states of the mails that are meant, and of the sending."""

    obstacle: str | None
    """Why nothing is allowed yet; None once there are rows."""
    targets: int
    states: frozenset[OutboxState]
    """Of those that are in memory; the others are judged when the command reaches them."""
    kind: str | None = None
    """The bucket that is shown; None for all mails."""
    listed: int = 0
    paused: bool = False
    shut: int = 0
    """Providers whose gate holds mails."""
    in_folder: int = 0
    """Mails of the league that were only written to a folder."""
    returned: bool = False
    """Whether one of the mails was accepted and came back."""


def _has(states: tuple[OutboxState, ...], otherwise: str) -> Callable[[MailState], str | None]:
    def when(state: MailState) -> str | None:
        if state.obstacle is not None:
            return state.obstacle
        if not state.targets:
            return "There is no mail under the cursor."
        return None if not state.states or state.states & set(states) else otherwise

    return when


def _one(states: tuple[OutboxState, ...], otherwise: str) -> Callable[[MailState], str | None]:
    several = _has(states, otherwise)

    def when(state: MailState) -> str | None:
        return "One mail at a time: select none, or one." if state.targets > 1 else several(state)

    return when


_other_address = _one(READDRESSABLE, "Only a mail that did not arrive can go to another address.")


def _address(state: MailState) -> str | None:
    return None if state.returned and state.targets == 1 else _other_address(state)


def _whole_kind(state: MailState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    if state.kind == "in_doubt":
        return "Mails in doubt are decided one by one: d."
    if state.kind not in RETRYABLE_KINDS:
        return "First show what is to be tried again: ] and [ go through the kinds."
    return None if state.listed else "There is nothing to try again."


def _pause_caption(state: MailState) -> str:
    return "resume sending" if state.paused else "pause sending"


def _open_gate(state: MailState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return None if state.shut else "No mail server is being spared: there is nothing to open."


def _for_real(state: MailState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return None if state.in_folder else "No mail was only written to a folder."


def _for_real_caption(state: MailState) -> str:
    return f"send all {state.in_folder:,} for real" if state.in_folder else "send all for real"


def _ready(state: MailState) -> str | None:
    return state.obstacle


MAIL_ACTIONS: ActionSet[MailState] = ActionSet(
    "On mails",
    (
        Action(
            id="mail.retry",
            writes=True,
            keys="r",
            label="try again",
            help="Put failed mails back into the queue, or send waiting ones now.",
            when=_has(UNSENT, "Only failed or waiting mails can be tried again."),
            footer=True,
        ),
        Action(
            id="mail.resolve",
            writes=True,
            keys="d",
            label="resolve the doubt",
            help="Say whether a mail that may have gone out arrived, or send it again.",
            when=_one((OutboxState.IN_DOUBT,), "Only a mail in doubt needs a decision."),
            footer=True,
            quiet=True,
        ),
        Action(
            id="mail.address",
            writes=True,
            keys="e",
            label="fix the address",
            help="Correct the family's address, and send there what never arrived.",
            when=_address,
            footer=True,
            quiet=True,
        ),
        Action(
            id="mail.read",
            keys="p",
            label="read the mail",
            help="The mail as it was written, or as it would be written now.",
            when=_one(tuple(OutboxState), ""),
            footer=True,
        ),
        Action(
            id="mail.park",
            writes=True,
            keys="z",
            label="put aside",
            help="Keep mails back until you try them again, with a reason.",
            when=_has(UNSENT, "Only mails that did not leave can be put aside."),
        ),
        Action(
            id="mail.retry-all",
            writes=True,
            keys="R",
            label="try the whole kind again",
            help="All mails that are listed, after one question that says how many and why they failed.",
            when=_whole_kind,
            dangerous=True,
        ),
        Action(
            id="mail.cancel",
            writes=True,
            keys="C",
            label="cancel",
            help="Give mails up that did not leave, with a reason.",
            when=_has(UNSENT, "Only mails that did not leave can be cancelled."),
            dangerous=True,
        ),
        Action(
            id="mail.pause",
            writes=True,
            keys="P",
            label="pause or resume sending",
            help="Hold all mails of the league, or let them go again.",
            when=_ready,
            dangerous=True,
            caption=_pause_caption,
        ),
        Action(
            id="mail.open-gate",
            writes=True,
            keys="O",
            label="try the mail server now",
            help="After a password or a limit was mended: do not wait any longer.",
            when=_open_gate,
            dangerous=True,
        ),
        Action(
            id="mail.for-real",
            writes=True,
            keys="S",
            label="send all for real",
            help="Send what was only written to a folder, once a mail server is set up; first it says which.",
            when=_for_real,
            dangerous=True,
            caption=_for_real_caption,
        ),
        Action(
            id="mail.next-bucket",
            keys="right_square_bracket,f",
            label="next kind of mails",
            help="Show only the next kind: queued, failed, sent and so on.",
        ),
        Action(
            id="mail.previous-bucket",
            keys="left_square_bracket",
            label="previous kind of mails",
            help="Show only the previous kind.",
        ),
    ),
    tab="outbox",
)
