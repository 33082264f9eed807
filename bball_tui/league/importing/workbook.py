"""Excel workbooks (.xlsx, ECMA-376), read by openpyxl. What is stored counts, not how it is shown.

A workbook is a zip archive, so a few kilobytes may claim gigabytes: the sizes in its directory are added up first, and
the archive's reader never unpacks more than a member claims.
"""

import io
import math
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from functools import lru_cache
from itertools import repeat
from operator import is_
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from bball_tui.language import _
from bball_tui.league.importing.heading_meanings import MOST_COLUMNS, TITLE_ROWS, from_header, is_header
from bball_tui.league.importing.opendocument import is_opendocument, read_opendocument
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

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

LARGEST_UNPACKED = 150 * 1024 * 1024
"""Bytes. A roster of 5,000 players unpacks to four million."""
MOST_MEMBERS = 2_000
_OTHERS = (
    (
        "xl/workbook.bin",
        _(
            "This is an Excel binary workbook (.xlsb). Open it in Excel, choose “Save as” and the "
            "type “Excel workbook (.xlsx)”, and import that file."
        ),
    ),
    (
        "Index/Document.iwa",
        _(
            "This is an Apple Numbers document. Open it in Numbers, choose “Export to”, then “Excel” "
            "or “CSV”, and import that file."
        ),
    ),
    (
        "Index.zip",
        _(
            "This is an Apple Numbers or Pages document. Open it, choose “Export to”, then “Excel” "
            "or “CSV”, and import that file."
        ),
    ),
    (
        "word/document.xml",
        _("This is a Word document. Copy its table into a spreadsheet, save that as a workbook, and import that file."),
    ),
    ("ppt/presentation.xml", _("This is a PowerPoint file. Ask for the roster as a workbook or a CSV file.")),
)
"""Zip archives that are something else, by a member that only they have."""
_TRANSITIONAL = b"http://schemas.openxmlformats.org/"
_STRICT = {
    b"http://purl.oclc.org/ooxml/spreadsheetml/main": _TRANSITIONAL + b"spreadsheetml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/relationships": _TRANSITIONAL + b"officeDocument/2006/relationships",
    b"http://purl.oclc.org/ooxml/drawingml/main": _TRANSITIONAL + b"drawingml/2006/main",
    b"http://purl.oclc.org/ooxml/officeDocument/sharedTypes": _TRANSITIONAL + b"officeDocument/2006/sharedTypes",
}
"""What Excel's type “Strict Open XML Spreadsheet” (ISO/IEC 29500-1) calls the names that openpyxl knows."""
_DAMAGED = _("This Excel workbook is damaged. Open it in the spreadsheet program, save it again, and import that file.")


