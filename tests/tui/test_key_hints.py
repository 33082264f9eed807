"""No sentence spells a key by hand: it names the command, and the key of today is put in."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

import bball_tui
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.key_hints import key_of, use_keys, with_keys
from bball_tui.tui.key_names import normal_key

CODE = Path(bball_tui.__file__).parent
SPELLED = re.compile(
    r"`([!-~]{1,9})`"  # `e` corrects
    r"|\b[Pp]ress ([b-zB-Z])\b"
    r"|\(([a-zA-Z])\)"
    r"|(?:^|[.,;:(–] )([b-zB-HJ-Z]) [a-z]+s\b"  # r asks again
    r"|\b(?:with|and|or|that) ([b-zB-Z])\b(?!-)"
    r"|\b(ctrl\+[a-z])\b"
)
EVERYWHERE = {
    "ctrl+p": "the palette, which Textual opens",
    "ctrl+z": "no command can have it",
    "ctrl+s": "an example of how a key is written",
    "space": "what it is on every button and list",
    "escape": "the way out of every dialog",
    "tab": "to the next field, as in every program",
}
"""Keys that no one can give another meaning, and why a sentence has them."""
SHOWN_IN = {
    "tui/editing.py": "pick_record.py",
    "tui/papers.py": "pick_record.py",
    "tui/group_staff.py": "pick_record.py",
    "tui/dialogs/import_effect.py": "import_roster.py",
    "tui/dialogs/import_rows.py": "import_roster.py",
    "tui/dialogs/cli_hints_on_screen.py": "import_roster.py",
    "tui/tabs/emails/kinds.py": "read_mail.py",
}
"""Sentences of these files are about the keys that this dialog has for itself."""
NO_KEYS = {
    "groupme.py": "those with x are done by 'groupme apply'",
    "codes.py": "The cell must be Y or N.",
    "file_picker.py": "`1` to `3` take a file",
}
"""What only looks like a key, or a dialog counts through its own."""


def sentences(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """What may come onto the screen: all constants with a space but docstrings."""
    bare: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr):
            bare.add(id(node.value))  # which comes later
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value
            and id(node) not in bare
        ):
            yield node.lineno, node.value


def own_keys(path: Path) -> set[str]:
    """Keys that a dialog has for itself and no one can change: those of its ``Binding`` calls."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Binding":
            key = node.args[0]
            if isinstance(key, ast.Constant):
                found |= set(str(key.value).split(","))
    return found


@cache
def code() -> dict[Path, str]:
    """Every file of the program."""
    return {path: path.read_text(encoding="utf-8") for path in sorted(CODE.rglob("*.py"))}


@cache
def sentences_of(path: Path) -> tuple[tuple[int, str], ...]:
    return tuple(sentences(ast.parse(code()[path])))


def allowed_in(path: Path) -> set[str | None]:
    """Keys that sentences of this file may spell."""
    place = str(path.relative_to(CODE))
    allowed: set[str | None] = {None, *EVERYWHERE}
    if path.parent.name in ("dialogs", "forms"):
        allowed |= own_keys(path)
    if place in SHOWN_IN:
        allowed |= own_keys(CODE / "tui" / "dialogs" / SHOWN_IN[place])
    return allowed


def spelled_in(path: Path) -> Iterator[str]:
    """Keys that sentences of this file spell by hand."""
    spelled = [(line, sentence, one) for line, sentence in sentences_of(path) for one in SPELLED.finditer(sentence)]
    allowed = allowed_in(path) if spelled else set()
    for line, sentence, found in spelled:
        key = next(filter(None, found.groups()))
        if normal_key(key) not in allowed and NO_KEYS.get(path.name, "\0") not in sentence:
            yield f"{path.relative_to(CODE)}:{line}: {key!r} in {sentence.strip()[:90]!r}"


def test_no_sentence_spells_the_key_of_a_command() -> None:
    wrong = [one for path in code() for one in spelled_in(path)]
    assert not wrong, "name the command, as {contract.void} or by key_of()"


def test_every_command_that_a_sentence_names_is_one() -> None:
    known = {action.id for group in ACTION_SETS for action in group}
    named: set[str] = set()
    for path, text in code().items():
        named |= set(re.findall(r"key_of\([\"']([a-z.-]+)[\"']\)", text))
        for _, sentence in sentences_of(path):
            named |= set(re.findall(r"\{([a-z]+\.[a-z-]+)\}", sentence))
    assert {"contract.void", "desk.import", "chat.tell"} <= named
    assert named <= known


@pytest.fixture
def own() -> Iterator[None]:
    """The user's keys, until the test is over."""
    use_keys({"contract.void": "ctrl+y,f8", "desk.help": "question_mark"}, lambda: None)
    yield
    use_keys({}, lambda: None)


@pytest.mark.usefixtures("own")
def test_a_sentence_has_the_key_of_today_and_leaves_the_rest_alone() -> None:
    assert key_of("contract.void") == "ctrl+y"
    assert key_of("desk.help") == "?"
    assert key_of("list.up") == "k"
    sentence = "{contract.void}, {mail.next-bucket}: {Ann} {no.command} {} {contract.void"
    assert with_keys(sentence) == "ctrl+y, ]: {Ann} {no.command} {} {contract.void"
    with pytest.raises(KeyError):
        key_of("no.command")
