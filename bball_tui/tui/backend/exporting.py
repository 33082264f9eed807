"""Files that go out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from bball_tui.files import write_pieces
from bball_tui.tui.connection import LeagueConnection as League


class ExportCalls(League):
    """Contracts, players, guardians and mails as files."""

    async def export(self, what: str, wanted: str, path: Path, told: Callable[[int], None]) -> int:
        """Write an export of the season that the desk shows; returns the number of records, of which ``told`` hears.

        Raises:
            BballError: the file cannot be written, or the database is away.
        """
        from bball_tui.league.exporting.records import What
        from bball_tui.league.exporting.service import Format, export

        season = None if self.season is None else self.season.name
        async with self.session() as session:
            pieces = export(session, self.league, What(what), Format(wanted), season=season)
            return await write_pieces(path, pieces, told)
