"""Backup and restore: what was there before is never lost."""

import asyncio
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest
from psycopg import sql

from bball_tui.database import backup, embedded, migrate
from bball_tui.database.engine import Database
from bball_tui.database.kept_databases import drop_kept, list_kept
from bball_tui.database.restore_note import in_words
from bball_tui.database.roles import person
from bball_tui.league.acts import Act, changes_of
from bball_tui.settings import SecretUrl
from tests.conftest import MIGRATED, TEMPLATE, copy_server
from tests.outbox.support import queue_mails
from tests.support.factory import make_family

pytestmark = pytest.mark.slow

FIRST = migrate.REVISIONS[0]
OLDEST = "bball_oldest"
"""An empty league database of the first program. What is refused before the last migration is refused here sooner."""


@pytest.fixture(scope="module")
def running(made_server: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[embedded.EmbeddedServer]:
    started = copy_server(made_server, tmp_path_factory.mktemp("backups") / "server")
    migrate.create_database(started.url(embedded.OWNER, "postgres"), OLDEST)
    migrate.upgrade(started.url(embedded.OWNER, OLDEST), FIRST)
    yield started
    started.release()


def emptied(running: embedded.EmbeddedServer, template: str) -> embedded.EmbeddedServer:
    """With an empty league database like ``template``, and none that another test left behind."""
    kept = {"postgres", "template0", "template1", MIGRATED, TEMPLATE, OLDEST}
    with psycopg.connect(running.url(embedded.OWNER, "postgres").reveal(), autocommit=True) as connection:
        for name in databases(running) - kept:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))
        made = map(sql.Identifier, (embedded.DATABASE, template))
        connection.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(*made))
    return running


@pytest.fixture
def server(running: embedded.EmbeddedServer) -> embedded.EmbeddedServer:
    return emptied(running, MIGRATED)


@pytest.fixture
def old_server(running: embedded.EmbeddedServer) -> embedded.EmbeddedServer:
    return emptied(running, OLDEST)


def names(server: embedded.EmbeddedServer, database: str = embedded.DATABASE) -> list[str]:
    with psycopg.connect(server.url(embedded.OWNER, database).reveal()) as connection:
        return [row[0] for row in connection.execute("SELECT slug FROM league ORDER BY slug").fetchall()]


def add(server: embedded.EmbeddedServer, slug: str) -> None:
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        connection.execute("INSERT INTO league (slug, name) VALUES (%s, %s)", (slug, slug))


def databases(server: embedded.EmbeddedServer) -> set[str]:
    with psycopg.connect(server.url(embedded.OWNER, "postgres").reveal()) as connection:
        return {row[0] for row in connection.execute("SELECT datname FROM pg_database").fetchall()}


def everything(server: embedded.EmbeddedServer, database: str = embedded.DATABASE) -> dict[str, list[Any]]:
    """All rows of all tables, the rules between them, and how far each counter has come."""
    with psycopg.connect(server.url(embedded.OWNER, database).reveal()) as connection:
        tables = connection.execute(
            "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        found: dict[str, list[Any]] = {
            table: sorted(
                connection.execute(sql.SQL("SELECT t::text FROM {} t").format(sql.Identifier(table))).fetchall()
            )
            for (table,) in tables.fetchall()
        }
        for name, query in RULES.items():
            found[name] = sorted(connection.execute(query).fetchall())
    return found


RULES = {
    "constraints": (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint"
    ),
    "triggers": "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal",
    "counters": "SELECT sequencename, COALESCE(last_value, 0) FROM pg_sequences",
    # The group of staff is called after the database for which it was made.
    "rights": (
        "SELECT relname, regexp_replace(COALESCE(relacl::text, ''), 'bball_staff_\\w+', 'staff') FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace"
    ),
}


