"""From the bytes of any readable file to its rows of text: CSV, a workbook, or JSON of our own."""

import csv
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from bball_tui.league.importing.encodings import Doubt, asked_for, mend
from bball_tui.league.importing.headings import from_header
from bball_tui.league.importing.problems import listed, shown
from bball_tui.league.importing.sniff import NotARoster, Table, decode, tabulate
from bball_tui.wording import counted

MOST_ROWS = 100_000
_JSON = re.compile(r'\s*(\[\s*[{\]]|\{\s*")')

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


def read_table(data: bytes, *, sheet: str | None = None, encoding: str = "", tick: Tick = no_tick) -> FileTable:
    """The rows of a file, whatever kind it is.

    ``sheet`` names one of a workbook's sheets; without it the first one that looks like a roster is taken.
    ``encoding`` is somebody's word on it (see :func:`~.encodings.asked_for`).

    Raises:
        NotARoster: the file as a whole is unreadable (:class:`BadRow` says from where on).
    """
    named, twice = asked_for(encoding) if encoding else ("", False)
    table = _read_table(data, sheet, named, tick)
    # Whoever names the encoding and nothing else says that the text is as it should be.
    doubt = None if named and not twice else mend(table.rows)
    if doubt is None:
        return table
    if twice:
        return replace(table, notes=(*table.notes, doubt.reading))
    return replace(table, doubts=(*table.doubts, doubt))


def _read_table(data: bytes, sheet: str | None, encoding: str, tick: Tick) -> FileTable:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if encoding:
            raise NotARoster("A workbook says its encoding itself. Leave --encoding out.")
        from bball_tui.league.importing.workbook import read_workbook

        return read_workbook(data, sheet=sheet, tick=tick)
    if sheet is not None:
        raise NotARoster("This file is no workbook and has no sheets. Leave --sheet out, or choose the workbook.")
    decoded = decode(data, encoding)
    if _JSON.match(decoded.text):
        from bball_tui.league.importing.documents import read_document

        return FileTable(read_document(decoded.text), decoded.encoding, doubts=decoded.doubts, notes=decoded.notes)
    table = tabulate(decoded.text)
    rows = list(_records(table, tick))
    kept = from_header(rows, pad=False)
    notes = list(decoded.notes)
    if len(kept) < len(rows):
        notes.append(above_the_header([number for number, _ in rows[: len(rows) - len(kept)]]))
    return FileTable(kept, decoded.encoding, table.delimiter, doubts=decoded.doubts, notes=tuple(notes))


def _records(table: Table, tick: Tick) -> Iterator[Row]:
    number = 0
    try:
        for number, record in enumerate(table.records(), start=1):
            if number > MOST_ROWS:
                raise too_many_rows(number)
            if number % 1000 == 0:
                tick(number)
            if any(record) and any(cell and not cell.isspace() for cell in record):
                yield number, record
    except csv.Error:
        raise BadRow(
            number + 1,
            'The quotation marks (") do not match from this row on, so the rows below cannot be told apart. '
            "Correct the row, or export the file again.",
        ) from None


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
        "Delete them, or leave them out row by row, if they are not meant."
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
