"""Putting mails aside: they wait for a person and for nothing else."""

import pytest

from bball_tui.database.engine import Database
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.counts import buckets
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, list_items
from bball_tui.outbox.queue import claim
from bball_tui.outbox.staff_actions import cancel, park, retry
from bball_tui.outbox.timeline import item_timeline
from tests.outbox.support import queue_mails, stored
from tests.support.mails import fail

WHY = "the coach asks [red]first[/red]"


@pytest.mark.slow
async def test_no_worker_takes_it_and_a_retry_brings_it_back_as_it_was(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    async with database.session() as session:
        assert (await park(session, club.league_id, [id_], reason=WHY)).done == (id_,)
        assert await claim(session, club.league_id, limit=9, worker="w", provider="maildir") == []
    async with database.session() as session:
        assert (await retry(session, club.league_id, [id_])).done == (id_,)
    after = await stored(database, id_)
    assert (after.state, after.error_class, after.error_text) == (OutboxState.QUEUED, None, None)


async def test_it_has_a_bucket_of_its_own_and_its_story_says_who_and_why(database: Database) -> None:
    club, _, ids = await queue_mails(database, 2)
    await fail(database, ids[1:])
    async with database.session() as session:
        await park(session, club.league_id, ids[:1], reason=WHY)
        counts = {one.name: one.count for one in await buckets(session, club.league_id)}
        parked = await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.PARKED))
        failed = await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.FAILED))
        story = await item_timeline(session, club.league_id, ids[0], Outgoing(mail_server=True))
    assert (counts["parked"], counts["failed"]) == (1, 1)
    assert [(one.id, one.why, one.bucket) for one in parked] == [(ids[0], WHY, BucketName.PARKED)]
    assert [one.id for one in failed] == [ids[1]]
    assert f"put it aside ({WHY})" in story.next


async def test_a_failed_one_can_be_put_aside_once_and_then_cancelled(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    await fail(database, [id_])
    async with database.session() as session:
        assert (await park(session, club.league_id, [id_], reason=WHY)).done == (id_,)
        again = await park(session, club.league_id, [id_], reason=WHY)
        assert again.done == ()
        assert "was set aside before" in again.refused[0].reason
        assert (await cancel(session, club.league_id, [id_], reason="no need")).done == (id_,)


async def test_without_a_reason_nothing_is_put_aside(database: Database) -> None:
    club, _, (id_,) = await queue_mails(database)
    with pytest.raises(BballError, match="reason is empty"):
        async with database.session() as session:
            await park(session, club.league_id, [id_], reason="  ")
    assert (await stored(database, id_)).state == OutboxState.QUEUED
