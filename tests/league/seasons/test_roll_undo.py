"""A season that was rolled is taken back: what goes, what stays, and when it is refused."""

from datetime import UTC, date, datetime, timedelta

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select, update

from bball_tui.database.models import Audit, Contract, League, Outbox, Season
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person
from bball_tui.league.merging.unmerge import unmerge_people
from bball_tui.league.seasons.roll_request import RollOutcome
from bball_tui.league.seasons.roll_undo import preview_undo
from bball_tui.league.seasons.shown_season import shown_season_id
from bball_tui.league.seasons.undo_words import undo_effect, undone_words
from bball_tui.league.undoing.own_acts import read_own_acts
from tests.league.seasons.rolling import Rolling, S, line
from tests.support.factory import Parent, make_family


async def test_offers_with_mails_that_wait_and_go_back_with_the_whole(league: Rolling) -> None:
    await league.player("Amara")
    await league.player("Paper", parents=())
    before = await league.picture()
    due = datetime.now(UTC).date() + timedelta(days=30)
    done = await league.roll(outcome=RollOutcome(S.OFFERED, due, mails=True, hold_seconds=3600, show=True))
    assert (done.contracts, done.mails) == (2, 1)
    async with league.database.session() as session:
        state, held = (
            await session.execute(
                select(Outbox.state, Outbox.available_at > func.now() + timedelta(minutes=50)).where(
                    Outbox.kind == "contract_offered"
                )
            )
        ).one()
        assert (state, held) == (OutboxState.QUEUED, True)
        shown = await session.scalar(select(League.current_season_id))
        assert shown == done.season_id
        effect = await preview_undo(session, league.club.league_id, done.season_id)
        assert (len(effect.removed), effect.void, effect.unsent, effect.obstacle) == (2, (), 1, None)
        assert "The season Fall 2027 would go, too, unless something else is in it." in undo_effect(effect)
        only_teams = undo_effect(replace(effect, removed=(), unsent=0))
        assert only_teams[0].startswith("1 team of Fall 2027 made by ")
    undone = await league.undo(done.season_id)
    assert (undone.contracts, undone.void, undone.cancelled, undone.teams, undone.season_gone) == (2, 0, 1, 1, True)
    assert await league.picture() == before
    with pytest.raises(BballError, match="Nothing in this season"):
        await league.undo(done.season_id)
    old, new = league.club.season_id, done.season_id
    shown = select(Audit.before["season_id"], Audit.after["season_id"]).where(Audit.action == "season_shown")
    async with league.database.session() as session:
        assert (await session.execute(shown.order_by(Audit.id))).all() == [(old, new), (new, old)]
    # Without that box nobody sees another season, and the history does not say so.
    again = await league.roll(outcome=RollOutcome(S.OFFERED, due, mails=False))
    async with league.database.session() as session:
        assert await session.scalar(select(shown_season_id(league.club.league_id))) == old
    await league.undo(again.season_id)
    async with league.database.session() as session:
        assert len((await session.execute(shown)).all()) == 2
        assert await session.scalar(select(League.current_season_id)) is None


async def test_a_family_that_was_told_keeps_a_void_contract(league: Rolling) -> None:
    await league.player("Amara")
    await league.player("Bea", parents=())
    done = await league.roll(outcome=RollOutcome(S.OFFERED, mails=True))
    async with league.database.session() as session:
        await session.execute(
            update(Outbox)
            .where(Outbox.kind == "contract_offered")
            .values(state="sent", finalized_at=func.now(), claims=1, attempts=1, provider="smtp")
        )
        effect = await preview_undo(session, league.club.league_id, done.season_id)
        assert effect.told == ("rosa@families.test",)
    undone = await league.undo(done.season_id)
    assert (undone.contracts, undone.void, undone.kept_teams, undone.season_gone) == (2, 1, 1, False)
    assert await league.contracts(done.season_id) == [("Amara", "Hawks U12", "void")]
    # A mistake does not count: both are proposed again, into the team that is there.
    plan = await league.plan()
    assert [one.ticked for one in plan.lines] == [True, True]
    assert (await league.roll(plan)).teams == 0


