"""Which team of which season a GroupMe command means."""

import click

from bball_tui.cli.context import CliContext
from bball_tui.cli.which_season import season_of
from bball_tui.groupme.plan.plan_inputs import TeamFacts
from bball_tui.groupme.plan.read_database import find_team

season_option = click.option(
    "--season", metavar="NAME", help="Which season; the one that the screen shows when left out."
)


async def season_id_of(context: CliContext, name: str | None) -> int:
    """The id of the season that is meant, as :func:`season_of` finds and says it.

    Raises:
        BballError: there is none, or none of that name.
    """
    async with context.database.session() as session:
        return (await season_of(context, session, name)).id


async def read_team(context: CliContext, season_id: int, wanted: str) -> TeamFacts:
    """The team of that number or name.

    Raises:
        BballError: there is none, or several.
    """
    async with context.database.session() as session:
        return await find_team(session, context.league.id, season_id, wanted)
