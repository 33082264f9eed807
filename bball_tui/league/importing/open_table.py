"""From the bytes of any readable file to its rows of text: CSV, a workbook, or JSON of our own."""

import csv
import re
from collections.abc import Iterator

from msgspec.structs import replace

from bball_tui.language import _
from bball_tui.league.importing.encodings import asked_for, repair
from bball_tui.league.importing.heading_meanings import from_header
from bball_tui.league.importing.raw_table import (
    MOST_ROWS,
    BadRow,
    FileTable,
    Row,
    Tick,
    above_the_header,
    no_tick,
    too_many_rows,
)
from bball_tui.league.importing.sniff import NotARoster, Table, decode, tabulate

_JSON = re.compile(r'\s*(\[\s*[{\]]|\{\s*")')


def read_table(data: bytes, *, sheet: str | None = None, encoding: str = "", tick: Tick = no_tick) -> FileTable:
    """The rows of a file, whatever kind it is.

    ``sheet`` names one of a workbook's sheets; without it the first one that looks like a roster is taken.
    ``encoding`` is somebody's word on it (see :func:`~.encodings.asked_for`).

    Raises:
        NotARoster: the file as a whole is unreadable (:class:`BadRow` says from where on).
    """
    named, twice = asked_for(encoding) if encoding else ("", False)
    table = _read_table(data, sheet, named, tick)
    # Anyone who names the encoding and nothing else says that the text is as it should be.
    doubt = None if named and not twice else repair(table.rows)
    if doubt is None:
        return table
    if twice:
        return replace(table, notes=(*table.notes, doubt.reading))
    return replace(table, doubts=(*table.doubts, doubt))


def _read_table(data: bytes, sheet: str | None, encoding: str, tick: Tick) -> FileTable:
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        if encoding:
            raise NotARoster(_("A workbook says its encoding itself. Leave --encoding out."))
        from bball_tui.league.importing.workbook import read_workbook

        return read_workbook(data, sheet=sheet, tick=tick)
    if sheet is not None:
        raise NotARoster(_("This file is no workbook and has no sheets. Leave --sheet out, or choose the workbook."))
    decoded = decode(data, encoding)
    if _JSON.match(decoded.text):
        from bball_tui.league.importing.json_reader import read_document

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
            _(
                'The quotation marks (") do not match from this row on, so the rows below cannot be told '
                "apart. Correct the row, or export the file again."
            ),
        ) from None
