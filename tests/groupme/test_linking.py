"""Linking by hand: one group one team, taken back, audited; and which families do not have the link."""

import asyncio
from hashlib import sha256
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from bball_tui.database import roles
from bball_tui.database.engine import Database
from bball_tui.database.models import (
    Audit,
    Contract,
    GroupDismissal,
    GroupIntent,
    Outbox,
    OutboxMessage,
    Season,
    Team,
)
from bball_tui.database.states import ContractStatus, IntentKind, IntentState, OutboxState
from bball_tui.errors import BballError
from bball_tui.groupme.links.linking import SeenGroup, dismiss, link, link_by_hand, unlink
from bball_tui.groupme.links.resolve_group import look_up
from bball_tui.groupme.links.share_links import read_pasted
from bball_tui.groupme.notify.unaware_families import families_to_tell
from bball_tui.groupme.run.intents import open_intent
from bball_tui.league.contracts.signing import SigningRequest, sign
from tests.groupme.conftest import Desk
from tests.groupme.support import League, make_league
from tests.support.factory import Parent, make_family

LINK = "https://groupme.com/join_group/4711/AbCdEfGh"
GROUP = SeenGroup("4711", "Hawks", LINK, share_known=True)


async def audits(league: League) -> list[Audit]:
    async with league.database.session() as session:
        return list(await session.scalars(select(Audit).where(Audit.entity == "team").order_by(Audit.id)))


