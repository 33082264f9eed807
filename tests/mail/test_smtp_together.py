"""Commands written together (RFC 2920) to servers that answer in every wrong way: nothing is sent, nothing mixed up."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bball_tui.mail.outcome import OutcomeClass, Phase
from bball_tui.mail.providers import Tls
from bball_tui.mail.transports import Envelope
from bball_tui.mail.transports.smtp_dialogue import LONGEST_REPLY, Reply, ReplyReader
from bball_tui.mail.transports.smtp_target import SmtpTarget
from bball_tui.mail.transports.smtp_transport import SmtpTransport
from tests.support.patience import over_after
from tests.support.smtp import DISCONNECT, HANG, Misbehavior, SmtpServer

TIMEOUT = 30.0
LONG = TIMEOUT + 1
MAIL = Envelope("desk@club.test", "parent@families.test", b"From: <desk@club.test>\r\n\r\nHello\r\n")


async def yes() -> bool:
    return True


async def never() -> bool:
    raise AssertionError("no one may be asked before the server is ready")


@asynccontextmanager
async def connected(port: int) -> AsyncIterator[SmtpTransport]:
    target = SmtpTarget("127.0.0.1", port, Tls.NONE, reply_timeout=TIMEOUT, data_timeout=TIMEOUT)
    transport = SmtpTransport(target, connections=1)
    try:
        yield transport
    finally:
        await transport.close()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def served(talk: Serve) -> AsyncIterator[SmtpTransport]:
    """A transport to a server that greets, offers PIPELINING and then talks as it likes, on every connection again."""

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            writer.write(b"220 odd\r\n")
            await reader.readline()
            writer.write(b"250-odd\r\n250 PIPELINING\r\n")
            await talk(reader, writer)
        with suppress(ConnectionError):
            writer.close()
            await writer.wait_closed()

    talks: list[asyncio.Task[None]] = []
    listening = await asyncio.start_server(
        lambda reader, writer: talks.append(asyncio.ensure_future(greet(reader, writer))), "127.0.0.1", 0
    )
    async with listening:
        async with connected(listening.sockets[0].getsockname()[1]) as transport:
            yield transport
        await asyncio.gather(*talks)


async def group(reader: asyncio.StreamReader) -> list[bytes]:
    """The commands before a message, without answering any."""
    lines = [await reader.readline()]
    while lines[-1] not in (b"DATA\r\n", b"QUIT\r\n", b""):
        lines.append(await reader.readline())
    return lines


async def test_three_commands_go_out_before_the_first_answer() -> None:
    asked = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (lines := await group(reader))[-1] == b"DATA\r\n":
            asked.append(lines)
            writer.write(b"250 sender\r\n250 recipient\r\n354 go on\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 taken\r\n")

    async with served(talk) as transport:
        for _ in range(2):
            assert (await transport.send(MAIL, yes)).outcome_class is OutcomeClass.ACCEPTED
    assert asked == [[b"MAIL FROM:<desk@club.test>\r\n", b"RCPT TO:<parent@families.test>\r\n", b"DATA\r\n"]] * 2


@pytest.mark.parametrize(
    ("answers", "phase", "expected", "connections"),
    [
        ({"mail": "550 5.7.1 Not you"}, Phase.MAIL, "refused", 1),
        ({"mail": "451 4.3.0 Later", "rcpt": "250 Fine"}, Phase.MAIL, "provider_transient", 2),
        ({"mail": "451 4.3.0 Later", "rcpt": "250 Fine", "data": "503 No"}, Phase.MAIL, "provider_transient", 1),
        ({"mail": "421 4.3.2 Bye"}, Phase.MAIL, "provider_transient", 2),
        ({"mail": "354 What?"}, Phase.MAIL, None, 2),
        ({"rcpt": "550 5.1.1 No one"}, Phase.RCPT, "permanent", 1),
        ({"rcpt": "550 5.1.1 No one", "data": "354 Go on"}, Phase.RCPT, "permanent", 2),
        ({"rcpt": "450 4.2.1 Too fast", "data": "554 No"}, Phase.RCPT, "recipient_transient", 1),
        ({"rcpt": "550 5.1.1 No one", "data": "421 Bye"}, Phase.RCPT, "permanent", 2),
        ({"rcpt": "550 5.1.1 No one", "data": DISCONNECT}, Phase.RCPT, "permanent", 2),
        ({"rcpt": "550 5.1.1 No one", "data": HANG}, Phase.RCPT, "permanent", 2),
        ({"rcpt": "354 What?"}, Phase.RCPT, None, 2),
        ({"rcpt": DISCONNECT}, Phase.RCPT, "provider_transient", 2),
        ({"rcpt": HANG}, Phase.RCPT, "provider_transient", 2),
        ({"data": "250 What?"}, Phase.DATA, None, 2),
        ({"data": "554 5.5.1 No"}, Phase.DATA, "permanent", 1),
        ({"data": DISCONNECT}, Phase.DATA, "provider_transient", 2),
        ({"data": HANG}, Phase.DATA, "provider_transient", 2),
    ],
)
async def test_the_first_refusal_counts_and_nothing_is_sent(
    answers: dict[str, str | Misbehavior], phase: Phase, expected: str | None, connections: int
) -> None:
    async with (
        SmtpServer() as server,
        connected(server.port) as transport,
        over_after(LONG, lambda: server.silences > 0),
    ):
        for step, answer in answers.items():
            server.script(step, answer)
        outcome = await transport.send(MAIL, never)
        assert outcome.phase is phase
        assert expected is None or outcome.outcome_class == expected
        assert server.messages == []
        server.behave()
        assert (await transport.send(MAIL, yes)).outcome_class is OutcomeClass.ACCEPTED
        assert server.connections == connections
        assert [one.data for one in server.messages] == [MAIL.mime]


KINDS = st.sampled_from(["250 fine", "251 will forward", "354 go on", "451 later", "550 no", "220 what", "421 bye"])


@given(mail=KINDS, rcpt=KINDS, data=KINDS)
def test_a_message_goes_out_only_after_three_good_answers(mail: str, rcpt: str, data: str) -> None:
    """Whatever the answers, and in whatever combination: the next mail goes out whole, and only once."""

    async def run() -> None:
        async with SmtpServer() as server, connected(server.port) as transport:
            for step, answer in (("mail", mail), ("rcpt", rcpt), ("data", data)):
                server.script(step, answer)
            outcome = await transport.send(MAIL, yes)
            good = mail[:2] == rcpt[:2] == "25" and data[:2] == "35"
            assert (outcome.outcome_class is OutcomeClass.ACCEPTED) == good
            assert len(server.messages) == good
            if not good:
                refused = next(step for step, (word, usual) in steps.items() if word[:2] != usual)
                assert outcome.phase is refused
            server.behave()
            assert (await transport.send(MAIL, yes)).outcome_class is OutcomeClass.ACCEPTED
            assert [one.data for one in server.messages] == [MAIL.mime] * (1 + good)

    steps = {Phase.MAIL: (mail, "25"), Phase.RCPT: (rcpt, "25"), Phase.DATA: (data, "35")}
    asyncio.run(run())


@pytest.mark.slow
async def test_a_server_that_loses_what_it_let_be_written_together_gets_one_command_at_a_time() -> None:
    groups = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Forgets whatever came along with a command, as a careless proxy does."""
        while data := await reader.read(65536):
            groups.append(data)
            if data == b"DATA\r\n":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 fine\r\n")

    async with served(talk) as transport, over_after(LONG, lambda: len(groups) == 1):
        lost = await transport.send(MAIL, never)
        assert (lost.outcome_class, lost.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.RCPT)
        assert (await transport.send(MAIL, yes)).outcome_class is OutcomeClass.ACCEPTED
    assert [data.count(b"\r\n") for data in groups[:4]] == [3, 1, 1, 1]


