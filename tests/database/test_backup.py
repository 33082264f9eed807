"""Backup and restore: what was there before is never lost."""

import stat
from pathlib import Path

import psycopg
import pytest

from bball_tui.database import backup, embedded, migrate


@pytest.fixture
def server(tmp_path: Path) -> embedded.EmbeddedServer:
    started = embedded.start(tmp_path / "server")
    migrate.create_database(started.url(embedded.OWNER, "postgres"), embedded.DATABASE)
    migrate.upgrade(started.url(embedded.OWNER))
    return started


def names(server: embedded.EmbeddedServer, database: str = embedded.DATABASE) -> list[str]:
    with psycopg.connect(server.url(embedded.OWNER, database).reveal()) as connection:
        return [row[0] for row in connection.execute("SELECT slug FROM league ORDER BY slug").fetchall()]


def add(server: embedded.EmbeddedServer, slug: str) -> None:
    with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
        connection.execute("INSERT INTO league (slug, name) VALUES (%s, %s)", (slug, slug))


def test_there_and_back(server: embedded.EmbeddedServer, tmp_path: Path) -> None:
    file = tmp_path / "league.dump"
    add(server, "before")
    backup.dump(server.url(embedded.OWNER), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    add(server, "since")
    kept = backup.restore_embedded(server, file)
    assert names(server) == ["before"]
    assert names(server, kept) == ["before", "since"]
    with pytest.raises(backup.BackupError, match="never overwrites"):
        backup.dump(server.url(embedded.OWNER), file)
    broken = tmp_path / "broken.dump"
    broken.write_bytes(b"no backup")
    with pytest.raises(backup.BackupError, match="refused"):
        backup.restore_embedded(server, broken)
    assert names(server) == ["before"]
    with (
        psycopg.connect(server.url(embedded.OWNER).reveal()),
        pytest.raises(backup.BackupError, match="Somebody still works"),
    ):
        backup.restore_embedded(server, file)
    server.release()
