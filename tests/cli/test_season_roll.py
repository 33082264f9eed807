"""`seasons roll` and `seasons roll-undo`: nothing before --apply, nothing twice, and all of it back."""

import csv
import io
from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import ContractStatus
from tests.cli.conftest import CommandLine
from tests.support.factory import Parent, make_club, make_family

BORN = date(2018, 5, 12)


def two_teams(command_line: CommandLine) -> dict[str, int]:
    """A season whose players have not signed, as drafts of a league that begins; ids by first name."""

    async def make(session: AsyncSession) -> dict[str, int]:
        club = await make_club(session, team="Hawks U10")
        found = {}
        for name, parents in (("Amara", (Parent(),)), ("=Ben", (Parent(),)), ("Zoë", ())):
            family = await make_family(
                session, club, first=name, birthdate=BORN, parents=parents, status=ContractStatus.OFFERED
            )
            found[name] = family.player_id
        return found

    ids = command_line.in_database(make)
    for name in ("Amara", "=Ben"):
        contract = next(one for one in command_line("contracts", "list", "--json").json if name in one["player"])
        assert command_line("contracts", "sign", contract["id"], "--signer", "Rosa").code == 0
    assert command_line("teams", "add", "Bulls U10").code == 0
    return ids


@pytest.mark.slow
def test_the_plan_is_shown_and_nothing_is_made(command_line: CommandLine) -> None:
    ids = two_teams(command_line)
    ran = command_line("seasons", "roll", "Fall 2027", "--age-on", "2027-08-31")
    assert ran.code == 0
    assert "Hawks U10    Hawks U12" in ran.out
    assert "From Spring 2027 to Fall 2027." in ran.err
    assert "Age groups: U10 → U12. Ages count on Aug 31, 2027." in ran.err
    assert "3 players, 2 of them ticked; 0 in Fall 2027 already." in ran.err
    assert "Nothing was changed. --apply --expect " in ran.err
    plan = command_line("seasons", "roll", "Fall 2027", "--json").json
    assert [(one["team"], one["was"], one["id"]) for one in plan["teams"]] == [
        ("Bulls U12", "Bulls U10", None),
        ("Hawks U12", "Hawks U10", None),
    ]
    assert {one["id"]: (one["proposal"], one["ticked"]) for one in plan["players"]} == {
        ids["Amara"]: ("returns", True),
        ids["=Ben"]: ("returns", True),
        ids["Zoë"]: ("still owes a signature", False),
    }
    assert "Fall 2027" not in command_line("seasons", "list").out


@pytest.mark.slow
def test_the_sheet_is_one_that_a_spreadsheet_only_shows(command_line: CommandLine) -> None:
    two_teams(command_line)
    ran = command_line("seasons", "roll", "Fall 2027", "--csv")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert [(row["Player"], row["Team"], row["Ticked"]) for row in rows] == [
        ("Hamilton, =Ben", "Hawks U12", "yes"),
        ("Hamilton, Amara", "Hawks U12", "yes"),
        ("Hamilton, Zoë", "Hawks U12", "no"),
    ]
    assert command_line("seasons", "roll", "Fall 2027", "--csv", "--json").code == 2


@pytest.mark.slow
def test_what_was_seen_is_made_once_and_taken_back(command_line: CommandLine) -> None:
    ids = two_teams(command_line)
    code = command_line("seasons", "roll", "Fall 2027", "--json").json["plan"]
    ran = command_line(
        *("seasons", "roll", "Fall 2027", "--apply", "--expect", code, "--contract-status", "offered", "--mails"),
        *("--due", "12/31/2090", "--also", ids["Zoë"], "--move", f"{ids['=Ben']}=bulls u12", "--leave", ids["Amara"]),
    )
    assert ran.code == 0, ran.err
    assert ran.json == {
        "season": "Fall 2027",
        "made_season": True,
        "teams": 2,
        "contracts": 2,
        "mails": 1,
        "left_out": 1,
        "against_rules": [],
    }
    made = command_line("contracts", "list", "--season", "Fall 2027", "--json").json
    assert {one["player"]: (one["team"], one["status"]) for one in made} == {
        "=Ben Hamilton": ("Bulls U12", "offered"),
        "Zoë Hamilton": ("Hawks U12", "offered"),
    }
    moved = command_line("seasons", "roll", "Fall 2027", "--apply", "--expect", code)
    assert (moved.code, "Look at it again" in moved.err) == (1, True)
    again = command_line("seasons", "roll", "Fall 2027", "--apply")
    assert "Nothing to make: Fall 2027 has all of it." in again.err
    assert again.json["contracts"] == 0
    told = command_line("seasons", "roll-undo", "fall 2027", "--dry-run")
    assert "2 contracts of Fall 2027" in told.out
    assert "1 e-mail would be canceled" in told.out
    undone = command_line("seasons", "roll-undo", "fall 2027")
    assert (undone.code, undone.json["contracts"], undone.json["season_gone"]) == (0, 2, True)
    assert "The season Fall 2027 is gone." in undone.err
    assert command_line("seasons", "roll-undo", "Fall 2027").code == 1


@pytest.mark.slow
def test_one_team_alone(command_line: CommandLine) -> None:
    ids = two_teams(command_line)
    assert command_line("seasons", "roll", "Fall 2027", "--team", "Bulls U10", "--json").json["players"] == []
    ran = command_line("seasons", "roll", "Fall 2027", "--team", "hawks u10", "--apply")
    assert (ran.json["teams"], ran.json["contracts"], ran.json["left_out"]) == (1, 2, 1)
    later = command_line("seasons", "roll", "Fall 2027", "--json").json
    assert (later["already"], later["players"]) == (2, [])
    everybody = command_line("seasons", "roll", "Fall 2027", "--all", "--json").json["players"]
    assert [(one["id"], one["new"]) for one in everybody] == [(ids["Zoë"], False)]


@pytest.mark.slow
def test_what_cannot_be_is_told_with_the_way_out(command_line: CommandLine) -> None:
    ids = two_teams(command_line)
    for options, words in (
        (("--team", "Lions"), "There was no team 'lions' in Spring 2027. The teams were: Bulls U10, Hawks U10."),
        (("--also", 999), "Player 999 is not in this plan"),
        (("--move", f"{ids['Amara']}=Lions"), "Its teams are: Bulls U12, Hawks U12."),
        (("--age-on", "soon"), "--age-on “soon”: That isn't a date."),
        (("--pattern", "U10"), "does not say which age group becomes which"),
        (("--from", "Winter"), "There is no season 'Winter'"),
        (("--apply", "--due", "2090-01-01"), "A draft has no due date"),
    ):
        ran = command_line("seasons", "roll", "Fall 2027", *options)
        assert (ran.code, words in ran.err) == (1, True), ran.err
    assert command_line("seasons", "roll", "Fall 2027", "--move", "Amara").code == 2
    assert "Fall 2027" not in command_line("seasons", "list").out
