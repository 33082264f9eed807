"""`bball-tui init`: a new league."""

import click

from bball_tui.cli.context import with_database
from bball_tui.cli.league import dates_said
from bball_tui.cli.output import echo_json, narrate
from bball_tui.database.engine import Database
from bball_tui.database.states import DateOrder
from bball_tui.league.editing.profile import change_league
from bball_tui.league.leagues import create_league
from bball_tui.settings import Settings


@click.command()
@click.option("--league", "name", required=True, metavar="NAME", help="The league's name, as families know it.")
@click.option("--slug", metavar="S", help="A short name for the command line; made from the name when left out.")
@click.option("--season", metavar="NAME", help="The first season, such as 'Spring 2027'.")
@click.option("--timezone", metavar="ZONE", help="Such as America/Chicago; UTC when left out.")
@click.option("--date-order", type=click.Choice([str(one) for one in DateOrder]), help="How it writes dates.")
@click.option("--json", "as_json", is_flag=True, help="Print the league as JSON.")
def init(
    name: str, slug: str | None, season: str | None, timezone: str | None, date_order: str | None, as_json: bool
) -> int:
    """Make a new league."""

    async def work(database: Database, settings: Settings) -> int:
        async with database.session() as session:
            made = await create_league(session, name, slug=slug, season=season)
            said = {"timezone": timezone, "date_order": date_order}
            values = {field: value for field, value in said.items() if value is not None}
            league = await change_league(session, made, values)
        if as_json:
            echo_json(league)
        where = settings.database_url or f"the database in {settings.server_dir}"
        narrate(f"{league.name} is ready ({league.slug}), in {where}.")
        if date_order is None:
            for line in dates_said(league):
                narrate(line)
        if timezone is None:
            narrate("Times are those of UTC. 'bball-tui league set --timezone America/Chicago' changes that.")
        narrate("Next: bball-tui import ROSTER.csv")
        return 0

    return with_database(work)
