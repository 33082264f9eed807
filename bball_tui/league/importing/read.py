"""From a roster file to typed rows, and every fault with its row, column and value. Pure: no database, no clock."""

import os
import stat
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from bball_tui.database.states import DateOrder
from bball_tui.errors import BballError
from bball_tui.league.importing import placeholders, values
from bball_tui.league.importing.columns import (
    ColumnMap,
    Columns,
    GuardianColumns,
    MappedField,
    has_whole_names,
    map_columns,
)
from bball_tui.league.importing.encodings import Doubt
from bball_tui.league.importing.families import joined
from bball_tui.league.importing.file_table import BadRow, FileTable, Row, Tick, no_tick
from bball_tui.league.importing.furniture import counting_columns, without_furniture
from bball_tui.league.importing.presets import OUTBOX, OUTBOX_MARKS, Preset, fold_heading
from bball_tui.league.importing.problems import Problem, shown
from bball_tui.league.importing.rows import GuardianCell, NameSplit, RosterRow
from bball_tui.league.importing.sniff import NotARoster
from bball_tui.league.importing.tables import read_table
from bball_tui.league.roster import player
from bball_tui.league.roster.fields import Field, Kind, Reading

LARGEST_FILE = 20 * 1024 * 1024
"""Bytes. The roster of 5,000 players has less than one million."""

MOST_PROBLEMS = 1_000
"""After so many faults the file is not a roster with faults, but something else."""

T = TypeVar("T")
_DAYS = tuple(field for field in player.FIELDS if field.kind is Kind.DAY)


@dataclass(frozen=True, slots=True)
class Roster:
    """What a file holds: its usable rows, and everything that is wrong with the others.

    A file that cannot be read as a whole has no rows and at least one problem.
    """

    rows: tuple[RosterRow, ...] = ()
    problems: tuple[Problem, ...] = ()
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
    def without_email(self) -> int:
        """How many players have no guardian with an address. No fault, but no mail can reach them."""
        return sum(not any(guardian.email for guardian in row.guardians) for row in self.rows)


def load(path: Path) -> bytes:
    """The bytes of a file, at most one more than :data:`LARGEST_FILE` of them.

    Raises:
        BballError: there is no such file, or it may not be read.
    """
    try:
        # Without waiting: a named pipe to which nobody writes would keep us for ever.
        with open(path, "rb", opener=_without_waiting) as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return file.read(LARGEST_FILE + 1)
        reason = "it is no file, but a pipe or a device; save the roster as a file"
    except IsADirectoryError:
        reason = "it is a folder"
    except FileNotFoundError:
        reason = "there is no such file"
    except PermissionError:
        reason = "you may not read it"
    except (OSError, ValueError) as error:
        reason = str(getattr(error, "strerror", None) or error)
    raise BballError(f"The file {shown(str(path), 200)} cannot be opened: {reason}. Check the path and try again.")


