"""`bball-tui scans list|attach|read|save|export|remove`: the papers behind the signatures."""

import asyncio
from pathlib import Path

import click

from bball_tui.cli.context import CliContext, in_league, in_transaction, needs
from bball_tui.cli.contracts import day_of, json_option, why_refused
from bball_tui.cli.lists import Wanted, list_options, roster_filter
from bball_tui.cli.output import Answer, Did, Found, exit_code, listed, table
from bball_tui.database.engine import Session
from bball_tui.database.states import SigningMethod
from bball_tui.errors import BballError
from bball_tui.files import write_bytes
from bball_tui.league.activity import note_export
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.league_clock import read_clock
from bball_tui.league.papers.export import export_scans
from bball_tui.league.papers.scan_file import load_scan
from bball_tui.league.papers.scan_stack import ScanStackPlan, ScanStackReader, plan_scan_stack, sign_scan_stack
from bball_tui.league.papers.scans import ScanRow, attach, list_scans, remove_scan, scan_content
from bball_tui.league.rights import Right
from bball_tui.wording import counted
from bball_tui.wording import listed as named

id_argument = click.argument("scan_id", metavar="SCAN", type=click.IntRange(min=1))


@click.group()
def scans() -> None:
    """The papers behind the signatures: attach them, write them to files, take them off."""


@scans.command("list")
@list_options
@in_transaction
async def scans_list(context: CliContext, session: Session, wanted: Wanted) -> Answer:
    """List the scans of contracts by the player's name. 'contracts list --need no-scan' names what is missing."""
    found = await roster_filter(context, session, wanted)
    contracts = [row.id for row in await ContractListing(context.league.id, found).all(session)]
    rows = await list_scans(session, context.league.id, contracts)
    return listed(("Scan", "Contract", "Player", "Team", "Kind", "File", "KB", "Attached by"), rows, _cells)


