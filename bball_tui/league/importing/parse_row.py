"""From the cells of a file's rows to typed rows, and every fault of a cell with its row, column and value."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import partial
from typing import Any, Generic, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from bball_tui.database.states import DateOrder
from bball_tui.language import _
from bball_tui.league.fields import Field, Kind, Reading
from bball_tui.league.importing import doubtful_cells
from bball_tui.league.importing.find_columns import Columns, GuardianColumns
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.raw_table import Row, Tick
from bball_tui.league.importing.roster_row import GuardianCell, NameSplit, RosterRow
from bball_tui.league.roster import guardian, player
from bball_tui.league.values import placeholders
from bball_tui.league.values.birthdates import proven_order
from bball_tui.league.values.cells import CellFault, check_type
from bball_tui.league.values.codes import contract_status, flag, identity, is_staff
from bball_tui.league.values.names import TEAM_LENGTH, group_name, name_text, whole_name
from bball_tui.league.values.shown import shown

MOST_PROBLEMS = 1_000
"""After so many faults the file is not a roster with faults, but something else."""

T = TypeVar("T")
_UNREAD: Any = object()
DAYS = tuple(field for field in player.FIELDS if field.kind is Kind.DAY)


class _Column(Struct, Generic[T]):
    """One column, and what its cells mean. A cell that was read once is not read again.

    ``doubt`` says of a cell and its value what is perhaps not meant; empty: nothing.
    """

    index: int
    parse: Callable[[str], T]
    empty: Callable[[str], bool]
    doubt: Callable[[str, T], str] | None = None
    known: dict[str, T | None] = field(default_factory=lambda: {"": None})
    doubted: dict[str, tuple[T, str]] = field(default_factory=dict)
    """Those of which there is something to say."""


class _Guardian:
    """The columns of one guardian that the file has, by the field's name: those of the person and those of the link."""

    def __init__(self, block: GuardianColumns, reading: Reading) -> None:
        self.block = block
        # A column of whole names is split, and never read as a part of a name.
        first, last = block.of(guardian.FIRST_NAME), block.of(guardian.LAST_NAME)
        self.whole = None if first != last else _whole(first)
        names = (guardian.FIRST_NAME, guardian.LAST_NAME)
        person = (one for one in guardian.PERSON if self.whole is None or one not in names)
        self.person = self._columns(person, reading)
        self.link = self._columns(guardian.LINK, reading)
        whole = () if self.whole is None else (self.whole.index,)
        self.indexes = (*whole, *(column.index for _, column in (*self.person, *self.link)))
        self.address = block.of(guardian.EMAIL)

    def _columns(self, fields: Iterable[Field], reading: Reading) -> tuple[tuple[str, _Column[Any]], ...]:
        return tuple(
            (one.name, _Column(index, partial(_field_cell, one, reading), one.blank, _GUARDIAN_DOUBTS.get(one.name)))
            for one in fields
            if (index := self.block.of(one)) is not None
        )


_GUARDIAN_DOUBTS: Mapping[str, Callable[[str, Any], str]] = {
    guardian.FIRST_NAME.name: doubtful_cells.of_name,
    guardian.LAST_NAME.name: doubtful_cells.of_last_name,
    guardian.EMAIL.name: doubtful_cells.of_address,
}


def _column(
    index: int | None,
    parse: Callable[[str], T],
    empty: Callable[[str], bool] = placeholders.says_nothing,
    doubt: Callable[[str, T], str] | None = None,
) -> _Column[T] | None:
    return None if index is None else _Column(index, parse, empty, doubt)


def _whole(index: int | None) -> _Column[tuple[str, str]] | None:
    return _column(index, whole_name, placeholders.no_whole_name, doubtful_cells.of_whole_name)


