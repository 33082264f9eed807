"""A mail server on loopback that delivers into a maildir: the demo's mails are real, and stay on this machine."""

import asyncio
import mailbox
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session
from msgspec import Struct, field


class MailServer(Struct):
    """A running server. ``unknown`` and ``full`` may be changed at any time.

    Args:
        folder: the maildir that keeps every mail.
        unknown: addresses answered with 550 5.1.1 (nobody of that name).
        full: addresses answered with 452 4.2.2 (try again later).
    """

    folder: Path
    unknown: set[str] = field(default_factory=set)
    full: set[str] = field(default_factory=set)
    port: int = 0

    @property
    def url(self) -> str:
        """The value for ``BBALL_MAIL_URL``."""
        return f"smtp://127.0.0.1:{self.port}?tls=none"


class _Keeper:
    """Answers the server's questions: who is unknown here, whose box is full, and where the rest goes."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._box = mailbox.Maildir(server.folder, create=True)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd calls it so
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self._server.unknown:
            return "550 5.1.1 There is no such mailbox here"
        if address in self._server.full:
            return "452 4.2.2 The mailbox is full"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        self._box.add(content.encode() if isinstance(content, str) else content or b"")
        return "250 2.0.0 Kept in the demo's mail folder"


@asynccontextmanager
async def mail_server(folder: Path) -> AsyncIterator[MailServer]:
    """Serve on a free port of 127.0.0.1 and keep every mail in the maildir ``folder``."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    running = MailServer(folder)
    keeper = _Keeper(running)
    loop = asyncio.get_running_loop()
    conversations: list[SMTP] = []

    def begin() -> SMTP:
        conversations.append(SMTP(keeper, hostname="demo.invalid", enable_SMTPUTF8=True, loop=loop))
        return conversations[-1]

    server = await loop.create_server(begin, "127.0.0.1", 0)
    running.port = server.sockets[0].getsockname()[1]
    try:
        yield running
    finally:
        server.close()
        for conversation in conversations:
            if isinstance(conversation.transport, asyncio.WriteTransport):
                conversation.transport.abort()