def _cells(row: ScanRow) -> tuple[str, ...]:
    size = str(max(1, row.size // 1024))
    return (str(row.id), str(row.contract_id), row.player, row.team, row.kind, row.name, size, row.recorded_by)


@scans.command("attach")
@needs(Right.ROSTER)
@click.argument("contract_id", metavar="CONTRACT", type=click.IntRange(min=1))
@click.argument("file", type=click.Path(path_type=Path))
@json_option
@in_transaction
async def scans_attach(context: CliContext, session: Session, contract_id: int, file: Path) -> Answer:
    """Keep FILE (PDF, JPEG, PNG or HEIC) as the paper of a signed CONTRACT."""
    scan = await asyncio.to_thread(load_scan, file)
    done = await attach(session, context.league.id, contract_id, scan)
    told = [f"Attached to {done.player}'s contract: {scan.name}."]
    if done.also:
        told.append(f"The same file is also attached to the contract of {named(done.also)}. Is that right?")
    return Did(told, done)


@scans.command("save")
@needs(Right.PAPERS)
@id_argument
@click.argument("file", type=click.Path(path_type=Path))
@in_transaction
async def scans_save(context: CliContext, session: Session, scan_id: int, file: Path) -> Answer:
    """Write a SCAN to FILE, byte for byte as it came."""
    found = await scan_content(session, context.league.id, scan_id)
    await asyncio.to_thread(write_bytes, file, found.content)
    return Did([f"{found.row.player}'s paper is in {file}."])


@scans.command("export")
@needs(Right.PAPERS)
@click.argument("folder", type=click.Path(path_type=Path))
@list_options
@in_league
async def scans_export(context: CliContext, wanted: Wanted, folder: Path) -> Answer:
    """Write all scans into FOLDER, or with --team those of a team."""
    async with context.database.session() as session:
        found = await roster_filter(context, session, wanted)
    number = 0
    async for _ in export_scans(context.database, context.league.id, found, folder):
        number += 1
    await note_export(context.database, context.league.id, "scans", number)
    return Did([f"{counted(number, 'scan')} written to {folder}."], {"scans": number})


@scans.command("remove")
@needs(Right.ROSTER)
@id_argument
@click.option("--reason", metavar="TEXT", required=True, help="Why, for the record.")
@in_transaction
async def scans_remove(context: CliContext, session: Session, scan_id: int, reason: str) -> Answer:
    """Take a SCAN off its contract. The picture goes; its name and hash stay in the history."""
    row = await remove_scan(session, context.league.id, scan_id, reason)
    return Did([f"{row.name} was taken off {row.player}'s contract."])


@scans.command("read")
@needs(Right.ROSTER)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--sign", "signing", is_flag=True, help="Sign what the plan says, with the scans attached.")
@click.option("--expect", default="", metavar="CODE", help="Sign only if the plan is the one with this code.")
@click.option(
    "--leave", multiple=True, type=click.IntRange(min=1), metavar="CONTRACT", help="Not this one; repeatable."
)
@click.option(
    "--method", type=click.Choice(["paper", "scan"]), default="scan", show_default=True, help="How they signed."
)
@click.option("--signed-on", metavar="DATE", help="Such as 2027-03-24; today when left out.")
@click.option("--no-hold", is_flag=True, help="Let the e-mails go at once; then undo is not possible.")
@json_option
@in_league
async def scans_read(
    context: CliContext,
    path: Path,
    signing: bool,
    expect: str,
    leave: tuple[int, ...],
    method: str,
    signed_on: str | None,
    no_hold: bool,
) -> Answer:
    """Find the contracts of a stack of scanned sheets, a folder or a PDF of many pages, by their printed codes.

    Shows the plan; with --sign, carries it out. Pages that say nothing for certain are named and left alone.
    """
    stack = await asyncio.to_thread(ScanStackReader().read, path)
    async with context.database.session() as session:
        plan = await plan_scan_stack(session, context.league.id, stack)
        today = (await read_clock(session, context.league.id)).today
    doubtful = [f"{one.where}: {one.reason}." for one in plan.doubtful]
    if not signing:
        return Found(lambda: _plan_line(plan), lambda: _plan_table(plan), after=[*doubtful, *_plan_words(plan)])
    if expect and expect.strip().lower() != plan.digest:
        raise BballError(
            f"The plan is {plan.digest} now, not {expect.strip()[:20]}. Nothing was signed; look at it without --sign."
        )
    if not plan.papers:
        raise BballError(" ".join(["No page names a contract that can be signed.", *doubtful]))
    done = await sign_scan_stack(
        context.database,
        context.league.id,
        plan,
        leave=frozenset(leave),
        method=SigningMethod(method),
        signed_on=None if signed_on is None else day_of(signed_on, context.league.date_order, today),
        hold_seconds=0 if no_hold else None,
    )
    told = [
        f"Signed: {counted(len(done.signed), 'contract')}, with their scans.",
        *([f"Attached to contracts signed before: {counted(len(done.attached), 'scan')}."] if done.attached else []),
        *why_refused(done.refused, "Not signed"),
        *doubtful,
    ]
    left = len(done.refused) + len(doubtful)
    return Did(told, done, exit_code(len(done.signed) + len(done.attached), left))


def _plan_line(plan: ScanStackPlan) -> dict[str, object]:
    papers = [
        {
            "contract": one.contract_id,
            "player": one.player,
            "team": one.team,
            "signer": one.signer,
            "pages": [part.words for part in one.parts],
        }
        for one in plan.papers
    ]
    return {"plan": plan.digest, "papers": papers, "doubtful": plan.doubtful, "blank": plan.blank, "pages": plan.pages}


def _plan_table(plan: ScanStackPlan) -> str:
    rows = [
        (
            str(one.contract_id),
            one.player,
            one.team,
            "attach" if one.signer is None else f"sign, by {one.signer}",
            "; ".join(part.words for part in one.parts),
        )
        for one in plan.papers
    ]
    return table(("Contract", "Player", "Team", "What", "Pages"), rows) if rows else ""


def _plan_words(plan: ScanStackPlan) -> list[str]:
    blank = f", {counted(plan.blank, 'blank page')} left out" if plan.blank else ""
    told = [f"{counted(plan.pages, 'page')} read: {plan.to_sign} to sign{blank}. Nothing is signed yet."]
    if plan.papers:
        told.append(f"This plan is {plan.digest}: --sign --expect {plan.digest} does this and nothing else.")
    return told