def test_everything_comes_back_what_waited_stays_and_nothing_is_overwritten(
    server: embedded.EmbeddedServer, tmp_path: Path
) -> None:
    async def fill() -> None:
        database = Database(server.url(embedded.OWNER))
        await queue_mails(database, 3)
        await database.dispose()

    asyncio.run(fill())
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        connection.execute("UPDATE team SET name = E'Tab\\tand \\\\. and\\nline'")
        connection.execute("SET session_replication_role = replica")
        connection.execute("DELETE FROM outbox WHERE id = (SELECT max(id) FROM outbox)")
    before, slugs, file = everything(server), names(server), tmp_path / "league.dump"
    backup.dump(server.url(embedded.OWNER), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    add(server, "zz-since")
    since = everything(server)
    restored = backup.restore_embedded(server, file)
    # But for the pause, as what waited may have left since the backup was made, and that it was restored.
    now = everything(server)
    counters = {name: count for name, count in now["counters"] if name != "audit_id_seq"}
    but = {name: before[name] for name in ("provider_gate", "audit")}
    assert set(before["audit"]) < set(now["audit"])
    assert counters == {name: count for name, count in before["counters"] if name != "audit_id_seq"}
    assert now | but | {"counters": before["counters"]} == before
    assert everything(server, restored.kept) == since != before
    assert (names(server), names(server, restored.kept)) == (slugs, [*slugs, "zz-since"])
    assert restored.waiting == 2
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        gates = connection.execute("SELECT provider, state, cause, open_until FROM provider_gate").fetchall()
        assert gates == [("*", "open", "paused", None)]
        assert connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (backup.RESTORING,)).fetchone() is None
    with pytest.raises(backup.BackupError, match="never overwrites"):
        backup.dump(server.url(embedded.OWNER), file)
    broken = tmp_path / "broken.dump"
    broken.write_bytes(b"no backup")
    with pytest.raises(backup.BackupError, match="refused"):
        backup.restore_embedded(server, broken)
    assert everything(server) == now


def test_nothing_is_restored_while_someone_works(old_server: embedded.EmbeddedServer, tmp_path: Path) -> None:
    add(old_server, "before")
    backup.dump(old_server.url(embedded.OWNER), tmp_path / "league.dump")
    with (
        psycopg.connect(old_server.url(embedded.OWNER).reveal()),
        pytest.raises(backup.BackupError, match="Someone still works"),
    ):
        backup.restore_embedded(old_server, tmp_path / "league.dump")
    assert names(old_server) == ["before"]
    assert not databases(old_server) & {"bball_restored"}


def test_a_restore_counts_what_had_gone_out_and_stands_in_the_activity_of_each_league(
    server: embedded.EmbeddedServer, tmp_path: Path
) -> None:
    async def fill() -> None:
        database = Database(server.url(embedded.OWNER))
        await queue_mails(database, 4)
        await database.dispose()

    asyncio.run(fill())
    add(server, "other")
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        connection.execute("UPDATE league SET timezone = 'Pacific/Auckland', date_order = 'mdy'")
    file = tmp_path / "league.dump"
    backup.dump(server.url(embedded.OWNER), file)
    made = backup.made_at(file)
    assert timedelta(0) <= datetime.now(UTC) - made < timedelta(minutes=5)
    local = made.astimezone(ZoneInfo("Pacific/Auckland"))
    said = f"{local.hour % 12 or 12}:{local:%M %p}"
    day = f"{local:%b} {local.day}, {local.year}"
    assert in_words(made, server.url(embedded.OWNER)) == f"{day}, {said}"
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        # One went out, one only into a folder, and the number of one is another e-mail's now.
        gone = "UPDATE outbox SET state = 'sent', finalized_at = now(), provider = %s WHERE id = (SELECT min(id) + %s "
        for provider, place in (("gmail", 0), ("maildir", 1), ("gmail", 2)):
            connection.execute(f"{gone} FROM outbox)".encode(), (provider, place))
        connection.execute("UPDATE outbox SET created_at = now() WHERE id = (SELECT min(id) + 2 FROM outbox)")
    restored = backup.restore_embedded(server, file)
    assert (restored.waiting, restored.left) == (4, 1)
    rows = "SELECT recorded_by, league_id = entity_id, after FROM audit WHERE action = 'backup_restored' ORDER BY id"
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        noted = {"backup_of": f"{local:%Y-%m-%d}", "backup_time": said}
        found = connection.execute(rows.encode()).fetchall()
        assert sorted(found, key=lambda row: str(row[2]["paused"])) == [
            (person(), True, noted | {"paused": 0}),
            (person(), True, noted | {"paused": 4}),
        ]
        reasons = connection.execute("SELECT reason FROM provider_gate").fetchall()
        assert reasons == [("a backup was restored in which 1 of the e-mails that wait had gone out",)]
    with psycopg.connect(server.url(embedded.OWNER, restored.kept).reveal()) as connection:
        assert connection.execute(rows.encode()).fetchall() == []
    done = Act(1, made, person(), "backup_restored", "league", 1, None, None, noted | {"paused": 2}, "Westside")
    assert done.words == "backup restored"
    assert {one.field: one.after for one in changes_of(done)} == {
        "backup of": day,
        "made at": said,
        "e-mails paused": "2",
    }
    moved = in_words(made, server.url(embedded.OWNER, "nowhere"))
    assert moved == f"{made.astimezone(UTC):%b} {made.astimezone(UTC).day}, {made.astimezone(UTC):%Y, %H:%M} UTC"


