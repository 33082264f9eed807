import asyncio
import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.cli.event_loop import fast_loop
from bball_tui.mail.outcome import OutcomeClass, Phase
from bball_tui.mail.providers import Tls
from bball_tui.mail.render import Renderer
from bball_tui.mail.transports import Envelope
from bball_tui.mail.transports.smtp_connection import Connection
from bball_tui.mail.transports.smtp_target import SmtpTarget
from bball_tui.mail.transports.smtp_transport import SmtpTransport, stuffed
from tests.mail.factory import DATE, make_context, make_settings
from tests.support.smtp import DISCONNECT, EXTENSIONS, HANG, ONE_BY_ONE, SmtpServer

RENDERER = Renderer(make_settings(Path()))


@pytest.fixture(params=[EXTENSIONS, ONE_BY_ONE], ids=["together", "one-by-one"])
async def server(request: pytest.FixtureRequest) -> AsyncIterator[SmtpServer]:
    async with SmtpServer(extensions=request.param) as running:
        yield running


@pytest.fixture
async def transport(server: SmtpServer) -> AsyncIterator[SmtpTransport]:
    opened = make_transport(server)
    yield opened
    await opened.close()


def make_transport(
    server: SmtpServer,
    *,
    connections: int = 1,
    mails: int = 100,
    idle: float = 60.0,
) -> SmtpTransport:
    target = SmtpTarget("127.0.0.1", server.port, Tls.NONE)
    return SmtpTransport(target, connections=connections, mails_per_connection=mails, idle_seconds=idle)


def envelope(number: int = 1, recipient: str = "ngozi@example.com") -> Envelope:
    message_id = f"<{number}@bball-tui>"
    mime = RENDERER.render(make_context(), recipient=recipient, message_id=message_id, date=DATE).mime
    return Envelope.of(recipient, mime)


@contextmanager
def giving_up_soon(transport: SmtpTransport, *, after_the_dot: bool = False) -> Iterator[None]:
    """It does not wait long for answers before the dot, or for the one after it: for a server that gives none."""
    patient = transport._target
    hasty = replace(patient, data_timeout=0.2) if after_the_dot else replace(patient, reply_timeout=0.2)
    transport._target = hasty
    try:
        yield
    finally:
        transport._target = patient


class Wire:
    """Counts how often the transport asks, and answers."""

    def __init__(self, answer: bool = True) -> None:
        self.asked = 0
        self.answer = answer

    async def __call__(self) -> bool:
        self.asked += 1
        return self.answer


async def test_the_bytes_arrive_as_they_were_frozen(server: SmtpServer, transport: SmtpTransport) -> None:
    wire = Wire()
    outcome = await transport.send(envelope(), wire)
    assert outcome.outcome_class is OutcomeClass.ACCEPTED
    assert (outcome.phase, outcome.code, outcome.enhanced_code) == (Phase.DOT, 250, "2.0.0")
    assert wire.asked == 1
    [received] = server.messages
    assert received.data == envelope().mime
    assert (received.sender, received.recipient) == ("office@westside.example", "ngozi@example.com")
    assert message_from_bytes(received.data, policy=default)["Message-ID"] == "<1@bball-tui>"
    assert any(re.fullmatch(r"MAIL FROM:<office@westside.example> SIZE=\d+", line) for line in server.commands)


async def test_many_mails_go_over_one_connection(server: SmtpServer, transport: SmtpTransport) -> None:
    outcomes = await asyncio.gather(*(transport.send(envelope(number), Wire()) for number in range(20)))
    assert {outcome.outcome_class for outcome in outcomes} == {OutcomeClass.ACCEPTED}
    assert server.connections == 1
    assert len({received.data for received in server.messages}) == 20
    await transport.close()
    await server.idle()
    assert server.commands[-1] == "QUIT"


async def test_as_many_connections_as_allowed_and_no_more(server: SmtpServer) -> None:
    transport = make_transport(server, connections=3)
    server.script("dot", HANG, times=3)
    sends = [asyncio.create_task(transport.send(envelope(number), Wire())) for number in range(6)]
    await server.at("dot", 3)
    assert server.open_connections == 3
    server.release()
    assert [(await send).outcome_class for send in sends] == [OutcomeClass.ACCEPTED] * 6
    assert server.connections == 3
    await transport.close()


async def test_a_connection_is_replaced_after_so_many_mails(server: SmtpServer) -> None:
    transport = make_transport(server, mails=3)
    for number in range(7):
        await transport.send(envelope(number), Wire())
    assert [received.connection for received in server.messages] == [1, 1, 1, 2, 2, 2, 3]
    await transport.close()


