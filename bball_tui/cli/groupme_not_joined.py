"""`bball-tui groupme not-joined`: families who were told of their team's chat and are not seen in it."""

from datetime import datetime

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.groupme_run import chats_sender
from bball_tui.cli.groupme_team import season_id_of, season_option
from bball_tui.cli.output import Answer, Did, Found, echo_lines, table
from bball_tui.groupme.notify.not_joined import PATIENCE, NotJoined, not_joined_rows, remind
from bball_tui.groupme.plan.look_at_chats import read_not_joined
from bball_tui.league.rights import Right
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted
from bball_tui.wording import counted


class FamilyLine(Struct, frozen=True):
    """One family in the JSON of `groupme not-joined`; ``addresses`` have the link, ``may_be_reminded`` of them now."""

    team_id: int
    team: str
    player_id: int
    player: str
    guardians: tuple[str, ...]
    addresses: tuple[str, ...]
    told_at: datetime
    may_be_reminded: tuple[str, ...]


class RemindedLine(Struct, frozen=True):
    """The JSON of `groupme not-joined --remind`."""

    families: int
    mails: int


@click.command("not-joined")
@needs(Right.MAILS)
@season_option
@click.option("--remind", "do_it", is_flag=True, help="Queue one reminder for each of them.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print them as CSV for a spreadsheet.")
def groupme_not_joined(**options: object) -> int:
    """List families of all teams who have the link to their chat and are not seen in it.

    With --remind each gets one e-mail with the link, but none who had one about it within a week.
    """
    if options["as_json"] and options["as_csv"]:
        raise click.UsageError("--json and --csv cannot both be printed. Choose one.")
    return _not_joined(**options)


@in_league
async def _not_joined(context: CliContext, season: str | None, do_it: bool, as_csv: bool) -> Answer:
    season_id = await season_id_of(context, season)
    async with chats_sender(context, season_id) as sender:
        found = await read_not_joined(sender)
    if do_it:
        due = [told.contract_id for one in found.due for told in one.due]
        async with context.database.session() as session:
            mails = await remind(session, context.league.id, season_id, due)
        told = f"{counted(mails, 'reminder')} queued, about {counted(len(found.due), 'family', 'families')}."
        return Did([told], RemindedLine(len(found.due), mails))
    if as_csv:
        zone = context.league.zone
        rows = [[quoted(cell) for cell in row] for row in not_joined_rows(found, zone)]
        echo_lines(csv_text(rows).replace("\r\n", "\n"))
        return Did()
    return _answer(context, found)


def _answer(context: CliContext, found: NotJoined) -> Found:
    rows = [
        (
            one.team,
            one.player,
            ", ".join(one.guardians),
            f"{one.told_at.astimezone(context.league.zone):%Y-%m-%d}",
            "yes" if one.due else "no",
        )
        for one in found.families
    ]
    return Found(
        lambda: tuple(
            FamilyLine(
                one.team_id,
                one.team,
                one.player_id,
                one.player,
                one.guardians,
                tuple(told.recipient for told in one.told),
                one.told_at,
                tuple(told.recipient for told in one.due),
            )
            for one in found.families
        ),
        lambda: table(("Team", "Player", "Guardians", "Told", "Remind"), rows) if rows else "",
        after=[
            f"{counted(len(rows), 'family is', 'families are')} not seen in the chat by name. They may be in it under "
            "another one.",
            *(f"! {team}: its group could not be read." for team in found.unread),
            *(
                [f"--remind reminds {len(found.due)} of them; no one within {PATIENCE.days} days of the last e-mail."]
                if rows
                else []
            ),
        ],
    )
