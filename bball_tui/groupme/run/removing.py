"""Taking somebody out of a team's group. Asking twice does no harm: whoever is gone stays gone."""

from bball_tui.database.audit import Entry, record
from bball_tui.errors import BballError
from bball_tui.groupme.api.errors import NotAdmin, NotFound, OutcomeUnknown, VerificationRefused
from bball_tui.groupme.plan.plan_model import MemberToRemove
from bball_tui.groupme.run.intents import lock_team
from bball_tui.groupme.run.sender import Sender
from bball_tui.language import _

BY_HAND = _("Remove them in the GroupMe app.")


class NotRemoved(BballError):
    """They are still in the group; the message says why, and that it is to be done by hand."""


async def remove_member(sender: Sender, team_id: int, group_id: str, member: MemberToRemove) -> str:
    """Take them out. That it was asked for is in the audit before it is sent, so a crash leaves no gap there.

    Raises:
        NotRemoved: GroupMe refused, and they are still in the group.
        GroupMeError: nothing can be known or done now.
        BballError: the team has another group by now.
    """
    async with sender.database.session() as session:
        team = await lock_team(session, sender.league_id, team_id)
        if team.groupme_group_id != group_id:
            raise BballError(_("The team is not linked to this group anymore, so no one was removed."))
        what = {"group": group_id, "membership": member.membership_id, "name": member.nickname}
        await record(session, sender.league_id, [Entry("removing a member", "team", team_id, before=what)])
    try:
        await sender.write(
            lambda: sender.client.remove_member(group_id, member.membership_id),
            _("Removing {nickname}.").format(nickname=member.nickname),
        )
    except (NotFound, OutcomeUnknown) as error:
        if await _is_in(sender, group_id, member):
            raise NotRemoved(
                _("{error} {nickname} is still in the group. {by_hand}").format(
                    error=error, nickname=member.nickname, by_hand=BY_HAND
                )
            ) from error
    except (NotAdmin, VerificationRefused) as error:
        raise NotRemoved(f"{error} {BY_HAND}") from error
    async with sender.database.session() as session:
        await record(session, sender.league_id, [Entry("removed a member", "team", team_id, before=what)])
    return _("{nickname} is not in the group anymore.").format(nickname=member.nickname)


async def _is_in(sender: Sender, group_id: str, member: MemberToRemove) -> bool:
    group = await sender.client.group(group_id)
    return any(one.id == member.membership_id for one in group.members or ())