async def test_an_idle_connection_is_closed_politely(server: SmtpServer) -> None:
    transport = make_transport(server, idle=0.01)
    await transport.send(envelope(), Wire())
    await server.idle()
    assert server.commands[-1] == "QUIT"
    await transport.send(envelope(2), Wire())
    assert server.connections == 2
    await transport.close()


async def test_a_refused_recipient_costs_neither_the_connection_nor_the_next_mail(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    server.script("rcpt", "550-5.1.1 No such user here.\n550 5.1.1 Sorry.", match="nobody@")
    wire = Wire()
    refused = await transport.send(envelope(recipient="nobody@example.com"), wire)
    assert (refused.outcome_class, refused.phase, refused.code, refused.enhanced_code) == (
        OutcomeClass.PERMANENT,
        Phase.RCPT,
        550,
        "5.1.1",
    )
    assert refused.text == "No such user here. Sorry."
    assert wire.asked == 0
    assert (await transport.send(envelope(2), Wire())).outcome_class is OutcomeClass.ACCEPTED
    assert server.connections == 1
    assert server.commands.count("RSET") == 1


@pytest.mark.parametrize(
    ("phase", "reply", "expected", "connections"),
    [
        ("connect", "554 5.7.1 Not you", "provider_transient", 2),
        ("connect", "421 4.7.0 Too busy", "provider_transient", 2),
        ("ehlo", "550 Go away", "provider_transient", 2),
        ("mail", "421 4.7.0 Try later", "provider_transient", 2),
        ("mail", "451 4.3.0 Trouble", "provider_transient", 1),
        ("mail", "550 5.4.5 Daily user sending limit exceeded", "quota", 1),
        ("mail", "530 5.7.0 Authentication required", "auth", 1),
        ("rcpt", "450 4.2.1 Too fast for this mailbox", "recipient_transient", 1),
        ("rcpt", "451 Recipient on suppression list", "permanent", 1),
        ("data", "451 4.3.2 Not now", "recipient_transient", 1),
        ("data", "554 5.5.1 No", "permanent", 1),
        ("dot", "452 4.2.2 Mailbox full", "recipient_transient", 1),
        ("dot", "421 4.3.0 Closing", "provider_transient", 2),
        ("dot", "550 5.7.1 Spam", "permanent", 1),
        ("dot", "552 5.3.4 Too large", "permanent", 1),
        ("dot", "299 whatever", "accepted", 1),
        ("dot", "354 what?", "in_doubt", 1),
    ],
)
async def test_a_definite_answer_in_each_phase(
    server: SmtpServer, transport: SmtpTransport, phase: str, reply: str, expected: str, connections: int
) -> None:
    server.script(phase, reply)
    wire = Wire()
    outcome = await transport.send(envelope(), wire)
    assert outcome.outcome_class == expected
    assert wire.asked == (phase == "dot")
    assert (await transport.send(envelope(2), Wire())).outcome_class is OutcomeClass.ACCEPTED
    assert server.connections == connections


@pytest.mark.parametrize("phase", ["connect", "ehlo", "mail", "rcpt", "data"])
@pytest.mark.parametrize("misbehavior", [HANG, DISCONNECT])
async def test_silence_before_the_dot_is_safe_to_try_again(server: SmtpServer, phase: str, misbehavior: object) -> None:
    transport = make_transport(server)
    server.script(phase, misbehavior)  # type: ignore[arg-type]
    wire = Wire()
    with giving_up_soon(transport) if misbehavior is HANG else nullcontext():
        outcome = await transport.send(envelope(), wire)
    assert outcome.outcome_class is OutcomeClass.PROVIDER_TRANSIENT
    assert outcome.text.startswith(f"The mail server 127.0.0.1:{server.port} ")
    assert wire.asked == 0
    assert server.messages == []
    server.behave()
    assert (await transport.send(envelope(), Wire())).outcome_class is OutcomeClass.ACCEPTED
    await transport.close()


@pytest.mark.parametrize("misbehavior", [HANG, DISCONNECT])
async def test_silence_after_the_dot_is_in_doubt(server: SmtpServer, misbehavior: object) -> None:
    transport = make_transport(server)
    server.script("dot", misbehavior)  # type: ignore[arg-type]
    with giving_up_soon(transport, after_the_dot=True) if misbehavior is HANG else nullcontext():
        outcome = await transport.send(envelope(), Wire())
    assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.IN_DOUBT, Phase.DOT)
    [received] = await server.received(1)
    assert not received.answered
    assert (await transport.send(envelope(2), Wire())).outcome_class is OutcomeClass.ACCEPTED
    assert server.connections == 2
    await transport.close()


