"""Many values as one parameter: PostgreSQL's array literals (documentation 8.15.2, "Array Value Input").

psycopg builds arrays too, but looks at the type of every item; for the tens of thousands of values of an import that
takes longer than the statement that they are for.
"""

from collections.abc import Iterable


def text_array(values: Iterable[object | None]) -> str:
    """A literal for ``CAST(:name AS text[])``, or of any type whose text has no meaning of its own in it (dates)."""
    return "{" + ",".join(["NULL" if value is None else _quoted(str(value)) for value in values]) + "}"


def _quoted(text: str) -> str:
    if "\\" in text or '"' in text:
        text = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def number_array(values: Iterable[int]) -> str:
    """A literal for ``CAST(:name AS bigint[])``."""
    return "{" + ",".join(map(str, values)) + "}"