def _without_waiting(name: str, flags: int) -> int:
    return os.open(name, flags | os.O_NONBLOCK)


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
            f"The file is larger than {LARGEST_FILE // 1024**2} MB. No roster is; check that it is the right file, "
            "or split it."
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
        return _unreadable("The file is empty. Export the roster again; the first line must name the columns.")
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
        return _unreadable("The file has a header and no rows below it. Export the roster again.", header_row)

    for name in counting:
        spelled = shown(header[int(name[1:]) - 1].strip()) or name
        notes.append(
            f"The column “{spelled}” counts the rows, so it is not taken as jerseys. If it holds them, say so "
            f"with --map “Jersey={name}”."
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
    reader = _Reader(columns, date_order, today)
    reader.read(rows, tick)
    own = columns.preset.own_export
    found = joined(reader.rows) if own else reader.rows
    if reader.staff_rows and len(reader.staff_rows) == len(rows):
        named = columns.names[columns.non_player or columns.role or 0]
        sentence = (
            f"All {len(rows)} rows are left out as staff, because of the column “{named}”. Correct it, or leave it out "
            f"with --ignore-column “{named}”."
        )
        reader.problems.append(Problem(header_row, named, "", sentence))
    return Roster(
        rows=() if reader.gave_up else tuple(found),
        problems=tuple(reader.problems),
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
    for index in (columns.player[field.name] for field in _DAYS if field.name in columns.player):
        found = values.converted_dates(cells[index] for _, cells in rows if len(cells) > index)
        if found is not None:
            return _doubtful(columns.names[index], index, rows, *found)
    return None


def _doubtful(name: str, index: int, rows: Sequence[Row], text: str, day: str) -> Roster:
    number = next(number for number, cells in rows if len(cells) > index and cells[index].strip() == text)
    sentence = (
        f"A spreadsheet has read the dates of this column in another order than they were written in: {text} it left "
        f"as a text, and {day} may be the {_turned(day)}. Nobody can tell any more, so nothing is read. Import the "
        "file as it was exported, or correct these dates so that all are written as 2015-03-24."
    )
    return Roster(problems=(Problem(number, name, shown(text), sentence),))


def _turned(day: str) -> str:
    year, month, number = day[:10].replace("/", "-").replace(".", "-").split("-")
    return f"{year}-{number}-{month}"


def _unreadable(sentence: str, row: int = 1) -> Roster:
    return Roster(problems=(Problem(row, "", "", sentence),))


class _Reader:
    """Turns the records of one file into rows and problems."""

    def __init__(self, columns: Columns, order: DateOrder, today: date) -> None:
        self.rows: list[RosterRow] = []
        self.problems: list[Problem] = []
        self.staff_rows: list[int] = []
        self.gave_up = False
        self.nameless = 0
        self.splits: list[NameSplit] = []
        self.placeholders: Counter[str] = Counter()
        self._columns = columns
        self._reading = dict.fromkeys(player.FIELDS, Reading(order, today))
        self._width = len(columns.names)
        self._days = {columns.of(field) for field in _DAYS}
        self._flags = {columns.non_player} | {
            index for block in columns.guardians for index in (block.gets_email, block.may_sign)
        }
        # Trailing columns without a name are only padding; their cells may be missing as well.
        while self._width - 1 in columns.unnamed:
            self._width -= 1

    def read(self, records: list[Row], tick: Tick) -> None:
        for field in _DAYS:
            column = self._columns.of(field)
            if column is not None:
                proven = values.proven_order(cells[column] for _, cells in records if len(cells) > column)
                self._reading[field] = replace(self._reading[field], proven=proven)
        for count, (number, cells) in enumerate(records):
            if count % 500 == 0:
                tick(count)
            if len(self.problems) >= MOST_PROBLEMS:
                self.gave_up = True
                sentence = f"Reading stopped here, after {MOST_PROBLEMS:,} faults. Check that this is the right file."
                self.problems.append(Problem(number, "", "", sentence))
                return
            row = self._row(number, cells)
            if row is not None:
                self.rows.append(row)

    def _row(self, number: int, cells: list[str]) -> RosterRow | None:
        columns = self._columns
        before = len(self.problems)
        if len(cells) != len(columns.names) and not self._right_length(number, cells):
            return None
        for index in columns.unnamed:
            if index < len(cells) and not cells[index].isspace() and cells[index]:
                sentence = f"Column {index + 1} has no name, but this cell is not empty. Name the column or clear it."
                self.problems.append(Problem(number, "", shown(cells[index]), sentence))
        if columns.non_player is not None and self._cell(number, cells, columns.non_player, values.flag):
            self.staff_rows.append(number)
            return None
        if columns.role is not None and self._cell(number, cells, columns.role, values.is_staff):
            self.staff_rows.append(number)
            return None
        status = self._cell(number, cells, columns.status, values.contract_status)
        team = self._team(number, cells, status)
        splits: list[NameSplit] = []
        whole = columns.player[player.FIRST_NAME.name]
        if whole == columns.player[player.LAST_NAME.name]:
            names = self._split(number, cells, whole, splits)
            found: dict[str, Any] = {player.FIRST_NAME.name: names[0], player.LAST_NAME.name: names[1]}
            if not splits and len(self.problems) == before:
                self._lack(number, cells, whole)
        else:
            found = {field.name: self._needed(number, cells, field) for field in player.FIELDS if field.needed}
        division = self._cell(number, cells, columns.division, values.group_name)
        season = self._cell(number, cells, columns.season, values.name_text)
        found |= {field.name: self._field(number, cells, field) for field in player.FIELDS if not field.needed}
        guardians = []
        for block in columns.guardians:
            guardian = self._guardian(number, cells, block, splits)
            if guardian is not None:
                guardians.append(guardian)
        if len(self.problems) > before:
            return None
        address = columns.nameless_email
        if address is not None and not any(guardian.email for guardian in guardians):
            self.nameless += address < len(cells) and bool(cells[address].strip())
        self.splits += splits
        return RosterRow(
            number,
            team,
            player.PlayerValues(**found),
            (division or "") if team else "",
            season or "",
            tuple(guardians),
            status == "draft",
            self._cell(number, cells, columns.player_id, values.identity) or 0,
        )

    def _team(self, number: int, cells: list[str], status: str | None) -> str:
        """The team; empty in an export of ours for a player without a contract, or whose contract is history."""
        columns = self._columns
        if columns.preset.own_export:
            team = self._cell(number, cells, columns.team, _team) or ""
            return "" if status == "closed" else team
        assert columns.team is not None  # noqa: S101 - only an export of ours may lack the column
        return self._required(number, cells, columns.team, _team)

    def _right_length(self, number: int, cells: list[str]) -> bool:
        if len(cells) < self._width:
            sentence = (
                f"The row has {len(cells)} cells, the first line names {self._width} columns. "
                "Complete the row or delete it."
            )
            self.problems.append(Problem(number, self._columns.names[len(cells)], shown(", ".join(cells)), sentence))
            return False
        extra = [cell for cell in cells[len(self._columns.names) :] if cell.strip()]
        if extra:
            sentence = (
                f"The row has {len(cells)} cells, the first line names {self._width} columns. If a comma belongs to "
                "a cell, that cell needs quotation marks."
            )
            self.problems.append(Problem(number, "", shown(", ".join(extra)), sentence))
            return False
        return True

    def _cell(
        self,
        number: int,
        cells: list[str],
        index: int | None,
        parse: Callable[[str], T],
        empty: Callable[[str], bool] = placeholders.says_nothing,
    ) -> T | None:
        # Most cells of most files are empty.
        if index is None or index >= len(cells) or not cells[index]:
            return None
        cell = cells[index]
        try:
            # Before anything else: TRUE in a column of telephone numbers is no word that says nothing.
            if type(cell) is not str:
                values.check_type(cell, index in self._days, index in self._flags)
            if empty(cell):
                self._pass_over(cell)
                return None
            return parse(cell)
        except values.CellFault as fault:
            self.problems.append(Problem(number, self._columns.names[index], shown(cell), str(fault)))
            return None

    def _pass_over(self, cell: str) -> None:
        self.placeholders[shown(" ".join(cell.split()))] += 1

    def _required(self, number: int, cells: list[str], index: int, parse: Callable[[str], str]) -> str:
        before = len(self.problems)
        value = self._cell(number, cells, index, parse, placeholders.no_name)
        if not value and len(self.problems) == before:
            self._lack(number, cells, index)
        return value or ""

    def _needed(self, number: int, cells: list[str], field: Field) -> str:
        return self._required(
            number, cells, self._columns.player[field.name], lambda cell: str(field.cell(cell, self._reading[field]))
        )

    def _field(self, number: int, cells: list[str], field: Field) -> Any:
        reading = self._reading[field]
        found = self._cell(number, cells, self._columns.of(field), lambda cell: field.cell(cell, reading), field.blank)
        return field.empty if found is None else found

    def _lack(self, number: int, cells: list[str], index: int) -> None:
        name = self._columns.names[index]
        cell = shown(cells[index]) if index < len(cells) else ""
        said = f"“{cell}” says nothing" if cell.strip() else f"“{name}” is empty"
        self.problems.append(Problem(number, name, cell, f"{said}. Every player needs one; fill it in."))

    def _split(self, number: int, cells: list[str], index: int, splits: list[NameSplit]) -> tuple[str, str]:
        """First and last out of a cell with both, noted in ``splits``; both empty where the cell says nothing."""
        names = self._cell(number, cells, index, values.whole_name, placeholders.no_whole_name)
        if names is None:
            return "", ""
        splits.append(NameSplit(number, self._columns.names[index], shown(" ".join(cells[index].split())), *names))
        return names

    def _guardian(
        self, number: int, cells: list[str], block: GuardianColumns, splits: list[NameSplit]
    ) -> GuardianCell | None:
        before = len(self.problems)
        if block.first is not None and block.first == block.last:
            first, last = self._split(number, cells, block.first, splits)
        else:
            first = self._cell(number, cells, block.first, values.first_name, placeholders.no_name) or ""
            last = self._cell(number, cells, block.last, values.person_name, placeholders.no_name) or ""
        if all(not part or placeholders.perhaps_no_name(part) for part in (first, last)):
            for part in filter(None, (first, last)):
                self._pass_over(part)
            first = last = ""
        email = self._cell(number, cells, block.email, values.email, placeholders.no_address)
        phone = self._cell(number, cells, block.phone, values.phone, placeholders.no_telephone)
        relation = self._cell(number, cells, block.relation, values.relation)
        gets_email = self._cell(number, cells, block.gets_email, values.flag)
        may_sign = self._cell(number, cells, block.may_sign, values.flag)
        language = self._cell(number, cells, block.language, values.language) or ""
        if len(self.problems) > before or not (first or last or email or phone):
            return None
        if first and last:
            relation = relation or block.implied_relation
            return GuardianCell(first, last, email, phone, relation, gets_email, may_sign, language)
        # Half a name cannot be greeted, found or signed with, so nothing is guessed here.
        missing = "the last name" if first else "the first name" if last else "the name"
        index = block.last if first else block.first
        column = block.title if index is None else self._columns.names[index]
        sentence = f"{block.title} lacks {missing}. Fill it in, or clear all cells of {block.title}."
        self.problems.append(Problem(number, column, shown(email or phone or first or last), sentence))
        return None


def _team(cell: str) -> str:
    return values.group_name(cell, values.TEAM_LENGTH)
