"""Which team of which season a GroupMe command means."""

import click

from bball_tui.cli.context import Desk
from bball_tui.cli.output import narrate, plain
from bball_tui.errors import BballError
from bball_tui.groupme.plan.facts import TeamFacts
from bball_tui.groupme.plan.team_facts import find_team
from bball_tui.league.leagues import current_season, list_seasons
from bball_tui.mail.values import one_line

season_option = click.option(
    "--season", metavar="NAME", help="Which season; the one that the screen shows when left out."
)


async def season_of(desk: Desk, name: str | None) -> int:
    """The season called ``name``, or the one that everybody sees; which one it is, is said.

    Raises:
        BballError: there is none, or none of that name.
    """
    async with desk.database.session() as session:
        seasons = await list_seasons(session, desk.league.id)
        shown = await current_season(session, desk.league.id)
    if not seasons:
        raise BballError("The league has no season yet. Import a roster first: bball-tui import FILE --season NAME")
    if name is None:
        season = shown or seasons[0]
        narrate(f"Season: {plain(season.name)}.")
        return season.id
    for season in seasons:
        if season.name.casefold() == one_line(name).casefold():
            narrate(f"Season: {plain(season.name)}.")
            return season.id
    names = ", ".join(season.name for season in seasons)
    raise BballError(f"There is no season '{one_line(name)[:80]}'. The seasons are: {names}.")


async def read_team(desk: Desk, season_id: int, wanted: str) -> TeamFacts:
    """The team of that number or name.

    Raises:
        BballError: there is none, or several.
    """
    async with desk.database.session() as session:
        return await find_team(session, desk.league.id, season_id, wanted)
