"""The embedded server: shared by processes, stopped after the last, and clear about folders it cannot use."""

import multiprocessing
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from multiprocessing.connection import Connection
from pathlib import Path

import psutil
import psycopg
import pytest

from bball_tui.database import embedded

pytestmark = pytest.mark.slow

FORKS = multiprocessing.get_context("forkserver")
"""Processes that share nothing with this one, and need not import everything each."""
FORKS.set_forkserver_preload([__name__, "psycopg"])


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A stopped cluster in a closed home, made where the computer has no files for the language.

    Making one takes a second, so the module shares it.
    """
    home = tmp_path_factory.mktemp("home")
    home.chmod(0o700)
    folders = [home, *home.parents]
    before = [folder.stat().st_mode for folder in folders]
    directory = home / ".local" / "postgresql"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LC_ALL", "xx_XX.UTF-8")  # most containers have none; LANG may name one, for the screen
        server = embedded.start(directory)
        assert answers(server.url("postgres", "postgres").reveal())
        server.release()
    assert [folder.stat().st_mode for folder in folders] == before, "opened to others"
    return directory


@pytest.fixture
def directory(made: Path) -> Iterator[Path]:
    yield made
    if (made / "cluster" / "postmaster.pid").exists():
        embedded.start(made).release()


def hold(directory: Path, ours: Connection) -> None:
    """What a :class:`Holder` does."""
    server = embedded.start(directory)
    ours.send(server.url("postgres", "postgres").reveal())
    ours.recv()
    server.release()


class Holder:
    """Another process that uses the server until it is told to stop, or is killed."""

    def __init__(self, directory: Path) -> None:
        self._pipe, theirs = FORKS.Pipe()
        with theirs:
            self.process = FORKS.Process(target=hold, args=(directory, theirs))
            self.process.start()
        self.url: str = self._pipe.recv()

    def leave(self) -> None:
        self._pipe.send("leave")
        self._ended()
        assert self.process.exitcode == 0

    def kill(self) -> None:
        self.process.kill()
        self._ended()

    def _ended(self) -> None:
        self.process.join()
        self._pipe.close()


def copy(directory: Path, target: Path) -> Path:
    """The same cluster in another folder, with what is its account's own."""
    subprocess.run(["cp", "-a", directory, target], check=True)
    return target


def data_directory(url: str) -> str:
    """What the server at ``url`` says of itself."""
    with psycopg.connect(url) as connection:
        row = connection.execute("SHOW data_directory").fetchone()
    assert row is not None
    return str(row[0])


def server_process(directory: Path) -> int:
    return int((directory / "cluster" / "postmaster.pid").read_text().split("\n", 1)[0])


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url):
            return True
    except psycopg.OperationalError:
        return False


def test_stopped_after_the_last_process_and_not_before(directory: Path) -> None:
    first, second = Holder(directory), Holder(directory)
    assert first.url == second.url
    first.leave()
    assert answers(second.url)
    second.leave()
    assert not answers(second.url)


def test_a_killed_process_does_not_keep_the_server_for_ever(directory: Path) -> None:
    killed, other = Holder(directory), Holder(directory)
    killed.kill()
    assert answers(other.url)
    other.leave()
    assert not answers(other.url)


def test_server_survives_the_kill_of_its_only_process(directory: Path) -> None:
    killed = Holder(directory)
    killed.kill()
    following = Holder(directory)
    assert answers(following.url)
    following.leave()
    assert not answers(following.url)


def test_starts_again_after_the_server_itself_was_killed(directory: Path) -> None:
    holder = Holder(directory)
    os.kill(server_process(directory), signal.SIGKILL)
    holder.kill()
    following = Holder(directory)
    assert answers(following.url)
    following.leave()


@pytest.mark.parametrize("name", ["a, 'b' (c)", "long" * 30], ids=["signs", "long"])
def test_a_folder_may_have_any_name(directory: Path, tmp_path: Path, name: str) -> None:
    moved = copy(directory, tmp_path / name)
    server = embedded.start(moved)
    url = server.url("postgres", "postgres").reveal()
    try:
        assert answers(url)
        assert server.socket_dir.stat().st_mode & 0o077 == 0
    finally:
        server.release()
    assert not answers(url)
    again = embedded.start(moved)
    try:
        assert answers(url), "anyone who was connected finds it again"
    finally:
        again.release()


