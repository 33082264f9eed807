"""A message of one's own: one e-mail an address, about the reader's own children alone, and each word once."""

import asyncio
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, Guardian, League, Outbox, OutboxMessage, PlayerGuardian, Team
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.errors import BballError
from bball_tui.league.editing.deleting import RecordKind, delete_record, preview_delete
from bball_tui.league.filters.choices import ListName
from bball_tui.league.mails.audience import Audience
from bball_tui.league.mails.messages import Message, plan_message, preview_message, reach_of, send_message
from bball_tui.league.merging.merge import MergeRequest, merge_people
from bball_tui.league.merging.people import Person
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.timeline.read import contract_detail
from bball_tui.mail.checks import parts
from bball_tui.mail.from_address import Outgoing
from bball_tui.mail.mime import header
from bball_tui.outbox.addresses import suppress
from bball_tui.outbox.mail_list import OutboxFilter, list_items
from bball_tui.outbox.resending import resend
from bball_tui.outbox.staff_actions import cancel, cancel_unsent
from bball_tui.settings import Settings
from tests.delivery.test_drain import drain
from tests.support.examples import examples
from tests.support.factory import Club, Family, Parent, make_club, make_family

SUBJECT = "{{ team }}: practice of {{ player_first }}"
TEXT = "On Friday **{{ player }}** has practice with {{ team }}.\n\nSigned: {{ signed_on }}"


def of_team(club: Club, **changes: object) -> Message:
    audience = Audience("the team Hawks U12", wanted=RosterFilter(season_id=club.season_id, team_id=club.team_id))
    return Message(audience, SUBJECT, TEXT, **changes)  # type: ignore[arg-type]


async def sibling(session: AsyncSession, club: Club, family: Family, first: str) -> Family:
    """Another child of the same guardians."""
    made = await make_family(session, club, first=first, parents=())
    for place, guardian in enumerate(family.guardian_ids, start=1):
        await session.execute(
            insert(PlayerGuardian).values(
                league_id=club.league_id,
                player_id=made.player_id,
                guardian_id=guardian,
                position=place,
                relation="mother",
            )
        )
    return made


async def test_whoever_asks_for_all_of_a_list_hears_how_many_contracts_of_it_are_over(database: Database) -> None:
    over = [ContractStatus.DECLINED, ContractStatus.EXPIRED]
    async with database.session() as session:
        club = await make_club(session)
        for number, status in enumerate([ContractStatus.OFFERED, *over]):
            await make_family(session, club, first=f"N{number}", status=status)
    of_season = RosterFilter(season_id=club.season_id)
    asked: tuple[tuple[ListName, RosterFilter, int, int], ...] = (
        ("contracts", of_season, 1, 2),
        ("contracts", replace(of_season, statuses=tuple(over)), 2, 0),
        ("players", of_season, 3, 0),
        ("teams", of_season, 1, 0),
    )
    async with database.session() as session:
        for shown, wanted, players, left_out in asked:
            reach = await reach_of(session, club.league_id, Audience("all of them", wanted=wanted, shown=shown))
            assert (reach.players, reach.over) == (players, left_out)
        with pytest.raises(BballError, match="Every contract of this list is over"):
            await reach_of(session, club.league_id, Audience("all", wanted=replace(of_season, text="N1")))


