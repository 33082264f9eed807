"""`bball-tui league show|set`: what the league says about itself."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from bball_tui.cli.context import CliContext, in_league, in_transaction, needs
from bball_tui.cli.league_rules import league_rules
from bball_tui.cli.output import Answer, Found, table
from bball_tui.cli.saving import edit_options
from bball_tui.database.engine import Session
from bball_tui.database.states import DateOrder
from bball_tui.dates import EXAMPLES
from bball_tui.league.editing.profile import change_league
from bball_tui.league.leagues import LeagueInfo
from bball_tui.league.profile import FIELDS
from bball_tui.league.rights import Right
from bball_tui.wording import short_date

_SHOWN = ("name", "slug", *(one.name for one in FIELDS if one.option is not None and one.name != "name"))


@click.group()
def league() -> None:
    """Show or change the league: addresses in its e-mails, color, time zone, dates, undo time."""


league.add_command(league_rules)


@league.command()
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_league
async def show(context: CliContext) -> Answer:
    """Print what is set."""
    return _answer(context.league)


@league.command(name="set")
@needs(Right.LEAGUE)
@edit_options(FIELDS)
@click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
@in_transaction
async def set_(context: CliContext, session: Session, **values: Any) -> Answer:
    """Change what is named; an empty text takes an optional value away."""
    named = {name: value for name, value in values.items() if value is not None}
    changed = await change_league(session, context.league, named)
    said = ["Nothing to change." if changed.version == context.league.version else "Saved."]
    if "timezone" in named and "date_order" not in named:
        said += dates_said(changed)
    return _answer(changed, said)


def dates_said(info: LeagueInfo) -> list[str]:
    """How a league that nobody asked shows dates and times and reads numbers, and how it would the American way."""
    if info.date_order != DateOrder.YMD:
        return []
    numbers = EXAMPLES[DateOrder.YMD]
    return [
        f"Dates are shown as {short_date(date.fromisoformat(numbers))} and times as 14:05; in numbers, type {numbers}. "
        f"'bball-tui league set --date-order mdy' lets you type {EXAMPLES[DateOrder.MDY]} and shows 2:05 PM."
    ]


def _answer(info: LeagueInfo, said: Sequence[str] = ()) -> Found:
    rows = [(name.replace("_", " "), _shown(info, name)) for name in _SHOWN]
    return Found(lambda: info, lambda: table(("what", "value"), rows), said)


def _shown(info: LeagueInfo, name: str) -> str:
    value = getattr(info, name)
    return "–" if value is None else str(value)
