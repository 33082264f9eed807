"""`bball-tui contracts offer|due|accept|decline|expire|release|void`, one or many; `contracts add|edit|welcome`.

`contracts correct` is in `contract_correct`.
"""

import dataclasses
from collections.abc import Callable
from datetime import date
from typing import TypeAlias

import click
from msgspec import Struct
from msgspec.structs import replace

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.contract_correct import contracts_correct
from bball_tui.cli.contracts import contracts, day_of, ids_argument, json_option, why_refused
from bball_tui.cli.contracts_chasing import contracts_chasing
from bball_tui.cli.family_show import contracts_show
from bball_tui.cli.output import Answer, Did, exit_code
from bball_tui.cli.saving import given, saving
from bball_tui.cli.teams import team_id_of
from bball_tui.cli.which_season import season_of
from bball_tui.database.engine import Session
from bball_tui.database.states import TeamChange
from bball_tui.league.contracts.due_dates import change_due
from bball_tui.league.contracts.facts import Refused
from bball_tui.league.contracts.lifecycle import SIMPLE_RULES, ReasonNeed, Rule, Transition
from bball_tui.league.contracts.transitions import (
    AlreadyNotified,
    TransitionRequest,
    TransitionResult,
    apply_transition,
)
from bball_tui.league.editing.contracts import (
    ContractDraft,
    load_contract,
    new_contract,
    save_contract,
)
from bball_tui.league.editing.family_mails import enqueue_welcome
from bball_tui.league.editing.outcome import Outcome
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rights import Right
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.wording import counted

CommandOption: TypeAlias = Callable[[Callable[..., int]], Callable[..., int]]


class ActLine(Struct, frozen=True):
    """The JSON of every act: the contracts that changed, those that did not, mails taken back, mails that left."""

    act: Transition
    done: tuple[int, ...]
    refused: tuple[Refused, ...]
    outbox: tuple[int, ...]
    told: tuple[AlreadyNotified, ...]
    promised: tuple[int, ...]


team_reason = click.option(
    "--reason", metavar="TEXT", default="", help="Why the team changes; needed after the league's freeze date."
)
correct = click.option("--correct", is_flag=True, help="Write a correction e-mail to those who had the welcome e-mail.")
_OPTIONS: tuple[tuple[Callable[[Rule], bool], CommandOption], ...] = (
    (
        lambda rule: rule.offers,
        click.option("--due", metavar="DATE", help="Until when the family should sign, such as 2027-03-24."),
    ),
    (
        lambda rule: rule.offers,
        click.option("--offered-on", metavar="DATE", help="When it was offered; today when left out."),
    ),
    (
        lambda rule: rule.reason is ReasonNeed.REQUIRED,
        click.option("--reason", metavar="TEXT", required=True, help="Why, for the record."),
    ),
    (
        lambda rule: rule.reason is ReasonNeed.OPTIONAL,
        click.option("--reason", metavar="TEXT", help="A note for the record."),
    ),
    (lambda rule: rule.corrects, correct),
)
"""What a command asks, by what its act wants to know."""


def _add_command(rule: Rule) -> None:
    """The command of an act, as its row of the table has it."""

    @in_transaction
    async def run(
        context: CliContext,
        session: Session,
        ids: tuple[int, ...],
        reason: str | None = None,
        correct: bool = False,
        due: str | None = None,
        offered_on: str | None = None,
    ) -> Answer:
        asked = TransitionRequest(rule.act, tuple((one, None) for one in ids), reason, correct=correct)
        if due is not None or offered_on is not None:
            today, order = (await read_clock(session, context.league.id)).today, context.league.date_order
            asked = replace(
                asked,
                offered_on=None if offered_on is None else day_of(offered_on, order, today, "--offered-on"),
                due_on=None if due is None else day_of(due, order, today, "--due", ahead=True),
            )
        return _answer(rule, asked, await apply_transition(session, context.league.id, asked))

    command = json_option(run)
    for wanted, option in reversed(_OPTIONS):
        if wanted(rule):
            command = option(command)
    contracts.command(str(rule.act), help=rule.command_help)(needs(Right.ROSTER)(ids_argument(command)))


def _answer(rule: Rule, asked: TransitionRequest, result: TransitionResult) -> Did:
    told: list[str] = []
    if result.done:
        mails = f" Canceled: {counted(len(result.cancelled), 'e-mail')}." if result.cancelled else ""
        more = f" Queued: {counted(len(result.promised), 'e-mail')}." if result.promised else ""
        told.append(f"{counted(len(result.done), 'contract')} {rule.target}.{mails}{more}")
    told += [
        f"The e-mail to {one.recipient} may have arrived already ({one.state}): --correct writes to them."
        for one in (() if asked.correct else result.told)
    ]
    told += why_refused(result.refused, f"Not {rule.target}")
    line = ActLine(rule.act, result.done, result.refused, result.cancelled, result.told, result.promised)
    return Did(told, line, exit_code(len(result.done), len(result.refused)))


