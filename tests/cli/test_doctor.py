"""`doctor`: each thing that can be wrong is found, with a way out, and only real faults make it fail."""

from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import League
from bball_tui.settings import SecretUrl
from tests.cli.conftest import CommandLine
from tests.support.factory import Club, make_club, make_family


def checks(command_line: CommandLine, *, code: int) -> dict[str, dict[str, Any]]:
    ran = command_line("doctor", "--json")
    assert ran.code == code
    assert all(list(one) == ["check", "state", "sentence", "way_out"] for one in ran.json)
    worst_last = sorted(ran.json, key=lambda one: ("ok", "look", "fail").index(one["state"]))
    return {one["check"]: one for one in worst_last}


@pytest.fixture
def club(command_line: CommandLine) -> Club:
    return command_line.in_database(make_club)


def test_a_healthy_place(command_line: CommandLine, club: Club) -> None:
    found = checks(command_line, code=0)

    assert {name: one["state"] for name, one in found.items()} == {
        "folder": "ok",
        "database": "ok",
        "role": "ok",
        "league": "ok",
        "sender": "ok",
        "worker": "look",
        "queue": "ok",
        "template": "ok",
        "mail": "look",
        "terminal": "ok",
    }
    assert "nothing leaves this machine" in found["mail"]["sentence"]
    told = command_line("doctor")
    assert told.code == 0
    assert told.out.startswith("ok    folder ")


def test_a_new_login_of_an_old_name_is_told_to_admins(
    command_line: CommandLine, club: Club, owner_url: SecretUrl
) -> None:
    with psycopg.connect(owner_url.reveal()) as owner:
        given = "INSERT INTO league_member (league_id, login, role) VALUES (%s, 'jonas', 'viewer')"
        owner.execute(given, (club.league_id,))
        owner.execute("UPDATE league_member SET login_oid = 1 WHERE league_id = %s", (club.league_id,))
    found = checks(command_line, code=0)["staff"]
    assert (found["state"], "westside: jonas had roles here" in found["sentence"]) == ("look", True)
    assert found["way_out"].endswith("bball-tui --league westside staff add jonas --role ROLE")
    assert [one["same_login"] for one in command_line("staff", "list", "--json").json] == [False]
    assert command_line("staff", "role", "jonas", "viewer").code == 0
    assert "staff" not in checks(command_line, code=0)


def test_no_league_yet(command_line: CommandLine) -> None:
    found = checks(command_line, code=0)

    assert found["league"]["state"] == "look"
    assert "bball-tui init" in found["league"]["way_out"]


def test_the_owner_is_told_to_use_another_role(command_line: CommandLine, club: Club, owner_url: SecretUrl) -> None:
    command_line.setenv("BBALL_DATABASE_URL", owner_url.reveal())

    assert checks(command_line, code=0)["role"]["state"] == "look"


def test_a_database_that_is_away_and_the_rest_is_still_checked(without_database: CommandLine) -> None:
    without_database.setenv("BBALL_DATABASE_URL", "postgresql://staff:hunter2@127.0.0.1:9/league")

    ran = without_database("doctor", "--json")

    found = {one["check"]: one["state"] for one in ran.json}
    assert ran.code == 1
    assert found == {"folder": "ok", "database": "fail", "template": "ok", "mail": "look", "terminal": "ok"}
    assert "hunter2" not in ran.out + ran.err


def test_a_data_folder_that_cannot_be(without_database: CommandLine, tmp_path: Any) -> None:
    (tmp_path / "file").touch()
    without_database.setenv("BBALL_DATA_DIR", str(tmp_path / "file" / "data"))
    without_database.setenv("BBALL_DATABASE_URL", "postgresql://127.0.0.1:9/league")

    assert checks(without_database, code=1)["folder"]["state"] == "fail"