async def test_nonsense_after_the_dot_is_in_doubt(server: SmtpServer, transport: SmtpTransport) -> None:
    server.script("dot", "HTTP/1.1 200 OK")
    assert (await transport.send(envelope(), Wire())).outcome_class is OutcomeClass.IN_DOUBT


async def test_a_server_that_is_not_there(server: SmtpServer, transport: SmtpTransport) -> None:
    await server.stop()
    outcome = await transport.send(envelope(), Wire())
    assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.CONNECT)
    assert "cannot be reached" in outcome.text
    await server.start()
    assert (await transport.send(envelope(), Wire())).outcome_class is OutcomeClass.ACCEPTED


async def test_a_restarted_server_is_not_noticed(server: SmtpServer, transport: SmtpTransport) -> None:
    await transport.send(envelope(), Wire())
    await server.stop()
    await server.start()
    assert (await transport.send(envelope(2), Wire())).outcome_class is OutcomeClass.ACCEPTED


async def test_an_old_connection_that_is_told_to_go_is_replaced(server: SmtpServer, transport: SmtpTransport) -> None:
    await transport.send(envelope(), Wire())
    server.script("mail", "421 4.4.2 Idle for too long")
    assert (await transport.send(envelope(2), Wire())).outcome_class is OutcomeClass.ACCEPTED
    assert server.connections == 2


async def test_no_means_that_nothing_is_sent(server: SmtpServer, transport: SmtpTransport) -> None:
    wire = Wire(answer=False)
    outcome = await transport.send(envelope(), wire)
    assert outcome.outcome_class is OutcomeClass.STOPPED
    assert wire.asked == 1
    await server.idle()
    assert server.messages == []
    assert server.reached["dot"] == 0
    assert (await transport.send(envelope(2), Wire())).outcome_class is OutcomeClass.ACCEPTED


async def test_the_wire_is_asked_after_354_and_before_the_first_byte(
    server: SmtpServer, transport: SmtpTransport
) -> None:
    async def look() -> bool:
        assert server.reached["data"] == 1
        assert server.reached["dot"] == 0
        return True

    assert (await transport.send(envelope(), look)).outcome_class is OutcomeClass.ACCEPTED


async def test_a_connection_lost_while_the_wire_is_asked_is_no_doubt(
    server: SmtpServer, transport: SmtpTransport, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose() -> bool:
        await server.stop()
        async with asyncio.timeout(60):
            while used[0].open:  # noqa: ASYNC110 - until it has heard of that, which nobody else is told
                await asyncio.sleep(0)
        return True

    used: list[Connection] = []
    take = transport._take

    async def taken() -> Connection:
        used.append(await take())
        return used[-1]

    monkeypatch.setattr(transport, "_take", taken)
    outcome = await transport.send(envelope(), lose)
    assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.DATA)


async def test_a_failing_question_sends_nothing(server: SmtpServer, transport: SmtpTransport) -> None:
    async def fail() -> bool:
        raise LookupError

    with pytest.raises(LookupError):
        await transport.send(envelope(), fail)
    await server.idle()
    assert server.messages == []
    assert (await transport.send(envelope(), Wire())).outcome_class is OutcomeClass.ACCEPTED


async def give_up_halfway() -> None:

    reading, everything = asyncio.Event(), asyncio.get_running_loop().create_future()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 slow\r\n")
        while not (await reader.readline()).startswith(b"DATA"):
            writer.write(b"250 fine\r\n")
        writer.write(b"354 go on\r\n")
        await reader.readline()  # the message begins; of its 20 MB the kernel takes a part
        asked.set()
        await reading.wait()
        tail = b""
        with suppress(ConnectionResetError):
            while chunk := await reader.read(1 << 20):
                tail = (tail + chunk)[-5:]
        writer.close()
        everything.set_result(tail)

    asked = asyncio.Event()
    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    target = SmtpTarget("127.0.0.1", listening.sockets[0].getsockname()[1], Tls.NONE)
    transport = SmtpTransport(target, connections=1)
    large = Envelope("desk@club.test", "parent@families.test", b"Subject: large\r\n\r\n" + b"line\r\n" * 3_500_000)
    send = asyncio.create_task(transport.send(large, Wire()))
    async with asyncio.timeout(60):
        await asked.wait()
        send.cancel()
        await asyncio.wait((send,))
        reading.set()
        assert await everything != b"\r\n.\r\n"
    await transport.close()
    listening.close()


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, fast_loop])
def test_of_a_message_that_is_given_up_halfway_the_rest_stays_off_the_wire(
    loop: Callable[[], asyncio.AbstractEventLoop],
) -> None:
    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(give_up_halfway())


