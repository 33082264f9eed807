"""Asking a transport whether it could send, without sending anything."""

from pathlib import Path

import pytest

from bball_tui.mail.outcome import OutcomeClass, Phase
from bball_tui.mail.providers import Tls
from bball_tui.mail.transports.maildir import MaildirTransport
from bball_tui.mail.transports.smtp_target import SmtpTarget
from bball_tui.mail.transports.smtp_transport import SmtpTransport
from tests.support.smtp import SmtpServer


@pytest.mark.parametrize(("password", "expected"), [("right", None), ("wrong", (OutcomeClass.AUTH, Phase.AUTH))])
async def test_smtp_logs_in_and_sends_nothing(password: str, expected: tuple[OutcomeClass, Phase] | None) -> None:
    async with SmtpServer(users={"desk": "right"}) as server:
        target = SmtpTarget("127.0.0.1", server.port, Tls.NONE, "desk", password)
        transport = SmtpTransport(target, connections=1)
        trouble = await transport.check()
        await transport.close()

        assert (trouble and (trouble.outcome_class, trouble.phase)) == expected
        assert server.connections == 1
        assert server.reached["mail"] == 0


async def test_smtp_that_is_away() -> None:
    async with SmtpServer() as server:
        target = SmtpTarget("127.0.0.1", server.port, Tls.NONE)
    transport = SmtpTransport(target, connections=1)

    trouble = await transport.check()

    assert trouble is not None
    assert (trouble.outcome_class, trouble.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.CONNECT)
    await transport.close()


async def test_maildir(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    assert await MaildirTransport(tmp_path / "mail").check() is None
    assert not [one for one in (tmp_path / "mail").rglob("*") if one.is_file()]
    assert await MaildirTransport(tmp_path / "file").check() is not None