def test_mails_that_nobody_fetches(command_line: CommandLine, club: Club, tmp_path: Path) -> None:
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mail")

    async def family(session: AsyncSession) -> int:
        return (await make_family(session, club)).contract_id

    command_line("contracts", "sign", command_line.in_database(family), "--no-hold")

    found = checks(command_line, code=1)

    assert found["worker"]["state"] == "fail"
    assert "1 e-mail could go out" in found["worker"]["sentence"]


def test_failed_mails_and_a_running_worker(command_line: CommandLine, club: Club) -> None:
    async def make(session: AsyncSession) -> None:
        await session.execute(
            text(
                "INSERT INTO outbox (league_id, kind, recipient, dedupe_key, message_id, payload, state, finalized_at, "
                "error_class) VALUES (:league, 'contract_signed', 'a@families.test', 'k', '<k@x.test>', '{}', 'dead', "
                "now(), 'permanent')"
            ),
            {"league": club.league_id},
        )
        await session.execute(
            text(
                "INSERT INTO worker (id, league_id, name, host, pid, version, provider) "
                "VALUES (gen_random_uuid(), :league, 'desk-2 (worker 7)', 'desk-2', 7, '1', 'maildir')"
            ),
            {"league": club.league_id},
        )

    command_line.in_database(make)

    found = checks(command_line, code=0)
    assert (found["worker"]["state"], found["queue"]["state"]) == ("ok", "look")
    assert "desk-2 (worker 7)" in found["worker"]["sentence"]
    assert "outbox list --state failed" in found["queue"]["way_out"]


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("smtp://127.0.0.1:9?tls=none", "cannot be reached"),
        ("pigeon://coop", "no way to send e-mail"),
    ],
)
def test_mail_that_cannot_be_handed_in(command_line: CommandLine, club: Club, url: str, words: str) -> None:
    command_line.setenv("BBALL_MAIL_URL", url)

    mail = checks(command_line, code=1)["mail"]

    assert mail["state"] == "fail"
    assert words in mail["sentence"]


@pytest.mark.parametrize(
    ("change", "check"),
    [({"timezone": "Mars/Olympus"}, "league"), ({"from_email": None}, "sender")],
)
def test_a_league_with_a_fault(command_line: CommandLine, club: Club, change: dict[str, Any], check: str) -> None:
    async def spoil(session: AsyncSession) -> None:
        await session.execute(update(League).values(**change))

    command_line.in_database(spoil)
    # With a real mail server a league needs a From address.
    command_line.setenv("BBALL_MAIL_URL", "smtp://mail.invalid")

    assert checks(command_line, code=1)[check]["state"] == "fail"


def test_a_logo_that_is_down(command_line: CommandLine, club: Club) -> None:
    async def spoil(session: AsyncSession) -> None:
        await session.execute(update(League).values(logo_url="https://127.0.0.1:9/logo.png"))

    command_line.in_database(spoil)
    logo = checks(command_line, code=0)["logo"]
    assert logo["state"] == "look"
    assert "families do not see the logo. https://127.0.0.1:9/logo.png cannot be reached" in logo["sentence"]


def test_a_broken_template_of_ones_own(command_line: CommandLine, club: Club, tmp_path: Any) -> None:
    folder = tmp_path / "templates" / "contract_signed"
    folder.mkdir(parents=True)
    (folder / "body.txt").write_text("{{ nobody }}")
    command_line.setenv("BBALL_TEMPLATE_DIR", str(folder.parent))

    template = checks(command_line, code=0)["template"]

    assert template["state"] == "look"
    assert str(folder.parent) in template["way_out"]


def test_a_league_without_a_groupme_account_where_others_have_one(
    command_line: CommandLine, club: Club, tmp_path: Path
) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[leagues.other]\ngroupme_token = "{"t" * 40}"\n')
    config.chmod(0o600)
    command_line.setenv("BBALL_CONFIG", str(config))
    found = checks(command_line, code=0)["groupme"]
    assert found["state"] == "look"
    assert "The league westside has no GroupMe access token here" in found["sentence"]
    assert "t" * 40 not in command_line("doctor").out
