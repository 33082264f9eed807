"""What a family said is written down where staff talked to it, and comes up in Today on its day."""

from msgspec.structs import replace
from sqlalchemy import select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import FamilyNote, Guardian, Player
from bball_tui.database.states import NoteKind
from bball_tui.league.league_clock import read_clock
from bball_tui.league.roster.notes import NewNote, add_note, finish_follow_up, note_facts
from bball_tui.settings import Settings
from tests.tui.desk_host import club_with, opened


async def test_a_call_comes_up_in_today_until_it_is_done_and_the_last_own_note_is_struck_with_a_reason(
    database: Database, quiet: Settings
) -> None:
    club = await club_with(database, 2)
    async with database.session() as session:
        await session.execute(
            update(Guardian).values(phone="+1 2125550100").where(Guardian.league_id == club.league_id)
        )
    async with opened(quiet) as desk:
        await desk.press("4")
        await desk.shows("Family00", "Guardians")
        await desk.press("l")
        await desk.shows("A call or a note: Kid0 Family00", "+1 2125550100")
        await desk.press(*"promises Friday", "tab", *"someday", "enter")
        await desk.shows("isn't a date")
        await desk.press("ctrl+u", *"1/1/2099", "enter")
        await desk.shows("more than two years from now")
        await desk.press("ctrl+u", *"today", "enter")
        await desk.shows("Written down. It comes up in Today", "Notes and calls", "promises Friday")

        await desk.press("1")
        await desk.shows("Ask Rosa Hamilton again (Kid0 Family00): promises Friday", "The family", "+1 2125550100")
        await desk.press("m")
        await desk.shows("Another day: Rosa Hamilton")
        await desk.press(*"tomorrow", "enter")
        await desk.until(lambda: "Ask Rosa" not in desk.text)

        await desk.press("3")
        await desk.shows("ask again")
        await desk.press("l")
        await desk.shows("is done with this")
        await desk.press(*"paid", "tab", *"today", "enter")
        await desk.shows("Written down.")
        await desk.press("1")
        await desk.shows("Ask Rosa Hamilton again (Kid0 Family00): paid")
        await desk.press("d")
        await desk.until(lambda: "Ask Rosa" not in desk.text)

        await desk.press("4", "G")
        await desk.shows("Kid1 Family01", "Guardians")
        await desk.press("l")
        await desk.shows("A call or a note: Kid1 Family01")
        assert "Strike" not in desk.text
        await desk.press(*"left for Ohio", "tab", *"today", "enter")
        await desk.shows("Written down.", "left for Ohio")
        await desk.press("l")
        await desk.shows("is done with this", "Strike my last note")
        await desk.press(*"paid", "ctrl+t")
        await desk.shows("left for Ohio", "marked as struck")
        await desk.press(*"another family", "enter")
        await desk.shows("Struck: left for Ohio")
        await desk.until(lambda: "is done with this" not in desk.text and "Strike my last" not in desk.text)
        await desk.press("enter")
        await desk.shows("(struck:", "family)", "paid")
    async with database.session() as session:
        notes = (await session.scalars(select(FamilyNote).order_by(FamilyNote.id))).all()
        assert [(one.kind, one.body, one.done_at is not None, one.struck_reason) for one in notes] == [
            ("call", "promises Friday", True, None),
            ("call", "paid", True, None),
            ("call", "left for Ohio", False, "another family"),
            ("call", "paid", False, None),
        ]
        player = select(Player.id).where(Player.first_name == "Kid1")
        facts = await note_facts(session, club.league_id, (await session.scalars(player)).one())
        assert facts.latest_own is not None
        assert facts.latest_own.body == "paid"
        assert replace(facts, login="ola").latest_own is None


async def test_a_follow_up_that_a_colleague_finished_meanwhile_is_not_opened_again_by_moving_it(
    database: Database, quiet: Settings, marias_database: Database
) -> None:
    club = await club_with(database, 1)
    async with database.session() as session:
        player_id = await session.scalar(select(Player.id)) or 0
        today = (await read_clock(session, club.league_id)).today
        note_id = await add_note(
            session, club.league_id, NewNote(player_id, None, NoteKind.CALL, "will see", follow_up=today)
        )
    async with opened(quiet) as desk:
        await desk.press("1")
        await desk.shows("will see")
        await desk.press("m")
        await desk.shows("Another day")
        async with marias_database.session() as session:
            await finish_follow_up(session, club.league_id, note_id)
        await desk.press(*"tomorrow", "enter")
        await desk.shows("no open follow-up anymore")
    async with database.session() as session:
        assert await session.scalar(select(FamilyNote.follow_up)) == today


async def test_the_list_of_calls_goes_from_family_to_family(database: Database, quiet: Settings) -> None:
    club = await club_with(database, 3)
    async with database.session() as session:
        await session.execute(
            update(Guardian).values(phone="+1 2125550100").where(Guardian.league_id == club.league_id)
        )
    async with opened(quiet) as desk:
        await desk.press("4")
        await desk.shows("Welcome e-mail", "Family02")
        await desk.press("C")
        await desk.shows("Last contact", "+1 2125550100", "calls to make")
        for number in range(2):
            await desk.until(lambda: desk.records.current is not None)
            await desk.press("l")
            await desk.shows(f"A call or a note: Kid{number} Family0{number}")
            await desk.press(*"no answer", "enter")
            await desk.until(lambda: desk.app.screen is desk.app.desk)
            await desk.shows("call ")
        await desk.until(lambda: getattr(desk.records.current, "last", "") == "Family02")
        await desk.press("g")
        await desk.until(lambda: getattr(desk.records.current, "last", "") == "Family02")
        await desk.press("escape")
        await desk.shows("Welcome e-mail")
