"""The main screens in Spanish: whole in every window, and without a word of English.

A language is chosen once a process, so one test runs the others in a process that speaks Spanish.
"""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

import bball_tui
from bball_tui.database.engine import Database
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.main_screen.tab_list import TABS
from bball_tui.tui.tabs.views_pane import ViewsPane
from tests.conftest import MADE_SERVER
from tests.messages.catalogs import catalogs, read, texts
from tests.tui.desk_host import Desk, opened
from tests.tui.dialog_host import Host
from tests.tui.hands import resize, running
from tests.tui.looks import SIZES
from tests.tui.test_every_size import EVERY, Pictures, league_in_use

ROOT = Path(__file__).parent.parent.parent
SPANISH = os.environ.get("SCREEN_LANGUAGE") == "es"
WORD = re.compile(r"[^\W\d_]{4,}")
CROWDED = ("CorrectRecord", "FilterDialog", "FirstRun", "ImportRoster", "LeagueForm", "RollPlayers", "SignDialog")
"""Where words are many and room is little."""
NAMES = {"access", "chat", "email", "excel", "groupme", "gmail", "google", "json", "page", "token", "welcome"}
"""Words that are names, in the addresses of the demo, or the same in both."""


@pytest.mark.slow
@pytest.mark.skipif(SPANISH, reason="it is what this one starts")
def test_the_screens_are_whole_and_speak_spanish(made_server: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", __file__],
        cwd=ROOT,
        env=os.environ | {"SCREEN_LANGUAGE": "es", MADE_SERVER: str(made_server), "PYTEST_ADDOPTS": ""},
        capture_output=True,
        text=True,
    )
    assert ended.returncode == 0, ended.stdout[-6000:]
    assert "2 passed" in ended.stdout, ended.stdout[-2000:]


def english_words() -> set[str]:
    """What the screen says in English and never in Spanish; the names of the demo's people and teams are data."""
    english: set[str] = set()
    spanish: set[str] = set()
    for message in read(next(path for path in catalogs() if "es" in path.parts)):
        for said in (message.id,) if isinstance(message.id, str) else message.id:
            english |= _words(re.sub(r"\{[^{}]*\}", " ", said))
        for said in texts(message):
            spanish |= _words(said)
    data = _words((Path(bball_tui.__file__).parent / "demo" / "roster.csv").read_text(encoding="utf-8"))
    return english - spanish - data - NAMES


def _words(said: str) -> set[str]:
    return {word.casefold() for word in WORD.findall(said)}


@pytest.mark.skipif(not SPANISH, reason="in a process of its own")
async def test_no_english_word_is_on_a_spanish_screen(
    database: Database, quiet: Settings, owner_url: SecretUrl
) -> None:
    await league_in_use(database)
    with psycopg.connect(owner_url.reveal()) as owner:
        owner.execute("UPDATE suppression SET reason = 'a mano'")
    async with database.session() as session:  # what others said is in their language
        await session.execute(text("UPDATE outbox SET error_text = '550' WHERE error_text IS NOT NULL"))
    english = english_words()
    left: dict[str, set[str]] = {}

    async def look(desk: Desk, name: str) -> None:
        await desk.settle()
        if found := _words(desk.text) & english:
            left[name] = found

    async with opened(quiet, (120, 36)) as desk:
        for tab in TABS:
            await desk.press(tab.key)
            await desk.until(lambda name=tab.id: desk.app.desk.tabs.active == name)  # type: ignore[misc]
            pane = desk.app.desk.query_one(f"#{tab.id}")
            for view in range(len(pane.VIEWS) if isinstance(pane, ViewsPane) else 1):
                shown = desk.app.desk.pane
                assert shown is not None
                await desk.until(lambda pane=shown: pane.records.total is not None)  # type: ignore[misc]
                await desk.until(lambda: not desk.reading)
                await look(desk, f"{tab.id} {view}")
                if isinstance(pane, ViewsPane):
                    await desk.press("v")
        await desk.press("4", "end")
        for key, title in (("s", "Firmar "), ("t", "Firmar una pila"), ("f", "Filtrar la lista"), ("e", "Contrato de")):
            await desk.press(key)
            await desk.shows(title)
            await look(desk, title)
            await desk.press("escape")
            await desk.until(lambda: desk.app.screen is desk.app.desk)
        for key, title in (("question_mark", "escriba para buscar una tecla"), ("ctrl+p", "Buscar comandos")):
            await desk.press(key)
            await desk.shows(title)
            await look(desk, title)
            await desk.press("escape")
    assert not left, "; ".join(f"{name}: {sorted(words)}" for name, words in left.items())


@pytest.mark.skipif(not SPANISH, reason="in a process of its own")
async def test_spanish_dialogs_are_whole_in_every_window(tmp_path: Path) -> None:
    """What is typed and where the focus is seen has no language: ``test_every_size`` looks at that."""
    pictures = Pictures(tmp_path)
    first, *others = (EVERY[name]("Ann Lee") for name in CROWDED)
    app: Host[Any] = Host(first)
    async with running(app, size=SIZES[0], notifications=True) as pilot:
        for name, dialog in zip(CROWDED, (first, *others), strict=True):
            if dialog is not first:
                await app.switch_screen(dialog)
            for size in SIZES:
                await resize(pilot, size)
                assert app.screen is dialog
                pictures.look(app, name)
    pictures.done()
