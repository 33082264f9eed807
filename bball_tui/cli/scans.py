"""`bball-tui scans list|attach|save|export|remove`: the papers behind the signatures."""

import asyncio
from pathlib import Path

import click

from bball_tui.cli.context import CliContext, in_league, in_transaction
from bball_tui.cli.contracts import json_option
from bball_tui.cli.lists import Wanted, list_options, roster_filter
from bball_tui.cli.output import Answer, Did, listed
from bball_tui.database.engine import Session
from bball_tui.files import write_bytes
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.papers.export import export_scans
from bball_tui.league.papers.scan_file import load_scan
from bball_tui.league.papers.scans import ScanRow, attach, list_scans, remove_scan, scan_content
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
@id_argument
@click.argument("file", type=click.Path(path_type=Path))
@in_transaction
async def scans_save(context: CliContext, session: Session, scan_id: int, file: Path) -> Answer:
    """Write a SCAN to FILE, byte for byte as it came."""
    found = await scan_content(session, context.league.id, scan_id)
    await asyncio.to_thread(write_bytes, file, found.content)
    return Did([f"{found.row.player}'s paper is in {file}."])


@scans.command("export")
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
    return Did([f"{counted(number, 'scan')} written to {folder}."], {"scans": number})


@scans.command("remove")
@id_argument
@click.option("--reason", metavar="TEXT", required=True, help="Why, for the record.")
@in_transaction
async def scans_remove(context: CliContext, session: Session, scan_id: int, reason: str) -> Answer:
    """Take a SCAN off its contract. The picture goes; its name and hash stay in the history."""
    row = await remove_scan(session, context.league.id, scan_id, reason)
    return Did([f"{row.name} was taken off {row.player}'s contract."])
