"""`bball-tui emails warnings|reminders`: what would go wrong, and who is reminded of an offer."""

import sys
from datetime import date

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, in_transaction
from bball_tui.cli.outbox_sending import json_option
from bball_tui.cli.output import Answer, Found, table
from bball_tui.cli.which_season import season_if_any
from bball_tui.database.engine import Session
from bball_tui.league.mails.check import Finding, check_mails
from bball_tui.league.mails.reminders import (
    PlannedReminder,
    parse_days,
    planned_reminders,
    read_schedule,
    remind,
    set_schedule,
)
from bball_tui.wording import counted


class FindingLine(Struct, frozen=True):
    """One warning in the JSON of `emails warnings`, with the contracts that it concerns."""

    concern: str
    about: str
    sentence: str
    contracts: tuple[int, ...]

    @classmethod
    def of(cls, found: Finding) -> "FindingLine":
        return cls(str(found.concern), found.about, found.sentence, found.contracts)


class Warnings(Struct, frozen=True):
    """The JSON of `emails warnings`: ``affected`` of ``contracts`` have a warning; ``mails`` were looked at."""

    contracts: int
    affected: int
    mails: int
    findings: list[FindingLine]


@click.command("warnings")
@json_option
@in_league
async def emails_warnings(context: CliContext) -> Answer:
    """Look at the e-mails of all contracts that wait for a signature, before signing. Nothing is sent or stored."""
    async with context.database.session() as session:
        season = await season_if_any(context, session, None)
    shown = sys.stderr.isatty()

    def tell(done: int, total: int) -> None:
        if shown and done < total:
            click.echo(f"\r{done} of {total} contracts …", nl=False, err=True)

    found = await check_mails(
        context.database, context.league.id, context.settings, season.id if season else None, progress=tell
    )
    if shown:
        click.echo("\r\033[K", nl=False, err=True)
    rows = [(one.concern.replace("_", " "), one.about, one.sentence, str(len(one.contracts))) for one in found.findings]
    lines = [FindingLine.of(one) for one in found.findings]
    have = "has" if found.affected == 1 else "have"
    affected = f"{found.affected} of {counted(found.contracts, 'contract')} {have} a warning"
    return Found(
        lambda: Warnings(found.contracts, found.affected, found.mails, lines),
        lambda: table(("Warning", "About", "What", "Contracts"), rows),
        before=[f"{affected}; {counted(found.mails, 'e-mail')} looked at."],
    )


class ReminderLine(Struct, frozen=True):
    """One offer in the JSON of `emails reminders`: its next reminder, the ``number``-th, and to whom."""

    contract_id: int
    player: str
    team: str
    due_on: date
    on: date
    number: int
    recipients: tuple[str, ...]

    @classmethod
    def of(cls, one: PlannedReminder) -> "ReminderLine":
        return cls(one.id, one.player, one.team, one.due_on, one.on, one.number, one.recipients)


class Reminders(Struct, frozen=True):
    """The JSON of `emails reminders`. ``promised`` are the ids of new mails, none with `--dry-run`."""

    days: tuple[int, ...]
    cap: int
    planned: list[ReminderLine]
    promised: tuple[int, ...]


@click.command("reminders")
@click.option("--dry-run", is_flag=True, help="Only say who would be reminded and when.")
@click.option("--days", metavar="7,2", help="Remind so many days before an offer is due; empty: never.")
@click.option("--cap", metavar="N", type=int, help="At most N reminders of one offer.")
@json_option
@in_transaction
async def emails_reminders(
    context: CliContext, session: Session, dry_run: bool, days: str | None, cap: int | None
) -> Answer:
    """Remind families of offers that are due, as the league's schedule says. Workers do it by themselves, by day.

    With --days or --cap the schedule is changed, and no one is reminded yet.
    """
    league = context.league.id
    promised: tuple[int, ...] = ()
    said: list[str] = []
    schedule = await read_schedule(session, league)
    if days is not None or cap is not None:
        wanted = schedule.days if days is None else parse_days(days)
        schedule = await set_schedule(session, league, wanted, schedule.cap if cap is None else cap)
        said.append("The schedule is saved.")
    elif not dry_run:
        promised = await remind(session, league)
    planned = await planned_reminders(session, league)
    answer = Reminders(schedule.days, schedule.cap, [ReminderLine.of(one) for one in planned], promised)
    if not schedule.days:
        off = "Reminders are off. --days 7,2 would remind a week and two days before an offer is due."
        return Found(lambda: answer, str, said, before=[off])
    rows = [
        (one.player, one.team, str(one.due_on), str(one.on), str(one.number), ", ".join(one.recipients))
        for one in planned
    ]
    return Found(
        lambda: answer,
        lambda: table(("Player", "Team", "Due", "Reminder", "No.", "To"), rows),
        said,
        before=[f"{counted(len(promised), 'reminder')} queued; a worker sends them."] if promised else (),
    )
