"""`bball-tui worker`: sends the mails of a league, on as many machines as you like."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeAlias

import click
import msgspec

from bball_tui.cli.context import CliContext, current_settings, needs, with_database, with_league
from bball_tui.cli.output import echo_json, narrate, wants_json
from bball_tui.cli.worker_all_leagues import serve_all, served_leagues, watched_leagues
from bball_tui.cli.worker_monitoring import COUNTING, watched
from bball_tui.cli.worker_processes import WorkerProcesses, environment_for
from bball_tui.cli.worker_terminal import narration, stop_signals, tell_drained
from bball_tui.database.engine import Database
from bball_tui.delivery.alerts.tell_staff import alert_chores
from bball_tui.delivery.monitoring import Watched
from bball_tui.delivery.sending import SendingResult
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.worker import Drained, Worker
from bball_tui.errors import BballError
from bball_tui.league.leagues import find_league, list_leagues
from bball_tui.league.mails.reminders import reminder_chores
from bball_tui.league.members import take_place
from bball_tui.league.rights import Right
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import open_transport, parse_mail_url
from bball_tui.outbox.counts import Backlog, backlog
from bball_tui.settings import NO_MAIL_SERVER, SET_UP_MAIL, Settings
from bball_tui.wording import counted

Leagues: TypeAlias = Callable[[], Awaitable[Sequence[Watched]]]
"""Asks which leagues are served now."""


@click.command()
@needs(Right.SENDING)
@click.option("--drain", is_flag=True, help="Send what is due, wait for holds shorter than a minute, and end.")
@click.option("--concurrency", type=click.IntRange(1, 50), help="How many e-mails may be on their way at a time.")
@click.option("--processes", type=click.IntRange(1, 16), default=1, help="How many processors to use; one is plenty.")
@click.option("--metrics", metavar="PLACE", help="Serve numbers for Prometheus: 127.0.0.1:9464, or a socket's path.")
@click.option(
    "--health",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write into this file that it lives; 'bball-tui health FILE' reads it.",
)
@click.option("--json", "as_json", is_flag=True, help="With --drain: print the counts as JSON.")
def worker(
    drain: bool, concurrency: int | None, processes: int, metrics: str | None, health: Path | None, as_json: bool
) -> int:
    """Send the league's e-mails until stopped (Ctrl-C finishes the e-mail being sent, a second one leaves at once).

    Without --league it serves every league in which its login is mailer, each through the account that it has in the
    settings file; a new league is served without a restart.
    """
    if drain and (metrics is not None or health is not None):
        raise BballError("--metrics and --health are for a worker that goes on. Leave them out, or --drain.")

    async def work(context: CliContext) -> int:
        context.settings.refuse_read_only()
        if not context.settings.may_send:
            return await _without_a_server(context, drain=drain, as_json=as_json)

        async def league() -> tuple[Watched, ...]:
            return (Watched(context.league.id, context.league.slug, Outgoing.here(context.settings)),)

        if processes > 1:
            return await several(context.database, context.settings, league)
        if drain:
            return await run_worker(
                context.database,
                context.league.id,
                context.settings,
                drain=True,
                concurrency=concurrency,
                as_json=as_json,
            )
        async with watched(context.database, league, metrics=metrics, health=health) as counted:
            return await run_worker(
                context.database,
                context.league.id,
                context.settings,
                drain=False,
                concurrency=concurrency,
                settled=None if counted is None else partial(counted.sent, context.league.slug),
            )

    async def several(database: Database, settings: Settings, leagues: Leagues) -> int:
        """Several processes send, and this one is watched for them all."""

        async def waiting() -> Sequence[Backlog]:
            async with database.session() as session:
                return [await backlog(session, one.id) for one in await leagues()]

        run = partial(
            run_processes, processes, settings, waiting, drain=drain, concurrency=concurrency, as_json=as_json
        )
        if metrics is None:
            async with watched(database, leagues, metrics=None, health=health):
                return await run()
        with TemporaryDirectory(prefix="bball-counts-") as folder:
            counted_in = Path(folder)
            async with watched(database, leagues, metrics=metrics, health=health, counted_in=counted_in):
                return await run(counted_in=counted_in)

    async def all_leagues(database: Database, settings: Settings) -> int:
        async def served() -> Sequence[Watched]:
            return watched_leagues(await served_leagues(database, settings))

        settings.refuse_read_only()
        async with database.session() as session:
            leagues = await list_leagues(session)
        if len(leagues) < 2 and (drain or not settings.may_send):
            async with database.session() as session:
                only = await find_league(session)
            own = settings.of_league(only.slug)
            if drain or not own.may_send:
                return await work(CliContext(database, only, own, await take_place(database, only.id)))
        if processes > 1:
            return await several(database, settings, served)
        return await serve_all(
            database,
            settings,
            drain=drain,
            concurrency=concurrency,
            as_json=as_json,
            metrics=metrics,
            health=health,
        )

    if current_settings().league is None:
        return with_database(all_leagues, fast=True)
    return with_league(work, fast=True)


async def _without_a_server(context: CliContext, *, drain: bool, as_json: bool) -> int:
    """Nothing is claimed: what waits is counted and said. Returns the exit code."""
    async with context.database.session() as session:
        left = await backlog(session, context.league.id)
    if drain and wants_json(as_json):
        echo_json(Drained(0, 0, 0, left.queued + left.sending, left.held))
    waiting = left.queued + left.held
    verb = "waits" if waiting == 1 else "wait"
    narrate(f"{NO_MAIL_SERVER.capitalize()}, so nothing was sent; {counted(waiting, 'e-mail')} {verb}. {SET_UP_MAIL}")
    return 1


async def run_worker(
    database: Database,
    league_id: int,
    settings: Settings,
    *,
    drain: bool,
    concurrency: int | None = None,
    as_json: bool = False,
    timing: Timing | None = None,
    settled: Callable[[SendingResult, float], None] | None = None,
) -> int:
    """Run a worker to its end; narration goes to stderr, a drain's counts to stdout. Returns the exit code.

    Raises:
        BballError: the mail URL is not usable, or a drain found no database.
    """
    if concurrency is not None:
        settings = msgspec.structs.replace(settings, worker_concurrency=concurrency)
    transport = open_transport(settings)
    chores = (*reminder_chores(database, league_id), *alert_chores(database, league_id, settings))
    sender = Worker(database, league_id, settings, transport, timing=timing, chores=chores, settled=settled)
    try:
        with narration(), stop_signals() as stop:
            if drain:
                tell_drained(await sender.drain(stop), as_json=wants_json(as_json), into_folder=settings.into_folder)
            else:
                narrate(f"{sender.info.name} sends through {transport.provider}. Ctrl-C stops it.")
                await sender.run(stop)
                narrate("Stopped. What was not sent stays queued.")
    finally:
        await transport.close()
    return 0


async def run_processes(
    number: int,
    settings: Settings,
    waiting: Callable[[], Awaitable[Sequence[Backlog]]],
    *,
    drain: bool,
    concurrency: int | None,
    as_json: bool,
    counted_in: Path | None = None,
) -> int:
    """Run several workers, each in a process of its own. Returns the exit code.

    ``waiting`` counts what a drain leaves, league by league. With ``counted_in`` each of them counts what it does in a
    file of that folder.

    Raises:
        BballError: the mail URL is not usable, or one of them could not work.
    """
    if settings.mail_url is not None:
        parse_mail_url(settings.mail_url)  # said once, not by each of them
    options = [*(["--drain", "--json"] if drain else []), *([f"--concurrency={concurrency}"] if concurrency else [])]
    overrides = click.get_current_context().find_root().obj or {}
    environment = environment_for(overrides)
    if counted_in is not None:
        environment[COUNTING] = str(counted_in)
    workers = WorkerProcesses(number, options, environment)
    with stop_signals(workers.leave_at_once) as stop:
        if drain:
            drained = await workers.drain(stop, waiting)
            tell_drained(drained, as_json=wants_json(as_json), into_folder=settings.into_folder)
        else:
            narrate(f"{number} worker processes send. Ctrl-C stops them.")
            await workers.run(stop)
    return 0
