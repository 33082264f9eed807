"""What a league may ask of its teams, and what of a team is against it: one pure function, for every place that tells.

Ages count on one day of the season's year, the cut-off: 31 August, 31 December. Where that is 29 February it is the
last day of February. Who is excepted (by grade, say) may play in a team for younger ones.

After the freeze date nobody changes teams without a reason, but for seasons that begin later.
"""

import calendar
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum

import msgspec
from msgspec import Struct

from bball_tui.database.states import DateOrder
from bball_tui.dates import NoDate, parse_date
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.seasons.age_groups import group_of, too_old
from bball_tui.league.values.birthdates import age_on
from bball_tui.wording import counted, short_date

_CUTOFF = re.compile(r"(\d{1,2})-(\d{1,2})")
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d\d)(?!\d)")
_LEAP = 2028
LARGEST_TEAM = 99


class RuleName(StrEnum):
    """What a finding is about; also what can be refused."""

    AGE = "age"
    ROSTER = "roster"
    JERSEY = "jersey"
    FREEZE = "freeze"


class JerseyRule(StrEnum):
    """Which numbers may be worn."""

    ANY = "any"
    TWO_DIGITS = "two-digits"
    """0, 00 and 1 to 99, as FIBA and the NBA have it."""
    SCHOOL = "school"
    """0, 00, and numbers of the digits 0 to 5, which a referee can show with the hands (NFHS)."""


_NUMBERS = {
    JerseyRule.TWO_DIGITS: (re.compile(r"00|[0-9]|[1-9][0-9]"), _("0, 00 and 1 to 99")),
    JerseyRule.SCHOOL: (re.compile(r"00|[0-5]|[1-5][0-5]"), _("0, 00 and numbers of the digits 0 to 5")),
}


class LeagueRules(msgspec.Struct, frozen=True, omit_defaults=True):
    """The rules as the league's row keeps them. ``cutoff`` is month and day (``08-31``); empty: ages are not looked at.

    ``roster_limit`` None sets no limit. ``exceptions`` are players by id, with why. After ``freeze`` another team needs
    a reason. ``refuse`` are the rules that stop whoever would break them; the others warn.
    """

    cutoff: str = ""
    roster_limit: int | None = None
    jerseys: JerseyRule = JerseyRule.ANY
    exceptions: Mapping[str, str] = {}
    freeze: date | None = None
    refuse: tuple[RuleName, ...] = ()

    def frozen_since(self, starts_on: date | None, today: date) -> date | None:
        """The freeze date, if teams of a season are frozen ``today``. It does not mean a season that begins later."""
        if self.freeze is None or today <= self.freeze or (starts_on is not None and starts_on > self.freeze):
            return None
        return self.freeze

    @property
    def cutoff_words(self) -> str:
        """The cut-off as people write it, ``Aug 31``; empty without one."""
        day = self.age_day(_LEAP)
        return "" if day is None else short_date(day, day)

    def age_day(self, year: int) -> date | None:
        """The day that ages count on in ``year``; None: on none."""
        found = _CUTOFF.fullmatch(self.cutoff)
        if found is None:
            return None
        month = int(found[1])
        return date(year, month, min(int(found[2]), calendar.monthrange(year, month)[1]))


class TeamPlayer(Struct, frozen=True):
    """Somebody with a contract in a team."""

    id: int
    name: str
    birthdate: date | None
    jersey: str | None


class TeamRoster(Struct, frozen=True):
    """A team with its players. ``year`` is that of the season."""

    id: int
    name: str
    division: str
    year: int
    players: tuple[TeamPlayer, ...]

    @property
    def label(self) -> str:
        return f"{self.name} ({self.division})" if self.division else self.name


class RuleFinding(Struct, frozen=True):
    """Something against a rule, in a sentence; ``players`` are who it is about. ``refused``: the league forbids it."""

    rule: RuleName
    team_id: int
    team: str
    players: tuple[int, ...]
    text: str
    refused: bool


def season_year(name: str, starts_on: date | None, today: date) -> int:
    """The year of a season: in which it begins, else the first one in its name, else this one."""
    if starts_on is not None:
        return starts_on.year
    found = _YEAR.search(name)
    return today.year if found is None else int(found[1])


class TeamMove(Struct, frozen=True):
    """A player who is to have another team in a season in which there was one already; teams as people call them."""

    player_id: int
    player: str
    before: str
    team_id: int
    after: str


def check_moves(rules: LeagueRules, frozen_since: date | None, moves: Iterable[TeamMove]) -> tuple[RuleFinding, ...]:
    """What of ``moves`` needs a reason, because the teams are frozen (:meth:`LeagueRules.frozen_since`)."""
    if frozen_since is None:
        return ()
    since, refused = short_date(frozen_since), RuleName.FREEZE in rules.refuse
    return tuple(
        RuleFinding(
            RuleName.FREEZE,
            one.team_id,
            one.after,
            (one.player_id,),
            _("{player} goes from {before} to {after} after the freeze on {since}: that needs a reason.").format(
                player=one.player, before=one.before, after=one.after, since=since
            ),
            refused,
        )
        for one in moves
    )