def read_workbook(data: bytes, *, sheet: str | None, tick: Tick) -> FileTable:
    """The rows of one sheet, the one that names the columns first.

    ``sheet`` is its name (capitals do not matter); without it the first visible sheet with the columns of a roster is
    taken, else the first that holds anything.

    Raises:
        NotARoster: no workbook, damaged, too large, or there is no such sheet.
    """
    if is_opendocument(data):
        return read_opendocument(data, sheet=sheet, tick=tick)
    _check_archive(data)
    data = _transitional(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openpyxl tells of styles and rules that it does not keep
        try:
            return _read(data, sheet, tick)
        except NotARoster:
            raise
        except (KeyError, ValueError, TypeError, AttributeError, IndexError, OSError, EOFError) as error:
            raise NotARoster(_DAMAGED) from error
        except (ParseError, zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
            raise NotARoster(_DAMAGED) from error


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError):
        raise NotARoster(_DAMAGED) from None
    names = {member.filename for member in members}
    for member, sentence in _OTHERS:
        if member in names or any(name.endswith(f"/{member}") for name in names):
            raise NotARoster(sentence)
    if "xl/workbook.xml" not in names:
        raise NotARoster(_("This is a zip file without a workbook in it. Unpack it, and import the file inside."))
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise NotARoster(
            _(
                "Unpacked, this workbook would be larger than {largest_unpacked} MB. No roster is; check "
                "that it is the right file."
            ).format(largest_unpacked=LARGEST_UNPACKED // 1024**2)
        )
    if any(member.flag_bits & 1 for member in members):
        raise NotARoster(_("This workbook is protected with a password. Save it without one, and import that file."))


def _transitional(data: bytes) -> bytes:
    """``data``, a strict workbook made an ordinary one: they differ in the names of their vocabularies."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        try:
            if b"http://purl.oclc.org/ooxml/spreadsheetml" not in archive.read("xl/workbook.xml"):
                return data
            made = io.BytesIO()
            with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as ordinary:
                for member in archive.infolist():
                    content = archive.read(member)
                    if member.filename.endswith((".xml", ".rels")):
                        for strict, name in _STRICT.items():
                            content = content.replace(strict, name)
                    ordinary.writestr(member.filename, content)
        except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError) as error:
            raise NotARoster(_DAMAGED) from error
    return made.getvalue()


def _read(data: bytes, wanted: str | None, tick: Tick) -> FileTable:
    from openpyxl import load_workbook

    # Any, because the stubs do not know the sets of formats that a reader goes by.
    book: Any = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    # openpyxl rounds a day with a time to the millisecond, and so 23:59:59.9999 to the next day. Numbers with the
    # format of a date are made dates here instead.
    book._date_formats = set()
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        names = tuple(sheet.title for sheet in sheets)
        if not sheets:
            raise NotARoster(_("This workbook has no visible sheet. Show the one with the roster, and save it again."))
        rosters = _rosters(sheets)
        sheet = _named(sheets, wanted) if wanted is not None else rosters[0]
        formulas = _formulas(data, sheet.title)
        rows = from_header(list(_rows(sheet, formulas, tick, book.epoch)), pad=True)
        return FileTable(rows, "xlsx", "", sheet.title, names, tuple(_notes(data, sheet, rows, rosters)))
    finally:
        book.close()


def _notes(data: bytes, sheet: Any, rows: list[Row], rosters: "list[ReadOnlyWorksheet]") -> Iterator[str]:
    """What the sheet hides, and which other sheets hold a roster."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        content = archive.read(sheet._worksheet_path)
    if rows and b"hidden" in content:
        first = rows[0][0]
        used = {number for number, _ in rows[1:]}
        hidden = [number for number in _hidden_rows(content) if number > first and number in used]
        if hidden:
            yield hidden_rows(hidden)
        columns = [index for index in _hidden_columns(content) if index < len(rows[0][1])]
        names = [shown(rows[0][1][index].strip()) for index in columns if rows[0][1][index].strip()]
        if names:
            yield hidden_columns(names)
    others = [other.title for other in rosters if other is not sheet and len(rosters) > 1]
    if others:
        yield other_sheets(others)


def _hidden_rows(content: bytes) -> Iterator[int]:
    number = 0
    for found in _ROW.finditer(content):
        attributes = found[1]
        place = _NUMBER.search(attributes)
        number = int(place[1]) if place else number + 1
        if _HIDDEN.search(attributes):
            yield number


def _hidden_columns(content: bytes) -> Iterator[int]:
    for found in _COLUMN.finditer(content):
        if _HIDDEN.search(found[1]):
            first, last = _FIRST.search(found[1]), _LAST.search(found[1])
            if first and last:
                yield from range(int(first[1]) - 1, min(int(last[1]), MOST_COLUMNS))


_ROW = re.compile(rb"<(?:[A-Za-z0-9]+:)?row\b([^>]*)>")
_COLUMN = re.compile(rb"<(?:[A-Za-z0-9]+:)?col\b([^>]*)>")
_NUMBER = re.compile(rb"\br=[\"']([0-9]{1,7})")
_FIRST = re.compile(rb"\bmin=[\"']([0-9]{1,7})")
_LAST = re.compile(rb"\bmax=[\"']([0-9]{1,7})")
_HIDDEN = re.compile(rb"\bhidden=[\"'](?:1|true)")


def _named(sheets: "Sequence[ReadOnlyWorksheet]", wanted: str) -> "ReadOnlyWorksheet":
    for sheet in sheets:
        if sheet.title.strip().casefold() == wanted.strip().casefold():
            return sheet
    raise no_sheet(wanted, [sheet.title for sheet in sheets])


def _rosters(sheets: "Sequence[ReadOnlyWorksheet]") -> "list[ReadOnlyWorksheet]":
    """The sheets that name the columns of a roster; if none does, the first with anything in it."""
    beginnings = [(sheet, [cells for _, cells in _beginning(sheet)]) for sheet in sheets]
    found = [sheet for sheet, rows in beginnings if any(map(is_header, rows))]
    return found or [next((sheet for sheet, rows in beginnings if rows), sheets[0])]


def _beginning(sheet: "ReadOnlyWorksheet") -> Iterator[Row]:
    for count, row in enumerate(_rows(sheet, frozenset(), lambda _: None, None)):
        if count >= TITLE_ROWS:
            return
        yield row


def _rows(sheet: Any, formulas: frozenset[tuple[int, int]], tick: Tick, epoch: datetime | None) -> Iterator[Row]:
    # Any, because the stubs describe only sheets that can be written. The size that a sheet claims may be wrong in both
    # directions.
    from openpyxl.cell.read_only import EMPTY_CELL

    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS + 1, max_row=MOST_ROWS + 1), start=1):
        if number > MOST_ROWS:
            raise too_many_rows(number)
        if number % 500 == 0:
            tick(number)
        if all(map(is_, row, repeat(EMPTY_CELL))):
            continue  # a sheet may have a hundred thousand of them before the next word
        cells = [_text(cell, epoch) for cell in row]
        for column, cell in enumerate(cells):
            if not cell and (number, column) in formulas:
                cells[column] = "=…"
        while cells and not cells[-1]:
            cells.pop()
        if any(cell and not cell.isspace() for cell in cells):
            yield number, cells


