"""Read only: everything can be looked at, and whatever would change something says why it does not."""

import re
from pathlib import Path

import msgspec
import pytest

import bball_tui.tui
from bball_tui.database.engine import Database
from bball_tui.database.errors import NotPermitted
from bball_tui.settings import Settings
from bball_tui.tui.all_commands import ACTION_SETS
from tests.support.factory import make_club, make_family
from tests.tui.desk_host import club_with, opened

LOOKING = frozenset(
    (
        "activity.day",
        "activity.kind",
        "activity.record",
        "activity.who",
        "blocked.old",
        "chat.share",
        "check.again",
        "check.contracts",
        "contract.calls",
        "contract.print",
        "contract.scans",
        "desk.back",
        "desk.help",
        "desk.here",
        "desk.palette",
        "desk.quit",
        "desk.redraw",
        "desk.search",
        "desk.switch",
        "kind.find",
        "kind.real",
        "team.contracts",
        "team.print",
        "team.scans",
        "today.pictures",
        "tool.history",
        "tool.unfilter",
    )
)
"""The commands that change nothing which others see, besides the tabs, the keys of every list, and :data:`WORDS`."""
WORDS = re.compile(r"(tab|list)[.].*|.*[.](read|preview|filter|export|next|previous)(-.*)?")
"""What a command is called that only looks."""


def test_every_command_says_whether_it_writes() -> None:
    """A new command must say what it ``needs``, or be named above."""
    quiet = {action.id for group in ACTION_SETS for action in group if not (action.needs and action.needs.writes)}
    assert {one for one in quiet if not WORDS.fullmatch(one)} == LOOKING


def test_nothing_that_reads_by_itself_ends_a_command() -> None:
    """A worker that is alone in its group ends the others there; the numbers above once ended who is here."""
    sources = Path(bball_tui.tui.__file__).parent.rglob("*.py")
    alone = {name for path in sources for name in re.findall(r'group="([a-z-]+)", exclusive=True', path.read_text())}
    assert "acts" in alone
    assert not {action.group for group in ACTION_SETS for action in group} & alone


async def test_the_screen_looks_only(database: Database, settings: Settings, tmp_path: Path) -> None:
    await club_with(database, 3)
    async with opened(msgspec.structs.replace(settings, read_only=True)) as desk:
        await desk.shows("Family00", "● read only")
        await desk.press("s")
        await desk.shows("This is read only: the program was opened with")
        assert desk.app.screen is desk.app.desk, "no dialog"
        await desk.press("i", "semicolon")
        assert desk.app.screen is desk.app.desk
        await desk.press("ctrl+e")
        await desk.shows("contracts of the season")
        desk.app.screen.query_one("#path").value = str(tmp_path / "contracts.csv")  # type: ignore[attr-defined]
        await desk.press("enter")
        await desk.shows("3 contracts written to")
        assert (tmp_path / "contracts.csv").read_text().count("Family") == 3
        assert not desk.app.connection or not desk.app.connection.sends_mail


async def test_the_database_refuses_whatever_the_program_forgets(settings: Settings) -> None:
    assert settings.database_url is not None
    looking = Database(settings.database_url, read_only=True)
    try:
        with pytest.raises(NotPermitted, match="read only"):
            async with looking.session() as session:
                club = await make_club(session)
                await make_family(session, club)
    finally:
        await looking.dispose()
