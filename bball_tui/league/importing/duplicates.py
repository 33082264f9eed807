"""New players who may be somebody that the league, or the file itself, has already. A hint for people, never a merge.

The name (case- and accent-blind) with another date of birth; or the date and the last name with a first name that is
almost the same (Jon and John, Sam and Samuel). Twins have the same date and the same last name, and are no hint.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from bball_tui.league.importing.existing import Existing
from bball_tui.league.importing.households import Family
from bball_tui.league.importing.plan import PlayerValues
from bball_tui.league.importing.rows import RosterRow

ALIKE = 0.75
"""Of two first names: SequenceMatcher's ratio from which one may be a slip of the other."""


def possible_duplicates(existing: Existing, families: Sequence[Family]) -> Mapping[int, str]:
    """For the number of each row that makes a new player who may exist: a sentence that says who."""
    known = {family.player for family in families if family.player > 0}
    new = [family.row for family in families if family.player < 0]
    in_file: dict[str, list[RosterRow]] = defaultdict(list)
    for family in families:
        in_file[existing.person_key(family.row.first, family.row.last)].append(family.row)
    found: dict[int, str] = {}
    for row in new:
        for player_id, values in _candidates(existing, row):
            if player_id not in known:
                found[row.number] = f"The league has {_described(values)} already."
                break
        namesakes = in_file[existing.person_key(row.first, row.last)]
        other = next((one for one in namesakes if one is not row), None)
        if other is not None and row.number not in found:
            found[row.number] = f"Row {other.number} of the file has the same name."
    return found


def _candidates(existing: Existing, row: RosterRow) -> Iterator[tuple[int, PlayerValues]]:
    for player in existing.players.get(existing.person_key(row.first, row.last), ()):
        yield player.id, player.values
    first = existing.folded[row.first]
    for neighbour in existing.same_day.get((row.birthdate, existing.folded[row.last]), ()):
        other = neighbour.first_key
        begins = min(len(first), len(other)) >= 3 and (first.startswith(other) or other.startswith(first))
        if first != other and (begins or SequenceMatcher(None, first, other).ratio() >= ALIKE):
            yield neighbour.id, neighbour.values


def _described(values: PlayerValues) -> str:
    born = "" if values.birthdate is None else f", born {values.birthdate.isoformat()}"
    return f"{values.label()}{born}"
