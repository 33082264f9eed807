"""Records as text: CSV that a spreadsheet cannot run, and JSON. Both come back through the import."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

import msgspec

from bball_tui.league.exporting.records import FAMILY, GUARDIAN, Record, What
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted


def csv_head(names: Iterable[str], most_guardians: int) -> str:
    """The line that titles the columns of records of ``names``, of whom none has more guardians than that."""
    titles: list[str] = []
    for name in names:
        if name == FAMILY:
            titles += [_title(f"guardian_{n} {part}") for n in range(1, most_guardians + 1) for part in GUARDIAN]
        else:
            titles.append(_title(name))
    return csv_text([titles])


def as_csv(records: Sequence[Record], most_guardians: int) -> str:
    """Records as lines (RFC 4180, UTF-8)."""
    return csv_text(_cells(record, most_guardians) for record in records)


def _title(name: str) -> str:
    words = name.replace("_", " ").split()
    return " ".join("ID" if word == "id" else word if word in ("of", "on") else word.title() for word in words)


def _cells(record: Record, most_guardians: int) -> Iterator[str]:
    for name, value in record.items():
        if name != FAMILY:
            yield _cell(value)
            continue
        for guardian in value:
            yield from map(_cell, guardian.values())
        yield from [""] * len(GUARDIAN) * (most_guardians - len(value))


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Y" if value else "N"
        case datetime():
            return value.isoformat(" ", "seconds")
        case date():
            return value.isoformat()
        case _:
            return quoted(str(value))


def json_head(what: What, league: str) -> str:
    """The beginning of a document, up to its first record."""
    name = msgspec.json.encode(league).decode()
    return f'{{"kind": "{what}", "league": {name}, "rows": ['


def as_json(records: Sequence[Record], *, first: bool) -> str:
    """Records as the next elements of the document's list; ``first`` when there were none before."""
    texts = [msgspec.json.encode(record).decode() for record in records]
    return ("\n" if first else ",\n") + ",\n".join(texts)


def json_tail() -> str:
    """The end of a document."""
    return "\n]}\n"
