"""Whom to call first: a follow-up that is due, then the due date, then the longest silence; promises to come last."""

from datetime import timedelta

from sqlalchemy import func, select, text, update

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Guardian, Outbox
from bball_tui.database.states import ContractStatus, NoteKind
from bball_tui.league.contracts.chasing import ChasingRow, read_chasing
from bball_tui.league.roster.notes import NewNote, add_note
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.league.roster.shared_conditions import today_in
from tests.support.factory import Parent, make_club, make_family


async def test_who_is_called_first_and_what_is_known(database: Database) -> None:
    async with database.session() as session:
        club = await make_club(session)
        league_id = club.league_id
        today = (await session.execute(select(today_in(league_id)))).scalar_one()
        due = {"Late": -2, "Soon": 3, "Silent": 3, "Called": 3, "Friday": -9, "Today": None, "Never": None}
        made = {}
        for first, days in due.items():
            parent = Parent("Pat", first, None if first == "Never" else f"{first.lower()}@families.test")
            one = made[first] = await make_family(session, club, first=first, parents=(parent,))
            day = None if days is None else today + timedelta(days=days)
            await session.execute(update(Contract).where(Contract.id == one.contract_id).values(due_on=day))
        await make_family(session, club, first="Signed", status=ContractStatus.ACCEPTED)
        await session.execute(
            update(Guardian)
            .where(Guardian.id == made["Late"].guardian_ids[0])
            .values(phone="+1 2125550100", email="late@families.test")
        )

        async def note(first: str, days: int | None) -> None:
            family = made[first]
            follow_up = None if days is None else today + timedelta(days=days)
            new = NewNote(None, family.guardian_ids[0], NoteKind.CALL, "said something", follow_up)
            await add_note(session, league_id, new)

        await note("Called", None)
        await note("Friday", 4)
        await note("Today", 0)
        for first, state, provider, back in (
            ("Soon", "sent", "smtp:x", None),
            ("Late", "sent", "smtp:x", func.now()),
            ("Silent", "sent", "maildir", None),
        ):
            contract_id = made[first].contract_id
            address = f"{first.lower()}@families.test"
            await session.execute(
                text(
                    "INSERT INTO outbox (league_id, kind, contract_id, recipient, dedupe_key, message_id, payload)"
                    " VALUES (:league, 'contract_offered', :id, CAST(:to AS text), 'contract_offered:' || :id || ':1:'"
                    " || CAST(:to AS text), '<' || :id || '@x.test>', '{}')"
                ),
                {"league": league_id, "id": contract_id, "to": address},
            )
            sent = {"state": state, "provider": provider, "bounced_at": back}
            finished = func.now() - timedelta(days=1)
            await session.execute(
                update(Outbox).where(Outbox.contract_id == contract_id).values(**sent, finalized_at=finished)
            )
    async with database.session() as session:
        rows = await read_chasing(session, league_id, RosterFilter(season_id=club.season_id))

    assert [row.first for row in rows] == ["Today", "Late", "Silent", "Soon", "Called", "Never", "Friday"]
    known: dict[str, ChasingRow] = {row.first: row for row in rows}
    assert [known[name].days_left for name in ("Late", "Soon", "Never")] == [-2, 3, None]
    assert {name: row.last_how for name, row in known.items() if row.last_contact} == {
        "Today": "call", "Soon": "e-mail", "Called": "call", "Friday": "call",
    }  # fmt: skip
    assert {name: row.trouble for name, row in known.items() if row.trouble} == {
        "Late": "came back",
        "Never": "no e-mail",
    }
    callee = known["Late"].first_callee
    assert callee is not None
    assert (callee.name, callee.phone) == ("Pat Late", "+1 2125550100")
