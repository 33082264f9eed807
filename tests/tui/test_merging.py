"""Two who are one, by keys: whose value stays, which one stays, and what stands in the way."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace
from textual.widgets import Markdown

from bball_tui.errors import BballError
from bball_tui.league.merging.merge import Ending, Merged, MergeField, MergePreview
from bball_tui.league.merging.people import Person, Someone
from bball_tui.league.merging.words import EffectLine
from bball_tui.tui.dialogs.merge_people import MergePeople
from tests.tui.dialog_host import asking

JON, JONATHAN = Someone(17, 3, "Jon Lee", {}), Someone(204, 1, "Jonathan Lee", {})
FIELDS = (
    MergeField("first_name", "First name", "Jon", "Jonathan", differs=True, taken=False),
    MergeField("last_name", "Last name", "Lee", "Lee", differs=False, taken=False),
    MergeField("birthdate", "Born on", "", "2015-01-02", differs=False, taken=True),
    MergeField("jersey", "Jersey", "7", "8", differs=True, taken=False),
)
VOID = Ending(9, "Fall 2026: the contract with Hawks (signed) stays; the one with Bulls (offered) becomes void.")
SEEN = MergePreview(Person.PLAYER, JON, JONATHAN, FIELDS, 1, 0, 0, 2, 1, 0, (VOID,), unsent=1)
EFFECT = [EffectLine("What would happen."), EffectLine(VOID.sentence, warns=True), EffectLine(VOID.sentence)]
SIZE = (100, 30)


async def test_each_value_is_chosen_and_merged_once() -> None:
    asked: list[Mapping[str, bool]] = []

    async def merge(choices: Mapping[str, bool]) -> Merged:
        asked.append(choices)
        if len(asked) == 1:
            raise BballError("Jonathan Lee was changed by maria at 14:02, so nothing was merged. Look at both again.")
        return Merged(1, Person.PLAYER, 17, 204, "Jon Lee", "Jonathan Lee", 1, (9,), (), ())

    async with asking(MergePeople(SEEN, EFFECT, merge), SIZE) as desk:
        for shown in ("Jon Lee", "player 17", "player 204", "Last name: Lee (both)", VOID.sentence[:40]):
            assert shown in desk.line
        assert "Born on: 2015-01-02 (only the one who goes)" in desk.line
        assert desk.line.count("! Fall 2026") == 1, "a line warns because it says so, not because of its words"
        await desk.press("tab", "space", "down", "enter")  # the other's jersey
        await desk.press("enter")
        await desk.until_shown("changed by maria")
        await desk.press("enter")
        await desk.until_answered()
        assert asked == [{"first_name": False, "jersey": True}] * 2
        assert isinstance(desk.answers[0], Merged)


@pytest.mark.parametrize(("key", "answer"), [("s", MergePeople.TURNED), ("escape", None)])
async def test_the_other_one_stays_or_nothing_happens(key: str, answer: str | None) -> None:
    async def never(choices: Mapping[str, bool]) -> Merged:
        raise AssertionError(choices)

    async with asking(MergePeople(SEEN, [], never), SIZE) as desk:
        await desk.press(key)
        await desk.until_answered()
        assert desk.answers == [answer]


async def test_two_children_of_another_name_and_birthdate_are_not_merged_by_enter() -> None:
    asked: list[Mapping[str, bool]] = []

    async def merge(choices: Mapping[str, bool]) -> Merged:
        asked.append(choices)
        return Merged(1, Person.PLAYER, 17, 204, "Jon Lee", "Jonathan Lee", 1, (9,), (), ())

    born = MergeField("birthdate", "Born on", "2012-11-27", "2016-07-11", differs=True, taken=False)
    seen = replace(SEEN, fields=(FIELDS[0], FIELDS[1], born))
    async with asking(MergePeople(seen, [], merge), SIZE) as desk:
        assert "These seem to be two players" in desk.line
        await desk.press("enter", "enter")
        assert not asked
        await desk.press("y")
        await desk.until_answered()
        assert len(asked) == 1


async def test_the_help_says_of_players_and_of_guardians_how_a_merge_is_undone() -> None:
    async def never(choices: Mapping[str, bool]) -> Merged:
        raise AssertionError(choices)

    guardians = replace(SEEN, kind=Person.GUARDIAN, ending=())
    async with asking(MergePeople(guardians, [], never), SIZE) as desk:
        await desk.press("f1")
        said = desk.app.screen.query_one("#widget-help", Markdown).source
        assert "of two guardians also in the list of a player's guardians" in said.replace("\n", " ")
