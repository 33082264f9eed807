"""The record of a signature is corrected: a new row, the old one kept, and no family reads two truths unasked."""

import dataclasses
from datetime import date
from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, League, Outbox, OutboxAttempt, OutboxMessage, Signature, Team
from bball_tui.database.states import Capacity, ContractStatus, DateOrder, OutboxState, SigningMethod, TeamChange
from bball_tui.errors import BballError
from bball_tui.league.contracts.correcting import CorrectionRequest, correct, preview_correction
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_rules import FreeText, NamedGuardian
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.contracts.undo import undo
from bball_tui.league.contracts.undo_correction import undo_correction
from bball_tui.league.editing.contracts import load_contract, save_contract
from bball_tui.league.editing.outcome import Saved, Wrong
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.staff_actions import cancel
from tests.league.corrections import SENT, dan, mails, signed
from tests.support.factory import Club, Family, make_club, make_family


async def test_a_correction_is_a_new_row_and_the_waiting_welcome_says_what_is_right(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        done = await correct(
            session,
            club.league_id,
            dan(family, signed_on=date(2026, 3, 2), method=SigningMethod.SCAN, note=" by  mail "),
        )
        assert (done.done, done.refused, done.told, done.promised) == ((family.contract_id,), (), (), ())
        assert len(done.rewritten) == 2
    async with database.session() as session:
        old, new = list(await session.scalars(select(Signature).order_by(Signature.id)))
        assert (old.signer, old.capacity, old.signed_on, old.supersedes_id) == (
            "Rosa Hamilton", "mother", date(2026, 3, 1), None,
        )  # fmt: skip
        assert (new.signer, new.capacity, new.method, new.signed_on, new.note) == (
            "Dan Hamilton", "father", "scan", date(2026, 3, 2), "by mail",
        )  # fmt: skip
        assert (new.supersedes_id, new.correction_reason) == (old.id, "the other parent")
        contract = await session.get_one(Contract, family.contract_id)
        assert (contract.status, contract.signature_id, contract.revision) == ("signed", new.id, 1)
        payloads = list(await session.scalars(select(Outbox.payload)))
        assert [(one["signer"], one["capacity"], one["signed_on"]) for one in payloads] == [
            ("Dan Hamilton", "father", "2026-03-02")
        ] * 2
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert [one.signer for one in detail.superseded] == ["Rosa Hamilton"]
        assert detail.trace[-3].text.replace(", 2026", "") == (  # a day of another year is told with it
            "record corrected: signed by Dan Hamilton (was signed by Rosa Hamilton), as father (was as mother), "
            "by scan (was on paper), on Mar 2 (was on Mar 1), note by mail (was note none): the other parent"
        )
        # Undo takes back the signing, whatever its record says by now.
        back = await undo(session, club.league_id, [family.contract_id])
        assert (back.undone, len(back.cancelled)) == ((family.contract_id,), 2)


async def test_a_canceled_welcome_is_not_said_to_wait(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        first, _ = (await session.scalars(select(Outbox.id).order_by(Outbox.id))).all()
        await cancel(session, club.league_id, [first], reason="told by phone")
        done = await correct(session, club.league_id, dan(family))
        assert len(done.rewritten) == 1
        # Promised once more, it says what is right all the same.
        assert set(await session.scalars(select(Outbox.payload["signer"].astext))) == {"Dan Hamilton"}


async def test_undo_after_a_correction_leads_to_the_status_before_the_signing(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session, status=ContractStatus.ACCEPTED)
        await correct(session, club.league_id, dan(family))
        await undo(session, club.league_id, [family.contract_id])
        assert (await session.get_one(Contract, family.contract_id)).status == ContractStatus.ACCEPTED


async def test_who_had_the_welcome_is_written_only_when_asked_and_only_what_differs(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        await session.execute(update(Outbox).where(Outbox.recipient == "rosa@families.test").values(**SENT))
        seen = await preview_correction(session, club.league_id, [family.contract_id])
        assert (seen.told, seen.unsent) == (("rosa@families.test",), 1)
        quiet = await correct(session, club.league_id, dan(family))
        assert ([one.recipient for one in quiet.told], quiet.promised) == (["rosa@families.test"], ())
        told = await correct(
            session,
            club.league_id,
            CorrectionRequest(
                ((family.contract_id, None),), "a day", signed_on=date(2026, 3, 2), notify=True, words="Sorry!"
            ),
        )
        assert len(told.promised) == 1
        mail = await session.get_one(Outbox, told.promised[0])
        assert (mail.recipient, mail.kind, mail.payload["note"]) == (
            "rosa@families.test",
            "signature_corrected",
            "Sorry!",
        )
        # What she read, not what stood in the record for a while without her knowing.
        assert mail.payload["was"] == {"signer": "Rosa Hamilton", "capacity": "mother", "signed_on": "2026-03-01"}
        assert mail.payload["now"] == {"signer": "Dan Hamilton", "capacity": "father", "signed_on": "2026-03-02"}
        assert await session.scalar(select(Outbox.available_at > func.now()).where(Outbox.id == mail.id))
        # Once more before it left: one correction leaves, with the last word.
        again = await correct(
            session, club.league_id, CorrectionRequest(((family.contract_id, None),), "no", signed_on=date(2026, 3, 3))
        )
        assert len(again.promised) == 1
        # And back to what she read at first: there is nothing to write anymore.
        back = await correct(
            session,
            club.league_id,
            CorrectionRequest(
                ((family.contract_id, None),),
                "all wrong",
                NamedGuardian(family.guardian_ids[0]),
                signed_on=date(2026, 3, 1),
            ),
        )
        assert back.promised == ()
        assert await mails(session) == [
            ("contract_signed", "rosa", "sent"),
            ("contract_signed", "dan", "queued"),
            ("signature_corrected", "rosa", "cancelled"),
            ("signature_corrected", "rosa", "cancelled"),
        ]


async def written(session: AsyncSession, club: Club, outbox_id: int | None, *outcomes: str) -> None:
    """Its bytes are written, and these were its attempts so far."""
    await session.execute(
        OutboxMessage.__table__.insert().values(  # type: ignore[attr-defined]
            outbox_id=outbox_id, league_id=club.league_id, subject="x", mime=b"x", sha256=func.sha256(b"x")
        )
    )
    for n, outcome in enumerate(outcomes, 1):
        session.add(
            OutboxAttempt(
                league_id=club.league_id, outbox_id=outbox_id, n=n, worker="w", started_at=func.now(), outcome=outcome
            )
        )
    n = len(outcomes)
    await session.execute(update(Outbox).where(Outbox.id == outbox_id).values(attempts=n, claims=n))


@pytest.mark.parametrize("state", [OutboxState.QUEUED, OutboxState.DEAD])
async def test_a_welcome_that_was_turned_away_says_what_is_right_when_it_leaves(
    database: Database, state: OutboxState
) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        first = await session.scalar(select(func.min(Outbox.id)))
        await written(session, club, first, "recipient_transient", "recipient_transient")
        failed = {"state": state, "finalized_at": func.now()} if state is OutboxState.DEAD else {}
        why = {"error_class": "recipient_transient", "error_text": "mailbox busy"}
        await session.execute(update(Outbox).where(Outbox.id == first).values(**why, **failed))
        seen = await preview_correction(session, club.league_id, [family.contract_id])
        assert (seen.told, seen.unsent) == ((), 2)
    async with database.session() as session:
        done = await correct(session, club.league_id, dan(family, notify=True))
        assert (done.told, done.promised, len(done.rewritten)) == ((), (), 2)
        assert await mails(session) == [
            ("contract_signed", "rosa", "cancelled"),
            ("contract_signed", "dan", "queued"),
            ("contract_signed", "rosa", state),
        ]
        new = await session.get_one(Outbox, done.rewritten[-1])
        assert (new.payload["signer"], new.error_text, new.claims) == ("Dan Hamilton", "mailbox busy", 0)
    async with database.session() as session:
        assert (await undo_correction(session, club.league_id, [family.contract_id])).undone
        still = select(Outbox.payload["signer"].astext).where(Outbox.state.in_((OutboxState.QUEUED, state)))
        assert set(await session.scalars(still)) == {"Rosa Hamilton"}


async def test_a_welcome_that_is_sent_again_after_a_doubt_counts_as_told(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        first = await session.scalar(select(func.min(Outbox.id)))
        await written(session, club, first, "in_doubt")
        done = await correct(session, club.league_id, dan(family))
        assert ([one.id for one in done.told], len(done.rewritten)) == ([first], 1)


async def test_what_a_family_does_not_read_is_not_written_to_them(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        await session.execute(update(Outbox).values(**SENT))
        asked = CorrectionRequest(((family.contract_id, None),), "came by mail", method=SigningMethod.SCAN, notify=True)
        done = await correct(session, club.league_id, asked)
        assert (done.done, done.told, done.promised) == ((family.contract_id,), (), ())


async def test_each_contract_is_decided_by_itself(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        child = await make_family(session, club, first="Ben", birthdate=date(2026, 3, 1))
        open_one = await make_family(session, club, first="Open")
        await sign(session, club.league_id, SigningRequest(((child.contract_id, 1),), signed_on=date(2026, 3, 5)))
        ids = (family.contract_id, child.contract_id, open_one.contract_id, 999)
        wanted = CorrectionRequest(tuple((one, None) for one in ids), "wrong day", signed_on=date(2026, 2, 27))
        done = await correct(session, club.league_id, wanted)
        assert done.done == (family.contract_id,)
        reasons = {one.id: one.reason for one in done.refused}
        assert "was not born yet on 2026-02-27" in reasons[child.contract_id]
        assert "is not signed, so there is nothing to correct" in reasons[open_one.contract_id]
        assert "That contract isn't in this league" in reasons[999]
        same = await correct(session, club.league_id, replace(wanted, contracts=((family.contract_id, None),)))
        assert "says so already" in same.refused[0].reason
        stale = await correct(session, club.league_id, replace(wanted, contracts=((family.contract_id, 1),)))
        assert "was changed by" in stale.refused[0].reason
        stranger = CorrectionRequest(((family.contract_id, None),), "x", NamedGuardian(child.guardian_ids[0]))
        assert "not a guardian of" in (await correct(session, club.league_id, stranger)).refused[0].reason
        adult = CorrectionRequest(((family.contract_id, None),), "x", FreeText("Amara"), Capacity.ADULT_PLAYER)
        assert "not of age" in (await correct(session, club.league_id, adult)).refused[0].reason


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"reason": " "}, "reason is empty"),
        ({"signed_on": date(9000, 1, 1)}, "is in the future"),
        ({"signer": FreeText(" ")}, "name is empty"),
        ({"note": "x" * 501}, "501 characters"),
        ({"contracts": ()}, "No contract"),
    ],
)
async def test_what_cannot_be_is_refused_as_a_whole(database: Database, more: dict[str, Any], words: str) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        with pytest.raises(BballError, match=words):
            await correct(session, club.league_id, replace(dan(family), **more))


async def test_a_row_that_supersedes_has_its_reason(database: Database) -> None:
    async with database.session() as session:
        await signed(session)
        first = await session.scalar(select(Signature.id))
        with pytest.raises(IntegrityError, match="correction_reason"):
            await session.execute(
                Signature.__table__.insert().from_select(  # type: ignore[attr-defined]
                    ["league_id", "contract_id", "signer", "capacity", "method", "signed_on", "supersedes_id"],
                    select(
                        Signature.league_id, Signature.contract_id, Signature.signer, Signature.capacity,
                        Signature.method, Signature.signed_on, Signature.id,
                    ).where(Signature.id == first),
                )
            )  # fmt: skip
        await session.rollback()


async def test_a_void_after_a_correction_names_what_the_family_read(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        await session.execute(update(Outbox).where(Outbox.recipient == "rosa@families.test").values(**SENT))
        await correct(session, club.league_id, dan(family))
        ended = await apply_transition(
            session,
            club.league_id,
            TransitionRequest(Transition.VOID, ((family.contract_id, None),), "wrong", correct=True),
        )
        mail = await session.get_one(Outbox, ended.promised[0])
        assert (mail.payload["was"]["signer"], mail.payload["now"]) == ("Rosa Hamilton", None)


async def owls(session: AsyncSession, club: Club, **more: Any) -> Team:
    team = Team(league_id=club.league_id, season_id=club.season_id, name="Owls", **more)
    session.add(team)
    await session.flush()
    return team


async def move(session: AsyncSession, club: Club, family: Family, team: Team, **more: Any) -> Saved | Wrong:
    base = await load_contract(session, club.league_id, family.contract_id, DateOrder.YMD)
    wanted = dataclasses.replace(base.draft, team_id=str(team.id), **more)
    saved = await save_contract(session, club.league_id, wanted, order=DateOrder.YMD, base=base)
    assert isinstance(saved, Saved | Wrong)
    return saved


async def test_another_team_may_keep_the_signature(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        await session.execute(update(Outbox).where(Outbox.recipient == "rosa@families.test").values(**SENT))
        team = await owls(session, club)
        saved = await move(session, club, family, team, signature=TeamChange.KEEP)
        assert isinstance(saved, Saved)
        assert saved.id == family.contract_id
        assert saved.notes == (
            "The signature stays, now with Owls.",
            "1 welcome e-mail not sent yet: names Owls now.",
            "rosa@families.test had the welcome e-mail with Hawks U12 already: please write to them.",
        )
        contract = await session.get_one(Contract, family.contract_id, populate_existing=True)
        assert (contract.team_id, contract.status, contract.revision) == (team.id, "signed", 1)
        assert [one["team"] for one in await session.scalars(select(Outbox.payload).order_by(Outbox.id))] == [
            "Hawks U12",
            "Owls",
        ]
        detail = await contract_detail(session, club.league_id, family.contract_id, Outgoing(True))
        assert "moved from Hawks U12 to Owls; the signature stays" in [event.text for event in detail.trace]


async def test_the_new_teams_welcome_goes_to_who_had_the_old_one_when_asked(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        await session.execute(update(Outbox).where(Outbox.recipient == "rosa@families.test").values(**SENT))
        saved = await move(session, club, family, await owls(session, club), signature=TeamChange.KEEP, correct=True)
        assert isinstance(saved, Saved)
        assert "1 welcome e-mail of Owls queued." in saved.notes
        assert await mails(session) == [
            ("contract_signed", "rosa", "sent"),
            ("contract_signed", "dan", "queued"),
            ("contract_signed", "rosa", "queued"),
        ]


@pytest.mark.parametrize("linked", [True, False])
async def test_a_welcome_that_waits_for_a_chat_looks_at_the_chat_of_its_new_team(
    database: Database, linked: bool
) -> None:
    link = {"groupme_group_id": "4711", "groupme_share_url": "https://groupme.com/join_group/4711/AbCdEfGh"}
    async with database.session() as session:
        club = await make_club(session, chat_url=None if linked else link["groupme_share_url"])
        await session.execute(update(League).values(wait_for_chat=True))
        family = await make_family(session, club)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        before = await session.scalar(select(Outbox.waits_for))
        saved = await move(
            session, club, family, await owls(session, club, **(link if linked else {})), signature=TeamChange.KEEP
        )
        assert isinstance(saved, Saved)
        after = (await session.execute(select(Outbox.waits_for, Outbox.available_at > func.now()))).one()
        assert (before, *after) == (("team_chat", None, True) if linked else (None, "team_chat", True))


async def test_the_leagues_rule_decides_and_is_named(database: Database) -> None:
    async with database.session() as session:
        club, family = await signed(session)
        team = await owls(session, club)
        await session.execute(update(League).values(team_change=TeamChange.VOID))
        wrong = await move(session, club, family, team, signature=TeamChange.KEEP)
        assert isinstance(wrong, Wrong)
        assert "another team needs a new signature" in wrong.problems[0].text
        await session.execute(update(League).values(team_change=TeamChange.KEEP))
        kept = await move(session, club, family, team)
        assert isinstance(kept, Saved)
        assert kept.id == family.contract_id
