"""An act in words for people: names and numbers of things, and none of the numbers that only the program needs."""

import ast
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import bball_tui
from bball_tui.league.acts import Act, audience_in_words, called, changes_of, done_words


def act(action: str, entity: str, before: Any = None, after: Any = None, record: str = "") -> Act:
    return Act(7, datetime(2026, 11, 29, tzinfo=UTC), "maria", action, entity, 5, None, before, after, record)


ROLLED = {
    "from": 1, "made_season": True, "teams": [[3, 1], [4, 2]], "contracts": [5, 6, 7], "left": [], "status": "draft",
    "mails": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("done", "told"),
    [
        (act("season_rolled", "season", {"shown": 1}, ROLLED), {"teams": "2", "contracts": "3", "status": "draft"}),
        (act("act_undone", "league", after={"act": 4, "what": "Amara Hamilton's contract: released", "kept": 0}),
         {"what": "Amara Hamilton's contract: released"}),
        (act("message_queued", "league", after={"to": "all 9 players that match", "mails": 9, "first": 1, "last": 9}),
         {"to": "all 9 players that match", "e-mails": "9"}),
        (act("roster_imported", "league", after={"file": "a.csv", "created": {"teams": 3, "players": 0}, "made": {}}),
         {"file": "a.csv", "created": "teams 3"}),
        (act("merged_into", "player", after={"is_player": 3, "is_called": "Amara Hamilton"}),
         {"is now": "Amara Hamilton"}),
        (act("outbox_redirected", "outbox", after={"to": "rosa@families.test"}), {"to": "rosa@families.test"}),
        (act("scan_attached", "contract", after={"scan_id": 3, "name": "a.pdf", "kind": "pdf", "sha256": "ab"}),
         {"name": "a.pdf", "kind": "pdf"}),
    ],
)  # fmt: skip
def test_only_what_says_something_to_people_is_told(done: Act, told: dict[str, str]) -> None:
    assert {one.field: one.after or one.before for one in changes_of(done)} == told


def test_an_undo_says_of_what_and_a_noted_call_is_a_call() -> None:
    league = "Westside Basketball"
    for what, words, record in (
        ("Grace Boone's contract: released", "undone: released", "Grace Boone's contract"),
        ("3 contracts: voided", "undone: voided", "3 contracts"),
        ("Settings of the league changed", "undone: settings of the league changed", league),
    ):
        one = act("act_undone", "league", after={"act": 4, "what": what, "kept": 0}, record=league)
        assert (one.words, called(one)) == (words, record)
    call = act("note_added", "player", after={"kind": "call", "follow_up": "2026-12-04"})
    assert call.words == "player call noted"
    assert [(one.field, one.after) for one in changes_of(call)] == [("follow-up", "Dec 4, 2026")]
    note = act("note_added", "guardian", after={"kind": "note", "follow_up": None})
    assert (note.words, changes_of(note)) == ("guardian note added", [])


def test_a_record_that_is_gone_is_called_as_it_was() -> None:
    assert called(act("season_roll_undone", "season", {"season": "Fall 2027", "contracts": [1]})) == "Fall 2027"
    assert called(act("deleted", "player", {"first_name": "Amara", "last_name": "Hamilton"})) == "Amara Hamilton"
    assert audience_in_words("the team Hawks U12") == "the team Hawks U12"


def test_every_act_that_the_code_can_write_has_words() -> None:
    """The list of acts is read from the code: where it notes one, that is the first argument of its entry."""
    acts = set()
    for path in Path(bball_tui.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match node:
                case ast.Call(func=ast.Name("Entry"), args=[ast.Constant(str(done)), ast.Constant(str(entity)), *_]):
                    acts.add((done, entity))
    assert len(acts) > 50
    for done, entity in acts:
        said = act(done, entity).words
        assert "_" not in said, (done, entity)
        assert done_words(done, entity), (done, entity)
