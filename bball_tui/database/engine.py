"""Connections to PostgreSQL and sessions on it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, TypeAlias

import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import Connection, event, exc, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry

from bball_tui.database import pooler
from bball_tui.database.errors import DatabaseUnavailable, NotPermitted, SettingsLost, explain, refuses_login
from bball_tui.database.kept_plans import KEPT_AFTER
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.settings import READ_ONLY, SecretUrl

CONNECT_TIMEOUT = 10
"""Seconds until an unreachable server counts as away (a URL's own connect_timeout wins)."""

Session: TypeAlias = AsyncSession
"""One transaction, for those who hold no SQL and only pass it on."""

UNHURRIED_OPTIONS = "-c timezone=UTC -c lock_timeout=15s -c jit=off"
"""Of work that may take long, such as a migration. Compiling a question takes longer than answering any of ours."""
SESSION_OPTIONS = f"{UNHURRIED_OPTIONS} -c statement_timeout=60s -c max_parallel_workers_per_gather=0"
"""No helpers: starting them takes longer than most of our questions, and the server may be a small one."""


_SETTINGS = (
    "SELECT current_setting('default_transaction_read_only'), current_setting('statement_timeout'),"
    " current_setting('TimeZone'), current_setting('search_path'), pg_backend_pid()"
)


MASKED = "bball_masked,public"
"""Where rows are looked for by whoever only looks: the views without birthdates and phone numbers come first."""


def connection_options(url: SecretUrl) -> dict[str, Any]:
    """psycopg's connect arguments for ``url``; libpq's variables and every libpq parameter keep working.

    Raises:
        BballError: the text is not a PostgreSQL URL.
    """
    raw = url.reveal()
    if url.scheme not in ("postgresql", "postgres"):
        raise BballError(
            _(
                "The database URL begins with {scheme!r}. It must look like "
                "postgresql://NAME@HOST/DATABASE; only PostgreSQL is supported."
            ).format(scheme=url.scheme or _("nothing"))
        )
    try:
        options: dict[str, Any] = {key: value for key, value in conninfo_to_dict(raw).items() if value is not None}
    except psycopg.ProgrammingError:
        # The driver's text repeats the URL, and with it the password.
        raise BballError(
            _("The database URL cannot be read. It must look like postgresql://NAME@HOST/DATABASE.")
        ) from None
    defaults: dict[str, Any] = {
        "connect_timeout": CONNECT_TIMEOUT,
        "keepalives_idle": 30,
        "tcp_user_timeout": 30_000,
        "options": SESSION_OPTIONS,
        "application_name": "bball-tui",
    }
    return defaults | options


def connect(url: SecretUrl, *, autocommit: bool = False) -> psycopg.Connection:
    """A connection of psycopg's own, for work that needs no session. Blocking."""
    # One dictionary holds texts and numbers; which option takes which, mypy cannot know.
    return psycopg.connect(**connection_options(url), autocommit=autocommit)


class Database:
    """A small pool of connections to one PostgreSQL database.

    ``async with database.session() as session`` is one transaction: committed at the end of the block, rolled back
    by any error. Driver errors that staff can act on leave it as :class:`DatabaseUnavailable` or
    :class:`NotPermitted`.
    """

    def __init__(
        self,
        url: SecretUrl,
        *,
        pool_size: int = 5,
        read_only: bool = False,
        start_again: Callable[[], None] | None = None,
    ) -> None:
        """With ``read_only`` PostgreSQL itself refuses every change on these connections.

        ``start_again`` starts a server of our own that was stopped; it blocks, and is asked when a connection fails.
        """
        self.url = url
        self._start_again = start_again
        self.read_only = read_only
        self.pooled = False
        """Whether a pooler was met on the way to the server; it gives us sessions, or nothing would work."""
        self._options = connection_options(url)
        # Options in the URL win over ours, timezone and all; read-only is asked for in any case.
        ours = self._options["options"] == SESSION_OPTIONS
        self._asked = {
            "default_transaction_read_only": "on" if read_only else None,
            "statement_timeout": "1min" if ours else None,
            "TimeZone": "UTC" if ours else None,
            "search_path": None,
        }
        if read_only:
            self._options["options"] = f"{self._options['options']} -c default_transaction_read_only=on"
        self._whole = self._options["options"]
        self._engine = create_async_engine(
            "postgresql+psycopg://",
            async_creator=self._pooled,
            pool_size=pool_size,
            max_overflow=5,
            pool_pre_ping=False,
            pool_recycle=1800,
            pool_timeout=30,
            use_native_hstore=False,  # no table has one; looking for the type is a question more at the start
            pool_use_lifo=True,  # the one that knows the plans comes first
        )
        event.listen(self._engine.sync_engine, "before_cursor_execute", self._keep_plan)
        event.listen(self._engine.sync_engine, "connect", self._note_made)
        event.listen(self._engine.sync_engine, "checkin", self._close_outdated)
        self._disposed = 0
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)
        self._readers = async_sessionmaker(self._engine.execution_options(isolation_level="AUTOCOMMIT"))

    async def mask(self, *, masked: bool) -> None:
        """Read birthdates and phone numbers as empty, or not, on all connections that are made from now on.

        The rows with them PostgreSQL does not show to whoever only looks; without this there would be none.
        """
        if masked == (self._asked["search_path"] is not None):
            return
        self._asked["search_path"] = MASKED if masked else None
        self._options["options"] = f"{self._whole} -c search_path={MASKED}" if masked else self._whole
        await self.dispose()

    async def _pooled(self) -> psycopg.AsyncConnection:
        connection = await self.connect()
        connection.prepare_threshold = None
        return connection

    def _keep_plan(self, connection: Connection, *statement: Any) -> None:
        # A prepared statement has, after some times, one plan for all values, to which "not by e-signature" looks like
        # a single row: a count of a tenth of a second then took minutes. So only those are that say so.
        *_, context, _many = statement
        kept = not self.pooled and context.execution_options.get("keeps_plan")
        driver: Any = connection.connection.driver_connection
        driver.prepare_threshold = KEPT_AFTER if kept else None

    async def connect(self, *, autocommit: bool = False) -> psycopg.AsyncConnection:
        """A connection of its own, outside the pool (LISTEN needs one).

        Raises:
            SettingsLost: something between here and the server left out what was asked for, such as read-only.
            SharedSessions: a pooler in transaction mode stands between.
        """
        connection = await self._dial()
        try:
            lost, pid = await self._read_back(connection)
            if pid != connection.info.backend_pid:
                self.pooled = True
                async with await self._dial() as other:
                    await pooler.refuse_shared_sessions(connection, other)
                await pooler.ask_again(connection, str(self._options["options"]))
                lost, _ = await self._read_back(connection)
            if lost:
                raise SettingsLost(lost)
            await connection.set_autocommit(autocommit)
        except BaseException:
            await connection.close()
            raise
        return connection

    async def _dial(self) -> psycopg.AsyncConnection:
        options = self._options
        try:
            return await psycopg.AsyncConnection.connect(**options, autocommit=True)
        except psycopg.OperationalError as error:
            if self._start_again is not None and not refuses_login(error):
                await asyncio.to_thread(self._start_again)
                return await psycopg.AsyncConnection.connect(**options, autocommit=True)
            if pooler.NOT_TAKEN not in str(error):
                raise
        options = {name: value for name, value in options.items() if name != "options"}
        return await psycopg.AsyncConnection.connect(**options, autocommit=True)

    async def _read_back(self, connection: psycopg.AsyncConnection) -> tuple[list[str], int]:
        """What is not as it was asked for, and the server's process that says so."""
        row = await (await connection.execute(_SETTINGS, prepare=False)).fetchone()
        assert row is not None  # noqa: S101 - a SELECT without FROM has one row
        *found, pid = row
        return [
            name for name, is_so in zip(self._asked, found, strict=True) if self._asked[name] not in (None, is_so)
        ], pid

    @asynccontextmanager
    async def session(self) -> AsyncIterator[AsyncSession]:
        """One transaction.

        Raises:
            DatabaseUnavailable: the server is away or out of patience; the transaction did not commit, or (when
                the connection broke during COMMIT) its fate must be read again.
            NotPermitted: the role lacks a right.
        """
        with self._in_words():
            async with self._sessions.begin() as session:
                yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """For a single query: no transaction around it, so two round trips less. Each further query sees news.

        Raises:
            DatabaseUnavailable: the server is away or out of patience.
            NotPermitted: the role lacks a right.
        """
        with self._in_words():
            async with self._readers() as session:
                yield session

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        """Driver errors that staff can act on leave this block as a sentence."""
        try:
            yield
        except (exc.DBAPIError, psycopg.Error, OSError, exc.TimeoutError) as error:
            meaning = explain(error) or (
                DatabaseUnavailable(_("All database connections are busy. Nothing was changed; try again."))
                if isinstance(error, exc.TimeoutError)
                else None
            )
            if meaning is None:
                raise
            if self.read_only and isinstance(meaning, NotPermitted):
                meaning = NotPermitted(READ_ONLY)
            raise meaning from error

    async def check(self) -> None:
        """One round trip, to know that the database is there."""
        async with self.session() as session:
            await session.execute(text("SELECT 1"))

    async def dispose(self) -> None:
        """Close every pooled connection; one that is in use is closed when it comes back."""
        self._disposed += 1
        await self._engine.dispose()

    # SQLAlchemy lets go of a pool that it disposes: what comes back to it would stay open until it is garbage.

    def _note_made(self, _: object, made: ConnectionPoolEntry) -> None:
        made.info["disposed"] = self._disposed

    def _close_outdated(self, _: object, back: ConnectionPoolEntry) -> None:
        if back.info.get("disposed") != self._disposed:
            back.invalidate()
