"""The Export dialog: nothing is overwritten by a slip, and what cannot be written loses nothing."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.export import ExportChoice, ExportDialog
from tests.tui.dialog_host import SMALL, USUAL, asking


class Writer:
    """Writes as many records as asked, unless it is held back or fails."""

    def __init__(self) -> None:
        self.choices: list[ExportChoice] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: str | None = None
        self.stopped = 0

    async def write(self, choice: ExportChoice, told: Callable[[int], None]) -> int:
        self.choices.append(choice)
        told(1200)
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.stopped += 1
            raise
        if self.failure is not None:
            raise BballError(self.failure)
        return 2400


async def test_the_name_follows_the_choice_until_somebody_types_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    writer = Writer()
    async with asking(ExportDialog(writer.write, "players", tmp_path, "west-{what}"), USUAL) as desk:
        assert "File ~/west-players.csv" in desk.line
        desk.widget("#what").value = "guardians"  # type: ignore[attr-defined]
        desk.widget("#format").value = "json"  # type: ignore[attr-defined]
        await desk.settle()
        assert "west-guardians.json" in desk.line
        desk.widget("#path").value = str(tmp_path / "mine.txt")  # type: ignore[attr-defined]
        desk.widget("#what").value = "outbox"  # type: ignore[attr-defined]
        await desk.press("enter")
        assert writer.choices == [ExportChoice("outbox", "json", tmp_path / "mine.txt")]
        assert desk.answers == [f"2,400 e-mails written to {tmp_path / 'mine.txt'}."]


@pytest.mark.slow
async def test_a_file_that_exists_is_asked_about_and_esc_stops_a_long_one(tmp_path: Path) -> None:
    (tmp_path / "west-players.csv").write_text("mine")
    writer = Writer()
    writer.gate.clear()
    async with asking(ExportDialog(writer.write, "players", tmp_path, "west-{what}"), SMALL) as desk:
        await desk.press("enter")
        assert "That file already exists." in desk.line
        assert writer.choices == []
        await desk.press("enter")
        assert "Writing … 1,200" in desk.line
        assert desk.whole_choices()
        await desk.press("escape")
        await desk.until_shown("Stopped. No file was written.")
        assert writer.stopped == 1
        writer.gate.set()
        writer.failure = "The file cannot be written: no space left."
        await desk.press("enter")
        assert "no space left" in desk.line
        desk.widget("#path").value = str(tmp_path)  # type: ignore[attr-defined]
        await desk.press("enter")
        assert "That is a folder." in desk.line
        await desk.press("escape")
        assert desk.answers == [None]
