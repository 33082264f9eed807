"""`bball-tui contracts list|sign|undo`; the other acts are in `contract_acts`."""

import asyncio
import unicodedata
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import click
from msgspec import Struct
from msgspec.structs import replace

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.lists import Wanted, answer_list, list_options
from bball_tui.cli.output import Answer, Did, exit_code, listed
from bball_tui.database.engine import Session
from bball_tui.database.states import Capacity, ContractStatus, DateOrder, SigningMethod
from bball_tui.dates import NoDate, parse_date
from bball_tui.errors import BballError
from bball_tui.league.contracts.facts import Refused, lock_contracts
from bball_tui.league.contracts.lifecycle import RULES, Transition
from bball_tui.league.contracts.signing import SigningRequest, SigningResult, sign
from bball_tui.league.contracts.signing_preview import SignerOption, preview_signing
from bball_tui.league.contracts.signing_rules import (
    FIRST_GUARDIAN,
    FreeText,
    NamedGuardian,
    NoticeKind,
    SignerChoice,
)
from bball_tui.league.contracts.undo import undo
from bball_tui.league.contracts.undo_correction import undo_correction
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.league_clock import read_clock
from bball_tui.league.papers.scan_file import load_scan
from bball_tui.league.rights import Right
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import ContractRow, RosterFilter
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.safe_values import one_line
from bball_tui.outbox.sending_status import not_set_up
from bball_tui.wording import counted

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
ids_argument = click.argument("ids", metavar="ID...", nargs=-1, required=True, type=click.IntRange(min=1))


class ContractLine(Struct, frozen=True):
    """One contract in the JSON of `contracts list`; the keys are a promise to scripts."""

    id: int
    player: str
    team: str
    season: str
    status: ContractStatus
    signed_on: date | None
    signer: str | None
    welcome: str
    in_folder: bool
    """The welcome mail was only written to a folder."""


class Signed(Struct, frozen=True):
    """The JSON of `contracts sign`; the keys are a promise to scripts."""

    signed: list[int]
    refused: list[Refused]
    outbox: list[int]


class Undone(Struct, frozen=True):
    """The JSON of `contracts undo`; ``outbox`` are the mails that were taken back."""

    undone: tuple[int, ...]
    refused: tuple[Refused, ...]
    outbox: tuple[int, ...]


@click.group()
def contracts() -> None:
    """List contracts, offer, sign and end them."""


@contracts.command("list")
@list_options
@in_transaction
async def contracts_list(context: CliContext, session: Session, wanted: Wanted) -> Answer:
    """List the contracts by the player's name."""

    async def as_table(found: RosterFilter) -> Answer:
        rows = await list_contracts(session, context.league.id, found, wanted.order)
        headers = ("ID", "Player", "Team", "Season", "Status", "Signed on", "Signed by", "Welcome e-mail")
        return listed(headers, rows, _cells, _line)

    return await answer_list(context, session, "contracts", wanted, as_table)


def _line(row: ContractRow) -> ContractLine:
    return ContractLine(
        id=row.id,
        player=f"{row.first} {row.last}",
        team=row.team,
        season=row.season,
        status=row.status,
        signed_on=row.signed_on,
        signer=row.signer,
        welcome=row.welcome.name_in_json,
        in_folder=row.welcome is WelcomeState.IN_FOLDER,
    )


def _cells(row: ContractRow) -> Sequence[str]:
    return (
        str(row.id),
        f"{row.last}, {row.first}",
        row.team,
        row.season,
        row.status,
        row.signed_on.isoformat() if row.signed_on else "",
        row.signer or "",
        "" if row.welcome is WelcomeState.NONE else row.welcome.words,
    )


