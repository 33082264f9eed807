"""`emails preview`: what is shown is what goes out."""

import mailbox
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Audit, Contract, Outbox, Signature
from bball_tui.database.states import ContractStatus
from tests.cli.conftest import CommandLine
from tests.support.factory import Family, Parent, make_club, make_family

ROSA = Parent("Rosa", "Hamilton", "rosa@families.test")
DAN = Parent("Dan", "Hamilton", "dan@families.test")


@pytest.fixture
def family(command_line: CommandLine) -> Family:
    async def make(session: AsyncSession) -> Family:
        return await make_family(session, await make_club(session), parents=(ROSA, DAN))

    return command_line.in_database(make)


def test_preview_of_an_open_contract_promises_nothing(command_line: CommandLine, family: Family) -> None:
    ran = command_line("emails", "preview", family.contract_id)

    assert ran.code == 0
    assert ran.out.startswith("To: rosa@families.test\nSubject: ")
    assert "Hi Rosa," in ran.out
    assert "Hi Dan," in ran.out
    assert "! rosa@families.test: The team has no chat link yet" in ran.err

    async def counts(session: AsyncSession) -> tuple[int, ...]:
        tables = (Signature, Outbox, Audit)
        return tuple([await session.scalar(select(func.count()).select_from(table)) or 0 for table in tables])

    assert command_line.in_database(counts) == (0, 0, 0)


@pytest.mark.slow
def test_the_preview_is_the_mail(command_line: CommandLine, family: Family, tmp_path: Path) -> None:
    before = command_line("emails", "preview", family.contract_id, "--json").json
    command_line("contracts", "sign", family.contract_id, "--no-hold")
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/data/mail")
    command_line("worker", "--drain")
    after = command_line("emails", "preview", family.contract_id, "--json").json

    def without_state(mails: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return [{key: value for key, value in mail.items() if key != "state"} for mail in mails]

    assert [mail["state"] for mail in before] == [None, None]
    assert [mail["state"] for mail in after] == ["sent", "sent"]
    assert without_state(before) == without_state(after)
    assert list(before[0]) == ["recipient", "subject", "message_id", "state", "text", "html", "warnings"]
    sent = {str(mail["Message-ID"]) for mail in mailbox.Maildir(tmp_path / "data" / "mail")}
    assert sent == {mail["message_id"] for mail in after}


@pytest.mark.slow
def test_raw_is_the_frozen_bytes(command_line: CommandLine, family: Family, tmp_path: Path) -> None:
    command_line("contracts", "sign", family.contract_id, "--no-hold")
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/data/mail")
    command_line("worker", "--drain")
    sent = [file.read_bytes() for file in (tmp_path / "data" / "mail" / "new").iterdir()]

    raw = command_line("emails", "preview", family.contract_id, "--raw", "--to", "dan@families.test")

    assert raw.code == 0
    assert raw.out.encode().replace(b"\r\n", b"\n") in [one.replace(b"\r\n", b"\n") for one in sent]


def test_html(command_line: CommandLine, family: Family) -> None:
    several = command_line("emails", "preview", family.contract_id, "--html")
    one = command_line("emails", "preview", family.contract_id, "--html", "--to", "ROSA@families.test")

    assert several.code == 1
    assert "--to ADDRESS" in several.err
    assert one.code == 0
    assert one.out.lstrip().lower().startswith("<!doctype html>")


@pytest.mark.slow
def test_what_has_no_mail(command_line: CommandLine, family: Family) -> None:
    async def make(session: AsyncSession) -> tuple[int, int]:
        club = await make_club(session, slug="other", name="Other")
        mute = await make_family(session, club, first="Wren", parents=(Parent(email=None),))
        draft = await make_family(session, club, first="Quinn", status=ContractStatus.DRAFT)
        return mute.contract_id, draft.contract_id

    mute, draft = command_line.in_database(make)

    assert "no guardian with an e-mail address" in command_line("--league", "other", "emails", "preview", mute).err
    assert "still a draft" in command_line("--league", "other", "emails", "preview", draft).err
    stranger = command_line("--league", "westside", "emails", "preview", draft)
    assert (stranger.code, stranger.err) == (1, "Error: That contract isn't in this league.\n")
    nobody = command_line("--league", "westside", "emails", "preview", family.contract_id, "--to", "x@families.test")
    assert "rosa@families.test, dan@families.test" in nobody.err

    async def status(session: AsyncSession) -> str | None:
        return await session.scalar(select(Contract.status).where(Contract.id == mute))

    assert command_line.in_database(status) == "offered"
