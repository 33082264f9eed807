"""`league rules` and `teams check`."""

from datetime import date

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cli.conftest import CommandLine
from tests.support.factory import make_club, make_family


@pytest.mark.slow
def test_rules_are_set_shown_and_checked(command_line: CommandLine) -> None:
    async def make(session: AsyncSession) -> int:
        club = await make_club(session)
        return (await make_family(session, club, birthdate=date(2010, 5, 1))).player_id

    player = command_line.in_database(make)
    assert command_line("teams", "check", "--json").json == []
    ran = command_line("league", "rules", "--cutoff", "8-31", "--roster-limit", "12", "--jerseys", "school", "--json")
    assert (ran.code, ran.json) == (0, {"cutoff": "08-31", "roster_limit": 12, "jerseys": "school"})
    assert "Saved." in ran.err
    (found,) = command_line("teams", "check", "--json").json
    assert (found["rule"], found["text"]) == ("age", "Amara Hamilton is 17 on Aug 31, 2027, too old for Hawks U12.")
    (team,) = command_line("teams", "list", "--against-rules", "--json").json
    assert (team["name"], team["against_rules"]) == ("Hawks U12", 1)
    assert "! 1" in command_line("teams", "list").out
    sheet = command_line("teams", "list", "--against-rules", "--csv").out.splitlines()
    assert sheet[0].endswith('"Chat","Against the rules"')
    assert [line.rpartition(",")[2] for line in sheet[1:]] == ['"1"']
    assert command_line("league", "rules", "--except", f"{player}=still in 6th grade").code == 0
    assert command_line("teams", "check", "--json").json == []
    assert command_line("teams", "list", "--against-rules", "--json").json == []
    shown = command_line("league", "rules").out
    assert "still in 6th grade" in shown
    assert command_line("league", "rules", "--no-except", player, "--refuse", "age", "--cutoff", "08-31").code == 0
    assert "refused" in command_line("teams", "check").out
    refused = command_line("players", "edit", player, "--birthdate", "2009-05-01")
    assert (refused.code, "The league refuses this (rules: age)" in refused.err) == (1, True)
    assert command_line("league", "rules", "--freeze", "2027-10-01", "--json").json["freeze"] == "2027-10-01"
    assert "Oct 1, 2027" in command_line("league", "rules").out
    assert "freeze" not in command_line("league", "rules", "--freeze", "none", "--json").json
    for options, words in (
        (("--cutoff", "soon"), "is no day"),
        (("--refuse", "height"), "The rules are: age, roster, jersey, freeze."),
        (("--freeze", "soon"), "--freeze “soon”: That isn't a date"),
        (("--except", "999=why"), "There is no player 999"),
        (("--except", f"{player}="), "The reason of an exception is empty."),
    ):
        ran = command_line("league", "rules", *options)
        assert (ran.code, words in ran.err) == (1, True), ran.err