HOSTILE = """
CREATE FUNCTION evil() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN COPY (SELECT 1) TO PROGRAM 'touch {marker}'; RETURN NEW; END $$;
CREATE TRIGGER evil BEFORE INSERT ON league FOR EACH ROW EXECUTE FUNCTION evil();
CREATE FUNCTION evil_too(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN IF current_database() <> 'bball' THEN PERFORM evil_three(); END IF; RETURN $1; END $$;
CREATE FUNCTION evil_three() RETURNS integer LANGUAGE plpgsql AS $$
BEGIN COPY (SELECT 1) TO PROGRAM 'touch {marker}'; RETURN 1; END $$;
CREATE VIEW v AS SELECT evil_three();
CREATE INDEX ON season (evil_too(league_id::integer));
ALTER TABLE season ADD CHECK (evil_too(league_id::integer) > 0);
CREATE FUNCTION evil_event() RETURNS event_trigger LANGUAGE plpgsql AS $$
BEGIN COPY (SELECT 1) TO PROGRAM 'touch {marker}'; END $$;
CREATE EVENT TRIGGER evil ON ddl_command_start EXECUTE FUNCTION evil_event();
"""


def test_a_backup_of_an_older_program_is_brought_up_to_date_and_none_of_its_code_is_run(
    old_server: embedded.EmbeddedServer, tmp_path: Path
) -> None:
    marker = Path(old_server.directory / "cluster" / "touched")
    with psycopg.connect(old_server.url(embedded.OWNER).reveal()) as connection:
        connection.execute("INSERT INTO league (slug, name) VALUES ('old', 'Old')")
        connection.execute("INSERT INTO season (league_id, name) SELECT id, 'Spring' FROM league")
        connection.execute(HOSTILE.format(marker=marker))
    backup.dump(old_server.url(embedded.OWNER), tmp_path / "hostile.dump")
    marker.unlink(missing_ok=True)
    backup.restore_embedded(old_server, tmp_path / "hostile.dump")
    assert not marker.exists()
    assert names(old_server) == ["old"]
    found = everything(old_server)
    assert len(found["season"]) == 1
    assert found["alembic_version"] == [(f"({migrate.HEAD})",)]
    assert not [name for _, name, _ in found["triggers"] if name == "evil"]


def test_a_backup_whose_rows_come_from_a_program_is_refused(
    old_server: embedded.EmbeddedServer, tmp_path: Path
) -> None:
    """The statement that reads the rows stands in the file as well."""
    file = tmp_path / "hostile.dump"
    add(old_server, "good")
    backup.dump(old_server.url(embedded.OWNER), file)
    content = file.read_bytes()
    for table in ("league", "alembic_version"):
        begin = content.index(b"COPY public.%s (" % table.encode())
        length = content.index(b";", begin) - begin
        hostile = f"COPY {table} FROM PROGRAM 'false'".encode().ljust(length)
        assert len(hostile) == length
        file.write_bytes(content[:begin] + hostile + content[begin + length :])
        with pytest.raises(backup.BackupError, match="some other database"):
            backup.restore_embedded(old_server, file)
        assert names(old_server) == ["good"]
        assert "bball_restored" not in databases(old_server)


def test_rows_that_break_a_rule_are_refused(old_server: embedded.EmbeddedServer, tmp_path: Path) -> None:
    with psycopg.connect(old_server.url(embedded.OWNER).reveal()) as connection:
        connection.execute("SET session_replication_role = replica")
        connection.execute("INSERT INTO season (league_id, name) VALUES (4711, 'of no league')")
    backup.dump(old_server.url(embedded.OWNER), tmp_path / "broken.dump")
    with pytest.raises(backup.BackupError, match=r"cannot be right \(ForeignKeyViolation\)"):
        backup.restore_embedded(old_server, tmp_path / "broken.dump")


def test_a_backup_of_another_database_is_refused(old_server: embedded.EmbeddedServer, tmp_path: Path) -> None:
    migrate.create_database(old_server.url(embedded.OWNER, "postgres"), "other")
    with psycopg.connect(old_server.url(embedded.OWNER, "other").reveal()) as connection:
        connection.execute("CREATE TABLE contract (id int)")
    backup.dump(old_server.url(embedded.OWNER, "other"), tmp_path / "other.dump")
    with pytest.raises(backup.BackupError, match="some other database"):
        backup.restore_embedded(old_server, tmp_path / "other.dump")
    with psycopg.connect(old_server.url(embedded.OWNER).reveal()) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    backup.dump(old_server.url(embedded.OWNER), tmp_path / "future.dump")
    with pytest.raises(backup.BackupError, match="'9999', which this program does not know"):
        backup.restore_embedded(old_server, tmp_path / "future.dump")


