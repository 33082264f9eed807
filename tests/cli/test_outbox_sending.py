"""`outbox read|park|fix-address|gates|pause|resume|open-gate`, and retry by cause."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cli.conftest import CommandLine
from tests.support.factory import make_club
from tests.support.mails import signed_family


@pytest.fixture
def mail(command_line: CommandLine) -> int:
    """One due mail to rosa@families.test."""

    async def make(session: AsyncSession) -> int:
        return (await signed_family(session, await make_club(session)))[1][0]

    return command_line.in_database(make)


def do(command_line: CommandLine, statement: str, **values: Any) -> None:
    async def change(session: AsyncSession) -> None:
        await session.execute(text(statement), values)

    command_line.in_database(change)


def failed(command_line: CommandLine) -> None:
    do(
        command_line,
        "UPDATE outbox SET state = 'dead', finalized_at = now(), error_class = 'permanent', error_code = '550 5.1.1'",
    )


def test_read(command_line: CommandLine, mail: int) -> None:
    ran = command_line("outbox", "read", mail, "--json")
    assert list(ran.json) == ["id", "recipient", "subject", "message_id", "frozen", "text", "html", "warnings"]
    assert (ran.json["recipient"], ran.json["frozen"]) == ("rosa@families.test", False)
    assert "Not written yet" in ran.err
    assert "To: rosa@families.test" in command_line("outbox", "read", mail).out
    assert command_line("outbox", "read", 999).code == 1


@pytest.mark.slow
def test_park_and_retry_by_cause(command_line: CommandLine, mail: int) -> None:
    failed(command_line)
    assert command_line("outbox", "retry", "--cause", "mailbox_full").json["done"] == []
    assert command_line("outbox", "retry", "--cause", "no_such_mailbox").json["done"] == [mail]
    assert command_line("outbox", "park", mail, "--reason", "later").json["done"] == [mail]
    assert [one["id"] for one in command_line("outbox", "list", "--state", "set-aside", "--json").json] == [mail]
    assert command_line("outbox", "list", "--state", "failed", "--json").json == []
    assert command_line("outbox", "retry", mail, "--yes").json["done"] == [mail]
    assert command_line("outbox", "retry", mail, "--cause", "refused").code == 2
    assert command_line("outbox", "park", "--reason", "x").code == 2


def test_fix_address(command_line: CommandLine, mail: int) -> None:
    failed(command_line)
    assert command_line("outbox", "fix-address", mail, "nobody").code == 1
    ran = command_line("outbox", "fix-address", mail, "right@families.test", "--reason", "she called", "--json")
    assert ran.json == {
        "address": "right@families.test",
        "guardians": ["Rosa Hamilton"],
        "mails": [{"old": mail, "new": ran.json["mails"][0]["new"], "was": None}],
    }
    found = {one["recipient"]: one["state"] for one in command_line("outbox", "list", "--json").json}
    assert found == {"rosa@families.test": "cancelled", "right@families.test": "queued"}


def test_pause_and_resume(command_line: CommandLine, mail: int) -> None:
    ran = command_line("outbox", "pause", "--reason", "wrong template", "--json")
    assert ran.json[0]["state"] == "open"
    assert "1 e-mail waits until it is resumed." in ran.json[0]["sentence"]
    assert command_line("outbox", "gates", "--json").json == ran.json
    after = command_line("outbox", "resume", "--json").json
    assert (after[0]["state"], after[0]["sentence"]) == ("closed", None)


def test_open_gate(command_line: CommandLine, mail: int, tmp_path: Path) -> None:
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mail")
    assert "Nothing holds the e-mails" in command_line("outbox", "gates").err
    do(
        command_line,
        "INSERT INTO provider_gate (league_id, provider, state, cause, reason) "
        "SELECT id, 'smtp:mail.example.org:587', 'open', 'auth', '535 no' FROM league",
    )
    assert "mail.example.org rejected the password" in command_line("outbox", "gates").err.lower()
    ran = command_line("outbox", "open-gate", "gmail")
    assert (ran.code, "smtp:mail.example.org:587" in ran.err) == (1, True)
    assert command_line("outbox", "open-gate", "smtp:mail.example.org:587", "--json").json[0]["state"] == "closed"


def test_the_gates_say_that_no_from_address_is_set(command_line: CommandLine, mail: int) -> None:
    do(command_line, "UPDATE league SET from_email = NULL")
    command_line.setenv("BBALL_MAIL_URL", "smtp://mail.example.org:587")
    told = command_line("outbox", "gates").err
    assert "No From address is set yet, so nothing goes out; 1 e-mail waits." in told
    assert "bball-tui mail setup" in told
    do(command_line, "UPDATE league SET from_email = 'info@westside.test'")
    assert "Nothing holds the e-mails" in command_line("outbox", "gates").err


def test_fix_address_refuses_another_familys_without_yes(command_line: CommandLine, mail: int) -> None:
    async def other(session: AsyncSession) -> None:
        league = {"league": await session.scalar(text("SELECT id FROM league"))}
        await session.execute(
            text(
                "INSERT INTO guardian (league_id, first_name, last_name, email)"
                " VALUES (:league, 'Olga', 'Other', 'olga@families.test')"
            ),
            league,
        )

    command_line.in_database(other)
    failed(command_line)
    refused = command_line("outbox", "fix-address", mail, "olga@families.test")
    assert refused.code == 1
    assert "olga@families.test is the address of Olga Other, not of this family" in refused.err
    assert "'--yes' writes it all the same" in refused.err
    assert command_line("outbox", "fix-address", mail, "olga@families.test", "--yes", "--json").json["mails"]
