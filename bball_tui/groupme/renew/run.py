"""Reading both sides for the summer, and doing what was decided: a run like any other of the chats."""

from collections.abc import Collection, Mapping, Sequence

from msgspec import Struct

from bball_tui.groupme.plan.make_plan import make_plan
from bball_tui.groupme.plan.plan_inputs import OwnFacts, Snapshot
from bball_tui.groupme.plan.plan_model import Action, Plan
from bball_tui.groupme.plan.read_database import read_own
from bball_tui.groupme.plan.read_groupme import read_snapshot
from bball_tui.groupme.renew.facts import Summer, read_summer
from bball_tui.groupme.renew.leaving import Leaving, find_leaving
from bball_tui.groupme.renew.people import read_people
from bball_tui.groupme.renew.plan import Renewal, plan_summer
from bball_tui.groupme.run.apply import apply
from bball_tui.groupme.run.progress import Applied, Progress
from bball_tui.groupme.run.sender import Sender
from bball_tui.language import _


class SummerReading(Struct, frozen=True):
    """What both sides say at one moment, and the proposals that follow from it."""

    renewal: Renewal
    own: OwnFacts
    seen: Snapshot
    summers: Mapping[int, Summer]


async def read_renewal(sender: Sender, origins: Mapping[int, int], *, try_again: bool = False) -> SummerReading:
    """Read both sides and make the proposals. Writes nothing anywhere, so this is the dry run.

    ``origins`` maps the season's teams to those of last season. ``try_again``: forget that GroupMe refused to make
    groups for other programs lately.

    Raises:
        GroupMeError: the account or its groups cannot be read.
    """
    async with sender.database.session() as session:
        own = await read_own(session, sender.league_id, sender.season_id, try_again=try_again)
        summers = await read_summer(session, sender.league_id, sender.season_id, origins)
    groups = {team.group_id for team in own.teams}
    groups |= {one.last.group_id for one in summers.values() if one.last is not None}
    seen = await _look(sender, {group_id for group_id in groups if group_id is not None})
    return SummerReading(plan_summer(own, seen, make_plan(own, seen), summers), own, seen, summers)


async def apply_renewal(
    sender: Sender, wanted: Sequence[Action], origins: Mapping[int, int], *, try_again: bool = False
) -> Applied:
    """Do the ``wanted`` steps of a :class:`Renewal`; raises as :func:`apply` does, and like it is safe to repeat."""

    async def planner(mine: Sender) -> tuple[Plan, OwnFacts, Snapshot]:
        reading = await read_renewal(mine, origins, try_again=try_again)
        return reading.renewal.plan, reading.own, reading.seen

    return await apply(sender, wanted, planner=planner)


async def read_leaving(sender: Sender, origins: Mapping[int, int], team_ids: Collection[int] = ()) -> Leaving:
    """Who is in the groups of these teams (all of the season when none is named) and not of the team anymore.

    Raises:
        GroupMeError: the account or its groups cannot be read.
    """
    leaving, _, _ = await _leaving(sender, origins, team_ids)
    return leaving


async def apply_removals(sender: Sender, wanted: Sequence[Action], origins: Mapping[int, int]) -> Applied:
    """Take out who was chosen, each looked at once more; raises as :func:`apply` does, and is safe to repeat."""

    async def planner(mine: Sender) -> tuple[Plan, OwnFacts, Snapshot]:
        leaving, own, seen = await _leaving(mine, origins, ())
        return leaving.plan, own, seen

    return await apply(sender, wanted, planner=planner)


async def _leaving(
    sender: Sender, origins: Mapping[int, int], team_ids: Collection[int]
) -> tuple[Leaving, OwnFacts, Snapshot]:
    async with sender.database.session() as session:
        own = await read_own(session, sender.league_id, sender.season_id)
        people = await read_people(session, sender.league_id, sender.season_id, origins)
    wanted = [team for team in own.teams if not team_ids or team.id in team_ids]
    seen = await _look(sender, {team.group_id for team in wanted if team.group_id is not None})
    return find_leaving(own, seen, people, team_ids), own, seen


async def _look(sender: Sender, groups: Collection[str]) -> Snapshot:
    def looked(done: int, total: int) -> None:
        sender.report(Progress(done, total, _("Looking at the groups.")))

    sender.report(Progress(0, len(groups), _("Reading the list of groups.")))
    return await read_snapshot(sender.client, groups, report=looked, now=sender.now)
