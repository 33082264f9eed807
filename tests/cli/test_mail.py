"""`bball-tui mail setup` and `mail test`, against a real mail server."""

import asyncio
import io
import os
import sys
import threading
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pexpect
import pytest

from tests.cli.conftest import CommandLine
from tests.support.smtp import SmtpServer

PASSWORD = "pa ss/w@rd:#%€"


@contextmanager
def serving(server: SmtpServer) -> Iterator[SmtpServer]:
    """The server in a thread of its own: a command line runs its own event loop."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        asyncio.run_coroutine_threadsafe(server.start(), loop).result(60)
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(server.stop(), loop).result(60)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


@pytest.fixture
def mail_server() -> Iterator[SmtpServer]:
    with serving(SmtpServer(users={"office": PASSWORD})) as running:
        yield running


@pytest.fixture
def league(command_line: CommandLine) -> CommandLine:
    assert command_line("init", "--league", "Westside", "--slug", "westside").code == 0
    return command_line


def config() -> Path:
    return Path(os.environ["BBALL_CONFIG"])


def where(server: SmtpServer) -> tuple[object, ...]:
    return ("--provider", "own", "--server", "127.0.0.1", "--port", server.port, "--tls", "none")


@pytest.fixture
def typed(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """What comes in on standard input."""
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


def test_set_up_and_test(league: CommandLine, mail_server: SmtpServer, typed: Callable[[str], None]) -> None:
    typed(f"{PASSWORD}\n")
    login = ("--login", "office", "--from", "office@westside.test", "--password-stdin", "--json")
    ran = league("mail", "setup", *where(mail_server), *login)

    assert ran.code == 0, ran.err
    assert ran.json == {
        "provider": "own",
        "server": "127.0.0.1",
        "port": mail_server.port,
        "tls": "none",
        "login": "office",
        "from_email": "office@westside.test",
        "checked": True,
        "overridden_by": None,
    }
    assert PASSWORD not in ran.out + ran.err
    assert config().stat().st_mode & 0o777 == 0o600
    assert PASSWORD not in config().read_text()
    assert (league("league", "show", "--json")).json["from_email"] == "office@westside.test"

    alone = league("mail", "test", "--json")
    assert (alone.code, alone.json) == (0, {"server": "127.0.0.1", "trouble": None, "sent_to": None})
    assert mail_server.messages == []
    sent = league("mail", "test", "--to", "me@families.test", "--json")
    assert (sent.code, sent.json["sent_to"]) == (0, "me@families.test")
    (mail,) = mail_server.messages
    assert (mail.sender, mail.recipient) == ("office@westside.test", "me@families.test")


def test_a_relay_on_this_computer_needs_no_login(league: CommandLine, typed: Callable[[str], None]) -> None:
    typed("")
    with serving(SmtpServer()) as relay:
        sender = ("--from", "office@westside.test")
        ran = league("mail", "setup", *where(relay), *sender)
        assert (ran.code, '--login "" where the server wants none' in ran.err) == (1, True), "perhaps forgotten"
        for unchecked in ((), ("--unchecked",)):
            ran = league("mail", "setup", *where(relay), "--login", "", *sender, *unchecked)
            assert ran.code == 0, ran.err
            assert tomllib.loads(config().read_text())["mail_url"] == f"smtp://127.0.0.1:{relay.port}?tls=none"
        assert league("mail", "setup", "--from", "desk@westside.test").code == 0, "what is known is kept"
        assert league("mail", "setup", "--provider", "gmail").code == 1, "this one wants a login"
        assert league("mail", "test", "--to", "me@families.test").code == 0
    assert [mail.sender for mail in relay.messages] == ["desk@westside.test"]


def test_a_wrong_password_saves_nothing_unless_somebody_insists(
    league: CommandLine, mail_server: SmtpServer, typed: Callable[[str], None]
) -> None:
    login = ("--login", "office", "--from", "office@westside.test", "--password-stdin")
    typed("wrong-one\n")
    ran = league("mail", "setup", *where(mail_server), *login)
    assert ran.code == 1
    assert "rejected the login or the password. Type both again." in ran.err
    assert "--unchecked" in ran.err
    assert not config().exists()

    typed("wrong-one\n")
    assert league("mail", "setup", *where(mail_server), *login, "--unchecked").code == 0
    tried = league("mail", "test", "--json")
    assert tried.code == 1
    assert "rejected the login or the password" in tried.json["trouble"]
    assert "bball-tui mail setup" in tried.err
    assert "wrong-one" not in ran.err + tried.out + tried.err

    # What is known is kept; only the password is fixed.
    typed(f"{PASSWORD}\n")
    assert league("mail", "setup", "--password-stdin").code == 0
    assert league("mail", "test").code == 0


def test_what_is_missing_is_named(league: CommandLine, typed: Callable[[str], None]) -> None:
    typed("")
    for options, missing in (
        ((), "--provider"),
        (("--provider", "own"), "--server"),
        (("--provider", "gmail"), "--login"),
        (("--provider", "gmail", "--login", "a@gmail.com"), "--password-stdin"),
        (("--provider", "workspace", "--login", "a@westside.test"), "--credentials"),
    ):
        ran = league("mail", "setup", *options)
        assert (ran.code, missing in ran.err) == (1, True), ran.err
    ran = league("mail", "test")
    assert (ran.code, "mail setup" in ran.err) == (1, True)


def test_the_environment_wins_and_that_is_said(
    league: CommandLine, mail_server: SmtpServer, typed: Callable[[str], None]
) -> None:
    league.setenv("BBALL_MAIL_URL", "maildir:///nowhere")
    typed(f"{PASSWORD}\n")
    login = ("--login", "office", "--from", "office@westside.test", "--password-stdin", "--json")
    ran = league("mail", "setup", *where(mail_server), *login)
    assert ran.json["overridden_by"] == "BBALL_MAIL_URL"
    assert "BBALL_MAIL_URL is set in the environment and wins" in ran.err


def test_a_settings_file_of_ones_own_keeps_its_content(
    league: CommandLine, mail_server: SmtpServer, typed: Callable[[str], None]
) -> None:
    config().write_text("# ours\nworker_concurrency = 2\n[keys]\n")
    typed(f"{PASSWORD}\n")
    login = ("--login", "office", "--from", "office@westside.test", "--password-stdin")
    assert league("mail", "setup", *where(mail_server), *login).code == 0
    text = config().read_text()
    assert text.startswith("# ours\nworker_concurrency = 2\n")
    assert set(tomllib.loads(text)) == {"worker_concurrency", "mail_url", "keys"}


@pytest.mark.slow
def test_it_asks_for_what_is_missing_and_hides_the_password(league: CommandLine, mail_server: SmtpServer) -> None:
    child = pexpect.spawn(sys.executable, ["-m", "bball_tui", "mail", "setup"], timeout=60, encoding="utf-8")
    shown = io.StringIO()
    child.logfile_read = shown
    for question, answer in (
        ("Provider", "own"),
        ("Server", "127.0.0.1"),
        ("Login", "office"),
        ("Password", PASSWORD),
        ("From address", "office@westside.test"),
    ):
        child.expect_exact(f"{question}")
        child.expect_exact(": ")
        child.sendline(answer)
    child.expect(pexpect.EOF)
    child.close()
    # The port of another server is 587, where nobody listens here.
    assert child.exitstatus == 1
    assert "No one answers at 127.0.0.1, port 587" in shown.getvalue()
    assert PASSWORD not in shown.getvalue()
    assert not config().exists()
