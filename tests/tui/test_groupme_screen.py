"""The tab GroupMe by keys, on a real database and against the fake GroupMe on loopback."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import insert, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import GroupDismissal, Outbox, Season, Team
from bball_tui.groupme.fake.faults import VERIFICATION, Hang
from bball_tui.groupme.fake.server import FakeGroupMe, running
from bball_tui.groupme.fake.state import User
from bball_tui.groupme.staff.staff_form import (
    StaffDraft,
    StaffOvertaken,
    StaffSaved,
    StaffWrong,
    load_staff,
    save_staff,
)
from bball_tui.groupme.staff.staff_list import list_staff
from bball_tui.league.seasons.shown_season import show_season
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.chat_code import ChatCode
from bball_tui.tui.dialogs.chat_link import ChatLink
from bball_tui.tui.dialogs.chat_people import ChatPeople
from bball_tui.tui.dialogs.chat_plan import ChatPlan
from bball_tui.tui.dialogs.chat_run import ChatRun
from bball_tui.tui.dialogs.chat_share import ChatShare
from bball_tui.tui.dialogs.chat_tell import ChatTell
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.dialogs.export_list import ExportList
from bball_tui.tui.dialogs.forms.form import Form
from bball_tui.tui.dialogs.pick_record import PickRecord
from bball_tui.tui.tabs.groupme import GroupMePane
from tests.groupme.conftest import Desk as Both
from tests.groupme.conftest import Time
from tests.groupme.summer import make_summer
from tests.groupme.test_linking import signed_and_sent
from tests.support.factory import Club, make_club
from tests.support.mails import send, signed_family
from tests.tui.desk_host import Desk, opened
from tests.tui.hands import resize

LINK = "https://groupme.com/join_group/4711/AbCdEfGh"
TOKEN = "GROUPME_ACCESS_TOKEN"


@pytest.fixture
def quiet(quiet: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Without a token, too."""
    monkeypatch.delenv(TOKEN, raising=False)
    return quiet


@dataclass(frozen=True, slots=True)
class Fake:
    server: FakeGroupMe
    owner: User
    settings: Settings


@pytest.fixture
async def fake(quiet: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Fake]:
    """The fake with one account, whose token the program has, pasted with spaces around it."""
    server = FakeGroupMe()
    owner = server.world.add_user("Maria Coordinator")
    monkeypatch.setenv(TOKEN, f"  {owner.token} \n")
    async with running(server) as (_, url):
        yield Fake(server, owner, msgspec.structs.replace(quiet, groupme_url=url))


async def three_teams(database: Database) -> Club:
    """Hawks U12 with a welcomed family, Bulls and Comets without anybody."""
    async with database.session() as session:
        club = await make_club(session)
        _, mails = await signed_family(session, club)
        rows = [
            {"league_id": club.league_id, "season_id": club.season_id, "name": name} for name in ("Bulls", "Comets")
        ]
        await session.execute(insert(Team), rows)
    await send(database, mails)
    return club


async def groupme(desk: Desk) -> GroupMePane:
    await desk.press("7")
    await desk.until(lambda: isinstance(desk.app.desk.pane, GroupMePane) and desk.records.total is not None)
    pane = desk.app.desk.pane
    assert isinstance(pane, GroupMePane)
    return pane


async def chat_mails(database: Database) -> list[str]:
    async with database.session() as session:
        kind = Outbox.kind == TeamChatMail.kind
        return sorted(await session.scalars(select(Outbox.recipient).where(kind)))


async def until_on(desk: Desk, dialog: type) -> None:
    await desk.until(lambda: isinstance(desk.app.screen, dialog))
    await desk.settle()


