"""Forms: what is wrong stands beside its field, nothing typed is lost, and no one overwrites anybody unseen."""

import asyncio
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from textual.widgets import Input

from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.editing.contracts import ContractDraft, TeamChoice
from bball_tui.league.editing.outcome import (
    Difference,
    Doubtful,
    Loaded,
    Lookalike,
    Outcome,
    Overtaken,
    Problem,
    Saved,
    Wrong,
)
from bball_tui.league.roster.player import PlayerDraft
from bball_tui.tui.dialogs.controls import TextField
from bball_tui.tui.dialogs.forms.form import Form
from bball_tui.tui.dialogs.forms.records import contract_form, player_form
from tests.tui.dialog_host import SMALL, USUAL, Desk, asking

SAMIR = PlayerDraft("Samir", "Hamdi", "12/05/2015", "00")


class Desks:
    """A database by hand: it answers what a test laid down, and remembers what it was asked to write."""

    def __init__(self, *answers: Outcome | BballError) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[PlayerDraft, int | None, tuple[int, ...]]] = []

    async def save(self, draft: PlayerDraft, base: Loaded[PlayerDraft] | None, others: tuple[int, ...]) -> Outcome:
        self.asked.append((draft, None if base is None else base.version, others))
        await asyncio.sleep(0)
        answer = self.answers.pop(0)
        if isinstance(answer, BballError):
            raise answer
        return answer

    def form(self) -> Form[PlayerDraft]:
        return player_form(SAMIR, self.save, DateOrder.DMY, Loaded(1, 1, SAMIR))


async def replace_text(desk: Desk[Any], name: str, text: str) -> None:
    await desk.go_to(f"#in-{name}")
    field = desk.app.focused
    assert isinstance(field, Input)
    field.value = text
    await desk.settle()


async def test_what_is_wrong_stands_beside_its_field_and_goes_when_it_is_fixed() -> None:
    desks = Desks(Wrong((Problem("birthdate", "There is no such day."), Problem("jersey", "Digits."))), Saved(1))
    async with asking(desks.form(), SMALL) as desk:
        await replace_text(desk, "birthdate", "31/02/2015")
        await desk.press("enter")
        await desk.until_shown("2 fields to correct; nothing was saved.")
        assert "✘ There is no such day." in desk.line
        assert desk.focus == "in-birthdate"
        assert desk.whole_choices()
        await replace_text(desk, "birthdate", "28/02/2015")
        assert "There is no such day" not in desk.line
        assert "✘ Digits." in desk.line
        await desk.press("ctrl+s")
        await desk.until_answered()
    assert desks.asked[1] == (replace(SAMIR, birthdate="28/02/2015"), 1, ())
    assert desk.answers == [Saved(1)]


async def test_a_database_that_goes_away_in_the_middle_of_a_save_loses_nothing() -> None:
    desks = Desks(BballError("The database is away. Nothing was changed."), Saved(1))
    async with asking(desks.form()) as desk:
        await replace_text(desk, "first_name", "Sami")
        await desk.press("enter")
        await desk.until_shown("The database is away. Nothing was changed. What you typed is kept; Enter tries again.")
        assert desk.app.screen.query_one("#in-first_name", TextField).value == "Sami"
        await desk.press("enter")
        await desk.until_answered()
    assert [draft.first_name for draft, _, _ in desks.asked] == ["Sami", "Sami"]


@pytest.mark.slow
async def test_leaving_asks_only_when_something_was_typed() -> None:
    async with asking(Desks().form()) as desk:
        await desk.press("escape")
        await desk.until_answered()
        assert desk.answers == [None]
    async with asking(Desks().form()) as desk:
        await replace_text(desk, "jersey", "7")
        await desk.press("escape")
        await desk.until_shown("What you entered here hasn't been saved or sent.")
        await desk.press("enter")  # the focus is on Keep editing
        assert desk.open
        assert not desk.answers
        await desk.press("escape")
        await desk.until_shown("hasn't been saved or sent.")
        await desk.press("y")
        await desk.until_answered()


@pytest.mark.slow
async def test_a_colleague_who_was_quicker_is_asked_about_only_where_both_changed() -> None:
    now = Loaded(1, 3, replace(SAMIR, first_name="Sami", jersey="7"))
    quicker = Overtaken(
        "maria",
        "14:02",
        (Difference("first_name", "Samir", "Sami", "Samir"), Difference("jersey", "00", "7", "9")),
        now,
    )
    desks = Desks(quicker, quicker, Saved(1))
    async with asking(desks.form()) as desk:
        await replace_text(desk, "jersey", "9")
        await desk.press("enter")
        await desk.until_shown("maria changed 1 field as well at 14:02")
        assert "Sami " not in desk.line, "what only she changed is kept without a question"
        assert "yours: 9" in desk.line
        assert "it was: 00" in desk.line
        await desk.press("escape")
        await desk.until_shown("Nothing was saved. What you typed is kept.")
        await desk.press("enter")
        await desk.until_shown("maria changed 1 field as well at 14:02")
        await desk.press("enter")
        await desk.until_answered()
    assert desks.asked[-1] == (replace(SAMIR, first_name="Sami", jersey="9"), 3, ())


