"""A sentence names a command, and the key of today is put in here: the user may have chosen another one.

Where a sentence is written before the keys are known (a ``HELP``, a refusal, the text of an empty list) it holds the
command as ``{contract.void}``, and anyone who shows it calls :func:`with_keys`.
"""

import re
from collections.abc import Callable, Mapping

from bball_tui.language import _
from bball_tui.tui.key_names import key_name, normal_key

_COMMAND = re.compile(r"\{([a-z]+\.[a-z-]+)\}")
_chosen: dict[str, str] = {}
_declared: dict[str, str] = {}
_import_all: list[Callable[[], object]] = []


def declare_keys(command: str, keys: str) -> None:
    """A command was declared, with these default keys."""
    _declared.setdefault(command, keys)


def use_keys(own: Mapping[str, str], import_all: Callable[[], object]) -> None:
    """From now on sentences name these keys (command id to keys, as ``own_keys.checked_overrides`` returns them).

    ``import_all`` imports the files of all commands: it is called once a sentence names one of a tab that nobody has
    looked at yet. This file itself cannot import them, since their sentences are written with it.
    """
    _chosen.clear()
    _chosen.update(own)
    _import_all[:] = [import_all]


def key_of(command: str) -> str:
    """The first key of the command with this id, as people read it: ``V``, ``ctrl+e``.

    Raises:
        KeyError: there is no such command.
    """
    first = _chosen.get(command, _default(command)).split(",")[0]
    shown = key_name(normal_key(first) or first)
    return _("comma (,)") if shown == "," else shown  # which would read as a misprint


def with_keys(text: str) -> str:
    """``text`` with a key for each command that it names; what is no command stays."""
    return _COMMAND.sub(_key, text) if "{" in text else text


def _key(found: re.Match[str]) -> str:
    try:
        return key_of(found[1])
    except KeyError:
        return found[0]


def _default(command: str) -> str:
    if command not in _declared:
        for import_all in _import_all:
            import_all()
    return _declared[command]
