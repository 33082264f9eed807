"""An act in words for people: names and numbers of things, and none of the numbers that only the program needs."""

import ast
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

import bball_tui
from bball_tui import language
from bball_tui.database.states import (
    Capacity,
    ContractStatus,
    DateOrder,
    GateState,
    MemberState,
    NoteKind,
    OutboxState,
    SigningMethod,
    StaffRole,
    TeamChange,
)
from bball_tui.league import profile
from bball_tui.league.acts import (
    NUMBERS,
    Act,
    called,
    changes_of,
    done_words,
)
from bball_tui.league.audit_fields import NOTED_WORDS
from bball_tui.league.audit_words import audience_in_words
from bball_tui.league.contracts.kept_for_undo import KEPT
from bball_tui.league.roster import guardian, player, team
from bball_tui.league.rules.team_check import JerseyRule, LeagueRules, RuleName
from bball_tui.league.seasons import season
from tests.messages.catalogs import catalogs, read


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
    for audience in ("the team Hawks U12", "2 contracts selected", "1 team selected", "all 1,200 contracts that match"):
        assert audience_in_words(audience) == audience


def test_every_act_that_the_code_can_write_has_words() -> None:
    """The list of acts is read from the code: where it notes one, that is the first argument of its entry."""
    acts = set()
    for path in Path(bball_tui.__file__).parent.rglob("*.py"):
        if "Entry(" not in (text := path.read_text(encoding="utf-8")):  # to parse all takes a second
            continue
        for node in ast.walk(ast.parse(text)):
            match node:
                case ast.Call(func=ast.Name("Entry"), args=[ast.Constant(str(done)), ast.Constant(str(entity)), *_]):
                    acts.add((done, entity))
    assert len(acts) > 50
    for done, entity in acts:
        said = act(done, entity).words
        assert "_" not in said, (done, entity)
        assert done_words(done, entity), (done, entity)


ASIDE = {"execute", "values", "format", "scalar", "scalars"}
"""What is given to these goes to the database or into a sentence, not into the record."""


def written(tree: ast.AST) -> Iterator[str]:
    """The fields of what a function notes: of its entries, and of what it calls before and after."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name("Entry"), args=args, keywords=words):
                yield from (key for one in [*args, *(word.value for word in words)] for key in keys(one))
            case ast.Assign(targets=[ast.Name("before" | "after" | "kept" | "was" | "becomes" | "told")], value=value):
                yield from keys(value)
            case ast.AnnAssign(target=ast.Name("before" | "after"), value=ast.expr() as value):
                yield from keys(value)
            case ast.Assign(targets=[ast.Subscript(ast.Name("before" | "after"), ast.Constant(str(key)))]):
                yield key


def keys(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Dict(keys=names):
            yield from (one.value for one in names if isinstance(one, ast.Constant) and isinstance(one.value, str))
        case ast.Call(func=ast.Attribute(attr=name)) if name in ASIDE:
            return
    for child in ast.iter_child_nodes(value):
        if isinstance(child, ast.expr) and not isinstance(value, ast.Dict):
            yield from keys(child)


def test_every_field_that_the_record_can_hold_has_words() -> None:
    """Those of forms say it themselves; others are of the rules, of a contract, and what the code notes by name."""
    package = Path(bball_tui.__file__).parent
    described = {one.name for form in (profile, player, guardian, team, season) for one in form.FIELDS}
    kept = {one.name for one in msgspec.structs.fields(LeagueRules)} | {one.key for one in KEPT}
    for part in ("league", "groupme", "mail", "outbox"):
        for path in (package / part).rglob("*.py"):
            if "Entry(" in (text := path.read_text(encoding="utf-8")):
                kept |= set(written(ast.parse(text)))
    assert {"state", "slug", "follow_up", "status_reason", "due_on"} <= kept
    assert sorted(kept - described - set(NOTED_WORDS) - NUMBERS) == []
    assert sorted(described & set(NOTED_WORDS)) == []


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("status", ContractStatus),
        ("state", [*OutboxState, *GateState, *MemberState]),
        ("kind", NoteKind),
        ("role", StaffRole),
        ("method", SigningMethod),
        ("capacity", Capacity),
        ("signature", [TeamChange.KEEP]),
        ("team_change", TeamChange),
        ("date_order", DateOrder),
        ("jerseys", JerseyRule),
        ("refuse", RuleName),
    ],
)
def test_every_value_of_ours_has_words_in_each_language(field: str, values: Iterable[str]) -> None:
    words = {path: {text for one in read(path) if one.context is None for text in forms(one.id)} for path in catalogs()}
    for value in values:
        (change,) = changes_of(act("changed", "league", after={field: str(value)}))
        assert change.after is not None
        assert "_" not in change.after
        assert all(change.after in known for known in words.values()), (field, value)


def forms(said: str | Sequence[str]) -> Sequence[str]:
    return [said] if isinstance(said, str) else said


def test_values_are_told_as_people_write_them() -> None:
    rules = {"cutoff": "08-31", "jerseys": "school", "refuse": ["age", "freeze"], "exceptions": {"7": "plays up"}}
    changed = {"reminder_days": [7, 2], "may_sign": "False", "date_order": "mdy", **rules}
    assert [(one.field, one.after) for one in changes_of(act("changed", "league", after=changed))] == [
        ("reminders, days before", "7, 2"),
        ("may sign", "no"),
        ("how dates are written", "month/day/year"),
        ("age cutoff", "Aug 31"),
        ("jersey numbers", "0, 00 and numbers of the digits 0 to 5"),
        ("refused", "wrong age, change after the freeze"),
        ("exceptions", "plays up"),
    ]


@pytest.mark.parametrize("kind", ["player", "guardian"])
def test_who_was_erased_is_called_so_in_the_language_of_the_screen(kind: str) -> None:
    record = f"Erased {kind} 12"
    assert called(act("changed", kind, record=record)) == record
    before = language.spoken()
    language.use("es")
    try:
        assert called(act("changed", kind, record=record)) in ("Jugador borrado 12", "Tutor borrado 12")
    finally:
        language.use(before)