async def test_without_a_token_pasted_links_do_the_job_and_welcome_mails_wait_for_them(
    database: Database, quiet: Settings, tmp_path: Path
) -> None:
    club = await three_teams(database)
    async with opened(quiet) as desk:
        pane = await groupme(desk)
        await desk.shows("no GroupMe access token", "settings file", TOKEN, "share links", "Hawks U12")
        for key, why in (("p", "access token"), ("r", "access token"), ("s", "no share link"), ("U", "no group")):
            await desk.press(key)
            await desk.shows(why)
        await desk.press("G", "l")
        await until_on(desk, ChatLink)
        for wrong, why in (
            ("https://evil.test/join_group/1/AbCd", "evil.test"),
            ("https://groupme.com/contact/1/AbCd", "adds a person"),
            ("nonsense/", "neither a share link"),
            ("4711", "environment variable"),
        ):
            pane.app.screen.query_one("#group").value = wrong  # type: ignore[attr-defined]
            await desk.press("enter")
            await desk.shows(why)
        pane.app.screen.query_one("#group").value = f"  {LINK} "  # type: ignore[attr-defined]
        await desk.press("enter")
        await desk.shows("! Not checked: group 4711, as the pasted link says", "Enter links it to")
        assert "Found" not in desk.text
        assert isinstance(desk.app.screen, ChatLink), "the first Enter only looks it up"
        await desk.press("enter")
        await until_on(desk, ChatTell)
        await desk.shows("1 family was", "Amara Hamilton", "Link, 1 e-mail")
        await desk.press("enter")  # Cancel has the focus
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        assert await chat_mails(database) == []
        await desk.press("l")
        await until_on(desk, ChatLink)
        pane.app.screen.query_one("#group").value = LINK  # type: ignore[attr-defined]
        await desk.press("enter")
        await desk.shows("Not checked: group 4711")
        await desk.press("enter")
        await until_on(desk, ChatTell)
        await desk.press("n")
        await desk.shows("is linked with group 4711")
        assert await chat_mails(database) == []
        await desk.shows("tell 1")
        await desk.press("t")
        await until_on(desk, ChatTell)
        await desk.press("y")
        await desk.shows("1 e-mail queued")
        assert await chat_mails(database) == ["rosa@families.test"]
        await desk.press("c")
        await desk.until(lambda: any("first unlink it: U" in one.message for one in desk.app._notifications))
        # One group, one team.
        await desk.press("g", "l")
        await until_on(desk, ChatLink)
        pane.app.screen.query_one("#group").value = LINK  # type: ignore[attr-defined]
        await desk.press("enter")
        await desk.shows("linked to Hawks U12", "Nothing was changed")
        await desk.press("escape", "G", "s")
        await until_on(desk, ChatShare)
        assert "AbCdEfGh" not in desk.text
        await desk.press("v")
        await desk.shows("AbCdEfGh")
        await desk.press("v", "y")
        await desk.shows("Copied")
        assert desk.app.clipboard == LINK
        await desk.press("c")
        await until_on(desk, ChatCode)
        await desk.shows("█")
        await desk.press("escape", "w")
        await desk.shows("Where to?")
        file = tmp_path / "hawks.svg"
        pane.app.screen.query_one("#share-file").value = str(file)  # type: ignore[attr-defined]
        await desk.press("enter")
        await desk.shows("Written")
        assert file.stat().st_size > 1000
        await desk.press("escape", "U")
        await until_on(desk, Confirm)
        await desk.shows("group itself stays")
        await desk.press("y")
        await desk.shows("is unlinked")
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        # The welcome e-mails wait for the link, and can be sent without.
        await resize(desk.pilot, (80, 24))
        await desk.press("S")
        await desk.shows("No welcome e-mail")
        await desk.press("W")
        await until_on(desk, Confirm)
        await desk.press("y")
        await desk.until(lambda: desk.app.connection is not None and desk.app.connection.league.wait_for_chat)
        desk.app.clear_notifications()  # they lie over the list
        async with database.session() as session:
            await signed_family(session, club, first="Wanda", email="wim@families.test")
        await desk.until(lambda: any("Hawks U12" in one and "1 waits" in one for one in desk.text.splitlines()))
        await desk.press("G", "S")
        await until_on(desk, Confirm)
        await desk.shows("Send 1 welcome e-mail without the link")
        await desk.press("y")
        await desk.shows("1 e-mail queued")
        async with database.session() as session:
            assert await session.scalar(select(Outbox.id).where(Outbox.waits_for.is_not(None))) is None


