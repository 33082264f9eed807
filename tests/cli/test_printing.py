"""`bball-tui print`."""

from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import ContractStatus
from tests.cli.conftest import CommandLine
from tests.support.factory import make_club, make_family


@pytest.mark.slow
def test_sheets_and_lists_are_written(command_line: CommandLine, tmp_path: Path) -> None:
    async def league(session: AsyncSession) -> int:
        club = await make_club(session)
        await make_family(session, club, first="Gone", status=ContractStatus.EXPIRED)
        return (await make_family(session, club)).contract_id

    contract = command_line.in_database(league)
    file = tmp_path / "sheets.pdf"
    ran = command_line("print", "sheets", file, "--team", "Hawks U12", "--json")
    assert (ran.code, ran.json["contracts"], ran.json["left_out"]) == (0, [contract], [])
    assert file.read_bytes().startswith(b"%PDF-")
    ran = command_line("print", "sheets", file, "--status", "expired")
    assert (ran.code, "is expired: there is nothing to sign" in ran.err) == (1, True)
    ran = command_line("print", "sign-in", tmp_path / "list.pdf", "--page", "a4")
    assert (ran.code, "1 player written to" in ran.err) == (0, True)
