"""Queued mails for tests, without a roster around each."""

import asyncio
from datetime import date
from typing import Any

import msgspec
import psycopg
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.models import Outbox, OutboxAttempt
from bball_tui.database.states import Capacity
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.queue import NewItem, enqueue
from bball_tui.settings import SecretUrl
from tests.support.factory import Club, Family, make_club, make_family

FACTS = WelcomeMail(
    player_first="Amara",
    player_last="Hamilton",
    team="Hawks U12",
    season="Spring 2027",
    signer="Rosa Hamilton",
    capacity=Capacity.MOTHER,
    signed_on=date(2027, 1, 9),
    guardian_first="Rosa",
    guardian_last="Hamilton",
)


def item(family: Family, recipient: str = "rosa@families.test", *, revision: int = 1) -> NewItem:
    return NewItem(WelcomeMail.kind, family.contract_id, revision, recipient, msgspec.to_builtins(FACTS))


async def a_family(database: Database, **club: Any) -> tuple[Club, Family]:
    async with database.session() as session:
        made = await make_club(session, **club)
        return made, await make_family(session, made)


async def queue_mails(database: Database, count: int = 1, *, hold_seconds: int = 0) -> tuple[Club, Family, list[int]]:
    """A league with ``count`` mails to parent0@families.test, parent1@..., all for one contract."""
    club, family = await a_family(database)
    async with database.session() as session:
        items = [item(family, f"parent{n}@families.test") for n in range(count)]
        ids = await enqueue(session, club.league_id, items, hold_seconds=hold_seconds)
    return club, family, ids


async def row(session: AsyncSession, id_: int) -> Outbox:
    return (await session.scalars(select(Outbox).where(Outbox.id == id_))).one()


async def stored(database: Database, id_: int) -> Outbox:
    async with database.session() as session:
        return await row(session, id_)


async def history(database: Database, id_: int) -> list[OutboxAttempt]:
    async with database.session() as session:
        query = select(OutboxAttempt).where(OutboxAttempt.outbox_id == id_).order_by(OutboxAttempt.id)
        return list(await session.scalars(query))


async def states(database: Database) -> dict[str, int]:
    async with database.session() as session:
        found = await session.execute(text("SELECT state, count(*) AS items FROM outbox GROUP BY state"))
        return {row.state: row.items for row in found}


async def until_states(database: Database, wanted: dict[str, int], *, seconds: float = 60) -> None:
    """Wait until the outbox holds so many items of each state."""
    try:
        async with asyncio.timeout(seconds):
            while (found := await states(database)) != wanted:  # noqa: ASYNC110 - other processes set no event of ours
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise AssertionError(f"waited {seconds} s for {wanted}, found {found}") from None


LASTING = """
CREATE FUNCTION last() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.open_until := now() + interval '1 h';
    RETURN NEW;
END $$;
CREATE TRIGGER last BEFORE UPDATE ON provider_gate FOR EACH ROW
    WHEN (NEW.state = 'open' AND NEW.failures > OLD.failures) EXECUTE FUNCTION last();
"""


def make_pauses_last(owner_url: SecretUrl) -> None:
    """After a fault of the provider nobody tries again before the test says so: the first pause has five seconds, in
    which a busy machine may not even look.
    """
    with psycopg.connect(owner_url.reveal()) as owner:
        owner.execute(LASTING)


async def run_out_leases(database: Database) -> None:
    """As if every lease had ended a second ago."""
    async with database.session() as session:
        await session.execute(text("UPDATE outbox SET lease_until = now() - interval '1 s' WHERE state = 'sending'"))
