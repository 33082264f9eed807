"""The question whether an act goes back says what is so when it is asked, and again when it is answered."""

import pytest
from sqlalchemy import select

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Outbox
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.settings import Settings
from tests.support.factory import make_club
from tests.support.mails import accept, signed_family
from tests.tui.desk_host import Desk, opened


async def voided(database: Database) -> list[int]:
    """A contract whose family has the welcome e-mail becomes void; the e-mails that say so wait."""
    async with database.session() as session:
        club = await make_club(session)
        family, welcomes = await signed_family(session, club)
    await accept(database, welcomes)
    async with database.session() as session:
        request = TransitionRequest(Transition.VOID, ((family.contract_id, None),), "a slip", correct=True)
        await apply_transition(session, club.league_id, request)
    async with database.session() as session:
        waiting = await session.scalars(select(Outbox.id).where(Outbox.state == OutboxState.QUEUED))
        return list(waiting)


async def says_that_it_left(desk: Desk) -> None:
    await desk.shows("This can't be undone", "The e-mail to rosa", "went out", "make a new one", "(n)")
    assert "Canceled" not in desk.text


@pytest.mark.parametrize("asked", [False, True], ids=["before it is asked", "while it is asked"])
async def test_an_email_that_left_is_named(quiet: Settings, database: Database, *, asked: bool) -> None:
    mails = await voided(database)
    assert mails
    async with opened(quiet) as desk:
        await desk.press("ctrl+y")
        await desk.shows("What you did in the last minutes", "If undone:", "Canceled: the e-mail to")
        if asked:
            await desk.press("enter")
            await desk.shows("Undo this?", "Canceled: the e-mail to", "If an e-mail leaves")
        await accept(database, mails)
        await desk.press("enter")
        if asked:
            await desk.shows("Something changed while you looked")
        await says_that_it_left(desk)
        await desk.press("escape")
        await says_that_nothing_goes_back(desk)
        await desk.press("escape")
    async with database.session() as session:
        assert await session.scalar(select(Contract.status)) == ContractStatus.VOID


async def says_that_nothing_goes_back(desk: Desk) -> None:
    """The list is read again, too."""
    await desk.shows("What you did in the last minutes", "went out", "stays void")
    assert "If undone" not in desk.text
