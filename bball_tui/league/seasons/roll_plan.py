"""Who comes back next season and where, as an immutable value: from facts to teams, lines and reasons. Pure.

A plan made again from unchanged facts is equal. It has only those players who have no contract in the new season yet,
so that a later run shows what is new. A line with something that speaks against it is not ticked by itself.
"""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct, field

from bball_tui.database.states import ContractStatus, Stage
from bball_tui.language import _
from bball_tui.league.rules.team_check import TeamMove
from bball_tui.league.seasons.age_groups import Pattern, group_of, stem_of, too_old
from bball_tui.league.values.birthdates import age_on
from bball_tui.wording import counted, listed, short_date


class Proposal(StrEnum):
    """What a line of the plan says of a player; what needs a decision first."""

    TWO_TEAMS = "in two teams"
    NO_BIRTHDATE = "birthdate missing"
    OWES = "still owes a signature"
    FULL = "team is full"
    TOO_OLD = "too old"
    NO_TEAM = "no team"
    LEFT = "left"
    NO_CONTACT = "no family contact"
    MOVES_UP = "moves up"
    RETURNS = "returns"


class LastTeam(Struct, frozen=True):
    """A team of last season. ``name`` and ``division`` are next season's, by the pattern; ``key`` is both, folded."""

    id: int
    label: str
    name: str
    division: str
    key: tuple[str, str]


class NextTeam(Struct, frozen=True):
    """A team that the new season has already, with how many players have a contract there.

    ``source_id`` is the team that it was made from by an earlier run: it may have another name since.
    """

    id: int
    name: str
    division: str
    key: tuple[str, str]
    players: int = 0
    source_id: int | None = None


class LastContract(Struct, frozen=True):
    """One contract of last season; a void one was a mistake and is none."""

    team_id: int
    status: ContractStatus


class LastPlayer(Struct, frozen=True):
    """A player with the contracts of last season, the oldest first. ``reach`` is `player.reach`."""

    id: int
    name: str
    birthdate: date | None
    reach: int
    contracts: tuple[LastContract, ...]


class RollFacts(Struct, frozen=True):
    """What the database says, in one moment.

    ``there`` are players with a contract in the new season, ``said_no`` those whose contract there is over, with how,
    and ``were_in`` those with the team of it.
    ``left_out`` are those whom staff left out of an earlier run, with the sentence that tells it.
    """

    source_id: int
    source: str
    target_id: int | None
    target: str
    last_teams: tuple[LastTeam, ...]
    next_teams: tuple[NextTeam, ...]
    players: tuple[LastPlayer, ...]
    there: frozenset[int] = frozenset()
    said_no: Mapping[int, ContractStatus] = field(default_factory=dict)
    were_in: Mapping[int, int] = field(default_factory=dict)
    left_out: Mapping[int, str] = field(default_factory=dict)


class RollOptions(Struct, frozen=True):
    """What staff and the league decided beforehand.

    The day that ages count on, the most players of a team (None: no limit), and whose age does not count.
    """

    pattern: Pattern
    age_day: date
    roster_limit: int | None = None
    excepted: frozenset[int] = frozenset()
    frozen: date | None = None
    """Since when another team needs a reason in the new season; None: it needs none."""


class TeamLine(Struct, frozen=True):
    """A team of the new season. ``team_id`` None: it is to be made. ``problem``: why it cannot be."""

    key: str
    team_id: int | None
    source_id: int | None
    name: str
    division: str
    was: str
    problem: str = ""

    @property
    def label(self) -> str:
        return f"{self.name} ({self.division})" if self.division else self.name


class PlayerLine(Struct, frozen=True):
    """One player: from which team, to which (a :attr:`TeamLine.key`; empty: none fits), and why.

    ``new`` is False for somebody whom staff left out of an earlier run.
    """

    id: int
    player: str
    was: str
    was_team_id: int
    team: str
    kind: Proposal
    reasons: tuple[str, ...]
    ticked: bool
    new: bool = True
    before: str = ""
    """The team of the new season (a :attr:`TeamLine.key`) whose contract is over there; empty: there was none."""

    @property
    def reason(self) -> str:
        return " ".join(self.reasons)


class RollPlan(Struct, frozen=True):
    """Everything that rolling would do. ``already`` players have a contract in the new season."""

    source_id: int
    source: str
    target_id: int | None
    target: str
    pattern: str
    age_day: date
    teams: tuple[TeamLine, ...]
    lines: tuple[PlayerLine, ...]
    already: int
    warnings: tuple[str, ...] = ()
    frozen: date | None = None
    """Since when another team needs a reason in the new season; None: it needs none."""

    def moves(self, places: Mapping[int, str]) -> tuple[TeamMove, ...]:
        """Who of ``places`` was in another team of the new season before."""

        def named(player: str) -> str:
            last, _, first = player.rpartition(", ")
            return f"{first} {last}"

        labels = {one.key: (one.team_id or 0, one.label) for one in self.teams}
        return tuple(
            TeamMove(line.id, named(line.player), labels[line.before][1], *labels[places[line.id]])
            for line in self.lines
            if line.before and places.get(line.id, line.before) != line.before
        )

    @property
    def fingerprint(self) -> str:
        """Equal for equal plans; applying refuses any other than the one that was seen."""
        return hashlib.sha256(msgspec.json.encode(self)).hexdigest()[:16]

    def team(self, key: str) -> TeamLine | None:
        """The team of the new season with that key."""
        return next((one for one in self.teams if one.key == key), None)

    @property
    def open_teams(self) -> tuple[TeamLine, ...]:
        """The teams that players can be put into."""
        return tuple(one for one in self.teams if not one.problem)

    def ticked(self) -> dict[int, str]:
        """Whom the plan means unless somebody objects, with the team."""
        return {line.id: line.team for line in self.lines if line.ticked}

    def counts(self) -> Counter[Proposal]:
        """How many lines there are of each kind."""
        return Counter(line.kind for line in self.lines)


