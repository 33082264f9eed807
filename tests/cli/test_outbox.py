"""`outbox list|show|retry|cancel|resolve`."""

import json
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.outbox.mail_list import BucketName
from tests.cli.conftest import CommandLine
from tests.support.factory import Parent, make_club, make_family

KEYS = [
    "id", "kind", "state", "recipient", "contract_id", "attempts", "available_at", "error_class", "error_text",
    "message_id",
]  # fmt: skip

FAIL = text(
    """
    UPDATE outbox SET state = 'dead', finalized_at = now(), attempts = 1, claims = 1, error_class = 'permanent',
        error_code = '550 5.1.1', error_text = 'No such user'
    WHERE id = :id
    """
)
DOUBT = text(
    """
    UPDATE outbox SET state = 'in_doubt', wire_started_at = now(), attempts = 1, claims = 1, error_class = 'in_doubt',
        error_text = 'No answer'
    WHERE id = :id
    """
)


@pytest.fixture
def mails(command_line: CommandLine) -> list[int]:
    """Two mails about one contract, held."""

    async def make(session: AsyncSession) -> int:
        club = await make_club(session, hold_seconds=3600)
        parents = (Parent("Rosa", "Hamilton", "rosa@families.test"), Parent("Dan", "Hamilton", "dan@families.test"))
        return (await make_family(session, club, parents=parents)).contract_id

    contract = command_line.in_database(make)
    found: list[int] = command_line("contracts", "sign", contract).json["outbox"]
    return found


def become(command_line: CommandLine, statement: Any, id_: int) -> None:
    async def change(session: AsyncSession) -> None:
        await session.execute(statement, {"id": id_})

    command_line.in_database(change)


def states(command_line: CommandLine) -> list[str]:
    return [one["state"] for one in reversed(command_line("outbox", "list", "--json").json)]


def test_list(command_line: CommandLine, mails: list[int]) -> None:
    ran = command_line("outbox", "list", "--json")

    assert ran.code == 0
    assert [one["id"] for one in ran.json] == list(reversed(mails))
    rosa = ran.json[-1]
    assert list(rosa) == KEYS
    assert (rosa["kind"], rosa["state"], rosa["recipient"], rosa["attempts"]) == (
        "contract_signed", "queued", "rosa@families.test", 0,
    )  # fmt: skip
    assert rosa["error_class"] is rosa["error_text"] is None
    assert rosa["message_id"].startswith("<")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "count"),
    [("queued", 2), ("held", 2), ("failed", 0), ("accepted", 0), ("in-doubt", 0), ("came-back", 0), ("sending", 0)],
)
def test_list_by_state(command_line: CommandLine, mails: list[int], state: str, count: int) -> None:
    assert len(command_line("outbox", "list", "--state", state, "--json").json) == count


def test_list_calls_a_dead_mail_failed(command_line: CommandLine, mails: list[int]) -> None:
    become(command_line, FAIL, mails[0])

    failed = command_line("outbox", "list", "--state", "failed", "--json").json

    assert [(one["id"], one["state"], one["error_class"], one["error_text"]) for one in failed] == [
        (mails[0], "failed", "permanent", "No such user")
    ]
    line = command_line("outbox", "list", "--state", "failed").out.splitlines()[1]
    assert line.split()[:3] == [str(mails[0]), "failed", "rosa@families.test"]
    assert "no such mailbox" in line


@pytest.mark.slow
def test_list_is_limited_and_narrowed(command_line: CommandLine, mails: list[int]) -> None:
    assert [one["id"] for one in command_line("outbox", "list", "--limit", "1", "--json").json] == [mails[1]]
    assert [one["id"] for one in command_line("outbox", "list", "--search", "nobody", "--json").json] == []
    assert len(command_line("outbox", "list", "--search", "amara", "--json").json) == 2
    assert command_line("outbox", "list", "--contract", "999999", "--json").json == []


def test_show(command_line: CommandLine, mails: list[int]) -> None:
    become(command_line, FAIL, mails[0])

    shown = command_line("outbox", "show", mails[0], "--json").json
    told = command_line("outbox", "show", mails[0])

    assert list(shown) == [
        "item", "about", "signature", "promised_by", "promised_at", "mail", "attempts", "events", "next",
        "family",
    ]  # fmt: skip
    assert list(shown["item"]) == KEYS
    assert shown["signature"]["signer"] == "Rosa Hamilton"
    assert told.code == 0
    assert told.out.startswith(f"E-mail {mails[0]} to rosa@families.test: failed\nAbout Amara Hamilton, Hawks U12\n")
    assert shown["next"] in told.out
    assert "Rosa Hamilton (guardian): no phone" in told.out


