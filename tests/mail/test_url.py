import contextlib
from pathlib import Path

import pytest
import trustme
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.errors import BballError
from bball_tui.language import use
from bball_tui.mail.providers import Tls
from bball_tui.mail.safe_values import is_loopback
from bball_tui.mail.transports import open_transport, parse_mail_url
from bball_tui.mail.transports.maildir import MaildirTarget, MaildirTransport
from bball_tui.mail.transports.smtp_target import SmtpTarget
from bball_tui.mail.transports.smtp_transport import SmtpTransport
from bball_tui.settings import SecretUrl
from tests.mail.factory import make_settings


@pytest.mark.parametrize(
    ("url", "target"),
    [
        ("smtp://smtp.example.com", SmtpTarget("smtp.example.com", 587, Tls.STARTTLS)),
        ("smtp://smtp.example.com:465", SmtpTarget("smtp.example.com", 465, Tls.IMPLICIT)),
        ("smtp://smtp.example.com?tls=implicit", SmtpTarget("smtp.example.com", 465, Tls.IMPLICIT)),
        ("smtp://smtp.example.com:2525/?tls=starttls", SmtpTarget("smtp.example.com", 2525, Tls.STARTTLS)),
        ("SMTP://localhost:1025", SmtpTarget("localhost", 1025, Tls.NONE)),
        ("smtp://[::1]?tls=none", SmtpTarget("::1", 25, Tls.NONE)),
        ("smtp://127.0.0.1:25?tls=starttls", SmtpTarget("127.0.0.1", 25, Tls.STARTTLS)),
        (
            "smtp://rosa%40westside.example:p%40ss%2F%23%3A@smtp.example.com?data_timeout=300",
            SmtpTarget("smtp.example.com", 587, Tls.STARTTLS, "rosa@westside.example", "p@ss/#:", data_timeout=300),
        ),
        (
            "smtp://smtp.example.com?reply_timeout=90&rate=0.5",
            SmtpTarget("smtp.example.com", 587, Tls.STARTTLS, reply_timeout=90, rate=0.5),
        ),
        ("maildir:///srv/league%20mail", MaildirTarget(Path("/srv/league mail"))),
    ],
)
def test_mail_urls(url: str, target: object) -> None:
    assert parse_mail_url(SecretUrl(url))[1] == target


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.com", "Use one of: smtp://.*maildir:///folder"),
        ("smtp.example.com", "no way to send e-mail"),
        ("smtp://smtp.example.com?tls=none", "a server on this machine only"),
        ("smtp://10.0.0.1?tls=none", "a server on this machine only"),
        ("smtp://localhost.evil.example?tls=none", "a server on this machine only"),
        ("smtp://smtp.example.com?tls=maybe", "It may be starttls, implicit, none"),
        ("smtp://smtp.example.com?tsl=none", "not: tsl"),
        ("smtp://smtp.example.com?tls=none&tls=starttls", "the same one twice"),
        ("smtp://hunter2@smtp.example.com", "both a user name and a password"),
        ("smtp://", "needs a host"),
        ("smtp://smtp.example.com/inbox", "nothing after it but options"),
        ("smtp://user:hunter2#x@smtp.example.com", "special characters in a password"),
        ("smtp://user:hunter2@smtp.example.com:x", "cannot be read"),
        ("smtp://user:hunter2@[smtp.example.com", "cannot be read"),
        ("smtp://smtp.example.com:0", "needs a host"),
        ("smtp://smtp.example.com?ca=/no/such/file", "there is no such file"),
        ("smtp://localhost?tls=none&ca=/etc/hostname", "tls=none needs none"),
        ("smtp://smtp.example.com?data_timeout=soon", "from 1 to 600"),
        ("smtp://smtp.example.com?data_timeout=nan", "from 1 to 600"),
        ("smtp://smtp.example.com?data_timeout=9999", "from 1 to 600"),
        ("smtp://smtp.example.com?reply_timeout=0", "reply_timeout=0 in .* from 1 to 600"),
        ("smtp://smtp.example.com?rate=fast", "rate=fast in .* e-mails a second"),
        ("smtp://smtp.example.com?rate=nan", "from 0.01 to 1000"),
        ("smtp://smtp.example.com?rate=0", "from 0.01 to 1000"),
        ("maildir://srv/mail", "three slashes"),
        ("maildir:mail", "three slashes"),
    ],
)
def test_a_mail_url_that_cannot_work_says_why_and_keeps_its_secret(url: str, words: str) -> None:
    with pytest.raises(BballError, match=words) as refused:
        parse_mail_url(SecretUrl(url))
    assert "hunter2" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.text(max_size=60))
def test_any_text_gives_a_target_or_our_own_error(text: str) -> None:
    for url in (text, f"smtp://{text}", f"smtp://host?{text}", f"maildir://{text}"):
        with contextlib.suppress(BballError):
            parse_mail_url(SecretUrl(url))


def test_the_password_is_in_no_repr() -> None:
    target = parse_mail_url(SecretUrl("smtp://user:hunter2@smtp.example.com"))[1]
    assert "hunter2" not in repr(target)
    assert "hunter2" not in f"{target}"


def test_what_is_this_machine() -> None:
    assert all(map(is_loopback, ("localhost", "LOCALHOST", "127.0.0.1", "127.9.9.9", "::1")))
    assert not any(map(is_loopback, ("example.com", "10.0.0.1", "0.0.0.0", "", "127.0.0.1.evil.example")))  # noqa: S104


def test_the_transport_follows_the_settings(tmp_path: Path) -> None:
    with pytest.raises(BballError, match=r"No mail server is set up yet.*\{mail\.setup\}"):
        open_transport(make_settings(tmp_path))
    use("es")
    try:
        with pytest.raises(BballError, match="Todavía no hay servidor de correo"):
            open_transport(make_settings(tmp_path))
    finally:
        use("en")
    folder = open_transport(make_settings(tmp_path, mail_url="maildir:///tmp/x"))
    assert isinstance(folder, MaildirTransport)
    assert folder.provider == "maildir"
    smtp = open_transport(make_settings(tmp_path, mail_url="smtp://user:hunter2@smtp.example.com"))
    assert isinstance(smtp, SmtpTransport)
    assert smtp.provider == "smtp:smtp.example.com:587"
    assert "hunter2" not in repr(vars(smtp))


def test_a_certificate_file_must_hold_certificates(tmp_path: Path) -> None:
    good, bad = tmp_path / "ca.pem", tmp_path / "bad.pem"
    trustme.CA().cert_pem.write_to_path(good)
    bad.write_text("no certificate", encoding="utf-8")
    open_transport(make_settings(tmp_path, mail_url=f"smtp://smtp.example.com?ca={good}"))
    with pytest.raises(BballError, match="holds no certificates"):
        open_transport(make_settings(tmp_path, mail_url=f"smtp://smtp.example.com?ca={bad}"))
