"""The open database and the league that the screen is about. All calls of the screen stand on it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bball_tui.database.engine import Database, Session
from bball_tui.database.paging import RecordSource, RowT
from bball_tui.database.presence import Present, present
from bball_tui.demo.marker import is_demo
from bball_tui.errors import BballError
from bball_tui.league.leagues import (
    LeagueInfo,
    Overview,
    Season,
    create_league,
    current_season,
    find_league,
    list_leagues,
    overview,
)
from bball_tui.settings import WITHOUT_SENDER, WITHOUT_SERVER, NotSetUp, Settings
from bball_tui.tui.guarded import GuardedSource, told


class NoLeague(BballError):
    """The database is there, and empty: somebody begins."""


class League:
    """An open database and the league that the screen is about. Each method is one short transaction."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self._league: LeagueInfo | None = None
        self._workers = 0
        self.season: Season | None = None

    @property
    def league(self) -> LeagueInfo:
        """The league; there is one as soon as :meth:`enter` succeeded."""
        if self._league is None:
            raise NoLeague("There is no league yet.")
        return self._league

    @property
    def sends_mail(self) -> bool:
        """Whether this program may send mail while it is open: only with a mail server."""
        return self.settings.worker and self.settings.may_send and not self.settings.read_only

    @property
    def is_demo(self) -> bool:
        """Whether the league is the invented one."""
        return is_demo(self.settings)

    @property
    def not_set_up(self) -> NotSetUp | None:
        """What is missing before a mail can leave, as the header's numbers had it last."""
        if not self.settings.may_send:
            return None if self._workers else WITHOUT_SERVER
        return None if self.has_sender else WITHOUT_SENDER

    @property
    def has_sender(self) -> bool:
        """Whether it is known in whose name mails go out."""
        from bball_tui.mail.sender import has_default_sender  # not before the first paint

        return bool(self.league.from_email) or has_default_sender(self.settings)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[Session]:
        with told(self.settings.log_file):
            async with self.database.session() as session:
                yield session

    def _source(self, source: RecordSource[RowT]) -> RecordSource[RowT]:
        return GuardedSource(source, self.settings.log_file)

    async def enter(self) -> None:
        """Find the league and its season.

        Raises:
            NoLeague: the database holds none at all.
            BballError: several, and none was named.
        """
        async with self._session() as session:
            if not await list_leagues(session):
                raise NoLeague("There is no league yet.")
            self._league = await find_league(session, self.settings.league)
            self.season = await current_season(session, self._league.id)

    async def create_league(self, name: str) -> None:
        """Make the first league and enter it."""
        async with self._session() as session:
            await create_league(session, name)
        await self.enter()

    async def present(self) -> Present:
        """Who has the league open."""
        async with self._session() as session:
            return await present(session, self.league.id)

    async def overview(self) -> Overview:
        """The header's numbers, and with them whatever changed in league and season."""
        async with self._session() as session:
            season = await current_season(session, self.league.id)
            found = await overview(session, self.league.id, season.id if season else None)
        self._league, self.season, self._workers = found.league, found.season, found.workers
        return found
