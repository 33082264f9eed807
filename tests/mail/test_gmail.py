"""The Gmail transport against a local Gmail, without a database: steps, tokens, refusals, secrets."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from bball_tui.groupme.fake.faults import Answer, Effect, Hang, Reset, Truncated
from bball_tui.mail.outcome import Outcome, OutcomeClass, Phase
from bball_tui.mail.transports import Envelope, LookedUp, TwoStepTransport, open_transport
from bball_tui.mail.transports.gmail_target import GmailTarget
from bball_tui.mail.transports.gmail_transport import Draft, GmailTransport
from tests.mail.factory import make_settings
from tests.support import gmail
from tests.support.gmail import (
    CLIENT_SECRET,
    REFRESH_TOKEN,
    USER,
    GmailServer,
    Held,
)

SEND, CREATE, TOKEN = "POST /drafts/send", "POST /drafts", "POST /token"


def mail(recipient: str = "rosa@families.test") -> Envelope:
    mime = (
        f"From: Westside <{USER}>\r\nTo: Rosa <{recipient}>\r\nSubject: Hello\r\n"
        "Message-ID: <one@westside.test>\r\n\r\nAmara is on the team.\r\n"
    )
    return Envelope.of(recipient, mime.encode())


class Desk:
    """What the delivery does around a transport: keeps the reference, says whether the mail is still ours."""

    def __init__(self, *, ours: bool = True) -> None:
        self.ours = ours
        self.reference: str | None = None
        self.order: list[str] = []

    async def keep(self, reference: str) -> bool:
        self.order.append("keep")
        if self.ours:
            self.reference = reference
        return self.ours

    async def on_wire(self) -> bool:
        self.order.append("wire")
        return self.ours

    async def send(self, transport: GmailTransport, envelope: Envelope | None = None) -> Outcome:
        return await transport.send_in_steps(envelope or mail(), self.on_wire, self.reference, self.keep)


@pytest.fixture
async def server() -> AsyncIterator[GmailServer]:
    async with GmailServer() as running:
        yield running


@pytest.fixture
async def transport(server: GmailServer, tmp_path: Path) -> AsyncIterator[GmailTransport]:
    opened = GmailTransport(GmailTarget(USER, server.user_file(tmp_path), server.url))
    yield opened
    await opened.close()


@contextmanager
def giving_up_soon(transport: GmailTransport) -> Iterator[None]:
    """It does not wait long for the answer to a sending: for a server that gives none."""
    patient = transport._target
    transport._target = replace(patient, data_timeout=0.3)
    try:
        yield
    finally:
        transport._target = patient


async def test_a_mail_is_drafted_noted_marked_and_sent_and_gmail_names_it_again(
    server: GmailServer, transport: GmailTransport
) -> None:
    desk = Desk()
    outcome = await desk.send(transport)
    (sent,) = server.sent
    assert (outcome.outcome_class, outcome.phase, outcome.code) == (OutcomeClass.ACCEPTED, Phase.HTTP_SEND, 200)
    assert outcome.provider_ref == sent.id
    assert server.calls == [TOKEN, CREATE, SEND]
    assert desk.order == ["keep", "wire"]
    assert desk.reference == f"draft:{USER}:{sent.draft_id}"
    # What came out differs from what went in by the Message-ID alone.
    assert sent.original_id == "<one@westside.test>" != sent.message_id
    assert sent.raw.replace(sent.message_id.encode(), sent.original_id.encode()) == mail().mime
    assert server.drafts == {}


async def test_a_service_account_signs_for_the_mailbox(server: GmailServer, tmp_path: Path) -> None:
    url = server.mail_url(server.service_file(tmp_path))
    transport = open_transport(make_settings(tmp_path, mail_url=url))
    assert isinstance(transport, TwoStepTransport)
    assert transport.provider == f"gmail:{USER}"
    assert await transport.check() is None
    assert (await transport.send(mail(), Desk().on_wire)).outcome_class is OutcomeClass.ACCEPTED
    await transport.close()
    assert server.calls == [TOKEN, "GET /profile", CREATE, SEND]


async def test_many_mails_share_one_token_and_one_that_ended_is_replaced_once(
    server: GmailServer, transport: GmailTransport
) -> None:
    people = [f"parent{n}@families.test" for n in range(6)]
    await asyncio.gather(*(Desk().send(transport, mail(person)) for person in people))
    assert server.count(TOKEN) == 1
    server.tokens.clear()
    outcomes = await asyncio.gather(*(Desk().send(transport, mail(person)) for person in people))
    assert {outcome.outcome_class for outcome in outcomes} == {OutcomeClass.ACCEPTED}
    assert server.count(TOKEN) == 2
    assert len(server.sent) == 12


async def test_a_token_near_its_end_is_replaced_before_it_is_refused(
    server: GmailServer, transport: GmailTransport
) -> None:
    server.expires_in = 60
    await Desk().send(transport)
    transport._tokens._until = asyncio.get_running_loop().time()
    await Desk().send(transport)
    assert server.count(TOKEN) == 2
    assert server.count(CREATE) == 2


async def test_a_token_that_ends_right_before_the_sending_sends_nothing_twice(
    server: GmailServer, transport: GmailTransport
) -> None:
    server.script(gmail.CREDENTIALS, "/drafts/send")
    desk = Desk()
    first = await desk.send(transport)
    assert (first.outcome_class, first.code) == (OutcomeClass.PROVIDER_TRANSIENT, 401)
    assert server.count(SEND) == 1
    assert (await desk.send(transport)).outcome_class is OutcomeClass.ACCEPTED
    assert (server.count(TOKEN), server.count(CREATE), len(server.sent)) == (2, 1, 1)


@pytest.mark.parametrize(
    ("path", "effect", "expected"),
    [
        ("/token", gmail.REVOKED, OutcomeClass.AUTH),
        ("/token", gmail.oauth_error(401, "invalid_client", "Unknown"), OutcomeClass.AUTH),
        ("/token", gmail.oauth_error(400, "invalid_scope", "Bad scope"), OutcomeClass.AUTH),
        ("/token", gmail.BACKEND, OutcomeClass.PROVIDER_TRANSIENT),
        ("/token", Answer(429, b"slow down"), OutcomeClass.PROVIDER_TRANSIENT),
        ("/token", Truncated(), OutcomeClass.PROVIDER_TRANSIENT),
        ("/token", Reset(), OutcomeClass.PROVIDER_TRANSIENT),
        ("/drafts$", gmail.CREDENTIALS, OutcomeClass.AUTH),
        ("/drafts$", gmail.error(403, "Delegation denied for x", "forbidden"), OutcomeClass.AUTH),
        ("/drafts$", gmail.DAILY_LIMIT, OutcomeClass.QUOTA),
        ("/drafts$", gmail.USER_RATE, OutcomeClass.PROVIDER_TRANSIENT),
        ("/drafts$", gmail.error(400, "Mail service not enabled", "failedPrecondition"), OutcomeClass.AUTH),
        ("/drafts$", gmail.error(413, "Too large", "uploadTooLarge"), OutcomeClass.PERMANENT),
        ("/drafts$", gmail.BACKEND, OutcomeClass.PROVIDER_TRANSIENT),
        ("/drafts$", Answer(200, b"<html>Welcome to our Wi-Fi</html>"), OutcomeClass.PROVIDER_TRANSIENT),
        ("/drafts$", Answer(302, b"", {"location": "https://login.example"}), OutcomeClass.PROVIDER_TRANSIENT),
        ("/drafts$", Reset(), OutcomeClass.PROVIDER_TRANSIENT),
        ("/drafts/send", gmail.DAILY_LIMIT, OutcomeClass.QUOTA),
        ("/drafts/send", gmail.RATE, OutcomeClass.PROVIDER_TRANSIENT),
        ("/drafts/send", gmail.BAD_RECIPIENT, OutcomeClass.PERMANENT),
        ("/drafts/send", gmail.BACKEND, OutcomeClass.IN_DOUBT),
        ("/drafts/send", Truncated(), OutcomeClass.IN_DOUBT),
        ("/drafts/send", Answer(200, b"<html>Welcome to our Wi-Fi</html>"), OutcomeClass.IN_DOUBT),
        ("/drafts/send", gmail.HTML_404, OutcomeClass.IN_DOUBT),
        ("/drafts/send", Reset(), OutcomeClass.IN_DOUBT),
        ("/drafts/send", Hang(), OutcomeClass.IN_DOUBT),
    ],
)
async def test_what_each_trouble_means(
    server: GmailServer, transport: GmailTransport, path: str, effect: Effect, expected: OutcomeClass
) -> None:
    server.script(effect, path, method="POST", times=None)
    desk = Desk()
    with giving_up_soon(transport) if isinstance(effect, Hang) else nullcontext():
        outcome = await desk.send(transport)
    assert outcome.outcome_class is expected
    assert server.count(SEND) == (path == "/drafts/send"), "a sending is never repeated"
    assert ("wire" in desk.order) == (path == "/drafts/send"), "nothing that fails earlier is marked"


async def test_a_refused_recipient_leaves_no_draft_behind(server: GmailServer, transport: GmailTransport) -> None:
    desk = Desk()
    outcome = await desk.send(transport, mail("nobody@families.test"))
    assert (outcome.outcome_class, outcome.code) == (OutcomeClass.PERMANENT, 400)
    assert outcome.text == "Invalid To header (invalidArgument, INVALID_ARGUMENT)"
    assert server.drafts == {}


async def test_the_moment_in_gmails_text_is_heeded(server: GmailServer, transport: GmailTransport) -> None:
    server.script(gmail.rate_limited(datetime.now(UTC) + timedelta(minutes=15)), "/drafts/send")
    outcome = await Desk().send(transport)
    assert outcome.outcome_class is OutcomeClass.PROVIDER_TRANSIENT
    assert outcome.retry_after is not None
    assert timedelta(minutes=14) < outcome.retry_after <= timedelta(minutes=15)


async def test_a_server_that_is_away_puts_nothing_in_doubt(tmp_path: Path) -> None:
    async with GmailServer() as server:
        transport = GmailTransport(GmailTarget(USER, server.user_file(tmp_path), server.url))
        desk = Desk()
        await desk.send(transport)
    outcome = await desk.send(transport)
    await transport.close()
    assert outcome.outcome_class is OutcomeClass.PROVIDER_TRANSIENT


async def test_a_server_that_goes_away_before_the_sending_puts_nothing_in_doubt(tmp_path: Path) -> None:
    server = GmailServer()
    async with server:
        transport = GmailTransport(GmailTarget(USER, server.user_file(tmp_path), server.url))

        async def gone() -> bool:
            await server.__aexit__(None, None, None)
            client: Any = transport._wire._http._transport
            async with asyncio.timeout(60):
                while not all(one.has_expired() for one in client._pool.connections):  # noqa: ASYNC110 - nobody is told
                    await asyncio.sleep(0)
            return True

        outcome = await transport.send_in_steps(mail(), gone, None, Desk().keep)
    await transport.close()
    assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.HTTP)


@pytest.mark.parametrize("refusing", ["keep", "wire"])
async def test_a_mail_that_is_not_ours_is_not_sent(
    server: GmailServer, transport: GmailTransport, refusing: str
) -> None:
    desk = Desk(ours=refusing != "keep")

    async def no() -> bool:
        return False

    outcome = await transport.send_in_steps(mail(), no, None, desk.keep)
    assert outcome.outcome_class is OutcomeClass.STOPPED
    assert server.count(SEND) == 0
    # A draft that nobody wrote down would stay forever; one that was is the next try's.
    assert len(server.drafts) == (refusing == "wire")


async def test_the_draft_of_an_earlier_try_is_used(server: GmailServer, transport: GmailTransport) -> None:
    desk = Desk()
    server.script(gmail.DAILY_LIMIT, "/drafts/send")
    await desk.send(transport)
    assert (await desk.send(transport)).outcome_class is OutcomeClass.ACCEPTED
    assert (server.count(CREATE), len(server.sent)) == (1, 1)


async def test_a_draft_that_somebody_removed_before_it_was_ever_sent_is_made_again(
    server: GmailServer, transport: GmailTransport
) -> None:
    desk = Desk()
    desk.reference = f"draft:{USER}:r-99"
    assert (await desk.send(transport)).outcome_class is OutcomeClass.ACCEPTED
    assert desk.reference != f"draft:{USER}:r-99"
    assert len(server.sent) == 1


@pytest.mark.parametrize("answer", [gmail.DAILY_LIMIT, gmail.CREDENTIALS, gmail.BACKEND, Truncated()])
async def test_a_sending_that_was_refused_and_happened_all_the_same_is_not_repeated(
    server: GmailServer, transport: GmailTransport, answer: Effect
) -> None:
    desk = Desk()
    server.script(answer, "/drafts/send", after_commit=True)
    outcome = await desk.send(transport)
    if outcome.outcome_class is OutcomeClass.IN_DOUBT:
        found = await transport.look_up(desk.reference or "")
        assert isinstance(found, LookedUp)
        assert found.sent
    else:
        desk.reference = outcome.provider_ref
        assert (await desk.send(transport)).outcome_class is OutcomeClass.ACCEPTED
    assert len(server.sent) == 1


async def test_a_draft_of_another_mailbox_is_left_alone(server: GmailServer, transport: GmailTransport) -> None:
    desk = Desk()
    desk.reference = str(Draft("other@westside.test", "r-99", tried=True))
    assert (await desk.send(transport)).outcome_class is OutcomeClass.ACCEPTED
    assert not any("r-99" in call for call in server.calls)


@pytest.mark.parametrize("committed", [True, False])
async def test_the_draft_tells_what_became_of_a_mail_in_doubt(
    server: GmailServer, transport: GmailTransport, committed: bool
) -> None:
    desk = Desk()
    server.script(Reset(), "/drafts/send", after_commit=committed)
    assert (await desk.send(transport)).outcome_class is OutcomeClass.IN_DOUBT
    assert desk.reference is not None
    found = await transport.look_up(desk.reference)
    assert isinstance(found, LookedUp)
    assert found.sent is committed
    desk.reference = found.reference
    assert (await desk.send(transport)).outcome_class is OutcomeClass.ACCEPTED
    assert len(server.sent) == 1


async def test_a_sending_that_comes_through_late_is_not_doubled(server: GmailServer, transport: GmailTransport) -> None:
    desk = Desk()
    server.script(Held(), "/drafts/send")
    with giving_up_soon(transport):
        assert (await desk.send(transport)).outcome_class is OutcomeClass.IN_DOUBT
    assert desk.reference is not None
    found = await transport.look_up(desk.reference)
    assert isinstance(found, LookedUp)
    assert not found.sent
    desk.reference = found.reference
    server.release()
    await server.sent_so_far(1)
    outcome = await desk.send(transport)
    assert (outcome.outcome_class, outcome.code) == (OutcomeClass.ACCEPTED, 404)
    assert len(server.sent) == 1


async def test_a_sending_that_comes_through_between_look_and_sending_is_not_doubled(
    server: GmailServer, transport: GmailTransport
) -> None:
    desk = Desk()
    server.script(Held(), "/drafts/send")
    with giving_up_soon(transport):
        await desk.send(transport)
    assert desk.reference is not None
    found = await transport.look_up(desk.reference)
    assert isinstance(found, LookedUp)

    async def the_first_one_arrives() -> bool:
        server.release()
        await server.sent_so_far(1)
        return True

    outcome = await transport.send_in_steps(mail(), the_first_one_arrives, found.reference, desk.keep)
    assert outcome.outcome_class is OutcomeClass.ACCEPTED
    assert len(server.sent) == 1


@pytest.mark.parametrize("effect", [gmail.HTML_404, gmail.BACKEND, gmail.REVOKED, Answer(200, b"{}"), Reset()])
async def test_only_gmails_own_word_ends_a_doubt(
    server: GmailServer, transport: GmailTransport, effect: Effect
) -> None:
    server.script(effect, "/drafts/r-1", method="GET", times=None)
    assert isinstance(await transport.look_up(f"draft:{USER}:r-1"), Outcome)


@pytest.mark.parametrize("reference", ["18f0c3", "draft:other@westside.test:r-1", "draft:", "draft:::", "smtp:1:2"])
async def test_a_reference_that_is_no_draft_of_ours_is_not_asked_about(
    server: GmailServer, transport: GmailTransport, reference: str
) -> None:
    found = await transport.look_up(reference)
    assert isinstance(found, Outcome)
    assert found.outcome_class is OutcomeClass.IN_DOUBT
    assert server.calls == []


async def test_a_mail_whose_to_header_names_somebody_else_is_not_sent(
    server: GmailServer, transport: GmailTransport
) -> None:
    envelope = Envelope(USER, "jonas@families.test", mail("rosa@families.test").mime)
    assert (await Desk().send(transport, envelope)).outcome_class is OutcomeClass.RENDER
    assert server.calls == []


async def test_a_cancelled_sending_drops_its_connection(server: GmailServer, transport: GmailTransport) -> None:
    server.script(Hang(), "/drafts/send")
    task = asyncio.create_task(Desk().send(transport))
    await server.called(SEND)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (await Desk().send(transport)).outcome_class is OutcomeClass.ACCEPTED


async def test_no_secret_is_in_a_log_an_outcome_or_a_repr(
    server: GmailServer, transport: GmailTransport, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown = [repr(transport), repr(transport._tokens), repr(transport._tokens._credentials)]
    # A careless server that repeats what it was shown.
    echo = f"refresh_token={REFRESH_TOKEN} client_secret={CLIENT_SECRET}"
    server.script(gmail.oauth_error(400, "invalid_grant", echo), "/token", times=1)
    shown.append(repr(await Desk().send(transport)))
    assert "***" in shown[-1]
    await transport.check()
    (token,) = server.tokens
    server.script(gmail.error(400, f"Bearer {token}", "badRequest"), "/drafts$", times=1)
    for effect in (Reset(), Hang(), gmail.CREDENTIALS):
        server.script(effect, "/drafts/send")
        with giving_up_soon(transport):
            shown.append(repr(await Desk().send(transport)))
    service = GmailTransport(GmailTarget(USER, server.service_file(tmp_path), server.url))
    key = json.loads((tmp_path / "service.json").read_text())["private_key"].splitlines()[1]
    shown += [repr(service._tokens._credentials), repr(await Desk().send(service))]
    await service.close()
    everything = "\n".join([*shown, caplog.text])
    for secret in (REFRESH_TOKEN, CLIENT_SECRET, key, *server.tokens, token):
        assert secret not in everything
