"""Setting up e-mail: filled in, tried, told in words what is wrong, saved; and the password never on the screen."""

import asyncio

import pytest

from bball_tui.errors import BballError
from bball_tui.mail.providers import PROVIDERS
from bball_tui.mail.setup import account_of, fields_of
from bball_tui.settings import SecretUrl
from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.dialogs.mail_setup import MailBefore, MailSetup
from tests.tui.dialog_host import ROOMY, SMALL, USUAL, Desk, asking
from tests.tui.hands import resize

pytestmark = pytest.mark.slow

PASSWORD = "s3cr/t @#:%"


class Accounts:
    """What a league answers; ``trouble`` is what the mail server says."""

    def __init__(self, trouble: str | None = None) -> None:
        self.trouble = trouble
        self.fails: str | None = None
        self.tried: list[str] = []
        self.sent: list[tuple[str, str]] = []
        self.kept: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def try_mail(self, url: SecretUrl) -> str | None:
        self.tried.append(url.reveal())
        await self.gate.wait()
        return self.trouble

    async def send_trial(self, url: SecretUrl, from_email: str, mine: str) -> str:
        self.sent.append((from_email, mine))
        return mine

    async def keep_mail(self, url: SecretUrl, from_email: str) -> None:
        if self.fails is not None:
            raise BballError(self.fails)
        self.kept.append((url.reveal(), from_email))


def setup(
    accounts: Accounts, url: str | None = None, *, from_email: str = "", variable: str | None = None
) -> MailSetup:
    known = None if url is None else SecretUrl(url)
    return MailSetup(account_of(known), MailBefore(known, from_email, "", variable), accounts)


async def choose(desk: Desk[bool], title: str) -> None:
    """A provider, by keys: the list is searched by typing."""
    await desk.go_to("#in-provider")
    await desk.press("space", *title.lower(), "enter")


async def fill(desk: Desk[bool], **values: str) -> None:
    for name, value in values.items():
        await desk.go_to(f"#in-{name}")
        await desk.press("end", "ctrl+u")
        await desk.type(value)


async def test_every_provider_is_explained_and_nothing_is_cut() -> None:
    dialog = setup(Accounts(), variable="BBALL_MAIL_URL")
    async with asking(dialog, SMALL) as desk:
        for provider in PROVIDERS:
            await choose(desk, provider.title)
            assert dialog.account.provider == provider.id
            seen = await read_through(desk)
            for words in (provider.advice.split(". ")[0], "BBALL_MAIL_URL is set on this computer and wins"):
                assert words in seen
            for label in ("Provider", "Login", "From address", "Test goes to"):
                assert label in seen
            assert ("Google's file" in seen) is ("credentials" in fields_of(dialog.account))
            assert ("Password" in seen) is ("password" in fields_of(dialog.account))
            if provider.host:
                assert provider.host in seen
            assert desk.whole_choices()
        await resize(desk.pilot, ROOMY)
        assert PROVIDERS[-1].advice.split(". ")[0] in await read_through(desk)
        assert desk.whole_choices()


async def read_through(desk: Desk[bool]) -> str:
    """All that the dialog says, page by page."""
    body = desk.app.screen.query_one(".dialog--body")
    body.scroll_home(animate=False)
    await desk.settle()
    seen = desk.line
    while body.scroll_y < body.max_scroll_y:
        await desk.press("pagedown")
        seen += " " + desk.line
    return seen


async def test_a_login_that_works_is_saved() -> None:
    accounts = Accounts()
    async with asking(setup(accounts), USUAL) as desk:
        await fill(desk, login="office@gmail.com", password=PASSWORD)
        assert PASSWORD not in desk.screen
        await desk.press("enter")
        await desk.until_answered()
    url = "smtp://office%40gmail.com:s3cr%2Ft%20%40%23%3A%25@smtp.gmail.com:587?tls=starttls"
    assert accounts.tried == [url]
    assert accounts.kept == [(url, "office@gmail.com")]
    assert desk.answers == [True]


async def test_a_refusal_is_told_and_may_be_saved_all_the_same() -> None:
    accounts = Accounts("smtp.gmail.com rejected the login or the password. Type both again. It said: 535 5.7.8 No.")
    async with asking(setup(accounts), SMALL) as desk:
        assert "Save anyway" not in desk.screen
        await fill(desk, login="office@gmail.com", password=PASSWORD)
        await desk.press("enter")
        await desk.until_shown("It said: 535 5.7.8 No.")
        for size in (SMALL, ROOMY):
            await resize(desk.pilot, size)
            assert "It said: 535 5.7.8 No." in desk.line
            assert "rejected the login or the password. Type both again." in desk.line
            assert "Save anyway" in desk.screen
            assert desk.whole_choices()
        assert accounts.kept == []
        await fill(desk, password="another")
        assert "Save anyway" not in desk.screen
        await desk.press("ctrl+s")
        assert accounts.kept == []
        await desk.press("enter")
        await desk.until_shown("Save anyway")
        await desk.press("ctrl+s")
        await desk.until_answered()
    assert len(accounts.kept) == 1


