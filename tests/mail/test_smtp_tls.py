"""TLS and login against a real server, with certificates of an authority made for the test."""

import ssl
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme

from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.transports import Envelope, open_transport
from bball_tui.mail.transports.smtp_transport import SmtpTransport
from bball_tui.settings import SecretUrl
from tests.mail.factory import make_settings
from tests.support.smtp import DISCONNECT, SmtpServer

SECRET = "hunter2 with/odd@signs:#"
QUOTED = "hunter2%20with%2Fodd%40signs%3A%23"
MAIL = Envelope.of("ngozi@example.com", b"From: <office@westside.example>\r\n\r\nHello\r\n")


class Authority(NamedTuple):
    """A certificate authority in a file, and a server's side of TLS with its certificates."""

    ca: Path
    context: ssl.SSLContext
    wrong_host: ssl.SSLContext


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = trustme.CA()
    ca = tmp_path_factory.mktemp("tls") / "ca.pem"
    made.cert_pem.write_to_path(ca)
    contexts = []
    for host in ("127.0.0.1", "mail.example.com"):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.issue_cert(host).configure_cert(context)
        contexts.append(context)
    return Authority(ca, *contexts)


def connect(server: SmtpServer, ca: Path | None, login: str = "") -> SmtpTransport:
    url = server.url.replace("//", f"//{login}") + (f"&ca={ca}" if ca else "")
    opened = open_transport(make_settings(Path(), mail_url=url))
    assert isinstance(opened, SmtpTransport)
    return opened


async def send(server: SmtpServer, ca: Path | None, login: str = "") -> Outcome:
    transport = connect(server, ca, login)

    async def yes() -> bool:
        return True

    try:
        return await transport.send(MAIL, yes)
    finally:
        await transport.close()


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_trusted_server_gets_the_mail_and_the_login(authority: Authority, tls: str) -> None:
    users = {"rosa@westside.example": SECRET}
    async with SmtpServer(tls=tls, context=authority.context, users=users) as server:
        outcome = await send(server, authority.ca, f"rosa%40westside.example:{QUOTED}@")
        assert outcome.outcome_class is OutcomeClass.ACCEPTED
        assert server.logins == ["rosa@westside.example"]
        assert [received.data for received in server.messages] == [MAIL.mime]


async def test_one_login_serves_many_mails(authority: Authority) -> None:
    async with SmtpServer(tls="starttls", context=authority.context, users={"u": "p"}) as server:
        transport = connect(server, authority.ca, "u:p@")

        async def yes() -> bool:
            return True

        for _ in range(5):
            assert (await transport.send(MAIL, yes)).outcome_class is OutcomeClass.ACCEPTED
        assert (server.connections, server.logins) == (1, ["u"])
        await transport.close()


@pytest.mark.parametrize("tls", ["starttls", "implicit"])
@pytest.mark.parametrize("fault", ["unknown authority", "wrong host"])
async def test_a_wrong_certificate_is_refused_before_the_password(authority: Authority, tls: str, fault: str) -> None:
    context = authority.wrong_host if fault == "wrong host" else authority.context
    async with SmtpServer(tls=tls, context=context, users={"u": SECRET}) as server:
        outcome = await send(server, authority.ca if fault == "wrong host" else None, f"u:{QUOTED}@")
        assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.TLS)
        assert "cannot be trusted" in outcome.text
        assert ("mismatch" if fault == "wrong host" else "unable to get local issuer") in outcome.text
        assert server.logins == []
        assert server.messages == []
        assert not any(command.startswith(("AUTH", "MAIL")) for command in server.commands)


async def test_a_server_without_starttls_gets_nothing(authority: Authority) -> None:
    async with SmtpServer() as server:
        url = SecretUrl(f"smtp://u:{QUOTED}@127.0.0.1:{server.port}?tls=starttls&ca={authority.ca}")
        transport = open_transport(make_settings(Path(), mail_url=url.reveal()))

        async def never() -> bool:
            raise AssertionError

        outcome = await transport.send(MAIL, never)
        assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.TLS)
        assert "STARTTLS" in outcome.text
        assert [command.split()[0] for command in server.commands] == ["EHLO"]
        await transport.close()


@pytest.mark.parametrize("reply", ["454 4.7.0 TLS not available", DISCONNECT])
async def test_starttls_that_fails(authority: Authority, reply: object) -> None:
    async with SmtpServer(tls="starttls", context=authority.context) as server:
        server.script("starttls", reply)  # type: ignore[arg-type]
        outcome = await send(server, authority.ca)
        assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.TLS)


async def test_a_server_that_does_not_speak_tls_at_all(authority: Authority) -> None:
    async with SmtpServer() as server:
        url = f"smtp://127.0.0.1:{server.port}?tls=implicit&ca={authority.ca}"
        transport = open_transport(make_settings(Path(), mail_url=url))

        async def never() -> bool:
            raise AssertionError

        outcome = await transport.send(MAIL, never)
        assert outcome.outcome_class is OutcomeClass.PROVIDER_TRANSIENT
        assert outcome.phase in (Phase.TLS, Phase.CONNECT)
        await transport.close()


async def test_a_wrong_password_stops_all_sending_and_is_never_shown() -> None:
    async with SmtpServer(users={"u": "another"}) as server:
        server.script("auth", f"535 5.7.8 Not {SECRET} for u")
        outcome = await send(server, None, f"u:{QUOTED}@")
        assert (outcome.outcome_class, outcome.phase, outcome.code) == (OutcomeClass.AUTH, Phase.AUTH, 535)
        assert outcome.text == "Not *** for u"
        assert server.reached["auth"] == 1
        assert server.messages == []


async def test_a_login_throttle_is_no_wrong_password() -> None:
    async with SmtpServer(users={"u": SECRET}) as server:
        server.script("auth", "454 4.7.0 Too many login attempts, please try again later")
        outcome = await send(server, None, f"u:{QUOTED}@")
        assert (outcome.outcome_class, outcome.code) == (OutcomeClass.PROVIDER_TRANSIENT, 454)


async def test_a_server_without_login_and_one_that_wants_it() -> None:
    async with SmtpServer() as server:
        outcome = await send(server, None, "u:p@")
        assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.AUTH, Phase.AUTH)
        assert "offers no login" in outcome.text
    async with SmtpServer(users={"u": "p"}) as server:
        outcome = await send(server, None)
        assert (outcome.outcome_class, outcome.phase, outcome.code) == (OutcomeClass.AUTH, Phase.MAIL, 530)
