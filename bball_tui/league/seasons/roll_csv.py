"""The players of a plan as a sheet for a spreadsheet program."""

from collections.abc import Mapping, Sequence

from bball_tui.league.seasons.roll_plan import PlayerLine
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted

TITLES = ("ID", "Player", "Last season", "Team", "Proposal", "Reason", "Ticked")


def plan_csv(lines: Sequence[PlayerLine], places: Mapping[int, str], labels: Mapping[str, str]) -> str:
    """Lines of CSV (RFC 4180); ``places`` are the ticked players with their teams, ``labels`` what teams are called."""
    rows: list[Sequence[str]] = [TITLES]
    for line in lines:
        team = labels.get(places.get(line.id, line.team), "")
        cells = (line.player, line.was, team, str(line.kind), line.reason, "yes" if line.id in places else "no")
        rows.append([str(line.id), *map(quoted, cells)])
    return csv_text(rows)
