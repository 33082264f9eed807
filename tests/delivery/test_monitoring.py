"""Who watches a worker from outside sees whether it lives, and numbers without a word about a family."""

import asyncio
import http.client
import socket
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import msgspec
import pytest
from prometheus_client.parser import text_string_to_metric_families

from bball_tui.cli.worker_monitoring import watched
from bball_tui.database.engine import Database
from bball_tui.delivery.health import Systemd, read_health
from bball_tui.delivery.metrics import Metrics, Place, metrics_place, serving
from bball_tui.delivery.monitoring import Watched, look_at
from bball_tui.delivery.worker import Worker
from bball_tui.errors import BballError
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.provider_gates import pause
from bball_tui.settings import SecretUrl, Settings
from tests.outbox.support import queue_mails
from tests.support.smtp import SmtpServer


def numbers(text: str) -> dict[tuple[str, ...], float]:
    """Every sample: its name and the values of its labels, league first."""
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def served(metrics: Metrics) -> str:
    """What a scrape gets."""
    with serving(metrics, metrics_place("127.0.0.1:0")) as where:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(where)).text


@pytest.mark.slow
async def test_the_numbers_are_those_of_the_league_and_of_this_worker(database: Database, settings: Settings) -> None:
    club, _, _ = await queue_mails(database, 5)
    metrics = Metrics()
    assert metrics.counts is not None
    counts = metrics.counts
    async with SmtpServer() as server:
        server.script("rcpt", "550 5.1.1 no such user", times=2)
        settings = msgspec.structs.replace(settings, mail_url=SecretUrl(server.url))
        transport = open_transport(settings)
        sender = Worker(
            database,
            club.league_id,
            settings,
            transport,
            settled=lambda done, seconds: counts.sent("westside", done, seconds),
        )
        await sender.drain()
        await transport.close()
    async with database.session() as session:
        await pause(session, club.league_id)
    metrics.seen([await look_at(database, Watched(club.league_id, "westside", Outgoing(mail_server=True)))])
    text = await served(metrics)
    found = numbers(text)
    assert found["bball_mails", "westside", "failed"] == 2
    assert found["bball_mails", "westside", "due"] == 0
    assert found["bball_mails_accepted_today", "westside"] == 3
    assert found["bball_mail_oldest_seconds", "westside", "failed"] > 0
    assert found["bball_gate_held", "paused", "westside", "*"] == 1
    assert found["bball_mail_attempts_total", "westside", "accepted"] == 3
    assert found["bball_mail_attempts_total", "westside", "permanent"] == 2
    assert found["bball_mail_sending_seconds_count", "westside"] == 5
    assert found["bball_mail_delay_seconds_count", "westside"] == 3
    assert found["bball_database_up",] == 1
    for word in ("Amara", "Hamilton", "families.test", "Hawks"):
        assert word not in text
    metrics.seen(None)
    found = numbers(await served(metrics))
    assert found["bball_database_up",] == 0
    assert ("bball_mails", "westside", "failed") not in found


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("127.0.0.1:9464", Place("127.0.0.1", 9464)),
        ("localhost:9464", Place("localhost", 9464)),
        ("[::1]:9464", Place("::1", 9464)),
        ("/run/bball/metrics.sock", Place(path=Path("/run/bball/metrics.sock"))),
    ],
)
def test_numbers_are_served_on_this_machine_alone(text: str, place: Place) -> None:
    assert metrics_place(text) == place


@pytest.mark.parametrize("text", ["0.0.0.0:9464", "192.168.1.5:9464", "[::]:9464", "desk.example.org:9464"])
def test_a_place_that_others_can_read_is_refused_in_words(text: str) -> None:
    with pytest.raises(BballError, match="could be read by other machines"):
        metrics_place(text)


@pytest.mark.parametrize("text", ["9464", ":9464", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:70000", ""])
def test_what_is_no_place_is_said(text: str) -> None:
    with pytest.raises(BballError, match="isn't a place for metrics"):
        metrics_place(text)


def test_a_place_that_is_taken_is_said() -> None:
    with serving(Metrics(), metrics_place("127.0.0.1:0")) as where:
        taken = where.removeprefix("http://").removesuffix("/metrics")
        with pytest.raises(BballError, match="Choose another place"), serving(Metrics(), metrics_place(taken)):
            pass


def test_a_socket_is_for_its_owner_and_that_of_a_killed_worker_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "metrics.sock"
    with closing(socket.socket(socket.AF_UNIX)) as left:
        left.bind(str(path))
    with serving(Metrics(), Place(path=path)) as where:
        assert where == str(path)
        assert path.stat().st_mode & 0o777 == 0o600
        connection = http.client.HTTPConnection("localhost")
        connection.sock = socket.socket(socket.AF_UNIX)
        connection.sock.connect(str(path))
        connection.request("GET", "/metrics")
        assert b"bball_build_info" in connection.getresponse().read()
        connection.close()
        with pytest.raises(BballError, match="Choose another place"), serving(Metrics(), Place(path=path)):
            pass
    assert not path.exists()


async def test_the_health_file_says_that_the_worker_lives_and_goes_with_it(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    club, _, _ = await queue_mails(database, 2)
    file, manager = tmp_path / "health", tmp_path / "notify"

    async def leagues() -> list[Watched]:
        return [Watched(club.league_id, "westside", Outgoing(mail_server=True))]

    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as heard:
        heard.bind(str(manager))
        heard.setblocking(False)
        monkeypatch.setenv("NOTIFY_SOCKET", str(manager))
        loop = asyncio.get_running_loop()
        async with watched(database, leagues, metrics=None, health=file), asyncio.timeout(60):
            with pytest.raises(BballError, match="does not reach its database"):
                read_health(file, now=datetime.now(UTC))
            told = (await loop.sock_recv(heard, 1000)).decode()
            health = read_health(file, now=datetime.now(UTC))
            assert [(one.league, one.waiting, one.held) for one in health.leagues] == [("westside", 2, None)]
            with pytest.raises(BballError, match="has written nothing for 1"):
                read_health(file, now=datetime.now(UTC) + timedelta(seconds=100))
        assert told == "READY=1\nWATCHDOG=1\nSTATUS=1 league, 2 waiting"
        assert heard.recv(1000) == b"STOPPING=1"
    assert not file.exists()
    with pytest.raises(BballError, match="There is no health file"):
        read_health(file, now=datetime.now(UTC))


def test_a_database_that_is_away_is_no_reason_for_a_new_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as heard:
        heard.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        Systemd().seen(None)
        assert b"WATCHDOG=1" in heard.recv(1000)
    monkeypatch.delenv("NOTIFY_SOCKET")
    assert not Systemd().listens


def test_what_is_no_health_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "health").write_text("{}")
    with pytest.raises(BballError, match="it isn't a health file"):
        read_health(tmp_path / "health", now=datetime.now(UTC))
