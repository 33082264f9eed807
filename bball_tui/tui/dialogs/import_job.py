"""What the Import dialog and anyone who knows the database say to each other."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct, field

from bball_tui.errors import BballError
from bball_tui.league.importing.answers import NO_ANSWERS, Answers

if TYPE_CHECKING:
    from bball_tui.league.importing.answers import Open
    from bball_tui.league.importing.corrections import Conflict
    from bball_tui.league.importing.diff_model import Imported, RowDiff, Take
    from bball_tui.league.importing.find_columns import ColumnMap
    from bball_tui.league.importing.problems import Problem
    from bball_tui.league.importing.progress import ImportProgress
    from bball_tui.league.importing.roster_row import NameSplit


class ImportOptions(Struct, frozen=True):
    """How the file is read.

    ``season`` empty: the one that the file or the league says. ``sheet`` empty: the first that holds a roster.
    ``columns`` None: as the headings say, or as somebody said before. ``leave`` are rows that stay out. ``report``
    wants a file beside the roster that says what happened.
    """

    season: str
    skip_bad_rows: bool
    sheet: str = ""
    columns: "ColumnMap | None" = None
    leave: frozenset[int] = frozenset()
    report: bool = False
    date_order: str = ""
    """``mdy``, ``dmy`` or ``ymd``; empty: as the league writes dates."""
    split_names: bool = False
    """Whole names are split into first and last."""
    take_file: "Take" = False
    """Where staff corrected values by hand, the file's count: everywhere, nowhere, or in these rows."""
    answers: Answers = NO_ANSWERS
    """What rows leave open, as somebody said it."""
    drafts: bool = False
    """New contracts begin as drafts, not as offers."""
    due: str = ""
    """Until when new offers should be signed; empty: no such day."""
    reason: str = ""
    """Why players change teams."""
    expect: str = ""
    """The code of the preview that staff saw: nothing else is imported."""


class RosterPreview(Struct, frozen=True):
    """What importing the file would do. ``problems`` are the rows that are refused."""

    imported: "Imported"
    rows: "tuple[RowDiff, ...]" = ()
    problems: "tuple[Problem, ...]" = ()
    notes: tuple[str, ...] = ()
    warnings: "tuple[Problem, ...]" = ()
    """Cells that come in as they are, and are perhaps not what was meant."""
    doubts: tuple[str, ...] = ()
    """How the file was read without its saying so, as sentences: staff must look at the names."""
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    header: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()
    columns: "ColumnMap | None" = field(default=None)
    unmapped: bool = False
    """What the columns hold is not clear."""
    left_out: int = 0
    """Rows of staff, and rows that somebody left out."""
    digest: str = ""
    """The code of this preview."""
    new_season: str = ""
    """That a season is made, in a sentence; empty when it is there already."""
    conflicts: "tuple[Conflict, ...]" = ()
    """The values of the file that staff have corrected by hand."""
    whole_names: bool = False
    """A column holds whole names."""
    splits: "tuple[NameSplit, ...]" = ()
    """How they are split."""
    open: "Mapping[int, Open]" = {}
    """By number, the rows that are refused only until somebody says what they leave open."""


class PreviewOver(BballError):
    """Importing would do something else now than the preview showed; nothing was imported."""


class ImportDone(Struct, frozen=True):
    """What came in; where the report about it lies if one was wanted, or why it could not be written."""

    imported: "Imported"
    report: Path | None = None
    problem: str = ""


class PreviewRoster(Protocol):
    """Reads the file and compares it with the league; writes nothing.

    Raises:
        BballError: the file cannot be opened, or the database is away.
    """

    async def __call__(self, path: Path, options: ImportOptions, watch: "ImportProgress") -> RosterPreview: ...


class ApplyRoster(Protocol):
    """Imports the file in one transaction; being canceled rolls it back.

    Raises:
        PreviewOver: the league or the file changed since the preview.
        BballError: as above.
    """

    async def __call__(self, path: Path, options: ImportOptions, watch: "ImportProgress") -> ImportDone: ...
