"""The first screen, and the way to a shared database."""

import asyncio
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.local_defaults import guess_date_order, guess_season, guess_time_zone
from bball_tui.settings import SecretUrl
from bball_tui.tui.dialogs.connect import ConnectDialog, put_password, take_password
from bball_tui.tui.dialogs.first_run import FirstRun, StartDemo, StartShared, StartWithRoster
from bball_tui.tui.dialogs.new_league import LeagueBasics, NewLeague
from tests.tui.dialog_host import ROOMY, SMALL, USUAL, asking
from tests.tui.hands import send


@pytest.mark.slow
@pytest.mark.parametrize("size", [ROOMY, USUAL, SMALL])
async def test_three_ways_each_with_its_key(size: tuple[int, int]) -> None:
    async with asking(FirstRun(), size) as desk:
        for text in ("[▸Import a roster", " i", "Open the demo league", "Connect to a shared database"):
            assert text in desk.screen
        assert "Nothing leaves this computer" in desk.line
        assert desk.whole_choices()


@pytest.mark.parametrize(("key", "answer"), [("i", StartWithRoster()), ("d", StartDemo()), ("c", StartShared())])
async def test_a_key_begins(key: str, answer: object) -> None:
    async with asking(FirstRun()) as desk:
        await desk.press(key)
        assert desk.answers == [answer]


GUESS = LeagueBasics("", "Winter 2027", "America/Chicago", DateOrder.MDY)


@pytest.mark.parametrize("together", [False, True])
async def test_a_league_has_a_name_and_the_rest_is_guessed(together: bool) -> None:
    async with asking(NewLeague(GUESS)) as desk:
        assert "What is your league's name?" in desk.line
        assert "America/Chicago" in desk.screen
        assert "11/23/2026" in desk.screen
        await desk.press("enter")  # turned down, and so what comes in together with it is left out
        keys = (*"Westside  disc ", "tab", *"Fall 2027", "enter")
        if together:
            send(desk.app, *keys)
            await desk.settle()
        else:
            await desk.press(*keys)
        await desk.until_answered()
        assert desk.answers == [LeagueBasics("Westside disc", "Fall 2027", "America/Chicago", DateOrder.MDY)]


async def test_a_name_that_cannot_be_is_told() -> None:
    async with asking(NewLeague(replace(GUESS, name="W" * 201))) as desk:
        await desk.press("enter")
        assert "201 characters; 200 is the limit" in desk.line
        assert desk.open
        await desk.press("escape")
        assert desk.answers == [None]


async def test_arrows_and_enter_do_it_as_well() -> None:
    async with asking(FirstRun()) as desk:
        await desk.press("down")
        assert "[▸Open the demo league" in desk.screen
        await desk.press("enter")
        assert desk.answers == [StartDemo()]


async def test_the_mouse_does_it_as_well() -> None:
    async with asking(FirstRun()) as desk:
        await desk.click("roster")
        assert desk.answers == [StartWithRoster()]


@pytest.mark.parametrize(
    ("environment", "order"),
    [
        ({"LANG": "en_US.UTF-8"}, DateOrder.MDY),
        ({"LANG": "C.UTF-8"}, DateOrder.MDY),
        ({}, DateOrder.MDY),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "de_DE.UTF-8@euro"}, DateOrder.DMY),
        ({"LC_ALL": "sv_SE", "LC_TIME": "de_DE"}, DateOrder.YMD),
    ],
)
def test_how_dates_are_written_is_guessed_by_the_country(environment: dict[str, str], order: DateOrder) -> None:
    assert guess_date_order(environment) is order


def test_the_time_zone_is_guessed_by_what_the_computer_says(tmp_path: Path) -> None:
    zones = tmp_path / "zoneinfo" / "America"
    zones.mkdir(parents=True)
    (zones / "Denver").touch()
    link, name, nothing = tmp_path / "localtime", tmp_path / "timezone", tmp_path / "nothing"
    link.symlink_to(zones / "Denver")
    name.write_text("America/Phoenix\n")
    assert guess_time_zone({"TZ": ":America/New_York"}, localtime=link, timezone=name) == "America/New_York"
    assert guess_time_zone({"TZ": "EST5EDT,M3.2.0"}, localtime=link, timezone=name) == "America/Denver"
    assert guess_time_zone({}, localtime=nothing, timezone=name) == "America/Phoenix"
    assert guess_time_zone({"TZ": "../../etc/passwd"}, localtime=nothing, timezone=nothing) == "UTC"