async def test_different_fields_of_two_people_are_put_together_without_a_question() -> None:
    now = Loaded(1, 3, replace(SAMIR, first_name="Sami"))
    quicker = Overtaken("maria", "14:02", (Difference("first_name", "Samir", "Sami", "Samir"),), now)
    desks = Desks(quicker, Saved(1))
    async with asking(desks.form()) as desk:
        await replace_text(desk, "jersey", "9")
        await desk.press("enter")
        await desk.until_answered()
    assert desks.asked[-1] == (replace(SAMIR, first_name="Sami", jersey="9"), 3, ())
    assert desk.answers == [Saved(1)]


async def test_what_the_form_does_not_show_is_never_written_back_as_it_was() -> None:
    """A signed contract's form shows the team alone; a colleague may have changed a day, and to a new team at that."""
    base = ContractDraft("1", "2026-11-01", "2026-12-01")
    theirs = replace(base, team_id="9", due_on="2026-12-24")
    differences = (Difference("due_on", "2026-12-01", "2026-12-24", "2026-12-01"), Difference("team_id", "1", "9", "1"))
    asked: list[ContractDraft] = []

    async def save(draft: ContractDraft, base: Loaded[ContractDraft] | None, _: tuple[int, ...]) -> Outcome:
        asked.append(draft)
        if base is not None and base.version == 1:
            return Overtaken("maria", "14:02", differences, Loaded(1, 2, theirs))
        return Saved(1)

    teams = [TeamChoice(1, "Hawks"), TeamChoice(2, "Owls")]
    form = contract_form(
        base, save, teams, DateOrder.YMD, "Samir", date(2026, 11, 2), base=Loaded(1, 1, base), signed=True
    )
    async with asking(form) as desk:
        await desk.go_to("#in-correct")
        await desk.press("space", "ctrl+s")
        await desk.until_answered()
    assert asked[-1] == replace(theirs, correct=True)


async def test_a_namesake_is_asked_about_and_the_answer_goes_along() -> None:
    doubt = Doubtful((Lookalike(7, "Samir Hamdi", "born 2015-05-12"),))
    desks = Desks(doubt, doubt, Saved(1))
    async with asking(desks.form()) as desk:
        await desk.press("enter")
        await desk.until_shown("Samir Hamdi, born 2015-05-12")
        await desk.press("enter")  # the focus is on Back
        await desk.until_shown("Nothing was saved.")
        await desk.press("enter")
        await desk.until_shown("Samir Hamdi, born 2015-05-12")
        await desk.press("y")
        await desk.until_answered()
    assert [others for _, _, others in desks.asked] == [(), (), (7,)]


async def test_the_arrow_keys_move_between_the_fields_and_the_help_line_follows() -> None:
    async with asking(Desks().form(), SMALL) as desk:
        await desk.press("down", "down")
        assert desk.focus == "in-birthdate"
        assert "Decides who may sign" in desk.line
        await desk.press("up")
        assert desk.focus == "in-last_name"


async def test_the_arrow_keys_pass_a_field_whose_list_opens_by_space() -> None:
    draft = ContractDraft("1")
    teams = (TeamChoice(1, "Hawks"), TeamChoice(2, "Owls"))
    form = contract_form(draft, Desks().save, teams, DateOrder.DMY, "Samir Hamdi", date(2026, 11, 26))
    async with asking(form, SMALL) as desk:
        assert "such as 10/12/2026" in desk.screen  # a day to come
        await desk.go_to("#in-team_id")
        await desk.press("down")
        assert desk.focus == "in-offered"
        await desk.press("up")
        assert desk.focus == "in-team_id"


@pytest.mark.parametrize("size", [USUAL, SMALL])
async def test_what_a_field_is_for_is_never_cut(size: tuple[int, int]) -> None:
    draft, base = ContractDraft("1"), Loaded(1, 1, ContractDraft("1"))
    teams = (TeamChoice(1, "Hawks"), TeamChoice(2, "Owls"))
    form = contract_form(
        draft, Desks().save, teams, DateOrder.YMD, "Samir", date(2026, 11, 2), base=base, signed=True
    )  # fmt: skip
    async with asking(form, size) as desk:
        await desk.go_to("#in-correct")
        said = "That the old team's signature no longer counts; or, if it stays, the new team's welcome."
        assert said in desk.line
        assert desk.app.focused is not None
        assert desk.app.screen.region.contains_region(desk.app.focused.region)
        await desk.press("up")
        assert said not in desk.line
        assert desk.whole_choices()