class RowReader:
    """Turns the records of one file into rows and problems."""

    def __init__(self, columns: Columns, order: DateOrder, today: date) -> None:
        self.rows: list[RosterRow] = []
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        """Cells of usable rows that are perhaps not meant."""
        self.staff_rows: list[int] = []
        self.gave_up = False
        self.nameless = 0
        self.splits: list[NameSplit] = []
        self.placeholders: Counter[str] = Counter()
        self._doubts: list[Problem] = []
        """Those of the row that is being read."""
        self._columns = columns
        self._reading = Reading(order, today)
        self._width = len(columns.names)
        self._days = {columns.of(field) for field in DAYS}
        self._flags = {columns.non_player} | {
            block.of(field) for block in columns.guardians for field in guardian.FLAGS
        }
        # Trailing columns without a name are only padding; their cells may be missing as well.
        while self._width - 1 in columns.unnamed:
            self._width -= 1
        self._non_player = _column(columns.non_player, flag)
        self._role = _column(columns.role, is_staff)
        self._status = _column(columns.status, contract_status)
        empty = placeholders.says_nothing if columns.preset.own_export else placeholders.no_name
        self._team_column = _column(columns.team, _team, empty)
        first = columns.player[player.FIRST_NAME.name]
        self._whole = _whole(first) if first == columns.player[player.LAST_NAME.name] else None
        self._division = _column(columns.division, group_name)
        self._season = _column(columns.season, name_text)
        self._player_id = _column(columns.player_id, identity)
        self._guardians = [_Guardian(block, self._reading) for block in columns.guardians]
        self._fields: list[tuple[str, bool, Any, _Column[Any] | None]] = []
        """Of the player: the name, whether nobody is without it, what it is without a cell, and its column."""

    def read(self, records: list[Row], tick: Tick) -> None:
        """Read all rows; ``tick`` is called now and then with how many are read."""
        names = () if self._whole is None else (player.FIRST_NAME, player.LAST_NAME)
        self._fields = [
            (one.name, one.needed, one.empty, self._field_column(one, records))
            for one in player.FIELDS
            if one not in names
        ]
        for count, (number, cells) in enumerate(records):
            if count % 500 == 0:
                tick(count)
            if len(self.problems) >= MOST_PROBLEMS:
                self.gave_up = True
                sentence = _(
                    "Reading stopped here, after {most_problems:,} faults. Check that this is the right file."
                ).format(most_problems=MOST_PROBLEMS)
                self.problems.append(Problem(number, "", "", sentence))
                return
            faults, doubts = len(self.problems), len(self.warnings)
            row = self._row(number, cells)
            if row is not None:
                self.rows.append(row)
            if len(self.problems) > faults:
                self._say_who(self.problems, faults, cells)
            if len(self.warnings) > doubts:
                self._say_who(self.warnings, doubts, cells)

    def _say_who(self, found: list[Problem], since: int, cells: list[str]) -> None:
        """Whose row it is, to what was found in it; nobody finds a row of hundreds by its number alone."""
        columns = self._columns
        first, last = (columns.player[one.name] for one in (player.FIRST_NAME, player.LAST_NAME))
        names = [cells[index].strip() for index in dict.fromkeys((first, last)) if index < len(cells)]
        team = "" if columns.team is None or columns.team >= len(cells) else cells[columns.team].strip()
        found[since:] = [
            replace(one, player=shown(" ".join(filter(None, names))), team=shown(team)) for one in found[since:]
        ]

    def _field_column(self, one: Field, records: list[Row]) -> _Column[Any] | None:
        index, reading = self._columns.of(one), self._reading
        if index is not None and one in DAYS:
            proven = proven_order(cells[index] for _, cells in records if len(cells) > index)
            reading = replace(reading, proven=proven)
        return _column(index, partial(_field_cell, one, reading), one.blank, self._field_doubt(one))

    def _field_doubt(self, one: Field) -> Callable[[str, Any], str] | None:
        today = self._reading.today
        doubts: dict[str, Callable[[str, Any], str]] = {
            player.FIRST_NAME.name: doubtful_cells.of_name,
            player.LAST_NAME.name: doubtful_cells.of_last_name,
            player.BIRTHDATE.name: lambda _, day: doubtful_cells.of_birthdate(day, today),
        }
        return doubts.get(one.name)

    def _row(self, number: int, cells: list[str]) -> RosterRow | None:
        columns = self._columns
        before = len(self.problems)
        self._doubts = []
        if len(cells) != len(columns.names) and not self._right_length(number, cells):
            return None
        for index in columns.unnamed:
            if index < len(cells) and not cells[index].isspace() and cells[index]:
                sentence = _(
                    "Column {index} has no name, but this cell is not empty. Name the column or clear it."
                ).format(index=index + 1)
                self.problems.append(Problem(number, "", shown(cells[index]), sentence))
        if self._non_player is not None and self._cell(number, cells, self._non_player):
            self.staff_rows.append(number)
            return None
        if self._role is not None and self._cell(number, cells, self._role):
            self.staff_rows.append(number)
            return None
        status = None if self._status is None else self._cell(number, cells, self._status)
        team = self._team(number, cells, status)
        splits: list[NameSplit] = []
        found: dict[str, Any] = {}
        if self._whole is not None:
            names = self._split(number, cells, self._whole, splits)
            found = {player.FIRST_NAME.name: names[0], player.LAST_NAME.name: names[1]}
            if not splits and len(self.problems) == before:
                self._lack(number, cells, self._whole.index)
        for name, needed, empty, column in self._fields:
            if column is None:
                found[name] = empty
            elif needed:
                found[name] = self._required(number, cells, column)
            else:
                value = self._cell(number, cells, column)
                found[name] = empty if value is None else value
        division = None if self._division is None else self._cell(number, cells, self._division)
        season = None if self._season is None else self._cell(number, cells, self._season)
        guardians = []
        for block in self._guardians:
            one_guardian = self._guardian(number, cells, block, splits)
            if one_guardian is not None:
                guardians.append(one_guardian)
        if len(self.problems) > before:
            return None
        address = columns.nameless_email
        if address is not None and not any(cell.email for cell in guardians):
            self.nameless += address < len(cells) and bool(cells[address].strip())
        self.splits += splits
        self.warnings += self._doubts
        return RosterRow(
            number,
            team,
            player.PlayerValues(**found),
            (division or "") if team else "",
            season or "",
            tuple(guardians),
            status == "draft",
            (None if self._player_id is None else self._cell(number, cells, self._player_id)) or 0,
        )

    def _team(self, number: int, cells: list[str], status: str | None) -> str:
        """The team; empty in an export of ours for a player without a contract, or whose contract is history."""
        if self._columns.preset.own_export:
            team = (None if self._team_column is None else self._cell(number, cells, self._team_column)) or ""
            return "" if status == "closed" else team
        assert self._team_column is not None  # noqa: S101 - only an export of ours may lack the column
        return self._required(number, cells, self._team_column)

    def _right_length(self, number: int, cells: list[str]) -> bool:
        if len(cells) < self._width:
            sentence = _(
                "The row has {number} cells, the first line names {width} columns. Complete the row or delete it."
            ).format(number=len(cells), width=self._width)
            self.problems.append(Problem(number, self._columns.names[len(cells)], shown(", ".join(cells)), sentence))
            return False
        extra = [cell for cell in cells[len(self._columns.names) :] if cell.strip()]
        if extra:
            sentence = _(
                "The row has {number} cells, the first line names {width} columns. If a comma belongs to "
                "a cell, that cell needs quotation marks."
            ).format(number=len(cells), width=self._width)
            self.problems.append(Problem(number, "", shown(", ".join(extra)), sentence))
            return False
        return True

    def _cell(self, number: int, cells: list[str], column: _Column[T]) -> T | None:
        index = column.index
        if index >= len(cells):
            return None
        cell = cells[index]
        plain = type(cell) is str
        if plain:
            known = column.known.get(cell, _UNREAD)
            if known is not _UNREAD:
                return known
            if cell in column.doubted:
                found, doubt = column.doubted[cell]
                self._wonder(number, index, cell, doubt)
                return found
        if not cell:
            return None
        try:
            # Before anything else: TRUE in a column of phone numbers is no word that says nothing.
            if not plain:
                check_type(cell, index in self._days, index in self._flags)
            if column.empty(cell):
                self._pass_over(cell)
                return None
            found = column.parse(cell)
        except CellFault as fault:
            self.problems.append(Problem(number, self._columns.names[index], shown(cell), str(fault)))
            return None
        if column.doubt is not None and (doubt := column.doubt(cell, found)):
            if plain:
                column.doubted[cell] = found, doubt
            self._wonder(number, index, cell, doubt)
        elif plain:
            column.known[cell] = found
        return found

    def _wonder(self, number: int, index: int, cell: str, doubt: str) -> None:
        self._doubts.append(Problem(number, self._columns.names[index], shown(cell), doubt))

    def _pass_over(self, cell: str) -> None:
        self.placeholders[shown(" ".join(cell.split()))] += 1

    def _required(self, number: int, cells: list[str], column: _Column[str]) -> str:
        before = len(self.problems)
        value = self._cell(number, cells, column)
        if value:
            return value
        if len(self.problems) == before:
            self._lack(number, cells, column.index)
        return ""

    def _lack(self, number: int, cells: list[str], index: int) -> None:
        name = self._columns.names[index]
        cell = shown(cells[index]) if index < len(cells) else ""
        said = (
            _("“{cell}” says nothing").format(cell=cell) if cell.strip() else _("“{name}” is empty").format(name=name)
        )
        self.problems.append(
            Problem(number, name, cell, _("{said}. Every player needs one; fill it in.").format(said=said))
        )

    def _split(
        self, number: int, cells: list[str], column: _Column[tuple[str, str]], splits: list[NameSplit]
    ) -> tuple[str, str]:
        """First and last out of a cell with both, noted in ``splits``; both empty where the cell says nothing."""
        names = self._cell(number, cells, column)
        if names is None:
            return "", ""
        text = shown(" ".join(cells[column.index].split()))
        splits.append(NameSplit(number, self._columns.names[column.index], text, *names))
        return names

    def _guardian(
        self, number: int, cells: list[str], columns: _Guardian, splits: list[NameSplit]
    ) -> GuardianCell | None:
        width = len(cells)
        for index in columns.indexes:
            if index < width and cells[index]:
                break
        else:
            return None
        before = len(self.problems)
        block = columns.block
        first, last = "", ""
        doubts = list(self._doubts)
        if columns.whole is not None:
            first, last = self._split(number, cells, columns.whole, splits)
        found: dict[str, Any] = {name: self._cell(number, cells, column) for name, column in columns.person}
        link = {
            name: value for name, column in columns.link if (value := self._cell(number, cells, column)) is not None
        }
        first = found.get(guardian.FIRST_NAME.name) or first
        last = found.get(guardian.LAST_NAME.name) or last
        address = columns.address
        wrong = len(self.problems) > before or len(self._doubts) > len(doubts)
        if wrong and address is not None and (phone := found.get(guardian.PHONE.name)):
            ask = _(" Ask {whom}: {phone}.").format(
                whom=shown(f"{first} {last}".strip()) or _("the family"), phone=phone
            )
            self._say_whom_to_ask(self.problems, before, self._columns.names[address], ask)
            self._say_whom_to_ask(self._doubts, len(doubts), self._columns.names[address], ask)
        no_name = placeholders.perhaps_no_name
        if (not first or no_name(first)) and (not last or no_name(last)):
            for part in filter(None, (first, last)):
                self._pass_over(part)
            if first or last:
                self._doubts = doubts
            first = last = ""
        email, phone = found.get(guardian.EMAIL.name), found.get(guardian.PHONE.name)
        if len(self.problems) > before or not (first or last or email or phone):
            return None
        if first and last:
            if block.implied_relation is not None:
                link.setdefault(guardian.RELATION.name, block.implied_relation)
            return GuardianCell(first, last, email, phone, found.get("language") or "", tuple(link.items()))
        # Half a name cannot be greeted, found or signed with, so nothing is guessed here.
        missing = _("the last name") if first else _("the first name") if last else _("the name")
        index = block.of(guardian.LAST_NAME if first else guardian.FIRST_NAME)
        column = block.title if index is None else self._columns.names[index]
        sentence = _("{block} is missing {missing}. Fill it in, or clear all cells of {block}.").format(
            block=block.title, missing=missing
        )
        self.problems.append(Problem(number, column, shown(email or phone or first or last), sentence))
        return None

    @staticmethod
    def _say_whom_to_ask(faults: list[Problem], since: int, column: str, ask: str) -> None:
        """To what is wrong with the cell of ``column``, since so many ``faults``, the number in the same row."""
        for place, fault in enumerate(faults[since:], since):
            if fault.column == column:
                faults[place] = replace(fault, problem=f"{fault.problem}{ask}")


def _field_cell(field: Field, reading: Reading, cell: str) -> Any:
    return str(field.cell(cell, reading)) if field.needed else field.cell(cell, reading)


def _team(cell: str) -> str:
    return group_name(cell, TEAM_LENGTH)
