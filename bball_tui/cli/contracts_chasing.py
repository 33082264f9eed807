"""`bball-tui contracts chasing`: offers that nobody answered, whom to call first and at which number."""

from collections.abc import Sequence

import click

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.lists import Wanted, roster_filter
from bball_tui.cli.output import Answer, Found, listed
from bball_tui.database.engine import Session
from bball_tui.league.contracts.chasing import MOST, ChasingRow, read_chasing
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted
from bball_tui.wording import or_hidden

HEADERS = ("ID", "Player", "Team", "Due", "Days left", "Guardians", "Last contact", "How", "E-mail", "Ask again on")


@click.command("chasing")
@click.option("--season", metavar="NAME", help="Only this season; all of them when left out.")
@click.option("--team", metavar="NAME", help="Only this team.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet.")
@in_transaction
async def contracts_chasing(
    context: CliContext, session: Session, season: str | None, team: str | None, as_csv: bool
) -> Answer:
    """List offers that nobody answered, in the order in which to call the families.

    First come families whose follow-up day has come; then the others by due date, those without any contact or with
    the longest ago first; last those who said they would answer by a day still to come.
    """
    wanted = await roster_filter(context, session, Wanted(season=season, team=team))
    rows = await read_chasing(session, context.league.id, wanted)
    said = [f"Only the {MOST:,} offers that are due first."] if len(rows) == MOST else []

    def cells(row: ChasingRow) -> Sequence[str]:
        return (
            str(row.id),
            f"{row.last}, {row.first}",
            row.team,
            "" if row.due_on is None else str(row.due_on),
            "" if row.days_left is None else str(row.days_left),
            "; ".join(f"{one.name} {or_hidden(one.phone, one.phone_hidden, '(no phone)')}" for one in row.callees),
            "" if row.last_contact is None else f"{row.last_contact.astimezone(context.league.zone):%Y-%m-%d %H:%M}",
            row.last_how,
            row.trouble,
            "" if row.ask_on is None else str(row.ask_on),
        )

    if as_csv:
        lines = [HEADERS, *([quoted(cell) for cell in cells(row)] for row in rows)]
        return Found(lambda: rows, lambda: csv_text(lines).replace("\r\n", "\n").rstrip("\n"), said)
    return Found(lambda: rows, listed(HEADERS, rows, cells).text, said)
