"""`bball-tui activity list`: who did what in the league."""

from datetime import datetime
from typing import Any

import click

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.outbox_sending import json_option
from bball_tui.cli.output import Answer, listed
from bball_tui.database.engine import Session
from bball_tui.league.activity import MOST, list_activity
from bball_tui.league.acts import Act, ActivityFilter, Change, called, changes_of


@click.group()
def activity() -> None:
    """Who did what in the league, and what it was before."""


@activity.command(name="list")
@click.option("--text", default="", metavar="WORDS", help="Only acts, logins or players that these words find.")
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
    chosen = ActivityFilter(**wanted, day=None if day is None else day.date())
    zone = context.league.zone

    def cells(act: Act) -> tuple[str, ...]:
        at = f"{act.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        return at, act.who, act.words, called(act) or str(act.entity_id), _changes(act)

    rows = await list_activity(session, context.league.id, chosen, limit=limit)
    return listed(("when", "who", "what", "record", "before and after"), rows, cells)


def _changes(act: Act) -> str:
    parts = [_pair(one) for one in changes_of(act)] + ([act.reason] if act.reason else [])
    text = "; ".join(parts)
    return text if len(text) <= 200 else f"{text[:199]}…"


def _pair(change: Change) -> str:
    was = "" if change.before is None else f"{change.before} → "
    return f"{change.field}: {was}{change.after or ''}".rstrip()
