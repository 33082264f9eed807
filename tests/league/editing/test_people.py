"""Players and guardians by form: all faults at once, nothing overwritten unseen, mails that follow."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import delete, func, insert, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Guardian, Outbox, Player, PlayerGuardian
from bball_tui.database.states import DateOrder, OutboxState
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.editing.family_mails import enqueue_welcome
from bball_tui.league.editing.guardians import (
    load_guardian,
    other_children,
    save_guardian,
    unlink_guardian,
)
from bball_tui.league.editing.outcome import Doubtful, Loaded, OthersAddress, Overtaken, Saved, Wrong
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.merging.lookalikes import pairs_of_guardians, pairs_of_players, tell_apart
from bball_tui.league.roster.guardian import GuardianDraft
from bball_tui.league.roster.player import PlayerDraft
from tests.support.factory import Parent, make_club, make_family

DMY = DateOrder.DMY
SAMIR = PlayerDraft("Samir", "Hamdi", "12/05/2015", "00")


async def test_all_faults_of_a_player_show_at_once_and_nothing_is_written(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        draft = PlayerDraft(" ", "x" * 101, "31/02/2015", "1234")
        wrong = await save_player(session, club.league_id, draft, order=DMY)
        assert isinstance(wrong, Wrong)
        assert {one.field for one in wrong.problems} == {"first_name", "last_name", "birthdate", "jersey"}
        future = await save_player(session, club.league_id, replace(SAMIR, birthdate="01/01/2999"), order=DMY)
        assert isinstance(future, Wrong)
        assert "future" in future.problems[0].text
        assert await session.scalar(select(func.count()).select_from(Player)) == 0


async def test_a_player_is_made_and_changed_with_an_audit_row(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        made = await save_player(session, club.league_id, SAMIR, order=DMY)
        assert isinstance(made, Saved)
        base = await load_player(session, club.league_id, made.id, DMY)
        assert base.draft == SAMIR
        assert await save_player(session, club.league_id, base.draft, order=DMY, base=base) == Saved(made.id, False)
        later = replace(SAMIR, birthdate="13/05/2015", jersey="0")
        assert await save_player(session, club.league_id, later, order=DMY, base=base) == Saved(made.id)
        player = await session.get_one(Player, made.id)
        assert (player.birthdate, player.jersey, player.version) == (date(2015, 5, 13), "0", 2)
        entry = (await session.scalars(select(Audit).where(Audit.action == "changed"))).one()
        assert entry.before == {"birthdate": "2015-05-12", "jersey": "00"}
        assert entry.after == {"birthdate": "2015-05-13", "jersey": "0"}


async def test_who_was_quicker_and_what_they_changed(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        made = await save_player(session, club.league_id, SAMIR, order=DMY)
        assert isinstance(made, Saved)
        base = await load_player(session, club.league_id, made.id, DMY)
    async with marias_database.session() as session:
        await save_player(session, club.league_id, replace(SAMIR, jersey="7", first_name="Sami"), order=DMY, base=base)
    async with database.session() as session:
        mine = replace(SAMIR, jersey="9")
        quicker = await save_player(session, club.league_id, mine, order=DMY, base=base)
        assert isinstance(quicker, Overtaken)
        assert quicker.by == "maria"
        assert [(one.field, one.theirs, one.yours, one.untouched) for one in quicker.differences] == [
            ("first_name", "Sami", "Samir", True),
            ("jersey", "7", "9", False),
        ]
        # Taking hers for the name and mine for the jersey, from what is there now.
        merged = replace(mine, first_name="Sami")
        now: Loaded[PlayerDraft] = quicker.now
        assert await save_player(session, club.league_id, merged, order=DMY, base=now) == Saved(made.id)


async def test_a_namesake_is_asked_about_once(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        first = await save_player(session, club.league_id, SAMIR, order=DMY)
        assert isinstance(first, Saved)
        again = replace(SAMIR, first_name="SAMÍR")
        doubt = await save_player(session, club.league_id, again, order=DMY)
        assert isinstance(doubt, Doubtful)
        assert [(one.id, one.name) for one in doubt.others] == [(first.id, "Samir Hamdi")]
        assert "jersey 00" in doubt.others[0].about
        older = await save_player(session, club.league_id, replace(SAMIR, birthdate="12/05/2014"), order=DMY)
        assert isinstance(older, Saved), "another birthdate is another person"
        second = await save_player(session, club.league_id, again, order=DMY, others=[first.id])
        assert isinstance(second, Saved)
        # It is remembered: neither the list of pairs nor a later edit asks again.
        assert await pairs_of_players(session, club.league_id) == ()
        base = await load_player(session, club.league_id, second.id, DMY)
        undated = replace(base.draft, birthdate="")
        doubt = await save_player(session, club.league_id, undated, order=DMY, base=base)
        assert isinstance(doubt, Doubtful)
        assert [one.id for one in doubt.others] == [older.id]
        assert isinstance(
            await save_player(session, club.league_id, undated, order=DMY, base=base, others=[older.id]), Saved
        )
        third = await save_player(session, club.league_id, SAMIR, order=DMY, others=[first.id, second.id])
        assert isinstance(third, Saved)
        assert [(one.one.id, one.other.id) for one in await pairs_of_players(session, club.league_id)] == []
        imported = await make_family(session, club, first="Samir", last="Hamdi", birthdate=None, parents=())
        assert len(await pairs_of_players(session, club.league_id)) == 4
        await tell_apart(session, club.league_id, imported.player_id, [first.id, second.id])
        assert len(await pairs_of_players(session, club.league_id)) == 2


async def test_short_names_of_one_birthdate_may_be_one_and_twins_are_not(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        born = date(2015, 5, 12)
        mike, michael, _ = [
            await make_family(session, club, first=first, birthdate=born, parents=(Parent(rosa),))
            for first, rosa in (("Mike", "Rosa"), ("Michael", "Rosa"), ("Nadia", "Rosie"))
        ]
        (pair,) = await pairs_of_players(session, club.league_id)
        assert (pair.one.id, pair.other.id) == (mike.player_id, michael.player_id)
        assert pair.one.about == "born May 12, 2015, jersey 00"
        await tell_apart(session, club.league_id, michael.player_id, [mike.player_id])
        assert await pairs_of_players(session, club.league_id) == ()
        # One address and first names that are alike; a father at the mother's address is another one.
        await make_family(session, club, first="Zoe", parents=(Parent("Luis"),))
        named = {(one.one.name, one.other.name) for one in await pairs_of_guardians(session, club.league_id)}
        assert ("Rosa Hamilton", "Rosa Hamilton") in named
        assert not any("Luis Hamilton" in both for both in named)


async def test_the_same_jersey_twice_in_a_team_is_a_warning_and_00_is_not_0(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        one = await make_family(session, club, first="Amara", jersey="00")
        two = await make_family(session, club, first="Ben", jersey="7")
        base = await load_player(session, club.league_id, two.player_id, DMY)
        zero = await save_player(session, club.league_id, replace(base.draft, jersey="0"), order=DMY, base=base)
        assert zero == Saved(two.player_id)
        base = await load_player(session, club.league_id, two.player_id, DMY)
        same = await save_player(session, club.league_id, replace(base.draft, jersey="00"), order=DMY, base=base)
        assert isinstance(same, Saved)
        assert same.notes == ("Amara Hamilton and Ben Hamilton of Hawks U12 both wear 00.",)
        assert one.player_id != two.player_id


NEW = GuardianDraft("Dan", "Hamilton", "dan@families.test", "555 0100", "es", "father", True, False, "1", "2")


async def test_guardians_are_added_in_order_linked_to_siblings_and_checked(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        amara = await make_family(session, club)
        ben = await make_family(session, club, first="Ben", parents=())
        wrong = await save_guardian(
            session, club.league_id, amara.player_id, replace(NEW, email="dan@", position="0", last_name="")
        )
        assert isinstance(wrong, Wrong)
        assert {one.field for one in wrong.problems} == {"email", "position", "last_name"}
        added = await save_guardian(session, club.league_id, amara.player_id, NEW)
        assert isinstance(added, Saved)
        links = await session.execute(
            select(PlayerGuardian.guardian_id, PlayerGuardian.position, PlayerGuardian.household)
            .where(PlayerGuardian.player_id == amara.player_id)
            .order_by(PlayerGuardian.position)
        )
        assert [tuple(row) for row in links] == [(added.id, 1, 2), (amara.guardian_ids[0], 2, None)]
        twin = await save_guardian(session, club.league_id, ben.player_id, replace(NEW, first_name="DAN"))
        assert isinstance(twin, Saved)
        assert twin.id == added.id
        assert "linked, not made twice" in twin.notes[0]
        assert await other_children(session, club.league_id, added.id, ben.player_id) == ("Amara Hamilton",)
        again = await save_guardian(session, club.league_id, ben.player_id, NEW)
        assert isinstance(again, Wrong)
        gone = await unlink_guardian(session, club.league_id, ben.player_id, added.id)
        assert "no guardian now" in gone.notes[0]
        assert await session.scalar(select(func.count()).select_from(Guardian)) == 2


async def test_a_corrected_address_takes_waiting_mails_along_and_offers_to_send_the_others(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        families = [await make_family(session, club, first=name) for name in ("Amara", "Ben")]
        rosa = families[0].guardian_ids[0]
        ben = families[1].player_id
        await session.execute(delete(PlayerGuardian).where(PlayerGuardian.player_id == ben))
        linked = insert(PlayerGuardian).values(league_id=club.league_id, player_id=ben, guardian_id=rosa)
        await session.execute(linked)
        await sign(session, club.league_id, SigningRequest(tuple((one.contract_id, 1) for one in families)))
        await session.execute(
            update(Outbox)
            .where(Outbox.contract_id == families[0].contract_id)
            .values(state=OutboxState.SENT, claims=1, attempts=1, finalized_at=func.now())
        )
        base = await load_guardian(session, club.league_id, families[0].player_id, rosa)
        right = replace(base.draft, email="rosa@right.test")
        saved = await save_guardian(session, club.league_id, families[0].player_id, right, base=base)
        assert isinstance(saved, Saved)
        assert saved.notes == ("1 e-mail that had not left goes to the new address.",)
        assert [(one.contract_id, one.address) for one in saved.unpromised] == [
            (families[0].contract_id, "rosa@right.test")
        ]
        assert len(await enqueue_welcome(session, club.league_id, [families[0].contract_id])) == 1
        assert await enqueue_welcome(session, club.league_id, [families[0].contract_id]) == ()
        rows = await session.execute(select(Outbox.recipient, Outbox.state).order_by(Outbox.id))
        assert [tuple(row) for row in rows] == [
            ("rosa@families.test", "sent"),
            ("rosa@families.test", "cancelled"),
            ("rosa@right.test", "queued"),
            ("rosa@right.test", "queued"),
        ]


async def test_who_takes_no_more_mail_gets_none_that_waits_and_may_have_it_again(database: Database) -> None:
    parents = (Parent("Rosa", "Hamilton", "rosa@families.test"), Parent("Dan", "Hamilton", "dan@families.test"))
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=parents)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        dan = family.guardian_ids[1]
        base = await load_guardian(session, club.league_id, family.player_id, dan)
        saved = await save_guardian(
            session, club.league_id, family.player_id, replace(base.draft, receives_email=False), base=base
        )
        assert isinstance(saved, Saved)
        assert saved.notes == ("1 e-mail that still waited was canceled.",)
        base = await load_guardian(session, club.league_id, family.player_id, dan)
        saved = await save_guardian(
            session, club.league_id, family.player_id, replace(base.draft, receives_email=True), base=base
        )
        assert isinstance(saved, Saved)
        assert [one.address for one in saved.unpromised] == ["dan@families.test"]
        assert len(await enqueue_welcome(session, club.league_id, [family.contract_id])) == 1
        gone = await unlink_guardian(session, club.league_id, family.player_id, dan)
        assert "canceled" in gone.notes[0]
        rows = await session.execute(select(Outbox.recipient, Outbox.state).order_by(Outbox.id))
        assert [tuple(row) for row in rows] == [("rosa@families.test", "queued"), ("dan@families.test", "cancelled")]


async def test_another_familys_address_is_written_for_a_guardian_only_on_purpose(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await make_family(session, club)
        ben = await make_family(session, club, first="Ben", last="Roe", parents=(Parent("Olga", "Roe", "o@x.test"),))
        theirs = "rosa@families.test is the address of Rosa Hamilton, guardian of Amara Hamilton, not of this family"
        dan = replace(NEW, last_name="Roe", email="rosa@families.test")
        with pytest.raises(OthersAddress, match=theirs):
            await save_guardian(session, club.league_id, ben.player_id, dan)
        base = await load_guardian(session, club.league_id, ben.player_id, ben.guardian_ids[0])
        wrong = replace(base.draft, email="Rosa@families.test")
        with pytest.raises(OthersAddress, match=r"Rosa@families\.test is the address of Rosa"):
            await save_guardian(session, club.league_id, ben.player_id, wrong, base=base)
        assert await session.scalar(select(func.count()).select_from(Guardian)) == 2
        meant = await save_guardian(session, club.league_id, ben.player_id, wrong, base=base, anyway=True)
        assert isinstance(meant, Saved)
        # What is theirs now is asked about no more, in whatever letters and for both parents.
        base = await load_guardian(session, club.league_id, ben.player_id, ben.guardian_ids[0])
        later = replace(base.draft, email="rosa@families.test", phone="555 0100")
        assert isinstance(await save_guardian(session, club.league_id, ben.player_id, later, base=base), Saved)
        assert isinstance(await save_guardian(session, club.league_id, ben.player_id, dan), Saved)
