"""Who is told of failures, by command; what is a secret stays one."""

import io
import tomllib
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text

from bball_tui.database.models import Audit
from tests.cli.conftest import CommandLine

HOOK = "https://hooks.slack.com/services/T0/B0/s3cretXy"


@pytest.fixture
def westside(command_line: CommandLine) -> CommandLine:
    assert command_line("init", "--league", "Westside Basketball", "--slug", "westside").code == 0
    return command_line


def typed(monkeypatch: pytest.MonkeyPatch, line: str) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{line}\n"))


def shown(ran: Any) -> Any:
    assert ran.code == 0, ran.err
    return ran.json


@pytest.mark.slow
def test_whom_the_league_tells_is_set_and_shown(westside: CommandLine) -> None:
    nobody = shown(westside("alerts", "show", "--json"))
    assert nobody == {
        "emails": [],
        "minutes": 15,
        "webhook": None,
        "webhook_format": None,
        "other_account": None,
        "problems": {},
    }
    some = ("--to", "maria@westside.test", "--to", "jonas@westside.test", "--to", "Maria@westside.test")
    line = shown(westside("alerts", "set", *some, "--minutes", 30, "--json"))
    assert (line["emails"], line["minutes"]) == (["maria@westside.test", "jonas@westside.test"], 30)
    assert "after          30 minutes" in westside("alerts", "show").out
    wrong = westside("alerts", "set", "--to", "maria at home")
    assert (wrong.code, "'maria at home' as an address for alerts" in wrong.err) == (1, True)
    assert westside("alerts", "set", "--minutes", 0).code == 1
    assert shown(westside("alerts", "set", "--nobody", "--json"))["emails"] == []

    async def actions(session: Any) -> list[str]:
        return list(await session.scalars(select(Audit.action).where(Audit.action == "alerts_changed")))

    assert len(westside.in_database(actions)) == 2


def test_a_webhook_is_read_from_standard_input_and_seen_nowhere(
    westside: CommandLine, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    typed(monkeypatch, HOOK)
    saved = westside("alerts", "set", "--webhook-stdin", "--json")
    assert (saved.json["webhook"], saved.json["webhook_format"]) == ("https://hooks.slack.com/***", "slack")
    file = tmp_path / "config.toml"
    assert tomllib.loads(file.read_text()) == {"leagues": {"westside": {"alert_webhook": HOOK}}}
    assert file.stat().st_mode & 0o777 == 0o600
    said = saved.out + saved.err + westside("alerts", "show").out

    async def rows(session: Any) -> str:
        return str((await session.execute(text("SELECT audit::text FROM audit"))).all())

    assert "s3cretXy" not in said + westside.in_database(rows)
    typed(monkeypatch, "http://hooks.test/s3cretXy")
    refused = westside("alerts", "set", "--webhook-stdin")
    assert (refused.code, "isn't an https link" in refused.err, "s3cretXy" in refused.err) == (1, True, False)
    assert shown(westside("alerts", "set", "--format", "json", "--json"))["webhook_format"] == "json"
    assert shown(westside("alerts", "set", "--no-webhook", "--json"))["webhook"] is None
    assert "s3cretXy" not in file.read_text()


def test_another_account_is_kept_for_the_night(westside: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    typed(monkeypatch, "smtp://desk%40other.test:pw@smtp.other.test")
    assert (
        shown(westside("alerts", "set", "--account-stdin", "--json"))["other_account"] == "smtp://***@smtp.other.test"
    )
    typed(monkeypatch, "pigeon://loft")
    assert westside("alerts", "set", "--account-stdin").code == 1
    assert westside("alerts", "set", "--account-stdin", "--no-account").code == 1


def test_a_test_goes_every_way_and_says_what_became_of_it(westside: CommandLine, tmp_path: Path) -> None:
    assert "No one is alerted yet" in westside("alerts", "test").err
    westside("league", "set", "--from-email", "office@westside.test")
    westside("alerts", "set", "--to", "maria@westside.test")
    westside.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mail")
    westside.setenv("BBALL_ALERT_WEBHOOK", "http://127.0.0.1:1/s3cretXy")
    ran = westside("alerts", "test", "--json")
    assert ran.code == 1
    assert ran.json["told"] == {"mail": None, "webhook": "The webhook at 127.0.0.1 cannot be reached (ConnectError)."}
    assert len(list((tmp_path / "mail" / "new").iterdir())) == 1
    assert "s3cretXy" not in ran.err


def test_a_look_says_by_its_code_whether_anything_is_wrong(westside: CommandLine) -> None:
    well = westside("alerts", "check")
    assert (well.code, well.json) == (0, {"findings": [], "told": [], "problems": {}})

    async def lose_a_worker(session: Any) -> None:
        await session.execute(
            text(
                "INSERT INTO worker (id, league_id, name, host, pid, version, provider, heartbeat_at) SELECT "
                "gen_random_uuid(), id, 'desk-2 (worker 7)', 'desk-2', 7, '1', 'smtp:x:25', now() - interval '1 hour' "
                "FROM league"
            )
        )

    westside.in_database(lose_a_worker)
    ran = westside("alerts", "check")
    assert (ran.code, [one["cause"] for one in ran.json["findings"]]) == (1, ["worker"])
    assert "A worker is gone. desk-2 (worker 7) has said nothing since" in ran.err
