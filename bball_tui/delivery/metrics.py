"""The numbers of a worker for Prometheus, on this machine alone: counts, ages, gates and latencies of each league.

They hold no word about a family: leagues by their short name, mail servers by theirs.
"""

import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from msgspec import Struct
from prometheus_client import CollectorRegistry, Counter, Histogram, make_wsgi_app
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from bball_tui import __version__
from bball_tui.database.states import GateState
from bball_tui.delivery.monitoring import LeagueLook, Looks
from bball_tui.delivery.sending import SendingResult
from bball_tui.errors import BballError
from bball_tui.mail.outcome import OutcomeClass
from bball_tui.mail.safe_values import is_loopback
from bball_tui.outbox.counts import MailDay

_FAST = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
_SLOW = (1, 5, 15, 30, 60, 300, 900, 3600, 21_600, 86_400)


_sums: Callable[..., object] = MultiProcessCollector
"""Registers itself. The library has no types for it."""


class Counts:
    """What the workers of this process have done: in memory, or in a file where prometheus_client is told to."""

    def __init__(self, registry: CollectorRegistry | None = None) -> None:
        self._attempts = Counter(
            "bball_mail_attempts", "The result that this worker had in hand.", ("league", "outcome"), registry=registry
        )
        self._sending = Histogram(
            "bball_mail_sending_seconds",
            "From taking an e-mail to its outcome, in this worker.",
            ("league",),
            buckets=_FAST,
            registry=registry,
        )
        self._delay = Histogram(
            "bball_mail_delay_seconds",
            "From queuing an e-mail until it was accepted, undo time included.",
            ("league",),
            buckets=_SLOW,
            registry=registry,
        )

    def sent(self, league: str, done: SendingResult, seconds: float) -> None:
        """A worker has settled an e-mail."""
        self._attempts.labels(league, done.outcome.outcome_class.value).inc()
        self._sending.labels(league).observe(seconds)
        if done.outcome.outcome_class is OutcomeClass.ACCEPTED:
            since = datetime.now(UTC) - done.work.claim.created_at
            self._delay.labels(league).observe(max(since.total_seconds(), 0.0))


class Metrics(Collector):
    """The numbers. Safe to be read from another thread while they change: those of a look change all at once.

    With ``counted_in`` the counts are the sums of what other processes write into that folder; those that ended stay.
    """

    def __init__(self, counted_in: Path | None = None) -> None:
        self.registry = CollectorRegistry()
        self.counts: Counts | None = None
        if counted_in is None:
            self.counts = Counts(self.registry)
        else:
            _sums(self.registry, path=str(counted_in))
        self._looks: Sequence[LeagueLook] = ()
        self._up = False
        self.registry.register(self)

    def seen(self, looks: Looks) -> None:
        """The database was looked at. While it is away the numbers of before are not told: they may be wrong by now."""
        self._up = looks is not None
        self._looks = looks or ()

    def collect(self) -> Iterator[Metric]:
        """The numbers of the last look."""
        looks = self._looks
        up = GaugeMetricFamily("bball_database_up", "1 when the database answered at the last look.")
        up.add_metric((), self._up)
        build = GaugeMetricFamily("bball_build_info", "1.", labels=("version",))
        build.add_metric((__version__,), 1)
        mails = GaugeMetricFamily("bball_mails", "E-mails that are not done, by state.", labels=("league", "state"))
        oldest = GaugeMetricFamily(
            "bball_mail_oldest_seconds",
            "For how long the oldest e-mail is in this state and should not be; 0: there is none.",
            labels=("league", "state"),
        )
        today = GaugeMetricFamily(
            "bball_mails_accepted_today", "E-mails accepted today, on the league's clock.", labels=("league",)
        )
        last = GaugeMetricFamily(
            "bball_mail_last_accepted_timestamp_seconds", "When the last e-mail was accepted.", labels=("league",)
        )
        workers = GaugeMetricFamily("bball_workers", "Workers that were heard of lately.", labels=("league",))
        gates = GaugeMetricFamily(
            "bball_gate_held",
            "1 while no e-mail passes to this provider (* is a pause), with the cause.",
            labels=("league", "provider", "cause"),
        )
        for look in looks:
            league, day = look.slug, look.day
            for state, number in _counts(look):
                mails.add_metric((league, state), number)
            for state, since in _oldest(day):
                oldest.add_metric((league, state), 0 if since is None else (day.sending.now - since).total_seconds())
            today.add_metric((league,), day.sent)
            if day.last_sent is not None:
                last.add_metric((league,), day.last_sent.timestamp())
            workers.add_metric((league,), len(day.sending.workers))
            for gate in day.sending.gates:
                held = gate.state is not GateState.CLOSED
                gates.add_metric((league, gate.provider, str(gate.cause or "") if held else ""), held)
        yield from (up, build, mails, oldest, today, last, workers, gates)


