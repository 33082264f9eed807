"""The inspector's story: who, what, when, and one sentence about what is next."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import func, insert, select, text, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Guardian, League, Outbox, OutboxAttempt, PlayerGuardian
from bball_tui.database.states import ContractStatus, DateOrder, OutboxState
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.contracts.undo import undo
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.roster.family import households
from bball_tui.league.timeline.facts import ContractState, Mail
from bball_tui.league.timeline.next_step import next_step
from bball_tui.league.timeline.read import contract_detail, player_detail, team_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.settings import WITHOUT_SENDER, WITHOUT_SERVER, NotSetUp
from bball_tui.time_format import zone_for
from bball_tui.tui.tabs.cells import welcome_cell
from tests.support.factory import Parent, make_club, make_family

PARENTS = (
    Parent("Rosa", "Hamilton", "rosa@families.test", relation="mother"),
    Parent("Dan", "Okafor", "dan@families.test", may_sign=False, relation="father"),
    Parent("Ann", "HAMÍLTON", None, receives_email=False),
)


@pytest.mark.parametrize(
    ("mail_server", "sender", "missing"),
    [(False, True, WITHOUT_SERVER), (True, False, WITHOUT_SENDER), (True, True, None)],
)
async def test_what_is_not_set_up_is_what_the_mails_wait_for(
    database: Database, mail_server: bool, sender: bool, missing: NotSetUp | None
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await session.execute(update(League).values(from_email=None))
        family = await make_family(session, club)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        player = await player_detail(session, club.league_id, family.player_id, Outgoing(mail_server, sender=sender))
        detail = player.latest
        (row,) = player.contracts
    assert detail is not None
    cell = welcome_cell(row, UTC, datetime.now(UTC), missing=missing).text
    if missing is None:
        assert detail.mails[0].words.startswith("leaves at ")
        assert "sends" in cell
        noon = datetime(2026, 11, 29, 17, 53, tzinfo=UTC)
        told = replace(row, welcome=WelcomeState.SENT, welcome_at=noon)
        zone = zone_for("America/New_York", DateOrder.MDY)
        assert welcome_cell(told, zone, noon).text == "✔ accepted 12:53 PM"
        assert welcome_cell(told, zone, noon, timed=False).text == "✔ accepted"
    else:
        assert detail.mails[0].words == f"waiting: {missing.clause}"
        assert detail.next == f"{missing.sentence}, so the e-mail waits. {missing.way_out}"
        assert missing.short in cell


async def test_a_contract_is_told_from_offer_to_accepted(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url="https://groupme.com/join_group/1/abc")
        family = await make_family(session, club, parents=PARENTS)
        await session.execute(update(Contract).values(due_on=date(2026, 11, 30)))
    async with marias_database.session() as session:
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    async with database.session() as session:
        held = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert held.next.startswith("2 e-mails leave at ")
        # Undo is hers alone.
        assert held.next.endswith("until then voiding the contract cancels them.")
    async with marias_database.session() as session:
        held = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert held.next.endswith("until then undo cancels everything.")
    async with database.session() as session:
        first = select(func.min(Outbox.id)).scalar_subquery()
        await session.execute(
            update(Outbox)
            .where(Outbox.id == first)
            .values(state=OutboxState.SENT, attempts=1, claims=2, finalized_at=func.clock_timestamp())
        )
        for number, (outcome, phase, said) in enumerate(
            [("recipient_transient", "rcpt", "452 4.2.2 mailbox full"), ("accepted", "dot", "250 ok")], start=1
        ):
            await session.execute(
                insert(OutboxAttempt).values(
                    league_id=club.league_id,
                    outbox_id=first,
                    n=number,
                    worker="desk-2 (screen 8)",
                    started_at=func.clock_timestamp(),
                    finished_at=func.clock_timestamp() + timedelta(seconds=number),
                    outcome=outcome,
                    phase=phase,
                    detail=said,
                )
            )
    async with database.session() as session:
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
    assert (detail.player.first, detail.player.jersey, detail.team, detail.season) == (
        "Amara",
        "00",
        "Hawks U12",
        "Spring 2027",
    )
    assert detail.chat_url == "https://groupme.com/join_group/1/abc"
    assert detail.signature is not None
    assert (detail.signature.signer, detail.signature.recorded_by) == ("Rosa Hamilton", "maria")
    assert [(one.first, one.receives_email, one.may_sign, one.household) for one in detail.guardians] == [
        ("Rosa", True, True, 1),
        ("Dan", True, False, 2),
        ("Ann", False, True, 1),
    ]
    # A day of another year is told with it.
    trace = [(event.text.replace(", 2026", ""), event.who) for event in detail.trace]
    assert trace == [
        ("offered, due Nov 30", None),
        ("signed by Rosa Hamilton (mother) on paper", "maria"),
        ("e-mail to rosa@families.test not accepted (recipient transient at RCPT): 452 4.2.2 mailbox full", "desk-2"),
        ("e-mail to rosa@families.test accepted by the mail server", "desk-2"),
    ]
    assert detail.mails[0].words.startswith("accepted by the mail server at ")
    assert detail.mails[1].words.startswith("leaves at ")


@pytest.mark.parametrize(
    ("leaves", "undo_until", "sentence"),
    [
        (2, 4, "The e-mail leaves at 12:02:00 PM; until then undo cancels everything."),
        (9, 4, "The e-mail leaves at 12:09:00 PM; undo cancels everything until 12:04:00 PM."),
        (9, -1, "The e-mail leaves at 12:09:00 PM; until then voiding the contract cancels it."),
        (None, 4, "The e-mail waits for the link of the team chat; undo cancels everything until 12:04:00 PM."),
        (None, -1, "The e-mail waits for the link of the team chat; until then voiding the contract cancels it."),
    ],
)
def test_undo_is_promised_no_longer_than_it_is_offered(leaves: int | None, undo_until: int, sentence: str) -> None:
    noon = datetime(2026, 11, 29, 12, 0, tzinfo=UTC)
    clock = LeagueClock("maria", noon, zone_for("UTC", DateOrder.MDY), 10)
    at = noon + timedelta(minutes=leaves or 0)
    mail = Mail(1, 1, "rosa@families.test", OutboxState.QUEUED, 0, 0, 8, at, None, None, for_chat=leaves is None)
    signed = ContractState(ContractStatus.SIGNED, 1, None, None, None, noon + timedelta(minutes=undo_until))
    assert next_step(signed, [mail], clock) == sentence


@pytest.mark.parametrize(
    ("mail", "sentence"),
    [
        (
            {
                "state": OutboxState.DEAD,
                "attempts": 1,
                "claims": 1,
                "finalized_at": func.now(),
                "error_class": "permanent",
                "error_text": "no such user.",
            },
            "The e-mail to rosa@families.test failed: no such user. Someone must look at it.",
        ),
        (
            {
                "state": OutboxState.IN_DOUBT,
                "attempts": 1,
                "claims": 1,
                "wire_started_at": func.now(),
                "error_class": "in_doubt",
            },
            "The e-mail to rosa@families.test may or may not have gone out. Someone must decide.",
        ),
        (
            {
                "state": OutboxState.SENDING,
                "claims": 1,
                "claim_token": func.gen_random_uuid(),
                "lease_until": text("now() + interval '1 minute'"),
            },
            "The e-mail to rosa@families.test is being sent right now.",
        ),
        (
            {"available_at": text("now() - interval '1 second'")},
            "The e-mail to rosa@families.test: waiting for its turn.",
        ),
        (
            {
                "attempts": 1,
                "claims": 1,
                "available_at": text("date_trunc('day', now()) + interval '2 days 14 hours'"),
                "error_text": "mailbox full",
            },
            "The e-mail to rosa@families.test: try 2 of 8 at ",
        ),
        (
            {"state": OutboxState.SENT, "attempts": 1, "claims": 1, "finalized_at": func.now()},
            "Nothing more to do: 1 welcome e-mail accepted by the mail server.",
        ),
        (
            {"state": OutboxState.CANCELLED, "finalized_at": func.now()},
            "The welcome e-mail was not sent. Tell the family another way.",
        ),
    ],
)
async def test_the_next_step_follows_the_worst_mail(database: Database, mail: dict[str, Any], sentence: str) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        await session.execute(update(Outbox).values(**mail))
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert detail.next.startswith(sentence)


@pytest.mark.parametrize(
    ("status", "days", "sentence"),
    [
        (ContractStatus.DRAFT, None, "The contract is a draft: offer it to the family."),
        (ContractStatus.OFFERED, None, "Waiting for a signature."),
        (ContractStatus.OFFERED, 7, "Waiting for a signature, 7 days left."),
        (ContractStatus.ACCEPTED, 0, "Accepted by word, waiting for the signature, due today."),
        (ContractStatus.OFFERED, -1, "Waiting for a signature, 1 day overdue."),
        (ContractStatus.DECLINED, None, "Nothing more: the contract is declined."),
    ],
)
async def test_the_next_step_of_an_unsigned_contract(
    database: Database, status: ContractStatus, days: int | None, sentence: str
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, status=status)
        if days is not None:
            today = func.current_date()
            await session.execute(update(Contract).values(offered_on=today - 9, due_on=today + days))
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert (detail.next, detail.signature, detail.mails) == (sentence, None, ())


async def test_undo_void_and_a_mail_nobody_got_are_part_of_the_story(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=(Parent(email=None),))
        request = SigningRequest(((family.contract_id, 1),), FreeText("[bold]Grandma[/]"))
        await sign(session, club.league_id, request)
        silent = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert silent.next == "No one was told by e-mail. Tell the family another way."
        await undo(session, club.league_id, [family.contract_id])
        await apply_transition(
            session, club.league_id, TransitionRequest(Transition.VOID, ((family.contract_id, None),), "moved away")
        )
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert detail.next == "Nothing more: the contract is void (moved away)."
        assert [event.text for event in detail.trace] == [
            "offered",
            "signed by [bold]Grandma[/] (guardian) on paper",
            "signature taken back",
            "voided: moved away",
        ]


async def test_player_and_team_are_whole(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=PARENTS)
        await make_family(session, club, first="Bo", last="Abel")
        player = await player_detail(session, club.league_id, family.player_id, Outgoing(True))
        assert (player.player.last, len(player.guardians), len(player.contracts)) == ("Hamilton", 3, 1)
        team = await team_detail(session, club.league_id, club.team_id)
        assert (team.team.players, team.team.open, team.chat_url) == (2, 2, None)
        assert [row.last for row in team.contracts] == ["Abel", "Hamilton"]


async def test_what_is_of_another_league_does_not_exist(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        other = await make_club(session, slug="other")
        family = await make_family(session, other)
        reads: tuple[tuple[Callable[..., Awaitable[object]], int], ...] = (
            (partial(contract_detail, outgoing=Outgoing(True)), family.contract_id),
            (partial(player_detail, outgoing=Outgoing(True)), family.player_id),
            (team_detail, other.team_id),
        )
        for read, row_id in reads:
            with pytest.raises(BballError, match="isn't in this league"):
                await read(session, club.league_id, row_id)


async def test_links_and_guardians_are_of_the_player_asked_for(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        one = await make_family(session, club)
        two = await make_family(session, club, first="Two", parents=(Parent("Zoe", "Zane", "zoe@families.test"),))
        await session.execute(
            insert(PlayerGuardian).values(
                league_id=club.league_id, player_id=two.player_id, guardian_id=one.guardian_ids[0], position=2
            )
        )
        await session.execute(update(Guardian).where(Guardian.first_name == "Zoe").values(phone="+1 555 010"))
        guardians = (await player_detail(session, club.league_id, two.player_id, Outgoing(True))).guardians
        assert [(one.first, one.household) for one in guardians] == [("Zoe", 1), ("Rosa", 2)]


person = st.tuples(
    st.sampled_from(["hamilton", "okafor", "tran"]),
    st.sampled_from([None, "a@x.test", "A@x.test", "b@x.test"]),
    st.sampled_from([None, "1 2", "12", "3"]),
)


@given(st.lists(person, max_size=6))
def test_households_join_whoever_shares_something(people: list[tuple[str, str | None, str | None]]) -> None:
    numbers = households(people)
    assert len(numbers) == len(people)
    assert sorted(set(numbers)) == list(range(1, len(set(numbers)) + 1))
    for one, first in zip(people, numbers, strict=True):
        for other, second in zip(people, numbers, strict=True):
            if one[0] == other[0]:
                assert first == second