async def test_nothing_is_taken_back_once_somebody_signed(league: Rolling) -> None:
    for name in ("Amara", "Bea"):
        await league.player(name)
    done = await league.roll(outcome=RollOutcome(S.OFFERED))
    async with league.database.session() as session:
        first = await session.scalar(select(func.min(Contract.id)).where(Contract.season_id == done.season_id))
    assert first is not None
    await league.sign(first)
    before = await league.picture()
    with pytest.raises(BballError, match=r"1 contract was signed since \(Amara Hamilton\)"):
        await league.undo(done.season_id)
    assert await league.picture() == before


async def test_runs_are_taken_back_one_after_the_other(league: Rolling) -> None:
    await league.player("Amara")
    before = await league.picture()
    done = await league.roll()
    between = await league.picture()
    async with league.database.session() as session:
        await make_family(session, league.club, first="Later", birthdate=date(2017, 5, 12))
    async with league.database.session() as session:
        seen = await session.scalar(select(shown_season_id(league.club.league_id)))
    later = line(await league.plan(), "Later")
    await league.roll(places={later.id: later.team}, outcome=RollOutcome(S.DRAFT, show=True))
    async with league.database.session() as session:
        assert await session.scalar(select(shown_season_id(league.club.league_id))) == done.season_id != seen
    assert len(await league.contracts(done.season_id)) == 2
    async with league.database.session() as session:
        listed = [row.action for act in await read_own_acts(session, league.club.league_id) for row in act.rows]
    assert listed.count("season_rolled") == 2
    await league.undo(done.season_id)
    async with league.database.session() as session:
        listed = [row.action for act in await read_own_acts(session, league.club.league_id) for row in act.rows]
    assert (listed.count("season_rolled"), listed.count("season_roll_undone")) == (1, 1)
    async with league.database.session() as session:  # the season stays, and everybody sees what they saw
        assert await session.scalar(select(shown_season_id(league.club.league_id))) == seen
    assert [first for first, _, _ in await league.contracts(done.season_id)] == ["Amara"]
    await league.undo(done.season_id)
    async with league.database.session() as session:
        assert await session.scalar(select(func.count()).select_from(Season)) == 1
        actions = list(await session.scalars(select(Audit.action).where(Audit.entity == "season").order_by(Audit.id)))
    assert actions.count("season_rolled") == actions.count("season_roll_undone") == 2
    assert before != between


async def test_a_season_that_was_taken_back_does_not_come_back_with_a_merge(league: Rolling) -> None:
    jon = await league.player("Jon")
    jonathan = await league.player("Jonathan", parents=(Parent(email="dan@families.test"),))
    done = await league.roll(outcome=RollOutcome(S.OFFERED, mails=True))
    await league.end(jonathan.contract_id, Transition.VOID)
    async with league.database.session() as session:
        asked = MergeRequest(Person.PLAYER, jon.player_id, jonathan.player_id, {})
        merged = await merge_people(session, league.club.league_id, asked)
        assert (len(merged.ended), len(merged.cancelled)) == (1, 1)
    assert "1 team stays: someone is in it, or it has a chat." in undone_words(await league.undo(done.season_id))
    async with league.database.session() as session:
        back = await unmerge_people(session, league.club.league_id, Person.PLAYER, jonathan.player_id)
        assert (back.restored, back.promised) == ((), ())
        assert back.notes == ("1 contract stays void: what made it was taken back meanwhile.",)
    assert await league.contracts(done.season_id) == [("Jonathan", "Hawks U12", S.VOID)]
    async with league.database.session() as session:
        waiting = select(Outbox.recipient).where(Outbox.state == OutboxState.QUEUED, Outbox.kind == "contract_offered")
        assert not (await session.scalars(waiting)).all()
