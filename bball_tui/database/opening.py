"""Opening the database that the settings name: the one way in for the screen, the commands and the tests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy import text

from bball_tui.database import embedded, migrate, roles
from bball_tui.database.engine import Database, connect
from bball_tui.database.errors import DatabaseAway, DatabaseUnavailable
from bball_tui.database.network import refuse_unverified
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.settings import SecretUrl, Settings

_EVERYWHERE = text(
    "SELECT coalesce(has_function_privilege('bball_everywhere()', 'EXECUTE') AND bball_everywhere(), false)"
)
"""A restored database may know its staff under other names."""


@asynccontextmanager
async def open_database(settings: Settings, *, pool_size: int = 5) -> AsyncIterator[Database]:
    """The database, ready to use, with the schema that this program knows.

    The embedded server is started when needed, its database made and migrated without asking: it is the user's own.
    A shared database is never migrated here.

    Raises:
        BballError: the server cannot be started or reached, nothing shows that it is the right one, or the role lacks
            rights.
        MigrationNeeded: a shared database is older than this program.
        SchemaTooNew: the database is newer than this program.
    """
    if settings.database_url is not None:
        refuse_unverified(settings)
        database = Database(settings.database_url, pool_size=pool_size, read_only=settings.read_only)
        try:
            try:
                state = await migrate.schema_state(database)
            except DatabaseAway as away:
                raise away.at(str(settings.database_url)) from away
            if state.pending:
                raise migrate.MigrationNeeded(state)
            yield database
        finally:
            await database.dispose()
        return

    server = await _started(settings)
    try:
        person = roles.person()
        database = Database(
            server.url(person),
            pool_size=pool_size,
            read_only=settings.read_only,
            start_again=server.start_again,
        )
        try:
            if not await _usable(database):
                if settings.read_only:
                    raise BballError(
                        _(
                            "There is no league here yet, or its tables are older than this program, and --read-only "
                            "changes nothing. Start once without --read-only."
                        )
                    )
                await asyncio.to_thread(_set_up, server.url(embedded.OWNER, "postgres"), server, person)
            yield database
        finally:
            await database.dispose()
    finally:
        await asyncio.to_thread(server.release)


async def _started(settings: Settings) -> embedded.EmbeddedServer:
    """The running server. Anyone who is stopped meanwhile stops it again: nobody else would."""
    starting = asyncio.create_task(asyncio.to_thread(embedded.start, settings.server_dir))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with suppress(BballError):
            await asyncio.to_thread((await starting).release)
        raise


async def _usable(database: Database) -> bool:
    """Whether the person's role can log in, finds the schema of this program, and has all rights in every league."""
    try:
        if (await migrate.schema_state(database)).pending:
            return False
        async with database.reading() as session:
            return bool(await session.scalar(_EVERYWHERE))
    except DatabaseUnavailable:
        return False  # no database or no role yet: the set-up makes both, or says what is wrong


def _set_up(admin_url: SecretUrl, server: embedded.EmbeddedServer, person: str) -> None:
    migrate.create_database(admin_url, embedded.DATABASE)
    owner_url = server.url(embedded.OWNER)
    migrate.upgrade(owner_url)
    with connect(owner_url) as connection:
        roles.ensure_person(connection, person)
