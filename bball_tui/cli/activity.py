"""`bball-tui activity list`: who did what in the league."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import click

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.outbox_sending import json_option
from bball_tui.cli.output import Answer, listed
from bball_tui.database.engine import Session
from bball_tui.league.activity import MOST, Act, ActivityFilter, list_activity


@click.group()
def activity() -> None:
    """Who did what in the league, and what it was before."""


@activity.command(name="list")
@click.option("--who", metavar="LOGIN", help="Only what this login did.")
@click.option(
    "--entity", metavar="KIND", help="Only on this kind of record: player, guardian, contract, team, league, …"
)
@click.option("--id", "entity_id", type=int, metavar="ID", help="Only on the record with this number.")
@click.option("--action", metavar="NAME", help="Only these acts: signed, changed, created, …")
@click.option("--day", type=click.DateTime(("%Y-%m-%d",)), metavar="YYYY-MM-DD", help="Only on this day.")
@click.option("--limit", type=click.IntRange(1, MOST), default=100, show_default=True, help="At most this many.")
@json_option
@in_transaction
async def list_(context: CliContext, session: Session, day: datetime | None, limit: int, **wanted: Any) -> Answer:
    """List what was done, the latest first, with what was before and after."""
    chosen = ActivityFilter(**wanted, day=None if day is None else day.date(), limit=limit)
    zone = context.league.zone

    def cells(act: Act) -> tuple[str, ...]:
        at = f"{act.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        return at, act.who, act.action.replace("_", " "), f"{act.entity} {act.entity_id}", _changes(act)

    rows = await list_activity(session, context.league.id, chosen)
    return listed(("when", "who", "what", "record", "before and after"), rows, cells)


def _changes(act: Act) -> str:
    parts = [*_pairs(act.before or {}, act.after or {}), *([act.reason] if act.reason else [])]
    text = "; ".join(parts)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _pairs(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for name in {**before, **after}:
        was = f"{before[name]} → " if name in before else ""
        yield f"{name}: {was}{after.get(name, '')}".rstrip()