async def test_one_e_mail_an_address_about_all_of_its_children(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        hamiltons = await make_family(
            session,
            club,
            parents=(Parent("Rosa", email="rosa@families.test"), Parent("Dan", email="DAN@families.test")),
        )
        await sibling(session, club, hamiltons, "Leo")
        await make_family(session, club, first="Wren", last="Lee", parents=(Parent("Ann", "Lee", None),))
        await make_family(session, club, first="Kai", last="Moss", parents=(Parent("Bo", "Moss", "bo@families.test"),))
        await make_family(
            session,
            club,
            first="Over",
            last="Gone",
            status=ContractStatus.DECLINED,
            parents=(Parent(email="x@families.test"),),
        )
        await suppress(session, club.league_id, "bo@families.test", "asked for it")
        plan, mails = await preview_message(session, club.league_id, settings, of_team(club))

    assert [(one.address, one.players) for one in plan.readers] == [
        ("rosa@families.test", ("Amara Hamilton", "Leo Hamilton")),
        ("DAN@families.test", ("Amara Hamilton", "Leo Hamilton")),
    ]
    assert [(one.player, one.why) for one in plan.nothing] == [
        ("Wren Lee", "no guardian has an e-mail address"),
        ("Kai Moss", "the address takes no e-mail anymore"),
    ]
    assert plan.blocked == ("bo@families.test",)
    assert plan.notes == ("2 e-mails say nothing for {{ signed_on }}, because it is not known.",)
    assert [mail.subject for mail in mails] == ["Hawks U12: practice of Amara and Leo"] * 2
    assert "Hi Rosa," in parts(mails[0].mime).text
    assert "On Friday Amara Hamilton and Leo Hamilton has practice with Hawks U12." in " ".join(
        parts(mails[0].mime).text.split()
    )

    async with database.session() as session:
        sent = await send_message(session, club.league_id, of_team(club, expect=2), hold_seconds=0)
    assert (await drain(database, club.league_id, settings)).sent == 2
    async with database.session() as session:
        rows = await list_items(session, club.league_id, OutboxFilter(kind="message"))
        acts = (await session.scalars(select(Audit).where(Audit.action == "message_queued"))).all()
    assert [(row.about, row.subject, row.team) for row in rows] == [
        ("Amara Hamilton +1", "Hawks U12: practice of Amara and Leo", "Hawks U12")
    ] * 2
    first, last = sent.outbox_ids
    assert [act.after for act in acts] == [
        {"subject": SUBJECT, "to": "the team Hawks U12", "players": 4, "mails": 2, "first": first, "last": last}
    ]
    assert {row.message_id for row in rows} == {mail.message_id for mail in mails}


async def test_the_same_words_go_once_a_day_however_often_enter_is_pressed(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
    alone = Message(Audience("one contract", contract_ids=(family.contract_id,)), SUBJECT, TEXT)

    async def press(message: Message) -> tuple[int, ...]:
        async with database.session() as session:
            return (await send_message(session, club.league_id, message)).outbox_ids

    pressed = await asyncio.gather(press(of_team(club)), press(of_team(club)), press(alone))
    assert sorted(len(one) for one in pressed) == [0, 0, 1]

    async with database.session() as session:
        plan = await plan_message(session, club.league_id, alone)
        assert (plan.already, plan.readers) == (1, ())
        (ids,) = (one for one in pressed if one)
        assert len((await cancel(session, club.league_id, ids, reason="undone")).done) == 1
    # What was taken back may be written again, and other words at any time.
    assert len(await press(alone)) == 1
    assert await press(alone) == ()
    assert len(await press(Message(alone.audience, SUBJECT, TEXT + "!"))) == 1


async def test_nobody_to_write_to_and_another_number_are_refused(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await make_family(session, club, parents=(Parent(email=None),))
    async with database.session() as session:
        with pytest.raises(BballError, match=r"can reach the team Hawks U12: nothing was sent\. No guardian has"):
            await send_message(session, club.league_id, of_team(club))
        with pytest.raises(BballError, match="goes to 0 addresses now, not to 5"):
            await send_message(session, club.league_id, of_team(club, expect=5))
        nowhere = Message(Audience("the selection", contract_ids=(999,)), SUBJECT, TEXT)
        with pytest.raises(BballError, match="no player in the selection"):
            await send_message(session, club.league_id, nowhere)
        with pytest.raises(BballError, match="100,000 characters"):
            await send_message(session, club.league_id, Message(nowhere.audience, SUBJECT, "x" * 100_000))


async def test_a_child_who_is_not_the_readers_anymore_stops_the_mail_at_the_worker(
    database: Database, settings: Settings
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        leo = await sibling(session, club, family, "Leo")
        await send_message(session, club.league_id, of_team(club), hold_seconds=0)
        await session.execute(delete(PlayerGuardian).where(PlayerGuardian.player_id == leo.player_id))
    assert (await drain(database, club.league_id, settings)).sent == 0
    async with database.session() as session:
        row = (await session.scalars(select(Outbox))).one()
        assert row.state == OutboxState.DEAD
        assert row.error_text is not None
        assert "rosa@families.test is not on file for Leo Hamilton anymore" in row.error_text
        assert (await session.scalars(select(OutboxMessage))).all() == []


async def test_it_is_about_no_contract_and_can_be_sent_again(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        next_season = club.season_id + 1  # in which there is no contract of the player
        message = Message(
            Audience("1 player", player_ids=(family.player_id,), season_id=next_season), "Hi", "Come back"
        )
        (first,) = (await send_message(session, club.league_id, message, hold_seconds=0)).outbox_ids
        other = await make_family(session, club, first="Kai", parents=(Parent(email="kai@families.test"),))
        (second,) = (
            await send_message(
                session,
                club.league_id,
                Message(Audience("1 contract", contract_ids=(other.contract_id,)), "Hi", "Hello"),
            )
        ).outbox_ids
        assert (await cancel_unsent(session, [other.contract_id], reason="void")).cancelled == ()
        await cancel(session, club.league_id, [second], reason="enough")
    assert (await drain(database, club.league_id, settings)).sent == 1
    async with database.session() as session:
        assert await resend(session, club.league_id, first) is not None
        assert [row.about for row in await list_items(session, club.league_id, OutboxFilter())][-1] == "Amara Hamilton"


NAMES = ["Ada", "Bea", "Cleo", "Dora", "Edda", "Fay"]


@pytest.mark.slow
@settings(max_examples=examples(25), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    links=st.sets(st.tuples(st.integers(0, 5), st.integers(0, 3)), max_size=14),
    shared=st.booleans(),
    chosen=st.sets(st.integers(0, 5), min_size=1),
)
async def test_no_other_familys_name_is_in_the_bytes(
    database: Database, settings_of_test: Settings, links: set[tuple[int, int]], shared: bool, chosen: set[int]
) -> None:
    """Whatever children, guardians and links there are: an e-mail names the chosen children of its address alone."""
    async with database.session() as session:
        rehearsal = await session.begin_nested()
        club = await make_club(session)
        emails = [f"g{number}@families.test" for number in range(4)]
        if shared:
            emails[1] = emails[0].upper()
        guardians = [
            await session.scalar(
                insert(Guardian)
                .values(league_id=club.league_id, first_name=f"Guardian{number}x", last_name="One", email=email)
                .returning(Guardian.id)
            )
            for number, email in enumerate(emails)
        ]
        families = [await make_family(session, club, first=name, last=f"{name}son", parents=()) for name in NAMES]
        for child, guardian in links:
            await session.execute(
                insert(PlayerGuardian).values(
                    league_id=club.league_id,
                    player_id=families[child].player_id,
                    guardian_id=guardians[guardian],
                    position=guardian + 1,
                    relation="mother",
                )
            )
        ids = tuple(families[child].contract_id for child in sorted(chosen))
        message = Message(
            Audience("the selection", contract_ids=ids), "About {{ player }}", "{{ player_last }}: {{ player }}"
        )
        _, mails = await preview_message(session, club.league_id, settings_of_test, message)
        await rehearsal.rollback()

    theirs: dict[str, set[str]] = {}
    for child, guardian in links:
        if child in chosen:
            theirs.setdefault(emails[guardian].lower(), set()).add(NAMES[child])
    assert {mail.recipient.lower() for mail in mails} == set(theirs)
    for mail in mails:
        read = parts(mail.mime)
        subject = str(make_header(decode_header(message_from_bytes(mail.mime)["Subject"])))
        for part in (read.text, read.html, subject):
            assert {name for name in NAMES if name in part} == theirs[mail.recipient.lower()]
        greeted = {f"Guardian{number}x" for number in range(4) if f"Guardian{number}x" in read.text}
        assert len(greeted) == 1
        assert emails[int(greeted.pop()[8])].lower() == mail.recipient.lower()


@pytest.fixture
def settings_of_test(settings: Settings) -> Settings:
    return settings


async def test_the_chat_link_is_that_of_the_familys_team(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url="https://groupme.com/join_group/1/a")
        family = await make_family(session, club)
        message = Message(of_team(club).audience, "Chat", "[Join]({{ chat_url }})")
        (mail,) = (await preview_message(session, club.league_id, settings, message))[1]
        assert "Join <https://groupme.com/join_group/1/a>" in parts(mail.mime).text
        leo = await sibling(session, club, family, "Leo")
        team = await session.scalar(
            insert(Team).values(league_id=club.league_id, season_id=club.season_id, name="Owls").returning(Team.id)
        )
        await session.execute(update(Contract).where(Contract.id == leo.contract_id).values(team_id=team))
        both = Audience("2 contracts", contract_ids=(family.contract_id, leo.contract_id))
        (mail,) = (await preview_message(session, club.league_id, settings, Message(both, "{{ team }}", message.text)))[
            1
        ]
        assert "groupme" not in parts(mail.mime).text
        assert mail.subject == "Hawks U12 (Amara) and Owls (Leo)"


async def test_it_says_how_one_leaves_where_the_league_wants_that(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await make_family(session, club)
        message = Message(of_team(club).audience, "Hi", "Hello")
        (plain,) = (await preview_message(session, club.league_id, settings, message))[1]
        await session.execute(update(League).values(unsubscribe=True, reply_to="desk@westside.test"))
        (mail,) = (await preview_message(session, club.league_id, settings, message))[1]
    assert header(plain.mime, "List-Unsubscribe") is None
    assert "no more messages" not in parts(plain.mime).text
    assert header(mail.mime, "List-Unsubscribe") == "<mailto:desk@westside.test?subject=unsubscribe>"
    assert header(mail.mime, "List-Unsubscribe-Post") is None  # one click needs a page that nobody runs
    assert "If you want no more messages of this kind, write to desk@westside.test." in parts(mail.mime).text
    assert 'href="mailto:desk@westside.test?subject=unsubscribe"' in parts(mail.mime).html


async def test_the_history_of_both_siblings_has_it_with_its_subject(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        leo = await sibling(session, club, family, "Leo")
        await send_message(session, club.league_id, of_team(club), hold_seconds=0)
    assert (await drain(database, club.league_id, settings)).sent == 1
    for one in (family, leo):
        async with database.session() as session:
            detail = await contract_detail(session, club.league_id, one.contract_id, Outgoing(True))
        (mail,) = detail.mails
        assert mail.words.startswith("“Hawks U12: practice of Amara and Leo”: written to a folder")
        told = [event.text for event in detail.trace]
        assert "message to rosa@families.test (“Hawks U12: practice of Amara and Leo”) queued" in told
        assert "welcome" not in detail.next


async def test_a_merge_in_between_keeps_no_message_from_its_family(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        twin = await make_family(session, club, first="Amy", parents=(Parent(email="dan@families.test"),))
        alone = Audience("1 player", player_ids=(twin.player_id,), season_id=club.season_id + 1)
        await send_message(session, club.league_id, Message(alone, "Hi", "Hello"), hold_seconds=0)
    async with database.session() as session:
        await merge_people(session, club.league_id, MergeRequest(Person.PLAYER, family.player_id, twin.player_id, {}))
    assert (await drain(database, club.league_id, settings)).sent == 1


async def test_a_message_that_waits_goes_with_the_player_who_is_deleted(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await send_message(session, club.league_id, of_team(club), hold_seconds=600)
    async with database.session() as session:
        seen = await preview_delete(session, club.league_id, RecordKind.PLAYER, family.player_id)
        assert seen.mails == 1
        await delete_record(session, club.league_id, seen)
    async with database.session() as session:
        assert not (await session.scalars(select(Outbox.id))).all()
