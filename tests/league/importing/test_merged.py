"""Whoever was merged into another one does not come back with the next file."""

from bball_tui.league.importing.service import ImportOptions
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import unmerge_people
from tests.league.importing.support import Desk

JONATHAN = "Hawks,Jonathan,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,555-0101"
JON = "Bulls,Jon,Lee,2015-02-01,7,Rosie,Lee,rosie@x.test,555-0199"


async def test_the_old_file_finds_the_one_who_stays(desk: Desk) -> None:
    await desk.good(JONATHAN, JON)
    players = await desk.rows("SELECT id FROM player WHERE league_id = :league ORDER BY first_name DESC")
    guardians = await desk.rows("SELECT id FROM guardian WHERE league_id = :league ORDER BY first_name")
    (kept,), (gone,) = ((int(str(one)),) for (one,) in players)
    async with desk.database.session() as session:
        await merge_people(session, desk.league.id, MergeRequest(Person.PLAYER, kept, gone, {}))
        who = [int(str(one)) for (one,) in guardians]
        await merge_people(session, desk.league.id, MergeRequest(Person.GUARDIAN, who[0], who[1], {}))
    families = {"Jonathan Lee": ["Rosa Lee rosa@x.test 555-0101"]}
    assert await desk.families() == families
    # By the name, the birthdate and the address of before; and what staff chose stays.
    again = await desk.bring_in(JON, options=ImportOptions(dry_run=True))
    assert again.diff is not None
    assert not again.diff.players.new
    assert not again.diff.guardians.new
    await desk.good(JON)
    assert await desk.families() == families
    async with desk.database.session() as session:
        await unmerge_people(session, desk.league.id, Person.GUARDIAN, who[1])
        await unmerge_people(session, desk.league.id, Person.PLAYER, gone)
    assert (await desk.families()).keys() == {"Jonathan Lee", "Jon Lee"}
    assert not (await desk.bring_in(JON, options=ImportOptions(dry_run=True))).diff.players.new  # type: ignore[union-attr]
