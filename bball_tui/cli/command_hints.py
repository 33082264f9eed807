"""A sentence names a command as ``{mail.resolve}``: the screen puts in its key, and here stands what one types."""

import re
from contextvars import ContextVar
from types import MappingProxyType

TYPED = MappingProxyType(
    {
        "mail.resolve": "'bball-tui outbox resolve'",
        "desk.seasons": "'bball-tui seasons restore'",
        "desk.rules": "'bball-tui league rules'",
        "desk.undo": "'bball-tui undo'",
        "desk.staff": "'bball-tui staff add'",
        "mail.setup": "'bball-tui mail setup'",
        "tab.outbox": "'bball-tui outbox list'",
        "tab.teams": "'bball-tui teams list'",
        "tab.groupme": "'bball-tui groupme status'",
        "chat.unlink": "'bball-tui groupme unlink'",
        "chat.staff": "'bball-tui groupme staff list'",
        "contract.new": "'bball-tui contracts add'",
        "contract.scans": "'bball-tui scans list'",
        "player.family": "'bball-tui guardians add'",
    }
)
NAMED: ContextVar[str | None] = ContextVar("league", default=None)
"""The league that this call names by its option; known also where its end is told."""
_COMMAND = re.compile(r"\{([a-z]+\.[a-z-]+)\}")


def typed_out(text: str, league: str | None = None) -> str:
    """``text`` with what one types for each command that it names; what is no command stays.

    Whoever named a league, for this is one of several, names it there again; ``league`` is another one.
    """
    return _COMMAND.sub(lambda found: _typed(found, league or NAMED.get()), text) if "{" in text else text


def _typed(found: re.Match[str], league: str | None) -> str:
    typed = TYPED.get(found[1])
    if typed is None:
        return found[0]
    return typed if league is None else typed.replace("bball-tui ", f"bball-tui --league {league} ", 1)
