import asyncio
import mailbox
import stat
from pathlib import Path

import pytest
from msgspec.structs import replace

from bball_tui.mail.mime import header
from bball_tui.mail.outcome import OutcomeClass, Phase
from bball_tui.mail.render import Renderer
from bball_tui.mail.transports import Envelope
from bball_tui.mail.transports.maildir import MaildirTransport
from tests.mail.factory import DATE, make_context, make_settings


def envelope(number: int = 1) -> Envelope:
    mime = (
        Renderer(make_settings(Path()))
        .render(
            make_context(),
            recipient="ngozi@example.com",
            message_id=f"<{number}@bball-tui>",
            date=DATE,
        )
        .mime
    )
    return Envelope.of("ngozi@example.com", mime)


async def yes() -> bool:
    return True


def stored(folder: Path) -> list[Path]:
    return sorted(path for part in ("new", "cur", "tmp") for path in (folder / part).iterdir())


def test_the_envelope_of_a_frozen_mail() -> None:
    frozen = envelope()
    assert (frozen.sender, frozen.recipient) == ("office@westside.example", "ngozi@example.com")
    assert header(frozen.mime, "message-id") == "<1@bball-tui>"
    assert header(frozen.mime, "X-Absent") is None
    with pytest.raises(ValueError, match="From"):
        Envelope.of("a@b.example", b"Subject: x\r\n\r\nFrom: <a@b.example>\r\n")


async def test_a_mail_arrives_as_it_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "deep" / "mail"
    transport = MaildirTransport(folder)
    outcome = await transport.send(envelope(), yes)
    assert outcome.outcome_class is OutcomeClass.ACCEPTED
    [path] = stored(folder)
    assert path.parent.name == "new"
    assert path.name == outcome.provider_ref
    assert path.read_bytes() == envelope().mime
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    [message] = mailbox.Maildir(folder)
    assert message["To"] == "Ngozi Okafor <ngozi@example.com>"
    assert transport.provider == "maildir"
    await transport.close()


async def test_the_same_mail_twice_is_one_file_wherever_a_reader_put_it(tmp_path: Path) -> None:
    transport = MaildirTransport(tmp_path)
    for _ in range(2):
        await asyncio.gather(*(transport.send(envelope(), yes) for _ in range(5)))
        assert len(stored(tmp_path)) == 1
    [path] = stored(tmp_path)
    path.rename(tmp_path / "cur" / f"{path.name}:2,S")
    assert (await transport.send(envelope(), yes)).outcome_class is OutcomeClass.ACCEPTED
    assert len(stored(tmp_path)) == 1
    await transport.send(envelope(2), yes)
    assert len(stored(tmp_path)) == 2


async def test_the_mail_is_on_disk_but_not_delivered_when_the_wire_is_asked_for(tmp_path: Path) -> None:
    seen: list[list[str]] = []

    async def no() -> bool:
        seen.append([path.parent.name for path in stored(tmp_path)])
        return False

    outcome = await MaildirTransport(tmp_path).send(envelope(), no)
    assert outcome.outcome_class is OutcomeClass.STOPPED
    assert seen == [["tmp"]]
    assert stored(tmp_path) == []


async def test_a_failing_question_sends_nothing(tmp_path: Path) -> None:
    async def fail() -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        await MaildirTransport(tmp_path).send(envelope(), fail)
    assert stored(tmp_path) == []


async def test_a_folder_that_cannot_be_written_is_the_providers_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    outcome = await MaildirTransport(tmp_path / "file").send(envelope(), yes)
    assert outcome.outcome_class is OutcomeClass.PROVIDER_TRANSIENT
    assert outcome.phase is Phase.FILE
    assert str(tmp_path / "file") in outcome.text
    assert "cannot be written" in outcome.text


async def test_a_folder_that_breaks_in_between_sends_nothing(tmp_path: Path) -> None:
    async def breaks() -> bool:
        (tmp_path / "new").rmdir()
        return True

    outcome = await MaildirTransport(tmp_path).send(envelope(), breaks)
    assert outcome.outcome_class is OutcomeClass.PROVIDER_TRANSIENT
    assert list((tmp_path / "tmp").iterdir()) == []


async def test_a_foreign_mail_without_message_id_has_a_name_too(tmp_path: Path) -> None:
    foreign = replace(envelope(), mime=b"From: <a@b.example>\r\n\r\nHello\r\n")
    await MaildirTransport(tmp_path).send(foreign, yes)
    assert len(stored(tmp_path)) == 1
