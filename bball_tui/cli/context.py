"""What every command needs: the settings, an open database, the league, and a way to run a coroutine.

A command is an ``async`` function that returns what it found or did::

    @teams.command("add")
    @click.argument("name")
    @json_option
    @in_transaction
    async def teams_add(desk: Desk, session: Session, name: str) -> Answer:
        return Did([f"{name}: added."])
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import click
from msgspec import Struct

from bball_tui.cli.event_loop import fast_loop
from bball_tui.cli.output import Answer
from bball_tui.database.engine import Database
from bball_tui.database.opening import open_database
from bball_tui.database.states import StaffRole
from bball_tui.errors import BballError
from bball_tui.league.leagues import LeagueInfo, find_with_settings
from bball_tui.league.members import take_place
from bball_tui.league.rights import Right, why_not_allowed
from bball_tui.settings import Settings, load_settings

_NEEDED = "bball_tui.needs"


class CliContext(Struct, frozen=True):
    """An open database and the league that the command is about; ``settings`` are the league's own."""

    database: Database
    league: LeagueInfo
    settings: Settings
    roles: frozenset[StaffRole]
    """Those of whoever runs the command, in this league."""


def needs(right: Right) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """For below ``@command``: whoever lacks the right in the league is refused in words before anything is done."""

    def declare(command: Callable[..., int]) -> Callable[..., int]:
        @wraps(command)
        def run(*args: Any, **options: Any) -> int:
            click.get_current_context().meta[_NEEDED] = right
            return command(*args, **options)

        run.__dict__["needs"] = right
        return run

    return declare


def current_settings() -> Settings:
    """The settings of this call: file, environment, then the global options of the command line."""
    return load_settings(overrides=click.get_current_context().find_root().obj)


def with_database(work: Callable[[Database, Settings], Awaitable[int]], *, fast: bool = False) -> int:
    """Open the database, run ``work`` to its exit code, close everything.

    With ``fast`` it runs on :func:`fast_loop`.
    """
    settings = current_settings()

    async def run() -> int:
        async with open_database(settings) as database:
            return await work(database, settings)

    with asyncio.Runner(loop_factory=fast_loop if fast else None) as runner:
        return runner.run(run())


def with_league(work: Callable[[CliContext], Awaitable[int]], *, fast: bool = False) -> int:
    """Like :func:`with_database`, with the league that ``--league`` names (or the only one).

    Raises:
        BballError: there is no league, or several and none was named; or the person lacks what the command
            :func:`needs`.
    """
    right: Right | None = click.get_current_context().meta.get(_NEEDED)

    async def run(database: Database, settings: Settings) -> int:
        async with database.session() as session:
            league, own = await find_with_settings(session, settings)
        roles = await take_place(database, league.id)
        if right is not None and (lacking := why_not_allowed(right, roles)):
            raise BballError(lacking)
        return await work(CliContext(database, league, own, roles))

    return with_database(run, fast=fast)


def in_league(work: Callable[..., Awaitable[Answer]]) -> Callable[..., int]:
    """A command that gets the league that is meant, and prints its answer; ``as_json`` is the printer's alone."""

    @wraps(work)
    def run(*args: Any, as_json: bool = False, **options: Any) -> int:
        async def whole(context: CliContext) -> int:
            return (await work(context, *args, **options)).show(as_json=as_json)

        return with_league(whole)

    return run


def in_transaction(work: Callable[..., Awaitable[Answer]]) -> Callable[..., int]:
    """Like :func:`in_league`, with a session: all that it does is one transaction, committed before it is told."""

    @wraps(work)
    async def alone(context: CliContext, *args: Any, **options: Any) -> Answer:
        async with context.database.session() as session:
            return await work(context, session, *args, **options)

    return in_league(alone)
