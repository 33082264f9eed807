"""Teams, seasons, the league itself, and contracts that move."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, insert, select, text, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, League, Outbox, Team
from bball_tui.database.states import ContractStatus, DateOrder, OutboxState
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.editing.contracts import (
    ContractDraft,
    load_contract,
    new_contract,
    save_contract,
    team_choices,
)
from bball_tui.league.editing.outcome import Overtaken, Saved, Wrong
from bball_tui.league.editing.profile import load_league, save_league
from bball_tui.league.editing.seasons import load_season, save_season
from bball_tui.league.editing.teams import load_team, save_team
from bball_tui.league.leagues import create_season
from bball_tui.league.mails.blocking import set_blocking
from bball_tui.league.mails.reminders import Schedule, read_schedule, set_schedule
from bball_tui.league.roster.team import TeamDraft
from bball_tui.league.seasons.season import SeasonDraft
from bball_tui.league.seasons.shown_season import shown_season
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from tests.support.factory import make_club, make_family

YMD = DateOrder.YMD


@pytest.mark.slow
async def test_a_team_is_made_and_renamed_and_no_name_is_taken_twice(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        made = await save_team(session, club.league_id, TeamDraft("Owls", "U10"), season_id=club.season_id, base=None)
        assert isinstance(made, Saved)
        taken = await save_team(session, club.league_id, TeamDraft("OWLS", "U10"), season_id=club.season_id, base=None)
        assert isinstance(taken, Wrong)
        assert taken.problems[0].field == "name"
        base = await load_team(session, club.league_id, made.id)
        assert await save_team(session, club.league_id, TeamDraft("Owls"), season_id=None, base=base) == Saved(made.id)
        stale = await save_team(session, club.league_id, TeamDraft("Eagles", "U10"), season_id=None, base=base)
        assert isinstance(stale, Overtaken)
        assert [one.field for one in stale.differences] == ["division"]
        assert [one.label for one in await team_choices(session, club.league_id, club.season_id)] == [
            "Hawks U12",
            "Owls",
        ]
        with pytest.raises(BballError, match="That team isn't in this league"):
            await load_team(session, club.league_id, 999)


async def test_the_season_that_is_shown_is_chosen(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        wrong = await save_season(
            session, club.league_id, SeasonDraft("SPRING 2027", "2027-06-01", "2027-05-01"), order=YMD
        )
        assert isinstance(wrong, Wrong)
        assert {one.field for one in wrong.problems} == {"name", "ends_on"}
        assert any("A season Spring 2027 exists already" in one.text for one in wrong.problems)
        with pytest.raises(BballError, match="'Spring 2027' exists already"):
            await create_season(session, club.league_id, "spring 2027")
        later = await save_season(session, club.league_id, SeasonDraft("Fall 2027", current=False), order=YMD)
        assert isinstance(later, Saved)
        shown = await shown_season(session, club.league_id)
        assert shown is not None
        assert shown.id == club.season_id, "a season for later does not take the desk away"
        base = await load_season(session, club.league_id, later.id, YMD)
        assert base.draft == SeasonDraft("Fall 2027", current=False)
        chosen = replace(base.draft, current=True, starts_on="1 Sep 2027")
        assert await save_season(session, club.league_id, chosen, order=YMD, base=base) == Saved(later.id)
        shown = await shown_season(session, club.league_id)
        assert shown is not None
        assert (shown.id, shown.starts_on) == (later.id, date(2027, 9, 1))
        base = await load_season(session, club.league_id, later.id, YMD)
        never = await save_season(session, club.league_id, replace(base.draft, current=False), order=YMD, base=base)
        assert isinstance(never, Wrong)


async def test_a_character_that_no_one_sees_is_refused_and_not_left_out(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        base = await load_league(session, club.league_id)
        unseen = replace(base.draft, name="West\x07side", from_name="The \u202eoffice")
        wrong = await save_league(session, club.league_id, unseen, base=base)
        assert isinstance(wrong, Wrong)
        assert {one.field: one.text.partition(")")[0] for one in wrong.problems} == {
            "name": "“West\ufffdside” holds a character that no one can see (U+0007",
            "from_name": "“The \ufffdoffice” holds a character that no one can see (U+202E",
        }


async def test_the_league_shows_all_faults_at_once(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        base = await load_league(session, club.league_id)
        broken = replace(
            base.draft,
            name="",
            brand_color="red",
            logo_url="http://x.test/a.png",
            from_email="nobody",
            timezone="Mars/Base",
            hold_seconds="ten",
            date_order="xyz",
            reminder_days="7, soon",
            reminder_cap="9",
        )
        wrong = await save_league(session, club.league_id, broken, base=base)
        assert isinstance(wrong, Wrong)
        assert {one.field for one in wrong.problems} == {
            *("name", "brand_color", "logo_url", "from_email", "timezone", "hold_seconds", "date_order"),
            *("reminder_days", "reminder_cap"),
        }
        good = replace(base.draft, brand_color="#1D5A91", hold_seconds="60", mail_offers=True, timezone="Europe/Berlin")
        assert await save_league(session, club.league_id, good, base=base) == Saved(club.league_id)
        league = await session.get_one(League, club.league_id, populate_existing=True)
        assert (league.brand_color, league.hold_seconds, league.mail_offers) == ("#1d5a91", 60, True)
        stale = await save_league(session, club.league_id, replace(base.draft, hold_seconds="5"), base=base)
        assert isinstance(stale, Overtaken)
        assert {one.field: one.untouched for one in stale.differences} == {
            "brand_color": True,
            "timezone": True,
            "hold_seconds": False,
            "mail_offers": True,
        }


async def another_team(database: Database, league_id: int, season_id: int) -> int:
    async with database.session() as session:
        team: int | None = await session.scalar(
            insert(Team).values(league_id=league_id, season_id=season_id, name="Owls").returning(Team.id)
        )
        assert team is not None
        return team


async def test_what_commands_set_is_in_the_form_and_is_not_set_back_unseen(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        base = await load_league(session, club.league_id)
        assert (base.draft.reminder_days, base.draft.reminder_cap, base.draft.bounce_blocks) == ("", "2", True)
        wanted = replace(base.draft, reminder_days="2 7;2", reminder_cap="3", bounce_blocks=False, wait_for_chat=True)
        assert await save_league(session, club.league_id, wanted, base=base) == Saved(club.league_id)
        assert await read_schedule(session, club.league_id) == Schedule((7, 2), 3)
        base = await load_league(session, club.league_id)
        assert base.draft == replace(wanted, reminder_days="7, 2")
        await set_blocking(session, club.league_id, True)
        await set_schedule(session, club.league_id, (5,), 3)
        stale = await save_league(session, club.league_id, replace(base.draft, hold_seconds="5"), base=base)
        assert isinstance(stale, Overtaken)
        assert {one.field for one in stale.differences} == {"bounce_blocks", "reminder_days"}


async def waiting_and_queued(database: Database) -> list[tuple[OutboxState, str | None]]:
    async with database.session() as session:
        rows = await session.execute(select(Outbox.state, Outbox.waits_for).order_by(Outbox.id))
        return [(OutboxState(row.state), row.waits_for) for row in rows]


@pytest.mark.parametrize("to_linked", [True, False])
async def test_a_mail_that_waits_for_a_chat_does_not_outlive_a_move(database: Database, to_linked: bool) -> None:
    """The new offer wants a new signature, and the mail of that one looks at the chat of its own team."""
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await session.execute(update(League).values(wait_for_chat=True))
    owls = await another_team(database, club.league_id, club.season_id)
    async with database.session() as session:
        linked = owls if to_linked else club.team_id
        link = {"groupme_group_id": "4711", "groupme_share_url": "https://groupme.com/join_group/4711/AbCdEfGh"}
        await session.execute(update(Team).where(Team.id == linked).values(**link))
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    first = "team_chat" if to_linked else None
    assert await waiting_and_queued(database) == [(OutboxState.QUEUED, first)]
    async with database.session() as session:
        base = await load_contract(session, club.league_id, family.contract_id, YMD)
        moved = await save_contract(
            session, club.league_id, replace(base.draft, team_id=str(owls)), order=YMD, base=base
        )
        assert isinstance(moved, Saved)
    assert await waiting_and_queued(database) == [(OutboxState.CANCELLED, first)]
    async with database.session() as session:
        new = await session.get_one(Contract, moved.id)
        await sign(session, club.league_id, SigningRequest(((new.id, new.version),)))
    second = None if to_linked else "team_chat"
    assert await waiting_and_queued(database) == [(OutboxState.CANCELLED, first), (OutboxState.QUEUED, second)]


async def test_a_contract_moves_before_it_is_signed_and_is_offered_again_afterwards(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    owls = await another_team(database, club.league_id, club.season_id)
    async with database.session() as session:
        base = await load_contract(session, club.league_id, family.contract_id, YMD)
        moved = await save_contract(
            session, club.league_id, replace(base.draft, team_id=str(owls)), order=YMD, base=base
        )
        assert moved == Saved(family.contract_id, done="Amara Hamilton moved from Hawks U12 to Owls.")
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert (detail.team, detail.status) == ("Owls", "offered")
        assert detail.trace[-1].text == "moved from Hawks U12 to Owls"
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 2),)))
        await session.execute(
            update(Outbox).values(state=OutboxState.SENT, claims=1, attempts=1, finalized_at=func.now())
        )
    async with database.session() as session:
        base = await load_contract(session, club.league_id, family.contract_id, YMD)
        back = await save_contract(
            session, club.league_id, replace(base.draft, team_id=str(club.team_id)), order=YMD, base=base
        )
        assert isinstance(back, Saved)
        assert back.id != family.contract_id
        assert any("rosa@families.test had the welcome e-mail" in note for note in back.notes)
        assert await session.scalar(select(func.count()).where(Outbox.kind == "signature_corrected")) == 0
        old, new = [await session.get_one(Contract, one) for one in (family.contract_id, back.id)]
        assert (old.status, old.status_reason, old.signature_id) == ("released", "moves to Hawks U12", None)
        assert (new.status, new.team_id, new.player_id) == ("offered", club.team_id, family.player_id)
        with pytest.raises(BballError, match="over"):
            ended = await load_contract(session, club.league_id, family.contract_id, YMD)
            await save_contract(
                session, club.league_id, replace(ended.draft, team_id=str(club.team_id)), order=YMD, base=ended
            )


async def test_a_move_after_the_signature_can_be_told_to_the_family(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        await session.execute(
            update(Outbox).values(state=OutboxState.SENT, claims=1, attempts=1, finalized_at=func.now())
        )
    owls = await another_team(database, club.league_id, club.season_id)
    async with database.session() as session:
        base = await load_contract(session, club.league_id, family.contract_id, YMD)
        wanted = replace(base.draft, team_id=str(owls), correct=True)
        moved = await save_contract(session, club.league_id, wanted, order=YMD, base=base)
        assert isinstance(moved, Saved)
        assert "1 correction e-mail queued." in moved.notes
        mail = (await session.scalars(select(Outbox).where(Outbox.kind == "signature_corrected"))).one()
        assert (mail.recipient, mail.payload["team"]) == ("rosa@families.test", "Hawks U12")


async def test_a_new_contract_is_one_a_season_and_its_days_are_checked(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        place = (session, club.league_id, club.season_id, family.player_id)
        draft = ContractDraft(str(club.team_id), due_on="2999-01-01")
        with pytest.raises(BballError, match="has a contract with Hawks U12 already"):
            await new_contract(*place, draft, order=YMD)
        await apply_transition(
            session, club.league_id, TransitionRequest(Transition.DECLINE, ((family.contract_id, None),), "no")
        )
        wrong = await new_contract(
            *place, ContractDraft("999", offered_on="2999-01-01", due_on="2020-01-01"), order=YMD
        )
        assert isinstance(wrong, Wrong)
        assert {one.field for one in wrong.problems} == {"team_id", "offered_on"}
        made = await new_contract(*place, replace(draft, offered=False), order=YMD)
        assert isinstance(made, Saved)
        contract = await session.get_one(Contract, made.id)
        assert (contract.status, contract.offered_on, contract.due_on) == ("draft", None, date(2999, 1, 1))
        base = await load_contract(session, club.league_id, made.id, YMD)
        offered = await save_contract(session, club.league_id, replace(base.draft, offered=True), order=YMD, base=base)
        assert offered == Saved(made.id)
        await session.refresh(contract)
        assert (contract.status, contract.due_on) == ("offered", date(2999, 1, 1))
        base = await load_contract(session, club.league_id, made.id, YMD)
        later = replace(base.draft, due_on="2999-02-01")
        assert await save_contract(session, club.league_id, later, order=YMD, base=base) == Saved(made.id)
        taken_back = await save_contract(session, club.league_id, replace(later, offered=False), order=YMD, base=base)
        assert isinstance(taken_back, Wrong)
        entry = (await session.scalars(select(Audit).where(Audit.action == "days_changed"))).one()
        assert entry.after == {"due_on": "2999-02-01"}


async def test_an_offer_is_told_by_mail_where_the_league_wants_it(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, status=ContractStatus.DRAFT)
        quiet = await apply_transition(
            session, club.league_id, TransitionRequest(Transition.OFFER, ((family.contract_id, None),))
        )
        assert quiet.promised == ()
        await session.execute(text("UPDATE contract SET status = 'draft'"))
        await session.execute(update(League).values(mail_offers=True))
        told = await apply_transition(
            session, club.league_id, TransitionRequest(Transition.OFFER, ((family.contract_id, None),))
        )
        assert len(told.promised) == 1
        assert (await session.get_one(Outbox, told.promised[0])).kind == "contract_offered"
        declined = await apply_transition(
            session, club.league_id, TransitionRequest(Transition.DECLINE, ((family.contract_id, None),), "no")
        )
        assert declined.cancelled == told.promised
        assert declined.told == ()


async def test_whoever_had_the_welcome_can_be_written_a_correction(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        await session.execute(
            update(Outbox).values(state=OutboxState.SENT, claims=1, attempts=1, finalized_at=func.now())
        )
        asked = TransitionRequest(
            Transition.VOID, ((family.contract_id, None),), "wrong paper", correct=True, note="We call you."
        )
        done = await apply_transition(session, club.league_id, asked)
        mail = await session.get_one(Outbox, done.promised[0])
        assert (mail.kind, mail.recipient, mail.state) == ("signature_corrected", "rosa@families.test", "queued")
        assert mail.payload["was"]["signer"] == "Rosa Hamilton"
        assert mail.payload["note"] == "We call you."
        assert "wrong paper" not in str(mail.payload)
        assert mail.payload.get("now") is None


async def test_whom_the_league_alerts_is_part_of_its_form(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        base = await load_league(session, club.league_id)
        assert (base.draft.alert_emails, base.draft.alert_minutes) == ("", "15")
        draft = replace(base.draft, alert_emails="maria@westside.test, jonas@westside.test,", alert_minutes="30")
        assert await save_league(session, club.league_id, draft, base=base) == Saved(club.league_id)
        base = await load_league(session, club.league_id)
        assert (base.draft.alert_emails, base.draft.alert_minutes) == ("maria@westside.test, jonas@westside.test", "30")
        wrong = replace(base.draft, alert_emails="maria at home", alert_minutes="soon")
        outcome = await save_league(session, club.league_id, wrong, base=base)
        assert isinstance(outcome, Wrong)
        assert {one.field for one in outcome.problems} == {"alert_emails", "alert_minutes"}
