"""A login of league A has nothing of league B: in no table, by no way that SQL has. The catalog says which."""

from collections.abc import Iterator
from contextlib import suppress

import psycopg
import pytest
from msgspec.structs import replace
from psycopg import errors, sql

from bball_tui.database.engine import Database
from bball_tui.database.models import Base
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.league.leagues import create_league, list_leagues
from bball_tui.outbox.queue import Departure, NewItem, claim, enqueue, mark_on_wire
from bball_tui.outbox.settling import Ending, Report, settle
from tests.walls.conftest import OWNER, ClubServer

TABLES = sorted(Base.metadata.tables)
HIDDEN = ("league_channel", "league_member")
"""What nobody reads but through functions."""


def key(table: str) -> sql.Identifier:
    return sql.Identifier("id" if table == "league" else "league_id")


@pytest.fixture
def alma(walls: ClubServer) -> Iterator[psycopg.Connection]:
    with walls.login("alma") as connection:
        yield connection


@pytest.fixture
def owner(walls: ClubServer) -> Iterator[psycopg.Connection]:
    with walls.login(OWNER) as connection:
        yield connection


def one(connection: psycopg.Connection, question: str, *values: object) -> object:
    row = connection.execute(question.encode(), values).fetchone()
    assert row is not None
    return row[0]


# What the catalog says of every table


def test_no_table_and_no_function_is_forgotten(owner: psycopg.Connection) -> None:
    rows = owner.execute(
        """
        SELECT relname, relrowsecurity AND relforcerowsecurity,
               ARRAY(SELECT concat(pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid))
                     FROM pg_policy WHERE polrelid = c.oid AND polname <> 'owner')
        FROM pg_class c WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'f', 'm')
            AND relname <> 'alembic_version'
        """
    ).fetchall()
    assert sorted(row[0] for row in rows) == TABLES
    assert [name for name, forced, _ in rows if not forced] == []
    assert sorted(name for name, _, policies in rows if not policies) == list(HIDDEN)
    # Asked once a statement: a function of the row would be asked for each one.
    once = ("( SELECT bball_leagues(", "( SELECT bball_everywhere(")
    assert [(name, p) for name, _, policies in rows for p in policies if not any(w in p for w in once)] == []
    assert (
        one(
            owner,
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'v'"
            " AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)",
        )
        == 0
    )
    unpinned = owner.execute(
        """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace
            AND (prosecdef OR prorettype = 'trigger'::regtype)
            AND NOT EXISTS (SELECT FROM unnest(proconfig) AS set WHERE set LIKE 'search_path=pg_catalog, %pg_temp')
        """
    ).fetchall()
    assert unpinned == []
    trusting = owner.execute(
        """
        SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef
            AND 'in_league' = ANY (proargnames) AND has_function_privilege('bball_staff_walls', oid, 'EXECUTE')
            AND prosrc !~ 'bball_(leagues|roles)\\(|bball_refuse|session_user'
        """
    ).fetchall()
    assert trusting == []


def test_whatever_is_unique_or_points_is_so_within_a_league(owner: psycopg.Connection) -> None:
    across = owner.execute(
        """
        SELECT conrelid::regclass::text || '.' || conname FROM pg_constraint
        WHERE contype = 'f' AND confrelid <> 'league'::regclass AND connamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = confrelid AND attnum = ANY (confkey)
                            AND attname = 'league_id')
        """
    ).fetchall()
    assert across == []
    shared = owner.execute(
        """
        SELECT indrelid::regclass::text, i.relname FROM pg_index JOIN pg_class i ON i.oid = indexrelid
        WHERE indisunique AND i.relnamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = indrelid AND attnum = ANY (indkey)
                            AND (attname = 'league_id' OR attidentity <> ''))
        """
    ).fetchall()
    # The short name of a league is in its address, and no secret; nobody may choose an id.
    assert sorted(shared) == [("alembic_version", "alembic_version_pkc"), ("league", "uq_league_slug")]
    chosen = owner.execute(
        "SELECT attrelid::regclass::text FROM pg_attribute WHERE attidentity <> ''"
        " AND (has_column_privilege('bball_staff_walls', attrelid, attnum, 'INSERT')"
        " OR has_column_privilege('bball_staff_walls', attrelid, attnum, 'UPDATE'))"
    ).fetchall()
    assert chosen == []


