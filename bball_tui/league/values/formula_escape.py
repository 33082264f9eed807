"""The apostrophe that keeps a spreadsheet from running a text as a formula, and how it is taken away again.

A spreadsheet runs a cell that begins with one of ``= + - @``, in full width as well, a tab or a line end (OWASP, "CSV
Injection"). Exports put an apostrophe before such a text; imports take exactly one away. A text that begins with
apostrophes and then such a character gets one more, so that no two texts are written alike and every text comes back.
"""

import re

_BEGINNING = "[=+@\t\r\n\uff1d\uff0b\uff20\uff0d-]"
_FORMULA = re.compile(f"'*{_BEGINNING}")
_QUOTED = re.compile(f"'+{_BEGINNING}")


def quoted(text: str) -> str:
    """``text`` as a cell that no spreadsheet runs."""
    return f"'{text}" if _FORMULA.match(text) else text


def is_quoted(cell: str) -> bool:
    """Whether :func:`quoted` put the apostrophe there."""
    return _QUOTED.match(cell) is not None


def unquoted(cell: str) -> str:
    """The text of a cell: ``unquoted(quoted(text)) == text`` for every text."""
    return cell[1:] if is_quoted(cell) else cell
