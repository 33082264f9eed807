"""The pace of a provider: so many mails a second, and no mail that the gate let pass is put back because of it."""

import time
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from msgspec.structs import replace

from bball_tui.database.engine import Database
from bball_tui.database.states import GateCause, GateState
from bball_tui.delivery.gate_policy import Permit, Wait, admit, limits_for
from bball_tui.delivery.outcome_policy import verdict_of
from bball_tui.delivery.worker import Drained
from bball_tui.mail.answer_patterns import asks_to_slow_down
from bball_tui.mail.outcome import Phase, classify_smtp
from bball_tui.mail.transports import Limits
from bball_tui.outbox.provider_gates import Gate, gates
from bball_tui.settings import SecretUrl, Settings
from tests.delivery.test_drain import drain
from tests.outbox.support import queue_mails
from tests.support.smtp import SmtpServer

NOW = datetime(2027, 1, 9, 12, tzinfo=UTC)


def test_the_settings_say_how_fast_and_gmail_is_known() -> None:
    assert limits_for("smtp:smtp.example.org:587", None) == Limits()
    assert limits_for("smtp:smtp.example.org:587", 0.5) == Limits(per_second=0.5, burst=1)
    assert limits_for("smtp:smtp.example.org:587", 14) == Limits(per_second=14, burst=14)
    assert limits_for("gmail:office@westside.test", None).per_second == 2.5


def test_a_code_that_only_asks_for_fewer_mails_is_read_as_that() -> None:
    busy = classify_smtp(Phase.DOT, 451, None, "4.7.500 Server busy. Please try again later from [192.0.2.1]")
    assert asks_to_slow_down(verdict_of(busy, probe=False).reason)
    away = classify_smtp(Phase.DOT, 421, None, "4.3.0 Temporary System Problem")
    assert verdict_of(away, probe=False).reason == "Temporary System Problem"
    assert not asks_to_slow_down("4.7.5000 Temporary System Problem")


@pytest.mark.slow
async def test_a_worker_sends_all_that_the_gate_let_pass_before_it_waits_for_more(
    database: Database, settings: Settings
) -> None:
    club, _, _ = await queue_mails(database, 8)
    async with SmtpServer(dot_seconds=0.1) as server:  # slower than the claiming
        begun = time.monotonic()
        url = SecretUrl(f"{server.url}&rate=4")
        settings = msgspec.structs.replace(settings, mail_url=url, worker_concurrency=1)
        assert await drain(database, club.league_id, settings) == Drained(8, 0, 0, 0, 0)
        assert server.messages[-1].at - begun >= 1  # four at once, and four more in a second
    async with database.session() as session:
        (gate,) = await gates(session, club.league_id)
    assert gate.sent_today == 8


def test_the_end_of_a_pause_waits_for_the_pace_and_then_sends_its_probe() -> None:
    slow = Limits(per_second=0.1, burst=1)
    gate = Gate(
        "smtp:smtp.example.org:587",
        GateState.OPEN,
        NOW,
        GateCause.OUTAGE,
        "421 Going down",
        open_until=NOW,
        failures=1,
        refilled_at=NOW - timedelta(seconds=5),
    )
    after, answer = admit(gate, 5, slow)
    assert isinstance(answer, Wait)
    assert answer.cause is None
    assert answer.seconds == 5
    # Had it become half-open, it would wait two minutes for a probe that nobody sent.
    assert after.state is GateState.OPEN
    after, answer = admit(replace(after, now=NOW + timedelta(seconds=5)), 5, slow)
    assert (after.state, answer) == (GateState.HALF_OPEN, Permit(1, probe=True))
