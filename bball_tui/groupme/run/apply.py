"""Doing what a plan says: serially, each write noted before it is sent, every doubt looked up before it is acted on.

A run begins by settling what an earlier one left open, reads everything again, and does only those actions that the
new plan has exactly as the person saw them. No group is ever unlinked or deleted.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from bball_tui.database.errors import DatabaseUnavailable, NotPermitted
from bball_tui.database.states import IntentKind
from bball_tui.errors import BballError
from bball_tui.groupme.api.errors import (
    MANUAL_WAY,
    BadToken,
    GroupMeError,
    NotAdmin,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Unavailable,
    VerificationRefused,
)
from bball_tui.groupme.api.models import GroupChange, NewGroup
from bball_tui.groupme.links.linking import SeenGroup
from bball_tui.groupme.plan.make_plan import make_plan
from bball_tui.groupme.plan.plan_inputs import OwnFacts, Snapshot
from bball_tui.groupme.plan.plan_model import (
    Action,
    ActionKind,
    HandOn,
    LinkTo,
    MemberToRemove,
    NewLink,
    Plan,
    StaffToAdd,
)
from bball_tui.groupme.plan.read_database import read_own
from bball_tui.groupme.plan.read_groupme import read_snapshot
from bball_tui.groupme.run.adding import add_staff, recover_add
from bball_tui.groupme.run.creating import NotMade, create_group, recover_create
from bball_tui.groupme.run.intents import Intent, exclusive_run, unsettled
from bball_tui.groupme.run.progress import Applied, Progress, Step, StepState
from bball_tui.groupme.run.removing import remove_member
from bball_tui.groupme.run.sender import Sender
from bball_tui.groupme.run.updating import recover_update, update_group
from bball_tui.language import _, stored

UPDATES = {
    ActionKind.SHARE: IntentKind.SHARE,
    ActionKind.RENAME: IntentKind.RENAME,
    ActionKind.SETTINGS: IntentKind.SETTINGS,
}
Planner = Callable[[Sender], Awaitable[tuple[Plan, OwnFacts, Snapshot]]]
"""Reads both sides and makes a plan of some sort."""

MAKING = frozenset({ActionKind.CREATE, ActionKind.ADD_STAFF})
"""Kinds that GroupMe may close to third parties altogether; then a refusal of one is a refusal of all."""


async def current_plan(sender: Sender, *, try_again: bool = False) -> tuple[Plan, OwnFacts, Snapshot]:
    """Read both sides and make the plan. Writes nothing anywhere, so this is the dry run.

    Raises:
        GroupMeError: the account or its groups cannot be read.
    """
    async with sender.database.session() as session:
        own = await read_own(session, sender.league_id, sender.season_id, try_again=try_again)
    linked = {team.group_id for team in own.teams if team.group_id is not None}

    def looked(done: int, total: int) -> None:
        sender.report(Progress(done, total, _("Looking at the linked groups.")))

    sender.report(Progress(0, len(linked), _("Reading the list of groups.")))
    seen = await read_snapshot(sender.client, linked, report=looked, now=sender.now)
    return make_plan(own, seen), own, seen


async def apply(
    sender: Sender, wanted: Sequence[Action], *, try_again: bool = False, planner: Planner | None = None
) -> Applied:
    """Do the ``wanted`` actions of a plan, in its order. ``planner`` makes it again; None is the plan of a season.

    Whatever happens on the way is in the result. The database going away, or this program, leaves at most one
    intent open, which the next run settles first.

    Raises:
        Busy: somebody else is at it; nothing was done.
        GroupMeError: GroupMe cannot be read at all; nothing was done.
        DatabaseUnavailable: what was committed counts, the rest did not happen or is looked up by the next run.
    """
    async with exclusive_run(sender.database, sender.league_id):
        sender.done, sender.total = 0, len(wanted)
        recovered = await _recover(sender)
        read = planner(sender) if planner is not None else current_plan(sender, try_again=try_again)
        plan, _, seen = await read
        return await _Run(sender, plan, seen.me.id, recovered).through(wanted)


async def _recover(sender: Sender) -> tuple[str, ...]:
    async with sender.database.session() as session:
        intents = await unsettled(session, sender.league_id)
    if not intents:
        return ()
    me = await sender.client.me()
    said: list[str | None] = []
    for intent in intents:
        if sender.control.cancelled:
            break
        try:
            said.append(await _settled(sender, intent, me.id))
        except (BadToken, RateLimited, Unavailable):
            raise
        except BballError as error:
            if isinstance(error, DatabaseUnavailable | NotPermitted):
                raise
            # One that cannot be settled must not keep all others from their turn.
            said.append(_("An earlier request is still not settled. {error}").format(error=error))
    return tuple(sentence for sentence in said if sentence is not None)


async def _settled(sender: Sender, intent: Intent, my_id: str) -> str | None:
    if intent.kind is IntentKind.CREATE:
        return await recover_create(sender, intent, my_id)
    if intent.kind is IntentKind.ADD_STAFF:
        return await recover_add(sender, intent)
    return await recover_update(sender, intent)


class _Run(Struct):
    """One pass over the wanted actions."""

    sender: Sender
    plan: Plan
    my_id: str
    recovered: tuple[str, ...]
    made: dict[str, str] = field(default_factory=dict)
    """The group ids of the actions that were done in this run."""
    moved: set[str] = field(default_factory=set)
    """The actions that are no longer what somebody saw."""
    closed: set[ActionKind] = field(default_factory=set)
    faults: int = 0
    stopped: str | None = None
    go_on_at: datetime | None = None
    manual: bool = False

    async def through(self, wanted: Sequence[Action]) -> Applied:
        order = {action.id: place for place, action in enumerate(self.plan.actions)}
        steps = []
        for action in sorted(wanted, key=lambda one: order.get(one.id, len(order))):
            if self.stopped is None and not await self.sender.control.proceed():
                self.stopped = _("Stopped on request. What was done so far is kept.")
            step = await self._step(action)
            steps.append(step)
            self.sender.done += 1
            self.sender.tell(step.text)
        return Applied(
            self.plan.account,
            tuple(steps),
            self.recovered,
            self.stopped,
            self.go_on_at,
            self.manual,
            self.sender.told,
        )

    async def _step(self, action: Action) -> Step:
        team = next(
            (one.label for one in self.plan.teams if one.team_id == action.team_id),
            _("a team that is gone"),
        )

        def ended(state: StepState, text: str, group_id: str | None = action.group_id) -> Step:
            return Step(action.id, action.kind, action.team_id, team, state, text, group_id)

        if self.stopped is not None:
            return ended(StepState.NOT_REACHED, _("Not begun, because the run ended before."))
        if action.kind in self.closed:
            return ended(
                StepState.NOT_REACHED,
                _("Not tried, because GroupMe refused it just now. {manual_way}").format(manual_way=MANUAL_WAY),
            )
        now = self.plan.action(action.id)
        if self._has_moved(action, now):
            first = action.after_action not in self.moved
            self.moved.add(action.id)
            why = _("Things have changed since the plan was made, so nothing was done. Look again.")
            return ended(StepState.CHANGED, why if first else _("Not begun, because things have changed."))
        if now is None:
            return ended(StepState.NOT_NEEDED, _("There is nothing left to do here."))
        if action.after_action is not None:
            if action.after_action not in self.made:
                creating = action.after_action.startswith(f"{ActionKind.CREATE}:")
                before = _("the group was not created") if creating else _("the step before it was not done")
                return ended(StepState.NOT_REACHED, _("Not begun, because {before}.").format(before=before))
            now = replace(action, group_id=self.made[action.after_action])
        try:
            text = await self._do(now)
        except NotMade as error:
            if error.unknown:
                self._count(str(error))
            return ended(StepState.UNKNOWN if error.unknown else StepState.FAILED, str(error))
        except GroupMeError as error:
            self._judge(action, error)
            unknown = isinstance(error, OutcomeUnknown)
            return ended(StepState.UNKNOWN if unknown else StepState.FAILED, str(error))
        except (DatabaseUnavailable, NotPermitted):
            raise
        except BballError as error:
            return ended(StepState.FAILED, str(error))
        self.faults = 0
        if now.group_id is not None:
            self.made[action.id] = now.group_id
        return ended(StepState.DONE, text, self.made.get(action.id))

    def _has_moved(self, action: Action, now: Action | None) -> bool:
        """Whether the facts are others than those that the action was seen with."""
        if now is not None:
            return now.fingerprint != action.fingerprint
        if action.after_action in self.moved:
            return True
        # A group that was to go on and is not the team's: it went elsewhere, or is not there anymore.
        group = next((one.group for one in self.plan.teams if one.team_id == action.team_id), None)
        return action.kind is ActionKind.HAND_ON and (group is None or group.id != action.group_id)

    async def _do(self, action: Action) -> str:
        """Do one action; the answer says what was done."""
        payload, group_id = action.payload, action.group_id
        if isinstance(payload, NewGroup):
            group = await create_group(self.sender, action.team_id, payload, self.my_id)
            self.made[action.id] = group.id
            return _("Created '{group}'.").format(group=group.name)
        assert group_id is not None  # noqa: S101 - only a creation, and what follows it, begins without
        if isinstance(payload, GroupChange):
            await update_group(self.sender, action.team_id, group_id, UPDATES[action.kind], payload)
            return _("Now: {after}.").format(after=action.after)
        if isinstance(payload, StaffToAdd):
            return await add_staff(self.sender, action.team_id, group_id, payload.staff_ids)
        if isinstance(payload, NewLink):
            return await self._new_link(action.team_id, group_id, payload)
        if isinstance(payload, MemberToRemove):
            return await remove_member(self.sender, action.team_id, group_id, payload)
        if isinstance(payload, HandOn):
            return await self._hand_on(action.team_id, group_id, payload)
        return await self._link(action, group_id, payload)

    async def _new_link(self, team_id: int, group_id: str, payload: NewLink) -> str:
        # Two requests with an intent each: after a crash between them the link is off, and the plan switches it on.
        off, on = GroupChange(payload.name, share=False), GroupChange(payload.name, share=True)
        await update_group(self.sender, team_id, group_id, IntentKind.SHARE, off)
        await update_group(self.sender, team_id, group_id, IntentKind.SHARE, on)
        return _("It has a new share link; the old one is off.")

    async def _hand_on(self, team_id: int, group_id: str, payload: HandOn) -> str:
        group = SeenGroup(group_id, payload.name, payload.share_url, share_known=True)
        async with self.sender.database.session() as session:
            await self.sender.hand_on(session, payload.source_id, team_id, group)
        return _("Keeps '{payload}' with everyone in it.").format(payload=payload.name)

    async def _link(self, action: Action, group_id: str, payload: LinkTo) -> str:
        seen = SeenGroup(group_id, payload.name, payload.share_url, payload.share_known)
        async with self.sender.database.session() as session:
            linked = await self.sender.link_seen(session, action.team_id, seen, how=stored("from the plan"))
        if action.kind is ActionKind.LINK:
            return _("Linked to '{linked}'.").format(linked=linked.name or group_id)
        return _("Noted the group's name and link.")

    def _judge(self, action: Action, error: GroupMeError) -> None:
        """Whether the run goes on after a refusal."""
        if isinstance(error, BadToken):
            self.stopped = str(error)
        elif isinstance(error, RateLimited):
            self.stopped, self.go_on_at = str(error), error.until
        elif isinstance(error, VerificationRefused) or (
            action.kind in MAKING and isinstance(error, NotAdmin | NotFound)
        ):
            self.closed.add(action.kind)
            self.manual = self.manual or action.kind is ActionKind.CREATE
        else:
            self._count(str(error))

    def _count(self, why: str) -> None:
        self.faults += 1
        if self.faults >= self.sender.pace.faults:
            self.stopped = _("Stopped after {faults} faults in a row. The last one: {why}").format(
                faults=self.faults, why=why
            )