@pytest.mark.parametrize("table", TABLES)
def test_there_is_something_to_protect(owner: psycopg.Connection, walls: ClubServer, table: str) -> None:
    question = sql.SQL("SELECT count(*) FROM {} WHERE {} = {}").format(sql.Identifier(table), key(table), walls.b)
    row = owner.execute(question).fetchone()
    assert row is not None
    assert row[0] > 0


# What the other league's staff can do


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_read(alma: psycopg.Connection, walls: ClubServer, table: str) -> None:
    name = sql.Identifier(table)
    if table in HIDDEN:
        with pytest.raises(errors.InsufficientPrivilege):
            alma.execute(sql.SQL("SELECT FROM {}").format(name))
        return
    seen = {row[0] for row in alma.execute(sql.SQL("SELECT {} FROM {}").format(key(table), name))}
    assert seen <= {walls.a}
    assert table == "saved_filter" or seen == {walls.a}
    with alma.cursor().copy(sql.SQL("COPY {} ({}) TO STDOUT").format(name, key(table))) as copied:
        assert {int(bytes(row)) for row in copied} == seen
    # A function that tells what it is given, before the policy has looked: there is nothing to tell.
    leak = sql.SQL("SELECT count(*) FROM {} t WHERE {} = {} AND CAST(t.*::text AS integer) = 1")
    assert alma.execute(leak.format(name, key(table), walls.b)).fetchone() == (0,)
    assert one(alma, "SELECT count(*) FROM pg_stats WHERE schemaname = 'public' AND tablename = %s", table) == 0


@pytest.mark.parametrize("table", TABLES)
def test_nothing_is_changed(alma: psycopg.Connection, owner: psycopg.Connection, walls: ClubServer, table: str) -> None:
    name, where = sql.Identifier(table), sql.SQL("{} = {}").format(key(table), walls.b)
    columns = [row[0] for row in owner.execute(
        "SELECT attname FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped"
        " AND attgenerated = '' AND attidentity = ''", (table,)
    )]  # fmt: skip
    for column in columns:
        try:
            done = alma.execute(
                sql.SQL("UPDATE {} SET {c} = {c} WHERE {}").format(name, where, c=sql.Identifier(column))
            )
        except errors.InsufficientPrivilege:
            continue
        assert done.rowcount == 0
        assert column != "league_id"
    with suppress(errors.InsufficientPrivilege):
        assert alma.execute(sql.SQL("DELETE FROM {} WHERE {}").format(name, where)).rowcount == 0
    values = [sql.SQL(str(walls.b)) if c == "league_id" else sql.Identifier(c) for c in columns]
    planted = sql.SQL("INSERT INTO {} ({}) SELECT {} FROM {} LIMIT 1").format(
        name, sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join(values), name
    )
    if table == "saved_filter":
        alma.execute("INSERT INTO saved_filter (league_id, list, name, choices) VALUES (%s, 'teams', 'x', '{}')"
                     " ON CONFLICT DO NOTHING", (walls.a,))  # fmt: skip
    # Of a scan a trigger looks before the policy does; it sees no signature of the other league.
    with pytest.raises((errors.InsufficientPrivilege, errors.IntegrityConstraintViolation)):
        alma.execute(planted)


def test_a_pointer_tells_nothing_of_other_leagues(alma: psycopg.Connection, walls: ClubServer) -> None:
    said = set()
    for team in (walls.of_b["team"], 999_999):
        with pytest.raises(errors.ForeignKeyViolation) as refused:
            alma.execute(
                "INSERT INTO group_dismissal (league_id, team_id, group_id) VALUES (%s, %s, '9')", (walls.a, team)
            )
        said.add((refused.value.sqlstate, (refused.value.diag.message_detail or "").replace(str(team), "?")))
    assert len(said) == 1


def test_a_conflict_tells_nothing_of_other_leagues(alma: psycopg.Connection, walls: ClubServer) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        alma.execute(
            "INSERT INTO outbox_message (league_id, outbox_id, subject, mime, sha256)"
            " VALUES (%s, %s, 'x', 'y', sha256('y'))",
            (walls.a, walls.of_b["outbox"]),
        )
    with pytest.raises(errors.InsufficientPrivilege):
        alma.execute(
            "INSERT INTO season (id, league_id, name) OVERRIDING SYSTEM VALUE VALUES (%s, %s, 'x')",
            (walls.of_b["season"], walls.a),
        )