def test_a_link_in_the_way_is_not_followed(running: embedded.EmbeddedServer, tmp_path: Path) -> None:
    empty = running.url(embedded.OWNER, "postgres")
    (tmp_path / "elsewhere").write_text("precious")
    for name in ("league.dump", "league.dump.part"):
        (tmp_path / name).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(backup.BackupError, match="never overwrites"):
        backup.dump(empty, tmp_path / "league.dump")
    (tmp_path / "league.dump").unlink()
    backup.dump(empty, tmp_path / "league.dump")
    assert (tmp_path / "elsewhere").read_text() == "precious"
    (tmp_path / "dangling.dump").symlink_to(tmp_path / "nowhere")
    with pytest.raises(backup.BackupError, match="never overwrites"):
        backup.dump(empty, tmp_path / "dangling.dump")
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "dangling.dump",
        "elsewhere",
        "league.dump",
        "league.dump.part",
    ]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgresql://maria:geheim@db.example.org/league", "host=db.example.org dbname=league user=maria"),
        ("postgresql://maria:geheim@192.0.2.7:5433/league?sslmode=require", "port=5433"),
        ("postgresql://maria@/league?host=%2Ftmp,db.example.org", "verify-full"),
    ],
)
def test_nothing_travels_in_the_clear(tmp_path: Path, url: str, said: str) -> None:
    with pytest.raises(backup.BackupError, match="cannot encrypt") as caught:
        backup.dump(SecretUrl(url), tmp_path / "league.dump")
    assert "pg_dump --format=custom --no-owner --enable-row-security --file=" in str(caught.value)
    assert said in str(caught.value)
    assert "geheim" not in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_whoever_was_erased_since_a_backup_is_erased_in_it_again_and_comes_back_by_no_merge(
    server: embedded.EmbeddedServer, tmp_path: Path
) -> None:
    async def fill() -> None:
        database = Database(server.url(embedded.OWNER))
        club, _, _ = await queue_mails(database, 1)
        async with database.session() as session:
            await make_family(session, club, first="Zeph", last="Quill", parents=())
            await make_family(session, club, first="Yuri", last="Alone")
        await database.dispose()

    asyncio.run(fill())
    merge = (
        "SELECT bball_merge_people(league_id, 'player', (SELECT min(id) FROM player), id, '{}', '{}')"
        " FROM player WHERE first_name = 'Zeph'"
    )
    apart, merged = tmp_path / "apart.dump", tmp_path / "merged.dump"
    names = "SELECT first_name FROM player ORDER BY id"
    people = "SELECT first_name FROM player UNION ALL SELECT first_name FROM guardian"
    everybody = "ARRAY(SELECT id FROM player), ARRAY(SELECT id FROM guardian)"
    backup.dump(server.url(embedded.OWNER), apart)
    with psycopg.connect(server.url(embedded.OWNER).reveal(), autocommit=True) as connection:
        connection.execute("UPDATE contract SET status = 'void', status_reason = 'x' WHERE status = 'offered'")
        connection.execute(merge.encode())
        backup.dump(server.url(embedded.OWNER), merged)
        assert ("Erased",) not in connection.execute(people).fetchall()
        guardians = connection.execute("SELECT count(*) FROM guardian").fetchall()[0][0]
        assert guardians
        connection.execute(f"SELECT bball_erase(id, {everybody}) FROM league".encode())
    restored = backup.restore_embedded(server, apart)
    assert (restored.erased, restored.waiting) == (3 + guardians, 0)
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        assert connection.execute(names).fetchall() == [("Erased",)] * 3
        assert set(connection.execute(people).fetchall()) == {("Erased",)}
        assert connection.execute("SELECT count(*) FROM contract WHERE status = 'offered'").fetchone() == (0,)
    assert [one.name for one in list_kept(server)] == [restored.kept]
    assert drop_kept(server) == 1
    assert list_kept(server) == []
    restored = backup.restore_embedded(server, merged)
    assert restored.erased == 3 + guardians
    backup.dump(server.url(embedded.OWNER), tmp_path / "now.dump")
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        assert connection.execute(names).fetchall() == [("Erased",)] * 3
        assert set(connection.execute(people).fetchall()) == {("Erased",)}
        assert connection.execute("SELECT count(*) FROM merged_person WHERE was::text LIKE '%Zeph%'").fetchone() == (0,)
