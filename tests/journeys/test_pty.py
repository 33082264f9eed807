"""The screen as people meet it: in a terminal, by keys alone."""

import asyncio
import base64
import os
import re
import signal
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from bball_tui.database import embedded
from bball_tui.database.opening import open_database
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_preview import preview_signing
from bball_tui.league.editing.profile import change_league
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league, list_leagues
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.settings import Settings
from bball_tui.tui.main_screen.tab_list import TABS
from tests.journeys.conftest import DATA, clean_environment, run
from tests.journeys.loaded_program import Order, loaded_program
from tests.journeys.terminal import CTRL_Q, ENTER, ESC, TAB, Terminal, terminal
from tests.support.hostile import make_hostile_club
from tests.support.processes import runs
from tests.support.smtp import HANG, SmtpServer

ROSTER = DATA / "westside-spring.csv"
ALTERNATE_SCREEN = (b"\x1b[?1049h", b"\x1b[?1049l")
MOUSE = (b"\x1b[?1000h", b"\x1b[?1000l")


FROM = "office@westside.test"


def league(
    folder: Path, slug: str, roster: Path, change: dict[str, str] | None = None, *, signed: bool = False
) -> dict[str, str]:
    """A league of its own in ``folder`` with that roster; returns the environment of a program that opens it.

    With ``signed`` every contract is signed, and the mails may go out. ``change`` is what `league set` would be told.
    """

    async def make() -> None:
        async with open_database(Settings(data_dir=folder, config_dir=folder)) as database:
            async with database.session() as session:
                made = await create_league(session, "Westside Basketball", slug, "Spring 2027")
                made = await change_league(session, made, {"from_email": FROM} | (change or {}))
            await run_import(database, made, roster, ImportOptions(season="Spring 2027"))
            if signed:
                async with database.session() as session:
                    rows = await list_contracts(session, made.id, RosterFilter())
                    preview = await preview_signing(session, made.id, [row.id for row in rows])
                    await sign(session, made.id, SigningRequest(contracts=preview.signable, hold_seconds=0))

    asyncio.run(make())
    return clean_environment(folder) | {"BBALL_LEAGUE": slug}


@pytest.fixture(scope="module")
def westside(data_dir: Path) -> dict[str, str]:
    """The environment of a league with the whole sample roster. Tests leave it as it is."""
    return league(data_dir, "westside", ROSTER)


@pytest.fixture
def desk(westside: dict[str, str]) -> Iterator[Terminal]:
    """The open screen with the sample roster at 80x24."""
    with terminal(westside) as program:
        program.shows("Westside Basketball", "offered")
        yield program


@pytest.fixture
def one_player(tmp_path: Path) -> Path:
    """A roster of one player with one parent."""
    roster = tmp_path / "roster.csv"
    roster.write_text(
        "Player First Name,Player Last Name,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email\n"
        "Samir,Hamdi,Hawks,Rosa,Hamdi,rosa@families.test\n"
    )
    return roster


async def may_go(folder: Path, seconds: int) -> None:
    """The league that a program has made in ``folder``, and has open, lets e-mails go in its name after ``seconds``."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        (league,) = await list_leagues(session)
        await change_league(session, league, {"hold_seconds": str(seconds), "from_email": FROM})


async def test_from_the_first_start_to_the_mail_by_keys_alone(tmp_path: Path) -> None:
    async with SmtpServer() as server:
        environment = clean_environment(tmp_path / "data") | {"BBALL_MAIL_URL": server.url}

        def journey() -> int:
            with terminal(environment, loaded=False) as program:
                program.shows("Import a roster", "Open the demo league")
                program.press("i")
                program.shows("What is your league's name?")
                program.press("Westside Basketball", ENTER)
                program.shows("File")
                program.press(str(ROSTER))
                program.shows(ROSTER.name)
                program.press(TAB, TAB)
                program.press("Spring 2027")
                program.shows("Spring 2027")
                program.press(ENTER)
                program.shows("guardians", "207")  # 138 rows are told of while they are still being read
                program.press(ENTER)
                program.shows("Imported: 138 new players", "offered")
                asyncio.run(may_go(tmp_path / "data", 4))  # the usual ten seconds are only waited for
                program.press("s")
                program.shows("becomes signed")
                program.press(ENTER)
                program.shows("✔ signed", "u undo")
                program.press("5")
                program.shows("✔ accepted")
                program.press("q")
                return program.ended()

        code = await asyncio.to_thread(journey)
        assert code == 0
        assert server.messages
        assert {mail.recipient for mail in server.messages} <= set(re.findall(r"[^,\s]+@[^,\s]+", ROSTER.read_text()))


async def hostile_league(folder: Path) -> None:
    """A league whose every text is a terminal code, markup or worse."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        await make_hostile_club(session)