def test_show_what_is_not_there(command_line: CommandLine, mails: list[int]) -> None:
    ran = command_line("outbox", "show", "999999")

    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith("Error: That e-mail isn't in this league.")


def test_retry(command_line: CommandLine, mails: list[int]) -> None:
    become(command_line, FAIL, mails[0])

    ran = command_line("outbox", "retry", mails[0], "999999", "--json")

    assert ran.code == 3
    assert list(ran.json) == ["done", "refused"]
    assert ran.json["done"] == [mails[0]]
    (refused,) = ran.json["refused"]
    assert refused["id"] == 999999
    assert refused["reason"].startswith("That e-mail isn't in this league. Someone may have deleted its contract")
    assert "'bball-tui outbox list'" in refused["reason"]
    assert states(command_line) == ["queued", "queued"]


def test_retry_of_what_is_held_asks_first(command_line: CommandLine, mails: list[int]) -> None:
    assert command_line("outbox", "park", mails[1], "--reason", "ask the family").code == 0

    asked = command_line("outbox", "retry", *mails)

    assert (asked.code, asked.out) == (1, "")
    assert "1 e-mail is held and can still be undone" in asked.err
    assert "1 e-mail was set aside by staff. Nothing was sent: '--yes' sends them all the same." in asked.err
    assert states(command_line) == ["queued", "failed"]

    ran = command_line("outbox", "retry", *mails, "--yes")

    assert (ran.code, ran.json["done"]) == (0, mails)
    assert "Held until now: 1 e-mail." in ran.err
    assert "Set aside until now: 1 e-mail." in ran.err


def test_retry_all_that_failed(command_line: CommandLine, mails: list[int]) -> None:
    become(command_line, FAIL, mails[1])

    assert command_line("outbox", "retry", "--failed").json["done"] == [mails[1]]
    nothing_left = command_line("outbox", "retry", "--failed")
    assert (nothing_left.code, json.loads(nothing_left.out)["done"]) == (0, [])


def test_cancel(command_line: CommandLine, mails: list[int]) -> None:
    assert command_line("outbox", "cancel", *mails, "--reason", "Wrong address").json["done"] == mails
    assert states(command_line) == ["cancelled", "cancelled"]
    assert BucketName.CANCELLED.words == "canceled"
    assert len(command_line("outbox", "list", "--state", "canceled", "--json").json) == 2

    again = command_line("outbox", "cancel", mails[0], "--reason", "Wrong address")

    assert again.code == 1
    assert "was canceled before" in again.err


@pytest.mark.slow
def test_resolve(command_line: CommandLine, mails: list[int]) -> None:
    for id_ in mails:
        become(command_line, DOUBT, id_)

    said = command_line("outbox", "retry", mails[0])
    assert "Settle that first ('bball-tui outbox resolve')" in said.err
    assert command_line("outbox", "resolve", mails[0], "--arrived").code == 0
    assert command_line("outbox", "resolve", mails[1], "--send-again").code == 0
    assert states(command_line) == ["sent", "queued"]
    assert command_line("outbox", "resolve", mails[0], "--arrived").code == 1


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ("outbox list --state", ("in_doubt", "bounced", "cancelled", "in_folder", "sent", "parked", "suppressed")),
        ("emails log --outcome", ("in_doubt", "bounced", "cancelled", "in_folder", "sent", "parked", "suppressed")),
        (
            "contracts list --welcome",
            ("in_doubt", "came_back", "cancelled", "in_folder", "sent", "parked", "suppressed"),
        ),
    ],
)
def test_a_state_is_spelled_alike_by_every_command(
    without_database: CommandLine, option: str, words: tuple[str, ...]
) -> None:
    now_words = ("in-doubt", "came-back", "canceled", "in-folder", "accepted", "set-aside", "blocked")
    for was, now in zip(words, now_words, strict=True):
        ran = without_database(*option.split(), was)
        assert (ran.code, ran.out) == (2, "")
        assert f"{was} is spelled {now} here." in " ".join(ran.err.split())


@pytest.mark.parametrize(
    "arguments",
    [
        ("retry",),
        ("retry", "1", "--failed"),
        ("cancel", "1"),
        ("cancel", "--reason", "x"),
        ("resolve", "1"),
        ("resolve", "1", "--arrived", "--send-again"),
        ("show",),
        ("list", "--state", "dead"),
    ],
)
def test_wrong_usage(without_database: CommandLine, arguments: tuple[str, ...]) -> None:
    ran = without_database("outbox", *arguments)

    assert (ran.code, ran.out) == (2, "")
