"""`bball-tui contracts offer|due|accept|decline|expire|release|void`, one or many; `contracts add|edit|welcome`."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeAlias

import click

from bball_tui.cli.context import Desk, with_desk
from bball_tui.cli.contracts import contracts, day_of, ids_argument, json_option, narrate_refused
from bball_tui.cli.editing import team_id_of
from bball_tui.cli.output import echo_json, exit_code, narrate, wants_json
from bball_tui.cli.saving import given, save
from bball_tui.cli.seasons import season_of
from bball_tui.database.engine import Session
from bball_tui.database.states import DateOrder
from bball_tui.league.acting import Asked, Told, act
from bball_tui.league.due import change_due
from bball_tui.league.editing.contracts import ContractDraft, load_contract, new_contract, save_contract
from bball_tui.league.editing.family_mails import enqueue_welcome
from bball_tui.league.editing.outcome import Outcome
from bball_tui.league.facts import Refused, read_desk
from bball_tui.league.life import RULES, Act
from bball_tui.league.timeline.read import contract_detail
from bball_tui.wording import counted

Days: TypeAlias = Callable[[date, DateOrder], tuple[date | None, date | None]]
"""From today and the league's order of dates to the day of the offer and its due date."""


@dataclass(frozen=True, slots=True)
class ActLine:
    """The JSON of every act: the contracts that changed, those that did not, mails taken back, mails that left."""

    act: Act
    done: tuple[int, ...]
    refused: tuple[Refused, ...]
    outbox: tuple[int, ...]
    told: tuple[Told, ...]
    promised: tuple[int, ...]


def _run(ids: tuple[int, ...], asked: Asked, as_json: bool, days: Days | None = None) -> int:
    which = asked.act
    asked = replace(asked, contracts=tuple((one, None) for one in ids))

    async def work(desk: Desk) -> int:
        async with desk.database.session() as session:
            offered_on, due_on = (
                (None, None)
                if days is None
                else days((await read_desk(session, desk.league.id)).today, desk.league.date_order)
            )
            result = await act(session, desk.league.id, replace(asked, offered_on=offered_on, due_on=due_on))
        if wants_json(as_json):
            echo_json(ActLine(which, result.done, result.refused, result.cancelled, result.told, result.promised))
        word = RULES[which].target
        if result.done:
            mails = f" Cancelled: {counted(len(result.cancelled), 'mail')}." if result.cancelled else ""
            more = f" Promised: {counted(len(result.promised), 'mail')}." if result.promised else ""
            narrate(f"{counted(len(result.done), 'contract')} {word}.{mails}{more}")
        for one in () if asked.correct else result.told:
            narrate(f"The mail to {one.recipient} may have arrived already ({one.state}): --correct writes to them.")
        narrate_refused(result.refused, f"Not {word}")
        return exit_code(len(result.done), len(result.refused))

    return with_desk(work)


why = click.option("--reason", metavar="TEXT", required=True, help="Why, for the record.")
correct = click.option("--correct", is_flag=True, help="Write a correcting mail to those who had the welcome mail.")
note = click.option("--reason", metavar="TEXT", help="A note for the record.")


@contracts.command("offer")
@ids_argument
@click.option("--due", metavar="DATE", help="Until when the family should sign, such as 2027-03-24.")
@click.option("--offered-on", metavar="DATE", help="When it was offered; today when left out.")
@json_option
def contracts_offer(ids: tuple[int, ...], due: str | None, offered_on: str | None, as_json: bool) -> int:
    """Offer drafts to their families."""

    def days(today: date, order: DateOrder) -> tuple[date | None, date | None]:
        return (
            None if offered_on is None else day_of(offered_on, order, today, "--offered-on"),
            None if due is None else day_of(due, order, today, "--due", ahead=True),
        )

    return _run(ids, Asked(Act.OFFER, ()), as_json, days)


@dataclass(frozen=True, slots=True)
class DueLine:
    """The JSON of `contracts due`: the contracts that changed, those that did not, reminders taken back."""

    due_on: date | None
    done: tuple[int, ...]
    refused: tuple[Refused, ...]
    outbox: tuple[int, ...]


@contracts.command("due")
@ids_argument
@click.option("--on", "day", metavar="DATE", help="The new due date, such as 2027-03-24.")
@click.option("--none", "no_day", is_flag=True, help="No due date any more.")
@json_option
def contracts_due(ids: tuple[int, ...], day: str | None, no_day: bool, as_json: bool) -> int:
    """Give offers another due date; reminders about the old one that wait are cancelled."""
    if (day is None) is not no_day:
        raise click.UsageError("Say either --on DATE or --none.")

    async def work(desk: Desk) -> int:
        async with desk.database.session() as session:
            today = (await read_desk(session, desk.league.id)).today
            due_on = None if day is None else day_of(day, desk.league.date_order, today, "--on", ahead=True)
            result = await change_due(session, desk.league.id, [(one, None) for one in ids], due_on)
        if wants_json(as_json):
            echo_json(DueLine(due_on, result.done, result.refused, result.cancelled))
        if result.done:
            now = "no due date" if due_on is None else f"due on {due_on}"
            mails = f" Cancelled: {counted(len(result.cancelled), 'reminder')}." if result.cancelled else ""
            narrate(f"{counted(len(result.done), 'contract')}: {now}.{mails}")
        narrate_refused(result.refused, "Not changed")
        return exit_code(len(result.done), len(result.refused))

    return with_desk(work)


