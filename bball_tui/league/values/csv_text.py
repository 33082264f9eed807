"""Rows as the text of a CSV file: RFC 4180, every cell in quotation marks."""

import csv
import io
from collections.abc import Iterable


def csv_text(rows: Iterable[Iterable[str]]) -> str:
    """The lines of ``rows``, each with the line end of RFC 4180.

    A spreadsheet runs some texts as formulas: what people wrote goes through
    :func:`bball_tui.league.values.formula_escape.quoted` before it comes here.
    """
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return buffer.getvalue()
