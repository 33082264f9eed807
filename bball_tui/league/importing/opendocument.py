"""OpenDocument spreadsheets (.ods, OASIS ODF 1.3 part 3, 9.1 and 19.385), read as a stream.

Own code, because the text that a cell shows counts as well as its value: a jersey 00 is the number 0 shown as 00, and
the readers for Python give the number alone. A few bytes may claim millions of cells by repeating one: repetitions are
counted, and unfolded only within the limits of a roster.
"""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

from msgspec import Struct, field

from bball_tui.language import _
from bball_tui.league.importing.heading_meanings import MOST_COLUMNS, TITLE_ROWS, from_header, is_header
from bball_tui.league.importing.raw_table import (
    MOST_ROWS,
    FileTable,
    Row,
    Tick,
    hidden_columns,
    hidden_rows,
    no_sheet,
    other_sheets,
    too_many_rows,
)
from bball_tui.league.importing.sniff import NotARoster
from bball_tui.league.values.cells import DateCell, FlagCell
from bball_tui.league.values.shown import shown

LARGEST_CONTENT = 150 * 1024 * 1024
"""Bytes, unpacked."""
MOST_CELLS = 2_000_000
"""Unfolded, of all sheets together. A roster of 5,000 players has a hundred thousand."""

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_DAMAGED = _("This OpenDocument spreadsheet is damaged. Open it, save it again, and import that file.")
_TOO_LARGE = _("Unpacked, this spreadsheet is larger than any roster. Check that it is the right file.")
_LOCKED = _("This spreadsheet is protected with a password. Save it without one, and import that file.")


class _Sheet(Struct):
    name: str
    visible: bool
    rows: list[Row] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    number: int = 0
    columns: int = 0


def is_opendocument(data: bytes) -> bool:
    """Whether a zip archive is an OpenDocument file: its first member says so, uncompressed (part 2, 3.3)."""
    return b"mimetypeapplication/vnd.oasis.opendocument" in data[:200]


