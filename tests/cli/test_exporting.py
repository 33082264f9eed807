"""`bball-tui export`: files that come back, and a stdout that holds nothing else."""

import json
import stat
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def league(command_line: CommandLine) -> None:
    assert command_line("init", "--league", "Westside Basketball", "--season", "Spring 2027").code == 0
    assert command_line("import", DATA / "westside-spring.csv").code == 0


@pytest.mark.slow
@pytest.mark.usefixtures("league")
def test_an_export_goes_to_stdout_or_a_file_and_comes_back(command_line: CommandLine, tmp_path: Path) -> None:
    shown = command_line("export", "players")
    assert shown.code == 0
    assert shown.out.count("\r\n") == 139
    assert "138 players." in shown.err
    for name in ("players.csv", "players.json"):
        file = tmp_path / name
        ran = command_line("export", "players", "--output", file)
        assert (ran.code, ran.out) == (0, "")
        assert f"138 players written to {file}" in ran.err
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        again = command_line("import", file, "--json")
        assert again.code == 0
        assert again.json["unchanged"] == {"teams": 12, "players": 138, "guardians": 207, "contracts": 138}
    assert len(json.loads((tmp_path / "players.json").read_text())["rows"]) == 138
    assert json.loads(command_line("export", "outbox", "--format", "json").out)["rows"] == []


@pytest.mark.usefixtures("league")
def test_what_cannot_be_exported_says_why_and_leaves_what_was_there(command_line: CommandLine, tmp_path: Path) -> None:
    kept = tmp_path / "kept.csv"
    kept.write_text("mine")
    ran = command_line("export", "contracts", "--season", "Fall 1999", "--output", kept)
    assert ran.code == 1
    assert "no season 'Fall 1999'" in ran.err
    assert kept.read_text() == "mine"
    assert list(tmp_path.glob(".kept*")) == []
    ran = command_line("export", "contracts", "--output", tmp_path / "missing" / "x.csv")
    assert ran.code == 1
    assert "cannot be written" in ran.err


@pytest.mark.usefixtures("league")
def test_an_import_writes_a_report_that_no_spreadsheet_runs(command_line: CommandLine, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Team,First,Last,DOB,Jersey\nHawks,Ann,Lee,2015-01-02,7\nHawks,=cmd,Roe,2014-01-02,8\n")
    report = tmp_path / "report.csv"
    ran = command_line("import", roster, "--skip-bad-rows", "--report", report)
    assert ran.code == 3
    lines = report.read_text().splitlines()
    assert lines[0].startswith('"Row","Result","Player","Team"')
    assert lines[1] == '"2","new","Ann Lee","Hawks","","","",""'
    assert lines[2].startswith("""\"3","refused","'=cmd Roe","Hawks","First","'=cmd","",""")
    assert command_line("import", roster, "--map", "Team").code == 2


@pytest.mark.usefixtures("league")
def test_columns_are_named_on_the_command_line_and_remembered(command_line: CommandLine, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Squad,First,Last,Fee\nNew Team,Ann,Lee,9\n")
    assert command_line("import", roster).code == 1
    ran = command_line("import", roster, "--map", "Team=Squad", "--ignore-column", "Fee", "--json")
    assert ran.code == 0
    assert ran.json["created"]["teams"] == 1
    again = command_line("import", roster)
    assert again.code == 0
    assert "read as someone said for an earlier file" in again.out


@pytest.mark.slow
@pytest.mark.usefixtures("league")
def test_read_only_looks_and_changes_nothing(command_line: CommandLine, tmp_path: Path) -> None:
    assert command_line("--read-only", "contracts", "list", "--json").code == 0
    assert command_line("--read-only", "export", "players", "--output", tmp_path / "players.csv").code == 0
    # Exit code 3: the good rows. Some addresses of this file are those of other families in the one before.
    assert command_line("--read-only", "import", DATA / "teamsnap-export.csv", "--dry-run", "--skip-bad-rows").code == 3
    contract = command_line("contracts", "list", "--json").json[0]["id"]
    writing: tuple[tuple[object, ...], ...] = (
        ("import", DATA / "teamsnap-export.csv", "--skip-bad-rows"),
        ("contracts", "sign", contract, "--signer", "Rosa Lee"),
        ("league", "set", "--timezone", "Europe/Berlin"),
        ("init", "--league", "Another"),
        ("worker", "--drain"),
        ("database", "upgrade", "--yes"),
        ("demo",),
    )
    for command in writing:
        ran = command_line("--read-only", *command)
        assert ran.code == 1, command
        assert "read only" in ran.err, command
    command_line.setenv("BBALL_READ_ONLY", "true")
    assert command_line("contracts", "sign", contract, "--signer", "Rosa Lee").code == 1
    assert {one["status"] for one in command_line("contracts", "list", "--json").json} == {"offered"}
