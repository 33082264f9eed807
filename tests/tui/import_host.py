"""Previews for the Import dialog, and a league that answers with them."""

import asyncio
from pathlib import Path

from bball_tui.errors import BballError
from bball_tui.league.importing.corrections import Conflict, Said
from bball_tui.league.importing.diff_model import Counts, FieldChange, Imported, RowDiff, Verdict
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.progress import ImportProgress
from bball_tui.tui.dialogs.import_job import ImportDone, ImportOptions, RosterPreview
from bball_tui.tui.dialogs.import_roster import ImportRoster

NUMBERS = Imported(Counts(8, 240, 300, 240), Counts(0, 3, 1, 0), Counts(0, 12, 3, 4))
GOOD = RosterPreview(
    NUMBERS,
    rows=(
        RowDiff(2, "Amara Hamilton", "Hawks U12", Verdict.CHANGED, (FieldChange("jersey", "0", "00"),)),
        RowDiff(3, "Samir Hamdi", "Hawks U12", Verdict.NEW),
    ),
    notes=("The dates are read as day/month/year.",),
)
FAULTY = RosterPreview(
    NUMBERS,
    problems=(
        Problem(4, "Date of Birth", "31/31/2015", "There is no such day. Correct it."),
        Problem(9, "Guardian 1 Email", "rosa@", "This isn't a valid e-mail address. Correct it or clear the cell."),
        Problem(9, "Jersey", "x", "A jersey has one to three digits."),
    ),
)
AMBIGUOUS = (
    "It is not clear which number is the month. Say so with --date-order mdy (month/day/year) or --date-order dmy "
    "(day/month/year), or write dates as 2015-03-24."
)
CORRECTED = Conflict(4, "Ben Roe", "jersey", "9", "8", Said("anna", "2027-02-01"))


class League:
    """``gate`` holds every answer back while it is closed."""

    def __init__(self, preview: RosterPreview = GOOD) -> None:
        self.answer = preview
        self.previews: list[tuple[Path, ImportOptions]] = []
        self.imports: list[tuple[Path, ImportOptions]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.failure: str | None = None
        self.rolled_back = 0
        self.watch: ImportProgress | None = None

    async def _wait(self) -> None:
        await self.gate.wait()
        if self.failure:
            raise BballError(self.failure)

    async def preview(self, path: Path, options: ImportOptions, watch: ImportProgress) -> RosterPreview:
        self.previews.append((path, options))
        await self._wait()
        return self.answer

    async def apply(self, path: Path, options: ImportOptions, watch: ImportProgress) -> ImportDone:
        self.imports.append((path, options))
        self.watch = watch
        try:
            await self._wait()
        except asyncio.CancelledError:
            self.rolled_back += 1
            raise
        return ImportDone(self.answer.imported)

    def dialog(self, path: Path | None = Path("roster.csv")) -> ImportRoster:
        return ImportRoster(preview=self.preview, apply=self.apply, season="Spring 2027", path=path)
