"""`players erase`: what goes is said, the number is asked, and a wrong one changes nothing."""

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.models import Outbox, Player
from bball_tui.outbox.mail_list import frozen_mails, write_files
from bball_tui.settings import SecretUrl, Settings
from bball_tui.tui.ui_state import TabState, UiState, keep, recall
from tests.cli.conftest import CommandLine
from tests.league.editing.test_erasing import SECRETS, found, story
from tests.support.factory import Club, Family, make_club
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
    assert command_line("players", "erase", 999, "--count", 1).err == "Error: That player isn't in this league.\n"


@pytest.mark.slow
def test_nobody_who_was_erased_stands_in_a_byte_of_a_file_of_ours(
    command_line: CommandLine, database_url: SecretUrl, owner_url: SecretUrl, settings: Settings, tmp_path: Path
) -> None:
    """By the program, on a data folder in which a desk worked: e-mails as files, a search left open, the log."""
    assert settings.mail_url is not None
    command_line.setenv("BBALL_DATA_DIR", str(settings.data_dir))
    command_line.setenv("BBALL_MAIL_URL", settings.mail_url.reveal())
    files, dumps = settings.data_dir, tmp_path / "dumps"
    dumps.mkdir()

    async def work() -> tuple[Club, Family, Family]:
        database = Database(database_url)
        found = await story(database, settings)
        async with database.session() as session:
            mails = await frozen_mails(session, found[0].league_id, (await session.scalars(select(Outbox.id))).all())
        write_files(settings.export_dir / "2027-01-09-120000", mails)
        await database.dispose()
        return found

    _, family, other = asyncio.run(work())
    searched = {"players": TabState(text="Zephyrine"), "contracts": TabState(text="zq@families.test", column="team")}
    keep(settings, "somewhere", UiState("players", searched))
    for words in (("contracts", "show", family.contract_id), ("players", "list"), ("activity", "list"), ("doctor",)):
        command_line(*words, "--json")
    (settings.data_dir / "postgresql").mkdir(exist_ok=True)
    assert found(owner_url, dumps, files) == set(SECRETS)
    kept = len(list(settings.export_dir.rglob("*.eml")))

    done = command_line("players", "erase", family.player_id, "--count", 2)
    assert (done.code, done.json["files"]) == (0, 4 + 5), done.err
    assert found(owner_url, dumps, files) == set()
    tabs = {"players": TabState(), "contracts": TabState(column="team")}
    assert recall(settings, "somewhere") == UiState("players", tabs)
    assert len(list(settings.export_dir.rglob("*.eml"))) == kept - 5
    for words in (("contracts", "show", family.contract_id), ("activity", "list"), ("players", "list")):
        shown = command_line(*words, "--json")
        assert (shown.code, {one for one in SECRETS if one.lower() in shown.out.lower()}) == (0, set())
    assert "Ida" in shown.out
    assert command_line("contracts", "show", other.contract_id).code == 0
