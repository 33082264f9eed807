"""What is printed, as values: a contract with its text, the list of a team, the size of the paper."""

from enum import StrEnum

from msgspec import Struct

from bball_tui.league.papers.paper_code import PaperCode

BREAK = "\u2060"
"""Stands before each value that is filled in, so that no name is taken for a heading. It is never drawn."""


class PageSize(StrEnum):
    """The sheet of paper."""

    LETTER = "letter"
    A4 = "a4"


class ContractSheet(Struct, frozen=True):
    """One contract: its code, and the text with everything filled in."""

    code: PaperCode
    text: str


class SignInRow(Struct, frozen=True):
    """One line of a sign-in list."""

    jersey: str
    player: str
    guardians: str
    signed: bool


class SignInList(Struct, frozen=True):
    """The players of a team, by name."""

    title: str
    below: str
    rows: tuple[SignInRow, ...]