OURS = re.compile(
    rb"\x1b(?:"
    rb"\[[0-9;]*[Hm]|"  # where the cursor is, and colors
    rb"\[\?(?:7|25|1000|1003|1004|1006|1015|1049|2004|2026|2048)(?:[hl]|\$p)|"  # cursor, mouse, screen, paste
    rb"\[[<>=]?[0-9]*u|\[\?u|"  # the keyboard protocol
    rb"\]22;[a-z-]*\x07|"  # the shape of the mouse pointer
    rb"\]52;c;[A-Za-z0-9+/=]*\x07"  # what y copied, in base64
    rb")"
)
"""Every escape sequence that the program writes by itself."""


def test_no_byte_of_a_name_acts_on_the_terminal(data_dir: Path) -> None:
    asyncio.run(hostile_league(data_dir))
    environment = clean_environment(data_dir) | {"BBALL_LEAGUE": "hostile", "BBALL_WORKER": "false"}
    with terminal(environment, columns=120, rows=36) as program:
        program.shows("[@click=app.")
        program.press("G", "s")
        program.shows("Signer")
        program.press(ESC)
        program.rest()
        for tab in TABS:
            program.press(tab.key)
            program.rest()
            program.press("y", "G", ENTER)
            program.rest()
            program.press(ESC)
        program.press("\x10")  # the palette
        program.rest()
        program.press(ESC, "q")
        assert program.ended() == 0
    written = bytes(program.written)
    assert b"52;c;aGFja2Vk" in written  # the names were shown …
    foreign = [sequence[:60] for sequence in OURS.sub(b"", written).split(b"\x1b")[1:]]
    assert not foreign, repr(foreign)
    assert b"\xc2\x9b" not in written
    assert b"\xe2\x80\xae" not in written
    copied = [base64.b64decode(text).decode() for text in re.findall(rb"\x1b\]52;c;([^\x07]*)\x07", written)]
    assert copied
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", "".join(copied))


def test_a_system_that_shuts_down_gets_the_terminal_back(desk: Terminal) -> None:
    desk.terminate()
    assert desk.ended() == 128 + 15
    written = bytes(desk.written)
    for on, off in (ALTERNATE_SCREEN, MOUSE):
        assert written.rfind(off) > written.rfind(on) >= 0
    assert written.rfind(b"\x1b[?25h") > written.rfind(b"\x1b[?25l")


@pytest.mark.parametrize(("closed", "ignored"), [(False, False), (True, True)], ids=["signal-heard", "window-ignored"])
def test_it_ends_with_its_terminal_and_takes_its_server_along(
    used_folder: Path, *, closed: bool, ignored: bool
) -> None:
    """A closed window and a killed terminal are the same to it. It ends even where its parent ignores that."""
    environment = clean_environment(used_folder)
    heard = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        with terminal(environment) as program:
            program.shows("Import a roster", "Open the demo league")
            server = int((used_folder / "postgresql/cluster/postmaster.pid").read_text().split("\n", 1)[0])
            assert runs(server)
            if closed:
                program.close_window()
            else:
                os.kill(program.child.pid, signal.SIGHUP)
                assert program.ended() == 128 + signal.SIGHUP
            assert not (used_folder / "postgresql/cluster/postmaster.pid").exists()
            assert not runs(server)
    finally:
        signal.signal(signal.SIGHUP, heard)


