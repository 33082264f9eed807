"""The look at all mails before anybody signs: what it finds, and that it writes nothing."""

from pathlib import Path

import msgspec
from sqlalchemy import func, insert, select, text

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, GroupLook, Outbox, Signature
from bball_tui.database.states import ContractStatus
from bball_tui.league.editing.erasing import erase, preview_guardian
from bball_tui.league.mails.check import Concern, MailCheck, check_mails
from bball_tui.outbox.addresses import suppress
from bball_tui.settings import SecretUrl, Settings
from tests.support.factory import Club, Parent, make_club, make_family

ROSA = Parent(email="rosa@families.test")


async def looked(database: Database, settings: Settings, club: Club) -> MailCheck:
    return await check_mails(database, club.league_id, settings, club.season_id)


async def test_findings_are_grouped_by_what_fixes_them(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        mute = await make_family(session, club, first="Wren", last="Hammond", parents=(Parent(email=None),))
        await make_family(session, club, first="Amara", last="Hamilton", parents=(ROSA,))
        await make_family(session, club, first="{{ x }}", last="None", parents=(Parent(email="odd@families.test"),))
        await make_family(session, club, first="Gone", parents=(Parent(email="gone@families.test"),))
        await make_family(session, club, first="Signed", status=ContractStatus.DRAFT, parents=(Parent(email=None),))
        await suppress(session, club.league_id, "gone@families.test", "came back: no such user")
        await session.execute(text("UPDATE league SET brand_color = '#fff8e0'"))
    steps: list[tuple[int, int]] = []
    found = await check_mails(
        database, club.league_id, settings, club.season_id, progress=lambda done, total: steps.append((done, total))
    )
    assert (found.contracts, found.affected, found.mails) == (4, 4, 2)
    assert steps == [(0, 4), (4, 4)]
    by_concern = {one.concern: one for one in found.findings}
    assert by_concern[Concern.NO_ADDRESS].guardian_id == mute.guardian_ids[0]
    assert by_concern[Concern.NO_ADDRESS].sentence.startswith("Rosa Hamilton has no e-mail address")
    assert (by_concern[Concern.CHAT].team_id, len(by_concern[Concern.CHAT].contracts)) == (club.team_id, 2)
    assert by_concern[Concern.BLOCKED].address == "gone@families.test"
    assert len(by_concern[Concern.LOOK].contracts) == 2
    assert {one.about for one in found.findings if one.concern is Concern.TEXT} == {"{{ x }} None"}
    assert found.findings[0].concern is Concern.NO_ADDRESS
    assert len({one.id for one in found.findings}) == len(found.findings)

    async with database.session() as session:
        for table in (Signature, Outbox, Audit):
            count = await session.scalar(select(func.count()).select_from(table))
            assert count == (1 if table is Audit else 0)  # the entry of the list above


async def test_an_erased_parent_of_a_child_that_stays_is_not_named(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session)
        parents = (Parent(email=None), Parent("Dan", "Hamilton", None), Parent("Olga", "Roe", "olga@families.test"))
        family = await make_family(session, club, parents=parents)
        await suppress(session, club.league_id, "olga@families.test", "came back: no such user")
    for guardian_id in family.guardian_ids:
        async with database.session() as session:
            await erase(session, club.league_id, await preview_guardian(session, club.league_id, guardian_id))
    (left,) = (await looked(database, settings, club)).findings
    assert left.sentence == "No guardian takes e-mail: signed, no one would be told."
    assert (left.about, left.guardian_id) == ("Amara Hamilton", None)


async def test_a_chat_that_is_not_there_anymore_is_found(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url="https://groupme.com/join_group/4711/a")
        families = [await make_family(session, club, first=first, parents=(ROSA,)) for first in ("Amara", "Wren")]
        await make_family(session, club, first="Mute", parents=(Parent(email=None),))
        await session.execute(text("UPDATE team SET groupme_group_id = '4711'"))
        look = {"state": "broken", "group_id": "4711", "found": [], "why": "gone", "warnings": [], "account": "Pat"}
        await session.execute(insert(GroupLook).values(team_id=club.team_id, league_id=club.league_id, **look))
    (gone,) = [one for one in (await looked(database, settings, club)).findings if one.concern is Concern.CHAT_GONE]
    assert (gone.about, gone.contracts) == ("Hawks U12", tuple(one.contract_id for one in families))
    assert "not there when GroupMe was last read" in gone.sentence


async def test_a_league_without_trouble_has_no_findings(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url="https://groupme.com/join_group/1/a")
        await make_family(session, club, parents=(ROSA, Parent("Dan", "Hamilton", "dan@families.test")))
        await session.execute(text("UPDATE league SET logo_url = 'https://league.test/logo.png'"))  # a note, no finding
    found = await looked(database, settings, club)
    assert (found.contracts, found.affected, found.mails, found.findings) == (1, 0, 2, ())


async def test_a_mail_that_cannot_be_written_is_a_finding(database: Database, settings: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session, chat_url="https://groupme.com/join_group/1/a")
        await make_family(session, club, parents=(ROSA,))
        await session.execute(text("UPDATE league SET from_email = NULL"))
    assert [one.concern for one in (await looked(database, settings, club)).findings] == [Concern.SENDER]
    away = msgspec.structs.replace(settings, mail_url=SecretUrl("smtp://mx.example.org:587"))
    assert [one.concern for one in (await looked(database, away, club)).findings] == [Concern.UNWRITABLE]


async def test_whatever_an_own_template_does_is_a_finding(
    database: Database, settings: Settings, tmp_path: Path
) -> None:
    (tmp_path / "contract_signed").mkdir()
    own = tmp_path / "contract_signed" / "body.mjml"
    page = "<mj-body><mj-section><mj-column><mj-raw>{}</mj-raw></mj-column></mj-section></mj-body>"
    script = "<script>x</script><p>Hi</p><a href='http://a.test'>a</a><img src='https://a.test/1.gif' alt='' />"
    own.write_text(f"<mjml>{page.format(script)}</mjml>", encoding="utf-8")
    async with database.session() as session:
        club = await make_club(session, chat_url="https://groupme.com/join_group/1/a")
        await make_family(session, club, parents=(ROSA,))
    found = await looked(database, msgspec.structs.replace(settings, template_dir=tmp_path), club)
    assert {one.concern for one in found.findings} == {Concern.LINK, Concern.LOOK}
    said = " ".join(one.sentence for one in found.findings)
    assert all(
        word in said for word in ("<script>", "http://a.test is not https", "https://a.test/1.gif from", "no words")
    )