async def test_a_connection_that_died_of_age_says_nothing_against_writing_together() -> None:
    async with SmtpServer() as server, connected(server.port) as transport:
        assert (await transport.send(MAIL, yes)).outcome_class is OutcomeClass.ACCEPTED
        await server.stop()
        await server.start()
        server.script("mail", "451 4.3.0 Later")
        before = len(server.commands)
        assert (await transport.send(MAIL, never)).phase is Phase.MAIL
        assert [command[:4] for command in server.commands[before:]] == ["EHLO", "MAIL", "RCPT", "DATA"]


async def test_an_answer_that_nobody_asked_for_ends_the_connection_before_anything_is_sent() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while (await group(reader))[-1] == b"DATA\r\n":
            writer.write(b"250 one\r\n250 two\r\n354 three\r\n250 four\r\n")

    async with served(talk) as transport:
        outcome = await transport.send(MAIL, yes)
    assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.DATA)


async def test_words_between_two_mails_are_no_answer_to_the_next() -> None:
    connections = []

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(writer)
        while (await group(reader))[-1] == b"DATA\r\n":
            writer.write(b"250 one\r\n250 two\r\n354 three\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            writer.write(b"250 taken\r\n250 and by the way\r\n")

    async with served(talk) as transport:
        for _ in range(2):
            assert (await transport.send(MAIL, yes)).outcome_class is OutcomeClass.ACCEPTED
    assert len(connections) == 2


async def test_answers_may_come_byte_by_byte() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def dribble(answer: bytes) -> None:
            for byte in answer:
                writer.write(bytes([byte]))
                await asyncio.sleep(0)

        while (await group(reader))[-1] == b"DATA\r\n":
            await dribble(b"250-one\r\n250 and a half\r\n250 two\r\n354 three\r\n")
            await reader.readuntil(b"\r\n.\r\n")
            await dribble(b"250-2.0.0 taken\r\n250 2.0.0 as 17\r\n")

    async with served(talk) as transport:
        for _ in range(2):
            outcome = await transport.send(MAIL, yes)
            assert (outcome.outcome_class, outcome.code) == (OutcomeClass.ACCEPTED, 250)


async def test_an_answer_without_an_end_does_not_fill_the_memory() -> None:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await group(reader)
        while True:
            writer.write(b"250-" + b"x" * 2000 + b"\r\n")
            await writer.drain()

    async with served(talk) as transport:
        outcome = await transport.send(MAIL, never)
    assert (outcome.outcome_class, outcome.phase) == (OutcomeClass.PROVIDER_TRANSIENT, Phase.MAIL)


LINES = st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=20).map(str.strip)
REPLIES = st.lists(st.tuples(st.integers(200, 599), st.lists(LINES, min_size=1, max_size=3)), max_size=5)


