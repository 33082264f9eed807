"""From the bytes of any readable file to its rows of text: CSV, a workbook, or JSON of our own."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from bball_tui.league.importing.sniff import NotARoster, Table, decode, tabulate

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


def no_tick(_: int) -> None:
    """For callers who neither watch nor stop."""


def read_table(data: bytes, *, sheet: str | None = None, tick: Tick = no_tick) -> FileTable:
    """The rows of a file, whatever kind it is.

    ``sheet`` names one of a workbook's sheets; without it the first one that looks like a roster is taken.

    Raises:
        NotARoster: the file as a whole is unreadable (:class:`BadRow` says from where on).
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        from bball_tui.league.importing.workbook import read_workbook

        return read_workbook(data, sheet=sheet, tick=tick)
    decoded = decode(data)
    if _JSON.match(decoded.text):
        from bball_tui.league.importing.documents import read_document

        return FileTable(read_document(decoded.text), decoded.encoding)
    table = tabulate(decoded.text)
    return FileTable(list(_records(table, tick)), decoded.encoding, table.delimiter)


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
