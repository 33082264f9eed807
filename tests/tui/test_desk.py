"""The real screen on a real database, driven by keys."""

import asyncio
import re
from pathlib import Path
from time import monotonic

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import func, insert, select, update
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, Outbox, Signature
from bball_tui.database.states import ROW, ContractStatus, OutboxState
from bball_tui.league.contracts.lifecycle import Transition
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.contracts.transitions import TransitionRequest, apply_transition
from bball_tui.league.importing.imports import find_import
from bball_tui.league.importing.undo import undo_import
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.forms.form import Form
from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.main_screen import undo_toasts
from bball_tui.tui.main_screen.screen import FIRST_TAB
from bball_tui.tui.main_screen.tab_list import PANES
from bball_tui.tui.tab_events import ContractsSigned
from bball_tui.tui.undo_hints import undone_by
from tests.league.importing.support import make_desk
from tests.support.factory import Parent, make_club, make_family
from tests.tui.desk_host import PATIENCE, club_with, opened
from tests.tui.dialog_host import harmless
from tests.tui.hands import resize, send

HOSTILE = (
    "[red]Eve[/red]",
    "[@click=app.quit]Bob[/]",
    "Bob [/",
    "Esc\x1b[2Jape",
    "Clip\x1b]52;c;aGk=\x07board",
    "\u202eevil\u202c",
    "Z\u0301\u0302\u0303\u0304\u0305\u0306\u0307algo",
    "👩‍👩‍👧‍👦 Family",
    "王小明",
    "Longname" * 12,
)


async def test_signing_by_keys_writes_signature_and_mail_and_undo_takes_both_back(
    quiet: Settings, database: Database, marias_database: Database
) -> None:
    club = await club_with(database, 3, hold_seconds=600)
    async with opened(quiet) as desk:
        await desk.press("u")
        await desk.shows("Nothing to undo")
        await desk.press("p")  # the e-mail can be read before it is promised
        await desk.shows("p0@families.test", "Welcome to Hawks U12")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        async with database.session() as session:
            assert await session.scalar(select(func.count()).select_from(Outbox)) == 0

        await desk.press("s")
        await desk.until(lambda: isinstance(desk.app.screen, SignDialog))
        await desk.shows("1 contract becomes signed")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("✔ signed", "● sends")
        async with database.session() as session:
            assert await session.scalar(select(func.count()).select_from(Signature)) == 1
            assert (await session.scalars(select(Outbox.recipient))).all() == ["p0@families.test"]
        await desk.shows("u takes it back")
        await desk.press("u")
        await desk.shows("Undone: 1 signature")
        await desk.until(lambda: "✔ signed" not in desk.text and "u takes it back" not in desk.text)
        assert "Undone: 1 signature" in desk.text, "long before its own time was over"
        async with database.session() as session:
            assert set(await session.scalars(select(Contract.status))) == {ContractStatus.OFFERED}
            assert (await session.scalars(select(Outbox.state))).all() == [OutboxState.CANCELLED]

        # Who has an old dialog before them is told who was quicker.
        await desk.press("j", "s")
        await desk.shows("becomes signed", "Kid1")
        async with marias_database.session() as session:
            second = select(Contract.id, Contract.version).order_by(Contract.id).offset(1).limit(1)
            contract = (await session.execute(second)).one()
            await sign(session, club.league_id, SigningRequest(((contract.id, contract.version),)))
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, ErrorDialog))
        await desk.shows("maria")
    async with database.session() as session:
        signed = select(func.count()).where(Contract.signature_id.is_not(None))
        assert await session.scalar(signed) == 1


