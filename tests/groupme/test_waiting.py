"""Welcome mails that wait for their team's chat: never sent before, released by the link, or sent all the same."""

import asyncio

import pytest
from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from bball_tui.database.engine import Database
from bball_tui.database.models import League, Outbox, OutboxMessage, Team
from bball_tui.database.states import OutboxState
from bball_tui.delivery.worker import Worker
from bball_tui.groupme.links.linking import SeenGroup, link, unlink
from bball_tui.groupme.plan.team_list import list_chats
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_preview import preview_signing
from bball_tui.league.contracts.undo import undo
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.roster.lists import list_contracts
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.counts import buckets
from bball_tui.outbox.mail_list import BucketName, OutboxFilter, list_items
from bball_tui.outbox.resending import redirect
from bball_tui.outbox.staff_actions import retry
from bball_tui.outbox.timeline import item_timeline
from bball_tui.outbox.waiting_for_chat import release_waiting
from bball_tui.settings import Settings
from tests.support.factory import Club, Family, Parent, make_club, make_family

GROUP = SeenGroup("4711", "Hawks U12", "https://groupme.com/join_group/4711/AbCdEfGh", share_known=True)


async def waiting_club(database: Database) -> tuple[Club, Family]:
    """A league whose welcome mails wait, and a family that may sign."""
    async with database.session() as session:
        club = await make_club(session, hold_seconds=0)
        await session.execute(update(League).values(wait_for_chat=True))
        await session.execute(insert(Team).values(league_id=club.league_id, season_id=club.season_id, name="Bulls"))
        return club, await make_family(session, club)


async def signed(database: Database, club: Club, family: Family, version: int = 1) -> list[int]:
    async with database.session() as session:
        done = await sign(session, club.league_id, SigningRequest(((family.contract_id, version),)))
    return list(done.outbox_ids)


async def drained(database: Database, club: Club, settings: Settings) -> tuple[int, int]:
    """How many mails a worker sent, and how many are held."""
    transport = open_transport(settings)
    try:
        done = await Worker(database, club.league_id, settings, transport, place="test").drain()
    finally:
        await transport.close()
    return done.sent, done.held


@pytest.mark.slow
async def test_a_mail_waits_in_every_view_and_the_link_sends_it(database: Database, settings: Settings) -> None:
    club, family = await waiting_club(database)
    async with database.session() as session:
        preview = await preview_signing(session, club.league_id, [family.contract_id])
    assert (preview.mails, preview.waiting) == (1, 1)
    assert [notice.text for notice in preview.notices] == ["Hawks U12 has no chat link yet: e-mails wait for it."]
    (mail,) = await signed(database, club, family)
    assert await drained(database, club, settings) == (0, 1)
    async with database.session() as session:
        (row,) = await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.WAITING))
        assert (row.id, row.bucket, row.next_at, row.why) == (mail, "waiting", None, "waits for the team chat link")
        for other in (BucketName.QUEUED, BucketName.HELD):
            assert await list_items(session, club.league_id, OutboxFilter(bucket=other)) == []
        counts = {one.name: one.count for one in await buckets(session, club.league_id)}
        assert (counts["waiting"], counts["queued"], counts["held"]) == (1, 0, 0)
        assert (
            "Waits for the link of the team chat"
            in (await item_timeline(session, club.league_id, mail, Outgoing(mail_server=True))).next
        )
        (contract,) = await list_contracts(session, club.league_id, RosterFilter())
        assert (contract.welcome, contract.welcome_at) == (WelcomeState.WAITING, None)
        found = await list_contracts(session, club.league_id, RosterFilter(welcome=(WelcomeState.WAITING,)))
        assert [one.id for one in found] == [family.contract_id]
        story = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert story.next.startswith("The e-mail waits for the link of the team chat; undo cancels everything until ")
        chats = await list_chats(session, club.league_id, None)
        assert {chat.team: chat.waiting for chat in chats} == {"Hawks U12": 1, "Bulls": 0}

    class Broken(Exception):
        pass

    with pytest.raises(Broken):
        async with database.session() as session:
            assert (await link(session, club.league_id, club.team_id, GROUP, how="by hand")).released == 1
            raise Broken
    assert await drained(database, club, settings) == (0, 1)
    async with database.session() as session:
        assert (await link(session, club.league_id, club.team_id, GROUP, how="by hand")).released == 1
    assert await drained(database, club, settings) == (1, 0)
    (written,) = (settings.data_dir / "mail" / "new").iterdir()
    assert "join_group/4711/AbCdEfGh" in written.read_text()
    # With the link there, nothing waits.
    async with database.session() as session:
        late = await make_family(session, club, first="Late")
    await signed(database, club, late)
    assert await drained(database, club, settings) == (1, 0)


