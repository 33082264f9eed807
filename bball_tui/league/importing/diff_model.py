"""What an import would do, as immutable values: the difference between a roster and the database.

A row that is meant may exist already or be made by this very import. A :data:`Ref` names either: a positive number
is an id in the database, ``-1`` the first of the new ones, ``-2`` the second and so on.

What exists once a row of the file is a msgspec struct that the garbage collector does not track: it cannot be part
of a cycle, and walking tens of thousands of them again and again took as long as the comparison itself.
"""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Generic, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Struct, field

from bball_tui.database.states import ContractStatus
from bball_tui.league.importing.answers import NO_ANSWERS, Answers, Open
from bball_tui.league.importing.corrections import Conflict
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.read_roster import Roster
from bball_tui.league.roster.guardian import LINK, GuardianValues, LinkValues
from bball_tui.league.roster.player import PlayerValues
from bball_tui.league.rules.team_check import RuleFinding

Ref: TypeAlias = int
Take: TypeAlias = bool | frozenset[int]
"""Whether the file's word counts where staff said another: everywhere, nowhere, or in these rows."""


def new_ref(index: int) -> Ref:
    """The reference to the ``index``-th (from 0) of the new ones."""
    return -1 - index


def resolve(ref: Ref, new_ids: Sequence[int]) -> int:
    """The id behind ``ref``, once the new ones have theirs."""
    return ref if ref > 0 else new_ids[-1 - ref]


class TeamValues(msgspec.Struct, frozen=True, gc=False):
    """What an import sets of a team."""

    division: str
    name: str

    def label(self) -> str:
        """The team as people call it."""
        return f"{self.name} ({self.division})" if self.division else self.name


V = TypeVar("V", TeamValues, PlayerValues, GuardianValues)


class FieldChange(msgspec.Struct, frozen=True, gc=False):
    """One field's old and new content, as text; empty for nothing."""

    field: str
    before: str
    after: str


class New(msgspec.Struct, Generic[V], frozen=True, gc=False):
    """Something to be made; ``row`` is the first row of the file that names it."""

    row: int
    values: V


class Changed(msgspec.Struct, Generic[V], frozen=True, gc=False):
    """Something in the database that gets other values. ``version`` is the one that was compared."""

    row: int
    id: int
    version: int
    before: V
    after: V

    def changes(self) -> tuple[FieldChange, ...]:
        """The fields that differ."""
        return tuple(
            FieldChange(f"{_WHAT[type(self.after)]}{name.replace('_', ' ')}", _text(old), _text(new))
            for name, old, new in self.differing()
        )

    def differing(self) -> Iterator[tuple[str, object, object]]:
        """Name, old and new value of each field that differs."""
        for name in self.after.__struct_fields__:
            old, new = getattr(self.before, name), getattr(self.after, name)
            if old != new:
                yield name, old, new


_WHAT: dict[type, str] = {TeamValues: "team's ", PlayerValues: "", GuardianValues: "guardian's "}


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


class Entities(Struct, Generic[V], frozen=True):
    """What becomes of all teams, players or guardians that a roster names."""

    new: tuple[New[V], ...] = ()
    changed: tuple[Changed[V], ...] = ()
    unchanged: int = 0


class Returned(msgspec.Struct, frozen=True, gc=False):
    """What was archived, and is brought back because a row names it (of the season: the first row)."""

    row: int
    entity: Literal["player", "team", "season"]
    id: int

    def change(self) -> FieldChange:
        """As the preview shows it."""
        return FieldChange("archived" if self.entity == "player" else self.entity, "archived", "brought back")


class NewLink(msgspec.Struct, frozen=True, gc=False):
    """A guardian who becomes a player's; ``position`` 1 is asked first."""

    player: Ref
    guardian: Ref
    position: int
    values: LinkValues


class ChangedLink(msgspec.Struct, frozen=True, gc=False):
    """A guardian whose relation to the player, or whose rights, the file states otherwise."""

    row: int
    player_id: int
    guardian_id: int
    before: LinkValues
    after: LinkValues

    def changes(self) -> tuple[FieldChange, ...]:
        """The fields that differ."""
        return tuple(
            FieldChange(name, _text(getattr(self.before, attribute)), _text(getattr(self.after, attribute)))
            for attribute, name in _LINK_WORDS.items()
            if getattr(self.before, attribute) != getattr(self.after, attribute)
        )


_LINK_WORDS = {field.name: f"guardian {field.spoken}" if field.question else field.spoken for field in LINK}


class NewContract(msgspec.Struct, frozen=True, gc=False):
    """A contract to be made for a player who has none in the season; ``status`` is draft or offered."""

    player: Ref
    team: Ref
    status: ContractStatus


