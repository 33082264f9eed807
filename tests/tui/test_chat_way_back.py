"""A chat that was linked by mistake: how to get rid of it is said wherever one meets it."""

import msgspec
import pytest

from bball_tui.database.engine import Database
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.chat_link import ChatLink
from bball_tui.tui.dialogs.chat_tell import ChatTell
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.controls import TextField
from tests.tui.desk_host import opened
from tests.tui.test_groupme_screen import LINK, TOKEN, groupme, three_teams, until_on


async def test_a_wrong_link_names_its_way_back_and_unlinking_cancels_what_told_of_it(
    database: Database, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKEN, raising=False)
    await three_teams(database)
    async with opened(msgspec.structs.replace(settings, worker=False)) as desk:
        await groupme(desk)

        async def link(pasted: str) -> None:
            await desk.press("G", "l")
            await until_on(desk, ChatLink)
            desk.app.screen.query_one("#group", TextField).value = pasted
            await desk.press("enter")

        async def told(sentence: str) -> None:
            await desk.until(lambda: any(sentence in one.message for one in desk.app._notifications))

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
