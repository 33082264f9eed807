"""How keys are spelled: as Textual names them, and as people read and write them."""

import unicodedata

from textual.keys import KEY_TO_UNICODE_NAME, Keys

from bball_tui.language import _, later

_NAMED = frozenset(key.value for key in Keys if "<" not in key.value and "+" not in key.value) - {"return"}
_MODIFIERS = ("alt", "ctrl", "shift")
"""In the order in which Textual names them, in whichever they are written."""
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
    "space": later("space"),
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
    return "+".join([*modifiers, _(shown) if last == "space" else shown])
