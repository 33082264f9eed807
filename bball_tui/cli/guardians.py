"""`bball-tui guardians list|add|edit|remove`: the family of one player."""

from collections.abc import Sequence
from typing import Any

import click

from bball_tui.cli.context import Desk, in_transaction
from bball_tui.cli.output import Answer, listed, narrate
from bball_tui.cli.saving import given, json_option, saving
from bball_tui.database.engine import Session
from bball_tui.league.editing.guardians import (
    RELATIONS,
    GuardianDraft,
    load_guardian,
    other_children,
    save_guardian,
    unlink_guardian,
)
from bball_tui.league.editing.outcome import Outcome
from bball_tui.league.family import GuardianView
from bball_tui.league.timeline.read import player_detail
from bball_tui.mail.sender import Outgoing

player_argument = click.argument("player_id", metavar="PLAYER", type=click.IntRange(min=1))
guardian_argument = click.argument("guardian_id", metavar="GUARDIAN", type=click.IntRange(min=1))
relation_option = click.option("--relation", type=click.Choice(RELATIONS), help="To the player.")
email_flag = click.option("--gets-email/--no-email", "receives_email", default=None, help="Whether mail goes there.")
sign_flag = click.option(
    "--may-sign/--may-not-sign", "may_sign", default=None, help="Whether they sign for the player."
)
position_option = click.option("--position", metavar="N", help="1 is asked first.")
household_option = click.option("--household", metavar="N", help="Which of the player's homes; empty to guess.")


@click.group()
def guardians() -> None:
    """The guardians of a player."""


@guardians.command("list")
@player_argument
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_transaction
async def guardians_list(desk: Desk, session: Session, player_id: int) -> Answer:
    """List the player's guardians, the one who is asked first at the front."""
    player = await player_detail(session, desk.league.id, player_id, Outgoing.here(desk.settings))
    headers = ("ID", "Guardian", "Relation", "E-mail", "Telephone", "Gets mail", "May sign", "Household")
    return listed(headers, player.guardians, _cells)


def _cells(one: GuardianView) -> Sequence[str]:
    return (
        str(one.id),
        f"{one.last}, {one.first}",
        one.relation,
        one.email or "",
        one.phone or "",
        "yes" if one.receives_email else "no",
        "yes" if one.may_sign else "no",
        str(one.household),
    )


@guardians.command("add")
@player_argument
@click.option("--first", "first_name", required=True, help="The first name.")
@click.option("--last", "last_name", required=True, help="The last name.")
@click.option("--email", help="Where mail goes.")
@click.option("--phone", help="The telephone number.")
@click.option("--language", help="Of the mails, such as es; empty for the league's.")
@relation_option
@email_flag
@sign_flag
@position_option
@household_option
@json_option
@saving("Guardian")
async def guardians_add(desk: Desk, session: Session, player_id: int, **values: Any) -> Outcome:
    """Add a guardian; one of that name and address who is in the league already is linked."""
    return await save_guardian(session, desk.league.id, player_id, given(GuardianDraft(), values))


@guardians.command("edit")
@player_argument
@guardian_argument
@click.option("--first", "first_name", help="The first name.")
@click.option("--last", "last_name", help="The last name.")
@click.option("--email", help="Empty for none. Mails that have not left follow.")
@click.option("--phone", help="Empty for none.")
@click.option("--language", help="Of the mails, such as es; empty for the league's.")
@relation_option
@email_flag
@sign_flag
@position_option
@household_option
@json_option
@saving("Guardian")
async def guardians_edit(desk: Desk, session: Session, player_id: int, guardian_id: int, **values: Any) -> Outcome:
    """Change a guardian, or what they are to this player."""
    base = await load_guardian(session, desk.league.id, player_id, guardian_id)
    if others := await other_children(session, desk.league.id, guardian_id, player_id):
        narrate(f"Name, address and telephone count for {', '.join(others)} too.")
    return await save_guardian(session, desk.league.id, player_id, given(base.draft, values), base=base)


@guardians.command("remove")
@player_argument
@guardian_argument
@json_option
@saving("Guardian")
async def guardians_remove(desk: Desk, session: Session, player_id: int, guardian_id: int) -> Outcome:
    """Take a guardian off a player; mails about the player that still wait for them are cancelled."""
    return await unlink_guardian(session, desk.league.id, player_id, guardian_id)
