"""Who is in which league: taken along from before, read by the login alone, and nothing to do on an own database."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import sql

from bball_tui.database import embedded, migrate, roles
from bball_tui.database.engine import Database
from bball_tui.league.leagues import create_league, list_leagues
from bball_tui.settings import SecretUrl
from tests.conftest import Server

BEFORE = "0020"


@pytest.fixture
def older(server: Server) -> Iterator[str]:
    """A database of before, with two leagues; ``petra`` is staff, ``passer_through`` is not."""
    migrate.create_database(server.embedded.url(embedded.OWNER, "postgres"), "older")
    url = server.embedded.url(embedded.OWNER, "older")
    migrate.upgrade(url, BEFORE)
    with psycopg.connect(url.reveal()) as owner:
        owner.execute("CREATE ROLE petra LOGIN; GRANT bball_staff TO petra; CREATE ROLE passer_through LOGIN")
        owner.execute("INSERT INTO league (slug, name) VALUES ('a', 'A'), ('b', 'B')")
    yield "older"
    server.admin.execute("DROP DATABASE older WITH (FORCE)")
    server.admin.execute("DROP ROLE petra, passer_through")


def asked(url: SecretUrl, question: str) -> object:
    with psycopg.connect(url.reveal()) as connection:
        row = connection.execute(sql.SQL(question)).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.slow
def test_staff_of_before_go_on_as_registrars_and_mailers_of_every_league(server: Server, older: str) -> None:
    owner, petra = server.embedded.url(embedded.OWNER, older), server.embedded.url("petra", older)
    migrate.upgrade(owner)
    both = asked(owner, "SELECT array_agg(id ORDER BY id) FROM league")
    assert asked(petra, "SELECT array(SELECT DISTINCT unnest(bball_leagues()) ORDER BY 1)") == both
    assert asked(petra, "SELECT array(SELECT DISTINCT unnest(bball_leagues('registrar')) ORDER BY 1)") == both
    assert asked(petra, "SELECT array(SELECT DISTINCT unnest(bball_leagues('mailer')) ORDER BY 1)") == both
    assert asked(petra, "SELECT bball_leagues('admin')") == []
    assert asked(owner, "SELECT count(*) FROM league_member WHERE login = 'passer_through'") == 0
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        asked(petra, "SELECT count(*) FROM league_member")
    migrate.downgrade(owner, BEFORE)
    assert asked(petra, "SELECT count(*) FROM league") == 2
    migrate.upgrade(owner)


async def test_whoever_makes_a_league_is_its_admin(server: Server, database_name: str) -> None:
    server.admin.execute("DROP ROLE IF EXISTS founder; CREATE ROLE founder LOGIN")
    group = asked(server.embedded.url(embedded.OWNER, database_name), "SELECT bball_group()")
    server.admin.execute(sql.SQL("GRANT {} TO founder").format(sql.Identifier(str(group))))
    url = server.embedded.url("founder", database_name)
    database = Database(url)
    async with database.session() as session:
        made = await create_league(session, "Eastside", season="Spring 2027")
        assert [league.id for league in await list_leagues(session)] == [made.id]
    await database.dispose()
    for role in ("admin", "registrar", "mailer"):
        assert asked(url, f"SELECT bball_leagues('{role}')") == [made.id]


async def test_the_person_of_an_own_database_has_every_league_without_being_asked(database: Database) -> None:
    async with database.session() as session:
        made = [(await create_league(session, name)).id for name in ("A", "B")]
    for question in ("bball_leagues()", "bball_leagues('admin')", "bball_leagues('mailer')"):
        assert asked(database.url, f"SELECT array(SELECT unnest({question}) ORDER BY 1)") == made


async def test_the_person_is_known_again_in_a_database_from_another_server(
    server: Server, database: Database, database_name: str
) -> None:
    async with database.session() as session:
        made = [(await create_league(session, "A")).id]
    with psycopg.connect(server.embedded.url(embedded.OWNER, database_name).reveal()) as owner:
        owner.execute("UPDATE league_member SET login_oid = 1")
        owner.commit()
        assert asked(database.url, "SELECT bball_leagues()") == []
        roles.ensure_person(owner, str(asked(database.url, "SELECT session_user")))
    assert asked(database.url, "SELECT bball_leagues('admin')") == made
