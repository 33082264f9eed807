"""All scans of some contracts as files: for a binder, an insurer, or the end of the season."""

import asyncio
import re
from collections.abc import AsyncIterator
from pathlib import Path

from bball_tui.database.engine import Database
from bball_tui.errors import BballError
from bball_tui.files import write_bytes
from bball_tui.language import _
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.papers.scan_file import SUFFIXES
from bball_tui.league.papers.scans import ScanRow, list_scans, scan_content
from bball_tui.league.roster.rows import RosterFilter

# What Windows, macOS or Linux forbid in a name of a file, and what would hide it.
_FORBIDDEN = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
LONGEST_NAME = 120


def file_name(row: ScanRow) -> str:
    """How the file of a scan is called: player, team, number of the scan; what it is by its content."""
    stem = _FORBIDDEN.sub("_", f"{row.player}, {row.team}")
    stem = "".join(one for one in stem if one.isprintable())[:LONGEST_NAME].strip(" .")
    return f"{stem or 'scan'} {row.id}{SUFFIXES[row.kind]}"


def _made(folder: Path) -> Path:
    try:
        folder = folder.expanduser()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BballError(
            _("The folder {folder} cannot be made: {reason}. Choose another place.").format(
                folder=folder, reason=reason
            )
        ) from None
    return folder


async def export_scans(
    database: Database, league_id: int, wanted: RosterFilter, folder: Path
) -> AsyncIterator[tuple[ScanRow, Path]]:
    """Write the scans of the contracts that ``wanted`` leaves into ``folder``, one after the other.

    Raises:
        BballError: there is none, or the folder or a file in it cannot be written.
    """
    async with database.session() as session:
        contracts = [row.id for row in await ContractListing(league_id, wanted).all(session)]
        rows = await list_scans(session, league_id, contracts)
    if not rows:
        raise BballError(_("None of these contracts has a scan, so nothing was written."))
    folder = await asyncio.to_thread(_made, folder)
    for row in rows:
        async with database.session() as session:
            found = await scan_content(session, league_id, row.id)
        place = folder / file_name(row)
        await asyncio.to_thread(write_bytes, place, found.content)
        yield row, place
