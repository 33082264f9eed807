"""What is printed, as values: a contract with its text, the list of a team, the size of the paper."""

from dataclasses import dataclass
from enum import StrEnum

from bball_tui.league.papers.paper_code import PaperCode

BREAK = "\u2060"
"""Stands before each value that is filled in, so that no name is taken for a heading. It is never drawn."""


class PageSize(StrEnum):
    """The sheet of paper."""

    LETTER = "letter"
    A4 = "a4"


@dataclass(frozen=True, slots=True)
class Sheet:
    """One contract: its code, and the text with everything filled in."""

    code: PaperCode
    text: str


@dataclass(frozen=True, slots=True)
class SignInRow:
    """One line of a sign-in list."""

    jersey: str
    player: str
    guardians: str
    signed: bool


@dataclass(frozen=True, slots=True)
class SignInList:
    """The players of a team, by name."""

    title: str
    below: str
    rows: tuple[SignInRow, ...]
