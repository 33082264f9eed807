"""Changing a linked group's name, link or settings. Setting the same state twice does no harm."""

from msgspec.structs import asdict

from bball_tui.database.states import IntentKind, IntentState
from bball_tui.errors import BballError
from bball_tui.groupme.api.errors import GroupMeError, NotFound, OutcomeUnknown, VerificationRefused
from bball_tui.groupme.api.models import Group, GroupChange
from bball_tui.groupme.run.intents import Intent, lock_team, open_intent, settle
from bball_tui.groupme.run.sender import Sender
from bball_tui.language import _, stored

DOING = {
    IntentKind.SHARE: _("Switching on the share link of"),
    IntentKind.RENAME: "Renaming",
    IntentKind.SETTINGS: _("Setting who may change and join"),
}
_HOW = {
    IntentKind.SHARE: stored("share link switched here"),
    IntentKind.RENAME: stored("renamed here"),
    IntentKind.SETTINGS: stored("settings changed here"),
}
"""How the record says that the group was looked at again."""


async def update_group(sender: Sender, team_id: int, group_id: str, kind: IntentKind, change: GroupChange) -> Group:
    """Set what ``change`` says, and note how the group looks after it.

    Raises:
        GroupMeError: it was refused, or its outcome is not known (the next plan shows how it stands).
        BballError: the team has another group by now.
    """
    async with sender.database.session() as session:
        team = await lock_team(session, sender.league_id, team_id)
        if team.groupme_group_id != group_id:
            raise BballError(_("The team is not linked to this group anymore, so nothing was changed."))
        intent = await open_intent(session, sender.league_id, team_id, kind, asdict(change), group_id=group_id)
    try:
        doing = _("Switching off the share link of") if change.share is False else DOING[kind]
        group = await sender.write(lambda: sender.client.update(group_id, change), f"{doing} '{change.name}'.")
    except GroupMeError as error:
        async with sender.database.session() as session:
            result = {
                "error": type(error).__name__,
                "closed": isinstance(error, VerificationRefused),
                "unknown": isinstance(error, OutcomeUnknown),
            }
            await settle(session, intent.id, IntentState.FAILED, result)
        raise
    async with sender.database.session() as session:
        await settle(session, intent.id, IntentState.DONE, {})
        team = await lock_team(session, sender.league_id, team_id)
        if team.groupme_group_id == group_id:
            renamed = kind is IntentKind.RENAME
            await sender.link(session, team_id, group, renamed=renamed, how=_HOW[kind])
    return group


async def recover_update(sender: Sender, intent: Intent) -> str | None:
    """Close a change that an earlier run did not see to its end. What is still to do, the plan finds by itself.

    Raises:
        GroupMeError: the group cannot be read; the intent stays as it is.
    """
    assert intent.group_id is not None  # noqa: S101 - a constraint of the table
    try:
        group = await sender.client.group(intent.group_id)
    except NotFound:
        group = None
    wanted = GroupChange(**intent.payload)  # type: ignore[arg-type]
    done = group is not None and shows(group, wanted)
    async with sender.database.session() as session:
        await settle(session, intent.id, IntentState.DONE if done else IntentState.FAILED, {"outcome": "looked up"})
        team = await lock_team(session, sender.league_id, intent.team_id)
        if done and group is not None and team.groupme_group_id == group.id:
            renamed = intent.kind is IntentKind.RENAME
            await sender.link(session, team.id, group, renamed=renamed, how=stored("looked up"))
    return None


def shows(group: Group, change: GroupChange) -> bool:
    """Whether the group is as ``change`` wants it, as far as it tells."""
    return (
        group.name == change.name
        and (change.share is None or not group.share_known or (group.share_url is not None) == change.share)
        and group.kind in (None, change.kind or group.kind)
        and group.requires_approval in (None, change.requires_approval or group.requires_approval)
        and group.visibility in (None, change.visibility or group.visibility)
    )
