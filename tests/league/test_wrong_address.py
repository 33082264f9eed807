"""One act corrects a family's address and sends there what had not left."""

import asyncio

import psycopg
import pytest
from sqlalchemy import select, text

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Guardian, Outbox
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.league.editing.outcome import OthersAddress
from bball_tui.league.editing.whose_address import refuse_others_address
from bball_tui.league.mails.wrong_address import AddressFixed, address_facts, fix_address
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.settings import SecretUrl
from tests.support.factory import Club, Parent, make_club, make_family
from tests.support.mails import accept, club_with_mails, doubt, fail, signed_family

RIGHT = "rosa.h@families.test"


async def fix(database: Database, club: Club, id_: int, address: str = RIGHT) -> AddressFixed:
    async with database.session() as session:
        return await fix_address(session, club.league_id, id_, address)


async def mails(database: Database) -> list[tuple[str, str]]:
    async with database.session() as session:
        found = await session.execute(select(Outbox.recipient, Outbox.state).order_by(Outbox.id))
        return [(row.recipient, row.state) for row in found]


async def test_the_guardian_is_corrected_and_the_promise_goes_to_the_new_address(database: Database) -> None:
    club, (old,) = await club_with_mails(database, 1)
    await fail(database, [old])
    fixed = await fix(database, club, old)
    ((new,),) = (tuple(one.new for one in fixed.redirected),)
    assert await mails(database) == [("p0@families.test", "cancelled"), (RIGHT, "queued")]
    async with database.session() as session:
        assert (await session.scalars(select(Guardian.email))).all() == [RIGHT]
        payloads = (await session.scalars(select(Outbox.payload))).all()
        assert payloads[0] == payloads[1]
        links = {
            (row.entity_id, row.action): row.after
            for row in await session.scalars(select(Audit).where(Audit.entity == "outbox"))
        }
    assert links[old, "outbox_redirected"] == {"to": new}
    assert links[new, "outbox_promised_instead"] == {"instead_of": old}


async def test_brothers_and_sisters_go_along_and_other_families_do_not(
    database: Database, owner_url: SecretUrl
) -> None:
    club, ids = await club_with_mails(database, 2)
    async with database.session() as session:
        _, sibling = await signed_family(session, club, first="Ben", email="p0@families.test")
    with psycopg.connect(owner_url.reveal()) as owner:
        owner.execute(
            "UPDATE player_guardian SET guardian_id = (SELECT min(id) FROM guardian)"
            " WHERE player_id = (SELECT max(id) FROM player)"
        )
    await fail(database, [*ids, *sibling])
    async with database.session() as session:
        assert (await address_facts(session, club.league_id, ids[0])).mails == 2
    assert {one.old for one in (await fix(database, club, ids[0])).redirected} == {ids[0], *sibling}
    assert ("p1@families.test", "dead") in await mails(database)


async def test_a_correction_that_was_wrong_can_be_taken_back(database: Database) -> None:
    club, (old,) = await club_with_mails(database, 1)
    await fail(database, [old])
    (one,) = (await fix(database, club, old)).redirected
    (back,) = (await fix(database, club, one.new, "p0@families.test")).redirected
    assert (back.new, back.was) == (old, OutboxState.CANCELLED)
    assert await mails(database) == [("p0@families.test", "queued"), (RIGHT, "cancelled")]


async def test_an_address_that_had_the_mail_gets_no_second_one(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        _, (first,) = await signed_family(session, club)
        contract = await session.scalar(text("SELECT id FROM contract"))
        await session.execute(
            text(
                "INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload) "
                "SELECT league_id, kind, contract_id, :to, kind || ':' || contract_id || ':1:' || :to, '<2@x.test>', "
                "payload FROM outbox"
            ),
            {"to": RIGHT},
        )
    assert contract is not None
    await accept(database, [first + 1])
    await fail(database, [first])
    (one,) = (await fix(database, club, first)).redirected
    assert (one.new, one.was) == (first + 1, OutboxState.SENT)
    assert await mails(database) == [("rosa@families.test", "cancelled"), (RIGHT, "sent")]
    async with database.session() as session:
        story = await contract_detail(session, club.league_id, contract, Outgoing(mail_server=True))
        why = await session.scalar(select(Outbox.error_text).where(Outbox.id == first))
    assert one.sent_on is not None
    assert why == f"{RIGHT} was sent the same on {one.sent_on} (e-mail {one.new}), so no new one goes out"
    told = " ".join(event.text for event in story.trace)
    assert "in place of another" not in told
    assert f"e-mail to rosa@families.test canceled: {why}" in told
    assert "not sent, for another e-mail says the same" in told


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c.test", "a b@c.test", "x@y.test\nBcc: z@y.test", "\x1b@y.test"]
)
async def test_what_is_no_address_changes_nothing(database: Database, address: str) -> None:
    club, (old,) = await club_with_mails(database, 1)
    await fail(database, [old])
    with pytest.raises(BballError, match="isn't a valid e-mail address"):
        await fix(database, club, old, address)
    assert await mails(database) == [("p0@families.test", "dead")]