async def test_lists_are_searched_and_follow_what_a_colleague_changes(
    quiet: Settings, database: Database, marias_database: Database
) -> None:
    club = await club_with(database, 10, hold_seconds=600)
    async with opened(quiet) as desk:
        records = desk.records
        await desk.press("ctrl+p")
        await desk.shows("Sign", "Preview e-mail")
        shown = desk.text
        assert shown.index("Sign") < shown.index("Edit") < shown.index("Preview e-mail")
        assert "Undo" not in shown, "what works everywhere comes after it"
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        # A parent is found; Esc peels one layer at a time.
        await desk.press("space")
        await desk.press("slash")
        assert isinstance(desk.app.focused, Input)
        await desk.press(*"p7", "enter")
        await desk.until(lambda: records.total == 1)
        await desk.shows("1 of 10", "1 selected, 1 hidden")
        await desk.press("escape")
        await desk.until(lambda: records.total == 10)
        assert len(records.selected) == 1
        await desk.press("escape")
        assert not records.selected

        # What comes in above moves neither cursor nor selection.
        await desk.press("g", "j", "j", "j", "space", "j", "j")
        before = (records.cursor, records.current.id if records.current else None, records.selected)
        assert len(records.selected) == 1
        async with marias_database.session() as session:
            await make_family(session, club, first="Aaron", last="Aaaa")
        await desk.until(lambda: records.total == 11)
        assert records.current is not None
        assert (records.cursor - 1, records.current.id, records.selected) == before

        # The panel of a tab that was left is true when it is looked at again.
        await desk.shows("offered")
        here = records.current.id
        await desk.press("2")
        async with marias_database.session() as session:
            version = await session.scalar(select(Contract.version).where(Contract.id == here))
            assert version is not None
            await sign(session, club.league_id, SigningRequest(((here, version),)))
        await desk.until(lambda: "1/11" in desk.text)
        await desk.press("4")
        await desk.shows("✔ signed", "signed by")

        await desk.press("2", "c")
        await desk.shows("team: Hawks U12")
        assert desk.app.desk.tabs.active == "contracts"


async def test_hostile_names_are_signed_and_obeyed_in_nothing(quiet: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, team="[@click=app.quit]Hawks[/]")
        for name in HOSTILE:
            await make_family(
                session, club, first=name[:100], last=name[:100], parents=(Parent(first=name[:100], last=name[:100]),)
            )
    async with opened(quiet, (60, 20)) as desk:
        await desk.press("4", "a")
        await desk.until(lambda: len(desk.records.selected) == len(HOSTILE))
        await desk.press("s")
        await desk.shows("become signed")
        assert harmless(desk.app)
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.settle()
        assert harmless(desk.app)
        assert desk.app.is_running


async def test_an_empty_database_offers_three_ways_to_begin(quiet: Settings, database: Database) -> None:
    async with opened(quiet) as desk:
        await desk.shows("Import a roster", "Open the demo league", "Connect to a shared database")


def test_every_command_has_its_method() -> None:
    from bball_tui.tui.main_screen.screen import MainScreen
    from bball_tui.tui.tabs.activity import ActivityPane
    from bball_tui.tui.tabs.contracts import ContractsPane
    from bball_tui.tui.tabs.emails.blocked import BlockedPane
    from bball_tui.tui.tabs.emails.check import MailCheckPane
    from bball_tui.tui.tabs.emails.kinds import MailKindsPane
    from bball_tui.tui.tabs.emails.log import MailLogPane
    from bball_tui.tui.tabs.emails.reminders import RemindersPane
    from bball_tui.tui.tabs.groupme import GroupMePane
    from bball_tui.tui.tabs.outbox import OutboxPane
    from bball_tui.tui.tabs.players import PlayersPane
    from bball_tui.tui.tabs.roster_pane import ListTools
    from bball_tui.tui.tabs.teams import TeamsPane
    from bball_tui.tui.tabs.today import TodayPane
    from bball_tui.tui.tabs.views_pane import ViewsPane
    from bball_tui.tui.widgets.record_list import RecordList

    nodes: tuple[type, ...] = (
        MainScreen,
        RecordList,
        ListTools,
        TodayPane,
        ContractsPane,
        TeamsPane,
        PlayersPane,
        OutboxPane,
        ViewsPane,
        MailLogPane,
        GroupMePane,
        MailCheckPane,
        BlockedPane,
        MailKindsPane,
        RemindersPane,
        ActivityPane,
    )
    for node, group in zip(nodes, ACTION_SETS, strict=True):
        for action in group:
            assert hasattr(node, f"action_{action.method}"), action.id