async def test_plan_apply_a_look_at_who_has_joined_and_another_season(database: Database, fake: Fake) -> None:
    club = await three_teams(database)
    world = fake.server.world
    hawks = world.add_group(fake.owner, "Hawks U12", share=True)
    world.join(hawks, world.add_user("rosa HAMILTON"), "rosa HAMILTON")
    for name in ("Bulls", "Bulls"):
        world.add_group(fake.owner, name)
    async with opened(fake.settings) as desk:
        pane = await groupme(desk)
        await desk.shows("Maria Coordinator's", "proposed", "choose one", "no group", "p shows")
        await desk.press("p")
        await until_on(desk, ChatPlan)
        await desk.shows("[✔] Hawks U12", "[✔] Comets: new group", "[✔] Comets: settings")
        # Settings of a group that is not made: they go with it, and come back with it.
        await desk.press("end", "up", "space")
        await desk.shows("[ ] Comets: new group", "Do 1 step")
        assert "] Comets: settings" not in desk.text
        await desk.press("down", "space")
        assert "] Comets: settings" not in desk.text
        await desk.press("up", "space")
        await desk.shows("[✔] Comets: new group", "[✔] Comets: settings", "Do 3 steps")
        await desk.press("n")
        await desk.shows("Nothing is ticked")
        await desk.press("a", "enter", "y")
        await until_on(desk, ChatTell)
        await desk.press("y")
        await until_on(desk, ChatRun)
        await desk.shows("steps done", "1 e-mail about a new link queued", "Created 'Comets'")
        assert await chat_mails(database) == ["rosa@families.test"]
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("G")
        await desk.shows("1 of 1 family by name", "Rosa Hamilton")
        # The one with two groups: the second is chosen with the arrow keys.
        await desk.press("g", "l")
        await until_on(desk, ChatLink)
        await desk.press("down", "enter")
        await desk.shows("Found: the group “Bulls”")
        await desk.press("enter")
        await desk.shows("Bulls is linked with the group 'Bulls'")
        await desk.shows("! linked", "p shows 3 steps", "2 adults at least")
        assert fake.owner.token not in desk.text

        # In another season nothing is said of the one before.
        await desk.until(lambda: not pane.groupme.is_reading)
        async with database.session() as session:
            await session.execute(update(Team).where(Team.id == club.team_id).values(groupme_group_id="4711"))
        await desk.press("r")
        await desk.shows("1 team needs you.", "✘ broken", "▲ 2 need you")
        await desk.until(lambda: not pane.groupme.is_reading)
        async with database.session() as session:
            fall = insert(Season).values(league_id=club.league_id, name="Fall 2027").returning(Season.id)
            await show_season(session, club.league_id, await session.scalar(fall) or 0)
        await desk.shows("Fall 2027", "Nothing to do.")
        await desk.shows("no worker, 1 waits", "▲ 1 needs you")  # nor in the header: what is left is the worker
        assert fake.owner.token not in fake.server.journal.export()


async def test_reading_can_be_stopped_and_a_refusal_is_a_sentence(database: Database, fake: Fake) -> None:
    await three_teams(database)
    fake.server.fault(Hang(), path="/groups$")
    async with opened(fake.settings, (80, 24)) as desk:
        await groupme(desk)
        await desk.shows("Esc stops", "no group")
        await desk.press("p")
        await desk.shows("The plan comes up when GroupMe is")
        await desk.press("escape")
        await desk.shows("was stopped")
        fake.server.fault(VERIFICATION, method="POST", path="/groups$", times=None)
        await desk.press("r", "p")
        await until_on(desk, ChatPlan)
        await desk.press("escape")
        await desk.press("r")
        await desk.shows("p shows")
        await desk.press("g", "c")
        await until_on(desk, Confirm)
        await desk.press("enter")
        await until_on(desk, ChatRun)
        await desk.shows("only its own app", "l links a group")
        await desk.press("escape")
        await desk.shows("Make them in the GroupMe app")
        fake.server.faults.clear()
        fake.server.world.users[fake.owner.id].token = "another"
        await desk.press("r")
        await desk.shows("token", "last known state")


async def test_a_filter_by_state_a_group_that_is_not_the_teams_and_staff_who_become_a_step_of_the_plan(
    database: Database, fake: Fake
) -> None:
    await three_teams(database)
    fake.server.world.add_group(fake.owner, "Hawks U12", share=True)
    async with opened(fake.settings, (80, 24)) as desk:
        pane = await groupme(desk)
        await desk.shows("proposed", "p shows")
        await desk.press("f")
        await desk.shows("chat: linked", "No team matches")
        await desk.press("f")
        await desk.shows("chat: proposed", "Hawks U12")
        await desk.until(lambda: desk.records.total == 1)
        await desk.press("x")
        await until_on(desk, Confirm)
        await desk.press("enter")
        await desk.shows("x takes that back", "No team matches")
        await desk.press("escape")
        await desk.until(lambda: desk.records.total == 3 and not pane.groupme.is_reading)
        assert "proposed" not in desk.text.split("Hawks U12")[0]
        async with database.session() as session:
            assert list(await session.scalars(select(GroupDismissal.team_id))) != []
        await desk.press("G", "x")
        await desk.shows("may be suggested for", "? Hawks U12")
        async with database.session() as session:
            assert list(await session.scalars(select(GroupDismissal.team_id))) == []
        await desk.shows("p shows")

        await desk.press("m")
        await desk.shows("No one yet")
        await desk.press("n")
        await until_on(desk, Form)
        await desk.press("enter")
        await desk.shows("1 to 100 characters")
        field = desk.app.screen.query_one
        field("#in-name", TextField).value = "Jonas Coach"
        await desk.press("enter")
        await desk.shows("GroupMe finds no one else")
        field("#in-email", TextField).value = "jonas@"
        field("#in-consent", TextField).value = "on paper"
        await desk.press("enter")
        await desk.shows("not a usable e-mail address")
        field("#in-email", TextField).value = "jonas@west.test"
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, PickRecord))
        await desk.shows("agreed: on paper (noted", " by ")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("p shows")
        await desk.press("p")
        await until_on(desk, ChatPlan)
        await desk.shows("Jonas Coach")
        await desk.press("escape", "m")
        await desk.shows("agreed: on paper")
        await desk.press("X")
        await until_on(desk, Confirm)
        await desk.press("y")
        await desk.shows("No one yet")


