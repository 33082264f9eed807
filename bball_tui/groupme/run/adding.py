"""Adding staff to a team's group. It invites people, so nobody is ever asked for twice without a look."""

from collections.abc import Sequence
from uuid import uuid4

from msgspec import Struct
from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import GroupMember, GroupStaff
from bball_tui.database.states import IntentKind, IntentState, MemberState
from bball_tui.errors import BballError
from bball_tui.groupme.api.errors import GroupMeError, NotFound, OutcomeUnknown, VerificationRefused
from bball_tui.groupme.api.models import AddResults, Group, NewMember
from bball_tui.groupme.run.intents import Intent, lock_team, open_intent, settle
from bball_tui.groupme.run.sender import Sender
from bball_tui.language import _, later
from bball_tui.wording import counted

LONGEST_NICKNAME = 50
NO_ANSWER = later("no answer came, so they may have been invited all the same")
LATER = _("It is not known yet who of them was added. The next run looks.")
REASONS = {
    401: later("GroupMe does not let them be added; their privacy settings may forbid it"),
    404: later("GroupMe knows no one with this account, number or address"),
    400: later("the group may be full"),
}


class AddRequest(Struct, frozen=True):
    """One staff member who was asked for, as our table has it."""

    staff_id: int
    name: str
    guid: str
    user_id: str | None
    by_contact: bool


class Verdict(Struct, frozen=True):
    """What became of one of them."""

    staff_id: int
    state: MemberState
    reason: str | None = None
    user_id: str | None = None
    membership_id: str | None = None


async def add_staff(sender: Sender, team_id: int, group_id: str, staff_ids: Sequence[int]) -> str:
    """Ask GroupMe to add them, wait for what becomes of it, and return that as a sentence.

    Raises:
        GroupMeError: it was refused, and nobody was invited.
        BballError: the team has another group by now, or nobody is left to be added.
    """
    intent, members = await record_intent(sender, team_id, group_id, staff_ids)
    doing = _("Adding {members}.").format(members=counted(len(members), "staff member"))
    try:
        results_id = await sender.write(lambda: sender.client.add_members(group_id, members), doing)
    except OutcomeUnknown:
        try:
            return await _conclude(sender, intent, None)
        except GroupMeError:
            return LATER
    except GroupMeError as error:
        async with sender.database.session() as session:
            await session.execute(
                delete(GroupMember).where(
                    GroupMember.team_id == team_id, GroupMember.guid.in_([member.guid for member in members])
                )
            )
            result = {"error": type(error).__name__, "closed": isinstance(error, VerificationRefused)}
            await settle(session, intent.id, IntentState.FAILED, result)
        raise
    async with sender.database.session() as session:
        await session.execute(
            update(GroupMember)
            .where(GroupMember.team_id == team_id, GroupMember.guid.in_([member.guid for member in members]))
            .values(results_id=results_id)
        )
    sender.tell(_("Waiting for GroupMe to add them."))
    return await _with_results(sender, intent, results_id, wait=True)


async def recover_add(sender: Sender, intent: Intent) -> str | None:
    """Find out what became of an addition that an earlier run did not see to its end; None when nobody was meant.

    Raises:
        GroupMeError: nothing can be read now; the intent stays as it is.
    """
    async with sender.database.session() as session:
        results_id = await session.scalar(
            select(GroupMember.results_id)
            .where(GroupMember.team_id == intent.team_id, GroupMember.state == MemberState.PENDING)
            .limit(1)
        )
    if results_id is None:
        return await _conclude(sender, intent, None)
    return await _with_results(sender, intent, results_id, wait=False)


async def _with_results(sender: Sender, intent: Intent, results_id: str, *, wait: bool) -> str:
    group_id = str(intent.group_id)
    look = sender.client.wait_for_results if wait else sender.client.add_results
    try:
        results = await look(group_id, results_id)
    except NotFound:
        return await _conclude(sender, intent, None)
    except GroupMeError:
        if not wait:
            raise
        results = None
    if results is None:
        return LATER
    return await _conclude(sender, intent, results)


async def _conclude(sender: Sender, intent: Intent, results: AddResults | None) -> str:
    """Hold what is known against the roster, note it for each of them, and close the intent."""
    try:
        group: Group | None = await sender.client.group(str(intent.group_id))
    except NotFound:
        group = None
    except GroupMeError:
        # The result says most of it; without one the roster is all there is.
        if results is None:
            raise
        group = None
    async with sender.database.session() as session:
        asked = await _asked(session, intent.team_id)
        verdicts = [_verdict(one, group, results) for one in asked]
        for verdict in verdicts:
            await _note(session, intent.team_id, verdict)
        await settle(session, intent.id, IntentState.DONE, {"members": {str(v.staff_id): v.state for v in verdicts}})
        await record(
            session,
            sender.league_id,
            [
                Entry("added staff", "team", intent.team_id, after={"staff": v.staff_id, "state": v.state})
                for v in verdicts
            ],
        )
    return _in_words(asked, verdicts)


