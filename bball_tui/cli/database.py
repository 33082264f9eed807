"""`bball-tui database status|upgrade`: says what it will do to a shared database before it does it."""

import asyncio

import click

from bball_tui.cli.context import current_settings
from bball_tui.cli.output import narrate
from bball_tui.database import embedded, migrate
from bball_tui.database.engine import Database
from bball_tui.database.kept_databases import drop_kept, list_kept
from bball_tui.database.network import refuse_unverified
from bball_tui.database.opening import open_database
from bball_tui.database.setup_script import setup_script
from bball_tui.errors import BballError
from bball_tui.settings import Settings
from bball_tui.wording import counted

MEMBERS_SINCE = "0021"
"""The schema since which leagues know their staff."""


@click.group()
def database() -> None:
    """Check the database, or update its tables."""


@database.command()
def status() -> int:
    """Say where the database is and whether it is up to date."""
    settings = current_settings()
    narrate(f"Database: {settings.database_url or f'own server in {settings.server_dir}'}")
    narrate(asyncio.run(_state(settings)).sentence())
    return 0


@database.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def upgrade(yes: bool) -> int:
    """Bring the tables of a shared database up to date. Run it as the owner of the database."""
    settings = current_settings()
    settings.refuse_read_only()
    state = asyncio.run(_state(settings))
    narrate(state.sentence())
    if not state.pending or settings.database_url is None:
        return 0
    if not yes:
        click.confirm(f"Change {settings.database_url} now?", abort=True, err=True)
    migrate.upgrade(settings.database_url)
    narrate("Done. Each colleague needs a login role in the database's group: bball-tui database setup-sql shows how.")
    if state.current is not None and state.current < MEMBERS_SINCE:
        narrate(
            "Staff see only leagues in which they have a role now. Whoever was in the group bball_staff is registrar "
            "and mailer of every league, and admin of none."
        )
    return 0


@database.command()
@click.option("--drop", is_flag=True, help="Delete all of them for good.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def kept(drop: bool, yes: bool) -> int:
    """List the databases that restores kept from before, or drop them. They hold the personal data of their day."""
    settings = current_settings()
    if settings.database_url is not None:
        raise BballError("Only this program's own database keeps any. A shared server's are its administrator's.")
    server = embedded.start(settings.server_dir)
    try:
        found = list_kept(server)
        for one in found:
            narrate(f"{one.name}  {one.size / 1024**2:.0f} MB")
        if not found:
            narrate("There are none.")
        elif drop:
            settings.refuse_read_only()
            if not yes:
                click.confirm(f"Delete {counted(len(found), 'database')} for good?", abort=True, err=True)
            narrate(f"{counted(drop_kept(server), 'database')} deleted.")
    finally:
        server.release()
    return 0


@database.command("setup-sql")
@click.option("--name", default="bball", show_default=True, help="What the database is to be called.")
@click.option("--owner", default=None, help="Who owns it; NAME_owner unless something else is said.")
@click.argument("logins", nargs=-1)
def setup_sql(name: str, owner: str | None, logins: tuple[str, ...]) -> int:
    """Print what an administrator of a server runs in psql to make the database and LOGINS. Changes nothing."""
    click.echo(setup_script(name, logins, owner), nl=False)
    return 0


async def _state(settings: Settings) -> migrate.SchemaState:
    if settings.database_url is None:
        async with open_database(settings) as own:
            return await migrate.schema_state(own)
    refuse_unverified(settings)
    shared = Database(settings.database_url)
    try:
        return await migrate.schema_state(shared)
    finally:
        await shared.dispose()
