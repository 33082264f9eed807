"""Reminders: each once, at most so many, and none that no one asked for."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from bball_tui.database.engine import Database
from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.contracts.due_dates import change_due
from bball_tui.league.editing.contracts import load_contract, save_contract
from bball_tui.league.league_clock import read_clock
from bball_tui.league.mails.reminders import (
    Schedule,
    parse_days,
    planned_reminders,
    read_schedule,
    remind,
    remind_by_itself,
    set_schedule,
)
from bball_tui.outbox.addresses import suppress
from bball_tui.outbox.staff_actions import cancel
from tests.support.factory import Club, Parent, make_club, make_family

DAN = Parent("Dan", "Hamilton", "dan@families.test")


async def offer(database: Database, *, due_in: int, offered_ago: int = 10, last: str = "Hamilton") -> tuple[Club, int]:
    async with database.session() as session:
        league = await session.scalar(text("SELECT id FROM league"))
        if league is None:
            club = await make_club(session)
        else:
            row = (await session.execute(text("SELECT season_id, id FROM team"))).one()
            club = Club(league, row.season_id, row.id)
        family = await make_family(session, club, last=last, parents=(Parent(email=f"{last}@families.test"), DAN))
        await session.execute(
            text("UPDATE contract SET due_on = CURRENT_DATE + :due, offered_on = CURRENT_DATE - :ago WHERE id = :id"),
            {"due": due_in, "ago": offered_ago, "id": family.contract_id},
        )
    return club, family.contract_id


async def mails(database: Database) -> list[tuple[str, str]]:
    async with database.session() as session:
        rows = await session.execute(text("SELECT recipient, payload ->> 'number' AS n FROM outbox ORDER BY id"))
        return [(row.recipient, row.n) for row in rows]


async def days_pass(database: Database, days: int) -> None:
    """As if everything had happened so many days earlier."""
    async with database.session() as session:
        await session.execute(
            text("UPDATE outbox SET created_at = created_at - make_interval(days => :n)"), {"n": days}
        )
        await session.execute(
            text("UPDATE contract SET due_on = due_on - :n, offered_on = offered_on - :n - 1"), {"n": days}
        )


async def test_off_by_default_and_each_reminder_once(database: Database) -> None:
    club, _ = await offer(database, due_in=7)
    async with database.session() as session:
        assert await read_schedule(session, club.league_id) == Schedule((), 2)
        assert await remind(session, club.league_id) == ()
        await set_schedule(session, club.league_id, [2, 7, 7], 2)
    for _ in range(2):
        async with database.session() as session:
            await remind(session, club.league_id)
    assert await mails(database) == [("Hamilton@families.test", "1"), ("dan@families.test", "1")]
    await days_pass(database, 3)
    async with database.session() as session:
        (plan,) = await planned_reminders(session, club.league_id)
        assert (plan.number, plan.today, plan.sent) == (2, False, 1)
        assert await remind(session, club.league_id) == ()
    await days_pass(database, 3)  # one day left, so the second one is late and goes now
    async with database.session() as session:
        (plan,) = await planned_reminders(session, club.league_id)
        assert plan.today
        assert len(await remind(session, club.league_id)) == 2
        assert await planned_reminders(session, club.league_id) == ()
        assert await remind(session, club.league_id) == ()
    assert [number for _, number in await mails(database)] == ["1", "1", "2", "2"]


async def test_another_schedule_reminds_nobody_twice_for_the_same_days(database: Database) -> None:
    club, _ = await offer(database, due_in=6)
    async with database.session() as session:
        await set_schedule(session, club.league_id, [7], 5)
        assert len(await remind(session, club.league_id)) == 2
        await set_schedule(session, club.league_id, [10, 7, 1], 5)
        assert await remind(session, club.league_id) == ()
        (plan,) = await planned_reminders(session, club.league_id)
        assert plan.on == plan.due_on - timedelta(days=1)


async def test_a_cancelled_reminder_counts_toward_no_cap(database: Database) -> None:
    """It never left, so the family was told nothing: the next one is still the first, and still may come."""
    club, _ = await offer(database, due_in=7)
    async with database.session() as session:
        await set_schedule(session, club.league_id, [7, 2], 1)
        made = await remind(session, club.league_id)
        await cancel(session, club.league_id, made, reason="we call them")
        assert await remind(session, club.league_id) == (), "what staff canceled does not come back by itself"
        (plan,) = await planned_reminders(session, club.league_id)
        assert (plan.number, plan.sent, plan.today) == (1, 0, False)
        assert plan.on == plan.due_on - timedelta(days=2)
    await days_pass(database, 5)
    async with database.session() as session:
        assert len(await remind(session, club.league_id)) == 2
        assert await planned_reminders(session, club.league_id) == ()
    assert [number for _, number in await mails(database)] == ["1", "1", "1", "1"]


async def test_a_reminder_that_another_due_date_cancelled_comes_for_the_new_one(database: Database) -> None:
    club, contract_id = await offer(database, due_in=5)
    async with database.session() as session:
        await set_schedule(session, club.league_id, [7], 1)
        assert len(await remind(session, club.league_id)) == 2
        due_on = (await read_clock(session, club.league_id)).today + timedelta(days=6)
        assert len((await change_due(session, club.league_id, [(contract_id, None)], due_on)).cancelled) == 2
        assert len(await remind(session, club.league_id)) == 2
        assert await remind(session, club.league_id) == ()


async def test_a_reminder_that_a_move_cancelled_comes_for_the_new_team(database: Database) -> None:
    club, contract_id = await offer(database, due_in=5)
    async with database.session() as session:
        await set_schedule(session, club.league_id, [7], 1)
        assert len(await remind(session, club.league_id)) == 2
        team = await session.scalar(
            text("INSERT INTO team (league_id, season_id, name) VALUES (:league, :season, 'Owls') RETURNING id"),
            {"league": club.league_id, "season": club.season_id},
        )
        now = await load_contract(session, club.league_id, contract_id, DateOrder.YMD)
        moved = replace(now.draft, team_id=str(team))
        await save_contract(session, club.league_id, moved, order=DateOrder.YMD, base=now)
        assert len(await remind(session, club.league_id)) == 2
        assert await remind(session, club.league_id) == ()


async def test_who_is_not_reminded(database: Database) -> None:
    club, signed = await offer(database, due_in=3, last="Signed")
    await offer(database, due_in=-1, last="Late")
    await offer(database, due_in=3, offered_ago=0, last="Fresh")
    await offer(database, due_in=3, last="Blocked")
    await offer(database, due_in=30, last="Early")
    async with database.session() as session:
        await session.execute(
            text("UPDATE contract SET status = 'declined', status_reason = 'no' WHERE id = :id"), {"id": signed}
        )
        await suppress(session, club.league_id, "blocked@families.test", "no")
        await suppress(session, club.league_id, "dan@families.test", "no")
        await set_schedule(session, club.league_id, [7], 1)
        await remind(session, club.league_id)
        plans = await planned_reminders(session, club.league_id)
        today = (await read_clock(session, club.league_id)).today
    assert await mails(database) == []
    assert [one.recipients for one in plans] == [("Fresh@families.test",), ("Early@families.test",)]
    assert plans[0].on == today + timedelta(days=1)


async def set_hour(database: Database, hour: int) -> None:
    """Put the league where it is about ``hour`` o'clock now, wherever the sun stands."""
    async with database.session() as session:
        now = await session.scalar(text("SELECT extract(hour FROM now() AT TIME ZONE 'UTC')::int"))
        assert now is not None
        ahead = (hour - now + 12) % 24 - 12
        # In these names, the sign is the other way round.
        await session.execute(text("UPDATE league SET timezone = :zone"), {"zone": f"Etc/GMT{-ahead:+d}"})


async def test_many_workers_at_once_promise_each_once_and_nobody_is_woken(database: Database) -> None:
    club, _ = await offer(database, due_in=5)
    async with database.session() as session:
        await set_schedule(session, club.league_id, [7], 5)
    await set_hour(database, 12)
    await asyncio.gather(*(remind_by_itself(database, club.league_id) for _ in range(4)))
    assert len(await mails(database)) == 2
    await set_hour(database, 4)
    await offer(database, due_in=5, last="Night")
    assert await remind_by_itself(database, club.league_id) == ()


@pytest.mark.parametrize("words", ["7,x", "-1", "7.5", "1e3"])
async def test_days_that_are_none(words: str) -> None:
    with pytest.raises(BballError, match="is no number of days"):
        parse_days(words)


async def test_a_schedule_that_cannot_be(database: Database) -> None:
    club, _ = await offer(database, due_in=5)
    assert parse_days("7, 2;1") == (7, 2, 1)
    assert parse_days("") == ()
    async with database.session() as session:
        for days, cap in (([91], 2), ([1, 2, 3, 4, 5, 6], 2), ([7], 0), ([7], 6)):
            with pytest.raises(BballError, match="Nothing was changed"):
                await set_schedule(session, club.league_id, days, cap)
