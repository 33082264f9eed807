"""Which team of which season a GroupMe command means."""

import click

from bball_tui.cli.context import Desk
from bball_tui.cli.seasons import season_of
from bball_tui.groupme.plan.facts import TeamFacts
from bball_tui.groupme.plan.team_facts import find_team

season_option = click.option(
    "--season", metavar="NAME", help="Which season; the one that the screen shows when left out."
)


async def season_id_of(desk: Desk, name: str | None) -> int:
    """The id of the season that is meant, as :func:`season_of` finds and says it.

    Raises:
        BballError: there is none, or none of that name.
    """
    async with desk.database.session() as session:
        return (await season_of(desk, session, name)).id


async def read_team(desk: Desk, season_id: int, wanted: str) -> TeamFacts:
    """The team of that number or name.

    Raises:
        BballError: there is none, or several.
    """
    async with desk.database.session() as session:
        return await find_team(session, desk.league.id, season_id, wanted)
