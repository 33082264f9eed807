"""`emails message`: to a team or a filter, seen first, and queued once."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from tests.cli.conftest import CommandLine
from tests.support.factory import Parent, make_club, make_family

ROSA = Parent("Rosa", "Hamilton", "rosa@families.test")


@pytest.fixture
def text_file(command_line: CommandLine, tmp_path: Path) -> Path:
    async def make(session: AsyncSession) -> None:
        club = await make_club(session)
        await make_family(session, club, parents=(ROSA,))
        await make_family(session, club, first="Wren", last="Lee", parents=(Parent("Ann", "Lee", None),))

    command_line.in_database(make)
    file = tmp_path / "message.md"
    file.write_text("Practice of **{{ player_first }}** is on Friday.\n", encoding="utf-8")
    return file


@pytest.mark.slow
def test_a_message_is_seen_sent_and_read_back(command_line: CommandLine, text_file: Path, tmp_path: Path) -> None:
    written = ("emails", "message", "--team", "hawks u12", "--subject", "News of {{ team }}", "--text-file", text_file)

    seen = command_line(*written, "--preview", "--json").json
    assert (seen["addresses"], seen["players"], seen["already"]) == (1, 2, 0)
    assert seen["readers"] == [
        {"address": "rosa@families.test", "guardian": "Rosa Hamilton", "players": ["Amara Hamilton"]}
    ]
    assert seen["nothing"] == [{"player": "Wren Lee", "why": "no guardian has an e-mail address"}]
    assert seen["mails"][0]["subject"] == "News of Hawks U12"
    people = command_line(*written, "--preview")
    assert "Practice of Amara is on Friday." in people.out
    assert "The message goes to 1 address, about 1 player." in people.err
    assert "Wren Lee's family gets nothing: no guardian has an e-mail address." in people.err

    wrong = command_line(*written, "--expect", "2")
    assert (wrong.code, wrong.out) == (1, "")
    assert "goes to 1 address now, not to 2. Nothing was sent." in wrong.err
    done = command_line(*written, "--expect", "1")
    assert (done.code, len(done.json["queued"])) == (0, 1)
    again = command_line(*written).json
    assert (again["queued"], again["already"]) == ([], 1)

    command_line.setenv("BBALL_MAIL_URL", f"maildir://{tmp_path}/data/mail")
    (row,) = command_line("emails", "log", "--kind", "message", "--json").json
    assert row["recipient"] == "rosa@families.test"
    (act,) = command_line("activity", "list", "--action", "message_queued", "--json").json
    assert (act["after"]["to"], act["after"]["mails"]) == ("the team hawks u12", 1)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--subject", "Hi"), "Say whom the message is for: --team"),
        (("--everyone", "--subject", " "), "The subject is empty"),
        (("--everyone", "--subject", "a\nb"), "The subject has a line break"),
        (("--everyone", "--subject", "{{ signed_on }}"), "The subject says nothing for 1 recipient: what it names"),
        (("--everyone", "--subject", "{% if signed_on %}Hi{% endif %}"), "The subject says nothing for 1 recipient"),
        (("--everyone", "--subject", "{{ teem }}"), "variable teem at line 1, and there is none. The nearest are team"),
        (("--team", "Owls", "--subject", "Hi"), "no team 'Owls'"),
    ],
)
def test_what_cannot_be_is_refused(
    command_line: CommandLine, text_file: Path, options: tuple[str, ...], why: str
) -> None:
    ran = command_line("emails", "message", *options, "--text-file", text_file)
    assert (ran.code, ran.out) == (1, "")
    assert why in ran.err
    assert command_line("emails", "log", "--json").json == []


def test_a_text_that_cannot_be_read_or_is_too_long(command_line: CommandLine, text_file: Path) -> None:
    written = ("emails", "message", "--everyone", "--subject", "Hi", "--text-file")
    text_file.write_bytes(b"\xff\xfe\xfa")
    assert "isn't UTF-8" in command_line(*written, text_file).err
    text_file.write_text("x" * 100_000, encoding="utf-8")
    assert "100,000 characters; 20,000 are the most" in command_line(*written, text_file).err
    assert "no such file" in command_line(*written, text_file.with_name("none")).err
