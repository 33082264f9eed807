"""The link reaches families: in the transaction that links, once, and only those who do not have it."""

import pytest
from sqlalchemy import func, select

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Guardian, Outbox, PlayerGuardian, Suppression, Team
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.database.states import OutboxState, TeamState
from bball_tui.errors import BballError
from bball_tui.groupme.links.linking import SeenGroup, unlink
from bball_tui.groupme.notify.enqueue import families_of, link_and_tell, tell_families
from bball_tui.groupme.notify.unaware_families import families_to_tell
from bball_tui.groupme.plan.look_at_chats import read_chats
from bball_tui.groupme.plan.plan_model import ActionKind
from bball_tui.groupme.plan.team_list import ChatListing, list_chats
from bball_tui.league.mails.preview import preview_mail
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.settings import Settings
from tests.groupme.conftest import Desk
from tests.groupme.support import League, make_league
from tests.groupme.test_linking import freeze_all, signed_and_sent
from tests.support.factory import Parent, make_family

LINK = "https://groupme.com/join_group/4711/AbCdEfGh"
GROUP = SeenGroup("4711", "Hawks U12", LINK, share_known=True)
PARENTS = (Parent(email="rosa@families.test"), Parent(first="Omar", email="Omar@families.test"))


async def welcomed(database: Database, desk: Desk) -> League:
    """A team without a chat, one family of two households that was welcomed, and one that has not signed."""
    league = await make_league(database, desk, ("Hawks U12", "Bulls"))
    async with database.session() as session:
        family = await make_family(session, league.club, parents=PARENTS)
        await make_family(session, league.club, first="Not", last="Signed")
    await signed_and_sent(league, family.contract_id)
    return league


async def chat_mails(database: Database) -> list[str]:
    async with database.session() as session:
        kind = Outbox.kind == TeamChatMail.kind
        return sorted(await session.scalars(select(Outbox.recipient).where(kind)))


@pytest.mark.slow
async def test_link_and_mails_are_one_fact_and_nobody_is_told_twice(
    database: Database, desk: Desk, settings: Settings
) -> None:
    league = await welcomed(database, desk)
    ids = (league.club.league_id, league.club.team_id)

    class Broken(Exception):
        pass

    with pytest.raises(Broken):
        async with database.session() as session:
            await link_and_tell(session, *ids, GROUP, how="by hand", tell=True, by_hand=True)
            raise Broken
    assert await chat_mails(database) == []
    assert (await league.row("Hawks U12")).groupme_group_id is None

    async with database.session() as session:
        assert [one.recipients for _, one in await families_of(session, ids[0], [ids[1]], any_link=True)] == [2]
        assert (await families_to_tell(session, *ids)).families == ()
        linked, told = await link_and_tell(session, *ids, GROUP, how="by hand", tell=True, by_hand=True)
    assert linked.link_changed
    assert told is not None
    assert (len(told.outbox_ids), told.players) == (2, ("Amara Hamilton",))
    assert await chat_mails(database) == ["Omar@families.test", "rosa@families.test"]

    async with database.session() as session:
        assert (await families_to_tell(session, *ids)).families == ()
        assert (await tell_families(session, *ids)).outbox_ids == ()
        mail = await preview_mail(session, ids[0], settings, told.outbox_ids[0])
        entry = await session.scalar(select(Audit.after).where(Audit.action == "told families"))
        held = await session.scalar(select(func.bool_and(Outbox.available_at > func.now())))
    assert LINK.encode() in mail.mime
    assert entry == {"mails": 2}
    assert held

    changed = SeenGroup("4711", "Hawks U12", LINK.replace("AbCd", "WxYz"), share_known=True)
    async with database.session() as session:
        _, told = await link_and_tell(session, *ids, changed, how="the link changed", tell=False)
        assert told is None
        # What is still to be written will have the new link by itself.
        assert (await families_to_tell(session, *ids)).families == ()
    await freeze_all(league)
    newer = SeenGroup("4711", "Hawks U12", LINK.replace("AbCd", "NewNew"), share_known=True)
    async with database.session() as session:
        _, told = await link_and_tell(session, *ids, newer, how="the link changed", tell=True)
    assert told is not None
    assert len(told.outbox_ids) == 2


