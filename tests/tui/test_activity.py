"""The tab Activity: who did what, narrowed by person, day, kind and record, and the way to it from a record."""

import pytest

from bball_tui.database.engine import Database
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.settings import Settings
from bball_tui.tui.tabs.activity import ActivityPane
from bball_tui.tui.widgets.columns import place
from tests.support.factory import Parent, make_club, make_family
from tests.tui.desk_host import opened


async def test_who_did_what_is_found_by_kind_record_and_word(database: Database, quiet: Settings) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=600)
        amara = await make_family(session, club)
        ben = await make_family(session, club, first="Ben", last="Okafor", parents=(Parent(email="ben@families.test"),))
    async with database.session() as session:
        await sign(session, club.league_id, SigningRequest(((amara.contract_id, 1), (ben.contract_id, 1))))
    async with opened(quiet, size=(140, 36)) as desk:
        await desk.shows("Okafor, Ben")
        await desk.press("H")
        await desk.until(lambda: isinstance(desk.app.desk.pane, ActivityPane) and desk.records.total == 1)
        await desk.shows(
            "8 Activity", "Amara Hamilton ×", "contract signed", "status", "offered → signed", "Rosa Hamilton"
        )
        await desk.press("escape")
        await desk.until(lambda: desk.records.total == 2)
        await desk.press("f", "f")
        await desk.until(lambda: desk.records.total == 0)
        await desk.shows("player ×", "Nothing like that was done.")
        await desk.press("escape", "slash", *"okafor", "enter")
        await desk.until(lambda: desk.records.total == 1)
        await desk.shows("Ben Okafor", "contract signed")
        await desk.press("slash", *"ben@families.test", "enter")
        await desk.until(lambda: desk.records.total == 1)
        await desk.press("slash", *"a@families.test", "enter")
        await desk.until(lambda: desk.records.total == 0)
        await desk.press("slash", *"okafor", "enter")
        await desk.until(lambda: desk.records.total == 1)
        await desk.press("w", "d")
        await desk.shows("by ")
        await desk.until(lambda: desk.records.total == 1)


@pytest.mark.parametrize("cells", [57, 78, 118])
def test_what_was_done_is_told_whole_at_every_width(cells: int) -> None:
    widths = {one.column.key: one.width for one in place(ActivityPane(id="activity").make_columns(), 0, cells)}
    assert widths["what"] >= len("contract correction undone"), widths
    assert widths["record"] >= 15