def _verdict(asked: AddRequest, group: Group | None, results: AddResults | None) -> Verdict:
    added = next((a for a in results.added if a.guid == asked.guid), None) if results is not None else None
    if added is not None:
        return Verdict(asked.staff_id, MemberState.ADDED, None, added.user_id, added.membership_id)
    failed = next((f for f in results.failed if f.guid == asked.guid), None) if results is not None else None
    user_id = asked.user_id or (failed.user_id if failed is not None else None)
    member = group.member(user_id) if group is not None and user_id is not None else None
    if member is not None or (failed is not None and failed.code == 409):
        return Verdict(asked.staff_id, MemberState.ADDED, None, user_id, member.id if member is not None else None)
    if results is None:
        return Verdict(asked.staff_id, MemberState.FAILED, NO_ANSWER)
    if failed is not None:
        return Verdict(
            asked.staff_id, MemberState.FAILED, REASONS.get(failed.code or 0, later("GroupMe did not say why"))
        )
    if asked.by_contact:
        return Verdict(asked.staff_id, MemberState.INVITED)
    return Verdict(asked.staff_id, MemberState.FAILED, REASONS[401])


async def record_intent(
    sender: Sender, team_id: int, group_id: str, staff_ids: Sequence[int]
) -> tuple[Intent, tuple[NewMember, ...]]:
    async with sender.database.session() as session:
        team = await lock_team(session, sender.league_id, team_id)
        if team.groupme_group_id != group_id:
            raise BballError(_("The team is not linked to this group anymore, so no one was added."))
        found = await session.scalars(
            select(GroupStaff)
            .where(
                GroupStaff.league_id == sender.league_id,
                GroupStaff.id.in_(staff_ids),
                GroupStaff.consent_at.is_not(None),
            )
            .order_by(GroupStaff.id)
        )
        staff = [one for one in found if one.groupme_user_id or one.phone or one.email]
        if not staff:
            raise BballError(_("None of them is on the staff list with consent anymore, so no one was added."))
        members = tuple(_member(one) for one in staff)
        payload = {"staff": [one.id for one in staff]}
        intent = await open_intent(session, sender.league_id, team_id, IntentKind.ADD_STAFF, payload, group_id=group_id)
        for one, member in zip(staff, members, strict=True):
            values = {
                "group_id": group_id,
                "guid": member.guid,
                "user_id": one.groupme_user_id,
                "state": MemberState.PENDING,
                "results_id": None,
                "membership_id": None,
                "reason": None,
                "since": func.now(),
            }
            await session.execute(
                insert(GroupMember)
                .values(team_id=team_id, staff_id=one.id, league_id=sender.league_id, **values)
                .on_conflict_do_update(
                    index_elements=[GroupMember.team_id, GroupMember.staff_id, GroupMember.league_id], set_=values
                )
            )
    return intent, members


def _member(staff: GroupStaff) -> NewMember:
    nickname, guid = staff.name[:LONGEST_NICKNAME].strip(), str(uuid4())
    if staff.groupme_user_id is not None:
        return NewMember(nickname, guid, user_id=staff.groupme_user_id)
    if staff.phone is not None:
        return NewMember(nickname, guid, phone=staff.phone)
    return NewMember(nickname, guid, email=staff.email)


async def _asked(session: AsyncSession, team_id: int) -> list[AddRequest]:
    rows = await session.execute(
        select(GroupMember.staff_id, GroupStaff.name, GroupMember.guid, GroupMember.user_id)
        .join(GroupStaff, GroupStaff.id == GroupMember.staff_id)
        .where(GroupMember.team_id == team_id, GroupMember.state == MemberState.PENDING)
        .order_by(GroupMember.staff_id)
    )
    return [AddRequest(row.staff_id, row.name, row.guid, row.user_id, by_contact=row.user_id is None) for row in rows]


async def _note(session: AsyncSession, team_id: int, verdict: Verdict) -> None:
    await session.execute(
        update(GroupMember)
        .where(GroupMember.team_id == team_id, GroupMember.staff_id == verdict.staff_id)
        .values(
            state=verdict.state,
            reason=verdict.reason,
            user_id=func.coalesce(verdict.user_id, GroupMember.user_id),
            membership_id=verdict.membership_id,
            results_id=None,
            since=func.now(),
        )
    )
    if verdict.user_id is None:
        return
    # GroupMe never shows contact data, so this is the one moment to learn which account it is.
    other = aliased(GroupStaff)
    taken = exists().where(other.league_id == GroupStaff.league_id, other.groupme_user_id == verdict.user_id)
    await session.execute(
        update(GroupStaff)
        .where(GroupStaff.id == verdict.staff_id, GroupStaff.groupme_user_id.is_(None), ~taken)
        .values(groupme_user_id=verdict.user_id)
    )


def _in_words(asked: Sequence[AddRequest], verdicts: Sequence[Verdict]) -> str:
    names = {one.staff_id: one.name for one in asked}
    said = []
    for verdict in verdicts:
        name = names[verdict.staff_id]
        if verdict.state is MemberState.ADDED:
            said.append(_("{name} is in the group.").format(name=name))
        elif verdict.state is MemberState.INVITED:
            said.append(_("{name} was invited and can join now.").format(name=name))
        else:
            said.append(_("{name} was not added: {reason}.").format(name=name, reason=_(verdict.reason or "")))
    return " ".join(said) or _("No one was left to be added.")
