"""The screen on a club's server: what the role allows, which league, and what happens when a role is taken away."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bball_tui.settings import Settings
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.forms.form import Form
from bball_tui.tui.dialogs.pick_record import PickRecord
from tests.tui.desk_host import opened
from tests.walls.conftest import OWNER, ClubServer


@pytest.fixture
def guests(walls: ClubServer) -> Iterator[None]:
    """nils and nora have no role when the test begins, wherever others gave them one, and lose what they get in it."""
    with walls.login(OWNER) as owner:
        leave = "DELETE FROM league_member WHERE login IN ('nils', 'nora')"
        owner.execute(leave)
        yield
        owner.execute(leave)


def settings(walls: ClubServer, login: str, folder: Path) -> Settings:
    return Settings(data_dir=folder / "data", config_dir=folder / "config", database_url=walls.url(login))


def let(walls: ClubServer, login: str, *leagues: int, role: str = "viewer") -> None:
    with walls.login(OWNER) as owner:
        for league in leagues:
            owner.execute(
                "INSERT INTO league_member (league_id, login, role) VALUES (%s, %s, %s)", (league, login, role)
            )


async def test_a_login_without_a_role_hears_whom_to_ask(walls: ClubServer, tmp_path: Path) -> None:
    async with opened(settings(walls, "nils", tmp_path)) as desk:
        await desk.shows("No league is open to the login 'nils'", "bball-tui staff add nils")


@pytest.mark.usefixtures("guests")
async def test_an_admin_gives_roles_on_the_screen(walls: ClubServer, tmp_path: Path) -> None:
    async with opened(settings(walls, "alma", tmp_path)) as desk:
        await desk.shows("Ames, Ann")
        await desk.press("ampersand")
        await desk.until(lambda: isinstance(desk.app.screen, PickRecord))
        await desk.shows("alma", "admin, mailer, registrar", "coordinator of Hawks")
        await desk.press("n")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await desk.press(*"ulla", "tab", "space", "enter")
        await desk.shows("The server has no login 'ulla'")
        await desk.press("end", *["backspace"] * 4, *"nora", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, PickRecord))
        await desk.shows("nora")
    with walls.login("nora") as nora:
        assert nora.execute("SELECT bball_roles(%s)", (walls.a,)).fetchone() == (["viewer"],)


@pytest.mark.usefixtures("guests")
async def test_of_several_leagues_one_is_chosen_and_another_later(walls: ClubServer, tmp_path: Path) -> None:
    let(walls, "nils", walls.a, walls.b)
    async with opened(settings(walls, "nils", tmp_path)) as desk:
        await desk.until(lambda: isinstance(desk.app.screen, PickRecord))
        await desk.shows("Which league?", "a · you are viewer")
        await desk.press("enter")
        await desk.until(lambda: desk.app.connection is not None and desk.app.screen is desk.app.desk)
        await desk.shows("Ames, Ann")
        assert desk.app.connection is not None
        assert desk.app.connection.league.id == walls.a
        await desk.settle()
        await desk.until(lambda: not desk.reading)
        await desk.press("number_sign")
        await desk.until(lambda: isinstance(desk.app.screen, PickRecord))
        await desk.shows("b · you are viewer")
        # What is being read when the database is closed would leave its connection behind.
        await desk.settle()
        await desk.until(lambda: not desk.reading)
        await desk.press("down", "enter")
        await desk.until(
            lambda: (connection := desk.app.desk.connection) is not None and connection.league.id == walls.b
        )
        await desk.shows("Ames, Ann")


@pytest.mark.usefixtures("guests")
async def test_whose_login_is_shut_while_it_is_open_is_told(walls: ClubServer, tmp_path: Path) -> None:
    let(walls, "nora", walls.a)
    with walls.login("nora") as psql:
        async with opened(settings(walls, "nora", tmp_path)) as desk:
            await desk.shows("Ames, Ann")
            await desk.until(lambda: not desk.reading)
            with walls.login("postgres") as administrator:
                administrator.execute("ALTER ROLE nora NOLOGIN")
            try:
                desk.app.desk.heard("league")
                await desk.until(lambda: isinstance(desk.app.screen, ErrorDialog))
                await desk.shows("You have no role in a anymore, or your login may not log in anymore")
                # Nor does any other connection that it still has see anything.
                assert psql.execute("SELECT count(*) FROM contract").fetchone() == (0,)
            finally:
                with walls.login("postgres") as administrator:
                    administrator.execute("ALTER ROLE nora LOGIN")


@pytest.mark.usefixtures("guests")
async def test_who_loses_the_role_while_it_is_open_is_told(walls: ClubServer, tmp_path: Path) -> None:
    let(walls, "nora", walls.a)
    async with opened(settings(walls, "nora", tmp_path)) as desk:
        await desk.shows("Ames, Ann")
        await desk.until(lambda: not desk.reading)
        with walls.login(OWNER) as owner:
            owner.execute("DELETE FROM league_member WHERE login = 'nora' AND league_id = %s", (walls.a,))
        await desk.until(lambda: isinstance(desk.app.screen, ErrorDialog))
        await desk.shows("You have no role in a anymore")


@pytest.mark.usefixtures("guests")
async def test_whose_role_changes_while_it_is_open_reads_in_every_list_what_the_new_one_lets_them(
    walls: ClubServer, tmp_path: Path
) -> None:
    let(walls, "nora", walls.a)
    async with opened(settings(walls, "nora", tmp_path)) as desk:
        await desk.press("3")
        await desk.shows("Ames, Ann", "hidden")
        let(walls, "nora", walls.a, role="registrar")
        await desk.shows("Jan 1, 2015")
        assert "hidden" not in desk.text
        with walls.login(OWNER) as owner:
            owner.execute("DELETE FROM league_member WHERE login = 'nora' AND role = 'registrar'")
        await desk.shows("hidden")
        assert "Jan 1, 2015" not in desk.text


@pytest.mark.parametrize("first", ["a kept connection", "the listener", "a new connection"])
async def test_whose_login_is_dropped_while_it_is_open_is_told(walls: ClubServer, tmp_path: Path, first: str) -> None:
    """Whichever part of the screen meets it first: all of them know that the database is not away."""
    connected = "FROM pg_stat_activity WHERE usename = 'paula'"
    with walls.login("postgres") as administrator:
        administrator.execute("CREATE ROLE paula LOGIN PASSWORD 'paula-secret'; GRANT bball_staff_walls TO paula")
        let(walls, "paula", walls.a)
        async with opened(settings(walls, "paula", tmp_path)) as desk:
            await desk.shows("Ames, Ann", "● shared database")
            await desk.until(lambda: not desk.reading)
            (all_of_them,) = administrator.execute(f"SELECT array_agg(pid) {connected}".encode()).fetchone() or ([],)
            listening = f"SELECT pid {connected} AND application_name <> 'bball-tui'".encode()
            await desk.until(lambda: administrator.execute(listening).rowcount == 1)
            (listener,) = administrator.execute(listening).fetchone() or (0,)
            administrator.execute("DROP ROLE paula")
            if first == "a kept connection":
                with walls.login(OWNER) as owner:
                    owner.execute("UPDATE league SET name = name WHERE id = %s", (walls.a,))
            else:  # the listener is not let in again, and what asks after it has a connection or not
                cut = [listener] if first == "the listener" else [listener, *all_of_them]
                administrator.execute("SELECT pg_terminate_backend(pid) FROM unnest(%s::int[]) AS pid", (cut,))
            await desk.until(lambda: isinstance(desk.app.screen, ErrorDialog))
            await desk.shows("You have no role in a anymore", "! no league is open")
        with walls.login(OWNER) as owner:
            owner.execute("DELETE FROM league_member WHERE login = 'paula'")