@pytest.mark.parametrize("ignored", [False, True], ids=["heard", "ignored"])
def test_it_ends_with_a_terminal_that_goes_away_in_the_middle_of_a_drawing(used_folder: Path, *, ignored: bool) -> None:
    """The line stands still, the program waits for it with a drawing, and then the line is cut."""
    environment = clean_environment(used_folder)
    heard = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    try:
        with terminal(environment) as program:
            program.shows("Import a roster", "Open the demo league")
            server = int((used_folder / "postgresql/cluster/postmaster.pid").read_text().split("\n", 1)[0])
            program.stands_still_drawing(TAB)
            program.close_window()
            assert not (used_folder / "postgresql/cluster/postmaster.pid").exists()
            assert not runs(server)
    finally:
        signal.signal(signal.SIGHUP, heard)


def test_a_window_that_is_closed_while_the_program_ends_does_not_wake_it(used_folder: Path) -> None:
    """The system sends SIGCONT along with SIGHUP. Textual takes it for the end of a pause, and draws again."""
    with terminal(clean_environment(used_folder)) as program:
        program.shows("Import a roster", "Open the demo league")
        program.press(CTRL_Q)
        program.until(lambda: b"\x1b[?1049l" in program.written)  # the screen is left, the server still runs
        program.child.kill(signal.SIGCONT)
        assert program.ended() == 0


def test_a_program_that_was_stopped_by_others_goes_on_and_ends(used_folder: Path) -> None:
    """It is not asked before SIGSTOP, as it is by ctrl+z."""
    with terminal(clean_environment(used_folder)) as program:
        program.shows("Import a roster", "Open the demo league")
        before = len(program.written)
        program.child.kill(signal.SIGSTOP)
        program.until(lambda: psutil.Process(program.child.pid).status() == psutil.STATUS_STOPPED)
        program.child.kill(signal.SIGCONT)
        program.until(lambda: ALTERNATE_SCREEN[0] in program.written[before:])
        # Until the terminal is the program's again, it takes ctrl+q for its own: go on writing (POSIX, IXON).
        program.until(lambda: not termios.tcgetattr(program.child.child_fd)[0] & termios.IXON)
        program.shows("Import a roster", "Open the demo league")
        program.press(CTRL_Q)
        assert program.ended() == 0


def test_a_crash_takes_the_server_along(used_folder: Path, one_player: Path) -> None:
    """What no version of the program ever made is nothing that a person could act on, so it is a fault of ours."""
    environment = league(used_folder, "crash", one_player)
    running = embedded.start(used_folder / "postgresql")
    with psycopg.connect(running.url(embedded.OWNER).reveal()) as connection:
        connection.execute("ALTER TABLE alembic_version RENAME COLUMN version_num TO gone")
    running.release()
    with terminal(environment) as program:
        assert program.ended() not in (0, 128 + signal.SIGKILL)
        assert b"fault of its own" in program.written
    assert not (used_folder / "postgresql/cluster/postmaster.pid").exists()


def test_a_command_that_is_ended_takes_its_server_along(tmp_path: Path) -> None:
    environment = clean_environment(tmp_path / "data") | {"TMPDIR": str(tmp_path)}
    process, out, err = loaded_program().start_piped(Order(("demo",), environment, on_terminal=False))
    os.close(err)
    with os.fdopen(out, encoding="utf-8") as said:
        assert said.readline()
        (running,) = tmp_path.glob("bball-demo-*/demo/postgresql/cluster/postmaster.pid")
        server = int(running.read_text().split("\n", 1)[0])
        process.kill(signal.SIGTERM)
        said.read()
    assert process.wait() == 128 + signal.SIGTERM
    assert not runs(server)


def test_without_a_terminal_one_line_says_what_works_there(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "bball_tui"],
        env=clean_environment(tmp_path),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.count("\n") == 1
    assert "bball-tui --help" in ran.stderr


