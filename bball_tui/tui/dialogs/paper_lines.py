"""What a stack of papers says in one line: of a name, of a paper that is done, of letters that mean several."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

from msgspec import Struct
from textual.content import Content

from bball_tui.database.states import ContractStatus
from bball_tui.language import _, plural
from bball_tui.tui.text import cell, content, content_lines, shorten, shorten_name
from bball_tui.tui.theme import Tone
from bball_tui.wording import counted, short_date

if TYPE_CHECKING:
    from bball_tui.league.contracts.batch_signing import PaperFacts
    from bball_tui.league.roster.rows import ContractRow

LONGEST_DATE = len("May 12, 2015")
_PART_OF_NAME = 15
"""Columns of a name that say enough where the next line has the same one."""


class PaperSigned(Struct, frozen=True):
    """One paper is done: whose it was, who signed how and when, and the mails that wait for the end of the stack.

    ``born`` is there where the team has another child of this name.
    """

    contract_id: int
    player: str
    team: str
    signer: str
    method: str
    signed_on: date
    mails: int
    born: date | None = None

    @property
    def whose(self) -> str:
        """The child and its team, and what tells it from another of that name."""
        if self.born is None:
            return _("{player} ({team})").format(player=self.player, team=self.team)
        return _("{player} ({team}, born {day})").format(player=self.player, team=self.team, day=short_date(self.born))


def paper_line(one: PaperSigned, width: int, *, two: bool) -> Content:
    """A paper in the list of those that are done, in one line or ``two``."""
    mails = "" if one.mails else _(", no e-mail")
    how = f"{one.signer}, {one.method}, {short_date(one.signed_on)}{mails}"
    if two:
        return content_lines([[shorten(one.whose, width)], [f"  {shorten(how, width - 2)}"]])
    return content(shorten(f"{one.whose} · {how}", width))


def what_becomes_of_mails(paper: PaperSigned, held: str) -> str:
    """What becomes of the mails of a paper, behind its name."""
    if not paper.mails:
        return _(", no e-mail.")
    waiting = counted(paper.mails, "e-mail waits", "e-mails wait")
    return _("; {waiting} for the end of the stack.{held}").format(waiting=waiting, held=f" {held}" if held else "")


def name_line(row: "ContractRow", facts: "PaperFacts | None", width: int) -> str:
    """Whose contract waits: name, jersey, team and birthdate, or what else was found; what tells namesakes apart."""
    rest = width - LONGEST_DATE - 2
    team = rest * 2 // 5
    name = f"{row.last}, {row.first}" + (f"  #{row.jersey}" if row.jersey else "")
    born, by = "", ""
    if facts is not None:
        born = "" if facts.birthdate is None else short_date(facts.birthdate)
        name = f"! {name}" if facts.namesakes else name
        alike = any((one.team, one.birthdate) == (row.team, facts.birthdate) for one in facts.namesakes)
        parent = facts.by or (facts.signer.name if alike and facts.signer is not None else "")
        by = _("parent: {name}").format(name=parent) if parent and parent != row.team else parent
        if facts.namesakes:
            team = max(team, min(len(row.team), rest - _PART_OF_NAME))
    name = shorten_name(name, rest - team - 1)
    if by:
        return f"{cell(name, rest - team - 1)} {cell(by, team + 1 + LONGEST_DATE)}"
    return f"{cell(name, rest - team - 1)} {cell(row.team, team)} {born}"


def nothing_waits(others: "Mapping[ContractStatus, int]") -> tuple[str, Tone]:
    """Why no contract of the season waits for a signature; ``others`` are those that it has, by status."""
    if not others:
        return _("The season has no contracts yet. Press Esc, then {desk.import} to import a roster."), Tone.WARN
    drafts = others.get(ContractStatus.DRAFT, 0)
    if drafts:
        return plural(
            "No offer waits for a signature: {number:,} contract is still a draft. Press Esc, then"
            " {{contract.offer}} on the contract to offer it.",
            "No offer waits for a signature: {number:,} contracts are still drafts. Press Esc, select them, then"
            " {{contract.offer}} to offer them.",
            drafts,
        ).format(number=drafts), Tone.WARN
    return _("All done: every contract that was offered is signed or over."), Tone.GOOD


def not_clear(rows: "Sequence[ContractRow]", facts: "Mapping[int, PaperFacts]") -> str:
    """Why it is not clear whose paper it is that was typed, and the way out."""
    from bball_tui.league.contracts.batch_signing import SHOWN

    number = len(rows)
    named = sum(one.whole for one in facts.values())
    if number > 1 and len({(row.first.casefold(), row.last.casefold()) for row in rows}) == 1:
        named = number
    if named > 1:
        return _("{number} children have this name: choose with ↑ ↓.").format(number=named)
    if named or number == 1:
        return _("Another child has the same name: choose with ↑ ↓ if this one is meant.")
    if number < SHOWN:
        return _("{number} match: type the full name, or choose with ↑ ↓.").format(number=number)
    return _("{number} or more match: type the full name, or choose with ↑ ↓.").format(number=number)