def test_many_processes_may_start_it_at_once(directory: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        holders = list(pool.map(lambda _: Holder(directory), range(4)))
    assert len({holder.url for holder in holders}) == 1
    for holder in holders:
        holder.leave()
    assert not answers(holders[0].url)


def test_socket_is_private_and_there_is_no_port(directory: Path) -> None:
    server = embedded.start(directory)
    with psycopg.connect(server.url("postgres", "postgres").reveal()) as connection:
        settings: dict[str, str] = dict(
            connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name IN"
                " ('listen_addresses', 'unix_socket_permissions', 'log_min_error_statement')"
            ).fetchall()
        )
    server.release()
    assert settings == {
        "listen_addresses": "",
        "unix_socket_permissions": "0700",
        "log_min_error_statement": "panic",
    }


def test_no_row_stands_in_the_log_of_the_server(directory: Path) -> None:
    log = directory / "cluster" / "log"
    server = embedded.start(directory)
    with psycopg.connect(server.url("postgres", "postgres").reveal(), autocommit=True) as connection:
        connection.execute("CREATE TEMP TABLE child (name text CHECK (length(name) < 3))")
        with pytest.raises(psycopg.errors.CheckViolation, match="Zephyrine"):
            connection.execute("INSERT INTO child VALUES ('Zephyrine')")
    server.release()
    assert b"Zephyrine" not in log.read_bytes()
    with log.open("ab") as of_before:
        of_before.write(b"2026-11-29 12:00:00 UTC [7] ERROR:  it is there\nDETAIL:  Key (name)=(Zephyrine)\n")
    embedded.start(directory).release()
    assert b"Zephyrine" not in log.read_bytes()


def test_folder_that_cannot_be_written(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.write_text("no folder")
    with pytest.raises(embedded.EmbeddedServerError, match=r"cannot be written .*--data-dir"):
        embedded.start(blocker / "data")


def test_folder_whose_name_a_shell_would_read(tmp_path: Path) -> None:
    with pytest.raises(embedded.EmbeddedServerError, match=r"has '\$' in its name.*--data-dir"):
        embedded.start(tmp_path / "$(touch x)")


def test_cluster_of_another_version(tmp_path: Path) -> None:
    cluster = tmp_path / "cluster"
    cluster.mkdir()
    (cluster / "PG_VERSION").write_text("16\n")
    with pytest.raises(embedded.EmbeddedServerError, match=r"made by PostgreSQL 16.*Nothing was changed"):
        embedded.start(tmp_path)


def test_network_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    partition = type("Partition", (), {"mountpoint": "/", "fstype": "nfs4"})
    deeper = type("Partition", (), {"mountpoint": str(tmp_path), "fstype": "nfs4"})
    monkeypatch.setattr("psutil.disk_partitions", lambda **_: [partition, deeper])
    with pytest.raises(embedded.EmbeddedServerError, match=r"network disk \(nfs4\).*BBALL_DATABASE_URL"):
        embedded.start(tmp_path)


def test_full_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage._replace(free=5 * 1024 * 1024))
    with pytest.raises(embedded.EmbeddedServerError, match=r"5 MB left.*200 MB"):
        embedded.start(tmp_path)


