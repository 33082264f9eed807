"""Whoever was merged into another one does not come back with the next file."""

import pytest
from sqlalchemy import text

from bball_tui.league.importing.service import ImportOptions
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import unmerge_people
from tests.league.importing.support import Desk, sign

JONATHAN = "Hawks,Jonathan,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,555-0101"
JON = "Bulls,Jon,Lee,2015-02-01,7,Rosie,Lee,rosie@x.test,555-0199"


@pytest.mark.slow
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


async def test_a_file_with_both_says_that_they_were_merged(desk: Desk) -> None:
    ida, leo = "Hawks,Ída,Plain,2015-01-02", "Bulls,Leo,Plain,2016-03-04"
    await desk.good(ida, leo)
    async with desk.database.session() as session:
        await sign(session, "Ída")
        ids = {str(name): int(str(one)) for name, one in await desk.rows("SELECT first_name, id FROM player")}
        kept, gone = ids["Ída"], ids["Leo"]
        await merge_people(session, desk.league.id, MergeRequest(Person.PLAYER, kept, gone, {}))
        (by,) = (await session.scalars(text("SELECT created_by FROM merged_person"))).all()
    # Leo has Ida's signed contract now; his row is about somebody who is not there.
    said = (
        f"{by} merged Leo Plain into Ída Plain, who has signed for Hawks in this season. Void that contract first, "
        f"correct the team, or take the merge back first (players unmerge {gone})."
    )
    (problem,) = (await desk.bring_in(leo.replace("Leo", "LEO"))).problems
    assert problem.problem == said
    (problem,) = (await desk.bring_in(ida, leo)).problems
    assert problem.problem == (
        f"Rows 2 and 3 are one player now: {by} merged Leo Plain into Ída Plain. Delete row 3, or take the merge "
        f"back first (players unmerge {gone})."
    )
    (problem,) = (await desk.bring_in(leo.replace("Bulls", "Hawks"), ida.replace("Ída", "Ida"))).problems
    assert "Delete row 2, or take the merge back first" in problem.problem
