"""Creating a team's group: exactly once, whatever happens to the answer."""

from sqlalchemy import select

from bball_tui.database.models import Team
from bball_tui.database.states import IntentKind, IntentState
from bball_tui.errors import BballError
from bball_tui.groupme.api.errors import GroupMeError, NotAdmin, NotFound, OutcomeUnknown, VerificationRefused
from bball_tui.groupme.api.models import Group, NewGroup
from bball_tui.groupme.run.intents import Intent, lock_team, open_intent, settle
from bball_tui.groupme.run.sender import Sender
from bball_tui.language import _, stored

CLOSED = (VerificationRefused, NotAdmin, NotFound)
"""What a refused creation looks like when GroupMe does not let other programs create groups (anymore)."""


class NotMade(BballError):
    """The group was not made, or nobody knows; the message says which."""

    def __init__(self, message: str, *, unknown: bool = False) -> None:
        self.unknown = unknown
        super().__init__(message)


async def create_group(sender: Sender, team_id: int, wanted: NewGroup, my_id: str) -> Group:
    """Make the group and link it.

    Raises:
        GroupMeError: GroupMe refused; nothing was made.
        NotMade: it cannot be known yet whether it was made, or the team got another group meanwhile.
    """
    intent = await record_intent(sender, team_id, wanted)
    request = NewGroup(wanted.name, f"{wanted.description} {intent.tag}".strip(), wanted.share)
    try:
        group = await sender.write(
            lambda: sender.client.create(request), _("Creating '{wanted}'.").format(wanted=wanted.name)
        )
    except OutcomeUnknown:
        return await _looked_up(sender, intent, my_id)
    except GroupMeError as error:
        async with sender.database.session() as session:
            result = {"error": type(error).__name__, "closed": isinstance(error, CLOSED)}
            await settle(session, intent.id, IntentState.FAILED, result)
        raise
    await adopt(sender, intent, group)
    return group


async def adopt(sender: Sender, intent: Intent, group: Group) -> None:
    """Link the team with the group that ``intent`` asked for.

    Raises:
        NotMade: somebody decided otherwise meanwhile, so the group is there and belongs to no team.
    """
    async with sender.database.session() as session:
        team = await lock_team(session, sender.league_id, intent.team_id)
        free = team.groupme_group_id in (None, group.id)
        wanted = await settle(session, intent.id, IntentState.DONE, {"group": group.id, "linked": free})
        if free and wanted:
            await sender.link(session, intent.team_id, group, how=stored("created here"))
    if not (free and wanted):
        raise NotMade(
            _(
                "The group '{group}' was made, but meanwhile someone linked another one or changed their "
                "mind. It belongs to no team now: delete it in the GroupMe app, or link it."
            ).format(group=group.name)
        )


async def recover_create(sender: Sender, intent: Intent, my_id: str) -> str:
    """Find out what became of a creation that an earlier run did not see to its end; the answer is a sentence.

    Raises:
        GroupMeError: the list cannot be read; the intent stays as it is.
    """
    try:
        group = await _looked_up(sender, intent, my_id)
    except NotMade as error:
        return str(error)
    return _("The group '{group}', which an earlier run asked for, is there and was linked.").format(group=group.name)


async def record_intent(sender: Sender, team_id: int, wanted: NewGroup) -> Intent:
    async with sender.database.session() as session:
        team = await lock_team(session, sender.league_id, team_id)
        if team.groupme_group_id is not None:
            raise NotMade(_("The team was linked to a group meanwhile, so none was made."))
        payload = {"name": wanted.name, "description": wanted.description, "share": wanted.share}
        return await open_intent(session, sender.league_id, team_id, IntentKind.CREATE, payload)


async def _looked_up(sender: Sender, intent: Intent, my_id: str) -> Group:
    async with sender.database.session() as session:
        ids = await session.scalars(select(Team.groupme_group_id).where(Team.league_id == sender.league_id))
        taken = frozenset(group_id for group_id in ids if group_id is not None)
    found = await sender.find_made(intent, taken, my_id)
    if found is None:
        raise NotMade(
            _("Whether the group '{intent}' was made is not known yet. The next run looks first.").format(
                intent=intent.name
            ),
            unknown=True,
        )
    if len(found) == 1:
        await adopt(sender, intent, found[0])
        return found[0]
    async with sender.database.session() as session:
        await settle(session, intent.id, IntentState.UNRESOLVED, {"candidates": [group.id for group in found]})
    if found:
        raise NotMade(
            _(
                "GroupMe was asked for '{intent}' and gave no answer; {number} groups may be it. Link "
                "the right one by hand."
            ).format(intent=intent.name, number=len(found)),
            unknown=True,
        )
    raise NotMade(
        _(
            "GroupMe was asked for '{intent}' and gave no answer, and the group does not show. It is "
            "not asked for again by itself. Look into the GroupMe app; if it is not there, tick it "
            "in the plan."
        ).format(intent=intent.name),
        unknown=True,
    )
