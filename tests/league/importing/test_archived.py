"""A file that names somebody who is archived brings them back, and says so before: nobody is made twice."""

from bball_tui.league.editing.archiving import archive
from bball_tui.league.editing.deleting import Deletable
from bball_tui.league.importing.service import ImportOptions
from tests.league.importing.support import Desk

ANN = "Hawks,Ann,Ames,2015-01-02,7,Rosa,Ames,rosa@x.test,555-0101"


async def test_a_file_brings_back_what_is_archived(desk: Desk) -> None:
    await desk.good(ANN)
    await desk.rows("UPDATE contract SET status = 'declined', status_reason = 'moved' WHERE league_id = :league")
    ((player,),) = await desk.rows("SELECT id FROM player WHERE league_id = :league")
    ((team,),) = await desk.rows("SELECT id FROM team WHERE league_id = :league")
    async with desk.database.session() as session:
        await archive(session, desk.league.id, Deletable.PLAYER, int(str(player)))
        await archive(session, desk.league.id, Deletable.TEAM, int(str(team)))
    seen = await desk.bring_in(ANN, options=ImportOptions(dry_run=True))
    assert seen.diff is not None
    told = [(one.field, one.before, one.after) for one in seen.diff.rows[0].changes]
    assert told == [("archived", "archived", "brought back"), ("team", "archived", "brought back")]
    done = await desk.good(ANN)
    assert (done.created.players, done.updated.players, done.unchanged.players) == (0, 1, 0)
    assert await desk.rows("SELECT id, archived_at, archived_by FROM player") == [(player, None, None)]
    assert await desk.rows("SELECT archived_at FROM team") == [(None,)]
    back = await desk.rows("SELECT entity FROM audit WHERE action = 'brought_back' ORDER BY entity")
    assert back == [("player",), ("team",)]
    again = await desk.bring_in(ANN, options=ImportOptions(dry_run=True))
    assert again.diff is not None
    assert not again.diff.changes_something
