"""Everything that the E-mails tab does, as commands with JSON."""

from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import League
from tests.cli.conftest import CommandLine
from tests.support.factory import Parent, make_club, make_family
from tests.support.mails import signed_family
from tests.support.reports import report


@pytest.fixture
def sent(command_line: CommandLine, tmp_path: Path) -> int:
    """One accepted welcome mail to rosa@families.test; its id."""

    async def make(session: AsyncSession) -> int:
        club = await make_club(session)
        await make_family(session, club, first="Wren", last="Hammond", parents=(Parent(email=None),))
        return (await signed_family(session, club))[1][0]

    mail = command_line.in_database(make)
    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/out")
    assert command_line("worker", "--drain").code == 0
    return mail


@pytest.mark.slow
def test_a_returned_mail_from_the_folder_to_the_repetition(
    command_line: CommandLine, sent: int, tmp_path: Path
) -> None:
    (line,) = command_line("emails", "log", "--json").json
    assert (line["id"], line["outcome"], line["came_back"]) == (sent, "in_folder", None)
    box = tmp_path / "returned"
    box.mkdir()
    (box / "1.eml").write_bytes(report("rosa@families.test", message_id=line["message_id"]))
    assert command_line("emails", "bounces").code == 1
    first = command_line("emails", "bounces", box, "--json").json
    assert first["new"] == [{"id": sent, "recipient": "rosa@families.test", "blocked": True}]
    command_line.setenv("BBALL_BOUNCE_DIR", str(box))
    nothing_new = {"new": [], "known": 1, "strangers": 0, "others": 0, "unread": []}
    assert command_line("emails", "bounces", "--json").json == nothing_new

    (line,) = command_line("emails", "log", "--came-back", "--search", "ham", "--json").json
    assert (line["outcome"], line["why"]) == ("bounced", "no such mailbox")
    (blocked,) = command_line("emails", "suppressions", "--json").json
    assert (blocked["address"], blocked["people"]) == ("rosa@families.test", "Rosa Hamilton")
    again = command_line("emails", "resend", sent)
    assert (again.code, "gets no more e-mail" in again.err) == (1, True)
    assert command_line("emails", "lift", "ROSA@families.test", "--json").json["kept_back"] == []
    repeated = command_line("emails", "resend", sent, "--reason", "works again", "--json").json
    assert repeated["first"] == sent
    assert "settled before" in command_line("emails", "settle", sent).err
    assert command_line("worker", "--drain", "--json").json["sent"] == 1
    assert len(command_line("emails", "log", "--json").json) == 2


@pytest.mark.slow
def test_blocking_by_hand_and_the_habit_of_the_league(command_line: CommandLine, sent: int, tmp_path: Path) -> None:
    assert "isn't a valid e-mail address" in command_line("emails", "suppress", "nobody", "--reason", "x").err
    assert command_line("emails", "suppress", "rosa@families.test", "--reason", " ").code == 1
    assert command_line("emails", "suppress", "rosa@families.test", "--reason", "asked us").code == 0
    assert "already" in command_line("emails", "suppress", "Rosa@families.test", "--reason", "asked us").err
    assert "rosa@families.test" in command_line("emails", "suppressions").out
    assert command_line("emails", "lift", "other@families.test").code == 1
    assert command_line("emails", "bounces", "--no-block").code == 0
    assert command_line("emails", "bounces", tmp_path / "none").code == 1

    async def habit(session: AsyncSession) -> bool | None:
        return await session.scalar(select(League.bounce_blocks))

    assert command_line.in_database(habit) is False


@pytest.mark.slow
def test_export_and_retention(command_line: CommandLine, sent: int, tmp_path: Path) -> None:
    ran = command_line("emails", "export", sent, 999, "--to", tmp_path / "files", "--json")
    assert (ran.code, ran.json["never_written"]) == (3, [999])
    (file,) = ran.json["files"]
    (original,) = (tmp_path / "out" / "new").iterdir()
    assert Path(file).read_bytes().replace(b"\r\n", b"\n") == original.read_bytes().replace(b"\r\n", b"\n")
    assert Path(file).stat().st_mode & 0o777 == 0o600
    assert "cannot be written" in command_line("emails", "export", sent, "--to", tmp_path / "files").err
    found = command_line("emails", "retention", "--json").json
    assert (found["days"], found["due"], [one["mails"] for one in found["months"]]) == (400, 0, [1])
    assert "400 days" in command_line("emails", "retention").err


@pytest.mark.slow
def test_a_test_mail_goes_to_me_alone(command_line: CommandLine, sent: int, tmp_path: Path) -> None:
    assert command_line("emails", "send-test").code == 2
    assert "--to ADDRESS" in command_line("emails", "send-test", "--mail", sent).err
    assert command_line("emails", "send-test", "--mail", sent, "--to", "me@office.test").code == 0
    assert command_line("emails", "send-test", "--kind", "contract_reminder", "--json").json["to"] == "me@office.test"
    tests = [raw for one in (tmp_path / "out" / "new").iterdir() if b"[Test]" in (raw := one.read_bytes())]
    assert len(tests) == 2
    assert not any(b"To: Rosa" in raw or b"<rosa@families.test>" in raw for raw in tests)


@pytest.mark.slow
def test_warnings_and_reminders(command_line: CommandLine, sent: int) -> None:
    found = command_line("emails", "warnings", "--json").json
    assert (found["contracts"], found["affected"], found["mails"]) == (1, 1, 0)
    assert found["findings"][0]["concern"] == "no_address"
    assert "has no e-mail address" in command_line("emails", "warnings").out

    async def due(session: AsyncSession) -> None:
        await session.execute(
            text(
                "UPDATE contract SET due_on = CURRENT_DATE + 3, offered_on = CURRENT_DATE - 9 WHERE status = 'offered'"
            )
        )
        await session.execute(text("UPDATE guardian SET email = 'wren@families.test' WHERE email IS NULL"))

    command_line.in_database(due)
    assert "Reminders are off" in command_line("emails", "reminders").err
    assert "no number" in command_line("emails", "reminders", "--days", "soon").err
    changed = command_line("emails", "reminders", "--days", "7,2", "--json").json
    assert (changed["days"], changed["promised"], changed["planned"][0]["number"]) == ([7, 2], [], 1)
    assert command_line("emails", "reminders", "--dry-run", "--json").json["promised"] == []
    assert len(command_line("emails", "reminders", "--json").json["promised"]) == 1
    assert command_line("emails", "reminders", "--json").json["promised"] == []
    assert "wren@families.test" in command_line("emails", "reminders").out
    assert command_line("emails", "log", "--kind", "contract_reminder", "--json").json[0]["outcome"] == "queued"