async def test_nobody_on_the_staff_list_is_overwritten_unseen(database: Database) -> None:
    async with database.session() as session:
        league_id = (await make_club(session)).league_id
        added = await save_staff(session, league_id, StaffDraft(name="Ada", email="ada@west.test"), None, None)
        assert isinstance(added, StaffSaved)
        base = await load_staff(session, league_id, added.id)
        await save_staff(session, league_id, replace(base, phone="+1 2125550100"), added.id, base)
        mine = replace(base, consent="by phone", phone="+1 2125550199")
        quicker = await save_staff(session, league_id, mine, added.id, base)
        assert isinstance(quicker, StaffOvertaken)
        assert quicker.now.phone == "+1 2125550100"
        assert isinstance(await save_staff(session, league_id, mine, added.id, quicker.now), StaffSaved)
        again = await save_staff(session, league_id, StaffDraft(name="Eve", email="ADA@west.test"), None, None)
        assert again == StaffWrong((("email", "Ada has this address already."),))
        (row,) = await list_staff(session, league_id)
        assert (row.phone, row.consent_note, row.consent_by is not None) == ("+1 2125550199", "by phone", True)


def written(folder: Path, pattern: str) -> list[str]:
    """The lines of the one file that is there."""
    (sheet,) = folder.glob(pattern)
    return sheet.read_text("utf-8-sig").splitlines()


async def test_who_left_is_removed_and_who_has_not_joined_is_reminded(
    database: Database, fake: Fake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    world = fake.server.world
    both = Both(fake.server, fake.settings.groupme_url, fake.owner, Time())
    summer = await make_summer(database, both, [("Hawks U10", "Hawks U12", 3, 2), ("Bulls U10", "Bulls U12", 1, 1)])
    await summer.renew()
    hawks = summer.groups["Hawks U10"]
    world.join(hawks, world.add_user("Grandpa"), "Grandpa Joe")
    absent = next(one for one in hawks.memberships.values() if one.nickname == "Rosa HawksU101")
    del hawks.memberships[absent.user_id]
    await signed_and_sent(summer, summer.contracts[1])
    async with database.session() as session:
        await session.execute(update(Outbox).values(created_at=Outbox.created_at - timedelta(days=8)))
    async with opened(fake.settings) as desk:
        await groupme(desk)
        await desk.shows("The token is Maria", "1 family has not joined (w).")
        await desk.press("d")
        await until_on(desk, ChatPeople)
        await desk.shows("1 member left the team, 1 is unknown to us")
        await desk.shows("[ ] Hawks U12: Rosa HawksU102 · Kid HawksU102 is on no team in Fall 2027")
        await desk.shows("Hawks U12: Grandpa Joe · unknown to us", "No one is ticked")
        await desk.press("a", "x")
        await until_on(desk, ExportList)
        await desk.press("enter")
        await until_on(desk, ChatPeople)
        assert [line.split(",")[4:6] for line in written(tmp_path, "team chat leavers *.csv")[1:]] == [
            ['"Rosa HawksU102"', '"left the team"'],
            ['"Grandpa Joe"', '"unknown to us"'],
        ]
        await desk.shows("Remove 1")
        await desk.press("y")
        await until_on(desk, Confirm)
        await desk.shows("Remove 1 member from the chats", "Rosa HawksU102 is in 'Hawks U12'")
        await desk.press("y")
        await until_on(desk, ChatRun)
        await desk.shows("Rosa HawksU102 is not in the group anymore.")
        await desk.press("escape")
        await desk.shows("The token is Maria")
        assert "Rosa HawksU102" not in {one.nickname for one in hawks.memberships.values() if hawks.active(one.user_id)}
        await desk.press("w")
        await until_on(desk, ChatPeople)
        await desk.shows("1 family has the link", "] Hawks U12: Kid HawksU101 · Rosa HawksU101", "Remind 1 family")
        await desk.press("y")
        await desk.shows("1 e-mail queued")
        assert await chat_mails(database) == ["hawksu101@families.test"]