def _counts(look: LeagueLook) -> tuple[tuple[str, int], ...]:
    day = look.day
    return (
        ("due", day.due),
        ("held", day.held),
        ("later", day.later),
        ("for_chat", day.for_chat),
        ("sending", look.backlog.sending),
        ("failed", sum(heap.count for heap in day.failed)),
        ("in_doubt", 0 if day.in_doubt is None else day.in_doubt.count),
        ("returned", sum(heap.count for heap in day.bounced)),
        ("set_aside", day.parked),
    )


def _oldest(day: MailDay) -> tuple[tuple[str, datetime | None], ...]:
    return (
        ("due", day.late_since),
        ("failed", min((heap.oldest for heap in day.failed), default=None)),
        ("in_doubt", None if day.in_doubt is None else day.in_doubt.oldest),
        ("returned", min((heap.oldest for heap in day.bounced), default=None)),
    )


class Place(Struct, frozen=True):
    """Where the numbers are served: a port of loopback, or a socket in a folder."""

    host: str = ""
    port: int = 0
    path: Path | None = None

    def __str__(self) -> str:
        if self.path is not None:
            return str(self.path)
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}/metrics"


def metrics_place(text: str) -> Place:
    """``127.0.0.1:9464``, ``[::1]:9464``, ``localhost:9464``, or the path of a socket.

    Raises:
        BballError: it is none of these, or other machines could read there.
    """
    if "/" in text:
        return Place(path=Path(text).expanduser())
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not colon or not host or not (port.isascii() and port.isdigit()) or not 0 <= int(port) <= 65_535:
        raise BballError(f"{text[:60]!r} isn't a place for metrics. Write 127.0.0.1:9464, or the path of a socket.")
    if not is_loopback(host):
        raise BballError(
            f"Metrics at {host[:60]} could be read by other machines, without any password. Use 127.0.0.1:{port} "
            "or the path of a socket, and let a proxy or an agent on this machine pass them on."
        )
    return Place(host, int(port))


class _Handler(WSGIRequestHandler):
    """Nothing is written about a request."""

    timeout = 10

    def log_message(self, *_: object) -> None:
        pass

    def address_string(self) -> str:
        return ""


class _TcpServer(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # Another program's port is never shared, and a restart finds its own one free.
    allow_reuse_address = True


class _Tcp6Server(_TcpServer):
    address_family = socket.AF_INET6


class _UnixServer(_TcpServer):
    address_family = socket.AF_UNIX
    allow_reuse_address = False

    def __init__(self, path: Path) -> None:
        self._path = path
        super().__init__(("", 0), _Handler)

    def server_bind(self) -> None:
        self.socket.bind(str(self._path))
        self.server_name, self.server_port = "localhost", 0
        self.setup_environ()

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        request, _ = self.socket.accept()
        return request, ("", 0)


@contextmanager
def serving(metrics: Metrics, place: Place) -> Iterator[str]:
    """Serve the numbers until the block ends; yields where, for people.

    Raises:
        BballError: the place is taken, or cannot be used.
    """
    try:
        server = _bound(place)
    except OSError as error:
        raise BballError(
            f"Metrics cannot be served at {place}: {error.strerror or error}. Choose another place."
        ) from None
    server.set_app(make_wsgi_app(metrics.registry))
    thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
    thread.start()
    try:
        yield str(place if place.path else Place(place.host, server.server_address[1]))
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        if place.path is not None:
            with suppress(OSError):
                place.path.unlink()


def _bound(place: Place) -> WSGIServer:
    if place.path is None:
        family = _Tcp6Server if ":" in place.host else _TcpServer
        return family((place.host, place.port), _Handler)
    with suppress(FileNotFoundError):
        if stat.S_ISSOCK(place.path.lstat().st_mode) and not _answered(place.path):
            place.path.unlink()  # of a worker that was killed
    before = os.umask(0o177)
    try:
        return _UnixServer(place.path)
    finally:
        os.umask(before)


def _answered(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as asking:
        try:
            asking.connect(str(path))
        except OSError:
            return False
    return True
