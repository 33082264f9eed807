"""The desk when the database is not there, or answers with a fault."""

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import msgspec
import psycopg
import pytest
from psycopg import sql
from textual.worker import WorkerFailed

from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.app import BballApp
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.main_screen.header_reading import PULSE
from bball_tui.tui.main_screen.screen import MainScreen
from tests.conftest import Server
from tests.tui.desk_host import Desk, club_with, opened
from tests.tui.drawing import Picture
from tests.tui.hands import running


@pytest.fixture
def away(server: Server, database_name: str) -> Callable[[], AbstractContextManager[None]]:
    """As long as the block of what it makes lasts, no one reaches the database."""

    @contextmanager
    def closed() -> Iterator[None]:
        name = sql.Identifier(database_name)
        server.admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        server.admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", (database_name,)
        )
        try:
            yield
        finally:
            server.admin.execute(sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))

    return closed


async def test_a_database_that_is_away_at_the_start_is_tried_again_by_a_key(
    quiet: Settings, database: Database, away: Callable[[], AbstractContextManager[None]]
) -> None:
    await club_with(database, 2)
    await database.dispose()
    closed = away()
    with closed:
        async with opened(quiet) as desk:
            await desk.shows("The league cannot be opened", "does not answer", "not currently accepting connections")
            closed.__exit__(None, None, None)
            await desk.press("r")
            await desk.shows("Family00, Kid0")


@pytest.mark.parametrize("size", [(80, 24), (60, 20)])
async def test_the_first_dialog_says_what_is_wrong_what_is_safe_and_which_keys(
    quiet: Settings, size: tuple[int, int]
) -> None:
    nobody = SecretUrl("postgresql://desk:hunter2@127.0.0.1:1/league")
    async with opened(msgspec.structs.replace(quiet, database_url=nobody), size) as desk:
        await desk.shows("! no league is open")
        said = " ".join(re.sub(r"[│╭╮╰╯─]", " ", desk.text).split())
        assert "The database does not answer: postgresql://***@127.0.0.1:1/league." in said
        assert "port 1 failed: Connection refused." in said
        assert "Nothing is lost: what was saved before is kept in the database." in said
        assert "r tries again, Esc leaves the program" in said
        assert "on the screen" not in said
        assert "hunter2" not in desk.text
        first = desk.app.screen
        await desk.press("r")
        await desk.until(lambda: isinstance(desk.app.screen, ErrorDialog) and desk.app.screen is not first)
        await desk.press("escape")
        await desk.until(lambda: not desk.app.is_running)
    assert desk.app.return_value == 1


async def test_a_database_that_goes_away_is_said_and_comes_back_by_itself_and_a_form_keeps_what_was_typed(
    quiet: Settings, database: Database, away: Callable[[], AbstractContextManager[None]]
) -> None:
    await club_with(database, 2)
    async with opened(quiet) as desk:
        with away():
            await desk.shows("! database away")
            assert "worker" not in desk.text.splitlines()[0]
            assert "mail" not in desk.text.splitlines()[0]
            await desk.press("ctrl+r")
            await desk.press("4", "5", "3")
            await desk.shows("cannot be reached")
            await desk.press("4")
            await desk.shows("Family00, Kid0")
        await desk.shows("● shared database")
        await desk.press("3")
        await desk.shows("Family00, Kid0")
        assert not isinstance(desk.app.screen, ErrorDialog)

        await desk.press("2")
        await desk.shows("Hawks U12")
        await desk.press("e")
        await desk.shows("Edit Hawks U12")
        await desk.press("end", "space", *"Red")
        with away():
            await desk.press("enter")
            await desk.shows("What you typed is kept", "Hawks U12 Red")

        def answered() -> bool:
            return desk.app.screen is desk.app.desk or "What you typed is kept" in desk.text

        for _ in range(3):  # a try may still meet a connection that is just dying
            await desk.press("enter")
            await desk.until(answered)
            if desk.app.screen is desk.app.desk:
                break
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("Hawks U12 Red")


async def test_a_fault_in_a_question_is_a_sentence_and_not_the_end(
    quiet: Settings, database: Database, server: Server, database_name: str
) -> None:
    await club_with(database, 2)
    owner = server.embedded.url("postgres", database_name)

    def lose_a_column() -> None:
        with psycopg.connect(owner.reveal(), autocommit=True) as connection:
            connection.execute("ALTER TABLE bball_seen.player RENAME COLUMN last_name TO gone")

    async with opened(quiet) as desk:
        await asyncio.to_thread(lose_a_column)  # it waits for what the screen is reading at this moment
        await desk.press("ctrl+r")
        await desk.until(lambda: desk.records._failure is not None)
        await desk.press("3", "j", "5", "2")
        await desk.press("3")
        await desk.shows("because of a fault of the program")
        assert desk.app.is_running
    log = quiet.log_file.read_text()
    assert "UndefinedColumn" in log
    assert "Family00" not in log


@pytest.mark.parametrize("behind", [False, True], ids=["at once", "in a worker of the screen"])
async def test_a_crash_shows_no_data_and_leaves_a_note_of_the_place(
    behind: bool,
    quiet: Settings,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await club_with(database, 1)

    async def broken_behind() -> None:
        child = "Family00 was here"
        raise RuntimeError(child)

    def broken(self: MainScreen) -> None:
        child = "Family00 was here"
        if behind:
            self.run_worker(broken_behind())
        else:
            raise RuntimeError(child)

    monkeypatch.setattr(MainScreen, "action_desk_search", broken)
    app = BballApp(quiet)
    with pytest.raises(WorkerFailed if behind else RuntimeError):
        async with running(app, size=(80, 24)) as pilot:
            desk = Desk(app, pilot, Picture(app))
            await desk.until(lambda: desk.begun)
            await desk.press("slash")
            await desk.settle()
    await app.disconnect()
    assert app.return_code == 1
    said = capsys.readouterr()
    assert "fault of its own" in said.err + said.out
    assert "was here" not in said.err + said.out
    log = quiet.log_file.read_text()
    assert f"in {'broken_behind' if behind else 'broken'}" in log
    assert "was here" not in log


async def test_a_database_that_went_away_below_a_stack_of_papers_is_said_when_the_stack_is_closed(
    quiet: Settings, database: Database, away: Callable[[], AbstractContextManager[None]]
) -> None:
    """Nobody reads for a header that nobody sees, and the next look on its own is half a minute off."""
    await club_with(database, 2)
    async with opened(quiet) as desk:
        await desk.shows("● shared database")
        await desk.press("4")
        await desk.until(lambda: desk.records.total == 2)
        await desk.press("t")
        await desk.until(desk.app.desk.is_hidden)
        pulse = desk.app.desk._pulse
        with away():
            await desk.until(lambda: desk.app.desk._pulse is not pulse)
            assert desk.app._listening is not None
            desk.app._listening.cancel()  # it tries again ever more rarely, and each try has the header read
            async with asyncio.timeout(PULSE / 2):
                await desk.press("escape")
                await desk.shows("! database away")
