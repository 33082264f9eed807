"""A stack of papers and six slips, by keys in a real terminal: all of them are fixed, no family reads two welcomes."""

import asyncio
from pathlib import Path

from sqlalchemy import text

from bball_tui.database.opening import open_database
from bball_tui.league.editing.profile import change_league
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league
from bball_tui.settings import Settings
from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import ENTER, ESC, TAB, Terminal, terminal

PAPERS = 80
"""More than any window shows."""
LOOKED_AT = ("p17", "p03", "p77", "p50")
FAST = ("p05", "p09", "p10", "p11")
SLUG = "stack"
HEADER = (
    "Player First Name,Player Last Name,Date of Birth,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email,"
    "Guardian 2 First Name,Guardian 2 Last Name"
)
DOWN, CTRL_T, CTRL_U = "\x1b[B", "\x14", "\x15"
RECORDS = """
SELECT p.last_name, p.birthdate::text, c.status, s.signer, s.signed_on::text,
       (SELECT count(*) FROM outbox o WHERE o.contract_id = c.id AND o.state = 'sent') AS sent
FROM contract c JOIN player p ON p.id = c.player_id LEFT JOIN signature s ON s.id = c.signature_id
JOIN league l ON l.id = c.league_id AND l.slug = :slug ORDER BY p.last_name, p.birthdate
"""


async def make_league(folder: Path) -> None:
    """Offers with two parents each, one of whom has an address. The last two children are namesakes."""
    roster = folder / f"{SLUG}.csv"
    names = [f"P{n:02}" for n in range(PAPERS - 2)] + ["Same", "Same"]
    rows = [
        f"Kid,{name},20{14 + n % 2}-03-{n % 28 + 1:02},Team {n // 20 + 1},Rosa,{name},rosa{n}@families.test,Dan,{name}"
        for n, name in enumerate(names)
    ]
    roster.write_text("\n".join([HEADER, *rows]) + "\n")
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database:
        async with database.session() as session:
            made = await create_league(session, "Westside", SLUG, "Spring 2027")
            change = {"hold_seconds": "1", "from_email": "office@westside.test"}
            league = await change_league(session, made, change)
        report = await run_import(database, league, roster, ImportOptions(season="Spring 2027"))
        assert report.imported.created.contracts == PAPERS


async def records(folder: Path) -> dict[tuple[str, str], tuple[str, str | None, str | None, int]]:
    """By name and birthdate: status, signer, day, and e-mails that went out."""
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database, database.session() as session:
        rows = await session.execute(text(RECORDS), {"slug": SLUG})
        return {(row[0], row[1]): tuple(row)[2:] for row in rows}


def sign(desk: Terminal, name: str, done: int) -> None:
    """A few letters, Enter, Enter, as fast as they can be typed."""
    desk.press_at_once(name, ENTER, ENTER)
    desk.shows(f"{done} paper", f"{PAPERS - done} left", f"last: Kid {name.capitalize()}")