class MovedContract(msgspec.Struct, frozen=True, gc=False):
    """An open contract that goes to another team."""

    row: int
    id: int
    player_id: int
    player: str
    version: int
    team: Ref
    team_before: int
    before: str
    after: str


class Contracts(Struct, frozen=True):
    """What becomes of the contracts of the season."""

    new: tuple[NewContract, ...] = ()
    moved: tuple[MovedContract, ...] = ()
    unchanged: int = 0


class Verdict(StrEnum):
    """What importing does to the player of one row."""

    NEW = "new"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


class RowDiff(msgspec.Struct, frozen=True, gc=False):
    """One usable row of the file and what it would do, for the preview."""

    row: int
    player: str
    team: str
    verdict: Verdict
    changes: tuple[FieldChange, ...] = ()
    duplicate: str = ""
    """For a new player who may exist already: who that would be, as a sentence."""
    in_file: bool = False
    """That one is another row of the file, and nobody whom the league has."""
    frozen: str = ""
    """That the row moves a player after the league's freeze date, as a sentence."""


class Counts(Struct, frozen=True):
    """How many of each."""

    teams: int = 0
    players: int = 0
    guardians: int = 0
    contracts: int = 0


class Imported(Struct, frozen=True):
    """The three numbers of each kind. A player counts as updated when a guardian was added, too."""

    created: Counts = field(default_factory=Counts)
    updated: Counts = field(default_factory=Counts)
    unchanged: Counts = field(default_factory=Counts)
    cancelled: int = 0
    """Mails of contracts that go to another team, which have not left and name the old one."""
    promised: int = 0
    """Mails that tell the families of new offers, where the league does that."""


class Diff(Struct, frozen=True):
    """Everything that importing would do, and the rows that it refuses."""

    league_id: int
    season: str
    season_id: int | None
    contract_status: ContractStatus
    roster: Roster
    teams: Entities[TeamValues] = field(default_factory=Entities)
    players: Entities[PlayerValues] = field(default_factory=Entities)
    guardians: Entities[GuardianValues] = field(default_factory=Entities)
    new_links: tuple[NewLink, ...] = ()
    changed_links: tuple[ChangedLink, ...] = ()
    contracts: Contracts = field(default_factory=Contracts)
    returned: tuple[Returned, ...] = ()
    relinked: frozenset[int] = frozenset()
    """Players whose own fields stay, but whose guardians do not, or who are brought back."""
    rows: tuple[RowDiff, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    """Where the file says something else than staff, and who counts."""
    take_file: Take = False
    due_on: date | None = None
    """Until when new offers should be signed."""
    frozen: tuple[RuleFinding, ...] = ()
    """The moves that need a reason, because the league's teams are frozen."""
    refused: tuple[Problem, ...] = ()
    """Rows that are readable but contradict another row or the database, and those that are left open."""
    open: tuple[tuple[int, Open], ...] = ()
    """Rows that are refused until somebody says what they leave open."""
    answers: Answers = NO_ANSWERS
    notes: tuple[str, ...] = ()

    def imported(self) -> Imported:
        """The numbers that importing all of it gives."""
        return Imported(
            created=Counts(
                len(self.teams.new), len(self.players.new), len(self.guardians.new), len(self.contracts.new)
            ),
            updated=Counts(
                len(self.teams.changed),
                len(self.players.changed) + len(self.relinked),
                len(self.guardians.changed),
                len(self.contracts.moved),
            ),
            unchanged=Counts(
                self.teams.unchanged,
                self.players.unchanged,
                self.guardians.unchanged,
                self.contracts.unchanged,
            ),
        )

    def digest(self) -> str:
        """A short code for all that importing would do, and for nothing else: 16 hexadecimal digits.

        It counts the versions of the rows that change, so that a colleague's edit in between gives another one.
        """
        take = self.take_file if isinstance(self.take_file, bool) else sorted(self.take_file)
        what = (
            (self.league_id, self.season, self.season_id, self.contract_status, self.due_on, take),
            (self.teams, self.players, self.guardians, self.new_links, self.changed_links, self.contracts),
            (self.returned, self.rows, self.conflicts, [msgspec.structs.astuple(one) for one in self.refused]),
        )
        return hashlib.sha256(msgspec.json.encode(what)).hexdigest()[:16]

    @property
    def changes_something(self) -> bool:
        """False when the database says already what the file says."""
        return bool(
            self.teams.new
            or self.teams.changed
            or self.players.new
            or self.players.changed
            or self.guardians.new
            or self.guardians.changed
            or self.returned
            or self.new_links
            or self.changed_links
            or self.contracts.new
            or self.contracts.moved
        )
