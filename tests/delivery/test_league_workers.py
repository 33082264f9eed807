"""One worker program for many leagues: fair, each through its own account, and no fault of one is another's."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import msgspec
import pytest

from bball_tui.database.engine import Database
from bball_tui.database.states import GateCause
from bball_tui.delivery.league_workers import LeagueWorkers, ServedLeague
from bball_tui.delivery.timing import Timing
from bball_tui.delivery.worker import Drained, Worker
from bball_tui.outbox.provider_gates import gates, pause
from bball_tui.outbox.queue import enqueue
from bball_tui.settings import LeagueSettings, SecretUrl, Settings
from tests.outbox.support import item
from tests.support.factory import Club, Family, make_club, make_family
from tests.support.smtp import SmtpServer


@dataclass(slots=True)
class Leagues:
    """What the workers find; a test takes leagues away and brings new ones."""

    found: list[ServedLeague]

    async def __call__(self) -> Sequence[ServedLeague]:
        return list(self.found)


async def make_league(database: Database, slug: str) -> tuple[Club, Family]:
    async with database.session() as session:
        club = await make_club(session, name=slug.title(), slug=slug)
        return club, await make_family(session, club)


async def queue(database: Database, club: Club, family: Family, number: int, *, first: int = 0) -> None:
    async with database.session() as session:
        items = [item(family, f"p{n}@families.test") for n in range(first, first + number)]
        await enqueue(session, club.league_id, items, hold_seconds=0)


def served(club: Club, slug: str, settings: Settings, url: str | None) -> ServedLeague:
    return ServedLeague(
        club.league_id, slug, msgspec.structs.replace(settings, mail_url=None if url is None else SecretUrl(url))
    )


@asynccontextmanager
async def running(database: Database, leagues: Leagues, *, seconds: float = 0.05) -> AsyncIterator[list[str]]:
    """The workers run inside the block; yields what they say."""
    said: list[str] = []
    workers = LeagueWorkers(
        leagues,
        lambda one, transport: Worker(database, one.id, one.settings, transport, timing=Timing(poll=0.5)),
        said.append,
        seconds,
    )
    stop = asyncio.Event()
    task = asyncio.create_task(workers.run(stop))
    try:
        yield said
    finally:
        stop.set()
        await task


@pytest.mark.slow
async def test_nine_leagues_with_three_mails_do_not_wait_for_one_with_five_thousand(
    database: Database, settings: Settings
) -> None:
    """Each has an account of its own, and its mails go through no other."""
    big, big_family = await make_league(database, "big")
    await queue(database, big, big_family, 5000)
    small = [(slug, *await make_league(database, slug)) for slug in (f"small-{n}" for n in range(9))]
    for _, club, family in small:
        await queue(database, club, family, 1)
    servers = [SmtpServer(patience=60) for _ in range(10)]
    try:
        for server in servers:
            await server.start()
        found = [served(big, "big", settings, servers[0].url)]
        found += [
            served(club, slug, settings, server.url) for (slug, club, _), server in zip(small, servers[1:], strict=True)
        ]
        async with running(database, Leagues(found)):
            # All are at work, and the big one is in the middle of its heap.
            await asyncio.gather(servers[0].received(50), *(server.received(1) for server in servers[1:]))
            for _, club, family in small:
                await queue(database, club, family, 3, first=1)
            await asyncio.gather(*(server.received(4) for server in servers[1:]))
            left = 5000 - len(servers[0].messages)
        assert left > 4000, "they waited while the big one sent its heap"
        for server in servers[1:]:
            assert len(server.messages) == 4
    finally:
        for server in servers:
            await server.stop()


@pytest.mark.slow
async def test_a_refused_login_a_pause_and_a_missing_account_stop_nobody_else(
    database: Database, settings: Settings
) -> None:
    clubs = {slug: await make_league(database, slug) for slug in ("refused", "paused", "without", "well")}
    for club, family in clubs.values():
        await queue(database, club, family, 3)
    async with database.session() as session:
        await pause(session, clubs["paused"][0].league_id)
    async with SmtpServer(users={"office": "right"}) as strict, SmtpServer() as idle, SmtpServer() as well:
        urls = {
            "refused": strict.url.replace("smtp://", "smtp://office:wrong@"),
            "paused": idle.url,
            "without": None,
            "well": well.url,
        }
        found = [served(clubs[slug][0], slug, settings, url) for slug, url in urls.items()]
        async with running(database, Leagues(found)) as said:
            await well.received(3)
            await strict.at("auth")
        assert (strict.messages, idle.messages, len(well.messages)) == ([], [], 3)
    waits = (
        "without: its e-mails wait. No mail server is set up yet for it here. 'bball-tui --league without mail setup'"
    )
    assert any(one.startswith(waits) for one in said)
    assert sum(one.startswith("without:") for one in said) == 1, "said once"
    async with database.session() as session:
        held = {
            slug: [gate.cause for gate in await gates(session, club.league_id) if gate.cause is not None]
            for slug, (club, _) in clubs.items()
        }
    assert held == {"refused": [GateCause.AUTH], "paused": [GateCause.PAUSED], "without": [], "well": []}


@pytest.mark.slow
async def test_leagues_come_and_go_while_it_runs(database: Database, settings: Settings) -> None:
    """As when its login gets a role in one, and loses that in another."""
    (one, one_family), (two, two_family) = [await make_league(database, slug) for slug in ("one", "two")]
    async with SmtpServer() as first, SmtpServer() as second:
        leagues = Leagues([served(one, "one", settings, first.url)])
        async with running(database, leagues) as said:
            await queue(database, one, one_family, 1)
            await first.received(1)
            leagues.found.append(served(two, "two", settings, second.url))
            await queue(database, two, two_family, 1)
            await second.received(1)
            del leagues.found[0]
            async with asyncio.timeout(60):
                while not any("may not send for some leagues" in text for text in said):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
            await queue(database, one, one_family, 1, first=1)
            await queue(database, two, two_family, 1, first=1)
            await second.received(2)
        assert len(first.messages) == 1


async def test_a_drain_adds_up_and_says_who_could_not(database: Database, settings: Settings) -> None:
    found = []
    async with SmtpServer() as server:
        for slug, url in (("one", server.url), ("two", server.url), ("without", None)):
            club, family = await make_league(database, slug)
            await queue(database, club, family, 2)
            found.append(served(club, slug, settings, url))
        workers = LeagueWorkers(
            Leagues(found), lambda one, transport: Worker(database, one.id, one.settings, transport), lambda _: None
        )
        assert await workers.drain(asyncio.Event()) == (Drained(4, 0, 0, 0, 0), False)


def test_no_league_borrows_the_account_of_another(settings: Settings) -> None:
    own = LeagueSettings(mail_url=SecretUrl("smtp://a.test"))
    apart = msgspec.structs.replace(settings, leagues={"a": own})
    assert apart.of_league("a", several=True).mail_url == own.mail_url
    assert apart.of_league("b", several=True).mail_url is None
    assert apart.of_league("b").mail_url is None, "also when it is the one that was asked for"
    assert settings.of_league("a", several=True).mail_url is None, "whose the only account is, no one said"
    assert settings.of_league("a").mail_url == settings.mail_url
    called = msgspec.structs.replace(settings, league="a", league_of_call=True)
    assert called.of_league("a", several=True).mail_url is None, "nor was it said by who only names a league"
    assert called.of_league("a").mail_url == settings.mail_url
    chosen = msgspec.structs.replace(settings, league="a")
    assert chosen.of_league("a", several=True).mail_url == settings.mail_url
    assert chosen.of_league("b", several=True).mail_url is None
