"""`bball-tui worker` without --league: every league in which its login may send, each through its own account."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import msgspec

from bball_tui.cli.context import current_settings
from bball_tui.cli.output import narrate, wants_json
from bball_tui.cli.worker_monitoring import watched
from bball_tui.cli.worker_terminal import narration, stop_signals, tell_drained
from bball_tui.database.engine import Database
from bball_tui.database.states import StaffRole
from bball_tui.delivery.alerts.tell_staff import alert_chores
from bball_tui.delivery.league_workers import LeagueWorkers, ServedLeague
from bball_tui.delivery.monitoring import Watched
from bball_tui.delivery.worker import Worker
from bball_tui.league.leagues import list_leagues
from bball_tui.league.mails.reminders import reminder_chores
from bball_tui.league.members import my_roles
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import Transport
from bball_tui.settings import Settings

PARTLY = 3
"""The exit code of a drain that could not work for some leagues."""


async def served_leagues(database: Database, settings: Settings) -> Sequence[ServedLeague]:
    """The leagues in which this login is mailer now, with the settings that each has here.

    Raises:
        BballError: the database is away.
    """
    async with database.session() as session:
        leagues = await list_leagues(session)
        roles = {one.id: await my_roles(session, one.id) for one in leagues}
    several = len(leagues) > 1
    return [
        ServedLeague(one.id, one.slug, settings.of_league(one.slug, several=several))
        for one in leagues
        if StaffRole.MAILER in roles[one.id]
    ]


def watched_leagues(leagues: Sequence[ServedLeague]) -> list[Watched]:
    """The same leagues, for whoever watches a worker from outside."""
    return [Watched(one.id, one.slug, Outgoing.here(one.settings)) for one in leagues]


async def serve_all(
    database: Database,
    settings: Settings,
    *,
    drain: bool,
    concurrency: int | None,
    as_json: bool,
    metrics: str | None,
    health: Path | None,
) -> int:
    """Serve every league until stopped, or until nothing is due. Returns the exit code.

    Raises:
        BballError: a drain found no database, or the place of the numbers or of the health file cannot be used.
    """
    if concurrency is not None:
        settings = msgspec.structs.replace(settings, worker_concurrency=concurrency)

    async def served() -> Sequence[ServedLeague]:
        # An account that was set up since then is used without a restart.
        return await served_leagues(database, msgspec.structs.replace(settings, leagues=current_settings().leagues))

    async def looked_at() -> Sequence[Watched]:
        return watched_leagues(workers.leagues)

    def make(league: ServedLeague, transport: Transport) -> Worker:
        return Worker(
            database,
            league.id,
            league.settings,
            transport,
            chores=(*reminder_chores(database, league.id), *alert_chores(database, league.id, league.settings)),
            settled=None if counted is None else partial(counted.sent, league.slug),
        )

    workers = LeagueWorkers(served, make, narrate)
    await workers.find()  # so that the first thing that is told of them is true
    async with watched(database, looked_at, metrics=metrics, health=health) as counted:
        with narration(), stop_signals() as stop:
            if drain:
                drained, all_could = await workers.drain(stop)
                tell_drained(drained, as_json=wants_json(as_json))
                return 0 if all_could else PARTLY
            narrate("This worker sends for every league in which its login is mailer. Ctrl-C stops it.")
            await workers.run(stop)
            narrate("Stopped. What was not sent stays queued.")
    return 0