@pytest.mark.slow
async def test_undo_try_again_send_anyway_and_another_address(database: Database, settings: Settings) -> None:
    club, family = await waiting_club(database)
    await signed(database, club, family)
    async with database.session() as session:
        done = await undo(session, club.league_id, [family.contract_id])
    assert done.undone == (family.contract_id,)
    async with database.session() as session:
        assert await release_waiting(session, club.league_id, club.team_id, why="nothing waits anymore") == 0

    (mail,) = await signed(database, club, family, version=3)
    async with database.session() as session:
        (there,) = await redirect(session, club.league_id, [mail], "new@families.test")
        rows = await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.WAITING))
        assert [row.id for row in rows] == [there.new]
        back = await redirect(session, club.league_id, [there.new], "rosa@families.test")
        assert [one.new for one in back] == [mail]
        rows = await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.WAITING))
        assert [row.id for row in rows] == [mail]
    assert await drained(database, club, settings) == (0, 1)
    async with database.session() as session:
        assert (await retry(session, club.league_id, [mail])).done == (mail,)
    assert await drained(database, club, settings) == (1, 0)

    async with database.session() as session:
        other = await make_family(session, club, first="Other")
    await signed(database, club, other)
    async with database.session() as session:
        assert await release_waiting(session, club.league_id, club.team_id, why="sent without") == 1
    assert await drained(database, club, settings) == (1, 0)


async def test_the_database_lets_no_waiting_mail_become_due_or_leave(database: Database) -> None:
    club, family = await waiting_club(database)
    (mail,) = await signed(database, club, family)
    for values in (
        {"available_at": func.now()},
        {"state": OutboxState.SENT, "finalized_at": func.now()},
        {"state": OutboxState.SENDING, "lease_until": func.now(), "claim_token": func.gen_random_uuid(), "claims": 1},
    ):
        with pytest.raises(IntegrityError, match="ck_outbox_waiting"):
            async with database.session() as session:
                await session.execute(update(Outbox).where(Outbox.id == mail).values(**values))


async def test_a_signature_during_the_linking_waits_for_its_end_and_not_for_ever(database: Database) -> None:
    club, family = await waiting_club(database)
    async with database.session() as linking:
        await link(linking, club.league_id, club.team_id, GROUP, how="by hand")
        signing = asyncio.create_task(signed(database, club, family))
        async with await database.connect(autocommit=True) as watching, asyncio.timeout(60):
            waits = "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            while not (await watching.execute(waits)).rowcount:  # noqa: ASYNC110 - nobody tells of a lock
                await asyncio.sleep(0.02)
        assert not signing.done()
    (mail,) = await signing
    async with database.session() as session:
        assert await session.scalar(select(Outbox.waits_for).where(Outbox.id == mail)) is None
        await unlink(session, club.league_id, club.team_id, reason="wrong group")
        assert await session.scalar(select(Team.groupme_share_url).where(Team.id == club.team_id)) is None


@pytest.mark.slow
async def test_what_a_wrong_link_released_waits_again_until_the_right_one(
    database: Database, settings: Settings
) -> None:
    club, family = await waiting_club(database)
    (mail,) = await signed(database, club, family)
    async with database.session() as session:
        assert (await link(session, club.league_id, club.team_id, GROUP, how="by hand")).released == 1
        late = await make_family(session, club, first="Late", parents=(Parent("Lou", "Late", "lou@families.test"),))
    (direct,) = await signed(database, club, late)
    async with database.session() as session:
        # One was turned away: what is written already has the wrong link.
        await session.execute(
            insert(OutboxMessage).values(
                outbox_id=direct, league_id=club.league_id, subject="Hello", mime=b"wrong", sha256=bytes(32)
            )
        )
        await session.execute(update(Outbox).where(Outbox.id == direct).values(claims=1, attempts=1))
    async with database.session() as session:
        gone = await unlink(session, club.league_id, club.team_id, reason="wrong group")
    assert (gone.cancelled, gone.waiting) == (0, 2)
    assert await drained(database, club, settings) == (0, 2)
    async with database.session() as session:
        rows = await list_items(session, club.league_id, OutboxFilter(bucket=BucketName.WAITING))
        assert mail in {row.id for row in rows}
        assert {row.recipient for row in rows} == {"rosa@families.test", "lou@families.test"}
        assert await session.scalar(select(Outbox.state).where(Outbox.id == direct)) == OutboxState.CANCELLED
        right = SeenGroup("4712", "Hawks U12", "https://groupme.com/join_group/4712/AbCdEfGh", share_known=True)
        assert (await link(session, club.league_id, club.team_id, right, how="by hand")).released == 2
    assert await drained(database, club, settings) == (2, 0)
    written = [path.read_text() for path in (settings.data_dir / "mail" / "new").iterdir()]
    assert [("join_group/4711" in one, "join_group/4712" in one) for one in written] == [(False, True)] * 2


async def test_where_welcomes_wait_for_no_chat_unlinking_holds_none(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=600)
        family = await make_family(session, club)
        await link(session, club.league_id, club.team_id, GROUP, how="by hand")
    (mail,) = await signed(database, club, family)
    async with database.session() as session:
        assert (await unlink(session, club.league_id, club.team_id, reason="wrong group")).waiting == 0
        assert await session.scalar(select(Outbox.waits_for).where(Outbox.id == mail)) is None