def read_opendocument(data: bytes, *, sheet: str | None, tick: Tick) -> FileTable:
    """The rows of one sheet, chosen as :func:`bball_tui.league.importing.workbook.read_workbook` does.

    Raises:
        NotARoster: no spreadsheet, damaged, protected, too large, or there is no such sheet.
    """
    if b"opendocument.spreadsheet" not in data[:200]:
        raise NotARoster(_("This is an OpenDocument file, but no spreadsheet. Ask for the roster as a spreadsheet."))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if b"encryption-data" in _small(archive, "META-INF/manifest.xml"):
                raise NotARoster(_LOCKED)
            if archive.getinfo("content.xml").file_size > LARGEST_CONTENT:
                raise NotARoster(_TOO_LARGE)
            with archive.open("content.xml") as content:
                sheets = list(_sheets(content, tick))
    except (zipfile.BadZipFile, KeyError, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
        raise NotARoster(_DAMAGED) from error
    except ParseError as error:
        raise NotARoster(_DAMAGED) from error
    return _table([one for one in sheets if one.visible], sheet)


def _small(archive: zipfile.ZipFile, name: str) -> bytes:
    if name not in archive.namelist():
        return b""
    with archive.open(name) as member:
        return member.read(1_000_000)


def _table(sheets: list[_Sheet], wanted: str | None) -> FileTable:
    if not sheets:
        raise NotARoster(_("This spreadsheet has no visible sheet. Show the one with the roster, and save it again."))
    rosters = [one for one in sheets if any(is_header(cells) for _, cells in one.rows[:TITLE_ROWS])]
    chosen = (rosters or [one for one in sheets if one.rows] or sheets)[0]
    if wanted is not None:
        named = [one for one in sheets if one.name.strip().casefold() == wanted.strip().casefold()]
        if not named:
            raise no_sheet(wanted, [one.name for one in sheets])
        chosen = named[0]
    rows = from_header(chosen.rows, pad=True)
    notes = []
    if rows:
        hidden = [number for number, _ in rows[1:] if number in chosen.hidden_rows]
        columns = [name.strip() for place, name in enumerate(rows[0][1]) if place in chosen.hidden_columns]
        notes += [hidden_rows(hidden)] if hidden else []
        notes += [hidden_columns([shown(name) for name in columns if name])] if any(columns) else []
    others = [one.name for one in rosters if one is not chosen]
    notes += [other_sheets(others)] if others else []
    names = tuple(one.name for one in sheets)
    return FileTable(rows, "ods", "", chosen.name, names, tuple(notes))


def _sheets(content: IO[bytes], tick: Tick) -> Iterator[_Sheet]:
    sheet: _Sheet | None = None
    invisible: set[str] = set()
    style = ""
    above: list[Element] = []
    cells = 0
    # expat itself (2.4.1 and later) limits what entities unfold to.
    for event, element in iterparse(content, ("start", "end")):  # noqa: S314
        tag = element.tag
        if event == "start":
            above.append(element)
            if tag == f"{_TABLE}table" and sheet is None:
                sheet = _Sheet(element.get(f"{_TABLE}name", ""), element.get(f"{_TABLE}style-name") not in invisible)
            elif tag == f"{_STYLE}style":
                style = element.get(f"{_STYLE}name", "")
            elif tag == f"{_STYLE}table-properties" and element.get(f"{_TABLE}display") == "false":
                invisible.add(style)
            continue
        above.pop()
        if tag == f"{_TABLE}table-column" and sheet is not None:
            width = _repeated(element, "columns", MOST_COLUMNS)
            if element.get(f"{_TABLE}visibility", "visible") != "visible":
                sheet.hidden_columns.update(range(sheet.columns, sheet.columns + width))
            sheet.columns += width
        elif tag == f"{_TABLE}table-row" and sheet is not None:
            cells += _take(sheet, element)
            if cells > MOST_CELLS:
                raise NotARoster(_TOO_LARGE)
            tick(sheet.number)
        elif tag == f"{_TABLE}table" and sheet is not None and len(above) < 4:
            yield sheet
            sheet = None
        else:
            continue
        if above:
            above[-1].remove(element)


def _repeated(element: Element, what: str, most: int) -> int:
    number = element.get(f"{_TABLE}number-{what}-repeated", "1")
    return min(max(int(number), 1), most + 1) if len(number) < 10 else most + 1


def _take(sheet: _Sheet, element: Element) -> int:
    """Add a row as often as it is repeated; how many cells that made."""
    row: list[str] = []
    for cell in element:
        if cell.tag not in _CELLS:
            continue
        text = _cell(cell)
        width = _repeated(cell, "columns", MOST_COLUMNS)
        room = MOST_COLUMNS + 1 - len(row)
        row += [text] * min(width, room)
    while row and not row[-1]:
        row.pop()
    times = _repeated(element, "rows", MOST_ROWS)
    filled = any(text and not text.isspace() for text in row)
    if filled and sheet.number + times > MOST_ROWS:
        raise too_many_rows(sheet.number + times)
    if filled and times * len(row) > MOST_CELLS:
        raise NotARoster(_TOO_LARGE)
    if filled:
        numbers = range(sheet.number + 1, sheet.number + times + 1)
        sheet.rows += [(number, list(row)) for number in numbers]
        if element.get(f"{_TABLE}visibility", "visible") != "visible":
            sheet.hidden_rows.update(numbers)
    sheet.number += times
    return times * len(row) if filled else 1


def _cell(cell: Element) -> str:
    kind = cell.get(f"{_OFFICE}value-type", "")
    text = "\n".join(_text(one) for one in cell.findall(f"{_TEXT}p")).strip("\r\n")
    if kind == "date":
        return DateCell(cell.get(f"{_OFFICE}date-value", text))
    if kind == "boolean":
        return FlagCell("Y" if cell.get(f"{_OFFICE}boolean-value") == "true" else "N")
    if kind == "float":
        return _number(cell.get(f"{_OFFICE}value", ""), text)
    return text


def _number(value: str, text: str) -> str:
    """A number with the zeros that its format shows before it; the whole of it if the format shortens it."""
    try:
        number = float(value)
    except ValueError:
        return text
    if not number.is_integer() or abs(number) >= 1e15:
        return value
    digits = re.sub("[^0-9]", "", text)
    return digits if number >= 0 and digits and int(digits) == number else str(int(number))


def _text(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        if child.tag == f"{_TEXT}s":
            parts.append(" " * _spaces(child))
        elif child.tag == f"{_TEXT}line-break":
            parts.append("\n")
        elif child.tag == f"{_TEXT}tab":
            parts.append("\t")
        elif child.tag != f"{_OFFICE}annotation":
            parts.append(_text(child))
        parts.append(child.tail or "")
    return "".join(parts)


def _spaces(element: Element) -> int:
    number = element.get(f"{_TEXT}c", "1")
    return int(number) if number.isdigit() and len(number) < 4 else 1