def test_the_season_is_the_next_one_that_begins() -> None:
    months = {1: "Spring 2026", 3: "Spring 2026", 4: "Summer 2026", 8: "Fall 2026", 11: "Winter 2027"}
    assert {month: guess_season(date(2026, month, 20)) for month in months} == months


# Connecting


class Server:
    def __init__(self, failure: str | None = None) -> None:
        self.failure = failure
        self.tried: list[SecretUrl] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def __call__(self, url: SecretUrl) -> None:
        self.tried.append(url)
        await self.gate.wait()
        if self.failure:
            raise BballError(self.failure)


async def test_a_server_that_answers_is_the_result() -> None:
    server = Server()
    async with asking(ConnectDialog(server)) as desk:
        await desk.type("postgresql://maria@db.test/league")
        await desk.press("tab")
        await desk.type("s3cr/t@")
        assert "s3cr" not in desk.screen
        await desk.press("enter")
        await desk.until_answered()
        expected = SecretUrl("postgresql://maria:s3cr%2Ft%40@db.test/league")
        assert server.tried == [expected]
        assert desk.answers == [expected]


async def test_a_password_in_the_address_is_hidden_at_once() -> None:
    server = Server()
    async with asking(ConnectDialog(server)) as desk:
        await desk.type("postgresql://maria:hunter2@db.test/league")
        assert "hunter2" not in desk.screen
        assert "postgresql://maria@db.test/league" in desk.screen
        await desk.press("enter")
        await desk.until_answered()
        assert server.tried == [SecretUrl("postgresql://maria:hunter2@db.test/league")]


async def test_a_refusal_is_a_sentence_and_nothing_is_lost() -> None:
    server = Server("The server does not know the user maria. Check the name.")
    async with asking(ConnectDialog(server, SecretUrl("postgresql://maria:pw@db.test/league"))) as desk:
        await desk.press("enter")
        await desk.until_shown("The server does not know the user maria.")
        assert desk.open
        assert "postgresql://maria@db.test/league" in desk.screen
        assert "pw" not in desk.screen
        server.failure = None
        await desk.press("enter")
        await desk.until_answered()
        assert desk.answers == [SecretUrl("postgresql://maria:pw@db.test/league")]


@pytest.mark.slow
async def test_it_tries_once_at_a_time_and_esc_gives_up() -> None:
    server = Server()
    server.gate.clear()
    async with asking(ConnectDialog(server, SecretUrl("postgresql://db.test/league"))) as desk:
        await desk.press("enter", "enter")
        assert len(server.tried) == 1
        assert "Connecting" in desk.screen
        await desk.press("escape")
        assert "Stopped." in desk.screen
        assert desk.open
        await desk.press("enter", "escape", "escape")
        assert len(server.tried) == 2
        assert desk.answers == [None]


@pytest.mark.slow
async def test_another_kind_of_address_is_refused_before_it_is_tried() -> None:
    server = Server()
    async with asking(ConnectDialog(server)) as desk:
        await desk.type("mysql://db.test/league")
        await desk.press("enter")
        assert "An address begins with postgresql://" in desk.line
        assert server.tried == []


@given(password=st.text(min_size=1, max_size=20).filter(lambda text: text.isprintable()))
def test_a_password_survives_being_taken_out_and_put_back(password: str) -> None:
    url = "postgresql://maria@db.test:5433/league?sslmode=require"
    assert take_password(put_password(url, password)) == (url, password)


@given(url=st.text(max_size=40))
def test_no_text_breaks_the_address_field(url: str) -> None:
    take_password(url)
    take_password(f"postgresql://{url}")
    put_password(f"postgresql://{url}", "secret")
