"""What is wrong with a file, told so that the person who made it can fix it."""

from msgspec import Struct


class Problem(Struct, frozen=True, order=True):
    """One fault of a file.

    ``row`` counts as a spreadsheet does (the first line is 1, a quoted line break starts no new row) and ``column``
    is the name in the file's header, empty where the whole row or file is meant. ``value`` and ``column`` are safe
    to show. ``problem`` is a finished sentence with the way out. ``player`` and ``team`` are what the row calls them,
    as far as it does, and safe to show, too.
    """

    row: int
    column: str
    value: str
    problem: str
    player: str = ""
    team: str = ""
