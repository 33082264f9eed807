"""`bball-tui guardians list|add|edit|remove`: the family of one player."""

from typing import Any

import click

from bball_tui.cli.context import Desk, with_desk
from bball_tui.cli.output import echo_json, narrate, table
from bball_tui.cli.saving import edit_options, given, json_option, new_options, save
from bball_tui.database.engine import Session
from bball_tui.database.states import DateOrder
from bball_tui.league.editing.guardians import (
    load_guardian,
    other_children,
    save_guardian,
    unlink_guardian,
)
from bball_tui.league.editing.outcome import Outcome
from bball_tui.league.roster.guardian import FIELDS, LINK, RELATION, GuardianDraft
from bball_tui.league.timeline.read import player_detail

player_argument = click.argument("player_id", metavar="PLAYER", type=click.IntRange(min=1))
guardian_argument = click.argument("guardian_id", metavar="GUARDIAN", type=click.IntRange(min=1))


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
            flags = [field for field in LINK if field is not RELATION]
            rows = [
                (
                    str(one.id),
                    f"{one.last}, {one.first}",
                    one.relation,
                    one.email or "",
                    one.phone or "",
                    *(field.write(getattr(one, field.name), DateOrder.YMD) for field in flags),
                    str(one.household),
                )
                for one in found
            ]
            titles = [field.heading for field in flags]
            headers = ("ID", "Guardian", "Relation", "E-mail", "Telephone", *titles, "Household")
            click.echo(table(headers, rows))
        return 0

    return with_desk(work)


@guardians.command("add")
@player_argument
@new_options(FIELDS)
@json_option
def guardians_add(player_id: int, as_json: bool, **values: Any) -> int:
    """Add a guardian; one of that name and address who is in the league already is linked."""

    async def work(desk: Desk, session: Session) -> Outcome:
        return await save_guardian(session, desk.league.id, player_id, given(GuardianDraft(), values))

    return save("Guardian", work, as_json=as_json)


@guardians.command("edit")
@player_argument
@guardian_argument
@edit_options(FIELDS)
@json_option
def guardians_edit(player_id: int, guardian_id: int, as_json: bool, **values: Any) -> int:
    """Change a guardian, or what they are to this player."""

    async def work(desk: Desk, session: Session) -> Outcome:
        base = await load_guardian(session, desk.league.id, player_id, guardian_id)
        if others := await other_children(session, guardian_id, player_id):
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
