"""What `deploy/compose.yaml` and the lines for it in `docs/operations.md` say, step by step and without containers: the
same server without a port, the same commands and environment, the same looks at whether it lives.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import CommandLine
from tests.conftest import IN_MEMORY
from tests.test_deploy import DEPLOY, TOP, compose, dockerfile
from tests.walls.conftest import server_programs
from tests.walls.test_operations import typed

SOCKET = "/var/run/postgresql"
GRACE = 45
"""Seconds that Compose gives the worker to end."""


def lines(service: str, verb: str) -> list[tuple[list[str], dict[str, str]]]:
    """What is run in a service, with the environment that is set for it, in the order of the page."""
    found = []
    text = (TOP / "docs" / "operations.md").read_text(encoding="utf-8")
    for line in re.findall(r"(?m)^docker compose .+$", text):
        words = shlex.split(line, comments=True)
        if verb in words and service in words:
            at = words.index(service)
            names = [words[number + 1] for number in range(at) if words[number] == "-e" and "=" in words[number + 1]]
            found.append((words[at + 1 :], dict(one.split("=", 1) for one in names)))
    return found


@pytest.fixture
def socket() -> Iterator[Path]:
    """The folder with the socket of the service `database`, which runs as the image would run it."""
    service, programs = compose()["services"]["database"], server_programs()
    folder = Path(tempfile.mkdtemp(prefix="bball-compose-", dir=IN_MEMORY))
    (folder / "password").write_text("postgres-secret")
    who = "postgres" if os.geteuid() == 0 else None
    if who:
        for path in (folder, folder / "password"):
            shutil.chown(path, who, who)
    folder.chmod(0o755)

    def run(name: str, *arguments: str) -> None:
        command = [str(programs / name), "-D", str(folder / "data"), *arguments]
        done = subprocess.run(
            command, stdout=subprocess.DEVNULL, cwd=folder, user=who, extra_groups=[] if who else None, check=False
        )
        assert done.returncode == 0, command

    made = shlex.split(service["environment"]["POSTGRES_INITDB_ARGS"])
    run("initdb", "--username=postgres", "--pwfile", str(folder / "password"), "-N", *made)
    program, *options = service["command"]
    assert program == "postgres"
    here = shlex.join([*options, "-c", f"unix_socket_directories={folder}", "-c", "fsync=off"])
    run("pg_ctl", "-w", "-l", str(folder / "log"), "-o", here, "start")
    healthy = service["healthcheck"]["test"]
    assert healthy[0] == "CMD"
    subprocess.run([programs / healthy[1], *healthy[2:]], check=True, env={**os.environ, "PGHOST": str(folder)})
    try:
        yield folder
    finally:
        run("pg_ctl", "-m", "immediate", "stop")
        shutil.rmtree(folder)


# The service's read-only root, its one tmpfs, its volumes and no capability, by namespaces of this machine.
CONTAINER = r"""
set -e
root=$1 state=$2 config=$3; shift 3
mount --make-rprivate /
mount --rbind / "$root"
mount --make-rprivate "$root"
grep -F " $root" /proc/self/mountinfo | cut -d " " -f 5 | while read -r place; do
    mount -o remount,bind,ro "$place" 2>/dev/null || true
