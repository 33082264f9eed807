"""From the empty desk to an open league: the questions of a first run, and what to do when the database is away."""

import asyncio
import os
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.gc_tuning import started
from bball_tui.tui.main_screen.screen import FIRST_TAB, MainScreen
from bball_tui.tui.main_screen.tab_list import PANES
from bball_tui.tui.toast_places import ToastingApp

if TYPE_CHECKING:
    from bball_tui.settings import SecretUrl, Settings
    from bball_tui.tui.connection import LeagueConnection
    from bball_tui.tui.dialogs.new_league import LeagueBasics

SAFE = _("Nothing is lost: what was saved before is kept in the database.")
DEMO = 64
"""The exit code by which the screen asks the command line to open the demo instead."""


class OpeningApp(ToastingApp[int]):
    """An app that can open a league, and show the main screen and the questions."""

    settings: "Settings"
    desk: MainScreen
    starting = True

    async def connect(self, settings: "Settings") -> "LeagueConnection":
        """Open the database of ``settings``; what was open before is closed.

        Raises:
            BballError: it cannot be opened; the sentence says why.
        """
        raise NotImplementedError

    def show_league(self, connection: "LeagueConnection") -> None:
        """The league is open: fill the desk, listen for changes, send mail."""
        raise NotImplementedError


async def begin(app: OpeningApp) -> None:
    """Open the database and the league, asking as often as it takes. Ends with an open league or the program's end."""
    app.starting = False
    showing = asyncio.create_task(_show_first_tab(app))
    while True:
        app.desk.say_opening()
        try:
            connection = await _agreed_connection(app, app.settings)
            await _enter(app, connection)
            break
        except BballError as error:
            from bball_tui.tui.dialogs.error_box import AfterError, ErrorDialog

            started()
            app.desk.say_closed()
            problem = _problem(error, app.settings)
            dialog = ErrorDialog(problem, retry=True, title=_("The league cannot be opened"), safe=SAFE, leaves=True)
            if await app.push_screen_wait(dialog) is not AfterError.RETRY:
                app.exit(1, message=str(error))
                break
    await showing


def _problem(error: BballError, settings: "Settings") -> str:
    """What is wrong; of a database that does not answer also which one it is, and what is said of it."""
    from bball_tui.database.errors import DatabaseAway

    if not isinstance(error, DatabaseAway) or error.where is not None:
        return str(error)
    where = settings.database_url or _("the one in {data_dir}").format(data_dir=settings.data_dir)
    return str(error.at(str(where)))


async def _show_first_tab(app: OpeningApp) -> None:
    await asyncio.to_thread(import_module, PANES[FIRST_TAB].split(":")[0])
    app.desk.show_tab(FIRST_TAB)


async def _enter(app: OpeningApp, connection: "LeagueConnection") -> None:
    """Show the league of the database, or ask how to begin when it holds none."""
    from bball_tui.league.leagues import NoLeague, SeveralLeagues

    try:
        await connection.enter()
    except NoLeague:
        await _first_run(app, connection)
        return
    except SeveralLeagues:
        import msgspec

        from bball_tui.tui.members import choose_league

        started()
        slug = await choose_league(app, connection)
        if slug is None:
            raise
        opened = msgspec.structs.replace(connection.settings, league=slug, league_of_call=True)
        app.settings = connection.settings = opened
        await connection.enter()
    app.show_league(connection)


async def _agreed_connection(app: OpeningApp, settings: "Settings") -> "LeagueConnection":
    """The open database; a shared one is brought up to date when somebody agrees to it."""
    try:
        return await app.connect(settings)
    except BballError as error:
        from bball_tui.database.migrate import MigrationNeeded, upgrade
        from bball_tui.tui.dialogs.migrate import MigrateDialog

        if not isinstance(error, MigrationNeeded) or settings.database_url is None:
            raise
        dialog = MigrateDialog(str(settings.database_url), error.state.sentence())
        if not await app.push_screen_wait(dialog):
            raise
        await asyncio.to_thread(upgrade, settings.database_url)
        return await app.connect(settings)


async def _first_run(app: OpeningApp, connection: "LeagueConnection") -> None:
    """Ask how to begin until something has begun."""
    started()
    import msgspec

    from bball_tui.tui.dialogs.connect import ConnectDialog
    from bball_tui.tui.dialogs.first_run import FirstRun, StartDemo, StartShared, StartWithRoster
    from bball_tui.tui.dialogs.new_league import NewLeague

    while True:
        match await app.push_screen_wait(FirstRun()):
            case StartWithRoster():
                basics = await app.push_screen_wait(NewLeague(_guess()))
                if basics is None:
                    continue
                clock = {"timezone": basics.timezone, "date_order": str(basics.date_order)}
                await connection.create_league(basics.name, basics.season, clock)
                app.show_league(connection)
                from bball_tui.tui.importing import import_roster

                await import_roster(app, connection, app.desk.offer_import)
                return
            case StartDemo():
                app.exit(DEMO)
                return
            case StartShared():
                url = await app.push_screen_wait(ConnectDialog(_try_connection))
                if url is not None:
                    shared = msgspec.structs.replace(connection.settings, database_url=url)
                    await _enter(app, await _agreed_connection(app, shared))
                    return


def _guess() -> "LeagueBasics":
    """What a league on this computer is likely to begin with; its name nobody can guess."""
    from zoneinfo import ZoneInfo

    from bball_tui.local_defaults import guess_date_order, guess_season, guess_time_zone
    from bball_tui.tui.dialogs.new_league import LeagueBasics

    zone = guess_time_zone(os.environ)
    season = guess_season(datetime.now(ZoneInfo(zone)).date())
    return LeagueBasics("", season, zone, guess_date_order(os.environ))


async def _try_connection(url: "SecretUrl") -> None:
    """Raises BballError when no server answers at ``url``."""
    from bball_tui.database.engine import Database

    database = Database(url)
    try:
        await database.check()
    finally:
        await database.dispose()
