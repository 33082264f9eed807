"""`bball-tui demo`: the demo league on the screen, or without a terminal the same journey told step by step."""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path

import click

from bball_tui.cli.context import current_settings
from bball_tui.cli.output import narrate, plain
from bball_tui.cli.terminal import has_terminal
from bball_tui.language import chosen, use
from bball_tui.settings import Settings


@click.command()
@click.option("--reset", is_flag=True, help="Begin with a fresh demo league; what was tried out in it is removed.")
def demo(reset: bool) -> int:
    """Try everything with invented people. No e-mail leaves this machine, your own league is not touched."""
    settings = current_settings()
    settings.refuse_read_only()
    if has_terminal():
        return show(settings, reset=reset)
    return asyncio.run(_tell(settings))


def show(settings: Settings, *, reset: bool = False) -> int:
    """Open the screen on the demo league; its mail server runs as long as the screen. Returns the exit code.

    Raises:
        BballError: the demo's folder cannot be used, or the demo is open already.
    """
    use(chosen(settings.language, os.environ))
    return asyncio.run(_show(settings, settings.data_dir / "demo", reset=reset))


async def _show(settings: Settings, folder: Path, *, reset: bool) -> int:
    from bball_tui.demo.journey import Journey
    from bball_tui.demo.stage import clear, open_stage

    if reset:
        await asyncio.to_thread(clear, folder)
    async with open_stage(settings, folder) as stage:
        if not stage.prepared:
            await Journey(stage, narrate).prepare()
        from bball_tui.tui.app import run_async

        return await run_async(stage.settings)


async def _tell(settings: Settings) -> int:
    """The whole journey in a temporary folder, of which only the mails stay."""
    from bball_tui.demo.journey import Journey
    from bball_tui.demo.stage import open_stage

    begun = time.monotonic()
    folder = await asyncio.to_thread(lambda: Path(tempfile.mkdtemp(prefix="bball-demo-")) / "demo")
    try:
        async with open_stage(settings, folder) as stage:
            journey = Journey(stage, lambda sentence: click.echo(plain(sentence)))
            await journey.prepare()
            await journey.finish()
    finally:
        await asyncio.to_thread(shutil.rmtree, folder / "postgresql", ignore_errors=True)
    click.echo(
        f"Done in {time.monotonic() - begun:.0f} seconds; nothing left this machine. "
        f"The e-mails stay in {folder / 'mail'} until you delete that folder."
    )
    click.echo("In a terminal, 'bball-tui demo' opens the screen on this league.")
    return 0
