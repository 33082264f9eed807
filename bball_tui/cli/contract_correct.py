"""`bball-tui contracts correct`: the record of a signature says what is right, and what it said before is kept."""

import click
from msgspec import Struct
from msgspec.structs import replace

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.contracts import day_of, ids_argument, json_option, signer_of, why_refused
from bball_tui.cli.output import Answer, Did, exit_code
from bball_tui.database.engine import Session
from bball_tui.database.states import Capacity, SigningMethod
from bball_tui.league.contracts.correcting import CorrectionRequest, CorrectionResult, correct, preview_correction
from bball_tui.league.contracts.facts import Refused, lock_contracts
from bball_tui.league.contracts.lifecycle import RULES, Transition
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rights import Right
from bball_tui.wording import counted


class CorrectLine(Struct, frozen=True):
    """The JSON of `contracts correct`: the contracts whose record was corrected, those left as they were, waiting mails
    that say what is right now, addresses that read what was wrong, and the corrections that go to them.
    """

    corrected: list[int]
    refused: list[Refused]
    rewritten: list[int]
    told: list[str]
    outbox: list[int]


@click.command(str(Transition.CORRECT), help=RULES[Transition.CORRECT].command_help)
@needs(Right.ROSTER)
@ids_argument
@click.option("--signer", metavar="NAME", help="Who signed. A guardian of the player is recognized by name.")
@click.option("--capacity", type=click.Choice([str(one) for one in Capacity]), help="As what they signed.")
@click.option("--method", type=click.Choice([str(one) for one in SigningMethod]), help="How they signed.")
@click.option("--signed-on", metavar="DATE", help="When they signed, such as 2027-03-24.")
@click.option("--note", metavar="TEXT", help="A note in the record; empty takes it away.")
@click.option("--reason", metavar="TEXT", required=True, help="Why, for the record.")
@click.option("--notify", is_flag=True, help="E-mail a correction to families who got the welcome.")
@json_option
@in_transaction
async def contracts_correct(
    context: CliContext,
    session: Session,
    ids: tuple[int, ...],
    signer: str | None,
    capacity: str | None,
    method: str | None,
    signed_on: str | None,
    note: str | None,
    reason: str,
    notify: bool,
) -> Answer:
    """Correct what the options name; everything else stays as it is."""
    if (signer, capacity, method, signed_on, note) == (None,) * 5:
        raise click.UsageError("Say what is right: --signer, --capacity, --method, --signed-on or --note.")
    league = context.league
    today = (await read_clock(session, league.id)).today
    asked = CorrectionRequest(
        contracts=(),
        reason=reason,
        capacity=None if capacity is None else Capacity(capacity),
        method=None if method is None else SigningMethod(method),
        signed_on=None if signed_on is None else day_of(signed_on, league.date_order, today),
        note=note,
        notify=notify,
    )
    # All at once and in the order of their ids: two desks that correct the same contracts never wait for each other.
    await lock_contracts(session, league.id, ids)
    results = [await _correct(session, league.id, asked, one, signer) for one in dict.fromkeys(ids)]
    return _answer(results, notify=notify)


async def _correct(
    session: Session, league_id: int, asked: CorrectionRequest, contract_id: int, signer: str | None
) -> CorrectionResult:
    """One contract: a name that is a guardian's of one player is free text for another."""
    seen = await preview_correction(session, league_id, [contract_id])
    named = None if signer is None else signer_of(seen.signers, signer)
    return await correct(session, league_id, replace(asked, contracts=((contract_id, None),), signer=named))


def _answer(results: list[CorrectionResult], *, notify: bool) -> Did:
    line = CorrectLine(
        corrected=[one for result in results for one in result.done],
        refused=[one for result in results for one in result.refused],
        rewritten=[one for result in results for one in result.rewritten],
        told=list(dict.fromkeys(one.recipient for result in results for one in result.told)),
        outbox=[one for result in results for one in result.promised],
    )
    said: list[str] = []
    if line.corrected:
        said.append(f"{counted(len(line.corrected), 'record')} corrected.")
    if line.rewritten:
        says = "says" if len(line.rewritten) == 1 else "say"
        said.append(f"{counted(len(line.rewritten), 'welcome e-mail')} not sent yet: {says} what is right now.")
    if line.outbox:
        said.append(f"{counted(len(line.outbox), 'correction e-mail')} queued.")
    said += [one for result in results for one in result.warnings]
    if not notify:
        said += [f"{one} may have read what was wrong: --notify writes to them." for one in line.told]
    said += why_refused(line.refused, "Not corrected")
    return Did(said, line, exit_code(len(line.corrected), len(line.refused)))