@contracts.command("accept")
@ids_argument
@note
@json_option
def contracts_accept(ids: tuple[int, ...], reason: str | None, as_json: bool) -> int:
    """Note that families said yes; their signatures are still to come."""
    return _run(ids, Asked(Act.ACCEPT, (), reason), as_json)


@contracts.command("decline")
@ids_argument
@why
@json_option
def contracts_decline(ids: tuple[int, ...], reason: str, as_json: bool) -> int:
    """Note that families said no."""
    return _run(ids, Asked(Act.DECLINE, (), reason), as_json)


@contracts.command("expire")
@ids_argument
@note
@json_option
def contracts_expire(ids: tuple[int, ...], reason: str | None, as_json: bool) -> int:
    """End offers whose due date has passed."""
    return _run(ids, Asked(Act.EXPIRE, (), reason), as_json)


@contracts.command("release")
@ids_argument
@why
@correct
@json_option
def contracts_release(ids: tuple[int, ...], reason: str, correct: bool, as_json: bool) -> int:
    """Let players go who have signed; mails that have not left are cancelled."""
    return _run(ids, Asked(Act.RELEASE, (), reason, correct=correct), as_json)


@contracts.command("void")
@ids_argument
@why
@correct
@json_option
def contracts_void(ids: tuple[int, ...], reason: str, correct: bool, as_json: bool) -> int:
    """End contracts that were a mistake; mails that have not left are cancelled."""
    return _run(ids, Asked(Act.VOID, (), reason, correct=correct), as_json)


@contracts.command("add")
@click.argument("player_id", metavar="PLAYER", type=click.IntRange(min=1))
@click.option("--team", metavar="NAME", required=True, help="For this team.")
@click.option("--season", metavar="NAME", help="In this season; the one that the desk shows when left out.")
@click.option("--due", default="", metavar="DATE", help="Until when the family should sign.")
@click.option("--draft", is_flag=True, help="Do not offer it yet.")
@json_option
def contracts_add(player_id: int, team: str, season: str | None, due: str, draft: bool, as_json: bool) -> int:
    """Make a contract for a player who has none in the season."""

    async def work(desk: Desk, session: Session) -> Outcome:
        where = await season_of(desk, season)
        wanted = ContractDraft(await team_id_of(desk, where.id, team), due_on=due, offered=not draft)
        order = desk.league.date_order
        return await new_contract(session, desk.league.id, where.id, player_id, wanted, order=order)

    return save("Contract", work, as_json=as_json)


@contracts.command("edit")
@click.argument("contract_id", metavar="ID", type=click.IntRange(min=1))
@click.option("--team", metavar="NAME", help="Move to this team; a signed contract is released and offered anew.")
@click.option("--due", "due_on", metavar="DATE", help="Empty for no due date.")
@click.option("--offered-on", metavar="DATE", help="When it was offered.")
@correct
@json_option
def contracts_edit(contract_id: int, team: str | None, correct: bool, as_json: bool, **values: str | None) -> int:
    """Move a contract to another team, or change its days."""

    async def work(desk: Desk, session: Session) -> Outcome:
        order = desk.league.date_order
        base = await load_contract(session, desk.league.id, contract_id, order)
        detail = await contract_detail(session, desk.league.id, contract_id, mail_server=desk.settings.may_send)
        changed = replace(given(base.draft, dict(values)), correct=correct)
        if team is not None:
            where = await season_of(desk, detail.season)
            changed = replace(changed, team_id=await team_id_of(desk, where.id, team))
        return await save_contract(session, desk.league.id, changed, order=order, base=base)

    return save("Contract", work, as_json=as_json)


@contracts.command("welcome")
@ids_argument
@json_option
def contracts_welcome(ids: tuple[int, ...], as_json: bool) -> int:
    """Send the welcome mail to guardians of signed players who were never promised one."""

    async def work(desk: Desk) -> int:
        async with desk.database.session() as session:
            made = await enqueue_welcome(session, desk.league.id, ids)
        if wants_json(as_json):
            echo_json(made)
        narrate(f"Promised: {counted(len(made), 'mail')}." if made else "Nobody is left to be told.")
        return 0

    return with_desk(work)
