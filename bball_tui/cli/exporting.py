"""`bball-tui export`: contracts, players, guardians or the outbox as CSV or JSON."""

from collections.abc import AsyncIterator
from pathlib import Path

import click

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.output import Answer, Did, echo_lines
from bball_tui.cli.which_season import say_all_seasons, season_if_any
from bball_tui.database.engine import Session
from bball_tui.files import write_pieces
from bball_tui.league.activity import note_export
from bball_tui.league.exporting.records import What, hidden_note
from bball_tui.league.exporting.service import Format, Piece, export
from bball_tui.league.rights import hides_contacts
from bball_tui.wording import counted

OF_ALL_SEASONS = (What.GUARDIANS, What.OUTBOX)


@click.command("export")
@click.argument("what", type=click.Choice(list(map(str, What))))
@click.option(
    "--format", "wanted", type=click.Choice(list(map(str, Format))), help="csv or json; otherwise as the file is named."
)
@click.option("--output", type=click.Path(path_type=Path), help="Write to this file instead of stdout.")
@click.option("--season", metavar="NAME", help="Which season's contracts; otherwise the current one.")
@click.option("--archived", is_flag=True, help="Also players who are archived.")
@in_transaction
async def export_command(
    context: CliContext,
    session: Session,
    what: str,
    wanted: str | None,
    output: Path | None,
    season: str | None,
    archived: bool,
) -> Answer:
    """Write contracts, players, guardians or the outbox as CSV or JSON.

    What was exported can be imported again: into an empty league it gives the same roster, into the same league it
    changes nothing. Signatures stay facts of the database, and e-mails are never imported.
    """
    by_name = Format.JSON if output is not None and output.suffix.lower() == ".json" else Format.CSV
    chosen = Format(wanted) if wanted is not None else by_name
    found = None
    if What(what) in OF_ALL_SEASONS:
        say_all_seasons()
    else:
        async with context.database.session() as before:  # an export reads all in one snapshot, which begins with it
            found = await season_if_any(context, before, season)
    name = season if found is None else found.name
    pieces = export(session, context.league, What(what), chosen, season=name, archived=archived)
    number = await (_print(pieces) if output is None else write_pieces(output, pieces))
    await note_export(context.database, context.league.id, what, number)
    where = "" if output is None else f" written to {output}"
    said = [f"{_counted(What(what), number)}{where}."]
    if hides_contacts(context.roles) and (note := hidden_note(What(what))):
        said.append(note)
    return Did(said)


async def _print(pieces: AsyncIterator[Piece]) -> int:
    number = 0
    async for piece in pieces:
        echo_lines(piece.text)
        number += piece.records
    return number


def _counted(what: What, number: int) -> str:
    words = {
        What.CONTRACTS: ("contract", None),
        What.PLAYERS: ("player", None),
        What.GUARDIANS: ("guardian of a player", "guardians of players"),
        What.OUTBOX: ("e-mail", None),
    }
    return counted(number, *words[what])