def test_a_terminal_that_cannot_draw_is_told_what_works_there(tmp_path: Path) -> None:
    with terminal(clean_environment(tmp_path), kind="dumb") as program:
        assert program.ended() == 2
        said = bytes(program.written).decode().strip()
    assert "\n" not in said
    assert "\x1b" not in said
    assert "TERM=dumb" in said
    assert "bball-tui --help" in said


def test_settings_that_cannot_be_used_are_a_sentence_and_not_a_screen(tmp_path: Path) -> None:
    settings = tmp_path / "config.toml"
    environment = clean_environment(tmp_path) | {"BBALL_CONFIG": str(settings)}
    for text, sentence in (('theme = "sunny"', "no theme 'sunny'"), ("[keys]\n'desk.quit' = ''", "desk.quit")):
        settings.write_text(text)
        with terminal(environment) as program:
            assert program.ended() == 1
            assert sentence in program.text.replace("\n", " ")
            assert ALTERNATE_SCREEN[0] not in bytes(program.written)


def test_a_window_may_take_any_size_at_any_time(desk: Terminal) -> None:
    desk.resize(14, 52)
    desk.shows("60 x 20 or larger, please")
    desk.resize(24, 80)
    desk.shows("Westside Basketball", "1 Today", "offered", "everything")
    # There and back between two looks: the program sees the size that it had.
    for _ in range(3):
        desk.resize(21, 80)
        desk.resize(24, 80)
        desk.shows("Westside Basketball", "1 Today", "offered", "everything")
    # A storm of sizes, while somebody scrolls.
    for step in range(12):
        desk.resize(20 + (step * 7) % 20, 60 + (step * 17) % 80)
        desk.press("j", "\x1b[6~")
        desk.read(0.05)
    desk.press("g")
    desk.resize(24, 80)
    desk.shows("Westside Basketball", "1 Today", "Abara, Grace", "everything")
    desk.press("q")
    assert desk.ended() == 0


def test_two_terminals_sign_the_same_contract_at_once(data_dir: Path, one_player: Path) -> None:
    environment = league(data_dir, "race", one_player) | {"BBALL_WORKER": "false"}
    with terminal(environment) as one, terminal(environment) as other:
        for program in (one, other):
            program.shows("Hamdi, Samir")
            program.press("s")
            program.shows("becomes signed")
        one.press(ENTER)
        other.press(ENTER)
        outcome = {"signed": 0, "told": 0}
        for program in (one, other):
            program.shows_any("u undo", "not signed")
            outcome["told" if "not signed" in program.text else "signed"] += 1
        assert outcome == {"signed": 1, "told": 1}
        loser = one if "not signed" in one.text else other
        # The title comes a picture before the text below it.
        loser.until(lambda: re.search(r"signed already by \S+|changed by \S+|by \S+ at", loser.text) is not None)
        for program in (one, other):
            program.press(ESC, "q")
    assert run(environment, "outbox", "list", "--json").count('"recipient"') == 1


async def test_leaving_while_a_mail_is_on_the_wire_finishes_it_and_says_so(data_dir: Path, one_player: Path) -> None:
    async with SmtpServer(patience=60) as server:
        environment = await asyncio.to_thread(league, data_dir, "leaving", one_player, signed=True)
        environment |= {"BBALL_MAIL_URL": server.url}
        server.script("dot", HANG)
        loop = asyncio.get_running_loop()

        def journey() -> str:
            with terminal(environment) as program:
                asyncio.run_coroutine_threadsafe(server.at("dot"), loop).result(60)
                program.shows("Hamdi, Samir")
                program.press("q")
                program.until(lambda: b"Finishing the e-mails" in program.written)
                loop.call_soon_threadsafe(server.release)
                assert program.ended() == 0
                return bytes(program.written).split(ALTERNATE_SCREEN[1])[-1].decode()

        after = await asyncio.to_thread(journey)
        assert "Finishing the e-mails that are on their way" in after
        assert len(server.messages) == 1
