"""Who did what, by command."""

from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Season, Team
from tests.cli.conftest import CommandLine
from tests.support.factory import Club, make_club, make_family


async def add_family(session: AsyncSession) -> None:
    season, team = (await session.scalars(select(Season))).one(), (await session.scalars(select(Team))).one()
    await make_family(session, Club(season.league_id, season.id, team.id))


@pytest.mark.slow
def test_what_was_done_is_listed_with_before_and_after(command_line: CommandLine) -> None:
    command_line("init", "--league", "Westside Basketball", "--slug", "westside", "--season", "Spring 2027")
    command_line("league", "set", "--from-email", "office@westside.test")
    command_line("league", "set", "--from-email", "desk@westside.test")
    acts = command_line("activity", "list", "--json").json
    assert [(one["action"], one["entity"]) for one in acts][:2] == [("changed", "league"), ("changed", "league")]
    assert (acts[0]["before"], acts[0]["after"]) == (
        {"from_email": "office@westside.test"},
        {"from_email": "desk@westside.test"},
    )
    who, day = acts[0]["who"], acts[0]["at"][:10]
    only = command_line("activity", "list", "--entity", "season", "--json").json
    assert [one["action"] for one in only] == ["created"]
    both = command_line(
        "activity", "list", "--who", who, "--action", "changed", "--id", acts[0]["entity_id"], "--day", day, "--json"
    )
    assert len(both.json) == 2
    assert command_line("activity", "list", "--who", "nobody", "--json").json == []
    assert command_line("activity", "list", "--day", "2001-01-01", "--json").json == []
    assert len(command_line("activity", "list", "--limit", 1, "--json").json) == 1
    assert "From address: office@westside.test → desk@westside.test" in command_line("activity", "list").out


def test_what_left_as_a_file_is_noted(command_line: CommandLine, tmp_path: Path) -> None:
    command_line.in_database(make_club)
    command_line.in_database(add_family)
    assert command_line("export", "players", "--output", tmp_path / "players.csv").code == 0
    assert command_line("--read-only", "export", "players", "--output", tmp_path / "again.csv").code == 0
    noted = command_line("activity", "list", "--action", "exported", "--json").json
    assert [one["after"] for one in noted] == [{"what": "players", "number": 1}]


def test_another_league_sees_nothing_of_it(command_line: CommandLine) -> None:
    for slug in ("westside", "eastside"):
        command_line("init", "--league", slug.title(), "--slug", slug)
    acts = command_line("--league", "eastside", "activity", "list", "--json").json
    assert {one["after"]["slug"] for one in acts if one["entity"] == "league" and "slug" in (one["after"] or {})} == {
        "eastside"
    }
