"""Rosters that come in from files."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bball_tui.errors import BballError
from bball_tui.files import write_file
from bball_tui.tui.connection import LeagueConnection as League
from bball_tui.tui.guarded import told

RECENT = 3
"""Files that are remembered. Paths hold no line end that means anything; between them stands a zero byte."""

if TYPE_CHECKING:
    from bball_tui.league.importing.service import ImportOptions, Report
    from bball_tui.league.importing.watching import Watch


class ImportCalls(League):
    """The effect of a file, and its import."""

    async def preview_import(self, path: Path, options: ImportOptions, watch: Watch) -> Report:
        """What importing the file would do; ``options`` say ``dry_run``."""
        from bball_tui.league.importing.service import run_import

        with told(self.settings.log_file):
            return await run_import(self.database, self.league, path, options, watch)

    async def import_roster(self, path: Path, options: ImportOptions, watch: Watch) -> Report:
        """Import the file whole.

        Raises:
            BballError: rows with faults that nobody agreed to leave out, or anything :func:`run_import` says.
        """
        from bball_tui.league.importing.service import run_import

        with told(self.settings.log_file):
            report = await run_import(self.database, self.league, path, options, watch)
        if report.refused:
            raise BballError("The file or the league changed since the preview. Nothing was imported; look again.")
        return report

    async def recent_files(self) -> list[Path]:
        """The files that were imported here lately and are still there, the last one first."""
        return await asyncio.to_thread(self._recent_files)

    def _recent_files(self) -> list[Path]:
        try:
            lines = self._recent_list.read_text(encoding="utf-8").split("\0")
        except (OSError, UnicodeDecodeError):
            return []
        return [path for path in map(Path, filter(None, lines)) if path.is_file()][:RECENT]

    async def remember_file(self, path: Path) -> None:
        """Keep ``path`` for the next choice of a file. Only a convenience: a failure is nobody's concern."""
        await asyncio.to_thread(self._remember_file, path)

    def _remember_file(self, path: Path) -> None:
        path = path.absolute()
        paths = [path, *(one for one in self._recent_files() if one != path)]
        with suppress(BballError, OSError):
            self.settings.data_dir.mkdir(parents=True, exist_ok=True)
            write_file(self._recent_list, "\0".join(map(str, paths[:RECENT])))

    @property
    def _recent_list(self) -> Path:
        return self.settings.data_dir / "recent-rosters"

    async def write_file(self, path: Path, text: str) -> Path:
        """Write a file that somebody asked for, and say where it is.

        Raises:
            BballError: it cannot be written.
        """
        await asyncio.to_thread(write_file, path, text)
        return path