async def test_a_relay_on_this_computer_needs_no_login() -> None:
    accounts = Accounts()
    async with asking(setup(accounts, from_email="info@league.test")) as desk:
        await choose(desk, PROVIDERS[-1].title)
        await fill(desk, server="127.0.0.1", port="25")
        await desk.go_to("#in-tls")
        await desk.press("space", *"none", "enter")
        await desk.press("enter")
        await desk.until_answered()
    assert accounts.kept == [("smtp://127.0.0.1:25?tls=none", "info@league.test")]


async def test_another_server_is_filled_in_by_hand() -> None:
    accounts = Accounts()
    async with asking(setup(accounts, from_email="info@league.test")) as desk:
        await choose(desk, "Another")
        await fill(desk, server="mail.league.test", port="2525", login="desk", password=PASSWORD)
        await desk.press("enter")
        await desk.until_answered()
    assert accounts.kept[0][0].startswith("smtp://desk:")
    assert accounts.kept[0][0].endswith("@mail.league.test:2525?tls=starttls")
    assert accounts.kept[0][1] == "info@league.test"


async def test_what_is_missing_is_said_at_its_field_and_esc_leaves_at_once_when_nothing_was_typed() -> None:
    accounts = Accounts()
    async with asking(setup(accounts), SMALL) as desk:
        await desk.press("enter")
        assert "Type your whole e-mail address." in desk.line
        assert "fields to correct; nothing was saved" in desk.line
        assert desk.focus == "in-login"
        assert accounts.tried == []
        await desk.press("escape")
        assert desk.answers == [False]


async def test_the_known_password_is_kept_and_never_shown() -> None:
    accounts = Accounts()
    url = "smtp://office%40gmail.com:s3cr%2Ft@smtp.gmail.com:587?tls=starttls&rate=0.5"
    async with asking(setup(accounts, url, from_email="office@gmail.com")) as desk:
        assert "as it is" in desk.screen
        assert "s3cr" not in desk.screen
        await desk.press("enter")
        await desk.until_answered()
    assert accounts.kept == [(url, "office@gmail.com")]


async def test_one_mail_goes_to_oneself_first_and_a_file_that_cannot_be_written_loses_nothing() -> None:
    accounts = Accounts()
    async with asking(setup(accounts)) as desk:
        await fill(desk, login="office@gmail.com", password=PASSWORD, mine="me@families.test")
        await desk.press("ctrl+t")
        await desk.until_shown("The mail server took the test for me@families.test.")
        assert accounts.sent == [("office@gmail.com", "me@families.test")]
        assert accounts.kept == []
        assert desk.open
        accounts.fails = "The settings file cannot be read (it is not TOML), so nothing was written."
        await desk.press("enter")
        await desk.until_shown("it is not TOML")
        assert desk.open
        accounts.fails = None
        await desk.press("enter")
        await desk.until_answered()
    assert len(accounts.kept) == 1


async def test_esc_stops_a_try_and_asks_before_it_throws_away() -> None:
    accounts = Accounts()
    accounts.gate.clear()
    async with asking(setup(accounts)) as desk:
        await fill(desk, login="office@gmail.com", password=PASSWORD)
        await desk.press("enter", "enter", "ctrl+t")
        assert len(accounts.tried) == 1
        await desk.press("escape")
        assert "Stopped. Nothing was saved." in desk.line
        await desk.press("escape")
        assert "Discard your changes?" in desk.screen
        await desk.press("escape")
        accounts.gate.set()
        await desk.press("enter")
        await desk.until_answered()
    assert desk.answers == [True]


async def test_the_keys_alone_do_it() -> None:
    accounts = Accounts()
    async with asking(setup(accounts)) as desk:
        assert desk.focus == "in-provider"
        await desk.press("space", *"yahoo", "enter", "down", "down", "down", "down")
        assert desk.focus == "in-login"
        await desk.type("office@yahoo.com")
        await desk.press("down")
        await desk.type("abcd efgh ijkl mnop")
        await desk.press("enter")
        await desk.until_answered()
    assert accounts.kept == [
        ("smtp://office%40yahoo.com:abcdefghijklmnop@smtp.mail.yahoo.com:465?tls=implicit", "office@yahoo.com")
    ]


async def test_a_password_does_not_leave_its_field() -> None:
    async with asking(setup(Accounts())) as desk:
        await fill(desk, login="office@gmail.com", password=PASSWORD)
        for copied, key in enumerate(("ctrl+c", "ctrl+x")):
            field = desk.widget("#in-password")
            assert isinstance(field, TextField)
            field.focus()
            field.select_all()
            await desk.press(key)
            assert desk.app.copied == ["office@gmail.com"] * copied
            await desk.go_to("#in-login")
            other = desk.widget("#in-login")
            assert isinstance(other, TextField)
            other.select_all()
            await desk.press(key)
            assert desk.app.copied == ["office@gmail.com"] * (copied + 1)
