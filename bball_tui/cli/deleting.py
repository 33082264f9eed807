"""`bball-tui players|teams|seasons delete`: what was made by mistake; the effect is said first, and its count typed."""

import click

from bball_tui.cli.command_hints import typed_out
from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.output import Answer, Did, Found, narrate, plain
from bball_tui.cli.saving import agreed_to
from bball_tui.errors import BballError
from bball_tui.league.editing.deleting import RecordKind, delete_record, preview_delete
from bball_tui.league.rights import Right
from bball_tui.wording import counted


def delete_command(kind: RecordKind) -> click.Command:
    """The command that deletes one record of this kind."""

    @click.command(
        "delete",
        help=f"Delete a {kind} made by mistake: nothing of it was signed, and no e-mail about it left. What goes with "
        "it is said first.",
    )
    @needs(Right.ROSTER)
    @click.argument("one_id", metavar="ID", type=click.IntRange(min=1))
    @click.option("--dry-run", is_flag=True, help="Only say what would go, or why it stays.")
    @click.option(
        "--count", metavar="N", type=click.IntRange(min=1), help="How many records go, for scripts: no one is asked."
    )
    @click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
    @in_league
    async def delete(context: CliContext, one_id: int, dry_run: bool, count: int | None) -> Answer:
        async with context.database.session() as session:
            seen = await preview_delete(session, context.league.id, kind, one_id)
        if dry_run:
            lines = [typed_out(seen.obstacle)] if seen.obstacle is not None else seen.sentences()
            return Found(lambda: seen, lambda: "\n".join(map(plain, lines)))
        if seen.obstacle is not None:
            raise BballError(seen.obstacle)
        for sentence in seen.sentences():
            narrate(sentence)
        agreed_to(count, seen.count, "delete", counted(seen.count, "record"))
        async with context.database.session() as session:
            await delete_record(session, context.league.id, seen)
        return Did([f"Deleted: {seen.name}."], seen)

    return delete
