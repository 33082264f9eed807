"""What is promised is promised once, and only by a transaction that commits."""

import asyncio

import pytest
from msgspec.structs import replace

from bball_tui.database.change_listener import OUTBOX, Changed, Connection, listen
from bball_tui.database.engine import Database
from bball_tui.outbox.queue import enqueue
from bball_tui.outbox.settling import Ending
from tests.outbox.support import a_family, item, queue_mails, states, stored
from tests.outbox.test_invariants import end
from tests.outbox.test_staff import take


async def test_the_same_promise_is_never_enqueued_twice_not_even_after_it_was_kept(database: Database) -> None:
    club, family, (id_,) = await queue_mails(database)
    (one,) = await take(database, club.league_id)
    await end(database, one, Ending.SENT, counts=True)
    async with database.session() as session:
        again = [item(family, "PARENT0@families.test"), item(family, "parent0@families.test")]
        assert await enqueue(session, club.league_id, again, hold_seconds=0) == []
        assert (
            len(
                await enqueue(
                    session, club.league_id, [item(family, "parent0@families.test", revision=2)], hold_seconds=0
                )
            )
            == 1
        )
    assert await states(database) == {"sent": 1, "queued": 1}
    assert id_ == one.id


@pytest.mark.slow
async def test_two_transactions_with_the_same_promise_make_one_mail(database: Database) -> None:
    club, family = await a_family(database)

    async def promise(occasion: str) -> list[int]:
        async with database.session() as session:
            one = replace(item(family), occasion=occasion)
            return await enqueue(session, club.league_id, [one], hold_seconds=0)

    # They collide in different places, now and then in the Message-ID before the promise itself.
    for occasion in map(str, range(40)):
        answers = await asyncio.gather(*(promise(occasion) for _ in range(5)))
        assert sorted(len(ids) for ids in answers) == [0, 0, 0, 0, 1]


async def test_the_message_id_comes_from_the_promise_and_the_domain_of_the_league(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    first = (await stored(database, id_)).message_id
    assert first.endswith("@westside.test>")
    (one,) = await take(database, club.league_id)
    assert one.message_id == first


async def test_a_mail_exists_only_if_the_transaction_that_promised_it_commits(database: Database) -> None:
    club, family = await a_family(database)

    async def promise(*, commit: bool) -> None:
        async with database.session() as session:
            await enqueue(session, club.league_id, [item(family)], hold_seconds=0)
            if not commit:
                raise RuntimeError

    events = listen(database, club.league_id, OUTBOX)
    assert await anext(events) == Connection("up")
    with pytest.raises(RuntimeError):
        await promise(commit=False)
    assert await states(database) == {}
    await promise(commit=True)
    async with asyncio.timeout(60):
        assert await anext(events) == Changed("")
    assert await states(database) == {"queued": 1}
    await events.aclose()
