"""`bball-tui import`: its exit codes, its JSON contract, and a report that a terminal can bear."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import roles
from bball_tui.database.engine import Database
from bball_tui.league.leagues import create_league
from bball_tui.settings import SecretUrl
from tests.cli.conftest import CommandLine, Ran
from tests.conftest import Server
from tests.league.importing.test_sandboxed_reader import many_cells
from tests.support.processes import runs

pytestmark = pytest.mark.slow

DATA = Path(__file__).parents[1] / "data"
ZERO = {"teams": 0, "players": 0, "guardians": 0, "contracts": 0}


@pytest.fixture
def league(command_line: CommandLine) -> None:
    assert command_line("init", "--league", "Westside Basketball", "--season", "Spring 2027").code == 0


async def players(session: AsyncSession) -> object:
    return await session.scalar(text("SELECT count(*) FROM player"))


@pytest.mark.usefixtures("league")
def test_the_json_is_the_contract(command_line: CommandLine) -> None:
    made = {"teams": 12, "players": 138, "guardians": 207, "contracts": 138}
    first = command_line("import", DATA / "westside-spring.csv", "--json")
    assert first.code == 0
    assert {name: first.json[name] for name in ("created", "updated", "unchanged", "errors")} == {
        "created": made, "updated": ZERO, "unchanged": ZERO, "errors": []
    }  # fmt: skip
    second = command_line("import", DATA / "westside-spring.csv", "--json")
    assert (second.json["created"], second.json["updated"], second.json["unchanged"]) == (ZERO, ZERO, made)
    assert second.json["summary"].startswith("Nothing to change: the league says already what the file says")


@pytest.mark.usefixtures("league")
def test_a_faulty_file_exits_with_1_and_says_what_to_do(command_line: CommandLine) -> None:
    ran = command_line("import", DATA / "roster-with-faults.csv", "--json")
    assert ran.code == 1
    assert ran.json["created"] == ZERO
    assert [error["row"] for error in ran.json["errors"]] == [2, 3, 4, 5, 6, 7, 13, 14]
    assert set(ran.json["errors"][0]) == {"row", "column", "value", "problem", "player", "team"}
    assert [(one["player"], one["team"]) for one in ran.json["errors"][1:3]] == [
        ("Renée Fofanah", "Hawks U10"), ("Smith-Jones", "Hawks U10"),
    ]  # fmt: skip
    assert [one["player"] for one in ran.json["errors"][-2:]] == ["Farid Whitaker", "three cells"]
    # Row 13 is row 8 once more, and does not come in: the family is named once.
    assert ran.json["without_email"] == 1
    assert "Ask for one: Carlos Whitaker, +1 555 668 3446 (Farid Whitaker)." in " ".join(ran.json["remarks"])
    assert "--skip-bad-rows" in ran.err
    assert command_line.in_database(players) == 0
    partly = command_line("import", DATA / "roster-with-faults.csv", "--skip-bad-rows", "--json")
    assert partly.code == 3
    assert partly.json["created"]["players"] == command_line.in_database(players) == 5


@pytest.mark.usefixtures("league")
def test_a_column_that_is_not_known_is_told_as_one_with_the_way_out(command_line: CommandLine, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Team,Player First Name,Player Last Name,Shoe size\nHawks,Ann,Lee,38\n")
    for option in ((), ("--skip-bad-rows",)):
        ran = command_line("import", roster, "--dry-run", *option)
        assert ran.code == 1
        assert ran.out.splitlines()[-1] == (
            "1 fault of the columns: nothing would be imported. Say what a column holds with --map FIELD=COLUMN, leave "
            "it out with --ignore-column NAME, or correct the first line of the file."
        )
    assert command_line("import", roster, "--dry-run", "--ignore-column", "Shoe size").code == 0


@pytest.mark.usefixtures("league")
def test_the_report_for_people_is_aligned_and_without_terminal_codes(command_line: CommandLine) -> None:
    ran = command_line("import", DATA / "roster-with-faults.csv", "--dry-run")
    assert ran.code == 1
    assert "\x1b" not in ran.out
    lines = ran.out.splitlines()
    heading = next(line for line in lines if line.startswith("Row  Player"))
    faults = [line for line in lines if line.startswith(("2    Ximena", "14   three"))]
    assert len(faults) == 2
    where = heading.index("Problem")
    assert faults[0][where:].startswith("This isn't a valid e-mail address.")
    assert lines[-1] == (
        "8 faults: nothing would be imported. Correct the file, or import the good rows alone with --skip-bad-rows."
    )


@pytest.mark.usefixtures("league")
def test_a_dry_run_shows_each_row_that_would_change(command_line: CommandLine, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Team,First,Last,DOB,Jersey\nHawks,Ann,Lee,2015-01-02,7\nHawks,Ben,Roe,2014-01-02,8\n")
    shown = command_line("import", roster, "--dry-run")
    assert "new  Ann Lee" in shown.out
    assert "dry run" in shown.out
    assert command_line.in_database(players) == 0
    assert command_line("import", roster).code == 0
    roster.write_text("Team,First,Last,DOB,Jersey\nHawks,Ann,Lee,2015-01-02,9\nHawks,Ben,Roe,2014-01-02,8\n")
    shown = command_line("import", roster, "--dry-run")
    assert "jersey: 7 → 9" in shown.out
    # Only the remark on players whom no e-mail can reach names him.
    assert [line.strip() for line in shown.out.splitlines() if "Ben Roe" in line] == [
        "2 players have no guardian with an e-mail address, so no e-mail can reach them. No phone number either: "
        "Ann Lee, Ben Roe."
    ]


@pytest.mark.usefixtures("league")
def test_a_season_that_the_import_makes_is_said_before_and_after(command_line: CommandLine, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Team,First,Last,DOB,Jersey\nHawks,Ann,Lee,2015-01-02,7\n")
    typo = ("--season", "Sprng 2027")
    will = "A new season, Sprng 2027, will be made and shown to everyone."
    assert will in command_line("import", roster, *typo, "--dry-run").out
    assert command_line("import", roster, *typo, "--dry-run", "--json").json["new_season"] == will
    assert "A new season" not in command_line("import", roster, "--dry-run").out
    assert "A new season, Sprng 2027, was made and is shown to everyone." in command_line("import", roster, *typo).out
    assert "A new season" not in command_line("import", roster, *typo, "--dry-run").out


@pytest.mark.usefixtures("league")
def test_options_reach_the_import(command_line: CommandLine, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text("Team,First,Last,DOB,Soup\nHawks,Ann,Lee,03/04/2015,leek\n")
    assert "--ignore-column" in command_line("import", roster).out
    assert "--date-order" in command_line("import", roster, "--ignore-column", "soup").out
    ran = command_line(
        *("import", roster, "--ignore-column", "soup", "--date-order", "dmy"),
        *("--season", "Fall 2027", "--contract-status", "draft", "--preset", "plain"),
    )
    assert ran.code == 0

    async def stored(session: AsyncSession) -> tuple[object, ...]:
        query = "SELECT s.name, c.status, p.birthdate::text FROM contract c JOIN season s ON s.id = c.season_id " + (
            "JOIN player p ON p.id = c.player_id"
        )
        return tuple((await session.execute(text(query))).one())

    assert command_line.in_database(stored) == ("Fall 2027", "draft", "2015-04-03")


@pytest.mark.usefixtures("league")
@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 xlsx", b"\x00\x01\x02", b"a;b;c\n1;2;3\n"])
def test_what_is_no_roster_is_refused_with_exit_code_1(command_line: CommandLine, tmp_path: Path, data: bytes) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_bytes(data)
    ran = command_line("import", roster, "--json")
    assert ran.code == 1
    assert len(ran.json["errors"]) == 1


@pytest.mark.usefixtures("league")
def test_a_missing_file_is_refused_in_one_sentence(command_line: CommandLine, tmp_path: Path) -> None:
    ran = command_line("import", tmp_path / "missing.csv")
    assert (ran.code, ran.out) == (1, "")
    assert "no such file" in ran.err


@pytest.mark.usefixtures("league")
def test_only_what_a_preview_showed_is_imported(command_line: CommandLine) -> None:
    file = DATA / "westside-spring.csv"
    preview = command_line("import", file, "--dry-run", "--due", "2099-03-24", "--json").json["preview"]
    refused = command_line("import", file, "--expect", preview)
    assert refused.code == 1
    assert "--dry-run" in refused.err
    assert command_line("import", file, "--expect", preview, "--due", "2099-03-24").code == 0


FIELD = DATA / "field"


@pytest.mark.usefixtures("league")
@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("nick-a.csv", "nick-b.csv", ["Michael (Mike) Stone"]),
        ("nick-a.csv", "nick-c.csv", ["Mike Stone", "Michel Stone"]),
        ("nick-c.csv", "nick-a.csv", ["Michael Stone"]),
        ("suffix-a.csv", "suffix-b.csv", ["Carlos Rivera Jr."]),
        ("suffix-b.csv", "suffix-a.csv", ["Carlos Rivera"]),
    ],
)
def test_possible_duplicates_stand_in_the_preview_the_report_and_the_json(
    command_line: CommandLine, tmp_path: Path, first: str, second: str, names: list[str]
) -> None:
    assert command_line("import", FIELD / first).code == 0
    report = tmp_path / "report.csv"
    shown = command_line("import", FIELD / second, "--dry-run", "--report", report)
    assert shown.out.count("Possible duplicate: The league has") == len(names)
    assert report.read_text().count("Possible duplicate. The league has") == len(names)
    told = command_line("import", FIELD / second, "--dry-run", "--json").json
    assert [one["player"] for one in told["duplicates"]] == names
    assert "may be there already" in " ".join(told["remarks"])
    assert "in the file twice" not in " ".join(told["remarks"])


@pytest.mark.usefixtures("league")
def test_what_is_perhaps_not_meant_stands_in_the_preview_the_report_and_the_json(
    command_line: CommandLine, tmp_path: Path
) -> None:
    file, report = tmp_path / "doubtful.csv", tmp_path / "report.csv"
    file.write_text(
        "Team,Player First Name,Player Last Name,Date of Birth,Guardian 1 First,Guardian 1 Last,Guardian 1 Email\n"
        "Hawks,Chris,NULL,1983-05-04,Ana,Null,ana@gmial.com\n"
    )
    shown = command_line("import", file, "--dry-run", "--report", report)
    assert shown.code == 0
    lines = shown.out.partition("Look at these")[2].splitlines()
    for column, value in (("Player Last Name", "NULL"), ("Date of Birth", "1983-05-04"), ("Guardian 1 Last", "Null")):
        assert any(column in line and value in line for line in lines)
        assert f'"{column}","{value}"' in report.read_text()
    assert "ana@gmail.com meant?" in shown.out
    assert "ana@gmail.com meant?" in report.read_text()
    told = command_line("import", file, "--json").json
    assert [one["value"] for one in told["warnings"]] == ["NULL", "1983-05-04", "Null", "ana@gmial.com"]
    assert set(told["warnings"][0]) == {"row", "column", "value", "problem", "player", "team"}
    assert told["created"]["players"] == 1


@pytest.mark.usefixtures("league")
def test_one_name_with_a_plain_and_a_typographic_hyphen_is_one_player(command_line: CommandLine) -> None:
    assert command_line("import", FIELD / "hyphen-a.csv").code == 0
    again = command_line("import", FIELD / "hyphen-b.csv", "--json").json
    assert (again["created"], again["unchanged"]["players"]) == (ZERO, 1)


@pytest.mark.usefixtures("league")
def test_rows_that_were_left_out_are_never_said_to_be_in_the_league(command_line: CommandLine) -> None:
    nobody = command_line("import", FIELD / "all-nonplayer.csv")
    assert nobody.code == 1
    assert "All 2 rows are left out as staff" in nobody.out
    positions = command_line("import", FIELD / "role-positions.csv", "--skip-bad-rows")
    assert positions.code == 3
    again = command_line("import", FIELD / "role-positions.csv", "--dry-run", "--skip-bad-rows")
    assert "what the file says" not in again.out


@pytest.mark.usefixtures("league")
def test_the_json_says_what_the_text_says(command_line: CommandLine) -> None:
    told = command_line("import", FIELD / "x-two-team-sheets.xlsx", "--dry-run", "--json").json
    assert (told["sheet"], told["sheets"], told["encoding"], told["season"]) == (
        "Hawks", ["Hawks", "Owls"], "xlsx", "Spring 2027"
    )  # fmt: skip
    assert any("“Owls” holds a roster, too" in remark for remark in told["remarks"])
    told = command_line("import", FIELD / "role-positions.csv", "--dry-run", "--json", "--skip-bad-rows").json
    assert told["left_out"] == {"staff": [6], "by_choice": []}
    assert [error["row"] for error in told["errors"]] == [2, 3, 4]
    assert command_line("import", FIELD / "nick-a.csv", "--dry-run", "--json").json["without_email"] == 1
    assert command_line("import", FIELD / "cp850.csv", "--sheet", "Hawks").code == 1


@pytest.mark.usefixtures("league")
@pytest.mark.parametrize(
    ("name", "encoding"), [("macroman.csv", "mac-roman"), ("cp850.csv", "cp850"), ("mojibake-utf8.csv", "twice")]
)
def test_a_guessed_encoding_is_said_before_anything_is_written(
    command_line: CommandLine, name: str, encoding: str
) -> None:
    refused = command_line("import", FIELD / name, "--skip-bad-rows")
    assert refused.code == 1
    assert "“José”" in refused.err
    assert f"--encoding {encoding};" in refused.err
    assert command_line.in_database(players) == 0
    seen = command_line("import", FIELD / name, "--dry-run", "--json")
    assert (seen.code, seen.json["encoding_guessed"]) == (0, encoding)
    assert f"with --encoding {encoding}." in command_line("import", FIELD / name, "--dry-run").out
    assert command_line("import", FIELD / name, "--encoding", "klingon").code == 1
    assert command_line("import", FIELD / name, "--encoding", encoding).code == 0
    assert command_line.in_database(players) == 1
    assert command_line("import", FIELD / name, "--expect", seen.json["preview"]).code == 1  # it moved


@pytest.mark.usefixtures("league")
def test_whole_names_are_split_only_when_asked_and_each_is_shown(command_line: CommandLine, tmp_path: Path) -> None:
    file, report = FIELD / "fullname.csv", tmp_path / "report.csv"
    refused = command_line("import", file)
    assert refused.code == 1
    assert "--split-names" in refused.out
    shown = command_line("import", file, "--split-names", "--dry-run", "--report", report)
    assert shown.code == 0
    lines = [line.split() for line in shown.out.splitlines()]
    assert ["2", "Player", "Name", "Lopez,", "Mia", "Mia", "Lopez"] in lines
    assert ["2", "Parent", "Name", "Ana", "Lopez", "Ana", "Lopez"] in lines
    assert "“Lopez, Mia” is Mia (first), Lopez (last)" in report.read_text()
    told = command_line("import", file, "--split-names", "--json")
    assert told.json["split_names"][0] == {
        "row": 2, "column": "Player Name", "text": "Lopez, Mia", "first": "Mia", "last": "Lopez"
    }  # fmt: skip
    assert "2 whole names are split, as you said" in " ".join(told.json["remarks"])
    assert command_line.in_database(players) == 1


@pytest.fixture(scope="module")
def looked_at(server: Server) -> Iterator[SecretUrl]:
    """A database with one league, for commands that change nothing."""

    async def make(url: SecretUrl) -> None:
        database = Database(url)
        async with database.session() as session:
            await create_league(session, "Westside Basketball", "westside", "Spring 2027")
        await database.dispose()

    with server.database() as name:
        url = server.embedded.url(roles.person(), name)
        asyncio.run(make(url))
        yield url


WORKBOOKS = ("x-bool-name.xlsx", "x-mixed-dates.xlsx")
"""Those with a fault in a cell that is no text. A process begins for each; `test_field_workbooks.py` reads them all."""
READ = sorted(path for path in FIELD.iterdir() if path.suffix != ".xlsx" or path.name in WORKBOOKS)


@pytest.mark.parametrize("path", READ, ids=lambda path: path.name)
def test_files_of_the_field_are_read_or_refused_in_words(
    without_database: CommandLine, looked_at: SecretUrl, path: Path
) -> None:
    without_database.setenv("BBALL_DATABASE_URL", looked_at.reveal())
    ran = without_database("import", path, "--dry-run", "--json")
    assert ran.code in (0, 1)
    assert (ran.code == 1) == bool(ran.json["errors"])
    assert all(error["problem"].endswith(".") for error in ran.json["errors"])


READER = "bball_tui.league.importing.sandboxed_reader"
AT_WORK = 50 * 1024**2
"""Bytes: more than the child has before it unpacks the file."""
SOON = 30
"""Seconds on a busy machine."""


def _reader_of(program: "subprocess.Popen[str]") -> psutil.Process:
    """The child that reads the file, once the import has begun it."""
    while program.poll() is None:
        with suppress(psutil.NoSuchProcess):  # children come and go while they are looked at
            for child in psutil.Process(program.pid).children(recursive=True):
                if READER in child.cmdline() and child.memory_info().rss > AT_WORK:
                    return child
        with suppress(subprocess.TimeoutExpired):
            program.wait(0.1)  # a look goes through all processes of the machine
    raise AssertionError("the import ended before its child could read")


@pytest.mark.usefixtures("league")
def test_ctrl_c_ends_an_import_that_is_reading_and_leaves_no_child(tmp_path: Path) -> None:
    roster = tmp_path / "roster.xlsx"
    roster.write_bytes(many_cells())
    with subprocess.Popen(
        [sys.executable, "-m", "bball_tui", "import", str(roster)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        try:
            child = _reader_of(program)
            child.suspend()  # from here on it never ends by itself, nor by the signal that it gets as well
            os.killpg(program.pid, signal.SIGINT)  # as the terminal does
            out, err = program.communicate(timeout=SOON)
        finally:
            if program.poll() is None:
                with suppress(psutil.NoSuchProcess):
                    for left in psutil.Process(program.pid).children(recursive=True):
                        left.kill()
                program.kill()
    assert (program.returncode, out, err) == (130, "", "\nStopped.\n")
    assert not runs(child.pid)


@pytest.mark.usefixtures("league")
def test_an_import_is_listed_and_taken_back(command_line: CommandLine) -> None:
    imported = command_line("import", DATA / "westside-spring.csv")
    assert "'bball-tui imports undo' takes it back." in imported.out
    (one,) = command_line("imports", "list", "--json").json
    assert (one["file"], one["created"]["players"], one["undone_at"]) == ("westside-spring.csv", 138, None)
    shown = command_line("imports", "undo", "--dry-run")
    assert "12 teams, 138 players, 207 guardians and 138 contracts" in shown.out
    act, *_ = command_line("undo", "--list", "--json").json
    assert act["for_good"], "the screen asks for y then"
    unnamed = command_line("undo")
    assert (unnamed.code, "'bball-tui imports undo --dry-run' shows what would go" in unnamed.err) == (1, True)
    assert command_line.in_database(players) == 138
    assert command_line("imports", "undo", str(one["id"])).code == 0
    assert command_line.in_database(players) == 0
    assert "undone 2" in command_line("imports", "list").out
    again = command_line("imports", "undo", str(one["id"]))
    assert (again.code, "was undone already" in again.err) == (1, True)


@pytest.mark.usefixtures("league")
def test_what_a_row_leaves_open_is_asked_and_answered(command_line: CommandLine, tmp_path: Path) -> None:
    header = "Team,First,Last,Date of Birth,Guardian 1 First,Guardian 1 Last,Guardian 1 Email"
    file = tmp_path / "roster.csv"

    def told(*rows: str, options: tuple[str, ...] = ()) -> Ran:
        file.write_text("\n".join([header, *rows]))
        return command_line("import", file, "--json", *options)

    ann, ben = "Hawks,Ann,Lee,2015-01-02,Rosa,Lee,rosa@x.test", "Hawks,Ben,Roe,2014-01-02,Olga,Roe,rosa@x.test"
    assert told(ann).code == 0
    asked = told(ann.replace("01-02", "02-01"), ben)
    assert asked.code == 1
    assert asked.json["left_open"] == [{"row": 2, "about": "child"}, {"row": 3, "about": "address"}]
    child, address = (one["problem"] for one in asked.json["errors"])
    assert child.startswith("Is this Ann Lee, born Jan 2, 2015? The file says Feb 1, 2015; an e-mail or phone of the")
    assert "Say --same-child 2 if only the birthdate was corrected" in child
    assert (
        "rosa@x.test is the address of Rosa Lee, guardian of Ann Lee, not of this family. Say --use-address 3"
        in address
    )
    answered = told(ann.replace("01-02", "02-01"), ben, options=("--same-child", "2", "--use-address", "3"))
    assert (answered.json["created"]["players"], answered.json["updated"]["players"]) == (1, 1)
    assert told(ann.replace("01-02", "03-01"), options=("--new-child", "2")).json["created"]["players"] == 1