def test_damaged_cluster_names_the_log_and_loses_nothing(directory: Path, tmp_path: Path) -> None:
    damaged = copy(directory, tmp_path / "damaged")
    (damaged / "cluster" / "postgresql.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(embedded.EmbeddedServerError, match=r"did not start: .*Nothing was changed.*log is"):
        embedded.start(damaged)
    assert (damaged / "cluster" / "PG_VERSION").exists()


@pytest.mark.parametrize("name", ["original", "long" * 30], ids=["plain", "long"])
def test_a_copied_folder_never_works_on_the_original(directory: Path, tmp_path: Path, name: str) -> None:
    """Not with the original's server running, whose socket and process id the copy names, and not with it stopped."""
    original, copied = copy(directory, tmp_path / name), tmp_path / "copied"
    holder = embedded.start(original)
    url = holder.url("postgres", "postgres").reveal()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE real_one ()")
        connection.execute("CHECKPOINT")
    subprocess.run(["cp", "-a", original, copied], check=True)
    server = embedded.start(copied)
    with psycopg.connect(server.url("postgres", "postgres").reveal()) as connection:
        connection.execute("DROP TABLE real_one")
    server.release()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT to_regclass('real_one') IS NOT NULL").fetchone() == (True,)
    second = embedded.start(original)
    assert second.url("postgres", "postgres").reveal() == url, "the original's own files were left alone"
    second.release()
    holder.release()
    assert not answers(url)


def test_a_folder_reached_by_another_name_has_one_server(directory: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(directory)
    holder, other = embedded.start(directory), embedded.start(tmp_path / "link")
    places = [data_directory(one.url("postgres", "postgres").reveal()) for one in (holder, other)]
    assert places[0] == places[1]
    pid = server_process(directory)
    other.release()
    assert server_process(directory) == pid
    holder.release()


def test_the_reason_for_not_starting_is_the_one_of_this_start(directory: Path, tmp_path: Path) -> None:
    damaged = copy(directory, tmp_path / "damaged")
    with (damaged / "cluster" / "log").open("a") as log:
        log.write("2020-01-01 FATAL:  a story of long ago\n")
    (damaged / "cluster" / "postgresql.conf").write_text("shared_buffers = nonsense\n")
    with pytest.raises(embedded.EmbeddedServerError) as caught:
        embedded.start(damaged)
    assert "long ago" not in str(caught.value)
    assert "contains errors" in str(caught.value)
    (damaged / "cluster" / "log").chmod(0o400)
    if os.geteuid() == 0:
        shutil.chown(damaged / "cluster" / "log", "root", "root")
    with pytest.raises(embedded.EmbeddedServerError) as caught:
        embedded.start(damaged)
    assert "long ago" not in str(caught.value)


root_only = pytest.mark.skipif(os.geteuid() != 0, reason="about a server that root starts")


@root_only
def test_roots_server_has_no_rights_of_root_and_its_account_cannot_log_in(directory: Path) -> None:
    holder = embedded.start(directory)
    process = psutil.Process(server_process(directory))
    groups = next(
        line for line in Path(f"/proc/{process.pid}/status").read_text().splitlines() if line.startswith("Groups:")
    )
    uids, gids = process.uids(), process.gids()
    holder.release()
    account = pwd.getpwnam("pgserver")
    assert set(uids) == {account.pw_uid}
    assert set(gids) == {account.pw_gid}
    assert groups.split() == ["Groups:"]
    assert Path(account.pw_shell).name in ("nologin", "false")


@root_only
def test_an_ordinary_user_needs_nothing_of_root(directory: Path) -> None:
    """A fork and no new program: root's own Python may be where no one else may read it."""
    nobody = pwd.getpwnam("nobody")
    embedded.start(directory).release()  # everything is imported
    # One's own folder for such files may be closed to others.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        child = os.fork()
        if child == 0:
            code = 1
            with suppress(BaseException):
                os.setgroups([])
                os.setgid(nobody.pw_gid)
                os.setuid(nobody.pw_uid)
                tempfile.tempdir = os.environ["TMPDIR"] = folder
                data = Path(folder) / "data"
                server = embedded.start(data)
                url = server.url("postgres", "postgres").reveal()
                place = data_directory(url)
                owner = (data / "cluster" / "postmaster.pid").stat().st_uid
                server.release()
                if place == str(data.resolve() / "cluster") and owner == nobody.pw_uid and not answers(url):
                    code = 0
            os._exit(code)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_the_server_sees_no_secret_of_ours(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BBALL_MAIL_URL", "smtp://office:geheim@mail.example.org")
    monkeypatch.setenv("GROUPME_ACCESS_TOKEN", "token-of-ours")
    holder = embedded.start(directory)
    seen = psutil.Process(server_process(directory)).environ()
    holder.release()
    assert "PATH" in seen
    assert not {"BBALL_MAIL_URL", "GROUPME_ACCESS_TOKEN"} & set(seen)
    assert "geheim" not in str(seen)
