"""A backup is restored by command: the question says which backup, and the activity says that it was."""

import io
from pathlib import Path

import psycopg
import pytest

from bball_tui.database import backup, embedded
from bball_tui.database.restore_note import in_words
from tests.cli.conftest import CommandLine
from tests.conftest import MIGRATED, copy_server


@pytest.mark.slow
def test_the_question_names_the_day_of_the_backup(
    without_database: CommandLine, made_server: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data").mkdir()
    server = copy_server(made_server, tmp_path / "data" / "postgresql")
    try:
        with psycopg.connect(server.url(embedded.OWNER, "postgres").reveal(), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {embedded.DATABASE} TEMPLATE {MIGRATED}".encode())
        with psycopg.connect(server.url(embedded.OWNER).reveal()) as connection:
            connection.execute("INSERT INTO league (slug, name, timezone) VALUES ('west', 'West', 'Asia/Tokyo')")
        file = tmp_path / "league.dump"
        backup.dump(server.url(embedded.OWNER), file)
        made = in_words(backup.made_at(file), server.url(embedded.OWNER))
        monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
        refused = without_database("restore", file)
        assert refused.code != 0
        assert f"The backup of {made} will take the place of the present data" in refused.err
        monkeypatch.setattr("sys.stdin", io.StringIO(""))
        done = without_database("restore", file, "--yes")
        assert (done.code, f"the backup of {made}." in done.err) == (0, True)
        acts = without_database("activity", "list", "--json").json
        assert [(one["action"], one["after"]["paused"]) for one in acts] == [("backup_restored", 0)]
    finally:
        server.release()
