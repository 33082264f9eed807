"""`keys`: the table is made from the declarations, and the user's own keys are checked."""

from pathlib import Path

from bball_tui.tui.all_commands import ACTION_SETS
from bball_tui.tui.key_table import key_table
from tests.cli.conftest import CommandLine


def test_every_command_is_listed(without_database: CommandLine) -> None:
    ran = without_database("keys")

    assert (ran.code, ran.err) == (0, "")
    for group in ACTION_SETS:
        assert group.title in ran.out.splitlines()
        for action in group:
            assert any(line.startswith(action.key_names) and line.endswith(action.id) for line in ran.out.splitlines())


def test_the_documentations_table(without_database: CommandLine) -> None:
    assert without_database("keys", "--markdown").out == key_table(ACTION_SETS)


def test_own_keys_are_shown(without_database: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[keys]\n"desk.search" = "f7,f8"\n')

    lines = without_database("keys").out.splitlines()

    assert [line.split()[:3] for line in lines if line.endswith("desk.search")] == [["f7,", "f8", "Search"]]


def test_keys_that_cannot_be_used(without_database: CommandLine, tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[keys]\n"desk.quit" = ""\n"desk.serch" = "f"\n')

    ran = without_database("keys")

    assert (ran.code, ran.out) == (1, "")
    assert "desk.quit: it needs at least one key." in ran.err
    assert "did you mean desk.search?" in ran.err