def _formulas(data: bytes, title: str) -> frozenset[tuple[int, int]]:
    """Row and column of each formula whose result is not stored: an empty cell there would be a guess."""
    from openpyxl import load_workbook

    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        if not any(b"<f" in archive.read(name) for name in sheets):
            return frozenset()
    plain = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
    try:
        sheet = plain[title]
        sheet.reset_dimensions()
        return frozenset(
            (number, column)
            for number, row in enumerate(sheet.iter_rows(max_col=MOST_COLUMNS, max_row=MOST_ROWS), start=1)
            for column, cell in enumerate(row)
            if cell.data_type == "f"
        )
    finally:
        plain.close()


def _text(cell: Any, epoch: datetime | None) -> str:
    """A cell as a person would type it into a CSV file; days and truth values remember that they are no texts."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return _unescaped(value) if "_x" in value or "\n" in value else value
    if isinstance(value, bool):
        return FlagCell("Y" if value else "N")
    if isinstance(value, int | float) and _is_date(cell.number_format):
        value = _day(value, epoch)
    if isinstance(value, int):
        return whole(value, cell.number_format)
    if isinstance(value, float):
        return whole(int(value), cell.number_format) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return DateCell(value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds"))
    if isinstance(value, date):
        return DateCell(value.isoformat())
    return str(value)


def _unescaped(value: str) -> str:
    """``_x000D_`` is a carriage return (ECMA-376, 22.9.2.19); line ends around the text are none of it."""
    from openpyxl.utils.escape import unescape

    return str(unescape(value)).strip("\r\n")


@lru_cache(maxsize=1024)
def _is_date(number_format: str) -> bool:
    from openpyxl.styles.numbers import is_date_format

    return bool(is_date_format(number_format))


def _day(value: float, epoch: datetime | None) -> Any:
    """The day, or with its time if it has one, never rounded up."""
    from openpyxl.utils.datetime import WINDOWS_EPOCH, from_excel

    day = math.floor(value)
    seconds = math.floor((value - day) * 86_400)
    try:
        whole_day = from_excel(day, epoch or WINDOWS_EPOCH)
        return whole_day if not seconds else from_excel(day + seconds / 86_400, epoch or WINDOWS_EPOCH)
    except (OverflowError, ValueError):
        return value  # Excel shows a row of # for it


@lru_cache(maxsize=1024)
def _zeros(number_format: str, section: int) -> int:
    """How many digits a number of the ``section`` (0 positive, 1 negative, 2 zero) has at least in its format."""
    sections = _LITERAL.sub("", number_format).split(";")
    wanted = sections[section] if section < len(sections) else sections[0]
    before_point = re.split(r"[.eE%/]", wanted)[0]
    return before_point.count("0") if wanted == before_point or "." in wanted else 0


_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def whole(value: int, number_format: str) -> str:
    """A whole number as its format pads it: a jersey 00 is often the number 0 in the format ``00``."""
    digits = _zeros(number_format or "", 0 if value > 0 else 1 if value < 0 else 2)
    return f"{value:0{digits}d}" if digits > 1 and value >= 0 else str(value)
