"""Hundreds of mails, two real worker commands, and a provider that fails in every way it can.

No fault costs a mail an attempt, however many mails wait; each opens the gate once, one probe closes it, and in the
end everything goes out once, no faster than the provider allows.
"""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import trustme
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.database.states import GateCause, GateState
from bball_tui.outbox.provider_gates import Gate, gates, wake_workers
from bball_tui.settings import SecretUrl
from tests.chaos.processes import worker_commands
from tests.outbox.support import make_pauses_last, queue_mails, states, until_states
from tests.support.smtp import DISCONNECT, HANG, SmtpServer, Tls

WORKERS, CONCURRENCY = 2, 2
ON_THE_WIRE = WORKERS * CONCURRENCY
IN_HAND = WORKERS * (4 * CONCURRENCY + 2)
"""What the workers claim ahead at most: mails that the gate has let pass and the server has not seen."""

RATE = BURST = 70
"""Mails a second in the mail URL, and how many of them may go at once."""

PATIENCE = 60.0
"""Seconds for several Python programs to start on a busy machine."""


class Authority:
    """A server's side of TLS whose certificate can be exchanged while it runs."""

    def __init__(self, folder: Path) -> None:
        self._trusted, self._unknown = trustme.CA(), trustme.CA()
        self.file = folder / "ca.pem"
        self._trusted.cert_pem.write_to_path(self.file)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.behave()

    def behave(self) -> None:
        self._trusted.issue_cert("127.0.0.1").configure_cert(self.context)

    def misbehave(self) -> None:
        """Connections from now on get a certificate that no one here trusts."""
        self._unknown.issue_cert("127.0.0.1").configure_cert(self.context)


@dataclass(frozen=True, slots=True)
class Trouble:
    """One fault of the provider: what begins it, and what the gate has to take it for."""

    begin: Callable[[SmtpServer, Authority], None]
    cause: GateCause = GateCause.OUTAGE


def says(phase: str, reply: str) -> Callable[[SmtpServer, Authority], None]:
    return lambda server, _: server.script(phase, reply, times=None)


def never_says_354(server: SmtpServer, _: Authority) -> None:
    server.script("data", HANG, times=None)


def refuses_tls(server: SmtpServer, _: Authority) -> None:
    server.script("mail", DISCONNECT, times=None)  # the connections from before, so that new ones are needed
    server.script("starttls", "454 4.7.0 TLS not available due to temporary reason", times=None)


def shows_a_wrong_certificate(server: SmtpServer, authority: Authority) -> None:
    server.script("mail", DISCONNECT, times=None)
    authority.misbehave()


TROUBLES = (
    Trouble(says("mail", "421 4.3.2 Going down")),
    Trouble(says("mail", "454 4.7.0 Too many login attempts")),
    Trouble(says("rcpt", "550 5.4.5 Daily user sending limit exceeded"), GateCause.QUOTA),
    Trouble(never_says_354),
    Trouble(refuses_tls),
    Trouble(shows_a_wrong_certificate),
)


@dataclass(frozen=True, slots=True)
class League:
    """What the database says about the one league of these tests."""

    database: Database
    id: int

    async def gate(self) -> Gate | None:
        async with self.database.session() as session:
            return next(iter(await gates(session, self.id)), None)

    async def until_held(self, counts: dict[str, int]) -> Gate:
        """Wait until the gate is open and the workers have put everything back; returns the gate."""
        gate: Gate | None = None
        found: dict[str, int] = {}
        try:
            async with asyncio.timeout(PATIENCE):
                while gate is None or gate.state is not GateState.OPEN or found != counts:  # no event of ours
                    gate, found = await self.gate(), await states(self.database)
                    await asyncio.sleep(0.05)
        except TimeoutError:
            raise AssertionError(f"waited for {counts}, found {found} and {gate}") from None
        return gate

    async def count(self, what: str) -> int:
        async with self.database.session() as session:
            return int(await session.scalar(text(f"SELECT {what}")) or 0)

    async def end_the_pause(self) -> None:
        """As if the time that the gate waits were over."""
        async with self.database.session() as session:
            await session.execute(text("UPDATE provider_gate SET open_until = now()"))
            await wake_workers(session, self.id)


ATTEMPTS_OF_QUEUED = "sum(attempts) FROM outbox WHERE state = 'queued'"
MET_A_FAULT = "count(*) FROM outbox_attempt WHERE outcome <> 'accepted'"


def assert_no_faster(times: Sequence[float]) -> None:
    """In no stretch of time more mails than the rate, its burst, and what had been let pass before."""
    for (first, start), (last, end) in combinations(enumerate(times, 1), 2):
        assert last - first + 1 <= BURST + RATE * (end - start) + IN_HAND, f"e-mails {first} to {last}"


