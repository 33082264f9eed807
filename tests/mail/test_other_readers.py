"""What other programs make of our mails: a parser that shares no code with ours, a mail server in between, DKIM."""

import asyncio
import re
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import dkim
import msgspec
import pytest
from aiosmtpd import smtp
from aiosmtplib import SMTP
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fast_mail_parser import parse_email
from msgspec.structs import replace

from bball_tui.mail.checks import parts
from bball_tui.mail.context import MessageContext
from bball_tui.mail.kinds import KINDS
from bball_tui.mail.render import Renderer
from bball_tui.mail.safe_values import address, one_line
from bball_tui.mail.samples import HOSTILE, LONGEST_NAMES, sample_context
from tests.mail.factory import DATE, MESSAGE_ID, make_settings

RENDERER = Renderer(make_settings(Path()))
NAMES = (
    "Ngozi",
    'O\'Neill "Bo" \\ Jr.',
    "Ana\r\nBcc: all@example.com",
    "נועה לוי",
    "李雷 👩",
    HOSTILE,
    LONGEST_NAMES,
    "é" * 100,
)
ADDRESSES = ("ngozi+team@families.test", "o'neill@families.test", "ana@bücher.example", "josé@families.test")


def mails() -> Iterator[tuple[MessageContext, str]]:
    for number, kind in enumerate(KINDS):
        sample = sample_context(kind)
        for place, name in enumerate(NAMES):
            names = dict.fromkeys(("player_first", "team", "guardian_last"), name)
            facts = msgspec.structs.replace(sample.facts, language="es" if place % 2 else "", **names)
            brand = replace(sample.brand, league_name=name, from_name=None)
            yield replace(sample, facts=facts, brand=brand), ADDRESSES[(number + place) % len(ADDRESSES)]


def written(context: MessageContext, recipient: str) -> bytes:
    return RENDERER.render(context, recipient=recipient, message_id=MESSAGE_ID, date=DATE).mime


def bare(mailbox: str) -> str:
    """Without the quotes and backslashes that a phrase in a header may have, and as another parser joins its words."""
    return re.sub(r'["\\\\\s]', "", mailbox)


def unfolded(text: str) -> str:
    return re.sub(r"\r?\n", "\n", text)


def test_another_parser_reads_the_very_same_mail() -> None:
    """`fast-mail-parser` is written in Rust; Python's own `email` is not under it."""
    for context, recipient in mails():
        message = RENDERER.render(context, recipient=recipient, message_id=MESSAGE_ID, date=DATE)
        ours, theirs = parts(message.mime), parse_email(message.mime)
        assert theirs.subject == message.subject
        assert unfolded(theirs.text_plain[0]) == unfolded(ours.text)
        assert unfolded(theirs.text_html[0]) == unfolded(ours.html)
        assert (len(theirs.text_plain), len(theirs.text_html), theirs.attachments) == (1, 1, [])
        assert theirs.headers["Message-ID"] == [MESSAGE_ID]
        assert theirs.headers["Auto-Submitted"] == ["auto-generated"]
        name = one_line(f"{context.facts.guardian_first} {context.facts.guardian_last}")
        assert bare(theirs.headers["To"][0]) == bare(f"{name} <{address(recipient, 'the recipient')}>")


class Recorder:
    """A mail server that keeps what it gets; aiosmtpd speaks the protocol."""

    def __init__(self) -> None:
        self.received: list[bytes] = []

    async def handle_DATA(self, server: smtp.SMTP, session: smtp.Session, envelope: smtp.Envelope) -> str:  # noqa: N802 - its name
        self.received.append(bytes(envelope.original_content or b""))
        return "250 OK"


@pytest.mark.slow
async def test_a_dkim_signature_survives_a_mail_server() -> None:
    """Lines, line ends and folding are such that no one on the way has a reason to touch them."""
    recorder = Recorder()
    server = await asyncio.get_running_loop().create_server(lambda: smtp.SMTP(recorder), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    record = b"v=DKIM1; k=rsa; p=" + b64encode(public)
    headers = [b"from", b"to", b"subject", b"date", b"message-id", b"reply-to", b"auto-submitted", b"content-type"]
    async with SMTP(hostname="127.0.0.1", port=port, use_tls=False, start_tls=False) as client:
        for context, recipient in mails():
            if not recipient.isascii():
                continue
            mime = written(context, recipient)
            signature = dkim.sign(
                mime, b"s1", b"westside.example", private, canonicalize=(b"simple", b"simple"), include_headers=headers
            )
            await client.sendmail("office@westside.example", [recipient], signature + mime)
    server.close()
    await server.wait_closed()
    assert len(recorder.received) > 10
    for received in recorder.received:
        assert dkim.verify(received, dnsfunc=lambda *_, **__: record)
        tampered = received.replace(b"Auto-Submitted: auto-generated", b"Auto-Submitted: no")
        assert not dkim.verify(tampered, dnsfunc=lambda *_, **__: record)
