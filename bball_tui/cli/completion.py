"""`bball-tui completion`: what a shell must know to complete the commands and their options."""

import click
from click.shell_completion import get_completion_class

from bball_tui.cli import COMPLETING
from bball_tui.errors import BballError

PROGRAM = "bball-tui"
HOW = {
    "bash": "bball-tui completion bash > ~/.local/share/bash-completion/completions/bball-tui",
    "zsh": "bball-tui completion zsh > ~/.zfunc/_bball-tui   (with ~/.zfunc in fpath before compinit)",
    "fish": "bball-tui completion fish > ~/.config/fish/completions/bball-tui.fish",
}


@click.command(epilog="Keep it where the shell looks:\n\n\b\n" + "\n".join(HOW.values()))
@click.argument("shell", type=click.Choice(list(HOW)))
def completion(shell: str) -> int:
    """Print the completion script for bash, zsh or fish: commands, options and choices."""
    kind = get_completion_class(shell)
    if kind is None:
        raise BballError(f"There is no completion for {shell} in this version of click.")
    click.echo(kind(click.get_current_context().find_root().command, {}, PROGRAM, COMPLETING).source())
    return 0
