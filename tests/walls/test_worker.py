"""One worker for all leagues, whose login is nothing but mailer: it does all of its work, and loses a league."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text

from bball_tui.cli.worker_all_leagues import served_leagues
from bball_tui.database.engine import Database
from bball_tui.database.states import AlertChannel
from bball_tui.delivery.alerts.tell_staff import look
from bball_tui.delivery.league_workers import LeagueWorkers
from bball_tui.delivery.worker import Worker
from bball_tui.league.mails.alerting import set_alerting
from bball_tui.outbox.queue import enqueue
from bball_tui.settings import LeagueSettings, SecretUrl, Settings
from tests.outbox.support import item
from tests.support.factory import Club, Family, make_club, make_family
from tests.support.smtp import SmtpServer
from tests.walls.conftest import OWNER, ClubServer

SLUGS = tuple(f"served-{n}" for n in range(10))
ALERTED = "alerted"


@pytest.fixture
async def owner(walls: ClubServer) -> AsyncIterator[Database]:
    opened = Database(walls.url(OWNER))
    yield opened
    await opened.dispose()


@pytest.fixture(autouse=True)
async def no_mailer_afterwards(owner: Database) -> AsyncIterator[None]:
    yield
    async with owner.session() as session:
        await session.execute(text("DELETE FROM league_member WHERE login = 'nils'"))


async def leagues_of_nils(owner: Database, *slugs: str) -> dict[str, tuple[Club, Family]]:
    """Leagues in which ``nils`` is mailer, and nothing else."""
    made: dict[str, tuple[Club, Family]] = {}
    async with owner.session() as session:
        for slug in slugs:
            club = await make_club(session, name=slug.title(), slug=slug)
            made[slug] = club, await make_family(session, club)
            await session.execute(
                text("INSERT INTO league_member (league_id, login, role) VALUES (:league, 'nils', 'mailer')"),
                {"league": club.league_id},
            )
    return made


async def queue(owner: Database, club: Club, family: Family, *names: str) -> None:
    async with owner.session() as session:
        items = [item(family, f"{name}@families.test") for name in names]
        await enqueue(session, club.league_id, items, hold_seconds=0)


async def test_a_mailer_serves_ten_leagues_loses_one_and_goes_on(
    walls: ClubServer, owner: Database, tmp_path: Path
) -> None:
    leagues = await leagues_of_nils(owner, *SLUGS)
    for club, family in leagues.values():
        await queue(owner, club, family, "first")
    database = Database(walls.url("nils"))
    servers = {slug: SmtpServer() for slug in SLUGS}
    for server in servers.values():
        await server.start()
    own = {slug: LeagueSettings(mail_url=SecretUrl(server.url)) for slug, server in servers.items()}
    settings = Settings(data_dir=tmp_path, config_dir=tmp_path, leagues=own)
    said: list[str] = []
    workers = LeagueWorkers(
        partial(served_leagues, database, settings),
        lambda one, transport: Worker(database, one.id, one.settings, transport),
        said.append,
        0.2,
    )
    stop = asyncio.Event()
    running = asyncio.create_task(workers.run(stop))
    try:
        await asyncio.gather(*(server.received(1) for server in servers.values()))
        assert {one.slug for one in workers.leagues} == set(SLUGS), "and no league in which it has no such role"
        lost, _ = leagues[SLUGS[0]]
        async with owner.session() as session:
            await session.execute(
                text("DELETE FROM league_member WHERE login = 'nils' AND league_id = :league"),
                {"league": lost.league_id},
            )
        async with asyncio.timeout(60):
            while not any("may not send for some leagues" in one for one in said):  # noqa: ASYNC110 - no event of ours
                await asyncio.sleep(0.05)
        for club, family in leagues.values():
            await queue(owner, club, family, "second")
        await asyncio.gather(*(servers[slug].received(2) for slug in SLUGS[1:]))
        assert len(servers[SLUGS[0]].messages) == 1
    finally:
        stop.set()
        await running
        await database.dispose()
        for server in servers.values():
            await server.stop()


async def test_a_mailer_tells_staff_and_writes_it_down(walls: ClubServer, owner: Database, tmp_path: Path) -> None:
    ((club, family),) = (await leagues_of_nils(owner, ALERTED)).values()
    await queue(owner, club, family, "nobody")
    async with owner.session() as session:
        await set_alerting(session, club.league_id, emails=["maria@westside.test"])
    database = Database(walls.url("nils"))
    try:
        async with SmtpServer() as server:
            server.script("rcpt", "550 5.1.1 no such user", match="families.test")
            account = LeagueSettings(mail_url=SecretUrl(server.url))
            settings = Settings(data_dir=tmp_path, config_dir=tmp_path, leagues={ALERTED: account})
            workers = LeagueWorkers(
                partial(served_leagues, database, settings),
                lambda one, transport: Worker(database, one.id, one.settings, transport),
                lambda _: None,
            )
            await workers.drain(asyncio.Event())
            looked = await look(database, club.league_id, settings.of_league(ALERTED))
            assert list(looked.told) == [AlertChannel.MAIL]
            assert (await look(database, club.league_id, settings.of_league(ALERTED))).told == {}
            assert [mail.recipient for mail in server.messages] == ["maria@westside.test"]
    finally:
        await database.dispose()
