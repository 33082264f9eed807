"""The mail URL and the credential files of Gmail: what is taken, and what each refusal says."""

import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bball_tui.errors import BballError
from bball_tui.mail.from_address import default_sender
from bball_tui.mail.transports import open_transport, parse_mail_url
from bball_tui.mail.transports.gmail_credentials import TOKEN_URI, AuthorizedUser, read_credentials
from bball_tui.mail.transports.gmail_target import GMAIL, GmailTarget
from bball_tui.mail.transports.gmail_transport import GmailTransport
from bball_tui.settings import SecretUrl
from tests.mail.factory import make_settings

USER_FILE = {"type": "authorized_user", "client_id": "1", "client_secret": "hunter2", "refresh_token": "hunter2"}
SERVICE_FILE = {
    "type": "service_account",
    "client_email": "desk@westside-mail.example",
    "private_key_id": "1",
    "private_key": "hunter2",
}


@pytest.fixture
def key(tmp_path: Path) -> Path:
    path = tmp_path / "key file.json"
    path.write_text(json.dumps(USER_FILE))
    return path


def test_gmail_urls(key: Path) -> None:
    where = str(key).replace(" ", "%20")
    url = f"gmail://office@westside.example?credentials={where}"
    assert parse_mail_url(SecretUrl(url))[1] == GmailTarget("office@westside.example", key, GMAIL)
    more = f"GMAIL://o%2Bmail@westside.example/?credentials={where}&data_timeout=60&endpoint=http://127.0.0.1:8025"
    assert parse_mail_url(SecretUrl(more))[1] == GmailTarget(
        "o+mail@westside.example", key, "http://127.0.0.1:8025", data_timeout=60
    )


@pytest.mark.parametrize(
    ("rest", "words"),
    [
        ("office@westside.example", "needs credentials=FILE"),
        ("office@westside.example?credentials=", "needs credentials=FILE"),
        ("office@westside.example?credentials=/no/such/file", "there is no file /no/such/file"),
        ("?credentials=KEY", "begins with the address"),
        ("office@?credentials=KEY", "begins with the address"),
        ("office:hunter2@westside.example?credentials=KEY", "no password and no port"),
        ("office@westside.example:443?credentials=KEY", "no password and no port"),
        ("office@westside.example/inbox?credentials=KEY", "no password and no port"),
        ("office@westside.example?credentials=KEY&tls=none", "options credentials, endpoint and data_timeout"),
        ("office@westside.example?credentials=KEY&credentials=KEY", "the same one twice"),
        ("office@westside.example?credentials=KEY&endpoint=https://evil.example", "a server on this machine"),
        ("office@westside.example?credentials=KEY&endpoint=http://evil.example", "a server on this machine"),
        ("office@westside.example?credentials=KEY&endpoint=http://127.0.0.1@evil.example", "a server on this machine"),
        ("office@westside.example?credentials=KEY&endpoint=http://127.0.0.1:x", "a server on this machine"),
        ("office@westside.example?credentials=KEY&endpoint=http://[::1", "a server on this machine"),
    ],
)
def test_a_gmail_url_that_cannot_work_says_why(key: Path, rest: str, words: str) -> None:
    with pytest.raises(BballError, match=words) as refused:
        parse_mail_url(SecretUrl(f"gmail://{rest}".replace("KEY", str(key))))
    assert "hunter2" not in str(refused.value)


def test_the_mailbox_is_the_sender_of_a_league_without_an_address(tmp_path: Path, key: Path) -> None:
    url = f"gmail://office@westside.example?credentials={key}"
    settings = make_settings(tmp_path, mail_url=url)
    assert default_sender(settings) == "office@westside.example"
    assert isinstance(open_transport(settings), GmailTransport)


def test_a_token_file_of_googles_own_library_is_taken(tmp_path: Path) -> None:
    file = tmp_path / "token.json"
    file.write_text(json.dumps({**USER_FILE, "token": "x", "scopes": ["y"], "expiry": "2027-01-01T00:00:00Z"}))
    read = read_credentials(file, "office@westside.example")
    assert isinstance(read, AuthorizedUser)
    assert read.token_uri == TOKEN_URI
    assert "hunter2" not in repr(read)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("hunter2", "is no credentials file"),
        ('["hunter2"]', "is no credentials file"),
        ('{"client_id": {"hunter2": 1}}', "is no credentials file"),
        (json.dumps(USER_FILE | {"type": "external_account"}), "should be authorized_user or service_account"),
        (json.dumps({"type": "authorized_user", "client_secret": "hunter2"}), "is missing client_id, refresh_token"),
        ('{"installed": {"client_secret": "hunter2"}}', "is missing client_id, client_secret, refresh_token"),
        (json.dumps({"type": "service_account", "private_key": "hunter2"}), "is missing client_email, private_key_id"),
        (json.dumps(SERVICE_FILE), "private_key in .* is no RSA key"),
        (json.dumps(USER_FILE | {"token_uri": "http://evil.example/token"}), "should begin with https://"),
        (json.dumps(USER_FILE | {"token_uri": "hunter2"}), "should begin with https://"),
    ],
)
def test_a_credentials_file_that_cannot_work_says_why_and_keeps_its_secrets(
    tmp_path: Path, content: str, words: str
) -> None:
    file = tmp_path / "key.json"
    file.write_text(content)
    with pytest.raises(BballError, match=words) as refused:
        read_credentials(file, "office@westside.example")
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    pem = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file = tmp_path / "key.json"
    file.write_text(json.dumps(SERVICE_FILE | {"private_key": pem.decode()}))
    with pytest.raises(BballError, match="is no RSA key"):
        read_credentials(file, "office@westside.example")


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(BballError, match="cannot be read"):
        read_credentials(tmp_path / "gone.json", "office@westside.example")
