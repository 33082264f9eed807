"""Which team of the season a row means.

A team is its name and its division, both case- and accent-blind. A file that knows no divisions still finds a team
that has one, as long as one team of the season has the name; and a file that does know them gives a team without a
division its own, instead of making a second team of the same name. A team keeps its spelling.
"""

from collections import defaultdict

from msgspec import Struct

from bball_tui.language import _
from bball_tui.league.importing.diff_model import Changed, Entities, New, Ref, Returned, TeamValues, new_ref
from bball_tui.league.importing.existing import Existing, KnownTeam
from bball_tui.league.importing.read_roster import Roster
from bball_tui.league.importing.roster_row import RosterRow
from bball_tui.league.values.shown import listed


class Refusal(Exception):
    """A readable row that cannot be imported; the message says why and what to do."""

    def __init__(self, column: str, value: str, sentence: str) -> None:
        super().__init__(sentence)
        self.column = column
        self.value = value


class LeftOpen(Refusal):
    """It could be imported in two ways, and only a person can say which one is right."""


class TeamMatch(Struct, frozen=True):
    """The team that a row means: a known one, or None for one that is new."""

    key: tuple[str, str]
    known: KnownTeam | None
    division: str | None = None
    """The division that a known team is to get."""


class Teams:
    """Finds the teams of one roster, and remembers which of them are used."""

    def __init__(self, existing: Existing, roster: Roster) -> None:
        self._folded = existing.folded
        self._column = roster.team_column
        self._by_key = {(team.division_key, team.name_key): team for team in existing.teams}
        self._by_name: dict[str, list[KnownTeam]] = defaultdict(list)
        for team in existing.teams:
            self._by_name[team.name_key].append(team)
        self._divisions: dict[str, set[str]] = defaultdict(set)
        for row in filter(lambda row: row.team, roster.rows):
            self._divisions[self._folded[row.team]].add(self._folded[row.division])
        self._matches: dict[tuple[str, str], TeamMatch] = {}
        self._new: dict[tuple[str, str], tuple[Ref, New[TeamValues]]] = {}
        self._changed: dict[int, Changed[TeamValues]] = {}
        self._unchanged: set[int] = set()
        self._returned: dict[int, Returned] = {}

    def find(self, row: RosterRow) -> TeamMatch:
        """The team that ``row`` means.

        Raises:
            Refusal: the row names no division and several teams have the name.
        """
        spelling = (row.division, row.team)
        if spelling not in self._matches:
            self._matches[spelling] = self._find(row)
        return self._matches[spelling]

    def _find(self, row: RosterRow) -> TeamMatch:
        division, name = key = (self._folded[row.division], self._folded[row.team])
        known = self._by_key.get(key)
        if known is not None:
            return TeamMatch(key, known)
        namesakes = self._by_name.get(name, [])
        if not division and len(namesakes) > 1:
            divisions = listed([team.values.division for team in namesakes])
            raise Refusal(
                self._column,
                row.team,
                _("Several teams of the season have this name. Add a column “Division” that says {divisions}.").format(
                    divisions=divisions
                ),
            )
        if not division and namesakes:
            return TeamMatch((namesakes[0].division_key, name), namesakes[0])
        without = self._by_key.get(("", name))
        if division and without is not None and self._divisions[name] == {division}:
            return TeamMatch(key, without, row.division)
        return TeamMatch(key, None)

    def use(self, match: TeamMatch, row: RosterRow) -> Ref:
        """Count the team as named by an accepted row."""
        if match.known is None:
            if match.key not in self._new:
                made = New(row.number, TeamValues(row.division, row.team))
                self._new[match.key] = (new_ref(len(self._new)), made)
            return self._new[match.key][0]
        known = match.known
        if known.archived:
            self._returned.setdefault(known.id, Returned(row.number, "team", known.id))
        if match.division is None:
            self._unchanged.add(known.id)
        elif known.id not in self._changed:
            after = TeamValues(match.division, known.values.name)
            self._changed[known.id] = Changed(row.number, known.id, known.version, known.values, after)
        return known.id

    def returned(self) -> tuple[Returned, ...]:
        """The archived teams that were used."""
        return tuple(self._returned.values())

    def entities(self) -> Entities[TeamValues]:
        """What becomes of the teams that were used."""
        return Entities(
            tuple(made for _, made in self._new.values()), tuple(self._changed.values()), len(self._unchanged)
        )
