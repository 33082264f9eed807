"""What a list is narrowed to, as a person chose it: one value of one facet at a time. No database here."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Literal, TypeAlias

import msgspec

from bball_tui.database.states import ContractStatus
from bball_tui.language import _
from bball_tui.league.filters.attention import Attention

ListName: TypeAlias = Literal["teams", "players", "contracts"]


class Facet(StrEnum):
    """A kind of filter."""

    STATUS = "status"
    WELCOME = "welcome"
    TROUBLE = "trouble"
    DIVISION = "division"
    TEAM = "team"
    ARCHIVED = "archived"

    @property
    def heading(self) -> str:
        """What stands over its values."""
        match self:
            case Facet.STATUS:
                return _("Contract")
            case Facet.WELCOME:
                return _("Welcome e-mail")
            case Facet.TROUBLE:
                return _("Needs attention")
            case Facet.DIVISION:
                return _("Division")
            case Facet.TEAM:
                return _("Team")
            case Facet.ARCHIVED:
                return _("Archived")

    @property
    def single(self) -> bool:
        """Whether a list has at most one value of it."""
        return self in (Facet.DIVISION, Facet.TEAM, Facet.ARCHIVED)

    @property
    def named(self) -> bool:
        """Whether a value says nothing without the facet's name beside it."""
        return self in (Facet.STATUS, Facet.DIVISION, Facet.TEAM)


WORDS: dict[Facet, dict[str, str]] = {
    Facet.STATUS: {one.value: _(one.value) for one in ContractStatus},
    Facet.WELCOME: {
        "failed": _("e-mail failed"),
        "came_back": _("e-mail came back"),
        "in_doubt": _("e-mail in doubt"),
        "parked": _("e-mail set aside"),
        "no_address": _("signed, no e-mail address"),
        "held": _("e-mail held for undo"),
        "waiting": _("e-mail waits for the team chat"),
        "queued": _("e-mail queued"),
        "sending": _("e-mail being sent"),
        "in_folder": _("e-mail written to a folder"),
        "sent": _("e-mail accepted"),
        "cancelled": _("e-mail canceled"),
        "suppressed": _("address blocked"),
        "none": _("no e-mail queued"),
    },
    Facet.TROUBLE: {one.value: one.label for one in Attention},
}
"""How a value reads; one that is not here reads as it is."""


class FilterChoice(msgspec.Struct, frozen=True):
    """One value. ``label`` is how it reads alone; of a team ``value`` is the id."""

    facet: Facet
    value: str
    label: str

    @property
    def key(self) -> str:
        """Names it among all choices."""
        return f"{self.facet}:{self.value}"

    @property
    def chip(self) -> str:
        """How it reads among others."""
        return f"{_(self.facet)}: {self.label}" if self.facet.named else self.label


def choice(facet: Facet, value: str) -> FilterChoice:
    """A value that reads as its facet says."""
    return FilterChoice(facet, value, WORDS.get(facet, {}).get(value, value))


def toggled(choices: Sequence[FilterChoice], one: FilterChoice) -> tuple[FilterChoice, ...]:
    """``choices`` without ``one`` if it was among them, else with it."""
    if any(other.key == one.key for other in choices):
        return tuple(other for other in choices if other.key != one.key)
    kept = (other for other in choices if not one.facet.single or other.facet is not one.facet)
    return (*kept, one)
