"""A day in a real terminal in which every key comes in one write with the others, as after an ssh line stood still."""

import asyncio
import signal
from pathlib import Path

import psutil
from sqlalchemy import text

from bball_tui.database.opening import open_database
from bball_tui.settings import Settings
from tests.journeys.terminal import ENTER, ESC, TAB, UP, terminal
from tests.journeys.test_contract_desk import desk_of
from tests.journeys.test_pty import ROSTER
from tests.support.mails import fail

LEFT_THE_SCREEN, DREW_AGAIN = b"\x1b[?1049l", b"\x1b[?1049h"
STACK = [f"p{number:03}" for number in (17, 3, 29, 33, 8, 9)]


async def _rows(folder: Path, slug: str, query: str) -> dict[str, str]:
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        found = await session.execute(text(query), {"slug": slug})
        return {row.name: row.state for row in found}


def contracts_of(folder: Path, slug: str) -> dict[str, str]:
    """The state of every player's contract, as the database has it."""
    query = """
        SELECT player.last_name AS name, contract.status AS state
        FROM contract JOIN player ON player.id = player_id JOIN league ON league.id = contract.league_id
        WHERE slug = :slug
    """
    return asyncio.run(_rows(folder, slug, query))


def mails_of(folder: Path, slug: str) -> dict[str, str]:
    """The state of every mail, by its recipient, as the database has it."""
    query = "SELECT recipient AS name, state FROM outbox JOIN league ON league.id = league_id WHERE slug = :slug"
    return asyncio.run(_rows(folder, slug, query))


async def fail_all_mails(folder: Path) -> None:
    """The mail server refused every mail that was promised."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database:
        async with database.session() as session:
            waiting = list(await session.scalars(text("SELECT id FROM outbox WHERE state = 'queued'")))
        await fail(database, waiting)


def test_a_stack_of_papers_and_what_a_filter_leaves_in_one_write_each(data_dir: Path) -> None:
    environment = desk_of(data_dir, "hasty", 40, worker=False)
    with terminal(environment, columns=120, rows=36) as desk:
        # Typed before there was a program: the terminal itself takes these, and makes Enter another key.
        desk.press_at_once("t", STACK[0], ENTER)
        desk.shows("Sign Kid P017", "becomes signed")
        # The warning about the missing team chat is read once; from then on nothing is waited for.
        desk.press_at_once(ENTER, *(key for name in STACK[1:] for key in (name, ENTER, ENTER)))
        desk.shows("6 papers done, 34 left", "last: Kid P009")
        desk.press_at_once(ESC)
        desk.shows("6/40")
        # ctrl+z gives the terminal back, and what was typed for the shell reaches no list after `fg`.
        before = len(desk.written)
        desk.press_at_once("\x1a", "as", ENTER)
        desk.until(lambda: psutil.Process(desk.child.pid).status() == psutil.STATUS_STOPPED)
        desk.rest()
        assert LEFT_THE_SCREEN in desk.written[before:]
        desk.child.kill(signal.SIGCONT)
        desk.until(lambda: DREW_AGAIN in desk.written[before:])
        desk.shows("6/40")
        desk.rest()
        assert "selected" not in desk.text
        # Search, and sign whom the search found.
        desk.press_at_once("/", "p028", ENTER, "s")
        desk.shows("Sign Kid P028", "becomes signed")
        desk.press_at_once(ENTER)
        desk.shows("7/40")
        # No search, a filter, then two of the rows that it leaves, then one more that is selected and let go again.
        desk.press_at_once(ESC, "f", "team 02", ENTER, "g", " ", "j", " ", "j", " ", " ", "s")
        desk.shows("Sign 2 contracts", "Kid P012", "Kid P013", "become signed")
        assert "P014" not in desk.text.split("Sign ")[-1]
        desk.press_at_once(ENTER)
        desk.shows("9/40")
        # A search in the filter, all that it finds; after the act nothing is selected, so s is about the cursor's row.
        desk.press_at_once("/", "p02", ENTER, "a", "s")
        desk.shows("Sign 4 contracts", "become signed", *(f"Kid P{number:03}" for number in range(20, 24)))
        desk.press_at_once(ENTER)
        desk.shows("13/40")
        desk.rest()
        assert "selected" not in desk.text
        asyncio.run(fail_all_mails(data_dir))
        desk.press_at_once("5", "/", "p021", ENTER, "r")
        desk.shows("1 of 13", "rosa21@families.test", "queued")
        desk.press_at_once(ESC, "q")
        assert desk.ended() == 0
    found = contracts_of(data_dir, "hasty")
    assert len(found) == 40
    signed = {name.lower() for name, state in found.items() if state == "signed"}
    assert signed == {*STACK, "p028", *(f"p{number:03}" for number in (12, 13, 20, 21, 22, 23))}
    assert {state for name, state in found.items() if name.lower() not in signed} == {"offered"}
    mails = mails_of(data_dir, "hasty")
    assert len(mails) == 13
    assert {name for name, state in mails.items() if state == "queued"} == {"rosa21@families.test"}
    assert {state for name, state in mails.items() if name != "rosa21@families.test"} == {"dead"}


def test_a_roster_comes_in_by_keys_in_one_write(data_dir: Path) -> None:
    environment = desk_of(data_dir, "hastier", 2, worker=False)
    with terminal(environment) as desk:
        desk.shows("0/2", "P000, Kid")
        # A second Enter typed along agrees to nothing: nobody can have read the preview yet.
        desk.press_at_once("i", "\x01", "\x0b", str(ROSTER), TAB, TAB, "\x01", "\x0b", "Spring 2027", ENTER, ENTER)
        desk.shows("guardians", "207")
        desk.rest()
        assert len(contracts_of(data_dir, "hastier")) == 2
        desk.press_at_once(ENTER)
        desk.shows("Imported: 138 new players")
        desk.press_at_once("/", "abara", ENTER, "s")
        desk.shows("Sign Grace Abara")
        # Esc leaves the question, and what comes in behind it is what was typed: the arrow moves, the letters act.
        desk.press_at_once(ESC, ESC, UP, ESC, "/", "p001", ENTER, "s")
        desk.shows("Sign Kid P001")
        desk.press_at_once(ESC, "q")
        assert desk.ended() == 0
    found = contracts_of(data_dir, "hastier")
    assert {"P000", "P001", "Abara"} <= set(found)
    assert set(found.values()) == {"offered"}


def test_a_search_in_one_write_behind_keys_that_have_nothing_to_do_finds_whom_the_next_act_is_about(
    data_dir: Path,
) -> None:
    environment = desk_of(data_dir, "lost", 14, worker=False)
    with terminal(environment) as desk:
        desk.shows("0/14", "P000, Kid")
        desk.press_at_once("j", "F", "F", "/", "p007", ENTER)
        desk.shows("1 of 14", "P007, Kid")
        desk.press_at_once("V")
        desk.shows("Void: Kid P007")
        desk.press_at_once(ESC, "F", "f", ESC, "/", "p009", TAB, "V")
        desk.shows("Void: Kid P009")
        desk.press_at_once(ESC, "q")
        assert desk.ended() == 0
    assert set(contracts_of(data_dir, "lost").values()) == {"offered"}
