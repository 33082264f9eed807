"""From a roster file to typed rows, and every fault with its row, column and value. Pure: no database, no clock."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bball_tui.database.states import DateOrder
from bball_tui.files import read_bytes
from bball_tui.language import _
from bball_tui.league.importing.encodings import Doubt
from bball_tui.league.importing.families import joined
from bball_tui.league.importing.find_columns import (
    ColumnMap,
    Columns,
    MappedField,
    has_whole_names,
    map_columns,
)
from bball_tui.league.importing.open_table import read_table
from bball_tui.league.importing.parse_row import DAYS, RowReader
from bball_tui.league.importing.presets import OUTBOX, OUTBOX_MARKS, Preset, fold_heading
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.raw_table import BadRow, FileTable, Row, Tick, no_tick
from bball_tui.league.importing.roster_row import NameSplit, RosterRow
from bball_tui.league.importing.skip_rows import counting_columns, without_furniture
from bball_tui.league.importing.sniff import NotARoster
from bball_tui.league.roster import player
from bball_tui.league.values.birthdates import converted_dates
from bball_tui.league.values.shown import shown

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes. The roster of 5,000 players has less than one million."""


class Roster(Struct, frozen=True):
    """What a file holds: its usable rows, and everything that is wrong with the others.

    A file that cannot be read as a whole has no rows and at least one problem.
    """

    rows: tuple[RosterRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    warnings: tuple[Problem, ...] = ()
    """Cells that come in as they are, and are perhaps not what was meant."""
    staff_rows: tuple[int, ...] = ()
    """Rows of coaches and other non-players, left out on purpose."""
    unused_columns: tuple[str, ...] = ()
    layout: str = ""
    encoding: str = ""
    delimiter: str = ","
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    """A workbook's sheets, and the one that was read."""
    nameless: int = 0
    """Rows with a parent's address that cannot be used, because the file does not say whose it is."""
    history: bool = False
    """The file tells of signatures as well, which are facts of the database and never come from a file."""
    header: tuple[str, ...] = ()
    samples: tuple[tuple[str, ...], ...] = ()
    """The headings as they are, and of each column the first few different values."""
    columns: ColumnMap | None = None
    """What a person said of the columns, now or (``remembered``) for an earlier file with the same ones."""
    remembered: bool = False
    unmapped: bool = False
    """What the columns mean is not clear; somebody has to say it."""
    notes: tuple[str, ...] = ()
    """What staff should know of how the file was read, as sentences."""
    doubts: tuple[Doubt, ...] = ()
    """How it was read without its saying so; nobody has said yet that this is right."""
    placeholders: tuple[tuple[str, int], ...] = ()
    """Texts such as “N/A” that were read as empty cells, and in how many cells each stood; the most frequent first."""
    whole_names: bool = False
    """A column holds whole names. They are split only if somebody says so."""
    splits: tuple[NameSplit, ...] = ()
    """Each whole name of the usable rows, and how it was split."""
    name_column: str = "Player First Name"
    team_column: str = "Team"
    """What the file calls these two, for faults that show only beside other rows or the database."""

    @property
    def unreached(self) -> list[RosterRow]:
        """The rows without a guardian with an address. No fault, but no mail can reach them."""
        return [row for row in self.rows if not any(guardian.email for guardian in row.guardians)]


def load(path: Path) -> bytes:
    """The bytes of a file, at most one more than :data:`LARGEST_FILE` of them.

    Raises:
        BballError: there is no such file, or it may not be read.
    """
    return read_bytes(path, LARGEST_FILE + 1)


def read_file(
    data: bytes,
    *,
    sheet: str | None = None,
    encoding: str = "",
    tick: Tick = no_tick,
    reader: Callable[..., FileTable] = read_table,
) -> FileTable | Roster:
    """The rows of a file of any kind, or a roster without rows whose problem says why it cannot be read.

    ``reader`` is :func:`~.limited.read_limited` for files that come from outside.
    """
    if len(data) > LARGEST_FILE:
        return _unreadable(
            _(
                "The file is larger than {largest_file} MB. No roster is; check that it is the right file, or split it."
            ).format(largest_file=LARGEST_FILE // 1024**2)
        )
    try:
        return reader(data, sheet=sheet, encoding=encoding, tick=tick)
    except BadRow as fault:
        return _unreadable(str(fault), fault.row)
    except NotARoster as reason:
        return _unreadable(str(reason))


def read_roster(
    data: bytes,
    *,
    date_order: DateOrder,
    today: date,
    preset: Preset | None = None,
    ignore_columns: Sequence[str] = (),
    mapping: Sequence[MappedField] = (),
    split_names: bool = False,
    sheet: str | None = None,
    encoding: str = "",
    tick: Tick = no_tick,
) -> Roster:
    """Read the file's bytes; whatever they are, the answer is a roster and never an exception.

    ``date_order`` is the league's (or the caller's choice) and ``today`` the league's day. Without a ``preset`` the
    one that knows most of the header's columns is taken. ``ignore_columns`` are columns to leave out, by name;
    ``mapping`` says of others what they hold; ``split_names`` splits whole names into first and last; ``sheet`` names
    one of a workbook's, ``encoding`` that of a text.
    ``tick`` is called now and then, and only what it raises itself leaves this function.
    """
    table = read_file(data, sheet=sheet, encoding=encoding, tick=tick)
    if isinstance(table, Roster):
        return table
    return read_rows(
        table,
        date_order=date_order,
        today=today,
        preset=preset,
        ignore_columns=ignore_columns,
        mapping=mapping,
        split_names=split_names,
        tick=tick,
    )


def read_rows(
    table: FileTable,
    *,
    date_order: DateOrder,
    today: date,
    preset: Preset | None = None,
    ignore_columns: Sequence[str] = (),
    mapping: Sequence[MappedField] = (),
    split_names: bool = False,
    tick: Tick = no_tick,
) -> Roster:
    """Like :func:`read_roster`, for a file whose rows are read already."""
    rows, notes = list(table.rows), list(table.notes)
    if not rows:
        return _unreadable(_("The file is empty. Export the roster again; the first line must name the columns."))
    header_row, header = rows.pop(0)
    if {fold_heading(heading) for heading in header} >= OUTBOX_MARKS:
        return _unreadable(OUTBOX, header_row)
    counting = [] if mapping else counting_columns(header, [cells for _, cells in rows])
    columns = map_columns(
        header,
        header_row,
        preset=preset,
        ignore=[*ignore_columns, *counting],
        mapping=mapping,
        split_names=split_names,
    )
    whole_names = has_whole_names(header, preset=preset)
    if not isinstance(columns, Columns):
        return Roster(
            problems=columns,
            encoding=table.encoding,
            delimiter=table.delimiter,
            sheet=table.sheet,
            sheets=table.sheets,
            unmapped=True,
            whole_names=whole_names,
            doubts=table.doubts,
        )
    if not rows:
        return _unreadable(_("The file has a header and no rows below it. Export the roster again."), header_row)

    for name in counting:
        spelled = shown(header[int(name[1:]) - 1].strip()) or name
        notes.append(
            _(
                "The column “{spelled}” counts the rows, so it is not taken as jerseys. If it holds "
                "them, say so with --map “Jersey={name}”."
            ).format(spelled=spelled, name=name)
        )
    rows, kept = without_furniture(header, rows, columns)
    notes += kept
    doubt = _doubtful_dates(columns, rows)
    if doubt is not None:
        return replace(
            doubt,
            encoding=table.encoding,
            sheet=table.sheet,
            sheets=table.sheets,
            notes=tuple(notes),
            whole_names=whole_names,
            doubts=table.doubts,
        )
    reader = RowReader(columns, date_order, today)
    reader.read(rows, tick)
    own = columns.preset.own_export
    found = joined(reader.rows) if own else reader.rows
    if reader.staff_rows and len(reader.staff_rows) == len(rows):
        named = columns.names[columns.non_player or columns.role or 0]
        sentence = _(
            "All {number} rows are left out as staff, because of the column “{named}”. Correct it, "
            "or leave it out with --ignore-column “{named}”."
        ).format(number=len(rows), named=named)
        reader.problems.append(Problem(header_row, named, "", sentence))
    return Roster(
        rows=() if reader.gave_up else tuple(found),
        problems=tuple(reader.problems),
        warnings=tuple(reader.warnings),
        notes=tuple(notes),
        doubts=table.doubts,
        staff_rows=tuple(reader.staff_rows),
        unused_columns=columns.unused,
        layout=columns.preset.title,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
        sheets=table.sheets,
        nameless=reader.nameless,
        whole_names=whole_names,
        splits=() if reader.gave_up else tuple(reader.splits),
        placeholders=tuple(reader.placeholders.most_common()),
        history=own and columns.status is not None,
        name_column=columns.names[columns.player[player.FIRST_NAME.name]],
        team_column="Team" if columns.team is None else columns.names[columns.team],
    )


def _doubtful_dates(columns: Columns, rows: Sequence[Row]) -> Roster | None:
    """A roster without rows when a spreadsheet has read a column's days in an order they are not written in."""
    for index in (columns.player[field.name] for field in DAYS if field.name in columns.player):
        found = converted_dates(cells[index] for _, cells in rows if len(cells) > index)
        if found is not None:
            return _doubtful(columns.names[index], index, rows, *found)
    return None


def _doubtful(name: str, index: int, rows: Sequence[Row], text: str, day: str) -> Roster:
    number = next(number for number, cells in rows if len(cells) > index and cells[index].strip() == text)
    sentence = _(
        "A spreadsheet has read the dates of this column in another order than they were written "
        "in: {text} it left as a text, and {day} may be the {turned}. No one can tell anymore, "
        "so nothing is read. Import the file as it was exported, or correct these dates so that "
        "all are written as 2015-03-24."
    ).format(text=text, day=day, turned=_turned(day))
    return Roster(problems=(Problem(number, name, shown(text), sentence),))


def _turned(day: str) -> str:
    year, month, number = day[:10].replace("/", "-").replace(".", "-").split("-")
    return f"{year}-{number}-{month}"


def _unreadable(sentence: str, row: int = 1) -> Roster:
    return Roster(problems=(Problem(row, "", "", sentence),))
