"""What staff see when a limit is used up and a worker hangs: `python -m tests.chaos.show_quota` opens the screen on it.

A league with invented families, real workers, and a mail server on loopback that takes some mails and then answers
550 5.4.5. One worker is stopped by SIGSTOP with a mail in its hands, another one runs. Pictures of it are in
`docs/errors.md`. Everything is gone when the screen is closed.
"""

import asyncio
import os
import signal
import sys
import tempfile
from importlib.resources import files
from pathlib import Path

from bball_tui.database.engine import Database
from bball_tui.database.opening import open_database
from bball_tui.database.states import GateState
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_preview import preview_signing
from bball_tui.league.editing.profile import change_league
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.outbox.provider_gates import gates
from bball_tui.outbox.sending_status import running
from bball_tui.settings import Settings
from tests.chaos.processes import start_worker
from tests.journeys.loaded_program import end_loaded_program
from tests.support.smtp import HANG, SmtpServer

ACCEPTED = 24
"""Mails that go out before the limit is reached."""


async def furnish(database: Database) -> int:
    """A league whose contracts are all signed, the mails due; returns its id."""
    async with database.session() as session:
        made = await create_league(session, "Westside Basketball", slug="westside")
        league = await change_league(session, made, {"from_email": "office@westside.test"})
    roster = Path(str(files("bball_tui") / "demo" / "roster.csv"))
    await run_import(database, league, roster, ImportOptions(season="Spring 2027"))
    async with database.session() as session:
        ids = [contract.id for contract in await list_contracts(session, league.id, RosterFilter())]
        preview = await preview_signing(session, league.id, ids)
        await sign(session, league.id, SigningRequest(contracts=preview.signable, hold_seconds=0))
    return league.id


async def until_held(database: Database, league_id: int) -> None:
    async with asyncio.timeout(30):
        while True:
            async with database.session() as session:
                if any(gate.state is GateState.OPEN for gate in await gates(session, league_id)):
                    return
            await asyncio.sleep(0.05)


async def until_workers(database: Database, league_id: int, number: int) -> None:
    async with asyncio.timeout(30):
        while True:
            async with database.session() as session:
                if len(await running(session, league_id)) == number:
                    return
            await asyncio.sleep(0.05)


async def show(folder: Path) -> int:
    """Set the scene and open the screen on it; returns its exit code."""
    settings = Settings(data_dir=folder, config_dir=folder)
    async with open_database(settings) as database, SmtpServer(patience=3600) as server:
        league_id = await furnish(database)
        environment = dict(os.environ) | {
            "BBALL_DATA_DIR": str(folder),
            "BBALL_CONFIG": str(folder / "config.toml"),
            "BBALL_MAIL_URL": server.url.replace("127.0.0.1", "localhost"),
            "BBALL_WORKER": "false",  # so that only the two workers send
        }
        hung = start_worker(environment)
        workers = [hung]
        try:
            await server.received(ACCEPTED)
            server.script("rcpt", HANG)
            server.script("rcpt", "550 5.4.5 Daily user sending limit exceeded", times=None)
            await until_held(database, league_id)
            hung.kill(signal.SIGSTOP)
            workers.append(start_worker(environment))
            await until_workers(database, league_id, 2)
            screen = await asyncio.create_subprocess_exec(sys.executable, "-m", "bball_tui", env=environment)
            return await screen.wait()
        finally:
            for worker in workers:
                worker.kill()
                await asyncio.to_thread(worker.wait)
            end_loaded_program()


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="bball-quota-") as folder:
        return asyncio.run(show(Path(folder)))


if __name__ == "__main__":
    sys.exit(main())