for _rule in SIMPLE_RULES:
    _add_command(_rule)
contracts.add_command(contracts_correct)
contracts.add_command(contracts_show)
contracts.add_command(contracts_chasing)


class DueLine(Struct, frozen=True):
    """The JSON of `contracts due`: the contracts that changed, those that did not, reminders taken back."""

    due_on: date | None
    done: tuple[int, ...]
    refused: tuple[Refused, ...]
    outbox: tuple[int, ...]


@contracts.command("due")
@needs(Right.ROSTER)
@ids_argument
@click.option("--on", "day", metavar="DATE", help="The new due date, such as 2027-03-24.")
@click.option("--none", "no_day", is_flag=True, help="No due date anymore.")
@json_option
def contracts_due(ids: tuple[int, ...], day: str | None, no_day: bool, as_json: bool) -> int:
    """Give offers another due date; reminders about the old one that wait are canceled."""
    if (day is None) is not no_day:
        raise click.UsageError("Say either --on DATE or --none.")

    return _change_due(ids, day, as_json=as_json)


@in_transaction
async def _change_due(context: CliContext, session: Session, ids: tuple[int, ...], day: str | None) -> Answer:
    today = (await read_clock(session, context.league.id)).today
    due_on = None if day is None else day_of(day, context.league.date_order, today, "--on", ahead=True)
    result = await change_due(session, context.league.id, [(one, None) for one in ids], due_on)
    told: list[str] = []
    if result.done:
        now = "no due date" if due_on is None else f"due on {due_on}"
        mails = f" Canceled: {counted(len(result.cancelled), 'reminder')}." if result.cancelled else ""
        told.append(f"{counted(len(result.done), 'contract')}: {now}.{mails}")
    told += why_refused(result.refused, "Not changed")
    line = DueLine(due_on, result.done, result.refused, result.cancelled)
    return Did(told, line, exit_code(len(result.done), len(result.refused)))


@contracts.command("add")
@needs(Right.ROSTER)
@click.argument("player_id", metavar="PLAYER", type=click.IntRange(min=1))
@click.option("--team", metavar="NAME", required=True, help="For this team.")
@click.option("--season", metavar="NAME", help="In this season; the one that the desk shows when left out.")
@click.option("--due", default="", metavar="DATE", help="Until when the family should sign.")
@click.option("--draft", is_flag=True, help="Do not offer it yet.")
@team_reason
@json_option
@saving("Contract")
async def contracts_add(
    context: CliContext,
    session: Session,
    player_id: int,
    team: str,
    season: str | None,
    due: str,
    draft: bool,
    reason: str,
) -> Outcome:
    """Make a contract for a player who has none in the season."""
    where = await season_of(context, session, season)
    team_id = await team_id_of(context, session, where.id, team)
    wanted = ContractDraft(team_id, due_on=due, offered=not draft, reason=reason)
    order = context.league.date_order
    return await new_contract(session, context.league.id, where.id, player_id, wanted, order=order)


@contracts.command("edit")
@needs(Right.ROSTER)
@click.argument("contract_id", metavar="ID", type=click.IntRange(min=1))
@click.option("--team", metavar="NAME", help="Move to this team.")
@click.option(
    "--keep-signature/--new-signature",
    "keep",
    default=None,
    help="Whether a signed contract stays signed with another team, or is released and offered again. "
    "Left out: as the league says, a new signature if it asks.",
)
@click.option("--due", "due_on", metavar="DATE", help="Empty for no due date.")
@click.option("--offered-on", metavar="DATE", help="When it was offered.")
@team_reason
@correct
@json_option
@saving("Contract")
async def contracts_edit(
    context: CliContext,
    session: Session,
    contract_id: int,
    team: str | None,
    keep: bool | None,
    correct: bool,
    **values: str | None,
) -> Outcome:
    """Move a contract to another team, or change its days."""
    order = context.league.date_order
    base = await load_contract(session, context.league.id, contract_id, order)
    detail = await contract_detail(session, context.league.id, contract_id, Outgoing.here(context.settings))
    changed = dataclasses.replace(given(base.draft, dict(values)), correct=correct)
    if keep is not None:
        changed = dataclasses.replace(changed, signature=str(TeamChange.KEEP if keep else TeamChange.VOID))
    if team is not None:
        where = await season_of(context, session, detail.season)
        changed = dataclasses.replace(changed, team_id=await team_id_of(context, session, where.id, team))
    return await save_contract(session, context.league.id, changed, order=order, base=base)


@contracts.command("welcome")
@needs(Right.MAILS)
@ids_argument
@json_option
@in_transaction
async def contracts_welcome(context: CliContext, session: Session, ids: tuple[int, ...]) -> Answer:
    """Send the welcome e-mail to guardians of signed players who have not been sent one."""
    made = await enqueue_welcome(session, context.league.id, ids)
    return Did([f"Queued: {counted(len(made), 'e-mail')}." if made else "No one is left to tell."], made)
