"""A chat that was linked by mistake: how to get rid of it is said wherever one meets it."""

import pytest

from bball_tui.database.engine import Database
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.chat_link import ChatLink
from bball_tui.tui.dialogs.chat_tell import ChatTell
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.controls import TextField
from tests.support.factory import Parent, make_family
from tests.tui.desk_host import opened
from tests.tui.test_groupme_screen import LINK, TOKEN, groupme, three_teams, until_on


async def test_a_wrong_link_names_its_way_back_and_unlinking_cancels_what_told_of_it(
    database: Database, quiet: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    club = await three_teams(database)
    async with database.session() as session:
        ben = await make_family(session, club, first="Ben", last="Okafor", parents=(Parent(email="ben@f.test"),))
        await sign(session, club.league_id, SigningRequest(((ben.contract_id, 1),)))
    async with opened(quiet) as desk:
        await groupme(desk)
        await desk.until(lambda: "u undo" in desk.footer)

        async def link(pasted: str) -> None:
            await desk.press("G", "l")
            await until_on(desk, ChatLink)
            desk.app.screen.query_one("#group", TextField).value = pasted
            await desk.press("enter")

        async def told(sentence: str) -> None:
            await desk.until(lambda: any(sentence in one.message for one in desk.app._notifications))

        # After a link the footer offers no undo, but the list of what can go back.
        await link(LINK)
        await desk.shows("Enter links it to")
        await desk.press("enter")
        await until_on(desk, ChatTell)
        await desk.press("n")
        await desk.until(lambda: desk.app.screen is desk.app.desk and "u what you did" in desk.footer)
        assert "undo" not in desk.footer
        await desk.press("u")
        await desk.shows("What you did in the last minutes", "Ben Okafor's contract: signed", "unlinks the team")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("U")
        await until_on(desk, Confirm)
        await desk.press("y")
        await told("is unlinked.")

        await link(LINK)
        await desk.shows("Enter links it to")
        await desk.press("enter")
        await until_on(desk, ChatTell)
        await desk.press("y")
        await told("1 e-mail queued. As long as it has not left, U unlinks the team and cancels it.")
        await desk.until(lambda: desk.app.screen is desk.app.desk and "l link… (U unlinks)" in desk.footer)
        await desk.press("ctrl+y")
        await desk.shows("U in GroupMe (7) unlinks the team")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await link(LINK.replace("4711", "4712"))
        await desk.shows("Unlink that one first (U)")
        await desk.press("escape", "U")
        await until_on(desk, Confirm)
        await desk.shows("about this link that have not left are canceled")
        await desk.press("y")
        await told("is unlinked. 1 e-mail about its link canceled. l links the right one.")