def make_plan(facts: RollFacts, options: RollOptions) -> RollPlan:
    """The plan for ``facts``."""
    teams = _teams(facts)
    lines = _Lines(facts, options, teams)
    problems = [one for one in teams if one.problem]
    warnings = []
    if problems:
        names = listed([one.was for one in problems[:5]])
        warnings.append(
            f"{names}: {problems[0].problem}"
            if len(problems) == 1
            else _("Not carried over: {names}.").format(names=names)
        )
    if facts.target_id is not None and facts.next_teams and facts.there:
        warnings.append(
            _("{target} is there already: {players} with a contract.").format(
                target=facts.target, players=counted(len(facts.there), "player")
            )
        )
    return RollPlan(
        source_id=facts.source_id,
        source=facts.source,
        target_id=facts.target_id,
        target=facts.target,
        pattern=str(options.pattern),
        age_day=options.age_day,
        teams=teams,
        lines=lines.all(),
        already=len(facts.there & {one.id for one in facts.players}),
        warnings=tuple(warnings),
        frozen=options.frozen,
    )


def _teams(facts: RollFacts) -> tuple[TeamLine, ...]:
    """Last season's teams as they are next season, then the other teams that are there."""
    made = {one.source_id: one for one in facts.next_teams if one.source_id is not None}
    others = {one.key: one for one in facts.next_teams if one.source_id is None}
    named = Counter(one.key for one in facts.last_teams if one.id not in made)
    taken = {one.key: one for one in made.values()}
    found, used = [], set()
    for last in facts.last_teams:
        there = made.get(last.id)
        problem = ""
        if there is None:
            there = others.get(last.key)
            same = [one.label for one in facts.last_teams if one.key == last.key and one.id not in (last.id, *made)]
            if named[last.key] > 1:
                problem = _(
                    "{last} and {same} would all be called {name}. Change the pattern, or rename one of them."
                ).format(last=last.label, same=listed(same[:3]), name=last.name)
            elif last.key in taken:
                problem = _(
                    "{last} would be called {name}, and another team made before is. Change the pattern."
                ).format(last=last.label, name=last.name)
        if there is not None and not problem:
            used.add(there.id)
        found.append(
            TeamLine(
                key=f"from{last.id}",
                team_id=None if there is None or problem else there.id,
                source_id=last.id,
                name=last.name if there is None or problem else there.name,
                division=last.division if there is None or problem else there.division,
                was=last.label,
                problem=problem,
            )
        )
    found += [
        TeamLine(f"team{one.id}", one.id, None, one.name, one.division, was="")
        for one in facts.next_teams
        if one.id not in used
    ]
    return tuple(found)


