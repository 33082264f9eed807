"""A fault report says where, and nothing of what the program was working on."""

import stat
from pathlib import Path

from bball_tui import crash


def fail(name: str) -> None:
    secret = f"password of {name}"
    try:
        raise KeyError(secret)
    except KeyError as error:
        raise ValueError(f"could not save {name}") from error


def test_report_has_places_and_no_data(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "bball-tui.log"
    try:
        fail("Amara Hamilton")
    except ValueError as error:
        sentence = crash.report(error, log)
    written = log.read_text()
    assert str(log) in sentence
    assert "ValueError" in written
    assert "KeyError" in written
    assert "test_crash.py" in written
    assert "in fail" in written
    assert "Amara" not in written + sentence
    assert "password" not in written
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_a_log_that_cannot_be_written_is_said_and_raises_nothing(tmp_path: Path) -> None:
    blocker = tmp_path / "file"
    blocker.touch()
    assert "could not be written" in crash.report(ValueError("x"), blocker / "log")