def test_what_was_made_by_mistake_goes_in_the_own_league_alone(alma: psycopg.Connection, walls: ClubServer) -> None:
    with alma.transaction(force_rollback=True):
        made = one(alma, "INSERT INTO season (league_id, name) VALUES (%s, 'By mistake') RETURNING id", walls.a)
        assert one(alma, "SELECT bball_remove_season(%s, %s)", walls.a, made) == made
    with walls.login("bert") as bert:
        made = one(bert, "INSERT INTO season (league_id, name) VALUES (%s, 'By mistake') RETURNING id", walls.b)
        assert alma.execute("SELECT bball_remove_season(%s, %s)", (walls.b, made)).fetchall() == []
        contracts = [walls.of_b["contract"], walls.of_b["second"]]
        assert alma.execute("SELECT bball_remove_contracts(%s, %s)", (walls.b, contracts)).fetchall() == []
        for person in ("player", "guardian"):
            added = "INSERT INTO {} (league_id, first_name, last_name) VALUES (%s, 'By', 'Mistake') RETURNING id"
            new = one(bert, added.format(person), walls.b)
            removes = f"SELECT bball_remove_{person}s(%s, %s)"
            assert alma.execute(removes, (walls.b, [new])).fetchall() == []
            assert bert.execute(removes, (walls.b, [new, walls.of_b[person]])).fetchall() == [(new,)]
        assert one(bert, "SELECT bball_remove_season(%s, %s)", walls.b, made) == made


def test_search_finds_within_the_league_alone(alma: psycopg.Connection, walls: ClubServer) -> None:
    found = "SELECT cardinality(bball_found(%s, NULL, ARRAY['ames', 'rosa'], false))"
    assert one(alma, found, walls.a) == 1
    assert one(alma, found, walls.b) == 0


def test_a_signature_is_in_force_for_its_own_contract_alone(owner: psycopg.Connection, walls: ClubServer) -> None:
    with pytest.raises(errors.ForeignKeyViolation):
        owner.execute(
            "UPDATE contract SET status = 'signed', signature_id = %s WHERE id = %s",
            (walls.of_b["signature"], walls.of_b["second"]),
        )


def test_a_login_without_a_role_sees_nothing(walls: ClubServer) -> None:
    with walls.login("nils") as nils:
        for table in TABLES:
            if table not in HIDDEN:
                assert nils.execute(sql.SQL("SELECT FROM {}").format(sql.Identifier(table))).fetchall() == []


# What each role may


def queue_mail(walls: ClubServer) -> None:
    """One that is due in league A. What became of those that were there is other tests' business."""
    with walls.login(OWNER) as owner:
        owner.execute(
            "INSERT INTO outbox (league_id, kind, recipient, dedupe_key, message_id, payload)"
            " SELECT %s, 'welcome', 'due@families.test', key, '<' || key || '@x.test>', '{}'"
            " FROM (SELECT gen_random_uuid()::text AS key) AS new",
            (walls.a,),
        )


MAY = {
    "UPDATE player SET jersey = '7'": {"alma", "rita"},
    "INSERT INTO season (league_id, name) SELECT id, session_user FROM league": {"alma", "rita"},
    "UPDATE league SET hold_seconds = 11": {"alma"},
    "UPDATE league SET current_season_id = (SELECT max(id) FROM season)": {"alma", "rita"},
    "UPDATE provider_gate SET failures = 1": {"alma", "mia"},
    "UPDATE outbox SET max_attempts = 9 WHERE state = 'queued'": {"alma", "mia", "rita"},
    "UPDATE team SET version = version": {"alma", "rita"},
    "INSERT INTO outbox_attempt (league_id, outbox_id, n, worker, started_at, outcome)"
    " SELECT league_id, max(id), 1, 'w', now(), 'accepted' FROM outbox GROUP BY league_id": {"alma", "mia"},
}  # fmt: skip


@pytest.mark.parametrize("statement", MAY)
@pytest.mark.parametrize("login", ["alma", "vera", "rita", "mia"])
def test_a_role_does_what_it_may_and_hears_of_what_it_may_not(walls: ClubServer, login: str, statement: str) -> None:
    queue_mail(walls)
    with walls.login(login) as connection, connection.transaction(force_rollback=True):
        if login in MAY[statement]:
            assert connection.execute(statement.encode()).rowcount > 0
        else:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(statement.encode())


