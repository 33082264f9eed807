"""The user's own choice of keys. The keys that commands have by themselves stand on their methods (`actions.py`).

Textual takes any keymap in silence: an unknown command is ignored, a key that no terminal sends makes its command
unreachable, and a key that is taken is taken away from its owner, even from "quit". So a keymap is checked here.
"""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from itertools import combinations
from typing import TYPE_CHECKING

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.actions import Action, ActionSet
from bball_tui.tui.key_names import key_name, normal_key

if TYPE_CHECKING:
    from bball_tui.settings import Settings

RESERVED = {
    "tab": _("it moves between the parts of the screen"),
    "shift+tab": _("it moves between the parts of the screen"),
    "ctrl+c": _("it copies"),
    "ctrl+z": _("it gives the terminal back to the shell until fg"),
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


def own_keys(settings: "Settings") -> dict[str, str]:
    """The user's own keys, ready for Textual.

    Raises:
        BballError: they cannot be used; the sentence lists every mistake.
    """
    if not settings.keys:
        return {}
    from bball_tui.tui.all_commands import ACTION_SETS

    return checked_overrides(settings.keys, ACTION_SETS)


def checked_overrides(overrides: Mapping[str, str], sets: Iterable[ActionSet]) -> dict[str, str]:
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
        hint = _("did you mean {near}?").format(near=near[0]) if near else _("the key table lists them all.")
        mistakes.append(_("there is no command {action_id!r}; {hint}").format(action_id=action_id, hint=hint))
    mistakes += _clashes(sets, chosen)
    if mistakes:
        lines = "\n".join(f"  - {mistake}" for mistake in mistakes)
        raise BballError(
            _("The keys in the settings cannot be used, so none of them was changed:\n{lines}").format(lines=lines)
        )
    return {action_id: ",".join(keys) for action_id, keys in chosen.items()}


def _checked_keys(action_id: str, keys: str, mistakes: list[str]) -> tuple[str, ...]:
    good: list[str] = []
    for part in [piece for piece in keys.split(",") if piece.strip()]:
        key = normal_key(part)
        if key is None:
            mistakes.append(
                _("{action_id}: no terminal sends the key {part!r}; write such as s, ctrl+s or f5.").format(
                    action_id=action_id, part=part.strip()
                )
            )
        elif key in RESERVED:
            mistakes.append(
                _("{action_id}: {key_name} is taken: {reserved}.").format(
                    action_id=action_id, key_name=key_name(key), reserved=RESERVED[key]
                )
            )
        elif key in SAME_KEY:
            mistakes.append(
                _("{action_id}: most terminals send {key_name} as {same_key}; choose another key.").format(
                    action_id=action_id, key_name=key_name(key), same_key=SAME_KEY[key]
                )
            )
        elif key not in good:
            good.append(key)
    if not keys.strip(" ,"):
        mistakes.append(_("{action_id}: it needs at least one key.").format(action_id=action_id))
    return tuple(good)


def _clashes(sets: list[ActionSet], chosen: Mapping[str, tuple[str, ...]]) -> list[str]:
    placed: list[tuple[int, Action]] = [(index, action) for index, group in enumerate(sets) for action in group]
    found: list[str] = []
    for (one_set, one), (other_set, other) in combinations(placed, 2):
        together = one_set == other_set or sets[one_set].everywhere or sets[other_set].everywhere
        if not together or not (one.id in chosen or other.id in chosen):
            continue
        shared = set(chosen.get(one.id, one.normal_keys)) & set(chosen.get(other.id, other.normal_keys))
        found += [
            _("{key_name} would be both {id} and {id_2}.").format(key_name=key_name(key), id=one.id, id_2=other.id)
            for key in sorted(shared)
        ]
    return found
