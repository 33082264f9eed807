"""When a command on team chats is allowed, and what the footer calls it."""

from typing import TYPE_CHECKING, Protocol

from bball_tui.language import COMMAND, _, in_context
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.tabs.guards import on_one, on_some

if TYPE_CHECKING:
    from bball_tui.groupme.api.models import Group
    from bball_tui.groupme.plan.team_list import ChatRow
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.tabs.groupme_reading import GroupMeReading


class ChatsPane(Protocol):
    """What is asked of the GroupMe tab."""

    connection: "LeagueConnection | None"
    groupme: "GroupMeReading"

    @property
    def meant(self) -> "ChatRow | None": ...

    @property
    def meant_rows(self) -> "list[ChatRow]": ...

    @property
    def proposed(self) -> "tuple[Group, ...]": ...

    @property
    def to_tell(self) -> int: ...

    @property
    def targets(self) -> tuple[int, ...]: ...

    def not_ready(self) -> str | None: ...


READING = _("GroupMe is being read. Esc stops that.")
some_teams = on_some("team")
one_team = on_one("team", "Do this with one team at a time: select none, or one.")


def asks(pane: ChatsPane) -> str | None:
    if (reason := pane.not_ready()) is not None:
        return reason
    return pane.groupme.no_token or (READING if pane.groupme.is_reading else None)


def can_plan(pane: ChatsPane) -> str | None:
    if pane.groupme.is_reading:  # it comes up when that is done
        return pane.not_ready()
    return asks(pane) or (None if pane.groupme.found else _("First read GroupMe: {chat.read}."))


def can_unlink(pane: ChatsPane) -> str | None:
    row = pane.meant
    linked = row is not None and (row.group_id is not None or row.link is not None)
    return one_team(pane) or (None if linked else _("This team has no group that could be unlinked."))


def can_share(pane: ChatsPane) -> str | None:
    linked = pane.meant is not None and pane.meant.link is not None
    return one_team(pane) or (None if linked else _("This team has no share link yet. {chat.link} links its group."))


def can_create(pane: ChatsPane) -> str | None:
    has_group = pane.meant is not None and pane.meant.group_id is not None
    reason = _("This team has a group already. To create another one, first unlink it: {chat.unlink}.")
    return one_team(pane) or (reason if has_group else None) or asks(pane)


def can_tell(pane: ChatsPane) -> str | None:
    return some_teams(pane) or (None if pane.to_tell else _("Every family that was welcomed has the present link."))


def can_send_anyway(pane: ChatsPane) -> str | None:
    waiting = any(row.waiting for row in pane.meant_rows)
    return some_teams(pane) or (None if waiting else _("No welcome e-mail of this team waits for the link."))


def can_dismiss(pane: ChatsPane) -> str | None:
    known = pane.proposed or (pane.meant is not None and pane.meant.dismissed)
    return one_team(pane) or (None if known else _("No group is suggested for this team."))


def link_caption(pane: ChatsPane) -> str:
    """No click into the footer unlinks, so the key of that is only named."""
    linked = pane.meant is not None and pane.meant.group_id is not None
    return _("link… ({key} unlinks)").format(key=key_of("chat.unlink")) if linked else in_context(COMMAND, "link…")


def dismiss_caption(pane: ChatsPane) -> str:
    dismissed = pane.meant is not None and pane.meant.dismissed
    return _("not this group") if pane.proposed or not dismissed else _("suggest groups again")


def wait_caption(pane: ChatsPane) -> str:
    connection = pane.connection
    waits = connection is not None and connection.season is not None and connection.league.wait_for_chat
    return _("let e-mails go at once") if waits else _("let e-mails wait")


def plan_caption(pane: ChatsPane) -> str:
    steps = 0 if pane.groupme.found is None else len(pane.groupme.found.plan.actions)
    return _("plan ({steps})").format(steps=steps) if steps else in_context(COMMAND, "plan")


def tell_caption(pane: ChatsPane) -> str:
    return _("tell {to_tell}…").format(to_tell=pane.to_tell) if pane.to_tell else _("tell families")
