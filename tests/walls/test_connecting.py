"""Why a server is not reached is said, and by whom it was said."""

import asyncio
from pathlib import Path
from typing import LiteralString

import pytest
import trustme

from bball_tui.database.errors import DatabaseAway
from bball_tui.database.opening import open_database
from bball_tui.settings import SecretUrl, Settings
from tests.cli.conftest import CommandLine
from tests.conftest import Server
from tests.walls.conftest import OWNER, ClubServer


async def refusal(tmp_path: Path, url: str) -> str:
    settings = Settings(data_dir=tmp_path, config_dir=tmp_path, database_url=SecretUrl(url))
    with pytest.raises(DatabaseAway) as refused:
        async with open_database(settings):
            pass
    return str(refused.value)


async def test_a_wrong_password_is_said(walls: ClubServer, tmp_path: Path) -> None:
    said = await refusal(tmp_path, walls.url("rita").reveal().replace("rita-secret", "wrong-secret"))
    assert "The database does not let this login in: postgresql://***@localhost:" in said
    assert "The reason given: " in said
    assert 'password authentication failed for user "rita"' in said
    assert "wrong-secret" not in said


async def test_an_unknown_authority_is_said(walls: ClubServer, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    said = await refusal(
        tmp_path, f"postgresql://rita@localhost:{walls.port}/walls?sslmode=verify-full&sslrootcert={other}"
    )
    assert "certificate verify failed" in said


async def test_a_server_that_encrypts_nothing_is_said(cluster: ClubServer, tmp_path: Path) -> None:
    said = await refusal(tmp_path, f"postgresql://rita:rita-secret@localhost:{cluster.port}/walls?sslmode=disable")
    assert "no encryption" in said


async def test_a_server_that_cannot_encrypt_is_said(walls: ClubServer, tmp_path: Path, server: Server) -> None:
    (socket,) = (path for path in server.embedded.socket_dir.glob(".s.PGSQL.*") if path.suffix != ".lock")

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(str(socket))
        far_writer.write(await reader.read(8))  # whether it encrypts: it says so in one letter
        writer.write(await far_reader.read(1))
        far_writer.close()
        writer.close()

    async with await asyncio.start_server(pass_on, "127.0.0.1", 0) as listening:
        port = listening.sockets[0].getsockname()[1]
        url = f"postgresql://rita:rita-secret@localhost:{port}/walls?sslmode=verify-full&sslrootcert={walls.authority}"
        said = await refusal(tmp_path, url)
    assert "server does not support SSL" in said
    assert "rita-secret" not in said


def test_doctor_says_that_nothing_shows_which_server_it_is(
    walls: ClubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = CommandLine(monkeypatch, capsys, tmp_path)
    run.setenv("BBALL_DATABASE_TLS", "any")
    # An address that is none of this machine's own, as far as anybody reads it; it leads here all the same.
    run.setenv(
        "BBALL_DATABASE_URL",
        f"postgresql://rita:rita-secret@localhost:{walls.port}/walls?hostaddr=0.0.0.0&sslmode=require",
    )
    said = " ".join(run("doctor").out.split())
    assert "look network The database is on 0.0.0.0, and with sslmode=require nothing shows that it is" in said
    assert "The connection is encrypted. database_tls" in said
    run.setenv("BBALL_DATABASE_URL", walls.url("rita").reveal())
    assert "network" not in run("doctor").out


def test_a_league_of_others_is_not_there(
    walls: ClubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = CommandLine(monkeypatch, capsys, tmp_path)
    run.setenv("BBALL_DATABASE_URL", walls.url("alma").reveal())
    said = [run("--league", slug, "contracts", "list") for slug in ("b", "nowhere")]
    assert [(one.code, one.out) for one in said] == [(1, ""), (1, "")]
    assert said[0].err == said[1].err.replace("nowhere", "b"), "it tells nothing of what there is besides"
    assert "There is no league 'b'. The leagues are: a." in said[0].err


@pytest.mark.parametrize(
    ("done", "undone", "why"),
    [
        ("ALTER ROLE nils NOLOGIN", "ALTER ROLE nils LOGIN", "not permitted to log in"),
        ("ALTER ROLE nils PASSWORD 'x'", "ALTER ROLE nils PASSWORD 'nils-secret'", "password authentication failed"),
        ("ALTER ROLE nils RENAME TO olaf", "ALTER ROLE olaf RENAME TO nils", "password authentication failed"),
    ],
)
async def test_a_login_that_is_not_let_in_anymore_is_said(
    walls: ClubServer, tmp_path: Path, done: LiteralString, undone: LiteralString, why: str
) -> None:
    with walls.login("postgres", "postgres") as admin:
        admin.execute(done)
        try:
            said = await refusal(tmp_path, walls.url("nils").reveal())
        finally:
            admin.execute(undone)
    assert why in said
    assert "The database does not let this login in: postgresql://***@localhost:" in said


def test_doctor_refuses_an_owner_who_makes_roles(
    walls: ClubServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = CommandLine(monkeypatch, capsys, tmp_path)
    run.setenv("BBALL_DATABASE_URL", walls.url("alma").reveal())

    def owner() -> list[str]:
        return [one["state"] for one in run("doctor", "--json").json if one["check"] == "owner"]

    assert owner() == []
    with walls.login("postgres") as administrator:
        administrator.execute(f"ALTER ROLE {OWNER} CREATEROLE".encode())
        try:
            assert owner() == ["fail"]
        finally:
            administrator.execute(f"ALTER ROLE {OWNER} NOCREATEROLE".encode())
