"""Only a registrar merges, only within the own league, and nobody changes by hand what a merge moves."""

import psycopg
import pytest
from psycopg import errors

from bball_tui.database.engine import Database
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import unmerge_people
from tests.walls.conftest import OWNER, ClubServer

MERGE = "SELECT bball_merge_people(%s, 'player', %s, %s, '{}', '{}')"


def players(walls: ClubServer, league: int) -> list[tuple[int, object]]:
    with walls.login(OWNER) as owner:
        rows = owner.execute(
            "SELECT id, to_jsonb(p) - 'version' FROM player p WHERE league_id = %s ORDER BY id", (league,)
        ).fetchall()
        return [(row[0], row[1]) for row in rows]


async def test_a_registrar_merges_and_takes_it_back(walls: ClubServer) -> None:
    before = players(walls, walls.a)
    (kept, _), (gone, _), *_ = before
    database = Database(walls.url("rita"))
    try:
        async with database.session() as session:
            done = await merge_people(session, walls.a, MergeRequest(Person.PLAYER, kept, gone, {}))
            assert len(done.ended) == 1
        assert [one for one, _ in players(walls, walls.a)] == [one for one, _ in before if one != gone]
        async with database.session() as session:
            undone = await unmerge_people(session, walls.a, Person.PLAYER, gone)
            assert undone.restored == done.ended
        # When the row was made is part of what is restored.
        assert players(walls, walls.a) == before
    finally:
        await database.dispose()


@pytest.mark.parametrize("login", ["vera", "mia", "cora", "bert"])
def test_nobody_else_merges(walls: ClubServer, login: str) -> None:
    (kept, _), (gone, _), *_ = players(walls, walls.a)
    with walls.login(login) as one, pytest.raises(errors.InsufficientPrivilege, match="only a registrar"):
        one.execute(MERGE, (walls.a, kept, gone))
    with walls.login(login) as one, pytest.raises(errors.InsufficientPrivilege, match="only a registrar"):
        one.execute("SELECT bball_unmerge_people(%s, 1)", (walls.a,))


def test_an_id_of_another_league_is_as_good_as_none(walls: ClubServer) -> None:
    (kept, _), *_ = players(walls, walls.a)
    (theirs, _), *_ = players(walls, walls.b)
    with walls.login("alma") as alma:
        for gone in (theirs, 987654321):
            with pytest.raises(errors.ForeignKeyViolation, match="there is no such player in league"):
                alma.execute(MERGE, (walls.a, kept, gone))
        merge = alma.execute("SELECT id FROM merged_person").fetchall()
        assert merge
    with walls.login("bert") as bert, pytest.raises(errors.IntegrityConstraintViolation, match="does not stand"):
        bert.execute("SELECT bball_unmerge_people(%s, %s)", (walls.b, merge[0][0]))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO merged_person (league_id, kind, kept_id, gone_id, stays_id, name, was, moved)"
        " SELECT league_id, 'player', 1, 2, 1, 'x', '{}', '{}' FROM player LIMIT 1",
        "UPDATE merged_person SET moved = '{}'",
        "DELETE FROM merged_person",
        "UPDATE player SET merged_names = 'x'",
        "UPDATE signature SET guardian_id = NULL",
    ],
)
def test_what_a_merge_writes_nobody_writes_by_hand(walls: ClubServer, statement: str) -> None:
    with walls.login("alma") as alma, pytest.raises(errors.InsufficientPrivilege):
        alma.execute(statement.encode())


def test_who_signed_is_moved_by_a_merge_alone(walls: ClubServer) -> None:
    """The owner of the tables is held to it as well."""
    with walls.login(OWNER) as owner, pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="never changed"):
        owner.execute(
            "UPDATE signature s SET guardian_id = (SELECT min(id) FROM guardian WHERE league_id = s.league_id)"
        )