class _Lines:
    """One line for each player; the room in the teams is given to those who return before those who move."""

    def __init__(self, facts: RollFacts, options: RollOptions, teams: Sequence[TeamLine]) -> None:
        self._facts, self._options = facts, options
        self._keys = {one.team_id: one.key for one in teams if one.team_id is not None}
        self._labels = {one.id: one.label for one in facts.last_teams}
        self._open = {one.key: one for one in teams if not one.problem}
        self._problems = {one.source_id: one.problem for one in teams if one.problem}
        self._groups = {key: group_of(one.name, one.division) for key, one in self._open.items()}
        self._of_stem: dict[str, list[str]] = {}
        for key, one in self._open.items():
            self._of_stem.setdefault(stem_of(one.name, one.division), []).append(key)
        players = {one.id: one.players for one in facts.next_teams}
        self._room = {
            key: None
            if options.roster_limit is None
            else options.roster_limit - (0 if one.team_id is None else players.get(one.team_id, 0))
            for key, one in self._open.items()
        }

    def all(self) -> tuple[PlayerLine, ...]:
        found: dict[int, PlayerLine] = {}
        todo = [one for one in self._facts.players if one.id not in self._facts.there and one.contracts]
        places = {one.id: self._place(one) for one in todo}
        # Anyone who stays with the team has the first claim on its room.
        for player in sorted(todo, key=lambda one: places[one.id][1] is Proposal.MOVES_UP):
            found[player.id] = self._line(player, *places[player.id])
        return tuple(found[one.id] for one in todo)

    def _place(self, player: LastPlayer) -> tuple[str, Proposal, str]:
        """The team for next season, with how and why."""
        last = _last(player)
        key, day = f"from{last.team_id}", self._options.age_day
        team = self._open.get(key)
        if team is None:
            return "", Proposal.NO_TEAM, self._problems.get(last.team_id, _("Last season's team is not carried over."))
        if player.id in self._options.excepted or not too_old(self._groups[key], player.birthdate, day):
            return (
                key,
                Proposal.RETURNS,
                _("Stays with the team, now {team}.").format(team=team.label) if team.label != team.was else "",
            )
        assert player.birthdate is not None  # noqa: S101 - else nobody is too old
        age = _("{age} on {day}").format(age=age_on(player.birthdate, day), day=short_date(day))
        for other in self._by_age(stem_of(team.name, team.division)):
            if not too_old(self._groups[other], player.birthdate, day):
                return (
                    other,
                    Proposal.MOVES_UP,
                    _("{age}: too old for {team}, moves to {open}.").format(
                        age=age, team=team.label, open=self._open[other].label
                    ),
                )
        return (
            "",
            Proposal.TOO_OLD,
            _("{age}: too old for {team}, and no team of the same name is for older ones.").format(
                age=age, team=team.label
            ),
        )

    def _by_age(self, stem: str) -> list[str]:
        """The teams of that name, the youngest first; only those that say an age."""
        aged = [(group.limit, key) for key in self._of_stem[stem] if (group := self._groups[key]) and not group.grade]
        return [key for _, key in sorted(aged)]

    def _line(self, player: LastPlayer, team: str, kind: Proposal, why: str) -> PlayerLine:
        last = _last(player)
        reasons = [why] if why else []
        ticked = bool(team)
        against = list(self._against(player, team))
        room = self._room.get(team)
        if team and room is not None and room <= 0:
            limit = counted(self._options.roster_limit or 0, "player")
            against.append(
                (Proposal.FULL, _("{open} is full ({limit}).").format(open=self._open[team].label, limit=limit), False)
            )
        for _proposal, sentence, keeps in against:
            reasons.append(sentence)
            ticked = ticked and keeps
        kinds = [proposal for proposal, _, _ in against]
        if kinds and kind in (Proposal.RETURNS, Proposal.MOVES_UP):
            # What decides is said first: what takes the tick away, then what is only worth knowing.
            kind = next((one for one, _, keeps in against if not keeps), kinds[0])
        left_out = self._facts.left_out.get(player.id)
        if left_out is not None:
            reasons.append(left_out)
            ticked = False
        if ticked and room is not None:
            self._room[team] = room - 1
        return PlayerLine(
            id=player.id,
            player=player.name,
            was=self._labels[last.team_id],
            was_team_id=last.team_id,
            team=team,
            kind=kind,
            reasons=tuple(reasons),
            ticked=ticked,
            new=left_out is None,
            before=self._keys.get(self._facts.were_in.get(player.id, 0), ""),
        )

    def _against(self, player: LastPlayer, team: str) -> Iterable[tuple[Proposal, str, bool]]:
        """What speaks against the tick, in sentences; the third says that the tick stays all the same."""
        live = [one for one in player.contracts if one.status.stage is not Stage.OVER]
        last = _last(player)
        here = self._facts.said_no.get(player.id)
        if here is not None:
            yield (
                Proposal.LEFT,
                _("The contract for {target} is {here} already.").format(target=self._facts.target, here=_(here)),
                False,
            )
        if not live:
            yield Proposal.LEFT, _("{left} last season.").format(left=_LEFT[last.status]), False
        elif last.status is not ContractStatus.SIGNED:
            yield Proposal.OWES, _("Last season's contract is {owed}.").format(owed=_OWED[last.status]), False
        teams = list(dict.fromkeys(one.team_id for one in player.contracts))
        if len(teams) > 1:
            names = listed([self._labels[one] for one in teams])
            yield Proposal.TWO_TEAMS, _("Was in {names} last season.").format(names=names), len(live) == 1
        group = self._groups.get(team)
        aged = group is not None and not group.grade and player.id not in self._options.excepted
        if player.birthdate is None and group is not None and aged:
            yield (
                Proposal.NO_BIRTHDATE,
                _("Without a birthdate no one knows whether {group} is right.").format(group=group.text),
                False,
            )
        if player.reach < 2:
            who = _("No parent") if player.reach == 0 else _("No parent with an e-mail address")
            yield Proposal.NO_CONTACT, _("{who} is known: no e-mail will tell them.").format(who=who), True


_LEFT = {
    ContractStatus.RELEASED: _("Was released"),
    ContractStatus.DECLINED: _("Declined"),
    ContractStatus.EXPIRED: _("Let the offer expire"),
}
_OWED = {
    ContractStatus.DRAFT: _("still a draft"),
    ContractStatus.OFFERED: _("offered, never signed"),
    ContractStatus.ACCEPTED: _("accepted by word, never signed"),
}


def _last(player: LastPlayer) -> LastContract:
    """The contract that says where somebody belongs: the live one, else the latest."""
    live = [one for one in player.contracts if one.status.stage is not Stage.OVER]
    return (live or player.contracts)[-1]
