"""What a role may not see is said to be hidden, be there something or not, and never that there is nothing."""

from pathlib import Path
from typing import Any

import pytest

from bball_tui.settings import Settings
from tests.cli.conftest import CommandLine
from tests.tui.desk_host import opened
from tests.walls.conftest import OWNER, ClubServer


@pytest.fixture(autouse=True)
def numbers(walls: ClubServer) -> Any:
    """Rosa has a number, and Ann a birthdate; Ben has none."""
    with walls.login(OWNER) as owner:
        owner.execute("UPDATE guardian SET phone = '+1 2125550100'")
        owner.execute("UPDATE contract SET due_on = current_date + 1")


@pytest.fixture
def command_line(
    walls: ClubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> CommandLine:
    return CommandLine(monkeypatch, capsys, tmp_path)


def contracts_of(walls: ClubServer) -> tuple[str, str]:
    """Ann's and Ben's."""
    with walls.login(OWNER) as owner:
        found = owner.execute("SELECT id FROM contract WHERE league_id = %s ORDER BY id", (walls.a,)).fetchall()
    return str(found[0][0]), str(found[1][0])


@pytest.mark.parametrize("login", ["vera", "cora"])
def test_the_command_line_says_hidden(walls: ClubServer, command_line: CommandLine, login: str) -> None:
    command_line.setenv("BBALL_DATABASE_URL", walls.url(login).reveal())
    ann, ben = contracts_of(walls)
    shown = command_line("contracts", "show", ann)
    assert shown.code == 0, shown.err
    assert "birthdate hidden for your role" in shown.out
    assert "Rosa Ames: guardian, phone hidden for your role" in shown.out
    assert "birthdate hidden for your role" in command_line("contracts", "show", ben).out, "there is none: the same"
    assert "Rosa Ames hidden" in command_line("contracts", "chasing", "--csv").out
    for what in ("contracts", "players", "guardians"):
        assert "Birthdates and phone numbers are hidden for your role" in command_line("export", what).err
    assert "hidden" not in command_line("export", "outbox").err


def test_whoever_sees_them_reads_nothing_of_it(walls: ClubServer, command_line: CommandLine) -> None:
    command_line.setenv("BBALL_DATABASE_URL", walls.url("rita").reveal())
    ann, ben = contracts_of(walls)
    shown = command_line("contracts", "show", ann)
    assert "born 2015-01-01" in shown.out
    assert "+1 2125550100" in shown.out
    for arguments in (("contracts", "show", ben), ("contracts", "show", ann, "--json"), ("export", "players")):
        ran = command_line(*arguments)
        assert "hidden" not in ran.out + ran.err


async def test_the_screen_says_hidden(walls: ClubServer, tmp_path: Path) -> None:
    url = walls.url("cora")
    async with opened(Settings(data_dir=tmp_path / "data", config_dir=tmp_path, database_url=url), (140, 40)) as desk:
        await desk.shows("Ames, Ann", "birthdate hidden for your", "phone hidden for your role")
        await desk.press("3")
        await desk.shows("Ames, Ann", "birthdate hidden for your", "phone hidden for your role")
        await desk.until(lambda: desk.text.count("hidden") >= 4)
        assert "unknown" not in desk.text
        assert "no phone" not in desk.text
        await desk.press("4", "C")
        await desk.shows("hidden  Rosa Ames")
