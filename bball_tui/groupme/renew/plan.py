"""Which team keeps last season's group, which gets a new one: a proposal with its reason for each. Pure.

A group goes on when more than half of last season's players are on the team it would go on with. One that GroupMe
does not know anymore is made again, and so is the group of a team that had none. A group that cannot be looked at, or
that this account has left, is left alone: its families are still in it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct

from bball_tui.errors import BballError
from bball_tui.groupme.api.models import Group, GroupChange
from bball_tui.groupme.plan.make_plan import group_name, label
from bball_tui.groupme.plan.matching import key, read_name, season_of, team_name
from bball_tui.groupme.plan.plan_inputs import Gone, Look, OwnFacts, Snapshot, TeamFacts, Unread
from bball_tui.groupme.plan.plan_linked import is_admin
from bball_tui.groupme.plan.plan_model import Action, ActionKind, HandOn, LinkTo, NewLink, Plan, hash_of
from bball_tui.groupme.plan.read_groupme import NOT_THERE
from bball_tui.groupme.renew.facts import LastTeam, Summer
from bball_tui.language import _, plural
from bball_tui.wording import counted

LONGEST_NAME = 140
FEWEST = 0.5
"""More than this part of last season's players makes it the same team."""


class Decision(StrEnum):
    """What becomes of a team's chat."""

    KEEP = "keep"
    NEW = "new"
    LEAVE = "leave"


class TeamSummer(Struct, frozen=True):
    """One team: what is proposed, why, and what else may be chosen. ``last`` names last season's team, "" for none.

    ``steps`` holds what each choice takes; leaving it alone takes nothing. ``members`` is how many are in last season's
    group, None where that is not known.
    """

    team_id: int
    label: str
    last: str
    group: str
    members: int | None
    proposed: Decision
    reason: str
    steps: Mapping[Decision, tuple[Action, ...]]
    claims: str | None = None
    """The group that keeping would take."""
    without_link: bool = False
    """It was carried over, and has no share link yet."""

    @property
    def choices(self) -> tuple[Decision, ...]:
        """What may be chosen, the proposal first."""
        return tuple(sorted((*self.steps, Decision.LEAVE), key=lambda one: one is not self.proposed))


class Renewal(Struct, frozen=True):
    """The proposals for a season. ``plan`` has the steps of all choices, so that a run finds each."""

    teams: tuple[TeamSummer, ...]
    plan: Plan

    @property
    def fingerprint(self) -> str:
        """Equal for equal proposals from equal facts."""
        shown = [(one.team_id, one.proposed, one.choices, one.reason) for one in self.teams]
        return hash_of((shown, [action.fingerprint for action in self.plan.actions]))

    def proposed(self) -> dict[int, Decision]:
        """What is done unless somebody objects."""
        return {one.team_id: one.proposed for one in self.teams}

    def tells(self, decisions: Mapping[int, Decision]) -> frozenset[int]:
        """The teams whose families are to be told of a link: also those that an earlier run may have got one for."""
        return frozenset(
            one.team_id
            for one in self.teams
            if one.without_link or decisions.get(one.team_id, Decision.LEAVE) is not Decision.LEAVE
        )

    def actions(self, decisions: Mapping[int, Decision]) -> tuple[Action, ...]:
        """The steps that these decisions take; teams that are not named are left alone.

        Raises:
            BballError: a team cannot do that, or two teams would keep one group.
        """
        taken: dict[str, str] = {}
        found: list[Action] = []
        for team in self.teams:
            decision = decisions.get(team.team_id, Decision.LEAVE)
            if decision not in team.choices:
                raise BballError(f"{team.label}: {_IMPOSSIBLE[decision]} {team.reason}")
            if decision is Decision.KEEP and team.claims is not None:
                other = taken.setdefault(team.claims, team.label)
                if other != team.label:
                    raise BballError(
                        _(
                            "{other} and {team} would both keep '{group}'. One group is the chat of one team: keep "
                            "it for one of them, and make a new one for the other."
                        ).format(other=other, team=team.label, group=team.group)
                    )
            found += team.steps.get(decision, ())
        return tuple(found)


_IMPOSSIBLE = {Decision.KEEP: _("there is no group to keep."), Decision.NEW: _("no new group can be made now.")}


