"""Two players who are one: all that one had is the other's, in one place, and goes back whole."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import psycopg
import pytest
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.models import (
    Audit,
    Base,
    Contract,
    DistinctPlayers,
    FamilyNote,
    Guardian,
    Outbox,
    Player,
    PlayerGuardian,
    Season,
    Signature,
    Team,
)
from bball_tui.database.states import ContractStatus, DateOrder, OutboxState
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import NamedGuardian
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.editing.family_mails import enqueue_welcome
from bball_tui.league.editing.guardians import save_guardian
from bball_tui.league.editing.outcome import Doubtful, Saved
from bball_tui.league.editing.players import save_player
from bball_tui.league.mails.audience import Audience
from bball_tui.league.mails.messages import Message, send_message
from bball_tui.league.merging.lookalikes import tell_apart
from bball_tui.league.merging.lookalikes_of_one import find_players
from bball_tui.league.merging.merge import MergeRequest, merge_people, preview_merge
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import preview_unmerge, unmerge_people
from bball_tui.league.merging.words import unmerged_words
from bball_tui.league.roster.guardian import GuardianDraft
from bball_tui.league.roster.lists import list_players
from bball_tui.league.roster.player import PlayerDraft
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.timeline.read import player_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.settings import SecretUrl
from tests.support.factory import Club, Family, Parent, make_club, make_family

OURS = (Parent(), Parent("Luis", "Hamilton", "luis@families.test", may_sign=False, receives_email=False))
THEIRS = (Parent("Rosa", "Hamilton", "rosa2@families.test"),)
TABLES = (Player, Guardian, PlayerGuardian, Contract, Signature, Outbox, DistinctPlayers, FamilyNote)
LEFT_OUT = {"version", "updated_at", "updated_by", "search", "created_by"}


async def picture(session: AsyncSession) -> dict[str, Any]:
    """All rows, but for counts of changes."""
    found = {}
    for name in (one.__tablename__ for one in TABLES):
        table = Base.metadata.tables[name]
        columns = [one for one in table.c if one.name not in LEFT_OUT]
        rows = await session.execute(select(*columns).order_by(*table.primary_key.columns))
        found[name] = [tuple(row) for row in rows]
    return found


async def both_signed_in_their_seasons(session: AsyncSession) -> tuple[Club, Family, Family]:
    """The same child twice: signed last spring as Jon, and this fall as Jonathan. One guardian is with both."""
    club = await make_club(session)
    kept = await make_family(session, club, first="Jonathan", birthdate=None, parents=OURS)
    season_id = await session.scalar(
        insert(Season).values(league_id=club.league_id, name="Fall 2026").returning(Season.id)
    )
    team_id = await session.scalar(
        insert(Team).values(league_id=club.league_id, season_id=season_id, name="Bulls U12").returning(Team.id)
    )
    assert season_id is not None
    assert team_id is not None
    fall = Club(club.league_id, season_id, team_id)
    gone = await make_family(session, fall, first="Jon", jersey="7", parents=THEIRS)
    third = await make_family(session, club, first="Jon", birthdate=date(2014, 1, 1), parents=())
    shared = insert(PlayerGuardian).values(
        league_id=club.league_id, player_id=gone.player_id, guardian_id=kept.guardian_ids[1], position=2
    )
    await session.execute(shared)
    for family in (kept, gone):
        signer = NamedGuardian(family.guardian_ids[0])
        assert (await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), signer))).signed
    await tell_apart(session, club.league_id, third.player_id, [gone.player_id])
    said = {"league_id": club.league_id, "player_id": gone.player_id, "kind": "call", "body": "signs next week"}
    await session.execute(insert(FamilyNote).values(said))
    return club, kept, gone


async def test_the_finder_lists_own_names_first_and_says_what_else_matched(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        me = await make_family(session, club, first="Mia", last="Lopez", parents=())
        await make_family(session, club, first="Abe", last="Adams", parents=(Parent("Rosa", "Zito", "rz@f.test"),))
        await make_family(session, club, first="Ben", last="Zito", parents=(Parent("Ana", "Zito", "ana@f.test"),))
        found = await find_players(session, club.league_id, "zito", club.season_id, me.player_id)
        assert [(one.first, one.by) for one in found.rows] == [("Ben", ""), ("Abe", "Rosa Zito")]
        found = await find_players(session, club.league_id, "hawks adams", club.season_id, me.player_id)
        assert [(one.first, one.by) for one in found.rows] == [("Abe", "Hawks U12")]


def request(kept: Family, gone: Family, **choices: bool) -> MergeRequest:
    return MergeRequest(Person.PLAYER, kept.player_id, gone.player_id, choices)


async def test_all_that_one_had_is_the_others_and_goes_back(database: Database) -> None:
    async with database.session() as session:
        club, kept, gone = await both_signed_in_their_seasons(session)
    async with database.session() as session:
        before = await picture(session)
        effect = await preview_merge(session, club.league_id, Person.PLAYER, kept.player_id, gone.player_id)
        assert [one.name for one in effect.choices] == ["first_name", "jersey"]
        assert (effect.contracts, effect.signatures, effect.mails, effect.links, effect.shared_links) == (1, 1, 2, 2, 1)
        assert await picture(session) == before
        done = await merge_people(session, club.league_id, request(kept, gone, jersey=True))
        assert (done.contracts, done.ended, done.cancelled) == (1, (), ())
    async with database.session() as session:
        players = {row.id: row for row in await session.scalars(select(Player))}
        assert gone.player_id not in players
        one = players[kept.player_id]
        # Chosen; of two dates the one that is known; and the name that was not chosen is found.
        assert (one.first_name, one.jersey, one.birthdate) == ("Jonathan", "7", date(2015, 5, 12))
        assert one.merged_names == "Jon Hamilton"
        found = await list_players(session, club.league_id, RosterFilter(text="jon hamilton"))
        assert kept.player_id in {row.id for row in found}
        contracts = await session.execute(select(Contract.id, Contract.player_id, Contract.status, Contract.player_key))
        mine = {row.id: row.player_key for row in contracts if row.player_id == kept.player_id}
        assert mine == dict.fromkeys((kept.contract_id, gone.contract_id), "hamilton, jonathan")
        links = {row.guardian_id: row for row in await session.scalars(select(PlayerGuardian))}
        assert [links[one].position for one in (*kept.guardian_ids, *gone.guardian_ids)] == [1, 2, 3]
        # E-mail if either says so; only who may sign by both may sign.
        shared = links[kept.guardian_ids[1]]
        assert (shared.receives_email, shared.may_sign) == (True, False)
        pairs = (await session.execute(select(DistinctPlayers.one_id, DistinctPlayers.other_id))).all()
        assert [kept.player_id in pair for pair in pairs] == [True]
        assert await session.scalar(select(func.count()).select_from(Outbox)) == len(before["outbox"])
        assert set(await session.scalars(select(FamilyNote.player_id))) == {kept.player_id}
        entry = (await session.scalars(select(Audit).where(Audit.action == "merged"))).one()
        assert entry.before == {"birthdate": None, "jersey": "00"}
        assert entry.after is not None
        assert (entry.entity_id, entry.after["was_player"]) == (kept.player_id, gone.player_id)
        detail = await player_detail(session, club.league_id, kept.player_id, Outgoing(mail_server=True))
        assert (detail.player.also, len(detail.contracts)) == ("Jon Hamilton", 2)
        with pytest.raises(BballError, match=r"Jon Hamilton, player \d+, was merged into Jonathan Hamilton"):
            await preview_merge(session, club.league_id, Person.PLAYER, gone.player_id, kept.player_id)
    async with database.session() as session:
        await unmerge_people(session, club.league_id, Person.PLAYER, gone.player_id)
    async with database.session() as session:
        assert await picture(session) == before
        with pytest.raises(BballError, match="nothing to take back"):
            await unmerge_people(session, club.league_id, Person.PLAYER, gone.player_id)


async def test_who_signed_twice_in_a_season_is_not_merged_before_one_contract_is_void(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        kept, gone = [await make_family(session, club, parents=(parent,)) for parent in (Parent(), THEIRS[0])]
        for family in (kept, gone):
            signer = NamedGuardian(family.guardian_ids[0])
            await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), signer))
    async with database.session() as session:
        before = await picture(session)
        with pytest.raises(BballError, match=r"Both have signed for Spring 2027.*Void or release one of the two"):
            await merge_people(session, club.league_id, request(kept, gone))
        assert await picture(session) == before
        void = TransitionRequest(Transition.VOID, ((gone.contract_id, None),), "signed twice")
        assert (await apply_transition(session, club.league_id, void)).done
        await merge_people(session, club.league_id, request(kept, gone))
        rows = await session.execute(select(Contract.player_id, Contract.status).order_by(Contract.id))
        assert [tuple(row) for row in rows] == [(kept.player_id, "signed"), (kept.player_id, "void")]


async def test_of_two_offers_the_one_with_more_standing_stays(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await session.execute(text("UPDATE league SET mail_offers = true"))
        kept = await make_family(session, club, status=ContractStatus.DRAFT)
        gone = await make_family(session, club, status=ContractStatus.DRAFT, parents=THEIRS)
        for family in (kept, gone):
            offer = TransitionRequest(Transition.OFFER, ((family.contract_id, None),))
            assert (await apply_transition(session, club.league_id, offer)).promised
        word = TransitionRequest(Transition.ACCEPT, ((gone.contract_id, None),))
        assert (await apply_transition(session, club.league_id, word)).done
    async with database.session() as session:
        before = await picture(session)
        done = await merge_people(session, club.league_id, request(kept, gone))
        assert done.ended == (kept.contract_id,)
        stand = (await session.execute(select(Contract.status, Contract.status_reason).order_by(Contract.id))).all()
        assert [tuple(row) for row in stand] == [("void", "merged"), ("accepted", None)]
        # One of the two e-mails about one thing is left.
        states = select(Outbox.state, func.count()).group_by(Outbox.state)
        assert {row[0]: row[1] for row in await session.execute(states)} == {
            OutboxState.CANCELLED: 1,
            OutboxState.QUEUED: 1,
        }
    async with database.session() as session:
        undone = await unmerge_people(session, club.league_id, Person.PLAYER, gone.player_id)
        assert (undone.restored, len(undone.promised)) == ((kept.contract_id,), 1)
    async with database.session() as session:
        assert await picture(session) == before
        # What came after the merge stays with the one who stays, and is not overwritten.
        await merge_people(session, club.league_id, request(kept, gone))
        decline = TransitionRequest(Transition.DECLINE, ((gone.contract_id, None),), "moved away")
        assert (await apply_transition(session, club.league_id, decline)).done
        newer = insert(Contract).values(
            league_id=club.league_id, season_id=club.season_id, team_id=club.team_id, player_id=kept.player_id
        )
        await session.execute(newer)
        await session.execute(update(Player).where(Player.id == kept.player_id).values(jersey="9"))
        undone = await unmerge_people(session, club.league_id, Person.PLAYER, gone.player_id)
        assert undone.restored == ()
        assert "1 contract stays void" in undone.notes[0]
        rows = (await session.execute(select(Contract.player_id, Contract.status).order_by(Contract.id))).all()
        ours, theirs = kept.player_id, gone.player_id
        assert [tuple(row) for row in rows] == [(ours, "void"), (theirs, "declined"), (ours, "draft")]
        assert (await session.get_one(Player, ours, populate_existing=True)).jersey == "9"


async def test_a_message_of_ones_own_is_not_about_what_becomes_void(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        kept, gone = [await make_family(session, club, parents=(parent,)) for parent in (Parent(), THEIRS[0])]
        to_all = Audience("the team", team_ids=(club.team_id,))
        await send_message(session, club.league_id, Message(to_all, "Gym", "closed"), hold_seconds=0)
        one = update(Outbox).where(Outbox.contract_id == gone.contract_id)
        await session.execute(one.values(state=OutboxState.SENT, claims=1, attempts=1, finalized_at=func.now()))
        for before in (OutboxState.SENT, OutboxState.QUEUED):
            seen = await preview_merge(session, club.league_id, Person.PLAYER, kept.player_id, gone.player_id)
            assert (len(seen.ending), seen.unsent, seen.told, seen.mails) == (1, 0, (), 1), before
            kept, gone = gone, kept


async def test_an_email_promised_during_a_wrong_merge_does_not_go_to_the_other_family(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        theirs = Parent("Hal", "Stile", "hal@others.test")
        ida = await make_family(session, club, first="Ida", parents=(Parent(), theirs))
        leo = await make_family(session, club, first="Leo", last="Stile", parents=(Parent("Cleo", email="c@x.test"),))
    async with database.session() as session:
        await merge_people(session, club.league_id, request(ida, leo))
    async with database.session() as session:
        # Signed by mistake of one: Cleo is promised a welcome about Ida.
        signer = NamedGuardian(ida.guardian_ids[0])
        assert (await sign(session, club.league_id, SigningRequest(((ida.contract_id, 1),), signer))).signed
    said = "1 e-mail about Ida Hamilton to c@x.test, not Ida Hamilton's family, is canceled."
    waiting = select(Outbox.recipient).where(Outbox.state == OutboxState.QUEUED).order_by(Outbox.recipient)
    async with database.session() as session:
        before = await picture(session)
        seen = await preview_unmerge(session, club.league_id, Person.PLAYER, leo.player_id)
        assert said in seen.notes
        assert await picture(session) == before
        assert "c@x.test" in (await session.scalars(waiting)).all()
    async with database.session() as session:
        done = await unmerge_people(session, club.league_id, Person.PLAYER, leo.player_id)
        assert said in done.notes
        assert said in unmerged_words(done)
        assert len(done.canceled) == 1
        assert (await session.scalars(waiting)).all() == ["hal@others.test", "rosa@families.test"]
    async with database.session() as session:
        # What left while they were one is said.
        await merge_people(session, club.league_id, request(ida, leo))
        await enqueue_welcome(session, club.league_id, [ida.contract_id])
    async with database.session() as session:
        sent = update(Outbox).where(Outbox.recipient == "c@x.test")
        await session.execute(sent.values(state=OutboxState.SENT, claims=1, attempts=1, finalized_at=func.now()))
    async with database.session() as session:
        done = await unmerge_people(session, club.league_id, Person.PLAYER, leo.player_id)
        assert (
            "c@x.test, not Ida Hamilton's family, has or may have an e-mail about Ida Hamilton already." in done.notes
        )


async def test_merges_that_have_to_do_with_each_other_are_taken_back_the_latest_first(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        families = [await make_family(session, club, first=name, parents=()) for name in ("Ann", "Anne", "Anna")]
        await session.execute(update(Contract).values(status="void", status_reason="x"))
        before = await picture(session)
        ann, anne, anna = families
        await merge_people(session, club.league_id, request(anne, ann))
        await merge_people(session, club.league_id, request(anna, anne))
        rows = await session.scalars(select(Contract.player_id))
        assert set(rows) == {anna.player_id}
        assert (await session.get_one(Player, anna.player_id, populate_existing=True)).merged_names == (
            "Ann Hamilton, Anne Hamilton"
        )
        with pytest.raises(BballError, match="Take that merge back first"):
            await unmerge_people(session, club.league_id, Person.PLAYER, ann.player_id)
        await unmerge_people(session, club.league_id, Person.PLAYER, anne.player_id)
        await unmerge_people(session, club.league_id, Person.PLAYER, ann.player_id)
        assert await picture(session) == before


async def test_nothing_is_done_unseen_or_to_another_league(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club, kept, gone = await both_signed_in_their_seasons(session)
        other = await make_club(session, name="Other", slug="other")
        stranger = await make_family(session, other)
    async with marias_database.session() as session:
        await session.execute(update(Player).where(Player.id == gone.player_id).values(version=7))
    async with database.session() as session:
        before = await picture(session)
        seen = MergeRequest(Person.PLAYER, kept.player_id, gone.player_id, {}, gone_version=1)
        for asked, said in (
            (seen, r"Jon Hamilton was changed by .*nothing was merged"),
            (request(kept, stranger), "That player isn't in this league"),
            (request(kept, kept), "Choose two different"),
            (request(kept, gone, shoes=True), "no field 'shoes'"),
        ):
            with pytest.raises(BballError, match=said):
                await merge_people(session, club.league_id, asked)
        assert await picture(session) == before


async def test_who_was_merged_does_not_come_back_by_hand(database: Database) -> None:
    async with database.session() as session:
        club, kept, gone = await both_signed_in_their_seasons(session)
        done = await merge_people(session, club.league_id, request(kept, gone))
        # The welcome of this fall's contract went to the guardians of the one who is gone alone.
        assert {one.address for one in done.unpromised} == {"rosa@families.test"}
        draft = PlayerDraft("jon", "Hamilton", "2015-05-12")
        doubt = await save_player(session, club.league_id, draft, order=DateOrder.YMD)
        assert isinstance(doubt, Doubtful)
        (same,) = [one for one in doubt.others if one.id == kept.player_id]
        assert same.about == "born May 12, 2015, jersey 00, also Jon Hamilton"
        other = replace(draft, birthdate="2013-05-12")
        assert isinstance(await save_player(session, club.league_id, other, order=DateOrder.YMD), Saved)
        rosa, rosa2 = kept.guardian_ids[0], gone.guardian_ids[0]
        await merge_people(session, club.league_id, MergeRequest(Person.GUARDIAN, rosa, rosa2, {}))
        again = GuardianDraft("Rosa", "Hamilton", "rosa2@families.test")
        third = await make_family(session, club, first="Ida", parents=())
        saved = await save_guardian(session, club.league_id, third.player_id, again)
        assert isinstance(saved, Saved)
        assert saved.id == rosa


async def test_of_two_who_merge_at_once_the_second_one_is_told(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club, kept, gone = await both_signed_in_their_seasons(session)

    async def merge(where: Database, asked: MergeRequest) -> str:
        try:
            async with where.session() as session:
                return (await merge_people(session, club.league_id, asked)).gone
        except BballError as error:
            return str(error)

    one, other = await asyncio.gather(merge(database, request(kept, gone)), merge(marias_database, request(gone, kept)))
    told, done = sorted((one, other), key=len, reverse=True)
    assert done in ("Jon Hamilton", "Jonathan Hamilton")
    assert "was merged into" in told


async def test_who_stays_does_not_go(database: Database, owner_url: SecretUrl) -> None:
    """Else the others would be lost with them, and no one would notice."""
    async with database.session() as session:
        club = await make_club(session)
        kept, gone = [await make_family(session, club, first=name, parents=()) for name in ("Ann", "Anne")]
        await session.execute(
            text("SELECT bball_remove_contracts(:league, ARRAY(SELECT id FROM contract))"), {"league": club.league_id}
        )
        await merge_people(session, club.league_id, request(kept, gone))
    with psycopg.connect(owner_url.reveal(), autocommit=True) as owner:
        with pytest.raises(psycopg.errors.ForeignKeyViolation, match="others were merged into this one"):
            owner.execute("DELETE FROM player WHERE id = %s", (kept.player_id,))
        async with database.session() as session:
            await unmerge_people(session, club.league_id, Person.PLAYER, gone.player_id)
        assert owner.execute("DELETE FROM player WHERE id = %s", (kept.player_id,)).rowcount == 1


def test_every_column_that_names_a_player_or_a_guardian_can_be_moved(database_name: str, owner_url: SecretUrl) -> None:
    """A table that comes later is moved without anyone thinking of it, if its rows have an id to be noted by."""
    with psycopg.connect(owner_url.reveal()) as owner:
        columns = "SELECT tab, col FROM unnest(ARRAY['player', 'guardian']) AS what, bball_columns_naming(what)"
        found = owner.execute(columns).fetchall()
        assert ("contract", "player_id") in found
        assert ("signature", "guardian_id") in found
        keyed = owner.execute(
            "SELECT attrelid::regclass::text FROM pg_attribute WHERE attname = 'id' AND NOT attisdropped"
        ).fetchall()
        assert {table for table, _ in found} <= {table for (table,) in keyed}
