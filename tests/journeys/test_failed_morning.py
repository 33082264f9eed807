"""A morning with failed e-mails, from Today to done without leaving the screen: the number, the call, the address."""

import asyncio
from pathlib import Path

from sqlalchemy import select, update

from bball_tui.database.models import Contract, Guardian
from bball_tui.database.opening import open_database
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.editing.profile import change_league
from bball_tui.league.importing.service import ImportOptions, run_import
from bball_tui.league.leagues import create_league
from bball_tui.settings import Settings
from tests.journeys.conftest import clean_environment
from tests.journeys.terminal import ENTER, TAB, terminal
from tests.support.smtp import SmtpServer

SLUG = "morning"
ROSTER = """\
Player First Name,Player Last Name,Team,Guardian 1 First Name,Guardian 1 Last Name,Guardian 1 Email
Ana,Ames,Hawks,Rosa,Ames,rosa@familes.test
Ben,Baker,Hawks,Dan,Baker,dan@familes.test
"""
CTRL_U = "\x15"


async def make_league(folder: Path) -> None:
    """Two signed contracts whose welcome e-mails go to addresses that do not exist."""
    roster = folder / "morning.csv"
    roster.write_text(ROSTER)
    async with open_database(Settings(data_dir=folder, config_dir=folder)) as database:
        async with database.session() as session:
            made = await create_league(session, "Westside", SLUG, "Spring 2027")
            league = await change_league(session, made, {"hold_seconds": "0", "from_email": "office@westside.test"})
        await run_import(database, league, roster, ImportOptions(season="Spring 2027"))
        async with database.session() as session:
            for first, number in (("Rosa", "+1 2125550101"), ("Dan", "+1 2125550102")):
                await session.execute(update(Guardian).where(Guardian.first_name == first).values(phone=number))
            ids = (await session.scalars(select(Contract.id).where(Contract.league_id == league.id))).all()
            done = await sign(session, league.id, SigningRequest(tuple((one, 1) for one in ids)))
            assert len(done.signed) == 2, done.refused


async def test_a_failed_mail_morning_from_today_to_done(data_dir: Path) -> None:
    await make_league(data_dir)
    async with SmtpServer() as server:
        server.script("rcpt", "550 5.1.1 No such user", times=None, match="familes.test")
        environment = clean_environment(data_dir) | {
            "BBALL_LEAGUE": SLUG,
            "BBALL_MAIL_URL": server.url,
            "SSH_CONNECTION": "1",
        }

        def morning() -> None:
            with terminal(environment, columns=120, rows=36) as desk:
                desk.shows_any("Ames, Ana", "need you")
                desk.press("1")
                desk.shows("2 e-mails failed", "Whom to ask", "+1 2125550101", "+1 2125550102")
                desk.press(ENTER)
                desk.shows("rosa@familes.test", "dan@familes.test", "The family")

                # One key after the other, and looked at.
                desk.press("/")
                desk.press("rosa")
                desk.press(ENTER)
                desk.until(lambda: "dan@familes.test" not in desk.text)
                desk.shows("+1 2125550101")
                desk.press("l")
                desk.shows("A call or a note: Ana Ames", "+1 2125550101")
                desk.press("it is families.test")
                desk.press(ENTER)
                desk.shows("Written down.", "Notes and calls", "call with Rosa Ames")
                desk.press("e")
                desk.shows("Fix the address")
                desk.press(CTRL_U)
                desk.press("rosa@families.test")
                desk.press(ENTER)
                desk.shows("queued for rosa@families.test")

                # The other family as fast as a terminal that stood still sends it.
                desk.press("1")
                desk.shows("1 e-mail failed", "+1 2125550102")
                desk.press_at_once(ENTER)
                desk.shows("dan@familes.test", "+1 2125550102")
                desk.press_at_once("l", "spelled it", TAB, "today", ENTER)
                desk.shows("Written down. It comes up in Today")
                desk.press_at_once("e", CTRL_U, "dan@families.test", ENTER)
                desk.shows("queued for dan@families.test")
                desk.press("1")
                desk.shows("Ask Dan Baker again (Ben Baker): spelled it")
                desk.until(lambda: "failed" not in desk.text)
                desk.press("d")
                desk.shows("All is well.")
                desk.press("q")
                assert desk.ended() == 0

        await asyncio.to_thread(morning)
        assert sorted(mail.recipient for mail in server.messages) == ["dan@families.test", "rosa@families.test"]
