"""What staff corrected by hand stays as they said when the old file comes again."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bball_tui.dates import write_date
from bball_tui.league.editing.contracts import load_contract, save_contract
from bball_tui.league.editing.guardians import load_guardian, save_guardian, unlink_guardian
from bball_tui.league.editing.outcome import Saved
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.importing.remarks import remarks
from bball_tui.league.importing.service import ImportOptions
from bball_tui.league.roster.guardian import GuardianDraft
from tests.league.importing.support import Desk

OLD = "Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,old@x.test,555-0101"
TAKE = ImportOptions(take_file=True)


async def ids(desk: Desk) -> tuple[int, int]:
    found = await desk.rows(
        "SELECT player_id, guardian_id FROM player_guardian WHERE league_id = :league ORDER BY 1, 2 LIMIT 1"
    )
    return int(str(found[0][0])), int(str(found[0][1]))


async def correct(desk: Desk, **fields: Any) -> None:
    player, guardian = await ids(desk)
    async with desk.database.session() as session:
        base = await load_guardian(session, desk.league.id, player, guardian)
        draft: GuardianDraft = replace(base.draft, **fields)
        assert isinstance(await save_guardian(session, desk.league.id, player, draft, base=base), Saved)


@pytest.mark.parametrize(
    ("field", "value", "now"),
    [
        ("email", "new@x.test", "Rosa Lee new@x.test 555-0101"),
        ("email", "", "Rosa Lee 555-0101"),
        ("phone", "555-0199", "Rosa Lee old@x.test 555-0199"),
        ("last_name", "Lee-Roe", "Rosa Lee-Roe old@x.test 555-0101"),
    ],
)
async def test_the_old_file_does_not_undo_a_correction(desk: Desk, field: str, value: str, now: str) -> None:
    await desk.good(OLD)
    await correct(desk, **{field: value})
    again = await desk.bring_in(OLD, options=ImportOptions(dry_run=True))
    assert again.diff is not None
    assert not again.diff.changes_something
    (conflict,) = again.diff.conflicts
    assert conflict.said is not None
    assert conflict.said.on in conflict.sentence()
    assert (conflict.staff, conflict.taken) == (value, False)
    assert any(conflict.sentence() in note for note in remarks(again))
    await desk.good(OLD)
    assert await desk.families() == {"Ann Lee": [now]}


async def test_the_files_word_counts_where_staff_say_so(desk: Desk) -> None:
    await desk.good(OLD)
    await correct(desk, email="new@x.test", last_name="Roe")
    assert (await desk.bring_in(OLD, options=ImportOptions(take_file=frozenset({3})))).imported.updated.guardians == 0
    assert (await desk.good(OLD, options=TAKE)).updated.guardians == 1
    assert await desk.families() == {"Ann Lee": ["Rosa Lee old@x.test 555-0101"]}
    # From now on it is the file's word, and the next file may change it.
    await desk.good(OLD.replace("old@", "next@"))
    assert await desk.families() == {"Ann Lee": ["Rosa Lee next@x.test 555-0101"]}


async def test_what_a_file_changed_a_file_may_change_again(desk: Desk) -> None:
    await desk.good(OLD)
    await desk.good(OLD.replace("old@", "second@"))
    await desk.good(OLD.replace("old@", "third@"))
    assert await desk.families() == {"Ann Lee": ["Rosa Lee third@x.test 555-0101"]}


async def test_a_new_child_with_the_old_address_gets_the_corrected_guardian(desk: Desk) -> None:
    await desk.good(OLD)
    await correct(desk, email="new@x.test", last_name="Roe")
    made = await desk.good(OLD, OLD.replace("Ann", "Ben").replace("2015", "2013"))
    assert made.created.guardians == 0
    assert (await desk.families())["Ben Lee"] == ["Rosa Roe new@x.test 555-0101"]


async def test_a_guardian_whom_staff_took_off_a_child_stays_off(desk: Desk) -> None:
    await desk.good(OLD)
    player, guardian = await ids(desk)
    async with desk.database.session() as session:
        await unlink_guardian(session, desk.league.id, player, guardian)
    report = await desk.bring_in(OLD)
    assert report.diff is not None
    assert [one.field for one in report.diff.conflicts] == ["guardian"]
    assert await desk.families() == {"Ann Lee": []}
    await desk.good(OLD, options=TAKE)
    assert await desk.families() == {"Ann Lee": ["Rosa Lee old@x.test 555-0101"]}


@pytest.mark.parametrize("options", [ImportOptions(), TAKE])
async def test_an_address_that_mail_came_back_from_is_never_brought_back(desk: Desk, options: ImportOptions) -> None:
    await desk.good(OLD)
    await correct(desk, email="new@x.test")
    await desk.rows("INSERT INTO suppression (league_id, email, reason) VALUES (:league, 'OLD@x.test', 'no mailbox')")
    report = await desk.bring_in(OLD, options=options)
    assert await desk.families() == {"Ann Lee": ["Rosa Lee new@x.test 555-0101"]}
    assert any("came back or is blocked" in note for note in remarks(report))


async def test_a_player_whom_staff_renamed_is_not_made_a_second_time(desk: Desk) -> None:
    await desk.good(OLD)
    player, _ = await ids(desk)
    order = desk.league.date_order
    async with desk.database.session() as session:
        base = await load_player(session, desk.league.id, player, order)
        draft = replace(base.draft, first_name="Anna", jersey="00")
        assert isinstance(await save_player(session, desk.league.id, draft, order=order, base=base), Saved)
    report = await desk.bring_in(OLD)
    assert report.diff is not None
    assert [(one.field, one.staff) for one in report.diff.conflicts] == [("first name", "Anna"), ("jersey", "00")]
    assert list(await desk.families()) == ["Anna Lee"]
    both = await desk.bring_in(OLD, OLD.replace("Ann,", "Anna,"))
    assert [one.row for one in both.problems] == [3]
    await desk.good(OLD, options=TAKE)
    assert list(await desk.families()) == ["Ann Lee"]


async def correct_player(desk: Desk, **fields: Any) -> None:
    player, _ = await ids(desk)
    order = desk.league.date_order
    async with desk.database.session() as session:
        base = await load_player(session, desk.league.id, player, order)
        draft = replace(base.draft, **fields)
        assert isinstance(await save_player(session, desk.league.id, draft, order=order, base=base), Saved)


@pytest.mark.parametrize("corrected", ["2014-01-02", ""])
async def test_a_corrected_date_of_birth_makes_no_second_child(desk: Desk, corrected: str) -> None:
    await desk.good(OLD)
    written = "" if not corrected else write_date(date.fromisoformat(corrected), desk.league.date_order)
    await correct_player(desk, birthdate=written)
    # Also with the other team: the date alone says who it is.
    report = await desk.bring_in(OLD)
    assert report.diff is not None
    assert [(one.field, one.file, one.staff) for one in report.diff.conflicts] == [
        ("date of birth", "2015-01-02", corrected)
    ]
    born = "SELECT birthdate::text FROM player WHERE league_id = :league"
    assert [str(found or "") for (found,) in await desk.rows(born)] == [corrected]
    await desk.good(OLD, options=TAKE)
    assert await desk.rows(born) == [("2015-01-02",)]


@pytest.mark.slow
async def test_a_team_that_staff_chose_stays(desk: Desk) -> None:
    await desk.good(OLD, OLD.replace("Hawks,Ann", "Owls,Ben"))
    (contract, owls) = (
        await desk.rows(
            "SELECT c.id, t.id FROM contract c JOIN player p ON p.id = c.player_id JOIN team t ON t.name = 'Owls' "
            "WHERE c.league_id = :league AND p.first_name = 'Ann' AND t.league_id = :league"
        )
    )[0]
    async with desk.database.session() as session:
        base = await load_contract(session, desk.league.id, int(str(contract)), desk.league.date_order)
        draft = replace(base.draft, team_id=str(owls))
        saved = await save_contract(session, desk.league.id, draft, order=desk.league.date_order, base=base)
        assert isinstance(saved, Saved)
    report = await desk.bring_in(OLD)
    assert report.diff is not None
    assert not report.diff.changes_something
    assert [(one.field, one.file, one.staff) for one in report.diff.conflicts] == [("team", "Hawks", "Owls")]
    assert (await desk.contracts())["Ann Lee"] == ("Owls", "offered")
    # Nor is a team made for it.
    assert (await desk.good(OLD.replace("Hawks", "Lions"))).created.teams == 0
    await desk.good(OLD, options=TAKE)
    assert (await desk.contracts())["Ann Lee"] == ("Hawks", "offered")
    await desk.good(OLD.replace("Hawks", "Owls"))
    assert (await desk.contracts())["Ann Lee"] == ("Owls", "offered")


RIGHTS = (
    "Team,Player First Name,Player Last Name,Date of Birth,Guardian 1 First,Guardian 1 Last,Guardian 1 Relation,"
    "Guardian 1 Gets Email,Guardian 1 May Sign"
)


async def test_relation_and_rights_that_staff_changed_stay(desk: Desk) -> None:
    line = "Hawks,Ann,Lee,2015-01-02,Rosa,Lee,mother,Y,Y"
    await desk.good(line, header=RIGHTS)
    await correct(desk, relation="guardian", receives_email=False, may_sign=False)
    report = await desk.bring_in(line, header=RIGHTS)
    assert report.diff is not None
    assert not report.diff.changes_something
    assert {(one.field, one.file, one.staff) for one in report.diff.conflicts} == {
        ("relation", "mother", "guardian"), ("gets e-mail", "yes", "no"), ("may sign", "yes", "no")
    }  # fmt: skip
    link = "SELECT relation, receives_email, may_sign FROM player_guardian WHERE league_id = :league"
    assert await desk.rows(link) == [("guardian", False, False)]
    await desk.good(line, header=RIGHTS, options=TAKE)
    assert await desk.rows(link) == [("mother", True, True)]
    await desk.good(line.replace("mother,Y,Y", "mother,N,Y"), header=RIGHTS)
    assert await desk.rows(link) == [("mother", False, True)]