@pytest.mark.parametrize(("login", "number"), [("alma", 2), ("vera", 2), ("cora", 2), ("bert", 0), ("nils", 0)])
def test_what_is_counted_by_a_function_is_counted_for_those_who_see_it(
    walls: ClubServer, login: str, number: int
) -> None:
    with walls.login(OWNER) as owner:
        season = one(owner, "SELECT id FROM season WHERE league_id = %s ORDER BY id LIMIT 1", walls.a)
    with walls.login(login) as connection:
        assert one(connection, "SELECT bball_contracts(%s, %s)", walls.a, season) == number
        assert one(connection, "SELECT count(*) FROM contract WHERE season_id = %s", season) == number
        connection.execute("SET search_path = bball_masked, public")
        kept = one(connection, "SELECT count(*) FROM player WHERE league_id = %s AND archived_at IS NULL", walls.a)
        assert one(connection, "SELECT public.bball_players(%s)", walls.a) == kept
        assert bool(kept) == bool(number)


def test_a_coordinator_reads_the_own_team(walls: ClubServer) -> None:
    with walls.login("cora") as cora:
        assert one(cora, "SELECT count(*) FROM team") == 1
        assert one(cora, "SELECT count(*) FROM contract") == 2
        assert one(cora, "SELECT count(*) FROM guardian") == 0
        cora.execute("SET search_path = bball_masked, public")
        assert one(cora, "SELECT count(*) FROM player") == 2
        assert one(cora, "SELECT count(*) FROM guardian") == 1
        assert one(cora, "SELECT count(*) FROM player_guardian") == 1
        assert one(cora, "SELECT cardinality(bball_found(%s, NULL, ARRAY['rosa'], false))", walls.a) == 1
        assert one(cora, "SELECT cardinality(bball_found(%s, NULL, ARRAY['rosa'], false))", walls.b) == 0
        with pytest.raises(errors.InsufficientPrivilege):
            one(cora, "SELECT cardinality(bball_search(%s, NULL, ARRAY['rosa'], false))", walls.a)
        with pytest.raises(errors.InsufficientPrivilege):
            cora.execute("UPDATE contract SET version = version")


async def test_the_program_works_behind_the_walls(walls: ClubServer) -> None:
    with walls.login(OWNER) as owner:
        owner.execute("DELETE FROM league_member WHERE login = 'nora'")  # whatever other tests gave her
    queue_mail(walls)
    founder, mailer = Database(walls.url("nora")), Database(walls.url("mia"))
    async with founder.session() as session:
        made = await create_league(session, "Founded", season="Spring")
        assert [league.id for league in await list_leagues(session)] == [made.id]
    async with mailer.session() as session:
        assert [league.id for league in await list_leagues(session)] == [walls.a]
        (taken,) = await claim(session, walls.a, limit=1, worker="w", provider="smtp:y")
        assert await claim(session, walls.b, limit=5, worker="w", provider="smtp:y") == []
    async with mailer.session() as session:
        assert await mark_on_wire(session, [Departure(taken, None)]) == {taken.id}
    async with mailer.session() as session:
        report = Report(taken, Ending.SENT, "accepted", counts=True)
        assert await settle(session, [report]) == {taken.id: OutboxState.SENT}
    await founder.dispose()
    await mailer.dispose()


async def test_a_planted_mail_takes_no_family_its_own(walls: ClubServer) -> None:
    rita = Database(walls.url("rita"))
    with walls.login(OWNER) as owner:
        contract = one(owner, "SELECT max(id) FROM contract WHERE league_id = %s", walls.a)
    promised = NewItem("welcome", int(str(contract)), 1, "ben@families.test", {})
    planted = (
        "INSERT INTO outbox (league_id, kind, recipient, dedupe_key, message_id, payload)"
        " VALUES (%s, 'x', 'x', %s, %s, '{}')"
    )
    with walls.login("bert") as bert:
        bert.execute(planted, (walls.b, promised.dedupe_key, "<planted@x.test>"))
    async with rita.session() as session:
        assert len(await enqueue(session, walls.a, [promised], hold_seconds=3600)) == 1
        assert await enqueue(session, walls.a, [promised], hold_seconds=3600) == []
    again = replace(promised, revision=2)
    with walls.login("rita") as by_hand:
        by_hand.execute(planted, (walls.a, again.dedupe_key, "<planted@x.test>"))
    with pytest.raises(BballError, match="1 e-mail cannot be queued"):
        async with rita.session() as session:
            await enqueue(session, walls.a, [again], hold_seconds=3600)
    await rita.dispose()
