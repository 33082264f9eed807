"""`python -m tests.pictures.doubt` opens the screen on a league in which one mail may have gone out or not.

The mail server takes it whole, and is gone before it answers.
"""

import asyncio
import os
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

import msgspec

from bball_tui.database.engine import Database
from bball_tui.database.opening import open_database
from bball_tui.delivery.worker import Worker
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_preview import preview_signing
from bball_tui.league.editing.profile import change_league
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.mail.transports import open_transport
from bball_tui.settings import SecretUrl, Settings
from tests.support.smtp import DISCONNECT, SmtpServer

SIGNED = 12
FAMILY, FAMILYS = "rhodes.2@families.test", 1
"""Who may have the mail, and which contract of the list is theirs; they have one address."""


async def furnish(database: Database) -> tuple[int, list[int]]:
    """A league with its contracts; returns the ids of both."""
    async with database.session() as session:
        made = await create_league(session, "Westside Basketball", slug="westside")
        league = await change_league(session, made, {"from_email": "office@westside.test"})
    roster = Path(str(files("bball_tui") / "demo" / "roster.csv"))
    await run_import(database, league, roster, ImportOptions(season="Spring 2027"))
    async with database.session() as session:
        found = await list_contracts(session, league.id, RosterFilter())
    return league.id, sorted(contract.id for contract in found)


async def sign_and_send(database: Database, settings: Settings, league_id: int, contracts: list[int]) -> None:
    """Sign, and send what that promised."""
    async with database.session() as session:
        preview = await preview_signing(session, league_id, contracts)
        await sign(session, league_id, SigningRequest(contracts=preview.signable, hold_seconds=0))
    transport = open_transport(settings)
    try:
        await Worker(database, league_id, settings, transport, place="desk-2").drain()
    finally:
        await transport.close()


async def show(folder: Path) -> int:
    """Send, lose the answer, and open the screen; returns its exit code."""
    settings = Settings(data_dir=folder, config_dir=folder)
    async with open_database(settings) as database, SmtpServer() as server:
        league_id, contracts = await furnish(database)
        family = contracts.pop(FAMILYS)
        sending = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        server.script("dot", DISCONNECT, match=FAMILY)
        await sign_and_send(database, sending, league_id, [family])
        # These show that the mail server is well again.
        await sign_and_send(database, sending, league_id, contracts[:SIGNED])
        environment = dict(os.environ) | {
            "BBALL_DATA_DIR": str(folder),
            "BBALL_CONFIG": str(folder / "config.toml"),
            "BBALL_MAIL_URL": server.url,
            "BBALL_WORKER": "false",  # so that nothing moves while the picture is taken
        }
        screen = await asyncio.create_subprocess_exec(sys.executable, "-m", "bball_tui", env=environment)
        return await screen.wait()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="bball-doubt-") as own:
        sys.exit(asyncio.run(show(Path(own))))
