"""Reads workbooks and JSON in a process of its own, with limits of memory and time.

Such a file may be small and unpack to anything: nine million cells in a row, twenty million styles, JSON with as many
keys as bytes. Whatever it does, it happens to a child that the system stops (setrlimit(2)), and ``python -m`` of this
module is that child. Plain text is read where it is: its cost follows its size, and its size is limited.
"""

import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias

import msgspec

from bball_tui.language import _, spoken, use
from bball_tui.league.importing.open_table import read_table
from bball_tui.league.importing.raw_table import BadRow, FileTable, Row, Tick, no_tick
from bball_tui.league.importing.sniff import NotARoster
from bball_tui.league.sandbox import ChildEnded, ask_child, limit
from bball_tui.league.values.cells import DateCell, FlagCell, TypedCell

MEMORY: Final = 512 * 1024**2
"""Bytes of address space. A workbook of 100,000 rows with 20 columns takes half of it."""
SECONDS: Final = 60
"""Of processor time. The same workbook takes thirty."""
LARGEST_RESULT: Final = 128 * 1024**2
"""Bytes of cells that a file may hold once it is read."""
_TOO_BIG = _(
    "Reading this file would take more memory than a roster ever needs. Open it in the "
    "spreadsheet program, copy the rows with the players into a new file, and import that "
    "one."
)
_TOO_SLOW = _(
    "Reading this file takes longer than a roster ever does. Open it in the spreadsheet "
    "program, copy the rows with the players into a new file, and import that one."
)
_BROKEN = _(
    "The part of this program that reads such files broke off at this one. Open it in the "
    "spreadsheet program, save it as “CSV UTF-8”, and import that file."
)
_TYPES: Final[tuple[type[TypedCell], ...]] = (DateCell, FlagCell)
_Place: TypeAlias = tuple[int, int, int]
"""Where a typed cell stands, by indexes from 0, and which of the types it has."""


class _Question(msgspec.Struct, array_like=True, frozen=True):
    data: bytes
    sheet: str | None
    encoding: str
    memory: int
    seconds: int
    language: str


class _Answer(msgspec.Struct, array_like=True, frozen=True):
    table: FileTable | None = None
    refused: str = ""
    row: int = 0
    typed: list[_Place] = []
    """The cells that are no text to the spreadsheet: MessagePack carries them as texts."""


def unpacks(data: bytes) -> bool:
    """Whether reading ``data`` may take more than its size tells: an archive, or JSON."""
    return data.startswith(b"PK") or data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"[", b"{")


def read_limited(
    data: bytes,
    *,
    sheet: str | None = None,
    encoding: str = "",
    tick: Tick = no_tick,
    memory: int = MEMORY,
    seconds: int = SECONDS,
) -> FileTable:
    """Like :func:`read_table`, in a child process where the kind of file may cost more than its size.

    ``tick`` is asked before the child starts, then ten times a second; what it raises ends the child at once.

    Raises:
        NotARoster: the file as a whole is unreadable, or too large when read (:class:`BadRow` says from where on).
    """
    if not unpacks(data):
        return read_table(data, sheet=sheet, encoding=encoding, tick=tick)
    try:
        output = ask_child(
            __name__, msgspec.msgpack.encode(_Question(data, sheet, encoding, memory, seconds, spoken())), tick
        )
    except ChildEnded as ended:
        raise NotARoster(_TOO_SLOW if ended.too_slow else _BROKEN if ended.broken else _TOO_BIG) from None
    answer = msgspec.msgpack.decode(output, type=_Answer)
    if answer.table is not None:
        for row, column, kind in answer.typed:
            cells = answer.table.rows[row][1]
            cells[column] = _TYPES[kind](cells[column])
        return answer.table
    raise BadRow(answer.row, answer.refused) if answer.row else NotARoster(answer.refused)


def _answer(question: _Question) -> bytes:
    try:
        table = read_table(question.data, sheet=question.sheet, encoding=question.encoding)
    except BadRow as fault:
        return msgspec.msgpack.encode(_Answer(refused=str(fault), row=fault.row))
    except NotARoster as reason:
        return msgspec.msgpack.encode(_Answer(refused=_(str(reason))))  # perhaps made before the language was known
    answer = msgspec.msgpack.encode(_Answer(table, typed=_typed(table.rows)), enc_hook=_as_text)
    return answer if len(answer) <= LARGEST_RESULT else msgspec.msgpack.encode(_Answer(refused=_(_TOO_BIG)))


def _typed(rows: Sequence[Row]) -> list[_Place]:
    return [
        (row, column, _TYPES.index(type(cell)))
        for row, (_, cells) in enumerate(rows)
        for column, cell in enumerate(cells)
        if isinstance(cell, TypedCell)
    ]


def _as_text(cell: Any) -> str:
    if isinstance(cell, TypedCell):
        return str(cell)
    raise NotImplementedError(type(cell))


def main() -> None:
    """The child: a question on stdin, its answer on stdout; nothing there when memory did not do."""
    question = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=_Question)
    limit(question.memory, question.seconds)
    use(question.language)
    # Where memory ends within C, the error itself may be lost: CPython then says SystemError.
    with suppress(MemoryError, SystemError):
        sys.stdout.buffer.write(_answer(question))


if __name__ == "__main__":
    main()
