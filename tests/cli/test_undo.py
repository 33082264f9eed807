"""`undo`: the newest thing that one did, or nothing; what cannot be undone says why, and by which way it goes back."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, League
from bball_tui.outbox.addresses import suppress
from tests.cli.conftest import CommandLine
from tests.support.factory import Family, make_club, make_family


async def _two(session: AsyncSession) -> tuple[Family, Family]:
    club = await make_club(session)
    return await make_family(session, club), await make_family(session, club, first="Wren", last="Hammond", parents=())


async def _report(session: AsyncSession) -> None:
    """What the worker writes when an e-mail comes back; it may run under the same login."""
    league_id = await session.scalar(select(League.id))
    assert league_id is not None
    assert await suppress(session, league_id, "gone@families.test", "mailbox unavailable", by_report=True)


async def _statuses(session: AsyncSession) -> list[str]:
    return list(await session.scalars(select(Contract.status).order_by(Contract.id)))


def test_never_an_older_act_in_place_of_the_newest(command_line: CommandLine) -> None:
    amara, wren = command_line.in_database(_two)
    assert command_line("contracts", "void", amara.contract_id, "--reason", "a slip").code == 0
    assert command_line("contracts", "void", wren.contract_id, "--reason", "a slip").code == 0
    assert command_line("players", "archive", wren.player_id).code == 0
    command_line.in_database(_report)

    refused = command_line("undo")
    assert refused.code == 1
    assert "The last thing you did can't be undone: Wren Hammond: archived." in refused.err
    assert "'restore' of 'bball-tui players'" in refused.err
    assert "'bball-tui undo --list' shows what you did before it." in refused.err
    assert command_line.in_database(_statuses) == ["void", "void"]

    archived, second, _ = command_line("undo", "--list", "--json").json
    assert (archived["words"], archived["back"], archived["way"]) == ("Wren Hammond: archived", [], "archive")
    assert command_line("undo", second["id"]).err.startswith("Undone: “Wren Hammond's contract: voided.”")
    assert command_line.in_database(_statuses) == ["void", "offered"]
    assert command_line("players", "restore", wren.player_id).code == 0
    assert "Wren Hammond: brought back" in command_line("undo").err


def test_a_merge_is_named_with_its_own_way_back(command_line: CommandLine) -> None:
    amara, wren = command_line.in_database(_two)
    assert command_line("contracts", "void", wren.contract_id, "--reason", "twice in the league").code == 0
    assert command_line("players", "merge", amara.player_id, wren.player_id).code == 0
    refused = command_line("undo")
    assert "Amara Hamilton: merged" in refused.err
    assert "'bball-tui players unmerge'" in refused.err
