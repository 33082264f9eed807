"""What a colleague writes reaches every list and panel that is read from it, also while they are looked at."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from sqlalchemy import event, insert, text, update
from sqlalchemy.engine import Engine

from bball_tui.database.engine import Database, Session
from bball_tui.database.models import Guardian, Player, Suppression
from bball_tui.database.paging import PageRequest
from bball_tui.database.states import ContractStatus, NoteKind
from bball_tui.groupme.staff.staff_list import add_to_list
from bball_tui.league.filters.choices import WORDS, Facet, choice
from bball_tui.league.mails.blocking import block_address
from bball_tui.league.mails.check import check_mails
from bball_tui.league.mails.reminders import set_schedule
from bball_tui.league.roster.notes import NewNote, add_note
from bball_tui.league.today import read_day
from bball_tui.outbox.provider_gates import pause
from bball_tui.settings import Settings
from bball_tui.tui.connection import LeagueConnection
from bball_tui.tui.main_screen.tab_list import PANES
from bball_tui.tui.main_screen.today_reading import DAY_TABLES
from bball_tui.tui.tabs.emails.check import MailCheckPane
from bball_tui.tui.tabs.emails.tab import EmailsPane
from bball_tui.tui.tabs.outbox import OutboxPane
from bball_tui.tui.tabs.record_pane import RecordPane
from bball_tui.tui.tabs.roster_pane import RosterPane
from bball_tui.tui.tabs.today import TodayPane
from bball_tui.tui.tabs.today_items import attention_items
from tests.support.factory import Parent, make_club, make_family
from tests.support.mails import accept, doubt, fail, signed_family
from tests.tui.desk_host import LOOK_AT_SCREEN, PATIENCE, opened

READ = r"(?:FROM|JOIN|,)\s+(?:public\.)?{}\b(?!\.)"
TOLD = """
SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE tgfoid = 'bball_notify_changed()'::regprocedure
"""


async def a_busy_league(database: Database) -> None:
    """E-mails that wait, arrived, failed or may have gone out; offers, a note, a block."""
    async with database.session() as session:
        club = await make_club(session)
        mails = [(await signed_family(session, club, first=f"K{n}", email=f"p{n}@families.test"))[1] for n in range(4)]
        offered = await make_family(session, club, first="Off", parents=(Parent(email="off@families.test"),))
        await make_family(session, club, first="Said", status=ContractStatus.ACCEPTED)
        await make_family(session, club, first="Mute", parents=(Parent(email=None),))
        await session.execute(text("UPDATE contract SET due_on = current_date - 1 WHERE status = 'offered'"))
        await session.execute(text("UPDATE contract SET due_on = current_date + 5 WHERE status = 'accepted'"))
        await set_schedule(session, club.league_id, (3,), 1)
        await session.execute(
            insert(Suppression).values(league_id=club.league_id, email="off@families.test", reason="asked for it")
        )
        await add_note(session, club.league_id, NewNote(offered.player_id, None, NoteKind.CALL, "will sign"))
    await accept(database, mails[0])
    await fail(database, mails[1])
    await doubt(database, mails[2])


def views() -> Iterator[RecordPane[Any]]:
    """Every list of the desk with its panel."""
    for name, place in PANES.items():
        module, kind = place.split(":")
        pane = getattr(import_module(module), kind)(id=name)
        if isinstance(pane, EmailsPane):
            yield from (pane._make(view) for view in EmailsPane.PARTS)
        else:
            yield pane


@contextmanager
def tables_asked(among: frozenset[str]) -> Iterator[set[str]]:
    """The tables that are read in this block."""
    asked: set[str] = set()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.update(table for table in among if re.search(READ.format(table), statement))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(Engine, "before_cursor_execute", note)


async def look_at(pane: RecordPane[Any], connection: LeagueConnection) -> None:
    """Read its list, with each filter too, and each record."""
    if isinstance(pane, TodayPane):
        day = await connection.call(read_day, connection.season_id, connection.outgoing)
        needs = attention_items(day.mails, day.contracts, (), None, day.follow_ups, worker_comes=False)
        assert needs
        for one in needs:
            await pane._whom_to_ask(connection, one)
        return
    if isinstance(pane, MailCheckPane):
        look = check_mails(connection.database, connection.league.id, connection.settings, connection.season_id)
        pane._check = await connection.guard(look)
    everything = PageRequest(0, 100, pane.first_sort)
    page = await pane.source(connection, "").page(everything)
    assert page.rows
    for row in page.rows:
        await pane.sections(connection, row.id)
    if isinstance(pane, RosterPane):
        for facet in (Facet.STATUS, Facet.WELCOME, Facet.TROUBLE):
            for value in WORDS[facet]:
                pane.choices = (choice(facet, value),)
                await pane.source(connection, "").page(everything)


async def test_each_list_watches_every_table_that_it_and_its_panel_are_read_from(
    quiet: Settings, database: Database
) -> None:
    await a_busy_league(database)
    connection = LeagueConnection(database, quiet)
    await connection.enter()
    async with database.session() as session:
        told = frozenset(await session.scalars(text(TOLD)))
    told -= {"league"}  # the header reads that with every change, and tells all lists
    unseen = {}
    for pane in list(views()):  # all of them are there before one is asked: sentences name each other's keys
        watched = DAY_TABLES if isinstance(pane, TodayPane) else pane.watches
        with tables_asked(told) as asked:
            await look_at(pane, connection)
        if missing := asked - watched:
            unseen[pane.id] = sorted(missing)
    assert not unseen


async def test_numbers_notes_and_blocks_of_a_family_are_those_of_now_wherever_it_is_read(
    quiet: Settings, database: Database, marias_database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family, mails = await signed_family(session, club)
    await doubt(database, mails)
    async with opened(quiet) as desk:
        await desk.press("5")
        await desk.shows("The family", "rosa@families.test")
        async with marias_database.session() as session:
            await session.execute(update(Guardian).values(phone="+1 212 555 0111"))
        await desk.shows("+1 212 555 0111")
        await desk.press("6")
        await desk.shows("The family", "+1 212 555 0111")
        async with marias_database.session() as session:
            await add_note(session, club.league_id, NewNote(family.player_id, None, NoteKind.CALL, "has it in spam"))
        await desk.shows("has it in spam")
        await desk.press("2")
        await desk.shows("Hawks U12", "Amara")
        async with marias_database.session() as session:
            await session.execute(update(Player).values(first_name="Amelie"))
        await desk.shows("Amelie")
        await desk.press("4")
        await desk.shows("Amelie")
        async with marias_database.session() as session:
            await block_address(session, club.league_id, "rosa@families.test", "asked for it")
        await desk.shows("no more e-mail")


async def test_a_panel_is_read_to_its_end_however_fast_one_change_follows_the_other(
    quiet: Settings, database: Database
) -> None:
    async with database.session() as session:
        await make_family(session, await make_club(session))
    async with opened(quiet) as desk:
        await desk.shows("rosa@families.test")
        pane = desk.app.desk.pane
        assert isinstance(pane, RecordPane)
        async with database.session() as session:
            await session.execute(update(Guardian).values(phone="+1 212 555 0111"))
        async with asyncio.timeout(PATIENCE):
            while "+1 212 555 0111" not in repr(pane.inspector._sections):
                pane.changed()  # as for every change
                await asyncio.sleep(0)


async def test_the_activity_lists_what_a_colleague_does_while_it_is_looked_at(
    quiet: Settings, database: Database, marias_database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        family = await make_family(session, club)
        await add_to_list(session, club.league_id, "Carla Coach", email="carla@westside.test")
    acts: tuple[Callable[[Session, int], Awaitable[object]], ...] = (
        partial(add_note, new=NewNote(family.player_id, None, NoteKind.CALL, "will sign")),
        partial(block_address, address="rosa@families.test", reason="asked for it"),
        partial(add_to_list, name="Otto Coach", email="otto@westside.test"),
        pause,
    )
    async with opened(quiet) as desk:
        await desk.press("8")
        await desk.shows("adult for chats")
        for number, act in enumerate(acts, start=1):
            async with marias_database.session() as session:
                await act(session, club.league_id)
            await desk.until(lambda: desk.text.count("maria") == number, look=LOOK_AT_SCREEN)  # noqa: B023 - awaited


@pytest.mark.parametrize(("keys", "group"), [(("5",), "around"), (("6", "right"), "check")])
async def test_two_changes_at_once_are_read_one_after_the_other(
    quiet: Settings, database: Database, keys: tuple[str, ...], group: str
) -> None:
    """The older of two readings that go on together could come in last."""
    await a_busy_league(database)
    async with opened(quiet) as desk:
        await desk.press(*keys)
        await desk.until(lambda: not desk.reading)
        shown = desk.app.desk.pane
        pane = shown.view if isinstance(shown, EmailsPane) else shown
        assert isinstance(pane, MailCheckPane | OutboxPane)
        pane.changed()
        pane.changed()
        assert sum(one.group == group for one in desk.app.workers) == 1