def plan_summer(own: OwnFacts, seen: Snapshot, plan: Plan, summers: Mapping[int, Summer]) -> Renewal:
    """The proposals. ``plan`` is the ordinary plan from the same facts: new groups are made as it says."""
    claims: dict[str, list[TeamFacts]] = defaultdict(list)
    for team in own.teams:
        last = summers[team.id].last
        if team.group_id is None and last is not None and last.group_id is not None:
            claims[last.group_id].append(team)
    keys = [key(team.name) for team in own.teams]
    same_names = frozenset(name for name in keys if keys.count(name) > 1)
    scene = _Scene(own, seen, plan, summers, claims, same_names)
    by_name = [scene.team(team) for team in sorted(own.teams, key=lambda one: (key(one.name), one.id))]
    # Those where there is something to choose come first.
    teams = tuple(sorted(by_name, key=lambda one: not one.steps))
    actions = [action for team in teams for decision in Decision for action in team.steps.get(decision, ())]
    return Renewal(teams, Plan(plan.account, plan.teams, tuple(actions), plan.warnings))


class _Scene(Struct, frozen=True):
    own: OwnFacts
    seen: Snapshot
    plan: Plan
    summers: Mapping[int, Summer]
    claims: Mapping[str, Sequence[TeamFacts]]
    same_names: frozenset[str]

    def team(self, team: TeamFacts) -> TeamSummer:
        summer = self.summers[team.id]
        last = summer.last
        if team.group_id is not None:
            return self._linked(team, summer)
        if last is None:
            why = _(
                "It was not carried over from a team of last season. The plan of the season (groupme plan) is for it."
            )
            return self._said(team, None, Decision.LEAVE, why)
        if last.group_id is None:
            return self._new(
                team,
                last,
                _("{last} of {season} has no group that could go on.").format(last=last.name, season=last.season),
            )
        return self._with_last(team, summer, last, self.seen.looks.get(last.group_id))

    def _linked(self, team: TeamFacts, summer: Summer) -> TeamSummer:
        look = self.seen.looks.get(str(team.group_id))
        rest: tuple[Action, ...] = ()
        if isinstance(look, Gone):
            why = _("Its group is not there for this account anymore: {how}. Unlink it to have a new one.").format(
                how=look.how
            )
            return self._said(team, summer.last, Decision.LEAVE, why)
        if summer.kept and summer.last is not None and isinstance(look, Group):
            rest = self._rest(team, summer, summer.last, look, None)
        settings = [one for one in self.plan.actions if one.team_id == team.id and one.kind is ActionKind.SETTINGS]
        if not rest and settings and summer.last is not None and not summer.kept:
            why = _("It has its group; who may change it and join is still to be set.")
            return self._said(team, summer.last, Decision.NEW, why, look, {Decision.NEW: tuple(settings)})
        if not rest:
            return self._said(team, summer.last, Decision.LEAVE, _("It has its group."), look)
        why = _("It has last season's group; an earlier run did not get to the end.")
        return self._said(team, summer.last, Decision.KEEP, why, look, {Decision.KEEP: rest})

    def _with_last(self, team: TeamFacts, summer: Summer, last: LastTeam, look: Look | None) -> TeamSummer:
        if isinstance(look, Gone):
            if look.how == NOT_THERE and self._stranger():
                why = _(
                    "{account}'s account sees hardly any of the groups that teams are linked with: it may be "
                    "the wrong account, and this group may be there for another one."
                ).format(account=self.plan.account)
                return self._new(team, last, why, look, proposed=Decision.LEAVE)
            if look.how == NOT_THERE:
                return self._new(
                    team, last, _("GroupMe does not know last season's group anymore: it was deleted."), look
                )
            why = _("Last season's group is not there for this account: {how}. Rejoin it in the GroupMe app.").format(
                how=look.how
            )
            return self._new(team, last, why, look, proposed=Decision.LEAVE)
        if not isinstance(look, Group):
            said = look.why if isinstance(look, Unread) else _("it was not looked at")
            why = _("Last season's group could not be read: {said}. Read it again.").format(said=said)
            return self._said(team, last, Decision.LEAVE, why)
        keep = self._keep(team, summer, last, look)
        steps = {Decision.KEEP: keep}
        fresh, hindrance = self._fresh(team)
        if fresh:
            steps[Decision.NEW] = fresh
        proposed, why = self._judged(team, summer, last)
        if proposed is Decision.NEW and not fresh:
            proposed, why = Decision.LEAVE, f"{why} {hindrance}"
        if proposed is Decision.KEEP and not is_admin(look, self.seen) and look.kind != "private":
            why += _(" This account is no admin of it, so its name and link stay as they are.")
        return self._said(team, last, proposed, why, look, steps)

    def _stranger(self) -> bool:
        """Whether this account sees fewer of the linked groups than it misses: deleted ones look the same to it."""
        looks = self.seen.looks.values()
        gone = sum(isinstance(one, Gone) and one.how == NOT_THERE for one in looks)
        return gone > sum(isinstance(one, Group) for one in looks)

    def _judged(self, team: TeamFacts, summer: Summer, last: LastTeam) -> tuple[Decision, str]:
        back = _share(summer, last)
        others = [one for one in self.claims[str(last.group_id)] if one.id != team.id]
        number = len(summer.players & last.players)
        stay = plural(
            "{number} of {players} of {last} comes back", "{number} of {players} of {last} come back", number
        ).format(number=number, players=counted(len(last.players), "player"), last=last.name)
        if others:
            names = ", ".join(label(one) for one in others)
            rivals = [_share(self.summers[one.id], last) for one in others]
            if back <= FEWEST and max(rivals) <= FEWEST:
                return Decision.LEAVE, _(
                    "{names} could keep the same group. {stay} to this one: choose who keeps it."
                ).format(names=names, stay=stay)
            stay += _(" to this one; {names} could keep the same group").format(names=names)
        if not last.players:
            return Decision.LEAVE, _("No player of {last} is known, so nobody can say whose group it is.").format(
                last=last.name
            )
        if not summer.players:
            return Decision.LEAVE, _("No player of the new team is known yet. Look again when they are.")
        if back > FEWEST:
            renamed = (
                ""
                if key(team.name) == key(last.name)
                else _(" {last} is {team} now.").format(last=last.name, team=label(team))
            )
            return Decision.KEEP, f"{stay}.{renamed}"
        return Decision.NEW, _("{stay}: that is not more than half.").format(stay=stay)

    def _keep(self, team: TeamFacts, summer: Summer, last: LastTeam, group: Group) -> tuple[Action, ...]:
        rest = self._rest(team, summer, last, group, f"{ActionKind.HAND_ON}:{team.id}")
        renewed = any(one.kind is ActionKind.NEW_LINK for one in rest)
        share_url = group.share_url if group.share_known else last.share_url
        hand_on = Action(
            kind=ActionKind.HAND_ON,
            team_id=team.id,
            group_id=group.id,
            payload=HandOn(last.id, group.name or last.seen_name or last.name, None if renewed else share_url),
            before=_("the group of {last}, {season}").format(last=last.name, season=last.season),
            after=_("the group of {team}").format(team=label(team)),
            reason=_("Everyone in it stays. {last} of {season} has no group then.").format(
                last=last.name, season=last.season
            ),
        )
        return (hand_on, *rest)

    def _rest(
        self, team: TeamFacts, summer: Summer, last: LastTeam, group: Group, after: str | None
    ) -> tuple[Action, ...]:
        """What is to be done to a kept group at GroupMe, the steps that were done before left out."""
        if group.kind != "private" and not is_admin(group, self.seen):
            return ()
        steps: list[Action] = []
        name = self._name(team, last, group)
        if name != group.name and not summer.renamed:
            rename = Action(
                kind=ActionKind.RENAME,
                team_id=team.id,
                group_id=group.id,
                payload=GroupChange(name),
                before=f"'{group.name}'",
                after=f"'{name}'",
                reason=_("Everyone in the group sees the new name."),
                after_action=after,
            )
            steps.append(rename)
            after = rename.id
        else:
            name = group.name
        if not group.share_known or not self.own.policy.share:
            return tuple(steps)
        if group.share_url is not None and not summer.link_ended:
            steps.append(
                Action(
                    kind=ActionKind.NEW_LINK,
                    team_id=team.id,
                    group_id=group.id,
                    payload=NewLink(name),
                    before=_("last season's share link"),
                    after=_("a new share link"),
                    reason=_("Families who left have the old one."),
                    after_action=after,
                )
            )
        elif group.share_url is None:
            steps.append(
                Action(
                    kind=ActionKind.SHARE,
                    team_id=team.id,
                    group_id=group.id,
                    payload=GroupChange(name, share=True),
                    before=_("no share link"),
                    after=_("a share link"),
                    reason=_("Families join by the link."),
                    after_action=after,
                )
            )
        elif summer.kept and group.share_url != team.share_url:
            # The new link was made, and the answer was lost.
            steps.append(
                Action(
                    kind=ActionKind.REFRESH,
                    team_id=team.id,
                    group_id=group.id,
                    payload=LinkTo(name, group.share_url, share_known=True),
                    before=_("no link is noted here"),
                    after=_("the new share link is noted"),
                    reason=_("GroupMe has it already."),
                    after_action=after,
                )
            )
        return tuple(steps)

    def _name(self, team: TeamFacts, last: LastTeam, group: Group) -> str:
        """What the group is called from now on: the same, with this season's team and this season in it.

        A name that people chose themselves, which says neither last season's team nor a season, stays.
        """
        prefixes, season = self.own.policy.prefixes, self.own.policy.season
        read = read_name(group.name, prefixes)
        over = read.season is not None and read.season != season_of(season)
        if read.bare in team_name(team.id, team.name, team.division, prefixes).keys and not over:
            return group.name
        name = _put(_put(group.name, last.season, season), last.name, team.name)
        if over and read_name(name, prefixes).season == read.season:
            name = f"{group_name(team, self.same_names)} {season}"
        elif name == group.name and key(last.name) in read.bare and key(team.name) not in read.bare:
            name = group_name(team, self.same_names)
        return name[:LONGEST_NAME].strip()

    def _new(
        self,
        team: TeamFacts,
        last: LastTeam,
        why: str,
        look: Look | None = None,
        *,
        proposed: Decision = Decision.NEW,
    ) -> TeamSummer:
        fresh, hindrance = self._fresh(team)
        if not fresh:
            return self._said(team, last, Decision.LEAVE, f"{why} {hindrance}", look)
        if fresh[0].risk is not None:
            proposed, why = Decision.LEAVE, f"{why} {fresh[0].risk}"
        return self._said(team, last, proposed, why, look, {Decision.NEW: fresh})

    def _fresh(self, team: TeamFacts) -> tuple[tuple[Action, ...], str]:
        """The steps to a new group, or why none can be made now."""
        mine = [one for one in self.plan.actions if one.team_id == team.id]
        create = next((one for one in mine if one.kind is ActionKind.CREATE), None)
        if create is None:
            return (), next(one.why for one in self.plan.teams if one.team_id == team.id)
        settings = (one for one in mine if one.kind is ActionKind.SETTINGS and one.after_action == create.id)
        return (create, *settings), ""

    def _said(
        self,
        team: TeamFacts,
        last: LastTeam | None,
        proposed: Decision,
        why: str,
        look: Look | None = None,
        steps: Mapping[Decision, tuple[Action, ...]] | None = None,
    ) -> TeamSummer:
        group = look if isinstance(look, Group) else None
        steps = steps or {}
        return TeamSummer(
            team_id=team.id,
            label=label(team),
            last="" if last is None else f"{last.name}, {last.season}",
            group=group.name if group is not None else (last.seen_name or "" if last is not None else ""),
            members=None if group is None else group.members_count,
            proposed=proposed,
            reason=why,
            steps=steps,
            without_link=last is not None and team.share_url is None,
            claims=last.group_id if last is not None and Decision.KEEP in steps else None,
        )


def _share(summer: Summer, last: LastTeam) -> float:
    """Which part of last season's players is on the team; 0 where none is known."""
    return len(summer.players & last.players) / len(last.players) if last.players else 0.0


def _put(text: str, old: str, new: str) -> str:
    """``text`` with ``new`` in the place of ``old``, as whole words; a text that says ``new`` already stays."""
    if old.casefold() in new.casefold() and new.casefold() in text.casefold():
        return text
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", lambda _: new, text, flags=re.IGNORECASE)


def in_words(decisions: Iterable[Decision]) -> str:
    """``12 keep their group, 3 get a new one``."""
    counts = list(decisions)
    return _("{kept} keep the group, {new} get a new one, {left} stay as they are").format(
        kept=counts.count(Decision.KEEP), new=counts.count(Decision.NEW), left=counts.count(Decision.LEAVE)
    )
