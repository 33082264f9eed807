"""Signing, as staff see it: what is written, who is told, what is refused and in which words."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import delete, event, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.cli.command_hints import typed_out
from bball_tui.database.engine import Database
from bball_tui.database.models import (
    Audit,
    Contract,
    GroupLook,
    Guardian,
    League,
    Outbox,
    PlayerGuardian,
    Signature,
    Suppression,
    Team,
)
from bball_tui.database.states import Capacity, ContractStatus, SigningMethod
from bball_tui.errors import BballError
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.signing_preview import preview_signing
from bball_tui.league.contracts.signing_rules import FirstGuardian, FreeText, NamedGuardian, NoticeKind, is_adult
from bball_tui.league.mails.preview import preview_mails
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.settings import Settings
from tests.support.factory import Club, Parent, make_club, make_family

ROSA = Parent("Rosa", "Hamilton", "rosa@families.test", relation="mother")
DAN = Parent("Dan", "Hamilton", "dan@families.test", relation="father")


async def outbox_of(session: AsyncSession, club: Club) -> list[Outbox]:
    return list(await session.scalars(select(Outbox).where(Outbox.league_id == club.league_id).order_by(Outbox.id)))


async def test_one_signature_writes_contract_signature_mails_and_audit(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=30)
        family = await make_family(session, club, parents=(ROSA, DAN))
    async with database.session() as session:
        result = await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    assert [one.id for one in result.signed] == [family.contract_id]
    assert result.refused == ()
    async with database.session() as session:
        contract = await session.get_one(Contract, family.contract_id)
        signature = await session.get_one(Signature, result.signed[0].signature_id)
        person = await session.scalar(text("SELECT session_user"))
        assert (contract.status, contract.signature_id) == (ContractStatus.SIGNED, signature.id)
        assert (contract.version, contract.revision, contract.updated_by) == (2, 1, person)
        assert (signature.signer, signature.guardian_id) == ("Rosa Hamilton", family.guardian_ids[0])
        assert (signature.capacity, signature.method) == (Capacity.MOTHER, SigningMethod.PAPER)
        assert signature.recorded_by == person
        mails = await outbox_of(session, club)
        assert [mail.id for mail in mails] == list(result.outbox_ids)
        assert [mail.recipient for mail in mails] == ["rosa@families.test", "dan@families.test"]
        assert [msgspec.convert(mail.payload, WelcomeMail).guardian_first for mail in mails] == ["Rosa", "Dan"]
        facts = msgspec.convert(mails[0].payload, WelcomeMail)
        assert (facts.player_first, facts.team, facts.season) == ("Amara", "Hawks U12", "Spring 2027")
        assert (facts.signer, facts.capacity, facts.signed_on) == ("Rosa Hamilton", "mother", signature.signed_on)
        assert result.undo_until == mails[0].available_at == signature.received_at + timedelta(seconds=30)
        entry = (await session.scalars(select(Audit).where(Audit.entity == "contract"))).one()
        assert (entry.action, entry.entity_id, entry.recorded_by) == ("signed", contract.id, person)
        assert entry.before == {"status": "offered"}


async def test_who_recorded_it_is_the_role_and_nobody_can_choose(marias_database: Database, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    async with marias_database.session() as session:
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        forged = insert(Signature).values(
            league_id=club.league_id,
            contract_id=family.contract_id,
            signer="x",
            capacity=Capacity.GUARDIAN,
            method=SigningMethod.PAPER,
            signed_on=date(2026, 1, 1),
            recorded_by="jonas",
        )
        await session.execute(forged)
        assert set(await session.scalars(select(Signature.recorded_by))) == {"maria"}
        assert set(await session.scalars(select(Audit.recorded_by).where(Audit.action == "signed"))) == {"maria"}
        assert set(await session.scalars(select(Outbox.created_by))) == {"maria"}


async def test_mail_goes_to_every_guardian_who_wants_it_once_per_address(database: Database) -> None:
    parents = (
        ROSA,
        Parent("Lee", "Hamilton", "ROSA@families.test"),
        Parent("Silent", "Hamilton", "silent@families.test", receives_email=False),
        Parent("Bounced", "Hamilton", "Gone@families.test"),
        Parent("Lifted", "Hamilton", "back@families.test"),
        Parent("Paper", "Hamilton", None),
    )
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=parents)
        await session.execute(
            insert(Suppression),
            [
                {"league_id": club.league_id, "email": "gone@families.test", "reason": "bounced"},
                {
                    "league_id": club.league_id,
                    "email": "back@families.test",
                    "reason": "bounced",
                    "lifted_at": datetime.now(UTC),
                    "lifted_by": "maria",
                },
            ],
        )
        preview = await preview_signing(session, club.league_id, [family.contract_id])
        await sign(session, club.league_id, SigningRequest(preview.signable))
        mails = await outbox_of(session, club)
        assert [mail.recipient for mail in mails] == ["rosa@families.test", "back@families.test"]
        assert [one.address for one in preview.contracts[0].recipients] == [mail.recipient for mail in mails]
        assert NoticeKind.SUPPRESSED in {notice.kind for notice in preview.notices}


async def test_siblings_and_two_households_get_one_mail_per_contract_and_recipient(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        amara = await make_family(session, club, parents=(ROSA, DAN))
        quinn = await make_family(session, club, first="Quinn", parents=())
        for position, guardian_id in enumerate(amara.guardian_ids, start=1):
            await session.execute(
                insert(PlayerGuardian).values(
                    league_id=club.league_id, player_id=quinn.player_id, guardian_id=guardian_id, position=position
                )
            )
        request = SigningRequest(
            ((quinn.contract_id, 1), (amara.contract_id, 1)), signer=NamedGuardian(amara.guardian_ids[0])
        )
        result = await sign(session, club.league_id, request)
        assert [one.id for one in result.signed] == [quinn.contract_id, amara.contract_id]
        mails = await outbox_of(session, club)
        assert sorted((mail.contract_id, mail.recipient) for mail in mails) == sorted(
            (one.contract_id, address)
            for one in (amara, quinn)
            for address in ("rosa@families.test", "dan@families.test")
        )
        # No mail knows of the other household.
        for mail in mails:
            names = msgspec.convert(mail.payload, WelcomeMail)
            assert names.guardian_first == ("Rosa" if mail.recipient.startswith("rosa") else "Dan")


async def test_a_player_without_an_address_is_signed_with_a_warning_and_no_mail(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, first="Wren", last="Hammond", parents=(Parent(email=None),))
        preview = await preview_signing(session, club.league_id, [family.contract_id])
        texts = [notice.text for notice in preview.notices]
        assert texts == ["Wren Hammond has no guardian with an e-mail address: signed, no one told."]
        assert preview.mails == 0
        result = await sign(session, club.league_id, SigningRequest(preview.signable))
        assert (len(result.signed), result.outbox_ids) == (1, ())


async def test_the_preview_writes_nothing_and_says_it_all(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=(DAN, ROSA))
        draft = await make_family(session, club, first="Dee", status=ContractStatus.DRAFT)
        before = await session.scalar(select(func.count()).select_from(Audit))
        preview = await preview_signing(
            session, club.league_id, [family.contract_id, draft.contract_id, 999], NamedGuardian(family.guardian_ids[1])
        )
        assert preview.recorded_by == await session.scalar(text("SELECT session_user"))
        assert preview.hold_seconds == 10
        first, second, third = preview.contracts
        assert (first.player, first.team, first.version, first.blocked) == ("Amara Hamilton", "Hawks U12", 1, False)
        assert [(one.name, one.capacity) for one in first.signers] == [
            ("Dan Hamilton", "father"),
            ("Rosa Hamilton", "mother"),
        ]
        assert first.signer is not None
        assert (first.signer.name, first.signer.capacity) == ("Rosa Hamilton", "mother")
        assert [notice.kind for notice in first.notices] == [NoticeKind.NO_CHAT_LINK]
        assert [notice.kind for notice in second.notices] == [NoticeKind.NOT_OFFERED]
        assert [notice.kind for notice in third.notices] == [NoticeKind.MISSING]
        assert preview.signable == ((family.contract_id, 1),)
        assert preview.mails == 2
        assert before == await session.scalar(select(func.count()).select_from(Audit))


async def test_a_chat_that_was_not_there_is_said_before_families_are_sent_to_it(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=(ROSA,))
        await session.execute(
            update(Team).values(
                groupme_group_id="4711", groupme_share_url="https://groupme.com/join_group/4711/AbCdEfGh"
            )
        )
        for group, expected in (("4710", []), ("4711", [NoticeKind.CHAT_IS_GONE])):  # another group's look says nothing
            look = {"state": "broken", "group_id": group, "found": [], "why": "gone", "warnings": [], "account": "Pat"}
            await session.execute(delete(GroupLook))
            await session.execute(insert(GroupLook).values(team_id=club.team_id, league_id=club.league_id, **look))
            preview = await preview_signing(session, club.league_id, [family.contract_id])
            assert [notice.kind for notice in preview.contracts[0].notices] == expected


async def test_a_stale_screen_is_told_by_whom_and_when(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await session.execute(update(League).values(timezone="Asia/Tokyo"))
        changed = await make_family(session, club)
        signed = await make_family(session, club, first="Sam")
        fresh = await make_family(session, club, first="Fay")
    async with marias_database.session() as session:
        await session.execute(
            update(Contract)
            .where(Contract.id == changed.contract_id)
            .values(status=ContractStatus.ACCEPTED, version=Contract.version + 1)
        )
        await sign(session, club.league_id, SigningRequest(((signed.contract_id, 1),)))
        moment = await session.scalar(text("SELECT to_char(now() AT TIME ZONE 'Asia/Tokyo', 'HH24:MI')"))
    stale = SigningRequest(((changed.contract_id, 1), (signed.contract_id, 1), (fresh.contract_id, 1), (999, 1)))
    async with database.session() as session:
        result = await sign(session, club.league_id, stale)
    reasons = {one.id: one.reason for one in result.refused}
    assert reasons[changed.contract_id].startswith(f"Amara Hamilton's contract was changed by maria at {moment}.")
    assert reasons[signed.contract_id] == (
        f"Sam Hamilton's contract is signed already by Rosa Hamilton, recorded by maria at {moment}."
    )
    assert reasons[999] == "That contract isn't in this league."
    assert [one.id for one in result.signed] == [fresh.contract_id]


async def test_another_leagues_contract_does_not_exist_here(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        other = await make_club(session, slug="other")
        family = await make_family(session, other)
        result = await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        assert (result.signed, result.outbox_ids, len(result.refused)) == ((), (), 1)
        assert (await session.get_one(Contract, family.contract_id)).status == ContractStatus.OFFERED


async def test_two_desks_at_once_make_one_signature(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        families = [await make_family(session, club, first=f"Kid {n}", parents=(ROSA, DAN)) for n in range(5)]
    pairs = tuple((family.contract_id, 1) for family in families)

    async def desk(opened: Database, contracts: tuple[tuple[int, int], ...]) -> tuple[int, list[str]]:
        async with opened.session() as session:
            result = await sign(session, club.league_id, SigningRequest(contracts))
            return len(result.signed), [one.reason for one in result.refused]

    mine, hers = await asyncio.gather(desk(database, pairs), desk(marias_database, tuple(reversed(pairs))))
    assert sorted((mine[0], hers[0])) == [0, 5]
    async with database.session() as session:
        winner = await session.scalar(select(Signature.recorded_by).distinct())
        assert all(f"signed already by Rosa Hamilton, recorded by {winner} at" in one for one in mine[1] + hers[1])
        assert await session.scalar(select(func.count()).select_from(Signature)) == 5
        assert await session.scalar(select(func.count()).select_from(Outbox)) == 10


async def test_the_waiting_desk_hears_who_was_quicker(database: Database, marias_database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    request = SigningRequest(((family.contract_id, 1),), signer=FreeText("Grandma"))
    watcher = await database.connect(autocommit=True)
    async with watcher, database.session() as session:
        async with marias_database.session() as quicker:
            await sign(quicker, club.league_id, SigningRequest(((family.contract_id, 1),)))
            waiting = asyncio.create_task(sign(session, club.league_id, request))
            blocked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            while (await (await watcher.execute(blocked)).fetchone()) == (0,):  # noqa: ASYNC110 - a fact of the database
                await asyncio.sleep(0.01)
        result = await waiting
    assert "signed already by Rosa Hamilton, recorded by maria" in result.refused[0].reason
    assert result.outbox_ids == ()


@pytest.mark.parametrize(
    ("request_", "problem"),
    [
        (SigningRequest(()), "No contract is chosen"),
        (SigningRequest(((1, 1),), signer=FreeText(" \x07\u202e ")), "signer's name is empty"),
        (SigningRequest(((1, 1),), signer=FreeText("x" * 201)), "201 characters"),
        (SigningRequest(((1, 1),), signed_on=date(1899, 12, 31)), "before 1900"),
        (SigningRequest(((1, 1),), signed_on=date(2999, 1, 1)), "is in the future"),
        (SigningRequest(((1, 1),), hold_seconds=-1), "undo time"),
        (SigningRequest(((1, 1),), hold_seconds=86_401), "undo time"),
    ],
)
async def test_what_cannot_be_is_refused_for_all(database: Database, request_: SigningRequest, problem: str) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        named = replace(request_, contracts=tuple((family.contract_id, 1) for _ in request_.contracts))
        with pytest.raises(BballError, match=problem):
            await sign(session, club.league_id, named)
        assert await session.scalar(select(func.count()).select_from(Signature)) == 0


async def test_today_is_the_leagues_today(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        today = (await session.execute(text("SELECT now() AT TIME ZONE 'Pacific/Kiritimati'"))).scalar_one().date()
        western = (await session.execute(text("SELECT now() AT TIME ZONE 'Etc/GMT+12'"))).scalar_one().date()
        assert western < today
        await session.execute(update(League).values(timezone="Etc/GMT+12"))
        with pytest.raises(BballError, match="future"):
            await preview_signing(session, club.league_id, [family.contract_id], signed_on=today)
        await session.execute(update(League).values(timezone="Pacific/Kiritimati"))
        assert (await preview_signing(session, club.league_id, [family.contract_id])).signed_on == today


async def test_the_signers_text_is_data_and_cleaned(database: Database) -> None:
    hostile = "  Grandma\r\nBcc: x@y [red]'; DROP TABLE signature; --  "
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        with pytest.raises(BballError, match=r"no one can see \(U\+001B\)"):
            await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), FreeText("Grandma\x1b[31m")))
        result = await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), FreeText(hostile)))
        signature = await session.get_one(Signature, result.signed[0].signature_id)
        assert signature.signer == "Grandma Bcc: x@y [red]'; DROP TABLE signature; --"
        assert (signature.guardian_id, signature.capacity) == (None, Capacity.GUARDIAN)


@pytest.mark.parametrize(
    ("parents", "choose", "capacity", "birthdate", "expected"),
    [
        ((Parent(may_sign=False), DAN), None, None, date(2015, 1, 1), ("Dan Hamilton", Capacity.FATHER)),
        ((Parent(relation="other"),), None, None, None, ("Rosa Hamilton", Capacity.GUARDIAN)),
        ((ROSA,), None, None, date(2000, 1, 1), ("Amara Hamilton", Capacity.ADULT_PLAYER)),
        ((), None, None, date(2000, 1, 1), ("Amara Hamilton", Capacity.ADULT_PLAYER)),
        ((ROSA,), None, Capacity.GUARDIAN, date(2000, 1, 1), ("Rosa Hamilton", Capacity.GUARDIAN)),
        ((ROSA,), 0, None, date(2000, 1, 1), ("Rosa Hamilton", Capacity.MOTHER)),
        ((ROSA,), "Amara H.", None, date(2000, 1, 1), ("Amara H.", Capacity.ADULT_PLAYER)),
        ((), None, None, date(2015, 1, 1), "no guardian who may sign"),
        ((ROSA, Parent(may_sign=False)), 1, None, date(2015, 1, 1), "may not sign"),
        ((ROSA,), None, Capacity.ADULT_PLAYER, date(2015, 1, 1), "not of age"),
        ((ROSA,), None, None, date(2026, 11, 2), "not born yet"),
    ],
)
async def test_who_signs_and_in_what_capacity(
    database: Database,
    parents: tuple[Parent, ...],
    choose: int | str | None,
    capacity: Capacity | None,
    birthdate: date | None,
    expected: tuple[str, Capacity] | str,
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=parents, birthdate=birthdate)
        choice: FirstGuardian | NamedGuardian | FreeText = FirstGuardian()
        if isinstance(choose, int):
            choice = NamedGuardian(family.guardian_ids[choose])
        elif choose is not None:
            choice = FreeText(choose)
        request = SigningRequest(((family.contract_id, 1),), choice, capacity, signed_on=date(2026, 11, 1))
        result = await sign(session, club.league_id, request)
        if isinstance(expected, str):
            assert expected in result.refused[0].reason
            assert result.signed == ()
        else:
            signature = await session.get_one(Signature, result.signed[0].signature_id)
            assert (signature.signer, signature.capacity) == expected


async def test_a_guardian_of_somebody_else_does_not_sign(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        one, two = await make_family(session, club), await make_family(session, club, first="Two")
        request = SigningRequest(((one.contract_id, 1), (two.contract_id, 1)), NamedGuardian(one.guardian_ids[0]))
        result = await sign(session, club.league_id, request)
        assert [signed.id for signed in result.signed] == [one.contract_id]
        assert result.refused[0].reason == "The chosen signer is not a guardian of Two Hamilton."


async def test_without_a_hold_mails_leave_at_once_and_nothing_can_be_undone(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        result = await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),), hold_seconds=0))
        assert result.undo_until is None
        due = await session.scalar(select(func.count()).where(Outbox.available_at <= func.now()))
        assert due == 1


@pytest.mark.slow
async def test_the_number_of_statements_does_not_depend_on_the_number_of_contracts(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        families = [await make_family(session, club, first=f"Kid {n}") for n in range(40)]
    counts = []
    for chosen in (families[:1], families[1:]):
        async with database.session() as session:
            statements: list[str] = []
            connection = (await session.connection()).sync_connection
            event.listen(connection, "before_cursor_execute", lambda *call, into=statements: into.append(call[2]))
            await sign(session, club.league_id, SigningRequest(tuple((one.contract_id, 1) for one in chosen)))
            counts.append(len(statements))
    assert counts[0] == counts[1] <= 8


async def test_guardians_may_change_later_without_changing_the_promise(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
        await session.execute(update(Guardian).values(first_name="Rosalind", email="new@families.test"))
        mail = (await outbox_of(session, club))[0]
        assert mail.recipient == "rosa@families.test"
        assert msgspec.convert(mail.payload, WelcomeMail).guardian_first == "Rosa"


@given(birth=st.dates(date(1900, 1, 2), date(2030, 1, 1)), day=st.dates(date(1900, 1, 2), date(2060, 1, 1)))
def test_of_age_is_eighteen_whole_years(birth: date, day: date) -> None:
    later = birth.replace(year=birth.year + 18) if (birth.month, birth.day) != (2, 29) else date(birth.year + 18, 3, 1)
    if (birth.month, birth.day) == (2, 29) and (birth.year + 18) % 4 == 0:
        later = date(birth.year + 18, 2, 29)
    assert is_adult(birth, day) == (day >= later)


async def test_a_preview_without_a_signer_says_what_is_missing(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club, parents=())
        with pytest.raises(BballError) as refused:
            await preview_mails(session, club.league_id, settings, family.contract_id)
    said = str(refused.value)
    assert "has no guardian who may sign, so the e-mail has no signer to name." in said
    assert "Add a guardian of Amara Hamilton ({player.family})" in said  # the screen's key, or what one types
    assert "('bball-tui guardians add')" in typed_out(said)
    assert "Type the name" not in said


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("Nobody Known", "Nobody Known is not one of the guardians of Amara Hamilton."),
        ("ximena zimer", "ximena zimer is not one of the guardians of Amara Hamilton; Ximena Zimmer is."),
        ("Xímena  Zimmer", "Xímena Zimmer is not one of the guardians of Amara Hamilton; Ximena Zimmer is."),
        ("Bill Hamilton", "Bill Hamilton is not one of the guardians of Amara Hamilton; William Hamilton is."),
        ("XIMENA zimmer", None),
    ],
)
async def test_who_is_no_guardian_is_named_before_it_is_signed(
    database: Database, typed: str, said: str | None
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        parents = (Parent("Ximena", "Zimmer"), Parent("William", "Hamilton", email="bill@families.test"))
        family = await make_family(session, club, parents=parents)
        seen = await preview_signing(session, club.league_id, [family.contract_id], FreeText(typed))
        found = [one for one in seen.notices if one.kind is NoticeKind.UNKNOWN_SIGNER]
        assert [one.text for one in found] == ([] if said is None else [said])
        assert seen.signable, "a warning"
        alone = await preview_signing(
            session, club.league_id, [family.contract_id], FreeText("Amara"), capacity=Capacity.ADULT_PLAYER
        )
        assert NoticeKind.UNKNOWN_SIGNER not in {one.kind for one in alone.notices}
