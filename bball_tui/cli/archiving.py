"""`bball-tui players|teams|seasons archive` and `restore`: out of the lists, and back; the effect is said first."""

from collections.abc import Iterator

import click

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.output import Answer, Did, narrate
from bball_tui.errors import BballError
from bball_tui.league.editing.archiving import archive, bring_back, preview_archive
from bball_tui.league.editing.deleting import RecordKind
from bball_tui.league.rights import Right


def archive_commands(kind: RecordKind) -> Iterator[click.Command]:
    """The two commands of this kind."""
    one_id = click.argument("one_id", metavar="ID", type=click.IntRange(min=1))
    json = click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")

    @click.command(
        "archive",
        help=f"Take a {kind} out of lists, counts and exports. Searching finds it; '{kind}s restore' brings it back.",
    )
    @needs(Right.ROSTER)
    @one_id
    @json
    @in_league
    async def put_away(context: CliContext, one_id: int) -> Answer:
        return await _act(context, kind, one_id, back=False)

    @click.command("restore", help=f"Bring back a {kind} that was archived.")
    @needs(Right.ROSTER)
    @one_id
    @json
    @in_league
    async def restore(context: CliContext, one_id: int) -> Answer:
        return await _act(context, kind, one_id, back=True)

    yield from (put_away, restore)


async def _act(context: CliContext, kind: RecordKind, one_id: int, *, back: bool) -> Answer:
    async with context.database.session() as session:
        seen = await preview_archive(session, context.league.id, kind, one_id)
    if seen.archived is not back:
        return Did([f"{seen.name} is {'not archived' if back else 'archived already'}. Nothing was changed."], seen)
    if seen.obstacle is not None:
        raise BballError(seen.obstacle)
    for sentence in seen.sentences():
        narrate(sentence)
    async with context.database.session() as session:
        done = await (bring_back if back else archive)(session, context.league.id, kind, one_id)
    return Did([f"{'Brought back' if back else 'Archived'}: {seen.name}."], done)