@pytest.mark.parametrize("locked", ["league", "contract"])
async def test_keys_pressed_before_there_are_rows_wait_or_say_so(
    quiet: Settings, database: Database, owner_url: SecretUrl, locked: str
) -> None:
    await club_with(database, 1)
    with psycopg.connect(owner_url.reveal()) as owner:
        owner.execute(sql.SQL("LOCK TABLE {}").format(sql.Identifier(locked)))
        async with opened(quiet, wait=False) as desk:
            await desk.until(lambda: desk.app.connection is not None and desk.app.desk.pane is not None)
            if locked == "contract":
                await desk.until(lambda: desk.app.desk.connection is not None)
            await desk.press("s")
            if locked == "league":
                assert not desk.app._notifications, "it waits until there are rows"
            else:
                assert {toast.message for toast in desk.app._notifications} == {"The list is still being read."}
            owner.rollback()
            await desk.shows("becomes signed" if locked == "league" else "Family00, Kid0")


async def test_while_no_email_can_leave_the_undo_stays_after_the_hold(
    quiet: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = 0.0
    monkeypatch.setattr(undo_toasts, "monotonic", lambda: monotonic() + ahead)
    await club_with(database, 1, hold_seconds=59)
    async with opened(quiet) as desk:
        await desk.press("s")
        await desk.shows("becomes signed")
        await desk.press("enter")
        await desk.shows("● sends", "u undo (")
        await desk.until(lambda: re.search(r"u undo \([1-5]?\d s\)", desk.footer) is not None)
        ahead = 60.0
        async with database.session() as session:
            await session.execute(update(Outbox).values(available_at=func.now()))
        await desk.shows("● queued")
        await desk.until(lambda: "u undo" in desk.footer and "u undo (" not in desk.footer)
        await desk.press("u")
        await desk.shows("Undone: 1 signature (Kid0 Family00), 1 e-mail canceled")


async def test_y_copies_rows_as_clean_text(quiet: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await make_family(session, club, first="Clip\x1b]52;c;aGk=\x07", last="Aboard")
        await make_family(session, club, first="Samir", last="Hamdi")
    async with opened(quiet) as desk:
        await desk.press("y")
        assert desk.app.clipboard.startswith("Aboard, Clip␛]52;c;aGk=␇\tHawks U12\toffered")
        await desk.press("j", "space", "y")
        await desk.until(lambda: desk.app.clipboard.startswith("Hamdi, Samir\tHawks U12\toffered"))
        await desk.press("a")
        await desk.until(lambda: len(desk.records.selected) == 2)
        await desk.press("y")
        await desk.shows("Copied 2 rows.")
        assert [line.split(",")[0] for line in desk.app.clipboard.splitlines()] == ["Aboard", "Hamdi"]


async def test_a_tabs_list_has_the_focus_before_its_rows_are_shown(quiet: Settings, database: Database) -> None:
    """A key that is pressed as soon as rows are seen must find the list, also the first time a tab is looked at."""
    await club_with(database, 2)
    async with opened(quiet) as desk:
        await desk.until(lambda: desk.app.desk.day is not None and not desk.reading)
        for tab in (name for name in PANES if name != FIRST_TAB):
            desk.app.desk.call_later(desk.app.desk.show_tab, tab)
            async with asyncio.timeout(PATIENCE):
                while tab not in desk.app.desk._panes or desk.app.desk._panes[tab].records.total is None:  # noqa: ASYNC110 - the first moment
                    await asyncio.sleep(0)
            assert desk.app.desk.focused is desk.app.desk._panes[tab].records, tab
            await desk.settle()


async def test_what_was_done_last_is_shown_and_undone(quiet: Settings, database: Database) -> None:
    await club_with(database, 1)
    async with opened(quiet) as desk:
        await desk.press("V")
        await desk.shows("Void")
        desk.app.screen.query_one("#reason", Input).value = "a slip"
        await desk.press("enter")
        await desk.until(lambda: "undo" in desk.footer)
        # What came after it cannot be undone from here: it is named all the same, before what is older.
        await desk.press("3")
        await desk.shows("Family00")
        await desk.press("A")
        await desk.shows("Archive it")
        await desk.press("enter")
        await desk.shows("Archived: Kid0 Family00.", "takes")
        await desk.press("u")
        await desk.shows("What you did in the last minutes", "Kid0 Family00: archived", "A on the player or the team")
        assert "can't be undone" not in desk.text  # it can, but not from here: one says only how
        await desk.press("enter")
        await desk.shows("This isn't undone here", "A on the player or the team takes that back")
        await desk.press("escape")
        await desk.shows("What you did in the last minutes", "Kid0 Family00's contract: voided")
        await desk.press("down", "enter")
        await desk.shows("Undo this?", "Kid0 Family00: offered again.")
        await desk.press("enter")
        await desk.shows("Undone: “Kid0 Family00's contract: voided.”")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
    async with database.session() as session:
        assert (await session.scalars(select(Contract.status))).all() == [ContractStatus.OFFERED]


async def test_of_many_that_go_back_the_list_says_how_many_more(quiet: Settings, database: Database) -> None:
    club = await club_with(database, 11)
    async with database.session() as session:
        every = tuple((one, None) for one in await session.scalars(select(Contract.id).order_by(Contract.id)))
        await apply_transition(session, club.league_id, TransitionRequest(Transition.VOID, every, "a slip"))
    async with opened(quiet) as desk:
        await desk.press("ctrl+y")
        await desk.shows("Kid0 Family00: offered again. Kid1 Family01: offered again. And 9")


async def test_a_narrow_footer_gives_up_everything_else_before_undo(quiet: Settings, database: Database) -> None:
    club = await club_with(database, 2, hold_seconds=540)
    async with database.session() as session:
        signed = await session.scalar(select(func.min(Contract.id)))
        assert signed is not None
        await sign(session, club.league_id, SigningRequest(((signed, 1),)))
    async with opened(quiet, (80, 24)) as desk:
        desk.app.desk.post_message(ContractsSigned((signed,), 1, 540))
        for tab in ("2", "3", "4", "5"):
            await desk.press(tab)
            for size in ((80, 24), (60, 20)):
                await resize(desk.pilot, size)
                await desk.until(lambda: re.search(r"undo \(\d min\)", desk.footer) is not None)


async def test_what_a_message_says_is_undone_by_a_key_is_so_at_once(quiet: Settings, database: Database) -> None:
    await club_with(database, 1)
    async with opened(quiet) as desk:
        await desk.press("3", "e")
        await desk.until(lambda: isinstance(desk.app.screen, Form))
        await desk.press("X")
        desk.app.desk.heard("league")  # so soon after a change the next one is looked at later
        await desk.until(lambda: desk.app.desk._settling is None, look=0)
        send(desk.app, "enter")
        await desk.until(lambda: desk.app.promises(undone_by()), look=0)
        send(desk.app, "u")
        await desk.shows("What you did in the last minutes", "Undo")


async def test_undo_is_offered_only_while_something_can_go_back(
    quiet: Settings, database: Database, tmp_path: Path
) -> None:
    league = await make_desk(database, tmp_path)
    async with opened(quiet) as desk:
        await desk.press("u")
        await desk.shows("Nothing to undo here.")  # a league that was made is not unmade
        await desk.press("ctrl+y")
        await desk.shows("League made", "This is not undone from here.", "Why not")
        await desk.press("escape")
        await league.good("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,555-0101")
        async with database.session() as session:
            one = await find_import(session, league.league.id)
        desk.app.desk.offer_import(one.id, "Imported: 1 new player.")
        await desk.until(lambda: "undo (" in desk.footer)
        async with database.session() as session:  # as in the activity, or in another window
            await undo_import(session, league.league.id, one.id)
        await desk.until(lambda: "undo" not in desk.footer)
        await desk.press("u")
        await desk.shows("Nothing to undo here.")
        # What is too old leaves the footer by itself: nothing is written at that moment, and no key is pressed.
        async with database.session() as session:
            ago = func.now() - func.make_interval(0, 0, 0, 0, 0, 0, 290)
            act = {"action": "declined", "entity": "contract", "entity_id": 1, "recorded_at": ago, "before": {ROW: {}}}
            await session.execute(insert(Audit).values(league_id=league.league.id, **act))
        desk.app.desk.heard("contract")
        await desk.until(lambda: "u what you did" in desk.footer)  # the last act, the league, stays
        await desk.until(lambda: "what you did" not in desk.footer)
