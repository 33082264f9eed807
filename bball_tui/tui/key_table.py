"""The key table of the documentation: every command with its keys by default, and the keys that none can have.

For users who look keys up in `docs/keys.md`; what the command line lists counts their own keys in (`cli/keys.py`).
"""

from collections.abc import Iterable

from bball_tui.tui.actions import ActionSet
from bball_tui.tui.key_names import key_name
from bball_tui.tui.own_keys import RESERVED


def key_table(sets: Iterable[ActionSet]) -> str:
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
