"""Acts, forms and the stack of papers on the real desk."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

from sqlalchemy import func, select, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Audit, Contract, Outbox, Player, Signature, Team
from bball_tui.database.states import ContractStatus, OutboxState, SigningMethod
from bball_tui.league.contracts.due_dates import change_due
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.league.editing.profile import load_league, save_league
from bball_tui.league.importing.imports import find_import
from bball_tui.league.leagues import find_league
from bball_tui.league.mails.reminders import remind, set_schedule
from bball_tui.outbox.provider_gates import pause
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.contract_act import ContractAct
from bball_tui.tui.dialogs.controls import Picker
from bball_tui.tui.dialogs.correct_record import KEPT
from bball_tui.tui.dialogs.pick_record import PickRecord
from tests.league.importing import support as importing
from tests.support.factory import Parent, make_club, make_family
from tests.tui.desk_host import Desk, club_with, opened, paste
from tests.tui.hands import resize


async def due(database: Database) -> list[float]:
    """Seconds until each mail may leave."""
    async with database.session() as session:
        wait = func.extract("epoch", Outbox.available_at - func.now())
        rows = await session.scalars(select(wait).where(Outbox.state == OutboxState.QUEUED).order_by(Outbox.id))
        return [float(one) for one in rows]


async def sign_paper(desk: Desk, name: str) -> None:
    """A few letters, Enter, Enter."""
    await desk.shows("Sign a stack of papers")  # a command holds no test up on its way to its question
    await paste(desk, name)
    await desk.press("enter")
    await desk.shows("becomes signed", f"Sign Kid{name[-1]}")
    await desk.press("enter")


async def test_a_stack_of_papers_takes_two_keys_each_and_each_is_corrected_or_taken_back(
    mailless: Settings, database: Database
) -> None:
    await club_with(database, 4, hold_seconds=600)

    async def signed() -> set[str]:
        async with database.session() as session:
            those = select(Player.first_name).join(Contract).where(Contract.status == ContractStatus.SIGNED)
            return set(await session.scalars(those))

    async with opened(mailless, (60, 20)) as desk:
        await desk.press("t")
        await desk.shows("Sign a stack of papers", "0 papers done, 4 left")
        await desk.press("enter")  # nobody's paper: whoever comes first by the alphabet is not in anybody's hand
        await desk.shows("Type a few letters of the name first")
        for number, name in enumerate(("kid1", "kid0"), start=1):
            await sign_paper(desk, name)
            await desk.shows(f"{number} paper", f"{4 - number} left")
        await desk.press("enter", "enter")  # once too often
        await desk.shows("Kid0 Family00 (Hawks U12) is signed", "Type a few letters")
        await desk.shows("last: Kid0 Family00", "Done: Enter corrects, Delete takes back")
        # The mails of the whole stack wait for its end.
        assert [one > 800 for one in await due(database)] == [True, True]
        await desk.press("ctrl+t")
        await desk.shows("Kid0 Family00 (Hawks U12): undone.", "1 paper done, 3 left")
        await paste(desk, "nobody")
        await desk.shows("No unsigned player matches.")
        await desk.press("escape")
        await desk.shows("✔ signed", "u takes it back")
        assert [0 < one <= 600 for one in await due(database)] == [True]
        assert await signed() == {"Kid1"}

        await resize(desk.pilot, (120, 36))
        await desk.press("t")
        await desk.shows("0 papers done, 3 left")
        for number, name in enumerate(("kid0", "kid2"), start=1):
            await sign_paper(desk, name)
            await desk.shows(f"{number} paper", f"last: Kid{name[-1]}")
        await paste(desk, "kid2")
        await desk.shows("Kid2 Family02 (Hawks U12) is signed already by Rosa Hamilton.")
        await desk.press("tab", "down", "enter")
        await desk.shows("Correct the record: Kid0 Family00", "a slip in a stack of papers")
        desk.app.screen.query_one("#method", Picker).value = SigningMethod.SCAN
        await desk.press("enter")
        await desk.shows("Kid0 Family00 (Hawks U12): corrected.", "scan")
        await desk.press("up", "delete")
        await desk.shows("Kid2 Family02 (Hawks U12): undone.", "1 paper done")
        # What is signed in a stack is undone paper by paper.
        desk.app.screen.query_one("#name").focus()
        await desk.settle()
        for number, name in enumerate(("kid2", "kid3"), start=2):
            await sign_paper(desk, name)
            await desk.shows(f"{number} paper", f"last: Kid{name[-1]}")
        await desk.press("escape")
        await desk.shows("3 contracts signed.", "4/4")
        await desk.press("u")
        await desk.shows("Undone: 1 signature (Kid3 Family03), 1 e-mail canceled.", "3/4")
        assert await signed() == {"Kid0", "Kid1", "Kid2"}
        await desk.press("u")
        await desk.shows("2/4")
        async with database.session() as session:
            rows = await session.execute(
                select(Player.first_name, Contract.status, Signature.method)
                .join(Player, Player.id == Contract.player_id)
                .outerjoin(Signature, Signature.id == Contract.signature_id)
                .order_by(Player.first_name)
            )
            assert [tuple(row) for row in rows] == [
                ("Kid0", "signed", "scan"),
                ("Kid1", "signed", "paper"),
                ("Kid2", "offered", None),
                ("Kid3", "offered", None),
            ]
            assert await session.scalar(select(func.count()).where(Outbox.state == OutboxState.QUEUED)) == 2


async def test_the_desk_catches_up_when_the_stack_is_done_and_counts_rows_that_come_to_a_filtered_list(
    mailless: Settings, database: Database
) -> None:
    club = await club_with(database, 1)
    async with opened(mailless) as desk:
        await desk.press("t")
        await desk.shows("1 left")
        async with database.session() as session:
            await make_family(session, club, first="Late", last="Comer")
        await desk.press("escape")
        await desk.shows("Comer, Late", "0/2")

        await resize(desk.pilot, (60, 20))
        await desk.press("at")
        await desk.shows("No one else is here.")
        await desk.press("slash", *"kid", "enter")
        await desk.until(lambda: desk.records.total == 1)
        async with database.session() as session:
            await make_family(session, club, first="Kidd", last="Zed")
        await desk.until(lambda: desk.records.total == 2)
        await desk.shows("Zed, Kidd")
        assert "2 of 1" not in desk.text


async def test_many_contracts_are_acted_on_and_those_that_cannot_say_why(
    mailless: Settings, database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        for first, status in (("Ann", "offered"), ("Ben", "accepted"), ("Cid", "draft")):
            await make_family(session, club, first=first, last=first, status=ContractStatus(status))
        for name in ("Aces", "Zebras"):
            session.add(Team(league_id=club.league_id, season_id=club.season_id, name=name))
        await session.execute(
            update(Contract).where(Contract.status == "offered").values(due_on=func.current_date() + 3)
        )
        await set_schedule(session, club.league_id, [3], 2)
        assert len(await remind(session, club.league_id)) == 1
    async with opened(mailless, (80, 24)) as desk:
        await desk.press("c")
        await desk.shows("This contract is not signed", "to correct.")
        await desk.press("R")
        await desk.shows("This contract is not signed.", "or void it instead.")

        await desk.press("a")
        await desk.shows("3 selected")
        await desk.press("d")
        await desk.shows("Due date: 2 contracts", "1 reminder that still waits: canceled")
        await desk.shows("not: Cid Cid's contract is still a draft.")
        await paste(desk, "2020-01-01")
        await desk.press("enter")
        await desk.shows("That day has passed.")
        await desk.press("ctrl+u")
        await paste(desk, "2999-01-01")
        await desk.press("enter")
        await desk.shows("2 contracts with a new due date", "canceled.")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        async with database.session() as session:
            found = await session.execute(select(Contract.due_on, Contract.version).order_by(Contract.id))
            assert [tuple(row) for row in found] == [(date(2999, 1, 1), 2), (date(2999, 1, 1), 2), (None, 1)]
            noted = select(Audit.after).where(Audit.action == "days_changed")
            assert list(await session.scalars(noted)) == [{"due_on": "2999-01-01"}] * 2
            assert list(await session.scalars(select(Outbox.state))) == [OutboxState.CANCELLED]

        await desk.until(lambda: not desk.reading)
        await desk.press("a")
        await desk.shows("3 selected")
        await desk.press("D")
        await desk.shows("Declined: 2 contracts", "Ann Ann and Ben Ben", "not: Cid Cid's contract is still a draft")
        await desk.press("enter")
        await desk.shows("Say why, in a few words. Nothing has happened yet.")
        await paste(desk, "moved")
        await desk.press("enter")
        await desk.shows("Type 2: so many contracts end. Nothing has happened yet.")
        await desk.press("2", "enter")
        await desk.shows("2 contracts declined")
        assert not isinstance(desk.app.screen, ContractAct)
        async with database.session() as session:
            rows = await session.execute(select(Contract.status, Contract.status_reason).order_by(Contract.id))
            assert [tuple(row) for row in rows] == [("declined", "moved"), ("declined", "moved"), ("draft", None)]

        await desk.press("escape", "g", "n")  # a new one is offered with the team of the last one
        await desk.shows("New contract of Ann Ann", "Hawks U12")
        assert desk.app.screen.query_one("#in-team_id", Picker).chosen == str(club.team_id)


async def test_who_gets_no_other_due_date_is_told_why(database: Database) -> None:
    """What a colleague changed meanwhile, what has the day already, what is no offer."""
    day = date(2999, 1, 1)
    async with database.session() as session:
        club = await make_club(session)
        made = [
            await make_family(session, club, first=first, status=ContractStatus(status))
            for first, status in (("Ann", "offered"), ("Ben", "accepted"), ("Cid", "draft"))
        ]
        ids = [one.contract_id for one in made]
        assert (await change_due(session, club.league_id, [(one, 1) for one in ids[:2]], day)).done == tuple(ids[:2])
        done = await change_due(session, club.league_id, [(ids[0], 1), (ids[1], None), (ids[2], None)], day)
        assert [done.done, len(done.refused)] == [(), 3]
        reasons = "\n".join(one.reason for one in done.refused)
        assert all(word in reasons for word in ("was changed by", "is due on 2999-01-01 already", "is still a draft"))
        assert (await change_due(session, club.league_id, [(ids[1], 2)], None)).done == (ids[1],)


async def test_a_void_writes_a_correction_to_who_had_the_welcome(mailless: Settings, database: Database) -> None:
    await club_with(database, 1)
    async with opened(mailless) as desk:
        await desk.press("s")
        await desk.shows("becomes signed")
        await desk.press("enter")
        await desk.shows("✔ signed")
        async with database.session() as session:
            sent = {"state": OutboxState.SENT, "claims": 1, "attempts": 1, "finalized_at": func.now()}
            await session.execute(update(Outbox).values(**sent))
        await desk.shows("Signature", "recorded", "(guardian) on paper")
        await desk.press("V")
        await desk.shows("p0@families.test had the welcome e-mail already")
        await paste(desk, "wrong")
        await desk.press("tab", "space")
        await desk.shows("Tell them")
        await desk.press("enter")
        await desk.shows("1 contract void, 1 e-mail queued.", "u undoes it.", "Signature (canceled)")
    async with database.session() as session:
        assert list(await session.scalars(select(Outbox.kind).order_by(Outbox.id))) == [
            "contract_signed",
            "signature_corrected",
        ]


async def test_a_player_made_by_mistake_is_deleted_a_new_one_gets_a_contract_and_another_goes_to_another_team(
    mailless: Settings, database: Database
) -> None:
    club = await club_with(database, 2)
    async with database.session() as session:
        session.add(Team(league_id=club.league_id, season_id=club.season_id, name="Titans"))
    async with opened(mailless) as desk:
        await desk.press("3")
        await desk.shows("Family00, Kid0", "Family01, Kid1", "History with Hawks U12", "Waiting for a signature.")
        await desk.press("X")
        await desk.shows("Delete 3 records for good", "Kid0 Family00 goes for good, with 1 contract and 1 guardian.")
        await desk.press("3", "enter")
        await desk.shows("Deleted for good: Kid0 Family00.")
        await desk.until(lambda: "Family00, Kid0" not in desk.text)
        await desk.press("2", "X")
        await desk.shows("Hawks U12 goes for good, with 1 contract.")
        await desk.press("escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        await desk.press("3", "n")
        await desk.shows("New player")
        await paste(desk, "Samir")
        await desk.press("tab")
        await paste(desk, "Hamdi")
        await desk.press("enter")
        await desk.shows("Guardians of Samir Hamdi", "No one yet")
        await desk.press("n")
        await desk.shows("New guardian")
        for text in ("Rosa", "Hamdi", "rosa@f.test"):
            await paste(desk, text)
            await desk.press("tab")
        await desk.press("enter")
        await desk.shows("Rosa Hamdi, guardian")
        await desk.press("escape")
        await desk.shows("New contract of Samir Hamdi", "choose one")
        await desk.press("enter")
        await desk.shows("Choose a team of this season.")
        await desk.press("space", "down", "enter", "enter")
        await desk.shows("Hamdi, Samir", "signed 0/2")
        await desk.until(lambda: desk.app.screen is desk.app.desk)
        await desk.press("2")
        await desk.shows("Division")
        await desk.press("n")
        await desk.shows("New team")
        await paste(desk, "Owls")
        await desk.press("enter")
        await desk.shows("Owls")

        # Another team is typed in the open list, and the message names it.
        await desk.press("4")
        await desk.shows("Family01, Kid1")
        await desk.press("e")
        await desk.shows("Contract of Kid1 Family01")
        await desk.press("space", *"tigers", "enter")
        await desk.shows("tigers", "nothing matches")
        await desk.press(*["backspace"] * 6, *"owls", "enter", "enter")
        await desk.shows("Kid1 Family01 moved from Hawks U12 to Owls.", "undoes it.")
    async with database.session() as session:
        moved = select(Team.name).join(Contract).join(Player).where(Player.first_name == "Kid1")
        assert await session.scalar(moved) == "Owls"


async def test_it_is_said_that_an_email_cannot_go_out_and_why(mailless: Settings, database: Database) -> None:
    club = await club_with(database, 3, hold_seconds=600)
    async with opened(mailless, (120, 50)) as desk:
        await desk.press("s")
        await desk.shows("becomes signed")
        await desk.press("enter")
        await desk.shows("1 contract signed. 1 e-mail cannot", "u takes it")
        await desk.press("t")
        await sign_paper(desk, "kid1")
        await desk.shows(
            "Kid1 Family01 (Hawks U12) is signed; 1 e-mail waits for the end of the stack.", "No mail server is set up"
        )
        async with database.session() as session:
            await pause(session, club.league_id)
        await sign_paper(desk, "kid2")
        await desk.shows(
            "Kid2 Family02 (Hawks U12) is signed; 1 e-mail waits for the end of the stack. Sending is paused"
        )
        await desk.press("escape")
        await desk.shows("2 e-mails cannot go out", "paused by")


async def test_what_has_longer_is_offered_again_when_the_time_of_the_last_act_is_over(
    mailless: Settings, database: Database, tmp_path: Path
) -> None:
    club = await club_with(database, 1, hold_seconds=1)
    async with database.session() as session:
        office = importing.Desk(database, await find_league(session), tmp_path)
    await office.good("Hawks,Ann,Lee,2015-01-02,7,Rosa,Lee,rosa@x.test,555-0101")
    async with database.session() as session:
        one = await find_import(session, club.league_id)
    async with opened(mailless) as desk:
        desk.app.desk.offer_import(one.id, "Imported: 1 new player.")
        await desk.until(lambda: re.search(r"undo \(\d min\)", desk.footer) is not None)
        await desk.press("s")
        await desk.shows("becomes signed")
        await desk.press("enter")
        await desk.shows("✔ signed")
        await desk.until(lambda: re.search(r"undo \(\d min\)", desk.footer) is not None)


async def test_the_league_and_another_season(mailless: Settings, database: Database, marias_database: Database) -> None:
    club = await club_with(database, 1)
    async with opened(mailless) as desk:
        await desk.press("comma")
        await desk.shows("The league Westside Basketball")
        async with marias_database.session() as session:
            base = await load_league(session, club.league_id)
            theirs = replace(base.draft, reply_to="maria@westside.test")
            await save_league(session, club.league_id, theirs, base=base)
        await paste(desk, " 2")
        await desk.press("enter")
        await desk.shows("Westside Basketball 2 · Spring 2027")
        await desk.press("full_stop")
        await desk.shows("Spring 2027", "current season")
        await desk.press("n")
        await desk.shows("New season")
        await paste(desk, "Fall")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, PickRecord))
        await desk.press("escape")
        await desk.shows("Westside Basketball 2 · Fall", "There are no contracts yet.")


async def test_a_record_is_corrected_with_both_truths_in_its_history_and_undo_takes_it_back(
    mailless: Settings, database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session, hold_seconds=3600)
        parents = (
            Parent("Rosa", "Hamilton", "rosa@families.test", relation="mother"),
            Parent("Dan", "Hamilton", "dan@families.test", relation="father"),
        )
        family = await make_family(session, club, parents=parents)
        await sign(session, club.league_id, SigningRequest(((family.contract_id, 1),)))
    async with opened(mailless) as desk:
        await desk.press("c")
        await desk.shows("Correct the record: Amara Hamilton", "Now: Rosa Hamilton (mother), paper")
        picker = desk.app.screen.query_one("#signer", Picker)
        picker.value = str(family.guardian_ids[1])
        await desk.press("enter")
        await desk.shows("Say why, in a few words. Nothing has happened yet.")
        await paste(desk, "the other parent")
        picker.value = KEPT
        await desk.press("enter")
        await desk.shows("Correct the record: Amara Hamilton", "record says so already", "the other parent")
        assert "All others" not in desk.text
        picker.value = str(family.guardian_ids[1])
        await desk.press("enter")
        await desk.shows("1 record corrected; u takes it back.")
        await desk.shows("Dan Hamilton (father)", "Before it was corrected", "Rosa Hamilton (mother)")
        await desk.shows("the other parent")
        async with database.session() as session:
            assert await session.scalar(select(func.count()).select_from(Signature)) == 2
            assert set(await session.scalars(select(Outbox.payload["signer"].astext))) == {"Dan Hamilton"}
        await desk.press("u")
        await desk.shows("Undone: 1 correction (Amara Hamilton).")
    async with database.session() as session:
        in_force = select(Signature.guardian_id).join(Contract, Contract.signature_id == Signature.id)
        assert list(await session.scalars(in_force)) == [family.guardian_ids[0]]
