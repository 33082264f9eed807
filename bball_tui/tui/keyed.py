"""A sentence names a command, and the key of today is put in here: the user may have chosen another one.

Where a sentence is written before the keys are known (a ``HELP``, a refusal, the text of an empty list) it holds the
command as ``{contract.void}``, and whoever shows it calls :func:`with_keys`.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from importlib import import_module

from bball_tui.tui.actions import ActionHost, ActionSet
from bball_tui.tui.key_names import key_name, normal_key

_COMMAND = re.compile(r"\{([a-z]+\.[a-z-]+)\}")
_chosen: dict[str, str] = {}


def use_keys(own: Mapping[str, str]) -> None:
    """From now on sentences name these keys (command id to keys, as ``keymap.checked_overrides`` returns them)."""
    _chosen.clear()
    _chosen.update(own)


def key_of(command: str) -> str:
    """The first key of the command with this id, as people read it: ``V``, ``ctrl+e``.

    Raises:
        KeyError: there is no such command.
    """
    first = _chosen.get(command, _default(command)).split(",")[0]
    return key_name(normal_key(first) or first)


def with_keys(text: str) -> str:
    """``text`` with a key for each command that it names; what is no command stays."""
    return _COMMAND.sub(_key, text) if "{" in text else text


def _key(found: re.Match[str]) -> str:
    try:
        return key_of(found[1])
    except KeyError:
        return found[0]


@cache
def _default(command: str) -> str:
    for kind in _loaded(ActionHost):
        if (action := next((one for one in kind.ACTIONS if one.id == command), None)) is not None:
            return action.keys
    # It is the command of a tab that nobody has looked at yet; tabs are loaded by their names, as they use this here.
    sets: Iterable[ActionSet] = import_module("bball_tui.tui.commands").ACTION_SETS
    return {action.id: action.keys for group in sets for action in group}[command]


def _loaded(kind: type[ActionHost]) -> Iterator[type[ActionHost]]:
    """The program's own classes with commands that are imported by now."""
    for one in kind.__subclasses__():
        if one.__module__.startswith("bball_tui."):
            yield one
        yield from _loaded(one)
