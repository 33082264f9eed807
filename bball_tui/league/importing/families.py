"""Rows of one export that are one player: a line for each guardian, or for each contract of the season."""

from collections.abc import Sequence

import msgspec

from bball_tui.league.importing.roster_row import RosterRow
from bball_tui.league.roster.player import completed


def joined(rows: Sequence[RosterRow]) -> list[RosterRow]:
    """``rows`` with those of one player (the same names and date of birth) made one.

    The first row that names a team decides on it. Rows of two teams stay two: that is a fault for people to decide.
    """
    found: dict[tuple[object, ...], list[RosterRow]] = {}
    for row in rows:
        same = found.setdefault((row.player_id, row.first, row.last, row.birthdate), [])
        for place, other in enumerate(same):
            if not (row.team and other.team) or (row.team, row.division) == (other.team, other.division):
                same[place] = _one(other, row)
                break
        else:
            same.append(row)
    return sorted((row for same in found.values() for row in same), key=lambda row: row.number)


def _one(row: RosterRow, other: RosterRow) -> RosterRow:
    base, more = (row, other) if row.team or not other.team else (other, row)
    guardians = tuple(dict.fromkeys((*row.guardians, *other.guardians)))
    return msgspec.structs.replace(
        base,
        number=row.number,
        season=base.season or more.season,
        player=completed(base.player, more.player),
        guardians=guardians,
    )
