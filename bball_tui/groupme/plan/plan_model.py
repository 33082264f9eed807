"""What to do, as an immutable value: from our facts and GroupMe's to states, actions and warnings. Pure.

The rules: the stored group id beats every name; names only propose; last
season's group is never taken by itself; nothing is created while the list of groups is not complete; nobody is
removed whom nobody chose, and no group deleted. A plan made again from unchanged facts is equal, and empty once
everything was done.
"""

import hashlib
from dataclasses import dataclass, field
from enum import StrEnum

import msgspec
from msgspec import Struct

from bball_tui.database.states import TeamState
from bball_tui.groupme.api.models import Group, GroupChange, NewGroup


class ActionKind(StrEnum):
    """What can be done. LINK, REFRESH and HAND_ON only write our own database."""

    LINK = "link"
    REFRESH = "refresh"
    CREATE = "create"
    SHARE = "share"
    RENAME = "rename"
    SETTINGS = "settings"
    ADD_STAFF = "add_staff"
    HAND_ON = "hand_on"
    NEW_LINK = "new_link"
    REMOVE = "remove"


LOCAL = frozenset({ActionKind.LINK, ActionKind.REFRESH, ActionKind.HAND_ON})
"""Actions that send nothing to GroupMe."""


@dataclass(frozen=True, slots=True)
class LinkTo:
    """Keep this group as the team's. ``share_known`` off: the stored link stays as it is."""

    name: str
    share_url: str | None = field(repr=False)
    share_known: bool


class StaffToAdd(Struct, frozen=True):
    """Staff members by their id in our database."""

    staff_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HandOn:
    """The group of last season's team ``source_id`` becomes this team's. ``share_url`` None: it gets a new link."""

    source_id: int
    name: str
    share_url: str | None = field(repr=False)


class NewLink(Struct, frozen=True):
    """The share link goes off and on again, which gives another one. ``name`` is the group's, sent with each call."""

    name: str


class MemberToRemove(Struct, frozen=True):
    """A member of the group by the membership; ``nickname`` is the name that they chose in it."""

    membership_id: str
    nickname: str


Payload = NewGroup | GroupChange | LinkTo | StaffToAdd | HandOn | NewLink | MemberToRemove


class Action(Struct, frozen=True):
    """One step. ``id`` is the same in every plan for the same step; ``after_action`` must be done before it.

    ``ticked`` says whether it is meant to be done unless somebody objects; a step with a ``risk`` never is.
    """

    kind: ActionKind
    team_id: int
    group_id: str | None
    payload: Payload
    before: str
    after: str
    reason: str
    risk: str | None = None
    ticked: bool = True
    after_action: str | None = None

    @property
    def id(self) -> str:
        if isinstance(self.payload, MemberToRemove):
            return f"{self.kind}:{self.team_id}:{self.payload.membership_id}"
        return f"{self.kind}:{self.team_id}"

    @property
    def fingerprint(self) -> str:
        """Equal for equal steps from equal facts; apply refuses a step whose fingerprint has changed."""
        return hash_of(self)


class Likeness(StrEnum):
    """Why a group is a candidate."""

    SAME = "same name"
    SIMILAR = "similar name, or another season"


class Candidate(Struct, frozen=True):
    """A group that may be the team's, with what helps to choose."""

    group: Group
    likeness: Likeness
    mine: bool


class TeamPlan(Struct, frozen=True):
    """One team: its state, its group if there is one, the choices, and the warnings as sentences."""

    team_id: int
    label: str
    state: TeamState
    why: str
    group: Group | None = None
    candidates: tuple[Candidate, ...] = ()
    warnings: tuple[str, ...] = ()


class Plan(Struct, frozen=True):
    """Everything there is to do. ``account`` is whose token it was; ``warnings`` are about the whole."""

    account: str
    teams: tuple[TeamPlan, ...]
    actions: tuple[Action, ...]
    warnings: tuple[str, ...]

    @property
    def fingerprint(self) -> str:
        """Equal for equal plans."""
        states = [(team.team_id, team.state) for team in self.teams]
        return hash_of((states, [action.fingerprint for action in self.actions], self.warnings))

    def action(self, action_id: str) -> Action | None:
        """The action with that id."""
        return next((action for action in self.actions if action.id == action_id), None)

    def ticked(self) -> tuple[Action, ...]:
        """The actions that are meant to be done unless somebody objects."""
        return tuple(action for action in self.actions if action.ticked)


def hash_of(value: object) -> str:
    """Equal for equal values, in every run of the program."""
    return hashlib.sha256(msgspec.json.encode(value)).hexdigest()[:16]
