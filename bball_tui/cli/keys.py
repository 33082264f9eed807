"""`bball-tui keys`: the key table, made from the declarations that the screen itself works by."""

from collections.abc import Mapping

import click

from bball_tui.cli.context import current_settings
from bball_tui.cli.output import table
from bball_tui.tui.actions import Action
from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.key_names import key_name
from bball_tui.tui.key_table import key_table
from bball_tui.tui.own_keys import checked_overrides


@click.command()
@click.option("--markdown", is_flag=True, help="The default keys as the documentation has them.")
def keys(markdown: bool) -> int:
    """Print the keys of the screen.

    Your own keys from the settings file are checked and shown. The last column is the name to use there.
    """
    if markdown:
        click.echo(key_table(ACTION_SETS), nl=False)
        return 0
    overrides = checked_overrides(current_settings().keys, ACTION_SETS)
    blocks = [
        f"{group.title}\n"
        + table(
            ("Keys", "Command", "What it does", "Name"),
            [(_keys(action, overrides), action.title, action.help, action.id) for action in group],
        )
        for group in ACTION_SETS
    ]
    click.echo("\n\n".join(blocks))
    return 0


def _keys(action: Action, overrides: Mapping[str, str]) -> str:
    chosen = overrides.get(action.id)
    return action.key_names if chosen is None else ", ".join(key_name(key) for key in chosen.split(","))