def test_six_slips_in_a_stack_are_fixed_before_and_after_the_mails_left(data_dir: Path, tmp_path: Path) -> None:
    asyncio.run(make_league(data_dir))
    mails = tmp_path / "mails"
    environment = clean_environment(data_dir) | {"BBALL_LEAGUE": SLUG, "BBALL_MAIL_URL": f"maildir://{mails}"}
    with terminal(environment, rows=36, columns=120) as desk:
        desk.shows(f"0/{PAPERS}", "P00, Kid")
        desk.press("t")
        desk.shows(f"0 papers done, {PAPERS} left")
        # One key after the other, and looked at.
        for done, name in enumerate(LOOKED_AT, start=1):
            desk.press(*name)
            desk.shows(f"{name.capitalize()}, Kid", f"{done - 1} paper")
            desk.until(lambda: "P00, Kid" not in desk.text.rpartition("Sign a stack")[2])
            desk.press(ENTER)
            desk.shows(f"Sign Kid {name.capitalize()}", "becomes signed", f"Rosa {name.capitalize()}, guardian")
            if done == 1:
                desk.shows("has no chat link yet")
            desk.press(ENTER)
            desk.shows(f"{done} paper", f"{PAPERS - done} left", f"last: Kid {name.capitalize()}")
        for name in FAST:
            done += 1
            sign(desk, name, done)
        # The wrong child: the paper was P37's.
        sign(desk, "p36", done + 1)
        desk.press(CTRL_T)
        desk.shows("Kid P36 (Team 2): undone.", f"{done} papers done")
        done += 1
        sign(desk, "p37", done)
        # Signed twice, and a name that nobody has.
        desk.press("p05")
        desk.shows("Kid P05 (Team 1) is signed already by Rosa P05.")
        desk.press(CTRL_U, "zzz")
        desk.shows("No unsigned player matches.")
        # Two children of one name: the paper is the younger one's.
        desk.press(CTRL_U, "same")
        desk.shows("Mar 24, 2015", "Mar 23, 2014")
        desk.press_at_once(ENTER, ENTER, "p40", ENTER, ENTER)
        desk.shows(
            "2 children have this name: choose with ↑ ↓.", "Keys that were pressed while the program was at work"
        )
        desk.rest()
        desk.press(DOWN)
        desk.shows("! same name: Team 4 · born Mar 24, 2015")
        desk.press(DOWN)
        desk.shows("! same name: Team 4 · born Mar 23, 2014")
        done += 1
        desk.press(ENTER)
        desk.shows("Sign Kid Same", "becomes signed", "born Mar 24, 2015", "! same name")
        desk.press(ENTER)
        desk.shows(f"{done} papers done", "last: Kid Same", "Kid Same (Team 4, born Mar 24, 2015) is signed")
        # The other parent signed the last but one, and the one before on another day.
        desk.press(TAB, DOWN, ENTER)
        desk.shows("Correct the record: Kid P37")
        desk.press(" ")
        desk.shows("Dan P37, guardian")
        desk.press(DOWN, ENTER)
        desk.until(lambda: "Rosa P37, guardian" not in desk.text)
        desk.press(ENTER)
        desk.shows("Kid P37 (Team 2): corrected.", "Dan P37 (guardian), paper")
        desk.press(DOWN, ENTER)
        desk.shows("Correct the record: Kid P11")
        desk.press(TAB, TAB, TAB, CTRL_U, "2026-11-02", ENTER)
        desk.shows("Kid P11 (Team 1): corrected.")
        assert not list(mails.rglob("new/*")), "nothing leaves before the stack is done"
        desk.press(ESC)
        desk.until(lambda: len(list(mails.rglob("new/*"))) == done)
        # After the e-mails left: the other parent, and nobody is written a second time.
        desk.press("/", "p10", ENTER)
        desk.shows("P10, Kid", "in a folder")
        desk.until(lambda: "P09" not in desk.text)
        desk.press("c")
        desk.shows("Correct the record: Kid P10", "rosa10@families.test got the welcome already")
        desk.press(" ")
        desk.shows("Dan P10, guardian")
        desk.press(DOWN, ENTER, ENTER)
        desk.shows("Say why, in a few words.")
        desk.press("the other parent", ENTER)
        desk.shows("1 record corrected")
        desk.shows("Dan P10 (guardian)", "Before it was corrected")
        desk.press("q")
        assert desk.ended() == 0
    found = asyncio.run(records(data_dir))
    assert sum(one[0] == "signed" for one in found.values()) == done == len(LOOKED_AT) + len(FAST) + 2
    assert {one[3] for one in found.values() if one[0] == "signed"} == {1}
    assert {one[3] for one in found.values() if one[0] != "signed"} == {0}
    by_name = {name: one for (name, _), one in found.items() if name != "Same"}
    assert (by_name["P36"][0], by_name["P37"][1]) == ("offered", "Dan P37")
    assert (by_name["P11"][2], by_name["P10"][1]) == ("2026-11-02", "Dan P10")
    assert (found["Same", "2014-03-23"][0], found["Same", "2015-03-24"][0]) == ("offered", "signed")
