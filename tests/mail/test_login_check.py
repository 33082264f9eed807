"""A try at logging in says in words what is in the way, sends nothing, and shows no secret."""

import ssl
from pathlib import Path

import pytest
import trustme

from bball_tui.mail.account import Account
from bball_tui.mail.setup import login_trouble, mail_url
from bball_tui.settings import SecretUrl
from tests.mail.factory import make_settings
from tests.support.gmail import REFRESH_TOKEN, GmailServer
from tests.support.smtp import SmtpServer

PASSWORD = "pa ss/w@rd:#%€"


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """This computer trusts the authority, as it trusts that of a real provider."""
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(made)
    return made


async def trouble(
    server: SmtpServer, *, tls: str, login: str = "office", password: str = PASSWORD, host: str = "127.0.0.1"
) -> str | None:
    url = mail_url(Account("own", host, str(server.port), tls, login, password))
    said = await login_trouble(make_settings(Path()), url)
    assert said is None or (PASSWORD not in said and said.endswith("."))
    assert server.messages == []
    assert server.reached["mail"] == 0
    return said


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("tls", ["starttls", "implicit"])
async def test_a_login_that_works(authority: trustme.CA, tls: str) -> None:
    async with SmtpServer(tls=tls, context=context(authority, "127.0.0.1"), users={"office": PASSWORD}) as server:
        assert await trouble(server, tls=tls) is None
        assert server.logins == ["office"]


@pytest.mark.usefixtures("trusted")
async def test_a_wrong_password(authority: trustme.CA) -> None:
    made = context(authority, "127.0.0.1")
    async with SmtpServer(tls="starttls", context=made, users={"office": "another"}) as server:
        said = await trouble(server, tls="starttls")
    assert said is not None
    assert "rejected the login or the password. Type both again. It said: 535 5.7.8" in said


async def test_a_name_that_no_server_has() -> None:
    url = mail_url(Account("own", "mail.league.invalid", "587", "starttls", "u", PASSWORD))
    said = await login_trouble(make_settings(Path()), url)
    assert said is not None
    assert said.startswith("There is no server called mail.league.invalid.")


async def test_a_closed_port() -> None:
    async with SmtpServer() as server:
        pass
    said = await trouble(server, tls="starttls")
    assert said is not None
    assert said.startswith(f"No one answers at 127.0.0.1, port {server.port}: the port is closed")


async def test_a_certificate_of_nobody(authority: trustme.CA) -> None:
    async with SmtpServer(tls="starttls", context=context(authority, "127.0.0.1")) as server:
        said = await trouble(server, tls="starttls")
    assert said is not None
    assert said.startswith(f"The certificate of 127.0.0.1, port {server.port} cannot be trusted")


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_of_another_server(authority: trustme.CA) -> None:
    async with SmtpServer(tls="implicit", context=context(authority, "mail.example.com")) as server:
        said = await trouble(server, tls="implicit")
    assert said is not None
    assert "cannot be trusted" in said


async def test_no_starttls_is_offered() -> None:
    async with SmtpServer(users={"office": PASSWORD}) as server:
        said = await trouble(server, tls="starttls")
        assert server.logins == []
    assert said is not None
    assert "does not offer STARTTLS" in said


async def test_the_other_kind_of_encryption() -> None:
    async with SmtpServer(users={"office": PASSWORD}) as server:
        said = await trouble(server, tls="implicit")
    assert said is not None
    assert "Choose STARTTLS" in said


async def test_a_server_without_a_login() -> None:
    async with SmtpServer() as server:
        said = await trouble(server, tls="none")
    assert said is not None
    assert "offers no login with a password" in said


async def test_a_server_that_is_tired() -> None:
    async with SmtpServer(users={"office": PASSWORD}) as server:
        server.script("auth", "454 4.7.0 Too many login attempts, please try again later")
        said = await trouble(server, tls="none")
    assert said is not None
    assert "It said: 454 4.7.0 Too many login attempts" in said


async def test_google_by_its_file(tmp_path: Path) -> None:
    async with GmailServer() as server:
        file = server.user_file(tmp_path)
        url = SecretUrl(server.mail_url(file))
        assert await login_trouble(make_settings(tmp_path), url) is None
        file.write_text(file.read_text().replace(REFRESH_TOKEN, "a-token-of-nobody"))
        said = await login_trouble(make_settings(tmp_path), url)
    assert said is not None
    assert said.startswith("Google refuses the credentials file or the mailbox")
    assert "a-token-of-nobody" not in said
