"""`bball-tui health FILE`: for systemd, cron and containers. It opens no database."""

from datetime import UTC, datetime
from pathlib import Path

import click

from bball_tui.cli.outbox_sending import json_option
from bball_tui.cli.output import Did
from bball_tui.delivery.health import OLDEST_SECONDS, read_health
from bball_tui.wording import counted


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--max-age",
    type=click.FloatRange(1),
    default=OLDEST_SECONDS,
    show_default=True,
    help="Seconds after which a worker that wrote nothing counts as gone.",
)
@json_option
def health(file: Path, max_age: float, as_json: bool) -> int:
    """Check that the worker which writes FILE is running and can reach its database. If not, the exit code is 1."""
    found = read_health(file, now=datetime.now(UTC), oldest=max_age)
    waiting = sum(one.waiting for one in found.leagues)
    said = [f"The worker {found.pid} lives; {counted(waiting, 'e-mail')} waiting."]
    said += [f"{one.league}: {one.held}" for one in found.leagues if one.held is not None]
    return Did(said, found).show(as_json=as_json)
