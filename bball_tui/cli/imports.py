"""`bball-tui imports`: what was imported, and taking an import back."""

from datetime import datetime

import click

from bball_tui.cli.context import CliContext, in_league, in_transaction, needs
from bball_tui.cli.outbox_sending import json_option
from bball_tui.cli.output import Answer, Did, Found, listed, plain
from bball_tui.database.engine import Session
from bball_tui.league.importing.imports import MOST, RosterImport, list_imports
from bball_tui.league.importing.undo import preview_import_undo, undo_import
from bball_tui.league.importing.undo_words import import_effect, import_line, undone_import, what_stays
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rights import Right


@click.group()
def imports() -> None:
    """List the imports, and take one back."""


@imports.command(name="list")
@click.option("--limit", type=click.IntRange(1, MOST), default=20, show_default=True, help="At most this many.")
@json_option
@in_transaction
async def list_(context: CliContext, session: Session, limit: int) -> Answer:
    """List the imports that changed something, the latest first."""
    zone = context.league.zone

    def moment(at: datetime) -> str:
        return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"

    def cells(one: RosterImport) -> tuple[str, ...]:
        back = "" if one.undone_at is None else f"undone {moment(one.undone_at)} by {one.undone_by}"
        return str(one.id), moment(one.at), one.by, one.name, one.season, import_line(one), back

    rows = await list_imports(session, context.league.id, limit=limit)
    return listed(("ID", "when", "who", "file", "season", "what it did", ""), rows, cells)


@imports.command()
@needs(Right.ROSTER)
@click.argument("import_id", metavar="ID", required=False, type=int)
@click.option("--dry-run", is_flag=True, help="Only say what would be taken back, and what stays and why.")
@json_option
@in_league
async def undo(context: CliContext, import_id: int | None, dry_run: bool) -> Answer:
    """Take the import ID back as a whole; without an ID the latest that stands.

    What it made and nobody touched since goes; what it changed is as before. What someone changed, signed or was told
    of since stays, and is listed.
    """
    async with context.database.session() as session:
        effect = await preview_import_undo(session, context.league.id, import_id)
        if dry_run:
            at = (await read_clock(session, context.league.id)).at(effect.at)
            return Found(
                lambda: effect, lambda: "\n".join(map(plain, [*import_effect(effect, at), *what_stays(effect)]))
            )
        done = await undo_import(session, context.league.id, effect.id)
    return Did([*undone_import(done), *what_stays(done.effect)], done)
