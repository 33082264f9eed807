"""A stack of papers: Enter signs whom the letters mean, or whom somebody chose, and nobody else."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import insert, select
from textual.widgets import Input

from bball_tui.database.engine import Database
from bball_tui.database.models import Contract, Player, Team
from bball_tui.database.states import ContractStatus
from bball_tui.league.contracts.signing import SigningRequest, sign
from bball_tui.settings import Settings
from bball_tui.tui.dialogs.batch_signing import BatchSigning
from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.typed_ahead import LEFT_OUT
from tests.support.factory import Parent, make_club, make_family
from tests.tui.desk_host import opened, paste
from tests.tui.hands import resize, send


@pytest.fixture
async def shared_names(database: Database) -> None:
    """Two children of one name in two teams, three of one last name, and some of names of their own."""
    async with database.session() as session:
        hawks = await make_club(session, team="Hawks U10", chat_url="https://groupme.com/join_group/1/a")
        other = await session.scalar(
            insert(Team)
            .values(
                league_id=hawks.league_id,
                season_id=hawks.season_id,
                name="Lady Hawks 12U",
                groupme_share_url="https://groupme.com/join_group/2/b",
            )
            .returning(Team.id)
        )
        assert other is not None
        ladies = replace(hawks, team_id=other)
        await make_family(session, hawks, first="Dante", last="Hashimoto", birthdate=date(2016, 3, 4))
        await make_family(session, ladies, first="Dante", last="Hashimoto", birthdate=date(2014, 8, 9))
        for first in ("Carlos", "Maria", "Ana"):
            await make_family(session, hawks, first=first, last="Castillo")
        await make_family(session, hawks, first="An", last="Abbott")
        await make_family(session, hawks, first="Anders", last="Quill", parents=(Parent("Hana", "Ellison"),))
        await make_family(session, hawks, first="Wren", last="Tran", birthdate=None, parents=(Parent("Olga", "Tran"),))
        await make_family(session, hawks, first="Wren", last="Tran", birthdate=None, parents=(Parent("Pia", "Tran"),))


async def signed(database: Database) -> list[tuple[str, str]]:
    async with database.session() as session:
        rows = await session.execute(
            select(Player.first_name, Player.last_name, Team.name)
            .join(Contract, Contract.player_id == Player.id)
            .join(Team, Team.id == Contract.team_id)
            .where(Contract.status == ContractStatus.SIGNED)
            .order_by(Contract.id)
        )
        return [(f"{row.first_name} {row.last_name}", row.name) for row in rows]


MEAN_SEVERAL = (
    ("dante hashimoto", "2 children have this name: choose with ↑ ↓."),
    ("castillo", "3 match: type the full name, or choose with ↑ ↓."),
    ("hash", "2 children have this name: choose with ↑ ↓."),
    ("hawks", "No unsigned player is called so; the arrow keys choose"),
    ("hana", "No unsigned player is called so; one was found by a"),
)


@pytest.mark.usefixtures("shared_names")
async def test_letters_that_mean_several_open_and_sign_nobody(still: Settings, database: Database) -> None:
    async with opened(still, (60, 20)) as desk:
        await desk.press("t")
        await desk.shows("0 papers done, 9 left")
        for typed, why in MEAN_SEVERAL:
            send(desk.app, "ctrl+u", *typed, "enter", "enter", *"carlos", "enter", "enter")
            # A busy machine says why of the first letters already, long before Enter.
            await desk.until(lambda: any(LEFT_OUT in str(one.message) for one in desk.app._notifications))
            await desk.shows(why)
            assert isinstance(desk.app.screen, BatchSigning), "no paper is opened"
            if typed != "hana":  # who sees the one that a parent's name found may open it
                await desk.press("enter", "enter", *typed, "enter", "enter")
                await desk.shows(why)
                assert isinstance(desk.app.screen, BatchSigning)
            desk.app.clear_notifications()
            await desk.settle()
        assert "0 papers done, 9 left" in desk.text
    assert await signed(database) == []


@pytest.mark.usefixtures("shared_names")
async def test_the_letters_of_the_next_paper_are_not_put_behind_those_of_this_one_and_a_full_name_takes_two_keys(
    still: Settings, database: Database
) -> None:
    async with opened(still) as desk:
        await desk.press("t")
        await desk.shows("0 papers done")
        # One key after the other, by hands that do not look: a paper of "an", then one of "a castillo".
        await desk.press(*"an", "enter", "enter")
        await desk.shows("3 match: type the full name")
        await desk.press(*"a castillo")
        assert desk.app.screen.query_one("#name", TextField).value == "a castillo"
        await desk.press("ctrl+u", *"carlos c", "enter")
        await desk.shows("Sign Carlos Castillo", "becomes signed")
        await desk.press("escape", *"maria", "enter")
        await desk.shows("Sign Maria Castillo", "becomes signed")
        await desk.press("escape")
        assert await signed(database) == []

        # A full name, or the only one who is left of it.
        await desk.press("ctrl+u")
        send(desk.app, *"an abbott", "enter", "enter", *"castillo ana", "enter", "enter", *"car", "enter", "enter")
        await desk.shows("3 papers done", "last: Carlos Castillo", "✔ Carlos Castillo (Hawks U10) is signed")
    assert {name for name, _ in await signed(database)} == {"Carlos Castillo", "Ana Castillo", "An Abbott"}


@pytest.mark.usefixtures("shared_names")
async def test_children_of_one_name_are_told_apart_and_what_comes_behind_letters_that_were_left_out_is_looked_at(
    still: Settings, database: Database
) -> None:
    async with opened(still, (60, 20)) as desk:
        await desk.press("t")
        await desk.shows("0 papers done")
        await desk.press(*"tran")
        await desk.shows("Tran, Wren", "parent: Olga Tran", "parent: Pia Tran")
        await desk.press("ctrl+u", *"dante")
        await desk.shows("Hawks U10", "Mar 4, 2016", "Lady Hawks 12U", "Aug 9, 2014")
        await desk.press("down", "down", "enter")
        await desk.shows("Sign Dante Hashimoto", "Lady Hawks 12U · born Aug 9, 2014", "becomes signed")
        await desk.press("enter")
        await desk.shows("✔ Dante Hashimoto (Lady Hawks 12U) is signed", "Dante Hashimoto (Lady Hawks 12U) ·")
        # The paper of the one who has signed may come a second time.
        send(desk.app, *"dante", "enter", "enter")
        await desk.shows("Another child has the same name")
        await desk.press("down")
        await desk.shows("! same name, signed: Lady Hawks 12U", "last: Dante Hashimoto (Lady")
        await desk.press("enter")
        await desk.shows("Sign Dante Hashimoto", "Hawks U10 · born Mar 4, 2016", "becomes signed")
        await desk.press("escape")
        await desk.shows("1 paper done")
        await desk.press(*"wren", "down", "enter")
        await desk.shows("Sign Wren Tran", "Hawks U10 · birthdate unknown", "becomes signed")
        assert await signed(database) == [("Dante Hashimoto", "Lady Hawks 12U")]
        await desk.press("escape", "escape")
        await desk.until(lambda: desk.app.screen is desk.app.desk)

        await resize(desk.pilot, (120, 36))
        await desk.press("t")
        await desk.shows("0 papers done")
        send(desk.app, *"castillo", "enter", "enter", *"m")
        await desk.shows("3 match: type the full name")
        await desk.settle()
        send(desk.app, *"carlos", "enter", "enter")
        await desk.shows("Look whose paper this is, then press Enter.")
        await desk.settle()
        assert len(await signed(database)) == 1
        await desk.press("enter")
        await desk.shows("Sign Carlos Castillo", "becomes signed")
        await desk.press("enter")
        await desk.shows("1 paper done")
        send(desk.app, *"maria", "enter", "enter")
        await desk.shows("2 papers done")


async def test_in_a_stack_namesakes_are_told_apart_and_keys_typed_ahead_open_no_child_who_is_called_otherwise(
    still: Settings, database: Database
) -> None:
    async with database.session() as session:
        club = await make_club(session)
        await make_family(session, club, first="Wren", last="Hammond", jersey="7", birthdate=date(2015, 3, 4))
        await make_family(session, club, first="wrén", last="Hammond", jersey="8", birthdate=date(2014, 1, 2))
        zoe = await make_family(session, club, first="Zoë", last="Ellison")
        await make_family(session, club, first="Zoë", last="Tran", parents=(Parent("Hana", "Ellison"),))
        await sign(session, club.league_id, SigningRequest(((zoe.contract_id, 1),)))
    async with opened(still) as desk:
        await desk.press("t")
        await desk.shows("0 papers done, 3 left")
        await paste(desk, "hammond")
        await desk.shows("Mar 4, 2015", "Jan 2, 2014")
        await desk.press("enter")
        await desk.shows("2 match: type the full name, or choose with ↑ ↓.")
        await desk.press("down")
        await desk.shows("Hawks U12 · born Mar 4, 2015 · #7 · Rosa Hamilton (guardian)")
        await desk.shows("! same name: Hawks U12 · born Jan 2, 2014 · #8 · offered")
        await desk.press("down")
        await desk.shows("Hawks U12 · born Jan 2, 2014 · #8 · Rosa Hamilton (guardian)")
        await desk.press("enter")
        await desk.shows("Sign wrén Hammond", "! same name: Hawks U12 · born Mar 4, 2015 · #7 · offered")
        await desk.press("escape")
        await desk.shows("0 papers done, 3 left")

        await resize(desk.pilot, (60, 20))
        send(desk.app, "ctrl+u", *"hana", "enter", "enter")
        await desk.shows("No unsigned player is called so", "Tran, Zoë", "parent: Hana Ellison")
        send(desk.app, "ctrl+u", *"zoe ellison", "enter", "enter")
        await desk.shows("Zoë Ellison (Hawks U12) is signed already", "parent: Hana Ellison")
        name = desk.app.screen.query_one("#name", Input)
        await desk.until(lambda: not name.selection.is_empty)  # what comes behind an Enter that is refused is forgotten
        assert "Sign Zoë Tran" not in desk.text
        await desk.press("down", "enter")
        await desk.shows("Sign Zoë Tran")
