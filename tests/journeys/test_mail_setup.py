"""From a program without a league, by keys alone, to a first mail that a mail server with STARTTLS and a login took."""

import asyncio
import json
from pathlib import Path
from urllib.parse import quote

import psutil

from tests.journeys.conftest import clean_environment, run
from tests.journeys.terminal import ENTER, TAB, Terminal, terminal
from tests.support.authority import Authority
from tests.support.processes import arguments_of, variables_of
from tests.support.smtp import SmtpServer

PASSWORD = "pa ss/w@rd:#%é"
LOGIN = "office@westside.test"
CLEAR = "\x05\x15"
"""To the end of a field, and everything before it away."""
ROSTER = (
    "Season,Player First Name,Player Last Name,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email\n"
    "Spring 2027,Samir,Hamdi,Hawks,Rosa,Hamdi,rosa@families.test\n"
)


def make_the_league(program: Terminal, roster: Path) -> None:
    """The first run: its name, its roster."""
    program.shows("Import a roster", "Open the demo league")
    program.press("i")
    program.shows("What is your league's name?")
    program.press("Westside Basketball", ENTER)
    program.shows("File")
    program.press(str(roster))
    program.shows(roster.name)
    program.press(ENTER)
    program.shows("guardians", "[▸Import")
    program.press(ENTER)
    program.shows("Hamdi, Samir", "offered")
    program.rest()


def sign_before(program: Terminal) -> None:
    """The one contract that there is: its mail waits, and every place says for what, and leads to the set-up."""
    program.press("s")
    program.shows("becomes signed", "1 welcome e-mail waits: no mail server is set up yet.", "Set up e-mail” (;)")
    program.press(ENTER)
    program.shows("✔ signed", "! no mail server")
    program.press("5")
    program.shows("rosa@families.test", "No mail server is set up yet, so nothing goes out;")
    program.press("1")
    program.shows("No mail server is set up yet: 1 e-mail")
    program.rest()


def set_up_mail(program: Terminal, port: int) -> None:
    """From the line on Today that says what is missing: server, login and password, typed as they are."""
    program.press(ENTER)
    program.shows("Set up e-mail", "Gmail wants an app password")
    program.press(" ")
    program.shows("Fastmail")
    program.press("another")
    program.rest()
    program.press(ENTER)
    program.shows("The person who runs the mail server")
    fields = (("127.0.0.1", 1), (str(port), 1), (LOGIN, 2), (PASSWORD, 1))
    for value, tabs in fields:
        program.press(*[TAB] * tabs)
        program.press(CLEAR, value)
        program.rest()
    program.press(ENTER)
    program.shows("E-mail is set up.")
    program.rest()


def secrets_in_sight(program: Terminal) -> list[str]:
    """Where the password can be read by others: arguments and environments of the program and its children."""
    this = psutil.Process(program.child.pid)
    seen = []
    for process in (this, *this.children(recursive=True)):
        texts = [*arguments_of(process), *variables_of(process).values()]
        seen += [text for text in texts if PASSWORD in text or quote(PASSWORD, safe="") in text]
    return seen


def told_in_logs(folder: Path) -> list[Path]:
    """The logs that hold the password."""
    return [one for one in folder.rglob("*.log") if PASSWORD in one.read_text(errors="replace")]


async def test_from_no_league_to_a_mail_server_with_a_login(used_folder: Path, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER)
    context = authority.context("127.0.0.1")
    async with SmtpServer(tls="starttls", context=context, users={LOGIN: PASSWORD}, patience=60) as server:
        environment = clean_environment(used_folder) | {"SSL_CERT_FILE": str(authority.file)}
        config = Path(environment["BBALL_CONFIG"])

        def journey() -> int:
            with terminal(environment) as program:
                make_the_league(program, roster)
                sign_before(program)
                assert server.messages == []
                set_up_mail(program, server.port)
                program.press("5")
                program.shows("rosa@families.test", "✔ accepted")
                assert secrets_in_sight(program) == []
                assert PASSWORD.encode() not in program.written
                assert config.stat().st_mode & 0o777 == 0o600
                program.press("q")
                return program.ended()

        assert await asyncio.to_thread(journey) == 0
        (mail,) = await server.received(1)
        assert (mail.sender, mail.recipient) == (LOGIN, "rosa@families.test")
        assert set(server.logins) == {LOGIN}
        # What was saved serves every later start, and the commands.
        tested = await asyncio.to_thread(run, environment, "mail", "test", "--to", LOGIN, "--json")
        assert json.loads(tested) == {"server": "127.0.0.1", "trouble": None, "sent_to": LOGIN}
        assert len(server.messages) == 2
    assert told_in_logs(used_folder) == []
