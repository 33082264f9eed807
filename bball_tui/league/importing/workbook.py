"""Excel workbooks (.xlsx, ECMA-376), read by openpyxl. What is stored counts, not how it is shown.

A workbook is a zip archive, so a few kilobytes may claim gigabytes: the sizes in its directory are added up first, and
the archive's reader never unpacks more than a member claims.
"""

import io
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time
from itertools import repeat
from operator import is_
from typing import TYPE_CHECKING, Any
from xml.etree.ElementTree import ParseError

from bball_tui.league.importing.columns import MOST_COLUMNS
from bball_tui.league.importing.headings import best_preset, meaning_of, recognised
from bball_tui.league.importing.presets import REQUIRED
from bball_tui.league.importing.problems import listed, shown
from bball_tui.league.importing.sniff import NotARoster
from bball_tui.league.importing.tables import MOST_ROWS, FileTable, Row, Tick, too_many_rows

if TYPE_CHECKING:
    from openpyxl.worksheet._read_only import ReadOnlyWorksheet

LARGEST_UNPACKED = 150 * 1024 * 1024
"""Bytes. A roster of 5,000 players unpacks to four million."""
MOST_MEMBERS = 2_000
TITLE_ROWS = 10
"""A workbook may have a title and a date above the row that names the columns."""

_DAMAGED = "This Excel workbook is damaged. Open it in the spreadsheet program, save it again, and import that file."


def read_workbook(data: bytes, *, sheet: str | None, tick: Tick) -> FileTable:
    """The rows of one sheet, the one that names the columns first.

    ``sheet`` is its name (capitals do not matter); without it the first visible sheet with the columns of a roster is
    taken, else the first that holds anything.

    Raises:
        NotARoster: no workbook, damaged, too large, or there is no such sheet.
    """
    _check_archive(data)
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
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise NotARoster("This is a zip file without a workbook in it. Unpack it, and import the file inside.")
    if len(members) > MOST_MEMBERS or sum(member.file_size for member in members) > LARGEST_UNPACKED:
        raise NotARoster(
            f"Unpacked, this workbook would be larger than {LARGEST_UNPACKED // 1024**2} MB. No roster is; check that "
            "it is the right file."
        )
    if any(member.flag_bits & 1 for member in members):
        raise NotARoster("This workbook is protected with a password. Save it without one, and import that file.")


def _read(data: bytes, wanted: str | None, tick: Tick) -> FileTable:
    from openpyxl import load_workbook

    book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
    try:
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
        names = tuple(sheet.title for sheet in sheets)
        if not sheets:
            raise NotARoster("This workbook has no visible sheet. Show the one with the roster, and save it again.")
        sheet = _named(sheets, wanted) if wanted is not None else _likely(sheets)
        formulas = _formulas(data, sheet.title)
        rows = list(_rows(sheet, formulas, tick))
        return FileTable(_from_header(rows), "xlsx", "", sheet.title, names)
    finally:
        book.close()


def _named(sheets: "Sequence[ReadOnlyWorksheet]", wanted: str) -> "ReadOnlyWorksheet":
    for sheet in sheets:
        if sheet.title.strip().casefold() == wanted.strip().casefold():
            return sheet
    names = listed([shown(sheet.title) for sheet in sheets[:10]], "and")
    raise NotARoster(f"The workbook has no sheet “{shown(wanted)}”. It has {names}.")


def _likely(sheets: "Sequence[ReadOnlyWorksheet]") -> "ReadOnlyWorksheet":
    """The first sheet that names the columns of a roster, else the first with anything in it."""
    beginnings = [(sheet, [cells for _, cells in _beginning(sheet)]) for sheet in sheets]
    for sheet, rows in beginnings:
        if any(_is_header(cells) for cells in rows):
            return sheet
    return next((sheet for sheet, rows in beginnings if rows), sheets[0])


def _beginning(sheet: "ReadOnlyWorksheet") -> Iterator[Row]:
    for count, row in enumerate(_rows(sheet, frozenset(), lambda _: None)):
        if count >= TITLE_ROWS:
            return
        yield row


def _is_header(cells: Sequence[str]) -> bool:
    preset = best_preset(cells[:MOST_COLUMNS])
    meanings = {meaning_of(preset, cell) for cell in cells}
    return set(REQUIRED) <= meanings


def _from_header(rows: list[Row]) -> list[Row]:
    """Without the title above the row that names the columns; no row is shorter than that one."""
    if not rows:
        return rows
    place = next((place for place, (_, cells) in enumerate(rows[:TITLE_ROWS]) if _is_header(cells)), None)
    if place is None:
        # A title names one thing at most; the row with the columns names several.
        known = [recognised(best_preset(cells[:MOST_COLUMNS]), cells) for _, cells in rows[:TITLE_ROWS]]
        place = known.index(max(known))
    width = len(rows[place][1])
    return [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in rows[place:]]


def _rows(sheet: Any, formulas: frozenset[tuple[int, int]], tick: Tick) -> Iterator[Row]:
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
        cells = [_text(cell) for cell in row]
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


def _text(cell: Any) -> str:
    """A cell as a person would type it into a CSV file."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "Y" if value else "N"
    if isinstance(value, int):
        return _whole(value, cell.number_format)
    if isinstance(value, float):
        return _whole(int(value), cell.number_format) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def _whole(value: int, number_format: str) -> str:
    """A jersey 00 is often the number 0 in the format ``00``."""
    padded = number_format and not number_format.strip("0")
    return f"{value:0{len(number_format)}d}" if padded and value >= 0 else str(value)