def written(code: int, lines: list[str]) -> Iterator[bytes]:
    for place, line in enumerate(lines, 1):
        yield f"{code}{' ' if place == len(lines) else '-'}{line}\r\n".encode()


@given(REPLIES, st.lists(st.integers(0, 400), max_size=12))
def test_replies_are_the_same_in_whatever_pieces_they_come(
    replies: list[tuple[int, list[str]]], cuts: list[int]
) -> None:
    data = b"".join(line for reply in replies for line in written(*reply))
    reader = ReplyReader()
    ends = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    read = [reply for start, end in pairwise(ends) for reply in reader.feed(data[start:end])]
    expected = [(code, "\n".join(line.encode().strip().decode() for line in lines)) for code, lines in replies]
    assert [(reply.code, reply.text) for reply in read] == expected
    assert not reader.malformed


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_bytes_of_any_kind_raise_nothing_and_are_bounded(first: bytes, second: bytes) -> None:
    reader = ReplyReader()
    replies = [*reader.feed(first), *reader.feed(second)]
    assert all(isinstance(reply.text, str) for reply in replies)
    if reader.malformed:
        assert replies[-1].code == 0
        assert reader.feed(b"250 fine\r\n") == []


def test_a_reply_is_never_longer_than_allowed() -> None:
    reader = ReplyReader()
    assert reader.feed(b"250 " + b"x" * LONGEST_REPLY) == [Reply(0, "more than a reply may hold")]
    assert reader.malformed
