"""From a roster file to the welcome e-mail in the parent's mailbox, as a registrar's script does it."""

import csv
from collections import Counter
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from tests.journeys.conftest import DATA, Program
from tests.support.smtp import Received, SmtpServer

ROSTER = DATA / "westside-spring.csv"


def addresses_by_player() -> dict[tuple[str, str], set[str]]:
    """(player, team) to the addresses of the guardians, read from the file and not by the importer."""
    with ROSTER.open(encoding="utf-8-sig", newline="") as file:
        return {
            (f"{row['Player First Name']} {row['Player Last Name']}", row["Team"]): {
                address for n in (1, 2) if (address := row[f"Guardian {n} Email"])
            }
            for row in csv.DictReader(file)
        }


def read(received: Received) -> EmailMessage:
    message = message_from_bytes(received.data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    return message


async def _a_roster_with_faults_is_refused_whole(program: Program) -> None:
    """What comes next finds a league without any record."""
    ran = await program("import", DATA / "roster-with-faults.csv", "--json")
    assert ran.code == 1
    assert [one["row"] for one in ran.json["errors"]] == [2, 3, 4, 5, 6, 7, 13, 14]
    assert all(one["problem"] for one in ran.json["errors"])
    assert "\x1b" not in ran.out + ran.err
    assert (await program("players", "list", "--json")).json == []


async def imported(program: Program) -> list[Any]:
    """Import the roster; the contracts as JSON."""
    ran = await program("import", ROSTER, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["created"] == {"teams": 12, "players": 138, "guardians": 207, "contracts": 138}
    assert ran.json["errors"] == []
    contracts: list[Any] = (await program("contracts", "list", "--json")).json
    assert {(one["player"], one["team"]) for one in contracts} == set(addresses_by_player())
    return contracts


async def test_from_the_roster_to_the_mailboxes(program: Program) -> None:
    await _a_roster_with_faults_is_refused_whole(program)
    contracts = await imported(program)
    slip, kept, *rest = contracts
    await _undo_reaches_the_worker_first(program, slip, kept)
    await _no_outage_costs_a_mail(program, [one["id"] for one in rest[:5]])
    await _every_guardian_gets_exactly_one_mail(program, rest[5:])


async def _undo_reaches_the_worker_first(program: Program, slip: Any, kept: Any) -> None:
    await program("league", "set", "--hold-seconds", 600)  # on a busy machine a command takes longer than the usual ten
    await program("contracts", "sign", slip["id"], "--json")
    undone = await program("contracts", "undo", slip["id"], "--json")
    await program("contracts", "sign", kept["id"], "--no-hold")

    async with SmtpServer() as server:
        drained = await program("worker", "--drain", "--json", mail_url=server.url)
        received = list(server.messages)

    assert undone.json["undone"] == [slip["id"]]
    assert drained.json["held"] == 0
    assert {mail.recipient for mail in received} == addresses_by_player()[kept["player"], kept["team"]]


async def _no_outage_costs_a_mail(program: Program, ids: list[int]) -> None:
    server = SmtpServer(patience=60)
    await server.start()
    await server.stop()

    signed = await program("contracts", "sign", *ids, "--no-hold", "--json", mail_url=server.url)
    assert signed.code == 0

    # Back, but not well yet: the first that it says is that it is closing.
    server.script("connect", "421 4.3.2 Starting up", times=None)
    await server.start()
    draining = await program.start("worker", "--drain", "--json", mail_url=server.url)
    await server.at("connect")
    server.behave()
    drained = await draining.ended()
    await server.stop()

    mails = len(signed.json["outbox"])
    assert drained.json == {"sent": mails, "failed": 0, "in_doubt": 0, "queued": 0, "held": 0}
    assert len(server.messages) == mails
    assert len({read(mail)["Message-ID"] for mail in server.messages}) == mails
    items = [one for one in (await program("outbox", "list", "--json")).json if one["contract_id"] in ids]
    assert len(items) == mails
    # An outage of the provider is no failed attempt of any mail.
    assert {(one["state"], one["attempts"], one["error_class"]) for one in items} == {("sent", 1, None)}


async def _every_guardian_gets_exactly_one_mail(program: Program, contracts: list[Any]) -> None:
    expected = addresses_by_player()
    # Every seventh, and the players whom no mail can reach.
    chosen = [one for n, one in enumerate(contracts) if n % 7 == 0 or not expected[one["player"], one["team"]]]
    ids = [one["id"] for one in chosen]

    signed = await program("contracts", "sign", *ids, "--no-hold", "--json")
    async with SmtpServer() as server:
        drained = await program("worker", "--drain", "--json", mail_url=server.url)
        again = await program("worker", "--drain", "--json", mail_url=server.url)
        received = list(server.messages)

    assert (signed.code, signed.json["signed"], signed.json["refused"]) == (0, ids, [])
    promised = {
        (address, one["player"], one["team"]) for one in chosen for address in expected[one["player"], one["team"]]
    }
    assert len(signed.json["outbox"]) == len(promised)
    assert drained.json == {"sent": len(promised), "failed": 0, "in_doubt": 0, "queued": 0, "held": 0}
    assert again.json == {"sent": 0, "failed": 0, "in_doubt": 0, "queued": 0, "held": 0}
    assert len(received) == len(promised)

    messages = [(mail.recipient, read(mail)) for mail in received]
    assert Counter(recipient for recipient, _ in messages) == Counter(address for address, _, _ in promised)
    for recipient, message in messages:
        assert [one.addr_spec for one in message["To"].addresses] == [recipient]
        assert message["Cc"] is message["Bcc"] is None
        text, html = (message.get_body((kind,)) for kind in ("plain", "html"))
        assert text is not None
        assert html is not None
        about = [(player, team) for address, player, team in promised if address == recipient]
        assert any(
            player in text.get_content() and team in text.get_content() and player.split()[0] in message["Subject"]
            for player, team in about
        )
        assert "<html" in html.get_content()
    assert len({message["Message-ID"] for _, message in messages}) == len(messages)

    after = {one["id"]: one for one in (await program("contracts", "list", "--json", "--status", "signed")).json}
    assert set(after) & {one["id"] for one in contracts} == set(ids)
    for one in chosen:
        reachable = expected[one["player"], one["team"]]
        assert after[one["id"]]["welcome"] == ("sent" if reachable else "no_address")