async def test_linking_and_unlinking_are_audited_without_the_secret_of_the_link(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    team_id = league.club.team_id
    async with database.session() as session:
        linked = await link_by_hand(session, league.club.league_id, team_id, GROUP, how="by its share link")
    assert (linked.changed, linked.link_changed, linked.name) == (True, True, "Hawks")
    row = await league.row("Hawks U12")
    assert (row.groupme_group_id, row.groupme_share_url, row.groupme_seen_name) == ("4711", LINK, "Hawks")
    async with database.session() as session:
        again = await link_by_hand(session, league.club.league_id, team_id, GROUP, how="again")
    assert not again.changed
    async with database.session() as session:
        gone = await unlink(session, league.club.league_id, team_id, reason="wrong team")
    assert (gone.group_id, gone.had_link) == ("4711", True)
    row = await league.row("Hawks U12")
    assert (row.groupme_group_id, row.groupme_share_url, row.groupme_linked_at) == (None, None, None)
    linked_row, unlinked_row = await audits(league)
    assert linked_row.action == "linked"
    assert "4711" in str(linked_row.after)
    assert (unlinked_row.action, unlinked_row.reason) == ("unlinked", "wrong team")
    assert "AbCdEfGh" not in str([(row.before, row.after) for row in (linked_row, unlinked_row)])
    with pytest.raises(BballError, match="nothing to unlink"):
        async with database.session() as session:
            await unlink(session, league.club.league_id, team_id, reason="again")


async def test_two_teams_never_share_a_group_not_even_at_the_same_moment(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk, ("Hawks U12", "Bulls U10"))

    async def try_it(team_id: int) -> str:
        try:
            async with database.session() as session:
                await link(session, league.club.league_id, team_id, GROUP, how="by hand")
        except BballError as error:
            return str(error)
        return ""

    done, refused = sorted(await asyncio.gather(*map(try_it, league.teams.values())))
    assert done == ""
    assert "cannot be the chat of two teams" in refused


async def test_a_group_of_another_season_must_be_freed_first(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    async with database.session() as session:
        old = Season(league_id=league.club.league_id, name="Fall 2026")
        session.add(old)
        await session.flush()
        session.add(Team(league_id=league.club.league_id, season_id=old.id, name="Hawks", groupme_group_id="4711"))
    with pytest.raises(BballError, match="Hawks, Fall 2026, already"):
        async with database.session() as session:
            await link(session, league.club.league_id, league.club.team_id, GROUP, how="by hand")


async def test_another_group_never_takes_the_place_by_itself(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    async with database.session() as session:
        await link(session, league.club.league_id, league.club.team_id, GROUP, how="by hand")
    other = SeenGroup("4712", "Hawks", None, share_known=True)
    with pytest.raises(BballError, match="linked to another group already: 4711"):
        async with database.session() as session:
            await link(session, league.club.league_id, league.club.team_id, other, how="by hand")


async def test_a_choice_by_hand_settles_what_was_still_asked_for(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    ids = (league.club.league_id, league.club.team_id)
    async with database.session() as session:
        await open_intent(session, *ids, IntentKind.CREATE, {"name": "Hawks U12"})
    with pytest.raises(BballError, match="already"):
        async with database.session() as session:
            await open_intent(session, *ids, IntentKind.CREATE, {"name": "Hawks U12"})
    async with database.session() as session:
        await link_by_hand(session, *ids, GROUP, how="by hand")
    assert [intent.state for intent in await league.intents()] == [IntentState.FAILED]


@pytest.mark.slow
async def test_a_dismissed_group_is_not_proposed_again(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    old = desk.fake.world.add_group(desk.owner, "Hawks U12 Fall 2025")
    (team,) = (await league.plan()).teams
    assert [candidate.group.id for candidate in team.candidates] == [old.id]
    async with database.session() as session:
        await dismiss(session, league.club.league_id, league.club.team_id, [old.id], reason="last season's")
    (team,) = (await league.plan()).teams
    assert team.candidates == ()
    assert (await league.apply()).not_done == 0
    assert (await league.row("Hawks U12")).groupme_group_id != old.id


async def test_a_pasted_link_works_without_a_token_and_without_membership(database: Database, desk: Desk) -> None:
    stranger = desk.fake.world.add_user("Someone Else")
    group = desk.fake.world.add_group(stranger, "Hawks", share=True)
    url = f"https://web.groupme.com/join_group/{group.id}/{group.share_token}"
    blind = await look_up(None, read_pasted(url))
    assert (blind.seen, blind.group.group_id) == (False, group.id)
    with pytest.raises(BballError, match="share link instead"):
        await look_up(None, read_pasted(group.id))
    async with desk.client() as client:
        outside = await look_up(client, read_pasted(url))
        assert not outside.seen
        assert outside.group.share_url == url.replace("web.", "")
        with pytest.raises(BballError, match="shows no group"):
            await look_up(client, read_pasted(group.id))


async def test_the_present_link_wins_over_a_pasted_old_one(desk: Desk) -> None:
    group = desk.fake.world.add_group(desk.owner, "Hawks", share=True)
    async with desk.client() as client:
        chosen = await look_up(client, read_pasted(f"https://groupme.com/join_group/{group.id}/OldToken"))
        assert str(chosen.group.share_url).endswith(str(group.share_token))
        assert "present one was taken" in chosen.notes[0]
        desk.fake.world.groups[group.id].share_token = None
        dead = await look_up(client, read_pasted(f"https://groupme.com/join_group/{group.id}/OldToken"))
        assert dead.group.share_url is None
        assert "dead" in dead.notes[0]


async def test_families_whose_mail_was_written_before_the_link_are_counted_by_name(
    database: Database, desk: Desk
) -> None:
    league = await make_league(database, desk)
    ids = (league.club.league_id, league.club.team_id)
    parents = (Parent(email="rosa@families.test"), Parent(first="Omar", email="omar@families.test"))
    async with database.session() as session:
        welcomed = await make_family(session, league.club, parents=parents)
        await make_family(session, league.club, first="Not", last="Signed")
        late = await make_family(session, league.club, first="Late", parents=(Parent(email="late@families.test"),))
    await signed_and_sent(league, welcomed.contract_id)
    async with database.session() as session:
        assert (await families_to_tell(session, *ids)).families == ()
        await link(session, *ids, GROUP, how="by hand")
    await signed_and_sent(league, late.contract_id)
    async with database.session() as session:
        found = await families_to_tell(session, *ids)
    assert (found.recipients, found.players) == (2, ("Amara Hamilton",))
    assert {family.recipient for family in found.families} == {"rosa@families.test", "omar@families.test"}
    changed = SeenGroup("4711", "Hawks", LINK.replace("AbCd", "WxYz"), share_known=True)
    async with database.session() as session:
        assert (await link(session, *ids, changed, how="the link changed")).link_changed
    async with database.session() as session:
        assert (await families_to_tell(session, *ids)).recipients == 3
        await session.execute(
            update(Contract)
            .where(Contract.id == late.contract_id)
            .values(status=ContractStatus.VOID, status_reason="moved away", signature_id=None)
        )
    async with database.session() as session:
        assert (await families_to_tell(session, *ids)).recipients == 2


async def signed_and_sent(league: League, contract_id: int) -> None:
    """The contract is signed, and its mails went out."""
    async with league.database.session() as session:
        await sign(session, league.club.league_id, SigningRequest(((contract_id, 1),)))
    await freeze_all(league)


async def freeze_all(league: League) -> None:
    """Every mail that was promised goes out now, as it would be written now."""
    async with league.database.session() as session:
        written = select(OutboxMessage.outbox_id)
        outbox = list(await session.scalars(select(Outbox).where(Outbox.id.not_in(written))))
        assert outbox
        for item in outbox:
            item.state, item.finalized_at = OutboxState.SENT, item.created_at
            session.add(_frozen(item))


def _frozen(item: Outbox) -> OutboxMessage:
    mime = b"Subject: Welcome\r\n\r\n"
    return OutboxMessage(
        outbox_id=item.id, league_id=item.league_id, subject="Welcome", mime=mime, sha256=sha256(mime).digest()
    )


async def test_the_database_says_who_asked_whatever_a_client_sends(database: Database, desk: Desk) -> None:
    league = await make_league(database, desk)
    ids = {"league_id": league.club.league_id, "team_id": league.club.team_id}
    async with database.session() as session:
        session.add(GroupDismissal(**ids, group_id="1", created_by="someone else"))
        session.add(
            GroupIntent(**ids, op_id=uuid4(), kind="create", tag="[bt:1]", payload={}, created_by="someone else")
        )
    async with database.session() as session:
        assert await session.scalar(select(GroupDismissal.created_by)) == roles.person()
        assert await session.scalar(select(GroupIntent.created_by)) == roles.person()