def check_teams(rules: LeagueRules, teams: Iterable[TeamRoster]) -> tuple[RuleFinding, ...]:
    """What of ``teams`` is against ``rules``, team by team."""
    return tuple(one for team in teams for one in _check(rules, team))


def _check(rules: LeagueRules, team: TeamRoster) -> Iterable[RuleFinding]:
    def finding(rule: RuleName, text: str, players: Sequence[int]) -> RuleFinding:
        return RuleFinding(rule, team.id, team.label, tuple(players), text, rule in rules.refuse)

    number = len(team.players)
    if rules.roster_limit is not None and number > rules.roster_limit:
        text = _("{label} has {players}; the limit is {roster_limit}.").format(
            label=team.label, players=counted(number, "player"), roster_limit=rules.roster_limit
        )
        yield finding(RuleName.ROSTER, text, [one.id for one in team.players])
    group, day = group_of(team.name, team.division), rules.age_day(team.year)
    allowed, said = _NUMBERS.get(rules.jerseys, (None, ""))
    worn = Counter(one.jersey for one in team.players if one.jersey)
    for player in team.players:
        if day is not None and group is not None and not group.grade and str(player.id) not in rules.exceptions:
            if player.birthdate is None:
                text = _("{name} has no birthdate: no one knows whether {label} is right.").format(
                    name=player.name, label=team.label
                )
                yield finding(RuleName.AGE, text, [player.id])
            elif too_old(group, player.birthdate, day):
                age = age_on(player.birthdate, day)
                text = _("{name} is {age} on {day}, too old for {label}.").format(
                    name=player.name, age=age, day=short_date(day), label=team.label
                )
                yield finding(RuleName.AGE, text, [player.id])
        if player.jersey and allowed is not None and not allowed.fullmatch(player.jersey):
            text = _("{name} of {label} wears {jersey}; allowed are {said}.").format(
                name=player.name, label=team.label, jersey=player.jersey, said=said
            )
            yield finding(RuleName.JERSEY, text, [player.id])
    for jersey, wearers in worn.items():
        if wearers > 1:
            both = [one for one in team.players if one.jersey == jersey]
            text = _("{names} of {label} both wear {jersey}.").format(
                names=_(" and ").join(one.name for one in both), label=team.label, jersey=jersey
            )
            yield finding(RuleName.JERSEY, text, [one.id for one in both])


def read_cutoff(text: str, order: DateOrder = DateOrder.MDY) -> str:
    """The cut-off as it is kept, ``08-31``, of a day without a year; empty, or ``none``, for no cut-off.

    Raises:
        BballError: it is no day of a year.
    """
    said = text.strip().casefold()
    if said in ("", "none"):
        return ""
    found = _CUTOFF.fullmatch(said)
    try:
        if not any(map(str.isdigit, said)):
            raise NoDate(said)  # such as tomorrow
        # A leap year, in which every day of a year is there.
        day = date(_LEAP, int(found[1]), int(found[2])) if found else parse_date(said, order, date(_LEAP, 1, 1))
    except (NoDate, ValueError):
        such = _("Aug 31, or none")
        raise BballError(
            _("The cut-off “{text}” is no day. Type month and day, such as {such}.").format(
                text=text.strip()[:20], such=such
            )
        ) from None
    return f"{day.month:02}-{day.day:02}"


def read_limit(text: str) -> int | None:
    """The most players of a team; empty, or ``none``, for no limit.

    Raises:
        BballError: it is no such number.
    """
    said = text.strip().casefold()
    if said in ("", "none"):
        return None
    if not (said.isascii() and said.isdigit() and 1 <= int(said) <= LARGEST_TEAM):
        raise BballError(
            _("The roster limit “{text}” is no number from 1 to {largest_team}, and not none.").format(
                text=text.strip()[:20], largest_team=LARGEST_TEAM
            )
        )
    return int(said)


def read_freeze(text: str, order: DateOrder, today: date) -> date | None:
    """The freeze date as the league writes dates; empty, or ``none``, for none.

    Raises:
        NoDate: it is no date.
    """
    return None if text.strip().casefold() in ("", "none") else parse_date(text, order, today, ahead=True)


def read_refused(text: str) -> tuple[RuleName, ...]:
    """The rules that refuse, such as ``age, roster``; empty, or ``none``: all of them warn.

    Raises:
        BballError: there is no such rule.
    """
    words = [one for one in re.split(r"[,\s]+", text.strip().casefold()) if one not in ("", "none")]
    for word in words:
        if word not in list(RuleName):
            raise BballError(
                _("There is no rule “{word}”. The rules are: {rulename}.").format(
                    word=word[:20], rulename=", ".join(RuleName)
                )
            )
    return tuple(one for one in RuleName if one in words)
