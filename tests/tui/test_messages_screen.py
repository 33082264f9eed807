"""A message from the list of teams, and `u` takes it back while it waits."""

import msgspec
from sqlalchemy import select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Outbox
from bball_tui.database.states import ContractStatus
from bball_tui.league.filters.choices import Facet, choice
from bball_tui.outbox.staff_actions import retry
from bball_tui.settings import WITHOUT_SERVER, Settings
from bball_tui.tui.dialogs.choose_one import ChooseOne
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.error_box import ErrorDialog
from bball_tui.tui.dialogs.write_message import WriteMessage
from bball_tui.tui.tabs.contracts import ContractsPane
from tests.support.factory import Parent, make_club, make_family
from tests.support.mails import club_with_mails, fail
from tests.tui.desk_host import opened


async def test_a_team_is_written_to_and_it_is_taken_back(quiet: Settings, database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=3600)
        await make_family(session, club)
        await make_family(session, club, first="Wren", last="Lee", parents=(Parent("Ann", "Lee", None),))
    async with opened(quiet) as desk:
        await desk.press("2")
        await desk.shows("Hawks U12")
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, WriteMessage))
        await desk.shows("To the team Hawks U12: 1 address, 1 player.", "Wren Lee (no guardian has an e-mail address)")
        await desk.press(*"News", "enter", *"Hello", "ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.shows("1 e-mail to the team Hawks U12, about 1 player: News")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("1 e-mail queued")
        await desk.press("u")
        await desk.shows("Undone: 1 e-mail canceled.")
        # What was taken back can be written again.
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, WriteMessage))
        await desk.press(*"News", "enter", *"Hello", "ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("3")
        await desk.shows("Lee, Wren")
        await desk.press("/", *"wren", "enter")
        await desk.shows("1 of 2")
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, ErrorDialog))
        await desk.shows("There is no one to write to", "no guardian has an e-mail address")
        await desk.press("escape")
    async with database.session() as session:
        assert list(await session.scalars(select(Outbox.state).order_by(Outbox.id))) == ["cancelled", "queued"]


async def test_those_who_matched_at_first_are_written_to_though_some_no_longer_match(
    quiet: Settings, database: Database
) -> None:
    club, ids = await club_with_mails(database, 6)
    await fail(database, ids)
    async with opened(quiet) as desk:
        await desk.press("4")
        pane = desk.app.desk.pane
        assert isinstance(pane, ContractsPane)
        await desk.until(lambda: pane.records.total == 6)
        pane.narrow([choice(Facet.WELCOME, "failed")], "")
        await desk.shows("e-mail failed")
        await desk.until(lambda: pane.records.total == 6)
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, ChooseOne))
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, WriteMessage))
        await desk.shows("To all 6 contracts that match: 6 addresses, 6 players.")
        async with database.session() as session:
            await retry(session, club.league_id, ids[:3])
        await desk.press(*"News", "enter", *"Hello", "ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.shows("6 e-mails to all 6 contracts that match, about 6 players: News")
        await desk.press("enter")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.shows("6 e-mails queued")


async def test_contracts_that_are_over_are_not_among_all_who_are_written_to(
    quiet: Settings, database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        for first, status in [
            ("Amara", ContractStatus.OFFERED),
            ("Bo", ContractStatus.OFFERED),
            ("Cy", ContractStatus.DECLINED),
            ("Di", ContractStatus.EXPIRED),
            ("Ed", ContractStatus.DECLINED),
        ]:
            await make_family(
                session, club, first=first, status=status, parents=(Parent(first, "Z", f"{first}@f.test"),)
            )
    async with opened(quiet) as desk:
        await desk.press("4")
        pane = desk.app.desk.pane
        assert isinstance(pane, ContractsPane)
        await desk.until(lambda: pane.records.total == 5)
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, ChooseOne))
        await desk.shows("all 2 contracts of the season and not over")
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, WriteMessage))
        await desk.shows("To all 2 contracts of the season and not over: 2 addresses, 2 players.")
        await desk.shows("3 more contracts are over and get nothing")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        pane.narrow([choice(Facet.STATUS, "declined")], "")
        await desk.until(lambda: pane.records.total == 2)
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, ChooseOne))
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, WriteMessage))
        await desk.shows("To all 2 contracts that match: 2 addresses, 2 players.")
        assert "get nothing" not in desk.text
        await desk.press("escape")
        async with database.session() as session:
            await session.execute(update(Contract).values(status=ContractStatus.DECLINED))
        pane.narrow([], "")
        await desk.until(lambda: pane.records.total == 5)
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, ChooseOne))
        await desk.press("down", "enter")
        await desk.until(lambda: isinstance(desk.app.screen, ErrorDialog))
        await desk.shows("There is no one to write to", "Every contract of this list is over.")
        await desk.press("escape")


async def test_the_question_says_what_keeps_the_emails(settings: Settings, database: Database) -> None:
    async with database.session() as session:
        await make_family(session, await make_club(session))
    async with opened(msgspec.structs.replace(settings, mail_url=None)) as desk:
        await desk.press("2")
        await desk.shows("Hawks U12")
        await desk.press("M")
        await desk.until(lambda: isinstance(desk.app.screen, WriteMessage))
        await desk.press(*"News", "enter", *"Hello", "ctrl+s")
        await desk.until(lambda: isinstance(desk.app.screen, Confirm))
        await desk.shows("Send the message?", WITHOUT_SERVER.sentence)
        await desk.press("escape")
