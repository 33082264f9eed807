"""A roster file of before brings an erased child back: the preview says so, without anybody's name."""

import os
from datetime import UTC, date, datetime, timedelta

from bball_tui.league.editing.erasing import erase, preview_player
from bball_tui.league.importing.remarks import remarks
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.wording import short_date
from tests.league.importing.support import Desk

ANN = "Hawks,Ann,Ames,2015-01-02,7,Rosa,Ames,rosa@x.test,555-0101"
IDA = "Hawks,Ida,Marsh,2015-03-02,8"
LOOK = ImportOptions(dry_run=True)


async def test_the_preview_says_how_many_were_erased_since(desk: Desk) -> None:
    await desk.good(ANN, IDA)
    assert not any("erased" in note for note in remarks(await desk.bring_in(ANN, IDA, options=LOOK)))
    await desk.rows("UPDATE contract SET status = 'declined', status_reason = 'moved' WHERE league_id = :league")
    ((ann,),) = await desk.rows("SELECT id FROM player WHERE first_name = 'Ann' AND league_id = :league")
    async with desk.database.session() as session:
        await erase(session, desk.league.id, await preview_player(session, desk.league.id, int(str(ann))))
    seen = await desk.bring_in(ANN, IDA, options=LOOK)
    assert seen.imported.created.players == 1
    since = short_date(datetime.now(UTC).date() - timedelta(days=365))
    (note,) = [note for note in remarks(seen) if "erased" in note]
    assert note == (
        f"1 player was erased here since {since}, and no name was kept. If you find such a child "
        "among the new players, leave that row out: importing it brings the child back."
    )
    # Who adds nobody hears nothing of it; an older file reaches further back.
    assert not any("erased" in note for note in remarks(await desk.bring_in(IDA, options=LOOK)))
    file = desk.folder / "roster.csv"
    await desk.bring_in(ANN, options=LOOK)
    os.utime(file, (0, datetime(2021, 3, 4, 12, tzinfo=UTC).timestamp()))
    old = await run_import(desk.database, desk.league, file, LOOK)
    assert (old.erased, old.erased_since) == (1, date(2021, 3, 4))
