"""Our own exports as JSON: a list of records, or a document with one under ``rows``.

A record's names are the headings of the CSV file with underscores; ``guardians`` is a list of records of its own, and
becomes the columns of Guardian 1, Guardian 2 and so on.
"""

from typing import Any

import msgspec

from bball_tui.language import _
from bball_tui.league.importing.presets import OUTBOX
from bball_tui.league.importing.raw_table import MOST_ROWS, Row, too_many_rows
from bball_tui.league.importing.sniff import NotARoster
from bball_tui.league.values.formula_escape import quoted

_NO_ROSTER = _(
    "This JSON file holds no list of players. Import one that “bball-tui export players --format json” wrote."
)


def read_document(text: str) -> list[Row]:
    """The header, and each record as a row; the first record is row 2, as in a CSV file.

    Raises:
        NotARoster: it is no JSON, or no list of records.
    """
    try:
        document: Any = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError, UnicodeError):
        raise NotARoster(_("This file begins like JSON, but is none. Export it again.")) from None
    if isinstance(document, dict) and document.get("kind") == "outbox":
        raise NotARoster(OUTBOX)
    records = document.get("rows") if isinstance(document, dict) else document
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise NotARoster(_NO_ROSTER)
    if len(records) > MOST_ROWS:
        raise too_many_rows(MOST_ROWS + 1)
    flat = [_flat(record) for record in records]
    names = list(dict.fromkeys(name for record in flat for name in record))
    rows = [(number, [record.get(name, "") for name in names]) for number, record in enumerate(flat, start=2)]
    return [(1, names), *rows] if names else []


def _flat(record: dict[str, Any]) -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in record.items():
        if isinstance(value, list):
            for place, one in enumerate(value, start=1):
                if isinstance(one, dict):
                    flat |= {f"{name.removesuffix('s')} {place} {part}": _cell(found) for part, found in one.items()}
        else:
            flat[name] = _cell(value)
    return flat


def _cell(value: Any) -> str:
    if value is None or isinstance(value, dict | list):
        return ""
    if isinstance(value, bool):
        return "Y" if value else "N"
    # In JSON a text is a text, also one that begins as a formula does.
    return quoted(value) if isinstance(value, str) else str(value)
