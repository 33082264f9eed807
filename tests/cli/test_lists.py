"""`teams list` and `players list`."""

import csv
from datetime import date

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.cli.players import players
from bball_tui.database.models import GroupLook, League, Player, Team
from bball_tui.league.filters.choices import Facet, choice
from bball_tui.league.filters.saved import NamedFilter, save_filter
from tests.cli.conftest import CommandLine
from tests.support.factory import Parent, make_club, make_family

IDA = Parent("Ida", "Abara", None)
NASTY = "\x9b31m\u202eEve"


@pytest.fixture
def roster(command_line: CommandLine) -> int:
    async def make(session: AsyncSession) -> int:
        club = await make_club(session, chat_url="https://groupme.com/join_group/1/abc")
        amara = await make_family(session, club, birthdate=date(2015, 5, 12))
        await make_family(
            session, club, first="Wren", last="Abara", jersey=None, parents=(Parent("Ida", "Abara", None),)
        )
        return amara.player_id

    return command_line.in_database(make)


def test_teams(command_line: CommandLine, roster: int) -> None:
    ran = command_line("teams", "list", "--json")

    assert ran.code == 0
    team = ran.json[0]
    assert list(team) == [
        "id",
        "name",
        "division",
        "season",
        "players",
        "signed",
        "open",
        "chat",
        "against_rules",
        "archived",
    ]
    assert (team["name"], team["season"], team["players"], team["signed"], team["chat"]) == (
        "Hawks U12", "Spring 2027", 2, 0, "linked",
    )  # fmt: skip
    assert command_line("teams", "list").out.splitlines()[1].split() == [
        str(team["id"]), "Hawks", "U12", "Spring", "2027", "0/2", "linked",
    ]  # fmt: skip

    async def lose_the_chat(session: AsyncSession) -> None:
        await session.execute(update(Team).values(groupme_group_id="4711"))
        look = {"state": "broken", "group_id": "4711", "found": [], "why": "gone", "warnings": [], "account": "Pat"}
        league_id = await session.scalar(select(Team.league_id))
        await session.execute(insert(GroupLook).values(team_id=team["id"], league_id=league_id, **look))

    command_line.in_database(lose_the_chat)
    assert command_line("teams", "list", "--json").json[0]["chat"] == "gone"
    assert "not found" in command_line("teams", "list").out


def test_players(command_line: CommandLine, roster: int) -> None:
    ran = command_line("players", "list", "--json")

    assert [one["player"] for one in ran.json] == ["Wren Abara", "Amara Hamilton"]
    assert ran.json[1] == {
        "id": roster,
        "player": "Amara Hamilton",
        "first": "Amara",
        "last": "Hamilton",
        "jersey": "00",
        "birthdate": "2015-05-12",
        "team": "Hawks U12",
        "contract": "offered",
        "guardians": 1,
        "has_email": True,
        "archived": False,
    }
    assert [line.split()[-1] for line in command_line("players", "list").out.splitlines()[1:]] == ["no", "yes"]


def test_players_of_one_name(command_line: CommandLine, roster: int) -> None:
    assert [one["id"] for one in command_line("players", "list", "--json", "--search", "HAMIL").json] == [roster]


@pytest.mark.slow
def test_the_filters_of_the_screen(command_line: CommandLine, roster: int) -> None:
    def listed(*options: str) -> list[str]:
        return [one["player"] for one in command_line("contracts", "list", "--json", *options).json]

    async def save(session: AsyncSession) -> None:
        league_id = await session.scalar(select(League.id))
        assert league_id is not None
        mute = (choice(Facet.TROUBLE, "unreachable"),)
        await save_filter(session, league_id, "contracts", NamedFilter("To ask", "abara", mute))

    command_line.in_database(save)
    assert listed("--need", "no-email") == ["Wren Abara"]
    assert listed("--need", "no-email", "--need", "overdue") == []
    assert listed("--team", "hawks u12", "--status", "offered", "--sort", "-player") == ["Amara Hamilton", "Wren Abara"]
    assert listed("--welcome", "no-address") == []
    assert len(listed("--welcome", "none", "--welcome", "in-doubt")) == 2
    assert listed("--saved", "to ASK") == ["Wren Abara"]
    assert listed("--saved", "to ask", "--search", "amara") == []
    assert [one["id"] for one in command_line("players", "list", "--json", "--search", "rosa@fam").json] == [roster]
    assert command_line("teams", "list", "--json", "--need", "no-chat-link").json == []
    refused = command_line("contracts", "list", "--saved", "other")
    assert (refused.code, "Yours are: To ask." in refused.err) == (1, True)
    refused = command_line("contracts", "list", "--sort", "color")
    assert (refused.code, "cannot be sorted by 'color'" in refused.err) == (1, True)


def test_every_filter_of_the_screen_has_its_option() -> None:
    words = {Facet.TROUBLE: "need"}
    options = {one.name for one in players.commands["list"].params}
    assert {words.get(facet, facet.value) for facet in Facet} <= options


def test_a_sheet_holds_no_formula(command_line: CommandLine, roster: int) -> None:
    async def rename(session: AsyncSession) -> None:
        await session.execute(update(Player).where(Player.id == roster).values(first_name='=1+1,"'))

    command_line.in_database(rename)
    rows = list(csv.DictReader(command_line("players", "list", "--csv").out.splitlines()))
    assert [row["Last name"] for row in rows] == ["Abara", "Hamilton"]
    assert (rows[1]["First name"], rows[1]["Birthdate"], rows[1]["Jersey"]) == ("'=1+1,\"", "2015-05-12", "00")
    assert len(command_line("contracts", "list", "--csv", "--search", "abara").out.splitlines()) == 2
    assert len(command_line("teams", "list", "--csv").out.splitlines()) == 2
    assert len(command_line("teams", "list", "--csv", "--season", "Spring 2027").out.splitlines()) == 2
    assert command_line("teams", "list", "--csv", "--json").code == 2


def test_a_name_can_do_nothing_to_the_terminal(command_line: CommandLine) -> None:
    async def make(session: AsyncSession) -> None:
        await make_family(session, await make_club(session, team=NASTY), first=NASTY)

    command_line.in_database(make)

    for arguments in (("players", "list"), ("teams", "list"), ("contracts", "list")):
        for ran in (command_line(*arguments), command_line(*arguments, "--json")):
            assert ran.code == 0
            assert "\x9b" not in ran.out
            assert "\u202e" not in ran.out
            assert "Eve" in ran.out
    assert command_line("players", "list", "--json").json[0]["first"] == NASTY
