"""`players erase`: what goes is said, the number is asked, and a wrong one changes nothing."""

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Player
from tests.cli.conftest import CommandLine
from tests.support.factory import make_club
from tests.support.mails import signed_family


@pytest.mark.slow
def test_a_player_is_erased_by_whoever_types_the_number(command_line: CommandLine) -> None:
    async def fill(session: AsyncSession) -> int:
        return (await signed_family(session, await make_club(session)))[0].player_id

    async def names(session: AsyncSession) -> list[str]:
        return list(await session.scalars(select(Player.first_name + " " + Player.last_name)))

    player = command_line.in_database(fill)
    wrong = command_line("players", "erase", player, "--count", 1)
    assert wrong.code == 1
    assert "Amara Hamilton and Rosa Hamilton: name, birthdate, number, addresses and phone numbers go" in wrong.err
    assert "This erases 2 people, not 1. Nothing was erased." in wrong.err
    assert command_line.in_database(names) == ["Amara Hamilton"]
    done = command_line("players", "erase", player, "--count", 2)
    assert (done.code, done.json["players"]) == (0, [player])
    assert command_line.in_database(names) == [f"Erased player {player}"]
    assert command_line("players", "erase", 999, "--count", 1).err == "Error: There is no player 999 in this league.\n"
