"""What each role may: every command of screen and command line that needs a right, made from the commands."""

from collections.abc import Iterator

import click

from bball_tui.cli.root import root
from bball_tui.database.states import StaffRole
from bball_tui.league.rights import Right
from bball_tui.tui.actions import ActionSet

_YES, _NO = "yes", "·"


def role_table(screen: tuple[ActionSet, ...]) -> str:
    """The tables as Markdown, first of the screen and then of the command line."""
    keys = [(f"{group.title}: {one.title}", f"`{one.id}`", one.needs) for group in screen for one in group if one.needs]
    typed = [(f"`bball-tui {name}`", "", right) for name, right in _commands("", root, click.Context(root))]
    return "\n\n".join(
        [
            "## On the screen",
            _table(("Command", "Name"), [((what, name), right) for what, name, right in keys]),
            "## On the command line",
            _table(("Command",), [((what,), right) for what, _, right in typed]),
        ]
    )


def _commands(name: str, command: click.Command, context: click.Context) -> Iterator[tuple[str, Right]]:
    if isinstance(command, click.Group):
        for one in command.list_commands(context):
            found = command.get_command(context, one)
            if found is not None:
                yield from _commands(f"{name} {one}".strip(), found, context)
        return
    right = getattr(command.callback, "needs", None)
    if isinstance(right, Right):
        yield name, right


def _table(headers: tuple[str, ...], rows: list[tuple[tuple[str, ...], Right]]) -> str:
    titles = (*headers, *StaffRole)
    lines = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    for cells, right in rows:
        may = (_YES if role in right.roles else _NO for role in StaffRole)
        lines.append(f"| {' | '.join((*cells, *may))} |")
    return "\n".join(lines)