async def test_sent_doubtful_and_voided_mails_are_refused_in_words(database: Database) -> None:
    club, (sent, doubtful, voided) = await club_with_mails(database, 3)
    await accept(database, [sent])
    await doubt(database, [doubtful])
    await fail(database, [voided])
    async with database.session() as session:
        await session.execute(
            text(
                "UPDATE contract SET status = 'void', status_reason = 'moved', signature_id = NULL "
                "WHERE id = (SELECT contract_id FROM outbox WHERE id = :id)"
            ),
            {"id": voided},
        )
    for id_, words in ((sent, "was accepted"), (doubtful, "Settle that first"), (voided, "no longer true")):
        with pytest.raises(BballError, match=words):
            await fix(database, club, id_)


async def test_a_blocked_address_and_the_same_one_are_refused(database: Database) -> None:
    club, (old,) = await club_with_mails(database, 1)
    await fail(database, [old])
    async with database.session() as session:
        await session.execute(
            text("INSERT INTO suppression (league_id, email, reason) VALUES (:league, :email, 'asked for it')"),
            {"league": club.league_id, "email": RIGHT.upper()},
        )
    with pytest.raises(BballError, match="gets no more e-mail"):
        await fix(database, club, old)
    with pytest.raises(BballError, match="has already"):
        await fix(database, club, old, "P0@families.test")


async def test_an_address_of_nobody_is_refused_when_the_roster_was_corrected_meanwhile(database: Database) -> None:
    club, (old,) = await club_with_mails(database, 1)
    await fail(database, [old])
    async with database.session() as session:
        await session.execute(text("UPDATE guardian SET email = 'new@families.test'"))
    with pytest.raises(BballError, match=r"new@families\.test"):
        await fix(database, club, old)
    assert (await fix(database, club, old, "new@families.test")).guardians == ()


async def test_another_familys_address_is_asked_about(database: Database) -> None:
    club, (old, other) = await club_with_mails(database, 2)
    await fail(database, [old])
    async with database.session() as session:
        await session.execute(text("UPDATE guardian SET first_name = 'Olga' WHERE email = 'p1@families.test'"))
    with pytest.raises(
        OthersAddress, match=r"P1@families\.test is the address of Olga Hamilton, guardian of Kid Family001, not"
    ):
        await fix(database, club, old, "P1@families.test")
    assert await mails(database) == [("p0@families.test", "dead"), ("p1@families.test", "queued")]
    async with database.session() as session:
        fixed = await fix_address(session, club.league_id, old, "p1@families.test", anyway=True)
    assert [one.was for one in fixed.redirected] == [None]
    assert other not in {one.new for one in fixed.redirected}


async def test_one_address_within_a_family_is_normal(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        parents = (Parent(email="p0@families.test"), Parent(first="Luis", email="luis@families.test"))
        family = await make_family(session, club, parents=parents)
        await refuse_others_address(
            session, club.league_id, "luis@families.test", family.player_id, family.guardian_ids[:1]
        )
        # The same person, entered once more with a sibling.
        sibling = await make_family(session, club, first="Ben", parents=(Parent(email="rosa2@families.test"),))
        await refuse_others_address(
            session, club.league_id, "p0@families.test", sibling.player_id, sibling.guardian_ids[:1]
        )


async def test_two_desks_at_once_promise_it_once(database: Database, marias_database: Database) -> None:
    club, (old,) = await club_with_mails(database, 1)
    await fail(database, [old])
    ends = await asyncio.gather(fix(database, club, old), fix(marias_database, club, old), return_exceptions=True)
    assert sum(isinstance(end, BballError) for end in ends) <= 1
    assert sorted(await mails(database)) == [("p0@families.test", "cancelled"), (RIGHT, "queued")]


async def test_a_family_of_another_contract_keeps_its_address(database: Database) -> None:
    club, (old,) = await club_with_mails(database, 1)
    async with database.session() as session:
        await make_family(session, club, first="Other", parents=(Parent(email="p0@families.test"),))
    await fail(database, [old])
    await fix(database, club, old)
    async with database.session() as session:
        assert sorted((await session.scalars(select(Guardian.email))).all()) == ["p0@families.test", RIGHT]  # type: ignore[type-var]
