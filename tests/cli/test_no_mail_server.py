"""Before a mail server is set up: nothing is claimed, mails wait, and every place says so and leads to the set-up."""

from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import League, Outbox, OutboxMessage
from tests.cli.conftest import CommandLine
from tests.support.factory import Family, Parent, make_club, make_family

WORDS = "o mail server is set up yet"
WAY_OUT = "bball-tui mail setup"


@pytest.fixture
def family(command_line: CommandLine) -> Family:
    async def make(session: AsyncSession) -> Family:
        club = await make_club(session, hold_seconds=0)
        return await make_family(session, club, parents=(Parent(email="rosa@families.test"),))

    return command_line.in_database(make)


def test_a_drain_claims_nothing_and_says_what_to_do(command_line: CommandLine, family: Family, tmp_path: Path) -> None:
    command_line("contracts", "sign", family.contract_id, "--no-hold")

    ran = command_line("worker", "--drain", "--json")
    lasting = command_line("worker")

    assert (ran.code, lasting.code) == (1, 1)
    assert ran.json == {"sent": 0, "failed": 0, "in_doubt": 0, "queued": 1, "held": 0}
    for one in (ran, lasting):
        assert WORDS in one.err
        assert "1 e-mail waits" in one.err
        assert WAY_OUT in one.err

    async def untouched(session: AsyncSession) -> tuple[str, int, int | None]:
        mail = (await session.scalars(select(Outbox))).one()
        return mail.state, mail.claims, await session.scalar(select(OutboxMessage.outbox_id))

    assert command_line.in_database(untouched) == ("queued", 0, None)
    assert not list((tmp_path / "data").rglob("new/*"))


@pytest.mark.slow
def test_the_mail_the_gates_and_the_doctor_say_it(command_line: CommandLine, family: Family) -> None:
    signed = command_line("contracts", "sign", family.contract_id, "--no-hold").err

    story = command_line("outbox", "show", 1).out
    gates = command_line("outbox", "gates").err
    doctor = command_line("doctor").out

    for text in (signed, story, gates, doctor):
        assert WORDS in text
        assert WAY_OUT in text
    assert "No worker is running" not in story + gates


def test_without_a_from_address_every_place_says_that(command_line: CommandLine, family: Family) -> None:
    async def nameless(session: AsyncSession) -> None:
        await session.execute(update(League).values(from_email=None))

    command_line.in_database(nameless)
    command_line.setenv("BBALL_MAIL_URL", "smtp://mail.example.org:587")

    signed = command_line("contracts", "sign", family.contract_id, "--no-hold").err
    story = command_line("outbox", "show", 1).out
    for_real = command_line("outbox", "send-for-real").err

    for text in (signed, story, for_real):
        assert "No From address is set yet" in text
        assert WAY_OUT in text


def test_a_cause_is_taken_in_the_words_of_the_list(command_line: CommandLine, family: Family) -> None:
    for words in ("no such mailbox", "No  such mailbox", "no_such_mailbox"):
        assert command_line("outbox", "retry", "--cause", words).code == 0
    wrong = command_line("outbox", "retry", "--cause", "bad luck")
    assert wrong.code == 2
    assert "mailbox full (mailbox_full)" in " ".join(wrong.err.split())


@pytest.mark.slow
def test_what_a_folder_has_goes_out_for_real_once_a_server_is_there(
    command_line: CommandLine, family: Family, tmp_path: Path
) -> None:
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/mail")
    command_line("contracts", "sign", family.contract_id, "--no-hold")
    assert command_line("worker", "--drain").json["sent"] == 1
    assert "in a folder" in command_line("outbox", "list").out
    assert "in a folder" in command_line("emails", "log").out
    assert "in a folder" in command_line("contracts", "list").out

    refused = command_line("outbox", "send-for-real")
    assert (refused.code, command_line("outbox", "list", "--json").json[0]["state"]) == (1, "sent")
    assert WAY_OUT in refused.err

    command_line.setenv("BBALL_MAIL_URL", "smtp://mail.example.org:587")
    tried = command_line("outbox", "send-for-real", "--dry-run", "--json")
    assert tried.json == {"dry_run": True, "queued": [1], "kinds": {"contract_signed": 1}, "left_out": []}
    assert command_line("outbox", "list", "--json").json[0]["state"] == "sent"
    done = command_line("outbox", "send-for-real")
    assert done.code == 0
    assert "1 e-mail queued to go out for real (1 contract signed)." in done.err
    assert command_line("outbox", "list", "--json").json[0]["state"] == "queued"
    assert command_line("outbox", "send-for-real", "--json").json["queued"] == []