@contracts.command(str(Transition.SIGN), help=RULES[Transition.SIGN].command_help)
@needs(Right.ROSTER)
@ids_argument
@click.option(
    "--signer",
    metavar="NAME",
    help="Who signed. A guardian of the player is recognized by name; left out, it is each player's first guardian.",
)
@click.option("--capacity", type=click.Choice([str(one) for one in Capacity]), help="As what they signed.")
@click.option(
    "--method",
    type=click.Choice([str(one) for one in SigningMethod]),
    default=str(SigningMethod.PAPER),
    show_default=True,
    help="How they signed.",
)
@click.option("--signed-on", metavar="DATE", help="Such as 2027-03-24; today when left out.")
@click.option(
    "--scan",
    "scan_file",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The signed paper (PDF, JPEG, PNG, HEIC) of the one contract.",
)
@click.option("--no-hold", is_flag=True, help="Let the e-mails go at once; then undo is not possible.")
@json_option
@in_transaction
async def contracts_sign(
    context: CliContext,
    session: Session,
    ids: tuple[int, ...],
    signer: str | None,
    capacity: str | None,
    method: str,
    signed_on: str | None,
    scan_file: Path | None,
    no_hold: bool,
) -> Answer:
    """Sign by the name that --signer gives, or by each player's first guardian."""
    if scan_file is not None and len(ids) > 1:
        raise BballError(f"--scan is the paper of one contract, and {len(ids)} are named. Sign them one by one.")
    scans = () if scan_file is None else ((ids[0], await asyncio.to_thread(load_scan, scan_file)),)
    today = (await read_clock(session, context.league.id)).today
    template = SigningRequest(
        contracts=(),
        capacity=None if capacity is None else Capacity(capacity),
        method=SigningMethod(method),
        signed_on=today if signed_on is None else day_of(signed_on, context.league.date_order, today),
        hold_seconds=0 if no_hold else None,
        scans=scans,
    )
    results, told = await _sign(context, session, ids, signer, template)
    signed = [one.id for result in results for one in result.signed]
    refused = [one for result in results for one in result.refused]
    outbox = sorted(one for result in results for one in result.outbox_ids)
    if signed:
        until = max((one.undo_until for one in results if one.undo_until is not None), default=None)
        held = "" if until is None or not outbox else f" (held until {_clock(until, context)}, undo until then)"
        told.append(f"Signed: {counted(len(signed), 'contract')}. Queued: {counted(len(outbox), 'e-mail')}{held}.")
    missing = await not_set_up(session, context.league.id, Outgoing.here(context.settings)) if outbox else None
    if missing is not None:
        told.append(f"{missing.sentence}, so the e-mails wait. {missing.way_out}")
    told += why_refused(refused, "Not signed")
    return Did(told, Signed(signed, refused, outbox), exit_code(len(signed), len(refused)))


def day_of(text: str, order: DateOrder, today: date, option: str = "--signed-on", *, ahead: bool = False) -> date:
    """The day that an option names; without a year the latest such day, or with ``ahead`` the next one.

    Raises:
        BballError: it is no date.
    """
    try:
        return parse_date(text, order, today, ahead=ahead)
    except NoDate as error:
        raise BballError(f"{option} {one_line(text)[:40]!r}: {error}") from None


async def _sign(
    context: CliContext, session: Session, ids: Sequence[int], signer: str | None, template: SigningRequest
) -> tuple[list[SigningResult], list[str]]:
    """Sign ``ids``, and say whose guardian nobody of that name is: for those it is free text."""
    named = FIRST_GUARDIAN if signer is None else FreeText(signer)
    # All at once and in the order of their ids: two desks that sign the same contracts never wait for each other.
    await lock_contracts(session, context.league.id, ids)
    preview = await preview_signing(
        session, context.league.id, ids, named, capacity=template.capacity, signed_on=template.signed_on
    )
    groups: dict[SignerChoice, list[tuple[int, int]]] = {}
    told: list[str] = []
    for contract in preview.contracts:
        choice = named if signer is None else signer_of(contract.signers, signer)
        groups.setdefault(choice, []).append((contract.id, contract.version))
        if isinstance(choice, FreeText):
            told += [one.text for one in contract.notices if one.kind is NoticeKind.UNKNOWN_SIGNER]
    results = [
        await sign(session, context.league.id, replace(template, contracts=tuple(contracts), signer=choice))
        for choice, contracts in groups.items()
    ]
    return results, told


def signer_of(options: Sequence[SignerOption], name: str) -> SignerChoice:
    """The guardian who is called so, or somebody whom the roster does not know."""
    wanted = _folded(name)
    for option in options:
        if _folded(option.name) == wanted:
            return NamedGuardian(option.guardian_id)
    return FreeText(name)


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", one_line(name)).casefold()


@contracts.command("undo")
@needs(Right.ROSTER)
@ids_argument
@click.option("--reason", metavar="TEXT", help="Why, for the record.")
@click.option("--correction", is_flag=True, help="Take the latest correction of the record back, not the signature.")
@json_option
@in_transaction
async def contracts_undo(
    context: CliContext, session: Session, ids: tuple[int, ...], reason: str | None, correction: bool
) -> Answer:
    """Take signatures and their e-mails back, as long as the e-mails are held."""
    if correction:
        result = await undo_correction(session, context.league.id, ids)
    else:
        result = await undo(session, context.league.id, ids, reason=reason)
    told: list[str] = []
    if result.undone:
        mails = counted(len(result.cancelled), "e-mail")
        told.append(f"Undone: {counted(len(result.undone), 'correction' if correction else 'signature')} and {mails}.")
    told += why_refused(result.refused, "Not undone")
    answer = Undone(result.undone, result.refused, result.cancelled)
    return Did(told, answer, exit_code(len(result.undone), len(result.refused)))


def why_refused(refused: Sequence[Refused], what: str) -> list[str]:
    """A line for each contract that was left as it was."""
    return [f"{what}, contract {one.id}: {one.reason}" for one in refused]


def _clock(moment: datetime, context: CliContext) -> str:
    return f"{moment.astimezone(context.league.zone):%H:%M:%S}"
