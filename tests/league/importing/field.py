"""Files as people really have them: each is read as its author meant it, or refused in words before anything is kept.

The tests of each kind of file hold its neighbors as well. People who are there already under another spelling (hyphens,
particles, suffixes, nicknames, soft hyphens) are in `test_duplicates.py`, `test_households.py` and `test_strangers.py`.
"""

import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook

from bball_tui.database.states import DateOrder
from bball_tui.league.importing.read_roster import Roster, read_roster

FIELD = Path(__file__).parents[2] / "data" / "field"
TODAY = date(2027, 3, 1)
HEADER = ("Team", "Player First Name", "Player Last Name", "Date of Birth", "Jersey")


def read(data: bytes | str, *, sheet: str | None = None, **options: Any) -> Roster:
    raw = data.encode() if isinstance(data, str) else data
    return read_roster(raw, date_order=DateOrder.YMD, today=TODAY, sheet=sheet, **options)


def field(name: str, **options: Any) -> Roster:
    return read((FIELD / name).read_bytes(), **options)


def names(roster: Roster) -> list[tuple[str, str]]:
    return [(row.first, row.last) for row in roster.rows]


def faults(roster: Roster) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in roster.problems]


def book(*rows: Sequence[Any], formats: dict[str, str] | None = None) -> bytes:
    made = Workbook()
    sheet = made.worksheets[0]
    for row in rows:
        sheet.append(list(row))
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    data = io.BytesIO()
    made.save(data)
    return data.getvalue()


def archive(**members: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()
