"""`bball-tui guardians list|add|edit|remove|merge|unmerge`: the family of one player."""

from collections.abc import Sequence
from typing import Any

import click

from bball_tui.cli.context import CliContext, in_transaction, needs
from bball_tui.cli.erasing import guardians_erase
from bball_tui.cli.merging import listed_pairs, merge_commands
from bball_tui.cli.output import Answer, listed, narrate
from bball_tui.cli.saving import address_needs_yes, edit_options, given, json_option, new_options, saving, yes_option
from bball_tui.database.engine import Session
from bball_tui.database.states import DateOrder
from bball_tui.league.editing.guardians import (
    load_guardian,
    other_children,
    save_guardian,
    unlink_guardian,
)
from bball_tui.league.editing.outcome import Outcome
from bball_tui.league.merging.lookalikes import pairs_of_guardians
from bball_tui.league.merging.people import Person
from bball_tui.league.rights import Right
from bball_tui.league.roster.family import GuardianView
from bball_tui.league.roster.guardian import FIELDS, FLAGS, GuardianDraft
from bball_tui.league.timeline.read import player_detail
from bball_tui.mail.from_address import Outgoing
from bball_tui.wording import or_hidden

player_argument = click.argument("player_id", metavar="PLAYER", type=click.IntRange(min=1))
guardian_argument = click.argument("guardian_id", metavar="GUARDIAN", type=click.IntRange(min=1))


@click.group()
def guardians() -> None:
    """The guardians of a player."""


for merging in merge_commands(Person.GUARDIAN):
    guardians.add_command(merging)
guardians.add_command(guardians_erase)


@guardians.command("duplicates")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_transaction
async def guardians_duplicates(context: CliContext, session: Session) -> Answer:
    """List pairs of guardians who may be one person."""
    return listed_pairs(await pairs_of_guardians(session, context.league.id))


@guardians.command("list")
@player_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_transaction
async def guardians_list(context: CliContext, session: Session, player_id: int) -> Answer:
    """List the player's guardians, the one who is asked first at the front."""
    player = await player_detail(session, context.league.id, player_id, Outgoing.here(context.settings))
    headers = ("ID", "Guardian", "Relation", "E-mail", "Phone", *(field.heading for field in FLAGS), "Household")
    return listed(headers, player.guardians, _cells)


def _cells(one: GuardianView) -> Sequence[str]:
    return (
        str(one.id),
        f"{one.last}, {one.first}",
        one.relation,
        one.email or "",
        or_hidden(one.phone, one.phone_hidden, ""),
        *(field.write(getattr(one, field.name), DateOrder.YMD) for field in FLAGS),
        str(one.household),
    )


@guardians.command("add")
@needs(Right.ROSTER)
@player_argument
@new_options(FIELDS)
@yes_option
@json_option
@saving("Guardian")
async def guardians_add(context: CliContext, session: Session, player_id: int, yes: bool, **values: Any) -> Outcome:
    """Add a guardian; one of that name and address who is already in the league is linked."""
    with address_needs_yes():
        return await save_guardian(session, context.league.id, player_id, given(GuardianDraft(), values), anyway=yes)


@guardians.command("edit")
@needs(Right.ROSTER)
@player_argument
@guardian_argument
@edit_options(FIELDS)
@yes_option
@json_option
@saving("Guardian")
async def guardians_edit(
    context: CliContext, session: Session, player_id: int, guardian_id: int, yes: bool, **values: Any
) -> Outcome:
    """Change a guardian, or what they are to this player."""
    base = await load_guardian(session, context.league.id, player_id, guardian_id)
    if others := await other_children(session, context.league.id, guardian_id, player_id):
        narrate(f"Name, address and phone count for {', '.join(others)} too.")
    draft = given(base.draft, values)
    with address_needs_yes():
        return await save_guardian(session, context.league.id, player_id, draft, base=base, anyway=yes)


@guardians.command("remove")
@needs(Right.ROSTER)
@player_argument
@guardian_argument
@json_option
@saving("Guardian")
async def guardians_remove(context: CliContext, session: Session, player_id: int, guardian_id: int) -> Outcome:
    """Take a guardian off a player; e-mails about the player that still wait for them are canceled."""
    return await unlink_guardian(session, context.league.id, player_id, guardian_id)
