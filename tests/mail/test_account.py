"""What people type becomes a mail URL, and nothing that they type can become another part of it."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.mail.account import Account, WrongFields
from bball_tui.mail.providers import PROVIDERS, Provider, Tls, provider_at
from bball_tui.mail.setup import account_of, has_password, mail_url
from bball_tui.mail.transports import parse_mail_url
from bball_tui.mail.transports.gmail_target import GmailTarget
from bball_tui.mail.transports.smtp_target import SmtpTarget
from bball_tui.settings import SecretUrl

typed = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=30)
OWN = Account("own", "mail.league.test", "2525", "starttls", "office", "pass")


@given(login=typed.filter(lambda text: text.strip()), password=typed)
def test_login_and_password_arrive_as_they_were_typed(login: str, password: str) -> None:
    target = parse_mail_url(mail_url(Account("own", "mail.league.test", "2525", "starttls", login, password)))[1]
    assert isinstance(target, SmtpTarget)
    assert (target.host, target.port, target.tls) == ("mail.league.test", 2525, Tls.STARTTLS)
    assert (target.username, target.password) == (login.strip(), password)


@given(st.builds(Account, *[st.text(max_size=12)] * 7))
def test_whatever_is_typed_is_a_url_or_refused_by_field(account: Account) -> None:
    wrong: set[str] = set()
    try:
        parse_mail_url(mail_url(account))
    except WrongFields as error:
        wrong = set(error.problems)
    assert wrong <= {"server", "port", "tls", "login", "password", "credentials"}


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda one: one.id)
def test_a_preset_needs_nothing_but_login_and_password(provider: Provider, tmp_path: Path) -> None:
    one = provider
    file = tmp_path / "google.json"
    file.touch()
    blank = Account(login="office@league.test", credentials=str(file)).at(one)
    account = Account(
        blank.provider, blank.server or "mail.league.test", blank.port, blank.tls, blank.login, "secret", str(file)
    )
    target = parse_mail_url(mail_url(account))[1]
    if one.host:
        assert isinstance(target, SmtpTarget)
        assert (target.host, target.port, target.tls) == (one.host, one.port, one.tls)
        assert provider_at(target.host) is one
    assert one.advice.endswith(".")


def test_the_blanks_of_an_app_password_are_no_part_of_it() -> None:
    gmail = Account(login="office@gmail.com", password="abcd efgh\xa0ijkl mnop")
    target = parse_mail_url(mail_url(gmail))[1]
    assert isinstance(target, SmtpTarget)
    assert target.password == "abcdefghijklmnop"
    elsewhere = parse_mail_url(mail_url(Account("own", "mail.test", "587", "starttls", "u", "abcd efgh ijkl mnop")))[1]
    assert isinstance(elsewhere, SmtpTarget)
    assert elsewhere.password == "abcd efgh ijkl mnop"


def test_the_known_password_stays_only_for_the_same_login_at_the_same_server() -> None:
    known = SecretUrl("smtp://office:old%40word@mail.league.test:587?tls=starttls&rate=0.5")
    again = account_of(known)
    assert again.password == ""
    assert has_password(again, known)
    target = parse_mail_url(mail_url(again, known))[1]
    assert isinstance(target, SmtpTarget)
    assert (target.password, target.rate) == ("old@word", 0.5)
    for other in (
        Account("own", "evil.test", "587", "starttls", "office"),
        Account("own", "mail.league.test", "587", "starttls", "maria"),
    ):
        assert not has_password(other, known)
        with pytest.raises(WrongFields) as wrong:
            mail_url(other, known)
        assert set(wrong.value.problems) == {"password"}


@pytest.mark.parametrize(
    ("account", "field"),
    [
        (Account("own", "smtp://mail.test", "587", "starttls", "u", "p"), "server"),
        (Account("own", "", "587", "starttls", "u", "p"), "server"),
        (Account("own", "mail.test", "0", "starttls", "u", "p"), "port"),
        (Account("own", "mail.test", "²", "starttls", "u", "p"), "port"),
        (Account("own", "mail.test", "25", "none", "u", "p"), "tls"),
        (Account("own", "mail.test", "25", "starttls", "", "p"), "login"),
        (Account("gmail", "smtp.gmail.com", "587", "starttls", "", ""), "login"),
        (Account("workspace", login="office@league.test", credentials="/none.json"), "credentials"),
        (Account("workspace", login="office", credentials="/none.json"), "login"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(account: Account, field: str) -> None:
    with pytest.raises(WrongFields) as wrong:
        mail_url(account)
    assert field in wrong.value.problems


def test_a_server_of_ones_own_may_want_no_login() -> None:
    target = parse_mail_url(mail_url(Account("own", "::1", "1025", "none")))[1]
    assert isinstance(target, SmtpTarget)
    assert (target.host, target.username) == ("::1", None)


def test_the_file_of_google_is_read_back(tmp_path: Path) -> None:
    file = tmp_path / "with space & more.json"
    file.touch()
    url = mail_url(Account("workspace", login="office@league.test", credentials=str(file)))
    target = parse_mail_url(url)[1]
    assert isinstance(target, GmailTarget)
    assert (target.user, target.credentials) == ("office@league.test", file)
    again = account_of(url)
    assert (again.provider, again.login, again.credentials) == ("workspace", "office@league.test", str(file))


def test_no_password_is_ever_shown() -> None:
    assert "pass" not in repr(Account("own", "mail.test", "1", "starttls", "u", "pass")).replace("password", "")
    assert "hunter2" not in repr(account_of(SecretUrl("smtp://u:hunter2@mail.test:587")))
