"""Statements whose plan PostgreSQL may keep for a connection: planning, dearer behind the walls, is most of their cost.

A kept plan is made for all values. So only those statements say that they are such whose plan hinges on none of their
parameters: what chooses a partial index, a LIMIT, and the league that all rows are of are spelled out in them.
"""

from collections.abc import Iterable

from sqlalchemy import BigInteger, ColumnElement, literal_column
from sqlalchemy.orm import InstrumentedAttribute

KEEPS_PLAN = {"keeps_plan": True}
"""The execution options of such a statement."""
KEPT_AFTER = 1
"""How often it is asked before it is prepared: whoever asks once pays nothing. PostgreSQL then makes five plans for the
values before it keeps one that is as good."""


def spelled(number: int) -> ColumnElement[int]:
    """``number`` as part of the statement's text."""
    return literal_column(str(int(number)), BigInteger)


def spelled_among(column: InstrumentedAttribute[str], words: Iterable[str]) -> ColumnElement[bool]:
    """Whether ``column`` is one of these words of the program."""
    return column.in_([literal_column(f"'{word}'") for word in words])
