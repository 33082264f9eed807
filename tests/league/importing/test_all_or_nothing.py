"""An import that fails, is stopped, or meets another one is done as a whole or not at all."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from bball_tui.database.engine import Database
from bball_tui.database.states import DateOrder
from bball_tui.league.importing.apply import RosterMoved, apply, write
from bball_tui.league.importing.diff import compute_diff
from bball_tui.league.importing.progress import Cancelled, ImportProgress, Stage
from bball_tui.league.importing.read_roster import read_roster
from bball_tui.league.importing.service import ImportOptions, Report, run_import
from tests.league.importing.support import DATA, Desk, counts, preview, roster


async def test_an_error_at_the_very_end_leaves_nothing_behind(desk: Desk) -> None:
    diff = await preview(desk, "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test")

    async def fail_in_the_last_statement() -> None:
        async with desk.database.session() as session:
            # PostgreSQL takes no NUL in a text, and the file's name goes into the audit, after all other rows.
            await write(session, diff, source="a\x00b")

    with pytest.raises(DBAPIError):
        await fail_in_the_last_statement()
    assert await desk.families() == {}
    for table in ("team", "guardian", "contract"):
        assert await desk.rows(f"SELECT count(*) FROM {table}") == [(0,)]


async def test_two_imports_at_once_make_everything_once(desk: Desk, marias_database: Database) -> None:
    path = DATA / "westside-spring.csv"
    reports = await asyncio.gather(
        run_import(desk.database, desk.league, path, ImportOptions()),
        run_import(marias_database, desk.league, path, ImportOptions()),
    )
    assert sorted(report.imported.created.players for report in reports) == [0, 138]
    assert await desk.rows("SELECT count(*) FROM player") == [(138,)]


@pytest.mark.slow
async def test_a_preview_that_does_not_hold_anymore_is_not_applied(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02,7")
    old = await preview(desk, "Hawks,Ann,Lee,2015-01-02,8")
    await desk.good("Hawks,Ann,Lee,2015-01-02,9")
    with pytest.raises(RosterMoved):
        async with desk.database.session() as session:
            await apply(session, old)
    newcomer = await preview(desk, "Hawks,Ben,Roe,2014-01-02")
    await desk.good("Hawks,Ben,Roe,2014-01-02")
    with pytest.raises(RosterMoved):
        async with desk.database.session() as session:
            await apply(session, newcomer)
    assert len(await desk.families()) == 2
    fresh = await preview(desk, "Hawks,Ann,Lee,2015-01-02,8")
    async with desk.database.session() as session:
        assert (await apply(session, fresh)).updated.players == 1


@pytest.mark.parametrize(
    "meanwhile",
    [
        "UPDATE player SET jersey = '1', version = version + 1",
        "UPDATE contract SET status = 'declined', version = version + 1",
    ],
)
async def test_a_change_between_comparing_and_writing_is_not_overwritten(
    desk: Desk, marias_database: Database, meanwhile: str
) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02,7")

    async def be_overtaken() -> None:
        async with desk.database.session() as session:
            diff = await compute_diff(session, desk.league.id, "Spring 2027", roster("Wolves,Ann,Lee,2015-01-02,8"))
            async with marias_database.session() as other:
                await other.execute(text(meanwhile))
            await write(session, diff)

    with pytest.raises(RosterMoved):
        await be_overtaken()
    assert await desk.rows("SELECT count(*) FROM team WHERE name = 'Wolves'") == [(0,)]


async def test_a_season_that_somebody_else_makes_first_is_told_in_words(desk: Desk, marias_database: Database) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02,7")
    path, season = desk.folder / "roster.csv", "Fall 2027"

    async def be_overtaken() -> None:
        async with desk.database.session() as session:
            diff = await compute_diff(session, desk.league.id, season, roster("Hawks,Ann,Lee,2015-01-02,7"))
            await run_import(marias_database, desk.league, path, ImportOptions(season=season))
            await write(session, diff)

    with pytest.raises(RosterMoved):
        await be_overtaken()
    assert await desk.rows("SELECT count(*) FROM season WHERE name = :season", season=season) == [(1,)]


class _Stopping(ImportProgress):
    """Cancels the import in the middle of writing."""

    def __init__(self, step: int) -> None:
        super().__init__()
        self.step = step
        self.job: asyncio.Task[Report] | None = None
        self.stages: list[Stage] = []

    def begin(self, stage: Stage, total: int = 0) -> None:
        self.stages.append(stage)
        super().begin(stage, total)

    def tick(self, done: int) -> None:
        super().tick(done)
        if self.stage is Stage.WRITING and done == self.step and self.job is not None:
            self.job.cancel()


@pytest.mark.parametrize("step", [2, 5])
async def test_a_cancelled_import_leaves_nothing_behind(desk: Desk, step: int) -> None:
    watch = _Stopping(step)
    path = DATA / "westside-spring.csv"
    watch.job = asyncio.create_task(run_import(desk.database, desk.league, path, ImportOptions(), watch))
    with pytest.raises(asyncio.CancelledError):
        await watch.job
    assert watch.stages == [Stage.READING, Stage.CHECKING, Stage.COMPARING, Stage.WRITING]
    for table in ("team", "player", "guardian", "player_guardian", "contract"):
        assert await desk.rows(f"SELECT count(*) FROM {table}") == [(0,)]
    done = await run_import(desk.database, desk.league, path, ImportOptions())
    assert done.imported.created == counts(12, 138, 207, 138), "and it can be done again"


def test_a_reading_that_is_stopped_goes_no_further() -> None:
    watch = ImportProgress()
    watch.stop()
    lines = "Team,First,Last\n" + "Hawks,Ann,Lee\n" * 2000
    with pytest.raises(Cancelled):
        read_roster(lines.encode(), date_order=DateOrder.YMD, today=date(2027, 3, 1), tick=watch.tick)
