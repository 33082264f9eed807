"""From the file to the tables: what is made, and what is left alone."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec.structs
import pytest

from bball_tui.database.engine import Database
from bball_tui.database.states import ContractStatus, DateOrder
from bball_tui.errors import BballError
from bball_tui.league.contracts.facts import read_contracts
from bball_tui.league.importing.answers import Answers, Open
from bball_tui.league.importing.diff_model import FieldChange, Verdict
from bball_tui.league.importing.remarks import remarks
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.mails.enqueue import enqueue_offers
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from tests.league.importing.support import DATA, NOTHING, Desk, counts, make_desk, preview, sign


@pytest.mark.parametrize(
    ("file", "made"),
    [("westside-spring.csv", counts(12, 138, 207, 138)), ("teamsnap-export.csv", counts(4, 42, 57, 42))],
)
async def test_the_valid_files_come_in_as_they_are_and_twice_changes_nothing(
    desk: Desk, file: str, made: object
) -> None:
    first = await run_import(desk.database, desk.league, DATA / file, ImportOptions())
    assert (first.exit_code, first.imported.created) == (0, made)
    before = await desk.rows("SELECT count(*) FROM audit")
    second = await run_import(desk.database, desk.league, DATA / file, ImportOptions())
    assert (second.exit_code, second.imported.created, second.imported.updated) == (0, NOTHING, NOTHING)
    assert second.imported.unchanged == made
    assert await desk.rows("SELECT count(*) FROM audit") == before


async def test_one_file_after_the_other_adds_only_what_is_new(desk: Desk) -> None:
    await run_import(desk.database, desk.league, DATA / "westside-spring.csv", ImportOptions())
    told = await run_import(desk.database, desk.league, DATA / "teamsnap-export.csv", ImportOptions(dry_run=True))
    assert told.diff is not None
    assert {about for _, about in told.diff.open} == {Open.ADDRESS}, "the two files know nothing of each other"
    meant = Answers(addresses=frozenset(one.row for one in told.problems))
    second = await run_import(desk.database, desk.league, DATA / "teamsnap-export.csv", ImportOptions(answers=meant))
    # The teams are the same ones; the second file knows their division.
    assert second.imported.created.teams == 0
    assert second.imported.updated.teams == 4
    assert await desk.rows("SELECT count(*) FROM team WHERE division = 'Spring'") == [(4,)]


async def test_a_faulty_file_imports_nothing_unless_staff_say_so(desk: Desk) -> None:
    refused = await run_import(desk.database, desk.league, DATA / "roster-with-faults.csv", ImportOptions())
    assert refused.exit_code == 1
    assert [problem.row for problem in refused.problems] == [2, 3, 4, 5, 6, 7, 13, 14]
    assert "Rows 8 and 13" in refused.problems[6].problem
    assert await desk.families() == {}
    partly = await run_import(
        desk.database, desk.league, DATA / "roster-with-faults.csv", ImportOptions(skip_bad_rows=True)
    )
    assert partly.exit_code == 3
    assert partly.problems == refused.problems
    assert partly.imported.created == counts(2, 5, 7, 5)
    assert list(await desk.families()) == [
        "Farid Whitaker",
        "Zoë MacDonald",
        "Wren Duarte",
        "Omar O'Neal",
        "Yusuf Yilmaz",
    ]


async def test_a_dry_run_tells_the_same_and_writes_nothing(desk: Desk) -> None:
    lines = ("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test", "Wolves,Ben,Roe,2014-01-02,8")
    dry = await desk.bring_in(*lines, options=ImportOptions(dry_run=True, season="Fall 2027"))
    assert dry.exit_code == 0
    assert await desk.rows("SELECT name FROM season") == [("Spring 2027",)]
    real = await desk.bring_in(*lines, options=ImportOptions(season="Fall 2027"))
    assert dry.imported == real.imported
    assert real.imported.created == counts(2, 2, 1, 2)


async def test_what_is_written(desk: Desk) -> None:
    await desk.good(
        "Hawks,Ann,Lee,2015-01-02,00,Rosa,Lee,Rosa@x.test,+1 555 1,Carl,Lee,,+1 555 2",
        "Hawks,Ben,Roe,,",
    )
    assert await desk.rows(
        "SELECT first_name, birthdate, jersey, version FROM player WHERE league_id = :league ORDER BY id"
    ) == [("Ann", date(2015, 1, 2), "00", 1), ("Ben", None, None, 1)]
    assert await desk.families() == {
        "Ann Lee": ["Rosa Lee Rosa@x.test +1 555 1", "Carl Lee +1 555 2"],
        "Ben Roe": [],
    }
    assert await desk.rows(
        "SELECT position, relation, receives_email, may_sign FROM player_guardian ORDER BY position"
    ) == [
        (1, "guardian", True, True),
        (2, "guardian", True, True),
    ]
    assert await desk.contracts() == {"Ann Lee": ("Hawks", "offered"), "Ben Roe": ("Hawks", "offered")}
    assert await desk.rows("SELECT DISTINCT offered_on = current_date FROM contract") == [(True,)]
    [(after,)] = await desk.rows("SELECT after FROM audit WHERE action = 'roster_imported' AND entity_id = :league")
    assert isinstance(after, dict)
    assert after["file"] == "roster.csv"
    assert after["created"] == {"teams": 1, "players": 2, "guardians": 2, "contracts": 2}


async def test_a_history_says_which_file_it_came_from(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02")
    await desk.rows("UPDATE contract SET offered_on = offered_on + 1 WHERE league_id = :league")
    await desk.good("Hawks,Ann,Lee,2015-01-02", "Hawks,Ben,Roe", options=ImportOptions(season="Fall 2027"))
    told = {}
    for contract, player, season in await desk.rows(
        "SELECT c.id, p.first_name, s.name FROM contract c JOIN player p ON p.id = c.player_id"
        " JOIN season s ON s.id = c.season_id WHERE c.league_id = :league ORDER BY c.id"
    ):
        assert isinstance(contract, int)
        async with desk.database.session() as session:
            detail = await contract_detail(session, desk.league.id, contract, Outgoing(True))
        told[player, season] = [(event.text, event.who is not None) for event in detail.trace]
    imported, offered = ("imported from roster.csv", True), ("offered", False)
    assert told == {
        ("Ann", "Spring 2027"): [imported, offered],
        ("Ann", "Fall 2027"): [imported, imported, offered],
        ("Ben", "Fall 2027"): [imported, offered],
    }


async def test_whoever_has_no_address_or_an_odd_one_can_be_asked_by_phone(desk: Desk) -> None:
    report = await desk.bring_in(
        "Hawks,Ann,Lee,2015-01-02,00,Rosa,Lee,rosa@,+1 555 1",
        "Hawks,Ben,Roe,2015-01-02,01,Uma,Roe,uma@gmial.com,+1 555 2",
        "Hawks,Cat,Orr,2015-01-02,02,Ida,Orr,,+1 555 3,Carl,Orr,,",
        "Hawks,Dan,Fox,2015-01-02,03,Eve,Fox,eve@,",
        "Hawks,Eli,Poe,2015-01-02,04,Ada,Poe,,",
        options=ImportOptions(skip_bad_rows=True),
    )
    assert [one.problem.partition("cell.")[2] for one in report.problems] == [" Ask Rosa Lee: +1 555 1.", ""]
    assert [one.problem[-25:] for one in report.roster.warnings] == [" cell. Ask Uma Roe: +1 555 2."[-25:]]
    assert (
        "so no e-mail can reach them. Ask for one: Ida Orr, +1 555 3 (Cat Orr). No phone number either: Eli Poe."
        in " ".join(remarks(report))
    )


async def test_drafts_have_no_day_of_offer(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02", options=ImportOptions(contract_status=ContractStatus.DRAFT))
    assert await desk.rows("SELECT status, offered_on FROM contract") == [("draft", None)]
    # Offering drafts is a decision of its own; a file that is imported again does not make it.
    again = await desk.good("Hawks,Ann,Lee,2015-01-02")
    assert again.unchanged.contracts == 1
    assert await desk.contracts() == {"Ann Lee": ("Hawks", "draft")}


async def test_changes_are_shown_and_made_field_by_field(desk: Desk) -> None:
    await desk.good("Hawks,Jose,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,+1 555 1", "Hawks,Ben,Roe,2014-01-01,8")
    lines = ("Hawks,José,Lee,2015-01-02,8,Rosa,Lee,rosa@x.test,+1 555 9", "Hawks,Ben,Roe,2014-01-01,8")
    diff = await preview(desk, *lines)
    assert [(row.row, row.verdict) for row in diff.rows] == [(2, Verdict.CHANGED), (3, Verdict.UNCHANGED)]
    assert diff.rows[0].changes == (
        FieldChange("first name", "Jose", "José"),
        FieldChange("jersey", "7", "8"),
        FieldChange("guardian's phone", "+1 555 1", "+1 555 9"),
    )
    made = await desk.good(*lines)
    assert made.updated == counts(0, 1, 1, 0)
    assert await desk.families() == {"José Lee": ["Rosa Lee rosa@x.test +1 555 9"], "Ben Roe": []}
    assert await desk.rows("SELECT before, after FROM audit WHERE action = 'changed' AND entity = 'player'") == [
        ({"first_name": "Jose", "jersey": "7"}, {"first_name": "José", "jersey": "8"})
    ]


async def test_an_empty_cell_never_empties_a_field(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,+1 555 1")
    again = await desk.good("Hawks,Ann,Lee,2015-01-02,,Rosa,Lee,rosa@x.test", "Hawks,Ben,Lee,2014-01-02,9")
    assert again.updated == NOTHING
    assert (await desk.families())["Ann Lee"] == ["Rosa Lee rosa@x.test +1 555 1"]


async def test_a_missing_date_of_birth_is_found_and_filled_in_within_the_team(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,,7", "Wolves,Ann,Lee,,8")
    made = await desk.good("Hawks,Ann,Lee,2015-01-02,7")
    assert (made.created.players, made.updated.players) == (0, 1)
    assert await desk.rows("SELECT birthdate FROM player ORDER BY id") == [(date(2015, 1, 2),), (None,)]
    again = await desk.good("Hawks,Ann,Lee,,7")
    assert (again.created.players, again.unchanged.players) == (0, 1)


async def test_namesakes_with_other_dates_are_other_players(desk: Desk) -> None:
    made = await desk.good("Hawks,Ann,Lee,2015-01-02", "Hawks,Ann,Lee,2014-05-05")
    assert made.created.players == 2


async def test_case_and_accents_do_not_make_another_player_or_team(desk: Desk) -> None:
    await desk.good("Titans Élite,Zoë,O’Neal,2015-01-02")
    again = await desk.good("TITANS ELITE,zoe,O'NEAL,2015-01-02")
    assert again.created == NOTHING
    assert await desk.rows("SELECT name FROM team") == [("Titans Élite",)]


@pytest.mark.parametrize(
    ("second", "hint"),
    [
        ("Hawks,Ann,Lee,2015-01-02,7", "Rows 2 and 3 are the same player"),
        ("Hawks,ANN,Lee,2015-01-02,9", "Rows 2 and 3 are the same player"),
        ("Hawks,Ann,Lee,,7", "Rows 2 and 3 are the same player"),
        ("Wolves,Ann,Lee,2015-01-02,7", "two teams"),
    ],
)
async def test_the_same_player_twice_is_refused_by_both_rows(desk: Desk, second: str, hint: str) -> None:
    report = await desk.bring_in("Hawks,Ann,Lee,2015-01-02,7", second)
    [problem] = report.problems
    assert (problem.row, problem.column, report.exit_code) == (3, "Player First Name", 1)
    assert hint in problem.problem


async def test_a_player_moves_as_long_as_nothing_is_signed(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02", "Hawks,Ben,Roe,2014-01-02")
    moved = await desk.good("Wolves,Ann,Lee,2015-01-02")
    assert (moved.created.teams, moved.updated.contracts) == (1, 1)
    assert await desk.contracts() == {"Ann Lee": ("Wolves", "offered"), "Ben Roe": ("Hawks", "offered")}
    async with desk.database.session() as session:
        await sign(session, "Ben")
    report = await desk.bring_in("Storm,Ben,Roe,2014-01-02")
    [problem] = report.problems
    assert (problem.row, problem.column, problem.value) == (2, "Team", "Storm")
    assert "has signed for Hawks" in problem.problem
    assert await desk.rows("SELECT count(*) FROM team WHERE name = 'Storm'") == [(0,)]
    # The same team is no contradiction, and other fields may change after the signature.
    assert (await desk.good("Hawks,Ben,Roe,2014-01-02,44")).updated.players == 1


async def test_a_move_by_a_file_takes_the_unsent_mails_of_the_old_team_back(desk: Desk) -> None:
    """As a move by hand does: what names the old team and has not left never leaves, what left is told of."""
    families = "2015-01-02,,Rosa,Lee,rosa@x.test", "2014-01-02,,Dan,Roe,dan@x.test"
    await desk.good(f"Hawks,Ann,Lee,{families[0]}", f"Hawks,Ben,Roe,{families[1]}")
    await _promise_offer_mails(desk)
    moving = (f"Wolves,Ann,Lee,{families[0]}", f"Hawks,Ben,Roe,{families[1]}")
    dry = await desk.bring_in(*moving, options=ImportOptions(dry_run=True))
    assert await _mails(desk) == [("dan@x.test", "queued", None), ("rosa@x.test", "queued", None)]
    done = await desk.bring_in(*moving)
    assert await _mails(desk) == [
        ("dan@x.test", "queued", None),
        ("rosa@x.test", "cancelled", "the contract moves to another team"),
    ]
    said = "1 e-mail about the offers of the old teams has not left: canceled."
    assert said in remarks(dry)
    assert said in remarks(done)
    assert await desk.rows("SELECT count(*) FROM audit WHERE action = 'outbox_cancelled'") == [(1,)]
    again = await desk.bring_in(*moving)
    assert said not in remarks(again)


async def test_a_move_that_is_not_imported_cancels_no_mail(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02,,Rosa,Lee,rosa@x.test")
    await _promise_offer_mails(desk)
    report = await desk.bring_in("Wolves,Ann,Lee,2015-01-02,,Rosa,Lee,rosa@x.test", "Wolves,Ben,,2014-01-02")
    assert report.refused
    assert await _mails(desk) == [("rosa@x.test", "queued", None)]


async def _promise_offer_mails(desk: Desk) -> None:
    """What an offer by hand promises where the league tells families of offers by mail."""
    async with desk.database.session() as session:
        ids = [one for (one,) in await desk.rows("SELECT id FROM contract ORDER BY id")]
        contracts = await read_contracts(session, desk.league.id, [one for one in ids if isinstance(one, int)])
        await enqueue_offers(
            session,
            desk.league.id,
            list(contracts.values()),
            offered_on=date(2027, 3, 1),
            due_on=None,
            hold_seconds=0,
        )


async def _mails(desk: Desk) -> list[tuple[object, ...]]:
    return list(await desk.rows("SELECT recipient, state, error_text FROM outbox ORDER BY recipient"))


@pytest.mark.parametrize("status", ["declined", "expired", "void"])
async def test_a_contract_that_ended_is_not_offered_again_by_a_file(desk: Desk, status: str) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02")
    await desk.rows("UPDATE contract SET status = :status, status_reason = 'told us'", status=status)
    report = await desk.bring_in("Hawks,Ann,Lee,2015-01-02")
    assert report.imported.created == NOTHING
    assert report.diff is not None
    assert status in report.diff.notes[0]


async def test_a_new_season_is_made_and_gives_everybody_a_contract(desk: Desk) -> None:
    await desk.good("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test")
    made = await desk.good("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test", options=ImportOptions(season="Fall 2027"))
    assert made.created == counts(1, 0, 0, 1)
    assert made.unchanged == counts(0, 1, 1, 0)
    again = await desk.good("Hawks,Ann,Lee,2015-01-02", options=ImportOptions(season="fall 2027"))
    assert again.created == NOTHING


async def test_which_season(database: Database, tmp_path: Path) -> None:
    desk = await make_desk(database, tmp_path, season=None)
    header = "Team,First,Last,Season"
    with pytest.raises(BballError, match="--season NAME"):
        await desk.bring_in("Hawks,Ann,Lee", header=header)
    await desk.good("Hawks,Ann,Lee,Fall 2026", "Hawks,Ben,Lee,", header=header)
    assert await desk.rows("SELECT name FROM season") == [("Fall 2026",)]
    with pytest.raises(BballError, match="several seasons"):
        await desk.bring_in("Hawks,Ann,Lee,Fall 2026", "Hawks,Ben,Lee,Spring 2027", header=header)
    await desk.good("Hawks,Cid,Lee", header=header)
    assert (await desk.contracts())["Cid Lee"] == ("Hawks", "offered")
    assert await desk.rows("SELECT count(*) FROM season") == [(1,)]
    for unusable in ("", "=Spring", "x" * 101):
        with pytest.raises(BballError, match="season"):
            await desk.bring_in("Hawks,Ann,Lee", header=header, options=ImportOptions(season=unusable))


async def test_divisions_tell_teams_of_one_name_apart(desk: Desk) -> None:
    header = "Team,Division,First,Last"
    made = await desk.good("Hawks,Boys,Ann,Lee", "Hawks,Girls,Ben,Lee", "HAWKS,girls,Cid,Lee", header=header)
    assert made.created.teams == 2
    report = await desk.bring_in("Hawks,Dan,Lee", header="Team,First,Last")
    [problem] = report.problems
    assert "“Boys” or “Girls”" in problem.problem


async def test_the_leagues_are_apart(desk: Desk, tmp_path: Path) -> None:
    other = await make_desk(desk.database, tmp_path, slug="other")
    await desk.good("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test")
    made = await other.good("Hawks,Ann,Lee,2015-01-02,8,Rosa,Lee,rosa@x.test")
    assert made.created == counts(1, 1, 1, 1)
    assert made.updated == NOTHING


async def test_the_leagues_date_order_decides_unless_the_caller_says_otherwise(desk: Desk) -> None:
    mine = replace(desk, league=msgspec.structs.replace(desk.league, date_order=DateOrder.DMY))
    await mine.good("Hawks,Ann,Lee,03/04/2015")
    await mine.good("Hawks,Ben,Lee,03/04/2015", options=ImportOptions(date_order=DateOrder.MDY))
    assert await desk.rows("SELECT birthdate FROM player ORDER BY id") == [(date(2015, 4, 3),), (date(2015, 3, 4),)]


async def test_hostile_names_are_data(desk: Desk) -> None:
    names = ("[red]Eve[/red]", "Robert'); DROP TABLE player;--", '"quoted" back\\slash {a} NULL', "مريم", "👨‍👩‍👧")
    lines = [f'Hawks,"{name.replace(chr(34), chr(34) * 2)}",Lee,2015-01-0{n}' for n, name in enumerate(names, 1)]
    await desk.good(*lines)
    assert await desk.rows("SELECT first_name FROM player ORDER BY id") == [(name,) for name in names]
    assert (await desk.good(*lines)).unchanged.players == len(names)
