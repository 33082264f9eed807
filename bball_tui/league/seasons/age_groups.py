"""Age groups as teams carry them in their names: U12, 12U, Under 12, 5th Grade. Pure.

"Under 12" means: not yet 12 on the day that counts. A pattern says what the groups are called in the next season, such
as ``U10 → U12``; all of it happens at once, so that U12 may become U14 in the same breath.
"""

import re
from collections.abc import Iterable
from datetime import date
from itertools import pairwise

from msgspec import Struct

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.values.birthdates import age_on
from bball_tui.league.values.shown import shown

ARROW = "→"
OLDEST = 19
"""Nobody who plays in a youth league is older: the group for it is the last that grows by itself."""
USUAL_STEP = 2
"""Years between two age groups, where the teams do not tell."""
KEEP = "keep"
"""What a pattern says that renames nothing."""

_UNDER = re.compile(
    r"(?<![A-Za-z0-9])(?:U[- ]?|Under[- ]?)(\d{1,2})(?![A-Za-z0-9])|(?<![A-Za-z0-9])(\d{1,2})[- ]?U(?![A-Za-z0-9])",
    re.I,
)
_GRADE = re.compile(
    r"(?<![A-Za-z0-9])(\d{1,2})(?:st|nd|rd|th)[- ]Grade(?![A-Za-z])|(?<![A-Za-z])Grade[- ](\d{1,2})(?![A-Za-z0-9])",
    re.I,
)
_SEPARATOR = re.compile(rf"\s*(?:{ARROW}|->|=>|=|:)\s*")


class AgeGroup(Struct, frozen=True):
    """One age group: the first age that is too old for it (or with ``grade`` the grade), and how it is written."""

    limit: int
    text: str
    grade: bool = False

    @property
    def key(self) -> str:
        """Equal for the same group, however it is written."""
        return f"{'g' if self.grade else 'u'}{self.limit}"

    def later(self, years: int) -> "AgeGroup | None":
        """The same way of writing, ``years`` on; None beyond what a youth league has."""
        limit = self.limit + years
        if limit > (12 if self.grade else OLDEST):
            return None
        text = self.text.replace(str(self.limit), str(limit))
        if self.grade:
            text = re.sub(r"(\d)(?:st|nd|rd|th)", lambda found: f"{found[1]}{_ending(limit)}", text, flags=re.I)
        return AgeGroup(limit, text, self.grade)


def _ending(number: int) -> str:
    if 10 < number < 14:
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _found(text: str) -> re.Match[str] | None:
    return _UNDER.search(text) or _GRADE.search(text)


def group_in(text: str) -> AgeGroup | None:
    """The age group that a team's name or division says; None when it says none."""
    found = _found(text)
    if found is None:
        return None
    return AgeGroup(int(found[1] or found[2]), found[0], grade=found.re is _GRADE)


def group_of(name: str, division: str) -> AgeGroup | None:
    """A team's age group: its name says it, else its division."""
    return group_in(name) or group_in(division)


def stem_of(name: str, division: str) -> str:
    """A team's name and division without the age group, so that teams of one club, or one coach, are alike."""
    plain = [_GRADE.sub(" ", _UNDER.sub(" ", text)) for text in (name, division)]
    return "|".join(" ".join(re.sub(r"[()\[\]/,-]+", " ", text).split()).casefold() for text in plain)


class Pattern(Struct, frozen=True):
    """What the age groups are called next season; without any change teams keep their names."""

    changes: tuple[tuple[AgeGroup, AgeGroup], ...] = ()

    def __str__(self) -> str:
        return ", ".join(f"{old.text} {ARROW} {new.text}" for old, new in self.changes) or KEEP

    def rename(self, text: str) -> str:
        """``text`` with its age group of the next season."""
        found, group = _found(text), group_in(text)
        if found is None or group is None:
            return text
        new = next((new for old, new in self.changes if old.key == group.key), None)
        if new is None:
            return text
        # In the way in which this team writes it: the pattern names the group, not the spelling.
        own = group.later(new.limit - group.limit)
        return f"{text[: found.start()]}{new.text if own is None else own.text}{text[found.end() :]}"


def usual_pattern(teams: Iterable[tuple[str, str]]) -> Pattern:
    """Each age group of ``teams`` (name and division) becomes the next one: U8, U10 and U12 become U10, U12 and U14.

    The step is the smallest between two groups that there are; school grades go one on.
    """
    groups: dict[str, AgeGroup] = {}
    for name, division in teams:
        for text in (name, division):
            group = group_in(text)
            if group is not None:
                groups.setdefault(group.key, group)
    ages = sorted(one.limit for one in groups.values() if not one.grade)
    step = min((high - low for low, high in pairwise(ages)), default=USUAL_STEP)
    changes = []
    for group in sorted(groups.values(), key=lambda one: (one.grade, one.limit)):
        later = group.later(1 if group.grade else step)
        if later is not None:
            changes.append((group, later))
    return Pattern(tuple(changes))


def read_pattern(text: str) -> Pattern:
    """The pattern that somebody typed, such as ``U10 = U12, U12 = U14``; ``keep``, or nothing, renames nothing.

    Raises:
        BballError: a part is no pair of age groups, or a group is named twice.
    """
    changes: dict[str, tuple[AgeGroup, AgeGroup]] = {}
    if text.strip().casefold() in ("", KEEP, "none"):
        return Pattern()
    for part in filter(None, (one.strip() for one in re.split(r"[,;\n]", text))):
        sides = _SEPARATOR.split(part)
        old, new = (_whole(sides[0]), _whole(sides[1])) if len(sides) == 2 else (None, None)
        if old is None or new is None or old.grade != new.grade:
            raise BballError(
                _(
                    "“{part}” does not say which age group becomes which. Write it as U10 {arrow} U12 (or "
                    "U10 = U12), several with commas between them, or {keep} to keep all names."
                ).format(part=shown(part), arrow=ARROW, keep=KEEP)
            )
        if old.key in changes:
            raise BballError(
                _("{group} is named twice: it can become one age group only. Take one away.").format(
                    group=shown(old.text)
                )
            )
        if old.key != new.key:
            changes[old.key] = (old, new)
    return Pattern(tuple(changes.values()))


def _whole(text: str) -> AgeGroup | None:
    found = _found(text)
    return group_in(text) if found is not None and found[0].strip() == text.strip() else None


def too_old(group: AgeGroup | None, birthdate: date | None, day: date) -> bool:
    """Whether somebody is past the age group on ``day``; nobody is whose birthdate is missing, or of a school grade."""
    return group is not None and not group.grade and birthdate is not None and age_on(birthdate, day) >= group.limit
