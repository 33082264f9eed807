"""The right address of an e-mail that failed, asked for on the screen."""

from sqlalchemy import select, text

from bball_tui.database.engine import Database
from bball_tui.database.models import Guardian
from bball_tui.settings import Settings
from tests.support.mails import club_with_mails, fail
from tests.tui.desk_host import opened


async def test_another_familys_address_is_asked_about(quiet: Settings, database: Database) -> None:
    _, (old, __) = await club_with_mails(database, 2)
    await fail(database, [old])
    async with database.session() as session:
        await session.execute(text("UPDATE guardian SET first_name = 'Olga' WHERE email = 'p1@families.test'"))
    async with opened(quiet) as desk:
        await desk.press("5")
        await desk.press("end", "e")
        await desk.shows("Fix the address", "An address that got it before")
        await desk.press("ctrl+u", *"p1@families.test", "enter")
        await desk.shows("Another family's address?", "Olga Hamilton")
        await desk.press("enter")
        await desk.shows("Fix the address", "not of this family")
        await desk.press("enter")
        await desk.shows("Another family's address?")
        await desk.press("y")
        await desk.shows("1 e-mail queued for")
    async with database.session() as session:
        assert list(await session.scalars(select(Guardian.email))) == ["p1@families.test"] * 2


async def test_another_familys_address_of_a_new_guardian_is_asked_about(quiet: Settings, database: Database) -> None:
    await club_with_mails(database, 2)
    async with opened(quiet) as desk:
        await desk.press("3")
        await desk.shows("Family000, Kid")
        await desk.press("h")
        await desk.shows("Guardians of Kid Family000")
        await desk.press("n")
        await desk.shows("New guardian")
        await desk.press(*"Olga", "tab", *"Roe", "tab", *"p1@families.test", "enter")
        await desk.shows("Another family's address?", "Kid Family001")
        await desk.press("enter")
        await desk.shows("New guardian", "not of this family", "What you typed is kept")
        await desk.press("enter")
        await desk.shows("Another family's address?")
        await desk.press("y")
        await desk.shows("Send 1 e-mail?", "p1@families.test hasn't been sent the welcome e-mail")
        await desk.press("escape")
        await desk.shows("Guardians of Kid Family000", "Olga Roe")
    async with database.session() as session:
        assert list(await session.scalars(select(Guardian.email).where(Guardian.first_name == "Olga"))) == [
            "p1@families.test"
        ]
