"""What a file holds, whatever kind it is, and the sentences on how it was read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

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


@dataclass(frozen=True, slots=True)
class FileTable:
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
    return BadRow(number, f"The file has more than {MOST_ROWS:,} rows. Split it.")


def above_the_header(rows: Sequence[int]) -> str:
    """That lines above the one that names the columns were left out."""
    return f"Left out as a title above the columns: {'row' if len(rows) == 1 else 'rows'} {', '.join(map(str, rows))}."


def hidden_rows(rows: Sequence[int]) -> str:
    """That rows which nobody sees in the spreadsheet program are read."""
    some = ", ".join(map(str, rows[:20])) + (" …" if len(rows) > 20 else "")
    return (
        f"{counted(len(rows), 'row that the sheet hides is', 'rows that the sheet hides are')} read as well: {some}. "
        "Delete them, or leave them out review rows, if they are not meant."
    )


def hidden_columns(names: list[str]) -> str:
    """The same of columns."""
    return f"The sheet hides the {'column' if len(names) == 1 else 'columns'} {listed(names, 'and')}; read as well."


def other_sheets(names: Sequence[str]) -> str:
    """That a workbook holds more rosters than the one that is read."""
    some = [shown(name) for name in names[:10]]
    return (
        f"{listed(some, 'and')} {'holds' if len(names) == 1 else 'hold'} a roster, too, and "
        f"{'is' if len(names) == 1 else 'are'} not read now. Choose it with --sheet NAME; one import reads one sheet."
    )


def no_sheet(wanted: str, sheets: Sequence[str]) -> NotARoster:
    """That the workbook has no sheet of that name, and which it has."""
    names = listed([shown(name) for name in sheets[:10]], "and")
    return NotARoster(f"The workbook has no sheet “{shown(wanted)}”. It has {names}.")