@pytest.mark.parametrize("phase", ["connect", "rcpt", "dot"])
async def test_a_cancelled_send_drops_its_connection_and_frees_its_place(
    server: SmtpServer, transport: SmtpTransport, phase: str
) -> None:
    server.script(phase, HANG)
    send = asyncio.create_task(transport.send(envelope(), Wire()))
    await server.at(phase)
    send.cancel()
    with pytest.raises(asyncio.CancelledError):
        await send
    await server.idle()
    assert (await transport.send(envelope(2), Wire())).outcome_class is OutcomeClass.ACCEPTED


async def test_closing_lets_the_mail_on_the_wire_finish(server: SmtpServer, transport: SmtpTransport) -> None:
    server.script("dot", HANG)
    send = asyncio.create_task(transport.send(envelope(), Wire()))
    await server.at("dot")
    await transport.close()
    server.release()
    assert (await send).outcome_class is OutcomeClass.ACCEPTED
    await server.idle()


async def test_an_unusable_address_never_reaches_the_wire(server: SmtpServer, transport: SmtpTransport) -> None:
    mime = envelope().mime
    outcome = await transport.send(Envelope("a@b.example", "x@y.example>\r\nRCPT TO:<z@y.example", mime), Wire())
    assert outcome.outcome_class is OutcomeClass.PERMANENT
    assert "not a usable e-mail address" in outcome.text
    assert server.connections == 0


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
async def test_the_letters_of_a_reply_are_kept(server: SmtpServer, transport: SmtpTransport, encoding: str) -> None:
    said = "550 5.1.1 Empfänger unbekannt".encode(encoding).decode("utf-8", "surrogateescape")
    server.script("rcpt", said)
    outcome = await transport.send(envelope(), Wire())
    assert (outcome.outcome_class, outcome.text) == (OutcomeClass.PERMANENT, "Empfänger unbekannt")


async def test_international_addresses(server: SmtpServer, transport: SmtpTransport) -> None:
    await transport.send(envelope(1, "ana@bücher.example.com"), Wire())
    await transport.send(envelope(2, "josé@example.com"), Wire())
    first, second = await server.received(2)
    assert first.recipient == "ana@xn--bcher-kva.example.com"
    assert second.recipient == "josé@example.com"
    smtputf8 = [command for command in server.commands if "SMTPUTF8 BODY=8BITMIME" in command]
    assert len(smtputf8) == 1


async def test_an_old_server_refuses_international_local_parts_in_words() -> None:
    async with SmtpServer(extensions=()) as server:
        transport = make_transport(server)
        outcome = await transport.send(envelope(1, "josé@example.com"), Wire())
        assert outcome.outcome_class is OutcomeClass.PERMANENT
        assert "takes no address with letters outside a-z" in outcome.text
        assert (await transport.send(envelope(2), Wire())).outcome_class is OutcomeClass.ACCEPTED
        assert (server.connections, server.commands[1]) == (1, "MAIL FROM:<office@westside.example>")
        await transport.close()


LINES = st.sampled_from([b".", b"..", b"a", b"", b".a", b"=2E", b". "])
ENDS = st.sampled_from([b"\r\n", b"\n", b"\r"])


@given(st.lists(st.tuples(LINES, ENDS), max_size=8), LINES)
def test_the_final_dot_is_the_only_lone_dot(lines: list[tuple[bytes, bytes]], last: bytes) -> None:
    mime = b"".join(line + end for line, end in lines) + last
    wire = stuffed(mime)
    assert wire.endswith(b"\r\n.\r\n") or wire == b"\r\n.\r\n"
    *body, dot, rest = wire.split(b"\r\n")
    assert (dot, rest) == (b".", b"")
    assert b"." not in body
    assert not any(b"\r" in line or b"\n" in line for line in body)
    received = [line[1:] if line.startswith(b".") else line for line in body]
    expected = mime.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")
    assert received in (expected, expected[:-1])


async def test_dots_survive_the_journey(server: SmtpServer, transport: SmtpTransport) -> None:
    mime = b"From: <a@b.example>\r\n\r\n.\r\n..two\r\n.end\r\n"
    await transport.send(Envelope.of("c@d.example", mime), Wire())
    assert server.messages[0].data == mime
