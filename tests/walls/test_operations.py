"""The walk through `docs/operations.md`, from an empty server to three leagues with staff: every line of it is run."""

import fcntl
import os
import re
import shlex
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from tests.cli.conftest import CommandLine
from tests.walls.conftest import ClubServer

TOP = Path(__file__).parent.parent.parent
LEAGUES = ["eastside", "northside", "westside"]
HEADING = "### From nothing to three leagues with staff"
NOT_HERE = "systemctl"
ASKED = re.compile(r'(?i)password for user "?(\w+)"?: $|(again): $|\[y/N\]: $')


def walk() -> list[str]:
    """What each person in turn types."""
    text = (TOP / "docs" / "operations.md").read_text(encoding="utf-8").partition(HEADING)[2]
    block = text.partition("```sh\n")[2].partition("```")[0]
    return [part for part in block.split("\n\n") if part.strip()]


def roles() -> str:
    """What an admin types in between."""
    text = (TOP / "docs" / "operations.md").read_text(encoding="utf-8").partition("## A shared database")[2]
    return text.partition("```sh\n")[2].partition("```")[0]


def typed(script: str, folder: Path, environment: dict[str, str]) -> str:
    """Run ``script`` on a terminal of its own; whoever is asked for a password is called after the login."""
    ours, theirs = os.openpty()
    with subprocess.Popen(
        ["bash", "-e", "-c", script], cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
    ) as process:  # fmt: skip
        os.close(theirs)
        said, answered, who = "", 0, ""
        with suppress(OSError):  # the terminal is gone: the program has ended
            while more := os.read(ours, 4096).decode(errors="replace"):
                said += more
                if found := ASKED.search(said, answered):
                    who, answered = found[1] or who, len(said)
                    os.write(ours, b"y\n" if "y/" in found[0].lower() else f"{who}-secret\n".encode())
        code = process.wait()
    os.close(ours)
    assert code == 0, said
    return said


def commands(script: str, folder: Path) -> list[list[str]]:
    """The words of each `bball-tui` that bash makes of ``script``."""
    told = folder / "told"
    recorder = f'bball-tui() {{ printf "%s\\0" "$@" >> {shlex.quote(str(told))}; echo >> {shlex.quote(str(told))}; }}\n'
    subprocess.run(["bash", "-e", "-c", recorder + script], check=True)
    lines = told.read_text().splitlines()
    told.unlink()
    return [line.rstrip("\0").split("\0") for line in lines]


def test_each_line_is_true(
    cluster: ClubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = CommandLine(monkeypatch, capsys, tmp_path)
    program = tmp_path / "bin" / "bball-tui"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -W ignore -m bball_tui "$@"\n')
    program.chmod(0o755)
    passwords = tmp_path / "pgpass"
    logins = ("postgres", "league_owner", "maria", "jonas", "vera", "worker")
    passwords.write_text("".join(f"*:*:*:{name}:{name}-secret\n" for name in logins))
    passwords.chmod(0o600)
    for name, value in {
        "PGPASSFILE": str(passwords), "PGSSLROOTCERT": str(cluster.authority), "PGSSLMODE": "verify-full",
        "PYTHONPATH": str(TOP),
    }.items():  # fmt: skip
        run.setenv(name, value)
    administrator = {"PGHOST": "localhost", "PGPORT": str(cluster.port), "PGUSER": "postgres"}
    environment = {**os.environ, **administrator, "PATH": f"{program.parent}:{os.environ['PATH']}"}

    server, owner, maria, machine = (part.replace("db.example.org", f"localhost:{cluster.port}") for part in walk())
    asked = typed(server, tmp_path, environment)
    assert {name for name in logins if f'password for user "{name}"' in asked} == set(logins) - {"postgres"}
    assert "secret" not in (tmp_path / "league.sql").read_text()
    assert "Done." in typed(owner, tmp_path, environment)

    def settings_of(login: str, rest: str = "") -> None:
        file = tmp_path / f"{login}.toml"
        file.write_text(f'database_url = "postgresql://{login}@localhost:{cluster.port}/league"\n{rest}')
        file.chmod(0o600)
        run.setenv("BBALL_CONFIG", str(file))

    settings_of("maria")
    for words in commands(maria, tmp_path):
        last = run(*words)
        assert last.code == 0, (words, last.err)
    assert {"jonas", "maria", "vera", "worker"} <= set(re.findall(r"\w+", last.out))

    accounts = "".join(f'[leagues.{slug}]\nmail_url = "maildir://{tmp_path}/{slug}"\n' for slug in LEAGUES)
    settings_of("worker", accounts.replace("[leagues.northside]", "[leagues.elsewhere]"))
    doctor, drain, alert = commands("\n".join(x for x in machine.splitlines() if NOT_HERE not in x), tmp_path)
    ended = run(*drain)
    assert (ended.code, "northside: its e-mails wait" in ended.err) == (3, True)
    settings_of("worker", accounts)
    for words in (doctor, drain, alert):
        ended = run(*words)
        assert ended.code == 0, (words, ended.out, ended.err)
    assert len(list((tmp_path / "westside" / "new").iterdir())) == 1
    assert run("staff", "list", "--json").code == 1, "the worker's login gives nobody a role"

    settings_of("jonas")
    assert run("league", "show", "--json").json["slug"] == "westside"
    with psycopg.connect(f"postgresql://jonas:jonas-secret@localhost:{cluster.port}/league") as jonas:
        assert jonas.execute("SELECT slug FROM league").fetchall() == [("westside",)]

    settings_of("maria")
    for words in commands(roles(), tmp_path):
        ended = run(*words)
        assert ended.code == 0, (words, ended.err)
    settings_of("jonas")
    assert "No league is open to the login 'jonas'" in run("league", "show").err
    settings_of("vera")
    assert [one["name"] for one in run("teams", "list", "--json").json] == ["Hawks U12"]
