"""The mails of a stack wait until it is done; if no one says so, they leave by themselves."""

from datetime import date

from sqlalchemy import func, select, text, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Outbox
from bball_tui.database.states import Capacity, ContractStatus
from bball_tui.league.contracts.batch_signing import STACK_HOLD, batch_candidates, hold_stack, release_stack
from bball_tui.league.contracts.signing import SigningRequest, sign
from tests.support.factory import Parent, make_club, make_family

HOLD = int(STACK_HOLD.total_seconds())


async def test_a_stack_is_held_again_and_released_after_the_undo_time(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=10)
        one, two = await make_family(session, club), await make_family(session, club, first="Two")
        gone = await make_family(session, club, first="Gone")
        stack = [family.contract_id for family in (one, two, gone)]
        await sign(session, club.league_id, SigningRequest(tuple((each, 1) for each in stack), hold_seconds=HOLD))
        # Time passes; one mail was sent because nobody held it anymore.
        earlier = Outbox.available_at - text("interval '10 seconds'")
        await session.execute(update(Outbox).values(available_at=earlier))
        await session.execute(
            update(Outbox)
            .where(Outbox.contract_id == gone.contract_id)
            .values(state="sent", attempts=1, claims=1, finalized_at=func.now())
        )
    seconds = select(func.extract("epoch", Outbox.available_at - func.now())).where(Outbox.state == "queued")
    async with database.session() as session:
        assert await hold_stack(session, club.league_id, stack) == 2
        assert [int(each) for each in await session.scalars(seconds)] == [HOLD] * 2
    async with database.session() as session:
        assert await release_stack(session, club.league_id, [one.contract_id]) == 1
        assert sorted(round(each) for each in await session.scalars(seconds)) == [10, HOLD]


async def test_where_no_contract_waits_the_others_of_the_season_are_counted(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        nothing = await batch_candidates(session, club.league_id, club.season_id, "")
        assert (nothing.left, nothing.others) == (0, {})
        await make_family(session, club, status=ContractStatus.DRAFT)
        await make_family(session, club, first="Ana", status=ContractStatus.DECLINED)
        none = await batch_candidates(session, club.league_id, club.season_id, "")
        assert (none.left, none.others) == (0, {ContractStatus.DRAFT: 1, ContractStatus.DECLINED: 1})
        await make_family(session, club, first="Wren")
        some = await batch_candidates(session, club.league_id, club.season_id, "")
        assert (some.left, some.others) == (1, {})


async def test_candidates_tell_whose_paper_it_is_and_who_is_done_already(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        rosa = Parent("Rosa", "Hamilton", relation="mother")
        family = await make_family(session, club, parents=(rosa,))
        twin = await make_family(session, club, first="AMARA", birthdate=date(2014, 1, 2), jersey="4")
        nobody = await make_family(session, club, first="Nobody", last="Signs", parents=())
        found = await batch_candidates(session, club.league_id, club.season_id, "")
        facts = found.facts[family.contract_id]
        assert facts.signer is not None
        assert (facts.birthdate, facts.signer.name, facts.signer.capacity) == (
            date(2015, 5, 12), "Rosa Hamilton", Capacity.MOTHER,
        )  # fmt: skip
        assert [(one.team, one.birthdate, one.jersey, one.status) for one in facts.namesakes] == [
            ("Hawks U12", date(2014, 1, 2), "4", ContractStatus.OFFERED)
        ]
        assert found.facts[nobody.contract_id].signer is None
        await sign(session, club.league_id, SigningRequest(((twin.contract_id, 1), (family.contract_id, 1))))
        none = await batch_candidates(session, club.league_id, club.season_id, "amara")
        assert (none.rows, [one.id for one in none.over]) == ((), [family.contract_id, twin.contract_id])
