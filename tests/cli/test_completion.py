"""Shells complete commands, options and choices, and the commands are not imported for that."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.cli.conftest import CommandLine


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(without_database: CommandLine, shell: str) -> None:
    if shell == "bash" and shutil.which("bash") is None:
        pytest.skip("click asks bash for its version")
    ran = without_database("completion", shell)
    assert (ran.code, ran.err) == (0, "")
    assert "_BBALL_TUI_COMPLETE" in ran.out
    assert "bball-tui" in ran.out


@pytest.mark.slow
def test_what_is_typed_is_completed() -> None:
    """In a process of its own, as a shell asks; an option, for which its command is loaded."""
    typed, offered = ["bball-tui", "import", "--pre"], ["--preset"]
    program = "import sys; sys.argv[0] = 'bball-tui'; from bball_tui.cli import main; main()"
    asking = {
        "_BBALL_TUI_COMPLETE": "bash_complete",
        "COMP_WORDS": " ".join(typed),
        "COMP_CWORD": str(len(typed) - 1),
    }
    ran = subprocess.run(
        [sys.executable, "-c", program], env=os.environ | asking, capture_output=True, text=True, check=True
    )
    assert [line.split(",")[1] for line in ran.stdout.splitlines()] == offered