done
mount -t tmpfs none "$root/var/lib"
mkdir "$root/var/lib/bball-tui"
cp -p "$config" "$root/var/lib/config.toml"
mount -o remount,ro "$root/var/lib"
mount --bind "$state" "$root/var/lib/bball-tui"
mount -t tmpfs none "$root/tmp"
exec chroot "$root" setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
"""


def contained(folder: Path, config: Path, words: list[str]) -> list[str] | None:
    """``words`` as the container runs them; None where this machine, or where things lie on it, does not allow that.

    The volume is at /var/lib/bball-tui, the settings at /var/lib/config.toml, and /tmp is empty.
    """
    needed = (TOP, Path(sys.prefix), Path(sys.executable).resolve())
    hidden = any(one.is_relative_to("/tmp") or one.is_relative_to("/var/lib") for one in needed)  # noqa: S108
    if hidden or not shutil.which("unshare") or not shutil.which("setpriv"):
        return None
    if subprocess.run(["unshare", "-m", "mount", "--make-rprivate", "/"], check=False, capture_output=True).returncode:
        return None
    root, state = folder / "root", folder / "state"
    for one in (root, state):
        one.mkdir()
    return ["unshare", "-m", "bash", "-c", CONTAINER, "bash", str(root), str(state), str(config), *words]


@pytest.mark.slow
def test_the_lines_do_what_they_say(
    socket: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    run = CommandLine(monkeypatch, capsys, tmp_path)
    (setup, _), (upgrade, owners), (doctor, _) = lines("worker", "run")
    ((psql, _),) = lines("database", "exec")
    written = tmp_path / "league.sql"
    written.write_text(run(*setup[: setup.index(">")]).out)
    asked = typed(shlex.join([*psql[:-1], str(written)]), tmp_path, {**os.environ, "PGHOST": str(socket)})
    assert {name for name in ("league_owner", "maria", "worker") if f'password for user "{name}"' in asked} == {
        "league_owner", "maria", "worker",
    }  # fmt: skip

    program = [sys.executable, "-W", "ignore", "-m", "bball_tui"]
    owners = {name: value.replace(SOCKET, str(socket)) for name, value in owners.items()}
    environment = {**os.environ, **owners, "PGPASSWORD": "league_owner-secret", "PYTHONPATH": str(TOP)}
    assert "Done." in typed(shlex.join([*program, *upgrade]), tmp_path, environment)

    run.setenv("PGPASSWORD", "maria-secret")
    run.setenv("BBALL_DATABASE_URL", owners["BBALL_DATABASE_URL"].replace("league_owner", "maria"))
    for words in (
        ("init", "--league", "Westside", "--slug", "westside", "--season", "Spring 2027"),
        ("league", "set", "--from-email", "office@westside.example"),
        ("staff", "add", "worker", "--role", "mailer"),
    ):
        assert run(*words).code == 0

    monkeypatch.delenv("PGPASSWORD")
    monkeypatch.delenv("BBALL_DATABASE_URL")
    settings = (DEPLOY / "config.example.toml").read_text().replace("worker:PASSWORD", "worker:worker-secret")
    file = tmp_path / "worker.toml"
    file.write_text(re.sub('(?m)^mail_url = .*$', f'mail_url = "maildir://{tmp_path}/mail"', settings).replace(
        SOCKET, str(socket)
    ))  # fmt: skip
    file.chmod(0o600)
    set_ = dict(pair.split("=", 1) for line in dockerfile("ENV") for pair in line.split())
    assert {"BBALL_CONFIG", "BBALL_DATA_DIR"} <= set(set_)
    run.setenv("BBALL_CONFIG", str(file))
    assert run(*doctor).code == 0

    service = compose()["services"]["worker"]
    assert service["stop_grace_period"] == f"{GRACE}s"
    *words, at = service["command"]
    health = tmp_path / "health"
    look = next(line for line in dockerfile("CMD") if '"health"' in line)
    assert shlex.split(look.strip("[]").replace(",", " ")) == ["bball-tui", "health", at]
    environment = {**os.environ, "PYTHONPATH": str(TOP)}
    command: list[str] = [*program, *words, at]
    assert service["read_only"]
    assert service["tmpfs"] == [str(Path(at).parent)]
    assert (service["cap_drop"], service["security_opt"]) == (["ALL"], ["no-new-privileges:true"])
    file.write_text(file.read_text().replace(f"{tmp_path}/mail", "/var/lib/bball-tui/mail"))
    within = contained(tmp_path, file, command)
    if within is None:
        file.write_text(file.read_text().replace("/var/lib/bball-tui/mail", f"{tmp_path}/mail"))
        command[-1] = str(health)
    else:
        command = within
        environment |= {"BBALL_CONFIG": "/var/lib/config.toml", "BBALL_DATA_DIR": set_["BBALL_DATA_DIR"]}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as worker:
        try:
            if within is not None:
                health = Path(f"/proc/{worker.pid}/root{at}")
            while run("health", health).code:  # each look takes its time
                assert worker.poll() is None, worker.stderr and worker.stderr.read()
            if within is not None:
                status = Path(f"/proc/{worker.pid}/status").read_text()
                assert re.search(r"(?m)^CapEff:\t0+$", status)
                assert re.search(r"(?m)^NoNewPrivs:\t1$", status)
                assert os.statvfs(f"/proc/{worker.pid}/root/etc").f_flag & os.ST_RDONLY
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(GRACE) == 0
        finally:
            worker.kill()
