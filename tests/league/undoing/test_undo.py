"""What cannot go back is said in words, and nothing of it is touched; undoing itself is in the history."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, insert, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, League, Outbox, Player, Team
from bball_tui.database.states import ContractStatus, DateOrder, OutboxState, TeamChange
from bball_tui.errors import BballError
from bball_tui.league.contracts.correcting import CorrectionRequest, correct
from bball_tui.league.contracts.due_dates import change_due
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.contracts.undo import undo
from bball_tui.league.editing.contracts import load_contract, save_contract
from bball_tui.league.editing.family_mails import enqueue_welcome
from bball_tui.league.editing.guardians import load_guardian, save_guardian
from bball_tui.league.editing.outcome import Saved
from bball_tui.league.editing.players import load_player, save_player
from bball_tui.league.timeline.read import contract_detail
from bball_tui.league.undoing.outcome import TakenBack
from bball_tui.league.undoing.take_back import latest_act, list_undoable, preview_undo, read_standing, undo_act
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.staff_actions import retry
from tests.league.corrections import signed
from tests.support.factory import Club, Family, Parent, make_club, make_family
from tests.support.mails import accept, club_with_mails, fail


async def signed_and_released(database: Database) -> tuple[Club, Family]:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    async with database.session() as session:
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    async with database.session() as session:
        request = TransitionRequest(Transition.RELEASE, ((family.contract_id, None),), "moved away")
        await apply_transition(session, club.league_id, request)
    return club, family


async def undo_latest(database: Database, club: Club) -> TakenBack:
    async with database.session() as session:
        latest = await latest_act(session, club.league_id)
        assert latest is not None
        return await undo_act(session, club.league_id, latest.id)


async def test_one_after_the_other_goes_back_and_the_history_says_so(database: Database) -> None:
    club, family = await signed_and_released(database)
    async with database.session() as session:
        listed = await list_undoable(session, club.league_id)
        assert [one.words for one in listed] == [
            "Amara Hamilton's contract: released", "Amara Hamilton's contract: signed",
        ]  # fmt: skip
        assert listed[0].back[0] == "Amara Hamilton: signed again."
        assert listed[0].back[1] == "Waits again: the e-mail to rosa@families.test."
        assert "released, not signed" in listed[1].kept[0]
        assert await session.scalar(select(Contract.status)) == "released", "looking changes nothing"
    await undo_latest(database, club)
    async with database.session() as session:
        assert await session.scalar(select(Contract.status)) == "signed"
        assert await session.scalar(select(Outbox.state)) == "queued"
        assert await session.scalar(select(Outbox.available_at > func.now())), "it has the undo time once more"
    await undo_latest(database, club)
    async with database.session() as session:
        assert await session.scalar(select(Contract.status)) == "offered"
        assert await list_undoable(session, club.league_id) == ()
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(mail_server=True))
        assert "released: moved away" in [event.text for event in detail.trace]
        assert "put back: signed again" in [event.text for event in detail.trace]
        undone = await session.scalars(select(Audit.after).where(Audit.action == "act_undone").order_by(Audit.id))
        assert [one["what"] for one in undone] == [one.words for one in listed]


async def test_a_correction_of_a_contract_that_was_released_since_names_the_player(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
    async with database.session() as session:
        one = ((family.contract_id, None),)
        await correct(session, club.league_id, CorrectionRequest(one, "a day", signed_on=date(2026, 3, 2)))
    async with database.session() as session:
        await apply_transition(session, club.league_id, TransitionRequest(Transition.RELEASE, one, "moved away"))
    async with database.session() as session:
        _, correction, _ = await list_undoable(session, club.league_id)
    assert correction.kept == ("Amara Hamilton's contract is released, not signed: there is nothing to undo.",)


async def test_what_was_taken_back_elsewhere_is_no_act_anymore(database: Database) -> None:
    club, family = await signed_and_released(database)
    await undo_latest(database, club)
    async with database.session() as session:
        assert (await undo(session, club.league_id, [family.contract_id])).undone
    async with database.session() as session:
        assert await list_undoable(session, club.league_id) == ()


async def test_an_email_that_left_keeps_the_whole_act(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=0)
        family = await make_family(session, club)
        bulls = {"league_id": club.league_id, "season_id": club.season_id, "name": "Bulls"}
        bulls_id = await session.scalar(insert(Team).values(bulls).returning(Team.id))
    async with database.session() as session:
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    async with database.session() as session:
        base = await load_contract(session, club.league_id, family.contract_id, DateOrder.YMD)
        draft = replace(base.draft, team_id=str(bulls_id), signature=str(TeamChange.KEEP))
        await save_contract(session, club.league_id, draft, order=DateOrder.YMD, base=base)
    async with database.session() as session:
        ids = list(await session.scalars(select(Outbox.id)))
    await accept(database, ids)
    async with database.session() as session:
        act = await latest_act(session, club.league_id)
        assert act is not None
        found = await preview_undo(session, club.league_id, act.id)
        assert not found.possible
        assert found.kept[0].startswith("Amara Hamilton: The e-mail to rosa@families.test went out")
    with pytest.raises(BballError, match="went out"):
        await undo_latest(database, club)
    async with database.session() as session:
        assert await session.scalar(select(Contract.team_id)) == bulls_id


async def edit_phone(database: Database, club: Club, family: Family, phone: str) -> None:
    async with database.session() as session:
        base = await load_guardian(session, club.league_id, family.player_id, family.guardian_ids[0])
        draft = replace(base.draft, phone=phone)
        await save_guardian(session, club.league_id, family.player_id, draft, base=base)


async def test_what_somebody_changed_since_stays(marias_database: Database, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    for phone in ("555-0100", "555-0101"):
        await edit_phone(database, club, family, phone)
    async with database.session() as session:
        newest, oldest = await list_undoable(session, club.league_id)
        assert newest.possible
        assert "Undo that first" in oldest.kept[0]
        with pytest.raises(BballError, match="Undo that first"):
            await undo_act(session, club.league_id, oldest.id)
    await edit_phone(marias_database, club, family, "555-0102")
    async with database.session() as session:
        newest, _ = await list_undoable(session, club.league_id)
        assert newest.kept[0].startswith("maria changed a guardian of the family since")
        assert not (await read_standing(session, club.league_id)).seconds
    assert (await undo_latest(marias_database, club)).back == ("Rosa Hamilton: phone 555-0101 again.",)


async def test_an_edited_player_is_as_before(marias_database: Database, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)

    async def edit(by: Database, **changes: str) -> None:
        async with by.session() as session:
            base = await load_player(session, club.league_id, family.player_id, DateOrder.YMD)
            draft = replace(base.draft, **changes)
            assert isinstance(
                await save_player(session, club.league_id, draft, order=DateOrder.YMD, base=base, others=()), Saved
            )

    await edit(database, first_name="Amira", birthdate="", jersey="7")
    await edit_phone(database, club, family, "555-0100")
    await edit(database, jersey="8")
    assert (await undo_latest(database, club)).back == ("Amira Hamilton: jersey 7 again.",)
    assert (await undo_latest(database, club)).back == ("Rosa Hamilton: phone empty again.",)
    await edit(marias_database, jersey="9")
    async with database.session() as session:
        (only,) = await list_undoable(session, club.league_id)
        assert not (await read_standing(session, club.league_id)).seconds  # the screen offers no undo
    assert (only.words, only.back) == ("Amira Hamilton: edited", ())
    assert only.kept[0].startswith("maria changed the player since")
    await undo_latest(marias_database, club)
    done = await undo_latest(database, club)
    assert done.back[0].startswith("Amara Hamilton: first name Amara, date of birth ")
    assert done.back[0].endswith(", jersey 00 again.")
    async with database.session() as session:
        player = (await session.scalars(select(Player))).one()
        assert (player.first_name, player.birthdate, player.jersey) == ("Amara", date(2015, 5, 12), "00")


@pytest.mark.parametrize("left", [False, True])
async def test_a_welcome_that_an_edit_led_to_goes_with_it_or_keeps_it(database: Database, *, left: bool) -> None:
    """The form offers the welcome e-mail to an address that was just typed: nobody may get it once that is undone."""
    async with database.session() as session:
        club = await make_club(session, hold_seconds=600)
        family = await make_family(session, club, parents=(Parent(email=None),))
    async with database.session() as session:
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))

    async def type_address() -> list[int]:
        async with database.session() as session:
            base = await load_guardian(session, club.league_id, family.player_id, family.guardian_ids[0])
            draft = replace(base.draft, email="typo@families.test")
            await save_guardian(session, club.league_id, family.player_id, draft, base=base)
        async with database.session() as session:
            return list(await enqueue_welcome(session, club.league_id, [family.contract_id]))

    made = await type_address()
    assert len(made) == 1
    async with database.session() as session:
        queued, edit = (await list_undoable(session, club.league_id))[:2]
    assert queued.words == "E-mail to typo@families.test: queued"
    if left:
        await accept(database, made)
        with pytest.raises(BballError, match=r"The e-mail to typo@families\.test went out, or may have"):
            async with database.session() as session:
                await undo_act(session, club.league_id, edit.id)
        return
    async with database.session() as session:
        done = await undo_act(session, club.league_id, edit.id)
    assert done.back == ("Rosa Hamilton: e-mail empty again.", "1 e-mail canceled.")
    async with database.session() as session:
        assert await session.scalar(select(Outbox.state)) == OutboxState.CANCELLED
    assert await type_address() == made
    async with database.session() as session:
        assert await session.scalar(select(Outbox.available_at > func.now())), "it waits for the undo time, as at first"
    done = await undo_latest(database, club)
    assert done.back == ("Canceled again: the e-mail to typo@families.test.",)


async def test_of_many_emails_each_is_decided_by_itself(database: Database) -> None:
    club, ids = await club_with_mails(database, 3)
    await fail(database, ids)
    async with database.session() as session:
        await retry(session, club.league_id, ids)
    await accept(database, ids[:1])
    done = await undo_latest(database, club)
    assert done.again == 2
    assert "p0@families.test went out" in done.kept[0]
    async with database.session() as session:
        states = list(await session.scalars(select(Outbox.state).order_by(Outbox.id)))
    assert states == [OutboxState.SENT, OutboxState.DEAD, OutboxState.DEAD]


async def test_what_stayed_of_an_act_that_was_undone_in_part_still_counts(database: Database) -> None:
    """An older act must not bring back a contract that the newer one could not."""
    async with database.session() as session:
        club = await make_club(session, hold_seconds=600)
        kids = [await make_family(session, club, first=f"Kid{kid}", status=ContractStatus.DRAFT) for kid in range(2)]
        await session.execute(update(League).values(mail_offers=True))
    both = tuple((kid.contract_id, None) for kid in kids)
    async with database.session() as session:
        await apply_transition(session, club.league_id, TransitionRequest(Transition.OFFER, both))
    async with database.session() as session:
        await change_due(session, club.league_id, both, date(2099, 1, 1))
    async with database.session() as session:
        await apply_transition(session, club.league_id, TransitionRequest(Transition.VOID, both, "a slip"))
    async with database.session() as session:
        of_second = list(await session.scalars(select(Outbox.id).where(Outbox.contract_id == kids[1].contract_id)))
    await accept(database, of_second)
    partly = await undo_latest(database, club)
    assert (len(partly.kept), partly.kept[0].startswith("Kid1 Hamilton: ")) == (1, True)
    again = await undo_latest(database, club)
    assert again.back == ("Kid0 Hamilton: due no day again.",)
    assert "(voided)" in again.kept[0]
    async with database.session() as session:
        found = await session.execute(select(Contract.status, Contract.due_on).order_by(Contract.id))
        assert [tuple(row) for row in found] == [("offered", None), ("void", date(2099, 1, 1))]


async def test_the_last_minutes_are_over_at_some_time(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    for seconds in (299, 301):
        async with database.session() as session:
            ago = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, seconds)
            act = {"action": "declined", "entity": "contract", "entity_id": family.contract_id, "recorded_at": ago}
            await session.execute(insert(Audit).values(league_id=club.league_id, **act))
    async with database.session() as session:
        (only,) = await list_undoable(session, club.league_id)
        assert "did not note enough" in only.kept[0]
        assert not (await read_standing(session, club.league_id)).seconds
        with pytest.raises(BballError, match="Only what you did in the last minutes"):
            await undo_act(session, club.league_id, only.id + 1)


async def test_what_was_undone_meanwhile_is_called_by_its_name(database: Database) -> None:
    """It was listed on one screen while another one undid it."""
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    async with database.session() as session:
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    async with database.session() as session:
        (listed,) = await list_undoable(session, club.league_id)
    async with database.session() as session:
        assert (await undo(session, club.league_id, [family.contract_id])).undone
    async with database.session() as session:
        with pytest.raises(BballError) as told:
            await preview_undo(session, club.league_id, listed.id)
    assert str(told.value) == "Amara Hamilton's contract: signed: already undone."
