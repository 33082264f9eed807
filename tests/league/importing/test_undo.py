"""An import that is taken back: what it made goes, what it changed is as before, and what people did since stays."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from bball_tui.database import roles
from bball_tui.database.engine import Database
from bball_tui.database.states import NoteKind
from bball_tui.errors import BballError
from bball_tui.league.editing.deleting import RecordKind, delete_record, preview_delete
from bball_tui.league.editing.guardians import load_guardian, save_guardian
from bball_tui.league.importing.imports import list_imports
from bball_tui.league.importing.service import ImportOptions
from bball_tui.league.importing.undo import ImportMoved, ImportUndone, preview_import_undo, undo_import
from bball_tui.league.importing.undo_plan import ImportUndo
from bball_tui.league.importing.undo_words import undone_import, what_stays
from bball_tui.league.roster.notes import NewNote, add_note
from bball_tui.league.undoing.take_back import latest_act, list_undoable, undo_act
from tests.conftest import Server
from tests.league.importing.support import Desk, make_desk, sign
from tests.support.examples import examples

ANN = "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,555-0101,Carl,Roe,carl@y.test"
BEN = "Hawks,Ben,Fox,2015-01-02,8,Uma,Fox,uma@x.test,555-0102"
CAT = "Owls,Cat,Orr,2014-03-04,9,Ida,Orr,ida@x.test,555-0103"

STATE = (
    "SELECT name FROM season WHERE league_id = :league ORDER BY name",
    "SELECT name, division FROM team WHERE league_id = :league ORDER BY name, division",
    "SELECT first_name, last_name, birthdate, jersey, reach FROM player WHERE league_id = :league ORDER BY name_key",
    "SELECT first_name, last_name, email, phone, language FROM guardian WHERE league_id = :league ORDER BY name_key",
    "SELECT p.name_key, g.name_key, l.position, l.relation, l.receives_email, l.may_sign FROM player_guardian l"
    " JOIN player p ON p.id = player_id JOIN guardian g ON g.id = guardian_id WHERE l.league_id = :league"
    " ORDER BY 1, 2",
    "SELECT c.player_key, t.name, c.status, c.due_on FROM contract c JOIN team t ON t.id = c.team_id"
    " WHERE c.league_id = :league ORDER BY 1",
    "SELECT kind, recipient FROM outbox WHERE league_id = :league AND state = 'queued' ORDER BY 1, 2",
)


async def state(desk: Desk) -> list[Sequence[tuple[object, ...]]]:
    """All that staff see of the roster, without numbers and versions."""
    return [await desk.rows(query) for query in STATE]


async def preview(desk: Desk, import_id: int | None = None) -> ImportUndo:
    async with desk.database.session() as session:
        return await preview_import_undo(session, desk.league.id, import_id)


async def undo(desk: Desk, import_id: int | None = None) -> ImportUndone:
    shown = await preview(desk, import_id)
    async with desk.database.session() as session:
        return await undo_import(session, desk.league.id, shown.id, shown=shown)


async def offers(desk: Desk) -> None:
    await desk.rows("UPDATE league SET mail_offers = true WHERE id = :league")


async def test_what_an_import_made_goes_as_if_it_had_never_been(desk: Desk) -> None:
    await offers(desk)
    before = await state(desk)
    await desk.good(ANN, BEN, CAT, options=ImportOptions(season="Fall 2027"))
    assert (await state(desk))[-1] == [("contract_offered", one) for one in _mailed]
    done = await undo(desk)
    assert done.cancelled == 4
    assert done.effect.kept == ()
    assert await state(desk) == before
    async with desk.database.session() as session:
        (one,) = await list_imports(session, desk.league.id)
    assert (one.file, one.created["players"], one.undone_at is not None) == ("roster.csv", 3, True)
    with pytest.raises(BballError, match="was undone already"):
        await undo(desk, one.id)
    with pytest.raises(BballError, match="No import stands"):
        await undo(desk)
    # The same file comes in again, and nobody of the staff has said another thing.
    again = await desk.bring_in(ANN, BEN, CAT, options=ImportOptions(season="Fall 2027"))
    assert again.diff is not None
    assert again.diff.conflicts == ()


_mailed = ("carl@y.test", "ida@x.test", "rosa@x.test", "uma@x.test")


async def test_what_it_changed_is_as_before_and_is_no_word_of_the_staff(desk: Desk) -> None:
    await offers(desk)
    await desk.good(ANN, BEN)
    before = await state(desk)
    other = ANN.replace("Hawks", "Owls").replace(",7,", ",17,").replace("rosa@", "new@") + ",,,"
    second = "Hawks,Ben,Fox,2015-01-02,8,Uma,Fox,uma@x.test,555-0999,Max,Fox,max@x.test"
    changed = await desk.good(other, second, CAT)
    assert changed.updated.players == 2
    done = await undo(desk)
    assert done.effect.kept == ()
    assert (done.effect.moved[0].was, done.again) == ("Hawks", 2)
    assert await state(desk) == before
    report = await desk.bring_in(other, second, CAT)
    assert report.diff is not None
    assert report.diff.conflicts == ()
    assert report.imported == changed


async def test_what_was_changed_signed_or_mailed_since_stays_and_is_named(desk: Desk) -> None:
    await offers(desk)
    await desk.good(ANN)
    dan = "Kites,Dan,Poe,2014-05-06,3,Eve,Poe,eve@x.test,555-0104"
    await desk.good(ANN.replace("555-0101", "555-0111"), BEN, CAT, dan)
    await desk.rows("UPDATE guardian SET phone = '555-0122', version = version + 1 WHERE email = 'rosa@x.test'")
    async with desk.database.session() as session:
        await sign(session, "Ben")
    await desk.rows(
        "UPDATE outbox SET state = 'sent', claims = 1, attempts = 1, finalized_at = now(), provider = 'smtp' "
        "WHERE recipient = 'ida@x.test'"
    )
    told = [one.sentence for one in (await preview(desk)).kept]
    assert told == [
        "Ben Fox's contract: has been signed since, and stays",
        "Cat Orr's contract: an e-mail about it went to ida@x.test, or may have; it stays",
        "Rosa Lee, phone: it was 555-0101, the import made it 555-0111, and it is 555-0122 since",
        "Owls (team): someone is in it, and it stays",
    ]
    ((dan_id,),) = await desk.rows("SELECT id FROM player WHERE last_name = 'Poe'")
    assert isinstance(dan_id, int)
    async with desk.database.session() as session:
        dan_goes = await preview_delete(session, desk.league.id, RecordKind.PLAYER, dan_id)
        await delete_record(session, desk.league.id, dan_goes)
    done = await undo(desk)
    assert undone_import(done)[0] == "Import of roster.csv undone: 1 team."
    assert what_stays(done.effect) == [
        "Of what it made, this stays: 1 team, 2 players, 2 guardians and 2 contracts.",
        "A player stays with a contract that stays, and the guardians with the player.",
        *(f"{line}." for line in told),
        "Of what it made, someone deleted or merged since: 1 player, 1 guardian and 1 contract.",
    ]
    assert await desk.contracts() == {
        "Ann Lee": ("Hawks", "offered"),
        "Ben Fox": ("Hawks", "signed"),
        "Cat Orr": ("Owls", "offered"),
    }
    assert (await desk.families())["Ann Lee"][0] == "Rosa Lee rosa@x.test 555-0122"
    assert await desk.rows("SELECT name FROM team WHERE league_id = :league ORDER BY 1") == [("Hawks",), ("Owls",)]


async def test_a_note_keeps_the_player_and_the_guardians_but_no_contract(desk: Desk) -> None:
    await desk.good(ANN, BEN)
    async with desk.database.session() as session:
        player_id = await session.scalar(text("SELECT id FROM player WHERE first_name = 'Ann'"))
        await add_note(session, desk.league.id, NewNote(player_id, None, NoteKind.CALL, "wants to be called"))
        latest = next(one for one in await list_undoable(session, desk.league.id) if one.for_good)
        assert "What it made goes for good: " in " ".join(latest.back)
        done = await undo_act(session, desk.league.id, latest.id, shown=latest)
        by = await session.scalar(text("SELECT session_user::text"))
    assert done.happened[0].startswith("Import of roster.csv undone: ")
    assert done.kept == (
        "Of what it made, this stays: 1 player and 2 guardians.",
        f"Ann Lee: {by} noted something about the player since, who stays, with the guardians.",
    )
    assert (await desk.contracts(), list(await desk.families())) == ({}, ["Ann Lee"])


async def test_an_edit_that_was_undone_since_is_as_if_it_had_never_been(desk: Desk) -> None:
    await desk.good(ANN)

    async def edit(phone: str) -> None:
        async with desk.database.session() as session:
            link = text("SELECT player_id, guardian_id FROM player_guardian ORDER BY 2 LIMIT 1")
            player, rosa = (await session.execute(link)).one()
            base = await load_guardian(session, desk.league.id, player, rosa)
            await save_guardian(session, desk.league.id, player, replace(base.draft, phone=phone), base=base)

    async def undo_latest() -> None:
        async with desk.database.session() as session:
            latest = await latest_act(session, desk.league.id)
            assert latest is not None
            await undo_act(session, desk.league.id, latest.id)

    await edit("555-0122")
    (kept,) = (await preview(desk)).kept
    assert kept.sentence.endswith("changed the guardian since, who stays")
    await undo_latest()
    for done in ("archived", "brought_back"):
        told = (
            "INSERT INTO audit (league_id, action, entity, entity_id) SELECT :league, :done, 'player', id FROM player"
        )
        await desk.rows(told, done=done)
        assert len((await preview(desk)).kept) == (done == "archived")
    # Nor is it a word of the staff that the next file would have to give way to.
    report = await desk.bring_in(ANN.replace("555-0101", "555-0133"))
    assert report.diff is not None
    assert report.diff.conflicts == ()
    await undo(desk)
    await undo(desk)
    assert await desk.rows("SELECT id FROM guardian WHERE league_id = :league") == []


async def test_nothing_is_taken_back_but_what_was_shown(desk: Desk) -> None:
    await desk.good(ANN)
    shown = await preview(desk)
    async with desk.database.session() as session:
        await sign(session, "Ann")
    with pytest.raises(ImportMoved):
        async with desk.database.session() as session:
            await undo_import(session, desk.league.id, shown.id, shown=shown)
    assert await desk.contracts() == {"Ann Lee": ("Hawks", "signed")}


CELLS = {
    "team": st.sampled_from(("Hawks", "Owls")),
    "jersey": st.sampled_from(("7", "8")),
    "phone": st.sampled_from(("555-0101", "555-0102")),
    "relation": st.sampled_from(("", "Gil,Orr,gil@x.test,555-0109")),
}
Row: TypeAlias = tuple[str, ...]
KIDS = ("Ann", "Ben", "Cat")
ROSTERS = st.lists(st.sampled_from(KIDS), min_size=1, unique=True).flatmap(
    lambda kids: st.tuples(*(st.tuples(st.just(kid), *CELLS.values()) for kid in kids))
)


def _lines(roster: Sequence[Row]) -> list[str]:
    return [
        f"{team},{kid},Lee,2015-01-02,{jersey},Rosa,{kid},{kid.lower()}@x.test,{phone},{second}"
        for kid, team, jersey, phone, second in roster
    ]


@pytest.mark.slow
@settings(max_examples=examples(10), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=ROSTERS, later=st.lists(ROSTERS, min_size=1, max_size=3))
def test_everything_undone_is_as_before(
    server: Server, tmp_path: Path, first: Sequence[Row], later: Sequence[Sequence[Row]]
) -> None:
    """Imports on imports, taken back from the last to the first, with what somebody typed meanwhile."""
    asyncio.run(_there_and_back(server, tmp_path, first, later))


async def _there_and_back(server: Server, folder: Path, first: Sequence[Row], later: Sequence[Sequence[Row]]) -> None:
    with server.database() as name:
        database = Database(server.embedded.url(roles.person(), name))
        try:
            desk = await make_desk(database, folder)
            await offers(desk)
            await desk.bring_in(*_lines(first))
            typed = "UPDATE guardian SET language = :word, version = version + 1 WHERE last_name = :kid"
            before: dict[int, list[Sequence[tuple[object, ...]]]] = {}
            for roster in later:
                was, known = await state(desk), await standing(desk)
                await desk.bring_in(*_lines(roster))
                before |= {one: was for one in await standing(desk) if one not in known}
            await desk.rows(typed, word="es", kid=first[0][0])
            for one, was in reversed(before.items()):
                assert (await undo(desk, one)).effect.kept == ()
                await desk.rows(typed, word="", kid=first[0][0])
                assert await state(desk) == was
                await desk.rows(typed, word="es", kid=first[0][0])
        finally:
            await database.dispose()


async def standing(desk: Desk) -> list[int]:
    async with desk.database.session() as session:
        return [one.id for one in await list_imports(session, desk.league.id)]
