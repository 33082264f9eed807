"""`bball-tui guardians list|add|edit|remove`: the family of one player."""

from typing import Any

import click

from bball_tui.cli.context import Desk, with_desk
from bball_tui.cli.output import echo_json, narrate, table
from bball_tui.cli.saving import given, json_option, save
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
from bball_tui.league.timeline.read import player_detail

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
def guardians_list(player_id: int, as_json: bool) -> int:
    """List the player's guardians, the one who is asked first at the front."""

    async def work(desk: Desk) -> int:
        async with desk.database.session() as session:
            found = (
                await player_detail(session, desk.league.id, player_id, mail_server=desk.settings.may_send)
            ).guardians
        if as_json:
            echo_json(found)
        else:
            rows = [
                (
                    str(one.id),
                    f"{one.last}, {one.first}",
                    one.relation,
                    one.email or "",
                    one.phone or "",
                    "yes" if one.receives_email else "no",
                    "yes" if one.may_sign else "no",
                    str(one.household),
                )
                for one in found
            ]
            headers = ("ID", "Guardian", "Relation", "E-mail", "Telephone", "Gets mail", "May sign", "Household")
            click.echo(table(headers, rows))
        return 0

    return with_desk(work)


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
def guardians_add(player_id: int, as_json: bool, **values: Any) -> int:
    """Add a guardian; one of that name and address who is in the league already is linked."""

    async def work(desk: Desk, session: Session) -> Outcome:
        return await save_guardian(session, desk.league.id, player_id, given(GuardianDraft(), values))

    return save("Guardian", work, as_json=as_json)


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
def guardians_edit(player_id: int, guardian_id: int, as_json: bool, **values: Any) -> int:
    """Change a guardian, or what they are to this player."""

    async def work(desk: Desk, session: Session) -> Outcome:
        base = await load_guardian(session, desk.league.id, player_id, guardian_id)
        if others := await other_children(session, desk.league.id, guardian_id, player_id):
            narrate(f"Name, address and telephone count for {', '.join(others)} too.")
        return await save_guardian(session, desk.league.id, player_id, given(base.draft, values), base=base)

    return save("Guardian", work, as_json=as_json)


@guardians.command("remove")
@player_argument
@guardian_argument
@json_option
def guardians_remove(player_id: int, guardian_id: int, as_json: bool) -> int:
    """Take a guardian off a player; mails about the player that still wait for them are cancelled."""

    async def work(desk: Desk, session: Session) -> Outcome:
        return await unlink_guardian(session, desk.league.id, player_id, guardian_id)

    return save("Guardian", work, as_json=as_json)
