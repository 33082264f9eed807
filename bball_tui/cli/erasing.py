"""`bball-tui players|guardians erase`: for good, by an admin, with the effect said before and the number typed."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.output import Answer, Did, narrate
from bball_tui.cli.saving import agreed_to
from bball_tui.database.engine import Session
from bball_tui.errors import BballError
from bball_tui.league.editing.erasing import ErasePreview, erase, preview_guardian, preview_player
from bball_tui.league.rights import Right
from bball_tui.mail.transports import remove_kept
from bball_tui.outbox.mail_list import remove_files
from bball_tui.tui.ui_state import forget_searches
from bball_tui.wording import counted

CommandT = TypeVar("CommandT", bound=Callable[..., object])
_id_type = click.IntRange(min=1)


class ErasedLine(Struct, frozen=True):
    """The JSON: who went, and how many e-mails that were kept as files."""

    players: tuple[int, ...]
    guardians: tuple[int, ...]
    files: int


def _options(command: CommandT) -> CommandT:
    count = click.option(
        "--count",
        metavar="N",
        type=click.IntRange(min=1),
        help="How many people are erased, for scripts: no one is asked.",
    )
    return click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")(count(command))


@click.command("erase")
@needs(Right.ERASE)
@click.argument("player_id", metavar="ID", type=_id_type)
@_options
@in_league
async def players_erase(context: CliContext, player_id: int, count: int | None) -> Answer:
    """Erase a player for good, and parents who have no other child here.

    Name, birthdate, number, addresses and phone numbers go, from the history too; counts stay.
    """
    return await _erase(context, preview_player, player_id, count)


@click.command("erase")
@needs(Right.ERASE)
@click.argument("guardian_id", metavar="ID", type=_id_type)
@_options
@in_league
async def guardians_erase(context: CliContext, guardian_id: int, count: int | None) -> Answer:
    """Erase a guardian for good; the children stay."""
    return await _erase(context, preview_guardian, guardian_id, count)


async def _erase(
    context: CliContext,
    look: Callable[[Session, int, int], Awaitable[ErasePreview]],
    wanted: int,
    count: int | None,
) -> Answer:
    async with context.database.session() as session:
        seen = await look(session, context.league.id, wanted)
    if seen.obstacle is not None:
        raise BballError(seen.obstacle)
    for sentence in seen.sentences():
        narrate(sentence)
    agreed_to(count, seen.count, "erase", counted(seen.count, "person", "people"))
    async with context.database.session() as session:
        mails = await erase(session, context.league.id, seen)
    files = await asyncio.to_thread(remove_kept, context.settings, mails)
    files += await asyncio.to_thread(remove_files, context.settings.export_dir, mails)
    await asyncio.to_thread(forget_searches, context.settings)
    said = [f"Erased: {counted(seen.count, 'person', 'people')}."]
    if files:
        said.append(f"{counted(files, 'e-mail')} in files of this computer deleted.")
    return Did(said, ErasedLine(seen.players, seen.guardians, files))
