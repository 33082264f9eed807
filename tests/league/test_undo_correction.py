"""A correction of a signature is taken back while nobody read it, and then never counts again."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Outbox
from bball_tui.database.states import Capacity, OutboxState
from bball_tui.league.contracts.correcting import CorrectionRequest, correct
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing_rules import FreeText
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.contracts.undo import undo
from bball_tui.league.contracts.undo_correction import undo_correction
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.timeline import item_timeline
from tests.league.corrections import SENT, dan, mails, signed


async def test_a_correction_is_undone_while_nobody_read_it(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        await session.execute(update(Outbox).where(Outbox.recipient == "rosa@families.test").values(**SENT))
    async with database.session() as session:
        await correct(session, club.league_id, dan(family, notify=True))
    async with database.session() as session:
        one = ((family.contract_id, None),)
        await correct(session, club.league_id, CorrectionRequest(one, "a day", signed_on=date(2026, 3, 2)))
        assert [state for kind, _, state in await mails(session) if kind == "signature_corrected"] == [
            "cancelled",
            "queued",
        ]
    async with database.session() as session:
        back = await undo_correction(session, club.league_id, [family.contract_id])
        assert (back.undone, len(back.cancelled)) == ((family.contract_id,), 1)
        # The first correction is in force again, and its mail waits again.
        assert [state for kind, _, state in await mails(session) if kind == "signature_corrected"] == [
            "queued",
            "cancelled",
        ]
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert detail.signature is not None
        assert (detail.signature.signer, detail.signature.signed_on) == ("Dan Hamilton", date(2026, 3, 1))
    async with database.session() as session:
        assert (await undo_correction(session, club.league_id, [family.contract_id])).undone
        assert [state for kind, _, state in await mails(session) if kind == "signature_corrected"] == ["cancelled"] * 2
        waiting = await session.scalar(select(Outbox.payload).where(Outbox.state == OutboxState.QUEUED))
        assert waiting is not None
        assert (waiting["signer"], waiting["signed_on"]) == ("Rosa Hamilton", "2026-03-01")
        none = await undo_correction(session, club.league_id, [family.contract_id])
        assert "was not corrected" in none.refused[0].reason


@pytest.mark.parametrize("end", [Transition.RELEASE, Transition.VOID, None])
async def test_a_correction_that_was_undone_does_not_come_back_when_the_contract_ends(
    database: Database, end: Transition | None
) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        one = ((family.contract_id, None),)
        await correct(session, club.league_id, dan(family))
    async with database.session() as session:
        day = CorrectionRequest(one, "a wrong day", signed_on=date(2026, 3, 2), signer=FreeText("Somebody Else"),
                                capacity=Capacity.GUARDIAN)  # fmt: skip
        assert (await correct(session, club.league_id, day)).done
    async with database.session() as session:
        assert (await undo_correction(session, club.league_id, [family.contract_id])).undone
    async with database.session() as session:
        if end is None:
            assert (await undo(session, club.league_id, [family.contract_id])).undone
        else:
            assert (await apply_transition(session, club.league_id, TransitionRequest(end, one, reason="moved"))).done
    async with database.session() as session:
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert detail.signature is None
        assert detail.past_signature is not None
        assert (detail.past_signature.signer, detail.past_signature.correction_reason) == (
            "Dan Hamilton",
            "the other parent",
        )
        assert [one.signer for one in detail.superseded] == ["Rosa Hamilton"]  # as the panel of a signed one says
        undone = next(one.text for one in detail.trace if one.text.startswith("correction undone"))
        assert undone.replace(", 2026", "") == (  # a day of another year is told with it
            "correction undone: signed by Dan Hamilton (was signed by Somebody Else), as father (was as guardian), "
            "on Mar 1 (was on Mar 2)"
        )
    async with database.session() as session:  # What promised an e-mail later is what counted then.
        await session.execute(update(Outbox).values(created_at=func.now()))
        mail = await session.scalar(select(func.min(Outbox.id)))
        told = (await item_timeline(session, club.league_id, mail or 0, Outgoing(True))).signature
        assert told is not None
        assert told.signer == "Dan Hamilton"


async def test_a_correction_that_may_have_been_read_stays(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        await session.execute(update(Outbox).values(**SENT))
    async with database.session() as session:
        done = await correct(session, club.league_id, dan(family, notify=True))
        await session.execute(update(Outbox).where(Outbox.id == done.promised[0]).values(**SENT))
    async with database.session() as session:
        refused = await undo_correction(session, club.league_id, [family.contract_id])
        assert "may have gone out. Correct the record once more instead." in refused.refused[0].reason


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (SENT, "The e-mail to rosa@families.test went out at "),
        (SENT | {"provider": "maildir"}, "The e-mail to rosa@families.test was written to a folder at "),
    ],
)
async def test_a_correction_that_a_welcome_told_stays_and_says_when_it_left(
    database: Database, left: dict[str, Any], words: str
) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        await session.execute(update(Outbox).where(Outbox.recipient == "dan@families.test").values(**SENT))
    async with database.session() as session:
        await correct(session, club.league_id, dan(family))
    async with database.session() as session:
        await session.execute(update(Outbox).where(Outbox.recipient == "rosa@families.test").values(**left))
    async with database.session() as session:
        (refused,) = (await undo_correction(session, club.league_id, [family.contract_id])).refused
        assert refused.reason.startswith(words)
        assert refused.reason.endswith("Correct the record once more instead: that can also notify the family.")
    async with database.session() as session:
        # A note is nothing that a family reads.
        one = ((family.contract_id, None),)
        await correct(session, club.league_id, CorrectionRequest(one, "a note", note="came by mail"))
    async with database.session() as session:
        assert (await undo_correction(session, club.league_id, [family.contract_id])).undone
