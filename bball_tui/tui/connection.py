"""The open database and the league that the screen is about. Imported after the first paint: SQLAlchemy comes with it.

Tabs, dialogs and what stands between them run the services of the rooms below through :meth:`LeagueConnection.call`,
and read lists through :meth:`LeagueConnection.source`. Modules that are there before the first paint (the tabs are, for
anyone who has keys of their own) import a service in the method that calls it; `preload.py` has it ready by then.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from bball_tui.database.change_listener import CHANGED, Changed, Connection, listen
from bball_tui.database.engine import Database, Session
from bball_tui.database.errors import LoginRefused, NotPermitted
from bball_tui.database.opening import open_database
from bball_tui.database.paging import RecordSource, RowT
from bball_tui.database.states import StaffRole
from bball_tui.demo.marker import is_demo
from bball_tui.errors import BballError
from bball_tui.language import _, english
from bball_tui.league.leagues import LeagueInfo, NoLeague, Season, create_league, find_with_settings
from bball_tui.league.members import my_roles, take_place
from bball_tui.league.rights import Right, ShutOut, hides_contacts
from bball_tui.league.seasons.shown_season import shown_season
from bball_tui.settings import WITHOUT_SENDER, WITHOUT_SERVER, NotSetUp, Settings
from bball_tui.tui.error_boundary import GuardedSource, error_boundary
from bball_tui.tui.key_hints import key_of

if TYPE_CHECKING:
    from bball_tui.groupme.run.progress import Control, Report
    from bball_tui.groupme.run.sender import Sender
    from bball_tui.league.header_numbers import HeaderNumbers
    from bball_tui.mail.from_address import Outgoing
    from bball_tui.tui.browser import PrivatePages

P = ParamSpec("P")
R = TypeVar("R")


class LeagueConnection:
    """An open database and the league that the screen is about.

    Whatever goes wrong in what it runs is a :class:`BballError`.
    """

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings
        self.season: Season | None = None
        self.roles: frozenset[StaffRole] | None = None
        """What the person may in the league; None before there is one."""
        self._league: LeagueInfo | None = None
        self._workers = 0

    def may(self, right: Right) -> bool:
        """Whether the person has the right here, and the program may be used for it."""
        return bool(right.roles & (self.roles or frozenset())) and not (right.writes and self.settings.read_only)

    @property
    def hides_contacts(self) -> bool:
        """Whether all birthdates and phone numbers are empty for the person."""
        return hides_contacts(self.roles or frozenset())

    # Running services

    async def call(
        self, service: Callable[Concatenate[Session, int, P], Awaitable[R]], *args: P.args, **kwargs: P.kwargs
    ) -> R:
        """Run a service of the league in one transaction, which commits when the service returns."""
        async with self.session() as session:
            return await service(session, self.league.id, *args, **kwargs)

    def source(
        self, source: Callable[Concatenate[Database, int, P], RecordSource[RowT]], *args: P.args, **kwargs: P.kwargs
    ) -> RecordSource[RowT]:
        """The rows of a list of the league. Each page is a transaction of its own."""
        return GuardedSource(source(self.database, self.league.id, *args, **kwargs), self.settings.log_file)

    async def guard(self, work: Awaitable[R]) -> R:
        """Wait for what makes its own transactions, or needs none."""
        with error_boundary(self.settings.log_file):
            return await work

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Session]:
        """One transaction, for what a single call cannot be: an answer that comes piece by piece."""
        with error_boundary(self.settings.log_file):
            async with self.database.session() as session:
                yield session

    @asynccontextmanager
    async def groupme(
        self, report: Report | None = None, control: Control | None = None, tells: frozenset[int] = frozenset()
    ) -> AsyncIterator[Sender]:
        """GroupMe and the shown season's chats. The families of the teams ``tells`` hear of a new link.

        Raises:
            BballError: there is no token, or no season.
        """
        from bball_tui.groupme.run.sender import open_sender

        if self.season is None:
            raise BballError(
                _("The league has no season yet. Import a roster first ({key}).").format(key=key_of("desk.import"))
            )
        with error_boundary(self.settings.log_file):
            async with open_sender(
                self.database,
                self.league.id,
                self.season.id,
                self.settings,
                report=report,
                control=control,
                tells=tells,
            ) as sender:
                yield sender

    # The league

    @property
    def league(self) -> LeagueInfo:
        """The league; there is one as soon as :meth:`enter` succeeded."""
        if self._league is None:
            raise NoLeague(_("There is no league yet."))
        return self._league

    @league.setter
    def league(self, league: LeagueInfo) -> None:
        self._league = league

    @property
    def season_id(self) -> int | None:
        """The season that is shown; None before there is one."""
        return None if self.season is None else self.season.id

    async def enter(self) -> None:
        """Find the league and its season.

        Raises:
            NoLeague: the database holds none at all.
            SeveralLeagues: there is a choice to make.
            BballError: none of them is open to this login.
        """
        async with self.session() as session:
            self._league, self.settings = await find_with_settings(session, self.settings)
            self.season = await shown_season(session, self._league.id)
        self.roles = await self.guard(take_place(self.database, self._league.id))

    async def create_league(self, name: str, season: str, values: Mapping[str, str]) -> None:
        """Make the first league with its first season, with these ``values`` of its form, and enter it."""
        from bball_tui.league.editing.profile import change_league

        async with self.session() as session:
            await change_league(session, await create_league(session, name, season=season), values)
        await self.enter()

    async def read_header_numbers(self) -> HeaderNumbers:
        """The header's numbers, and with them whatever changed in league, season, and what the person may.

        Raises:
            ShutOut: the person may nothing anymore.
        """
        from bball_tui.league.header_numbers import read_header_numbers

        try:
            async with self.session() as session:
                roles = await my_roles(session, self.league.id)
                if not roles:
                    raise self._shut_out()
                season = await shown_season(session, self.league.id)
                found = await read_header_numbers(session, self.league.id, season.id if season else None)
            self._league, self.season, self._workers = found.league, found.season, found.workers
            if roles != self.roles:
                self.roles = await self.guard(take_place(self.database, self.league.id))
        # The login was dropped, shut, or taken out of the group of all staff. A connection that was there before says
        # that it may do nothing, a new one is not let in.
        except (NotPermitted, LoginRefused) as error:
            raise self._shut_out() from error
        return found

    def _shut_out(self) -> ShutOut:
        return ShutOut(
            _(
                "You have no role in {name} anymore, or your login may not log in anymore. What was confirmed"
                " before is kept. Ask an admin of the league."
            ).format(name=self.league.name)
        )

    def changes(self) -> AsyncIterator[Changed | Connection]:
        """What others (and this program) write, as hints."""
        return listen(self.database, self.league.id, CHANGED, screen=True)

    # This computer

    @property
    def is_demo(self) -> bool:
        """Whether the league is the invented one."""
        return is_demo(self.settings)

    @property
    def outgoing(self) -> Outgoing:
        """What this computer adds to the way of a mail."""
        from bball_tui.mail.from_address import Outgoing

        return Outgoing.here(self.settings)

    @property
    def sends_mail(self) -> bool:
        """Whether this program may send mail while it is open: only with a mail server, and only for a mailer."""
        return self.settings.worker and self.settings.may_send and self.may(Right.SENDING)

    @property
    def not_set_up(self) -> NotSetUp | None:
        """What is missing before a mail can leave, as the header's numbers had it last."""
        if not self.settings.may_send:
            return None if self._workers else WITHOUT_SERVER
        return None if self.has_sender else WITHOUT_SENDER

    @property
    def has_sender(self) -> bool:
        """Whether it is known in whose name mails go out."""
        return bool(self.league.from_email) or self.outgoing.sender

    @cached_property
    def pages(self) -> PrivatePages:
        """The pages that a browser was shown."""
        from bball_tui.tui.browser import PrivatePages

        return PrivatePages(self.settings)

    async def work(self, stop: asyncio.Event) -> None:
        """Send mails until ``stop`` is set; then finish the one on the wire."""
        from bball_tui.delivery.alerts.tell_staff import alert_chores
        from bball_tui.delivery.worker import Worker
        from bball_tui.league.mails.reminders import reminder_chores
        from bball_tui.mail.transports import open_transport

        transport = open_transport(self.settings)
        try:
            worker = Worker(
                self.database,
                self.league.id,
                self.settings,
                transport,
                place="screen",
                chores=(
                    *reminder_chores(self.database, self.league.id),
                    *alert_chores(self.database, self.league.id, self.settings),
                ),
            )
            with english():  # what it writes down is read by everybody
                await worker.run(stop)
        finally:
            await transport.close()


@asynccontextmanager
async def connect(settings: Settings) -> AsyncIterator[LeagueConnection]:
    """The database that the settings name, open until the block ends.

    Raises:
        BballError: as :func:`open_database` says.
    """
    async with open_database(settings) as database:
        connection = LeagueConnection(database, settings)
        try:
            yield connection
        finally:
            connection.pages.close()
