"""What a file holds, whatever kind it is, and the sentences on how it was read."""

from collections.abc import Callable, Sequence
from typing import TypeAlias

from msgspec import Struct

from bball_tui.language import _, plural
from bball_tui.league.importing.encodings import Doubt
from bball_tui.league.importing.sniff import NotARoster
from bball_tui.league.values.shown import listed, shown
from bball_tui.wording import counted

MOST_ROWS = 100_000

Row: TypeAlias = tuple[int, list[str]]
"""The row's number as a spreadsheet counts, and its cells."""
Tick: TypeAlias = Callable[[int], None]
"""Called now and then with the number of rows done; raises when somebody wants to stop."""


class BadRow(NotARoster):
    """The file is unreadable from one row on."""

    def __init__(self, row: int, sentence: str) -> None:
        super().__init__(sentence)
        self.row = row


class FileTable(Struct, frozen=True):
    """What a file holds, the header first: every row that is not blank.

    Cells are spelled as in a CSV file: a text that begins like a formula and is meant as text has an apostrophe before
    it. ``sheets`` are the names of a workbook's sheets, ``sheet`` the one that was read.
    """

    rows: list[Row]
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What staff should know of how it was read, as sentences."""
    doubts: tuple[Doubt, ...] = ()
    """How it was read without its saying so, as long as nobody has said that this is right."""


def no_tick(_: int) -> None:
    """For callers who neither watch nor stop."""


def too_many_rows(number: int) -> BadRow:
    """No league has so many players."""
    return BadRow(number, _("The file has more than {most_rows:,} rows. Split it.").format(most_rows=MOST_ROWS))


def above_the_header(rows: Sequence[int]) -> str:
    """That lines above the one that names the columns were left out."""
    return _("Left out as a title above the columns: {rows}.").format(rows=rows_named(rows))


def rows_named(rows: Sequence[int]) -> str:
    """``row 3``, ``rows 3, 5, 8``; of many the first twenty."""
    some = ", ".join(map(str, rows[:20])) + (" …" if len(rows) > 20 else "")
    return f"{plural('row', 'rows', len(rows))} {some}"


def hidden_rows(rows: Sequence[int]) -> str:
    """That rows which nobody sees in the spreadsheet program are read."""
    some = ", ".join(map(str, rows[:20])) + (" …" if len(rows) > 20 else "")
    return _("{rows} read as well: {some}. Delete those rows, or leave them out, if they are not meant.").format(
        rows=counted(len(rows), "row that the sheet hides is", "rows that the sheet hides are"), some=some
    )


def hidden_columns(names: list[str]) -> str:
    """The same of columns."""
    hides = plural("The sheet hides the column", "The sheet hides the columns", len(names))
    return _("{hides} {names}; read as well.").format(hides=hides, names=listed(names, "and"))


def other_sheets(names: Sequence[str]) -> str:
    """That a workbook holds more rosters than the one that is read."""
    some = [shown(name) for name in names[:10]]
    sentence = plural(
        "{sheets} holds a roster, too, and is not read now. Choose it with --sheet NAME; one import reads one sheet.",
        "{sheets} hold a roster, too, and are not read now. Choose one with --sheet NAME; one import reads one sheet.",
        len(names),
    )
    return sentence.format(sheets=listed(some, "and"))


def no_sheet(wanted: str, sheets: Sequence[str]) -> NotARoster:
    """That the workbook has no sheet of that name, and which it has."""
    names = listed([shown(name) for name in sheets[:10]], "and")
    return NotARoster(
        _("The workbook has no sheet “{wanted}”. It has {names}.").format(wanted=shown(wanted), names=names)
    )
