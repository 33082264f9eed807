"""A file that names somebody who is archived brings them back, and says so before: nobody is made twice."""

import pytest

from bball_tui.errors import BballError
from bball_tui.league.editing.archiving import archive
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.importing.service import ImportOptions
from bball_tui.league.leagues import create_season
from bball_tui.league.seasons.roll import plan_roll
from bball_tui.league.seasons.roll_request import RollRequest
from tests.league.importing.support import Desk

INTO = ImportOptions(season="Spring 2027", dry_run=True)
ANN = "Hawks,Ann,Ames,2015-01-02,7,Rosa,Ames,rosa@x.test,555-0101"


async def test_a_file_brings_back_what_is_archived(desk: Desk) -> None:
    await desk.good(ANN)
    await desk.rows("UPDATE contract SET status = 'declined', status_reason = 'moved' WHERE league_id = :league")
    ((player,),) = await desk.rows("SELECT id FROM player WHERE league_id = :league")
    ((team,),) = await desk.rows("SELECT id FROM team WHERE league_id = :league")
    async with desk.database.session() as session:
        await archive(session, desk.league.id, RecordKind.PLAYER, int(str(player)))
        await archive(session, desk.league.id, RecordKind.TEAM, int(str(team)))
    ((season,),) = await desk.rows("SELECT id FROM season")
    async with desk.database.session() as session:
        await create_season(session, desk.league.id, "Fall 2030")
        await archive(session, desk.league.id, RecordKind.SEASON, int(str(season)))
        with pytest.raises(BballError, match="Bring it back first"):
            await plan_roll(session, desk.league.id, RollRequest("Spring 2027"))
    seen = await desk.bring_in(ANN, options=INTO)
    assert seen.diff is not None
    told = [(one.field, one.before, one.after) for one in seen.diff.rows[0].changes]
    assert told == [
        ("season", "archived", "brought back"),
        ("archived", "archived", "brought back"),
        ("team", "archived", "brought back"),
    ]
    done = await desk.good(ANN, options=ImportOptions(season="Spring 2027"))
    assert (done.created.players, done.updated.players, done.unchanged.players) == (0, 1, 0)
    assert await desk.rows("SELECT id, archived_at, archived_by FROM player") == [(player, None, None)]
    assert await desk.rows("SELECT archived_at FROM team") == [(None,)]
    back = await desk.rows("SELECT entity FROM audit WHERE action = 'brought_back' ORDER BY entity")
    assert back == [("player",), ("season",), ("team",)]
    again = await desk.bring_in(ANN, options=INTO)
    assert again.diff is not None
    assert not again.diff.changes_something
