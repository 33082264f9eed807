"""Two people at once: two programs, two terminals, two logins, one database."""

import asyncio
from pathlib import Path

from sqlalchemy import func, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Outbox, Signature
from tests.conftest import Server
from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import ENTER, Terminal, terminal
from tests.tui.desk_host import club_with


def row_of(program: Terminal, name: str) -> str:
    return next((line for line in program.text.splitlines() if name in line), "")


async def test_two_people_at_once(server: Server, database_name: str, database: Database, tmp_path: Path) -> None:
    await club_with(database, 12, hold_seconds=600)
    environments = {
        person: clean_environment(tmp_path / person)
        | {"BBALL_DATABASE_URL": server.embedded.url(person, database_name).reveal(), "BBALL_WORKER": "false"}
        for person in ("maria", "jonas")
    }

    def journey() -> None:
        with terminal(environments["maria"], columns=120, rows=36) as maria:
            maria.shows("Family00", "0/12")
            maria.press("j", "j", "j", " ", "j")
            maria.shows("1 selected")
            with terminal(environments["jonas"], columns=120, rows=36) as jonas:
                jonas.shows("Family00", "maria is here")
                maria.shows("jonas is here")
                # What the one does, the other sees; cursor and selection stay where they are.
                jonas.press("s")
                jonas.shows("becomes signed")
                jonas.press(ENTER)
                jonas.shows("✔ signed")
                maria.until(lambda: "✔ signed" in row_of(maria, "Family00, Kid0"))
                maria.shows("1 selected")
                assert " ✓ " in row_of(maria, "Family03, Kid3")
                # Anyone who is slower is told who was quicker, and nothing happens twice.
                jonas.press("j", "j", "j", "s")
                jonas.shows("becomes signed")
                maria.press("s")
                maria.shows("becomes signed")
                jonas.press(ENTER)
                jonas.until(lambda: "✔ signed" in row_of(jonas, "Family03, Kid3"))
                maria.press(ENTER)
                maria.shows("not signed", "jonas")
                maria.press(ENTER)
                maria.until(lambda: "✔ signed" in row_of(maria, "Family03, Kid3"))
                jonas.press("q")
                assert jonas.ended() == 0
            maria.until(lambda: "jonas is here" not in maria.text)
            maria.press("q")

    await asyncio.to_thread(journey)
    async with database.session() as session:
        by = (await session.scalars(select(Signature.recorded_by))).all()
        assert by == ["jonas", "jonas"]
        assert await session.scalar(select(func.count()).select_from(Outbox)) == 2
