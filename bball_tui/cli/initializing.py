"""`bball-tui init`: a new league."""

import asyncio

import click

from bball_tui.cli.context import with_database
from bball_tui.cli.league import dates_said
from bball_tui.cli.output import echo_json, narrate
from bball_tui.database.engine import Database
from bball_tui.database.states import DateOrder
from bball_tui.league.editing.profile import change_league
from bball_tui.league.leagues import create_league, list_leagues
from bball_tui.settings import OF_ONE_LEAGUE, Settings, overriding
from bball_tui.settings_file import hand_over


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
            before = await list_leagues(session)
            made = await create_league(session, name, slug=slug, season=season)
            said = {"timezone": timezone, "date_order": date_order}
            values = {field: value for field, value in said.items() if value is not None}
            league = await change_league(session, made, values)
            # In here: where the file cannot be written, no league is made that ends the sending of another.
            sending = await _each_its_own(settings, before[0].slug, league.slug) if len(before) == 1 else []
        if as_json:
            echo_json(league)
        where = settings.database_url or f"the database in {settings.server_dir}"
        narrate(f"{league.name} is ready ({league.slug}), in {where}.")
        if date_order is None:
            for line in dates_said(league):
                narrate(line)
        if timezone is None:
            narrate("Times are those of UTC. 'bball-tui league set --timezone America/Chicago' changes that.")
        for line in sending:
            narrate(line)
        which = f" --league {league.slug}" if before else ""
        narrate(f"Next: bball-tui{which} import ROSTER.csv")
        return 0

    return with_database(work)


async def _each_its_own(settings: Settings, first: str, second: str) -> list[str]:
    """What the settings file has for all was the only league's, and goes on being that one's; and what is to be said of
    its e-mails, now that there are two.
    """
    told = ["There are several leagues now, and each sends e-mail through an account of its own."]
    file, options = settings.config_file, click.get_current_context().find_root().obj
    elsewhere = [name for name in ("data_dir", "database_url") if options[name] is not None]
    if settings.accounts_apart:
        pass
    elif (variable := overriding("mail_url")) is not None:
        told.append(
            f"{variable} is for the only league, or for one that --league names: a worker without --league sends for "
            f"{first} when the account stands as mail_url under [leagues.{first}] in {file}."
        )
    elif settings.mail_url is not None and elsewhere:
        # The file may be another database's.
        told.append(
            f"What {file} has for all leagues is nobody's here from now on: e-mails of {first} wait until its mail_url "
            f"stands there under [leagues.{first}]."
        )
    elif await asyncio.to_thread(hand_over, file, OF_ONE_LEAGUE, first):
        told.append(f"{first} goes on as before: what {file} had for all leagues is under [leagues.{first}] there now.")
    if settings.database_url is not None:
        told.append(
            f"On other computers that send for {first} its account has to stand under [leagues.{first}], too, before "
            "their worker or screen starts again."
        )
    told.append(f"E-mails of {second} wait until it has its own: bball-tui --league {second} mail setup")
    return told
