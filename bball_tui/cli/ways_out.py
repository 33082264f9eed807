"""A sentence names a command as ``{mail.resolve}``: the screen puts in its key, and here stands what one types."""

import re
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
_COMMAND = re.compile(r"\{([a-z]+\.[a-z-]+)\}")


def typed_out(text: str) -> str:
    """``text`` with what one types for each command that it names; what is no command stays."""
    return _COMMAND.sub(lambda found: TYPED.get(found[1], found[0]), text) if "{" in text else text
