"""New players who may be somebody that the league, or the file itself, has already. A hint for people, never a merge.

The name (case- and accent-blind) with another date of birth; or the date, a last name that is another way to write the
same one (`spellings`), and a first name that is almost the same, the short form of the other (Mike, Michael), or both
in one (Michael (Mike)). Twins have the same date and the same last name, and are no hint.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from bball_tui.language import _
from bball_tui.league.importing.existing import Existing
from bball_tui.league.importing.match_guardians import Family
from bball_tui.league.importing.roster_row import RosterRow
from bball_tui.league.roster.player import PlayerValues
from bball_tui.league.values.first_names import first_alike, same_forms
from bball_tui.league.values.last_names import spellings
from bball_tui.wording import short_date


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Who a new player may be, as a sentence; ``in_file``: another row, and nobody whom the league has."""

    sentence: str
    in_file: bool = False


def possible_duplicates(existing: Existing, families: Sequence[Family]) -> Mapping[int, Duplicate]:
    """For the number of each row that makes a new player who may exist: who that is."""
    known = {family.player for family in families if family.player > 0}
    new = [family.row for family in families if family.player < 0]
    in_file: dict[str, list[RosterRow]] = defaultdict(list)
    same_day: dict[tuple[date, str], list[RosterRow]] = defaultdict(list)
    for family in families:
        row = family.row
        in_file[existing.person_key(row.first, row.last)].append(row)
        if row.birthdate is not None:
            for last in spellings(existing.folded[row.last]):
                same_day[row.birthdate, last].append(row)
    found: dict[int, Duplicate] = {}
    for row in new:
        for player_id, values in _candidates(existing, row):
            if player_id not in known:
                who = _described(values)
                found[row.number] = Duplicate(_("The league has {described} already.").format(described=who))
                break
        if row.number in found:
            continue
        namesakes = in_file[existing.person_key(row.first, row.last)]
        other = next((one for one in namesakes if one is not row), None)
        if other is not None:
            said = _("Row {other_number} of the file has the same name.").format(other_number=other.number)
            found[row.number] = Duplicate(said, in_file=True)
        elif (other := _neighbor(existing, same_day, row)) is not None:
            label = f"{other.first} {other.last}"
            said = _("Row {other_number} of the file, {label}, may be the same: the date of birth is.").format(
                other_number=other.number, label=label
            )
            found[row.number] = Duplicate(said, in_file=True)
    return found


def _candidates(existing: Existing, row: RosterRow) -> Iterator[tuple[int, PlayerValues]]:
    for player in existing.players.get(existing.person_key(row.first, row.last), ()):
        yield player.id, player.values
    first, last = existing.folded[row.first], existing.folded[row.last]
    for spelling in spellings(last):
        for neighbor in existing.same_day.get((row.birthdate, spelling), ()):
            if (first, last) != (neighbor.first_key, neighbor.last_key) and first_alike(first, neighbor.first_key):
                yield neighbor.id, neighbor.values


def _neighbor(
    existing: Existing, same_day: Mapping[tuple[date, str], Sequence[RosterRow]], row: RosterRow
) -> RosterRow | None:
    """Another row with the day, the last name and a form of the first name; a slip of the pen is more often a twin."""
    if row.birthdate is None:
        return None
    first = existing.folded[row.first]
    for spelling in spellings(existing.folded[row.last]):
        for other in same_day.get((row.birthdate, spelling), ()):
            if other is not row and same_forms(first, existing.folded[other.first]):
                return other
    return None


def _described(values: PlayerValues) -> str:
    born = "" if values.birthdate is None else _(", born {birthdate}").format(birthdate=short_date(values.birthdate))
    return f"{values.label()}{born}"
