"""Keys: how they are spelt, the user's own choice of them, and the table for the documentation.

Textual takes any keymap in silence: an unknown command is ignored, a key that no terminal sends makes its command
unreachable, and a key that is taken is taken away from its owner, even from "quit". So a keymap is checked here.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING

from textual.keys import KEY_TO_UNICODE_NAME, Keys

from bball_tui.errors import BballError

if TYPE_CHECKING:
    from bball_tui.tui.actions import Action, ActionSet

RESERVED = {
    "tab": "it moves between the parts of the screen",
    "shift+tab": "it moves between the parts of the screen",
    "ctrl+c": "it copies",
    "ctrl+z": "elsewhere it puts a program to sleep; here it says that this one stays awake",
}
"""Keys that no command may have."""

SAME_KEY = {
    "ctrl+i": "tab",
    "ctrl+m": "enter",
    "ctrl+j": "enter",
    "ctrl+h": "backspace",
    "ctrl+left_square_bracket": "escape",
}
"""Keys that most terminals send as the same byte as another one."""

_NAMED = frozenset(key.value for key in Keys if "<" not in key.value and "+" not in key.value) - {"return"}
_MODIFIERS = ("ctrl", "alt", "shift")
_ALIASES = {"esc": "escape", "return": "enter", "pgup": "pageup", "pgdn": "pagedown", "del": "delete"}
_SHOWN = {
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "esc",
    "pageup": "pgup",
    "pagedown": "pgdn",
    "delete": "del",
}
# Textual's short names of four characters, and the way back.
_SHORT = {"/": "slash", "\\": "backslash", "@": "at", "-": "minus", "+": "plus", "_": "underscore"}
_LONG = {name: character for character, name in _SHORT.items()}


def _character_name(character: str) -> str:
    if character.isalnum():
        return character
    name = unicodedata.name(character, "").lower().replace("-", "_").replace(" ", "_")
    return _SHORT.get(character, name)


def character_of(name: str) -> str | None:
    """The character that a key in Textual's spelling types; None for keys such as ``up`` and ``ctrl+p``."""
    if len(name) == 1 or name in _LONG:
        return _LONG.get(name, name)
    try:
        return unicodedata.lookup(KEY_TO_UNICODE_NAME.get(name, name.replace("_", " ").upper()))
    except KeyError:
        return None


def normal_key(text: str) -> str | None:
    """One key in Textual's spelling (``?`` is ``question_mark``); None when no terminal sends such a key."""
    text = text.strip()
    if text == "+":
        return "plus"
    *modifiers, key = text.split("+")
    modifiers = [modifier.strip().lower() for modifier in modifiers]
    key = key.strip()
    if not key or len(set(modifiers)) != len(modifiers) or not set(modifiers) <= set(_MODIFIERS):
        return None
    if len(key) > 1:
        key = _ALIASES.get(key.lower(), key.lower())
        if key not in _NAMED:
            found = character_of(key)
            if found is None or not found.isprintable():
                return None
            key = _character_name(found)
    elif not key.isprintable():
        return None
    elif modifiers == ["shift"]:
        # A terminal sends the capital letter itself; of other shifted keys it does not say what they were.
        return key.upper() if key.isalpha() else None
    else:
        character = key.lower() if modifiers else key
        key = _character_name(character)
        if character_of(key) != character:
            return None  # a character that Textual cannot name, such as ▲
    return "+".join([*(name for name in _MODIFIERS if name in modifiers), key])


def key_name(key: str) -> str:
    """A key in Textual's spelling as people read it: ``?``, ``↓``, ``ctrl+p``."""
    *modifiers, last = key.split("+")
    shown = _SHOWN.get(last) or (last if last in _NAMED else character_of(last) or last)
    return "+".join([*modifiers, shown])


def checked_overrides(overrides: Mapping[str, str], sets: Iterable["ActionSet"]) -> dict[str, str]:
    """The user's keys (command id to comma-separated keys), ready for ``App.set_keymap``.

    Every command keeps at least one key and no two commands that can be active together share one; so neither
    quit nor help can be lost.

    Raises:
        BballError: one message that lists every mistake and its way out.
    """
    sets = list(sets)
    actions = {action.id: action for group in sets for action in group}
    mistakes: list[str] = []
    chosen: dict[str, tuple[str, ...]] = {}
    for action_id, keys in overrides.items():
        if action_id in actions:
            chosen[action_id] = _checked_keys(action_id, keys, mistakes)
            continue
        near = get_close_matches(action_id, actions, n=1)
        hint = f"did you mean {near[0]}?" if near else "the key table lists them all."
        mistakes.append(f"there is no command {action_id!r}; {hint}")
    mistakes += _clashes(sets, chosen)
    if mistakes:
        lines = "\n".join(f"  - {mistake}" for mistake in mistakes)
        raise BballError(f"The keys in the settings cannot be used, so none of them was changed:\n{lines}")
    return {action_id: ",".join(keys) for action_id, keys in chosen.items()}


def _checked_keys(action_id: str, keys: str, mistakes: list[str]) -> tuple[str, ...]:
    good: list[str] = []
    for part in [piece for piece in keys.split(",") if piece.strip()]:
        key = normal_key(part)
        if key is None:
            mistakes.append(f"{action_id}: no terminal sends the key {part.strip()!r}; write such as s, ctrl+s or f5.")
        elif key in RESERVED:
            mistakes.append(f"{action_id}: {key_name(key)} is taken: {RESERVED[key]}.")
        elif key in SAME_KEY:
            mistakes.append(f"{action_id}: most terminals send {key_name(key)} as {SAME_KEY[key]}; choose another key.")
        elif key not in good:
            good.append(key)
    if not keys.strip(" ,"):
        mistakes.append(f"{action_id}: it needs at least one key.")
    return tuple(good)


def _clashes(sets: list["ActionSet"], chosen: Mapping[str, tuple[str, ...]]) -> list[str]:
    placed: list[tuple[int, Action]] = [(index, action) for index, group in enumerate(sets) for action in group]
    found: list[str] = []
    for (one_set, one), (other_set, other) in combinations(placed, 2):
        together = one_set == other_set or sets[one_set].everywhere or sets[other_set].everywhere
        if not together or not (one.id in chosen or other.id in chosen):
            continue
        shared = set(chosen.get(one.id, one.normal_keys)) & set(chosen.get(other.id, other.normal_keys))
        found += [f"{key_name(key)} would be both {one.id} and {other.id}." for key in sorted(shared)]
    return found


def key_table(sets: Iterable["ActionSet"]) -> str:
    """All commands with their default keys as Markdown, one table a set: the documentation's key table."""
    blocks = []
    for group in sets:
        rows = [f"## {group.title}", "", "| Keys | Command | What it does | Name |", "|---|---|---|---|"]
        for action in group:
            keys = ", ".join(f"`{key_name(key)}`".replace("|", "\\|") for key in action.normal_keys)
            label = f"**{action.title}**" if action.dangerous else action.title
            rows.append(f"| {keys} | {label} | {action.help} | `{action.id}` |")
        blocks.append("\n".join(rows))
    taken = ["## Taken", "", "No command can have these keys.", "", "| Key | Why |", "|---|---|"]
    blocks.append("\n".join([*taken, *(f"| `{key}` | {why[:1].upper()}{why[1:]}. |" for key, why in RESERVED.items())]))
    return "\n\n".join(blocks) + "\n"