async def test_unlinking_cancels_what_was_to_tell_of_the_link_and_the_next_link_is_told(
    database: Database, desk: Desk
) -> None:
    league = await welcomed(database, desk)
    ids = (league.club.league_id, league.club.team_id)
    async with database.session() as session:
        await link_and_tell(session, *ids, GROUP, how="by hand", tell=True, by_hand=True)
    async with database.session() as session:
        gone = await unlink(session, *ids, reason="wrong group")
    assert gone.cancelled == 2
    async with database.session() as session:
        rows = await session.execute(select(Outbox.state, Outbox.error_text).where(Outbox.kind == TeamChatMail.kind))
    assert {tuple(row) for row in rows} == {(OutboxState.CANCELLED, "the team chat was unlinked")}
    right = SeenGroup("4712", "Hawks U12", LINK.replace("4711", "4712"), share_known=True)
    async with database.session() as session:
        _, told = await link_and_tell(session, *ids, right, how="by hand", tell=True, by_hand=True)
        assert told is not None
        assert len(told.outbox_ids) == 2


async def test_only_who_gets_mail_today_is_told(database: Database, desk: Desk) -> None:
    league = await welcomed(database, desk)
    ids = (league.club.league_id, league.club.team_id)
    async with database.session() as session:
        await link_and_tell(session, *ids, GROUP, how="by hand", tell=False)
        omar = await session.scalar(select(Guardian).where(Guardian.first_name == "Omar"))
        assert omar is not None
        omar.email = "omar.new@families.test"
        session.add(Suppression(league_id=ids[0], email="ROSA@families.test", reason="asked for no more e-mail"))
    async with database.session() as session:
        assert [one.recipient for one in (await families_to_tell(session, *ids)).families] == ["omar.new@families.test"]
        link = await session.scalar(select(PlayerGuardian).where(PlayerGuardian.guardian_id == omar.id))
        assert link is not None
        link.receives_email = False
    async with database.session() as session:
        assert (await tell_families(session, *ids)).outbox_ids == ()
        await unlink(session, *ids, reason="wrong group")
        with pytest.raises(BballError, match="no share link"):
            await tell_families(session, *ids)


@pytest.mark.slow
async def test_a_plan_tells_the_families_of_the_links_that_it_brings(database: Database, desk: Desk) -> None:
    league = await welcomed(database, desk)
    async with desk.client() as client:
        reading = await read_chats(league.sender(client))
    creations = [one for one in reading.plan.actions if one.kind is ActionKind.CREATE]
    assert reading.bring_links(reading.plan.actions) == tuple(sorted(league.teams.values()))
    assert reading.bring_links(()) == ()
    applied = await league.apply(creations, tells=frozenset(league.teams.values()))
    assert (applied.done, applied.told) == (2, 2)
    assert await chat_mails(database) == ["Omar@families.test", "rosa@families.test"]


@pytest.mark.slow
async def test_the_list_shows_what_is_stored_and_how_it_stood_when_last_asked(database: Database, desk: Desk) -> None:
    league = await welcomed(database, desk)
    ids = (league.club.league_id, league.club.season_id)

    async def rows() -> list[tuple[str, TeamState, bool]]:
        async with database.session() as session:
            return [(row.team, row.state, row.looked_at is not None) for row in await list_chats(session, *ids)]

    assert await rows() == [("Bulls", TeamState.MISSING, False), ("Hawks U12", TeamState.MISSING, False)]
    group = desk.fake.world.add_group(desk.owner, "Hawks U12", share=True)
    await _read(league, desk)
    assert await rows() == [("Bulls", TeamState.MISSING, True), ("Hawks U12", TeamState.PROPOSED, True)]
    share_url = f"https://groupme.com/join_group/{group.id}/{group.share_token}"
    seen = SeenGroup(group.id, "Hawks U12", share_url, share_known=True)
    async with database.session() as session:
        await link_and_tell(session, ids[0], league.club.team_id, seen, how="by hand", tell=False)
    # What was seen of a team without a group says nothing about one that has a group now.
    assert await rows() == [("Bulls", TeamState.MISSING, True), ("Hawks U12", TeamState.LINKED, False)]
    await _read(league, desk)
    async with database.session() as session:
        row = await ChatListing(*ids).one(session, league.club.team_id)
        assert row is not None
        assert (row.members, row.account, row.to_tell) == (1, desk.owner.name, 2)
        assert row.link == f"https://groupme.com/join_group/{group.id}/…"
        assert share_url not in repr(row)
        for column in ("team", "state", "group", "members", "mails"):
            page = await ChatListing(*ids, "hawks").page(session, PageRequest(0, 5, Sort(column, descending=True)))
            assert [one.team for one in page.rows] == ["Hawks U12"]
    group.deleted = True
    await _read(league, desk)
    assert ("Hawks U12", TeamState.BROKEN, True) in await rows()
    async with database.session() as session:
        assert await session.scalar(select(Team.groupme_group_id).where(Team.id == league.club.team_id)) == group.id


async def _read(league: League, desk: Desk) -> None:
    async with desk.client() as client:
        await read_chats(league.sender(client))