async def test_every_fault_opens_the_gate_once_one_probe_closes_it_and_all_goes_out_at_the_rate(
    database: Database, database_url: SecretUrl, owner_url: SecretUrl, tmp_path: Path
) -> None:
    make_pauses_last(owner_url)
    total = ON_THE_WIRE + len(TROUBLES) + 150
    club, _, _ = await queue_mails(database, total)
    league, authority = League(database, club.league_id), Authority(tmp_path)
    async with SmtpServer(tls=Tls.STARTTLS, context=authority.context, patience=PATIENCE) as server:
        settings = {
            "database_url": database_url.reveal(),
            "config": tmp_path / "config.toml",
            "data_dir": tmp_path,
            "mail_url": f"{server.url}&ca={authority.file}&reply_timeout=5&rate={RATE}",
            "worker_concurrency": CONCURRENCY,
        }
        # Both workers have mails on the wire when the trouble begins: one that has just started tries at once.
        server.script("dot", HANG, times=None)
        async with worker_commands(WORKERS, settings):
            await server.received(ON_THE_WIRE)
            for sent, trouble in enumerate(TROUBLES, ON_THE_WIRE):
                met = await league.count(MET_A_FAULT)
                server.behave()
                trouble.begin(server, authority)
                server.release()
                gate = await league.until_held({"sent": sent, "queued": total - sent})
                assert (gate.cause, gate.failures) == (trouble.cause, 1)
                assert await league.count(ATTEMPTS_OF_QUEUED) == 0
                assert 1 <= await league.count(MET_A_FAULT) - met <= IN_HAND
                # The provider is well again and the pause is over: one mail goes out to see, all others wait for it.
                server.behave()
                authority.behave()
                server.script("dot", HANG)
                await league.end_the_pause()
                await server.received(sent + 1)
                probing = await league.gate()
                assert probing is not None
                assert (probing.state, len(server.messages)) == (GateState.HALF_OPEN, sent + 1)
                assert await states(database) == {"sent": sent, "sending": 1, "queued": total - sent - 1}
            server.release()
            await until_states(database, {"sent": total}, seconds=PATIENCE)
        messages = server.messages
    after = await league.gate()
    assert after is not None
    assert (after.state, after.failures) == (GateState.CLOSED, 0)
    assert Counter(mail.recipient for mail in messages) == {f"parent{n}@families.test": 1 for n in range(total)}
    assert_no_faster([mail.at for mail in messages])
    # Every mail that the gate let pass after the last probe was sent, so nothing of the rate was wasted.
    assert after.sent_today - gate.sent_today == total - sent


async def test_a_provider_that_hangs_after_the_dot_leaves_only_the_mails_on_the_wire_in_doubt(
    database: Database, database_url: SecretUrl, owner_url: SecretUrl, tmp_path: Path
) -> None:
    make_pauses_last(owner_url)
    total = 200
    club, _, _ = await queue_mails(database, total)
    league = League(database, club.league_id)
    async with SmtpServer(patience=PATIENCE) as server:
        # Both workers wait with all they can send before one of them is left without an answer: on a busy machine the
        # second would otherwise begin when the first has already tried again.
        server.script("data", HANG, times=None)
        settings = {
            "database_url": database_url.reveal(),
            "config": tmp_path / "config.toml",
            "data_dir": tmp_path,
            "mail_url": f"{server.url}&data_timeout=6",
            "worker_concurrency": CONCURRENCY,
        }
        async with worker_commands(WORKERS, settings):
            await server.at("data", ON_THE_WIRE)
            server.behave()
            server.script("dot", HANG, times=None)
            server.release()
            await server.received(ON_THE_WIRE)
            gate = await league.until_held({"in_doubt": ON_THE_WIRE, "queued": total - ON_THE_WIRE})
            assert (gate.cause, gate.failures) == (GateCause.OUTAGE, 1)
            assert await league.count(ATTEMPTS_OF_QUEUED) == 0
            server.behave()
            await league.end_the_pause()
            await until_states(database, {"in_doubt": ON_THE_WIRE, "sent": total - ON_THE_WIRE}, seconds=PATIENCE)
        # All arrived, also those in doubt, and none of them was sent again.
        assert Counter(mail.recipient for mail in server.messages) == {
            f"parent{n}@families.test": 1 for n in range(total)
        }
    after = await league.gate()
    assert after is not None
    assert (after.state, after.failures) == (GateState.CLOSED, 0)
