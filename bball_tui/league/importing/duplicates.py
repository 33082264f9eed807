"""New players who may be somebody that the league, or the file itself, has already. A hint for people, never a merge.

The name (case- and accent-blind) with another date of birth; or the date, a last name that is another way to write the
same one (`spellings`), and a first name that is almost the same, the short form of the other (Mike, Michael), or both
in one (Michael (Mike)). Twins have the same date and the same last name, and are no hint.

Nobody is compared with everybody: only those of one name, or of one day and one spelling, are looked at.
"""

import asyncio
import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias, TypeVar

import msgspec
from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import text_array
from bball_tui.language import _
from bball_tui.league.importing.existing import Existing
from bball_tui.league.importing.match_guardians import Family
from bball_tui.league.importing.match_players import described
from bball_tui.league.importing.roster_row import RosterRow
from bball_tui.league.roster.player import PlayerValues
from bball_tui.league.values.first_names import first_alike, same_forms
from bball_tui.league.values.last_names import spellings

K = TypeVar("K")


class Neighbor(msgspec.Struct, frozen=True, gc=False):
    """A player of the league who was born on the day of a new one."""

    id: int
    values: PlayerValues
    first_key: str
    last_key: str


Neighbors: TypeAlias = Mapping[tuple[date | None, str], Sequence[Neighbor]]
"""By date of birth and each of the `spellings` of the last name."""


class Duplicate(Struct, frozen=True):
    """Who a new player may be, as a sentence; ``in_file``: another row, and nobody whom the league has."""

    sentence: str
    in_file: bool = False


# The stored key is "last, first" folded: asking for its first part keeps the whole league from being folded again.
# What is more than one word may be another way to write a name of the roster.
_SAME_DAY = text(
    f"""
    SELECT id, {", ".join(PlayerValues.__struct_fields__)}, name_key
    FROM player
    WHERE league_id = :league_id AND birthdate = ANY (CAST(:days AS date[]))
        AND (split_part(name_key, ', ', 1) = ANY (CAST(:lasts AS text[]))
            OR split_part(name_key, ', ', 1) !~ '^[[:alpha:]]+$')
    ORDER BY id
    """  # noqa: S608 - the inserted text is that of a constant
)


async def load_neighbors(
    session: AsyncSession, league_id: int, existing: Existing, families: Iterable[Family]
) -> Neighbors:
    """The league's players of the days on which the new ones were born, who may have one of their last names.

    Nobody is asked for, where nobody is new. What takes long with thousands of rows is done by threads.
    """
    asked = await asyncio.to_thread(_asked, existing, families)
    if asked is None:
        return {}
    rows = (await session.execute(_SAME_DAY, {"league_id": league_id, **asked})).all()
    return await asyncio.to_thread(_by_day, rows)


def _asked(existing: Existing, families: Iterable[Family]) -> dict[str, str] | None:
    born = [family.row.player for family in families if family.player < 0 and family.row.birthdate is not None]
    if not born:
        return None
    lasts = {spelling for one in born for spelling in spellings(existing.folded[one.last_name])}
    return {"days": text_array({one.birthdate for one in born}), "lasts": text_array(lasts)}


def _by_day(rows: Iterable[Any]) -> Neighbors:
    neighbors: dict[tuple[date | None, str], list[Neighbor]] = defaultdict(list)
    for player_id, *fields, name_key in rows:
        values = PlayerValues(*fields)
        last, _comma, first = name_key.partition(", ")
        neighbor = Neighbor(player_id, values, first, last)
        for spelling in spellings(last):
            neighbors[values.birthdate, spelling].append(neighbor)
    return neighbors


def _shared(rows: Iterable[tuple[K, RosterRow]]) -> dict[K, list[RosterRow]]:
    """Rows by what several of them have; most rows of most files have nothing of another one."""
    first: dict[K, RosterRow] = {}
    shared: dict[K, list[RosterRow]] = {}
    for key, row in rows:
        before = first.setdefault(key, row)
        if before is not row:
            shared.setdefault(key, [before]).append(row)
    return shared


def possible_duplicates(
    existing: Existing, families: Sequence[Family], neighbors: Neighbors
) -> Mapping[int, Duplicate]:
    """For the number of each row that makes a new player who may exist: who that is."""
    rows = [family.row for family in families]
    new = [family.row for family in families if family.player < 0]
    if not new:
        return {}
    known = {family.player for family in families if family.player > 0}
    folded = existing.folded
    in_file = _shared(((folded[row.player.last_name], folded[row.player.first_name]), row) for row in rows)
    same_day = {
        born: _shared((spelling, row) for row in some for spelling in spellings(folded[row.player.last_name]))
        for born, some in _shared((row.player.birthdate, row) for row in rows).items()
        if born is not None
    }
    alike = itertools.chain(in_file.values(), *(some.values() for some in same_day.values()))
    looked_at = {row.number for some in alike for row in some}
    everybody = bool(existing.players or neighbors)
    found: dict[int, Duplicate] = {}
    for row in new:
        if not everybody and row.number not in looked_at:
            continue
        first, last = folded[row.player.first_name], folded[row.player.last_name]
        candidates = _candidates(existing, neighbors, row, first, last)
        here = next((values for player_id, values in candidates if player_id not in known), None)
        if here is not None:
            who = described(here)
            found[row.number] = Duplicate(_("The league has {described} already.").format(described=who))
        elif namesakes := in_file.get((last, first)):
            other = next(one for one in namesakes if one is not row)
            said = _("Row {other_number} of the file has the same name.").format(other_number=other.number)
            found[row.number] = Duplicate(said, in_file=True)
        elif (neighbor := _neighbor(existing, same_day, row, first, last)) is not None:
            label = f"{neighbor.first} {neighbor.last}"
            said = _("Row {other_number} of the file, {label}, may be the same: the date of birth is.").format(
                other_number=neighbor.number, label=label
            )
            found[row.number] = Duplicate(said, in_file=True)
    return found


def _candidates(
    existing: Existing, neighbors: Neighbors, row: RosterRow, first: str, last: str
) -> Iterator[tuple[int, PlayerValues]]:
    for player in existing.players.get(f"{last}, {first}", ()):
        yield player.id, player.values
    for spelling in spellings(last) if neighbors else ():
        for neighbor in neighbors.get((row.player.birthdate, spelling), ()):
            if (first, last) != (neighbor.first_key, neighbor.last_key) and first_alike(first, neighbor.first_key):
                yield neighbor.id, neighbor.values


def _neighbor(
    existing: Existing,
    same_day: Mapping[date, Mapping[str, Sequence[RosterRow]]],
    row: RosterRow,
    first: str,
    last: str,
) -> RosterRow | None:
    """Another row with the day, the last name and a form of the first name; a slip of the pen is more often a twin."""
    born = row.player.birthdate
    here = {} if born is None else same_day.get(born, {})
    for spelling in spellings(last) if here else ():
        for other in here.get(spelling, ()):
            if other is not row and same_forms(first, existing.folded[other.player.first_name]):
                return other
    return None
