"""Many values as one parameter: PostgreSQL's array literals (documentation 8.15.2, "Array Value Input"), and arrays as
bytes.

psycopg builds arrays too, but looks at the type of every item; for the tens of thousands of values of an import, and
for the few of a statement that runs a hundred times a second, that takes longer than the statement they are for.
"""

import struct
from collections.abc import Callable, Iterable
from typing import Any, Final
from uuid import UUID

from psycopg.abc import DumperKey
from psycopg.adapt import PyFormat
from psycopg.types.array import BaseListDumper, ListBinaryDumper


def text_array(values: Iterable[object | None]) -> str:
    """A literal for ``CAST(:name AS text[])``, or of any type whose text has no meaning of its own in it (dates)."""
    texts = ["NULL" if value is None else f'"{value!s}"' for value in values]
    joined = ",".join(texts)
    # Hardly any text has signs to be escaped, and one look at all of them tells.
    if "\\" in joined or joined.count('"') != 2 * (len(texts) - texts.count("NULL")):
        joined = ",".join([text if text == "NULL" else _escaped(text[1:-1]) for text in texts])
    return "{" + joined + "}"


def _escaped(text: str) -> str:
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def number_array(values: Iterable[int]) -> str:
    """A literal for ``CAST(:name AS bigint[])``."""
    return "{" + ",".join(map(str, values)) + "}"


_NULL: Final = struct.pack(">i", -1)
_length = struct.Struct(">i").pack
_head = struct.Struct(">IiIII").pack

_KINDS: Final[dict[type, tuple[str, Callable[[Any], bytes]]]] = {
    int: ("int8", struct.Struct(">q").pack),
    bool: ("bool", struct.Struct("?").pack),
    float: ("float8", struct.Struct(">d").pack),
    str: ("text", str.encode),
    bytes: ("bytea", bytes),
    UUID: ("uuid", lambda value: value.bytes),
}
"""Of what a list may be, what PostgreSQL calls it, and how it is sent; whole numbers are always bigint."""


class PlainListDumper(ListBinaryDumper):
    """Lists of one plain type, as `array_recv` of PostgreSQL's `arrayfuncs.c` reads them; others as psycopg does it."""

    _name = ""
    _sent: Callable[[Any], bytes]

    def get_key(self, obj: list[Any], format: PyFormat) -> DumperKey:  # noqa: A002 - psycopg's name
        """See :class:`psycopg.adapt.Dumper`."""
        kind = _kind(obj)
        return super().get_key(obj, format) if kind is None else (self.cls, kind)

    def upgrade(self, obj: list[Any], format: PyFormat) -> BaseListDumper:  # noqa: A002 - psycopg's name
        """See :class:`psycopg.adapt.Dumper`."""
        kind = _kind(obj)
        if kind is None:
            return ListBinaryDumper(self.cls, self._tx).upgrade(obj, format)
        dumper = type(self)(self.cls, self._tx)
        dumper._name, dumper._sent = _KINDS[kind]
        dumper.oid = self._tx.adapters.types[dumper._name].array_oid
        return dumper

    def dump(self, obj: list[Any]) -> bytes:
        """See :class:`psycopg.adapt.Dumper`."""
        sent = self._sent
        parts = [_head(1, None in obj, self._tx.adapters.types[self._name].oid, len(obj), 1)]
        for value in obj:
            if value is None:
                parts.append(_NULL)
            else:
                written = sent(value)
                parts += (_length(len(written)), written)
        return b"".join(parts)


def _kind(values: list[Any]) -> type | None:
    for value in values:
        if value is not None:
            kind: type = type(value)
            return kind if kind in _KINDS else None
    return None
