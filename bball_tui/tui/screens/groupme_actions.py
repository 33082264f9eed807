"""The commands on team chats, and when each is allowed."""

from dataclasses import dataclass

from bball_tui.tui.actions import Action, ActionSet

READING = "GroupMe is being read. Esc stops that."


@dataclass(frozen=True, slots=True)
class ChatState:
    """What decides which commands are allowed: the team under the cursor, and whether GroupMe can be asked."""

    obstacle: str | None
    """Why nothing is allowed yet; None once there are rows."""
    targets: int
    has_group: bool = False
    has_link: bool = False
    waiting: int = 0
    """Welcome mails of these teams that wait for the link."""
    waits: bool = False
    """Whether the league lets welcome mails wait for the link."""
    to_tell: int = 0
    """Addresses that were written to before the present link stood: of the selected teams, else of this one."""
    no_token: str | None = None
    """Why GroupMe cannot be asked; None when it can."""
    reading: bool = False
    read: bool = False
    proposed: int = 0
    """How many groups may be this team's."""
    dismissed: int = 0
    """How many groups somebody said are not this team's."""
    steps: int = 0
    """How many steps the plan has."""


def _asks(state: ChatState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return state.no_token or (READING if state.reading else None)


def _plan(state: ChatState) -> str | None:
    return _asks(state) or (None if state.read else "First read GroupMe: r.")


def _on_team(state: ChatState) -> str | None:
    if state.obstacle is not None:
        return state.obstacle
    return None if state.targets else "There is no team under the cursor."


def _one_team(state: ChatState) -> str | None:
    if (why := _on_team(state)) is not None:
        return why
    return "Do this with one team at a time: select none, or one." if state.targets > 1 else None


def _unlink(state: ChatState) -> str | None:
    if (why := _one_team(state)) is not None:
        return why
    return None if state.has_group or state.has_link else "This team has no group that could be unlinked."


def _share(state: ChatState) -> str | None:
    if (why := _one_team(state)) is not None:
        return why
    return None if state.has_link else "This team has no share link yet. l links its group."


def _create(state: ChatState) -> str | None:
    if (why := _one_team(state) or _asks(state)) is not None:
        return why
    return "This team has a group already." if state.has_group else None


def _tell(state: ChatState) -> str | None:
    if (why := _on_team(state)) is not None:
        return why
    return None if state.to_tell else "Every family that was welcomed has the present link."


def _send_anyway(state: ChatState) -> str | None:
    if (why := _on_team(state)) is not None:
        return why
    return None if state.waiting else "No welcome mail of this team waits for the link."


def _ready(state: ChatState) -> str | None:
    return state.obstacle


def _dismiss(state: ChatState) -> str | None:
    if (why := _one_team(state)) is not None:
        return why
    return None if state.proposed or state.dismissed else "No group is proposed to this team."


def _dismiss_caption(state: ChatState) -> str:
    return "not this group" if state.proposed or not state.dismissed else "propose groups again"


def _wait_caption(state: ChatState) -> str:
    return "let mails go at once" if state.waits else "let mails wait"


def _plan_caption(state: ChatState) -> str:
    return f"plan ({state.steps})" if state.steps else "plan"


def _tell_caption(state: ChatState) -> str:
    return f"tell {state.to_tell}…" if state.to_tell else "tell families"


CHAT_ACTIONS: ActionSet = ActionSet(
    "On team chats",
    (
        Action(
            id="chat.plan",
            writes=True,
            keys="p",
            label="plan",
            help="See what there is to do on GroupMe and why, tick it, and do it.",
            when=_plan,
            footer=True,
            caption=_plan_caption,
        ),
        Action(
            id="chat.link",
            writes=True,
            keys="l",
            label="link…",
            help="Choose the team's group, or paste its share link or its number.",
            when=_one_team,
            footer=True,
        ),
        Action(
            id="chat.share",
            keys="s",
            label="share link",
            help="Show the team's share link, copy it, show it as a QR code or write that as an image.",
            when=_share,
            footer=True,
        ),
        Action(
            id="chat.tell",
            writes=True,
            keys="t",
            label="tell families",
            help="Write to the families who were welcomed before the team's present link stood.",
            when=_tell,
            footer=True,
            caption=_tell_caption,
        ),
        Action(
            id="chat.read",
            keys="r",
            label="read GroupMe",
            help="Ask GroupMe how all chats stand now. Nothing is changed there.",
            when=_asks,
            footer=True,
        ),
        Action(
            id="chat.create",
            writes=True,
            keys="c",
            label="create its group",
            help="Create the group of this one team, after one question.",
            when=_create,
        ),
        Action(
            id="chat.filter",
            keys="f",
            label="filter",
            help="Only teams whose chat is in one state: linked, proposed, choose one, no group, and so on.",
        ),
        Action(
            id="chat.dismiss",
            keys="x",
            label="not this group",
            help="The groups that are proposed are not this team's; the same key takes that back.",
            when=_dismiss,
            writes=True,
            caption=_dismiss_caption,
        ),
        Action(
            id="chat.staff",
            keys="m",
            label="staff…",
            help="The adults who belong into every group: add, change, note that they agreed, take off the list.",
            when=_ready,
            writes=True,
        ),
        Action(
            id="chat.send-anyway",
            keys="S",
            label="send waiting mails",
            help="Send the welcome mails that wait for the team's link without it, after one question.",
            when=_send_anyway,
            writes=True,
            dangerous=True,
        ),
        Action(
            id="chat.wait",
            keys="W",
            label="let welcome mails wait, or not",
            help="Whether welcome mails of teams without a link wait until there is one. For the whole league.",
            when=_ready,
            writes=True,
            dangerous=True,
            caption=_wait_caption,
        ),
        Action(
            id="chat.unlink",
            writes=True,
            keys="U",
            label="unlink",
            help="Forget the team's group and link. The group itself stays as it is.",
            when=_unlink,
            dangerous=True,
        ),
    ),
    tab="groupme",
)
