"""What a plan is made from: our teams and staff, the league's policy, and what GroupMe said. All frozen."""

import dataclasses
from collections.abc import Mapping
from datetime import date, datetime
from types import MappingProxyType

from msgspec import Struct, field

from bball_tui.database.states import MemberState
from bball_tui.groupme.api.models import Account, Group


@dataclasses.dataclass(frozen=True, slots=True)
class TeamFacts:
    """One team of the season. ``seen_name`` is the group's name, ``team_name_then`` the team's, when last looked.

    ``dismissed`` are groups that somebody said are not this team's.
    """

    id: int
    name: str
    division: str = ""
    group_id: str | None = None
    share_url: str | None = dataclasses.field(default=None, repr=False)
    seen_name: str | None = None
    team_name_then: str | None = None
    dismissed: frozenset[str] = frozenset()


@dataclasses.dataclass(frozen=True, slots=True)
class StaffFacts:
    """An adult in every group. Contact data stays out of ``repr``."""

    id: int
    name: str
    user_id: str | None = None
    email: str | None = dataclasses.field(default=None, repr=False)
    phone: str | None = dataclasses.field(default=None, repr=False)
    consent: bool = False

    @property
    def reachable(self) -> bool:
        return bool(self.user_id or self.email or self.phone)


class MemberFacts(Struct, frozen=True):
    """What is known of an earlier addition; ``since`` is when its state was last written."""

    group_id: str
    staff_id: int
    state: MemberState
    since: datetime
    reason: str | None = None


class LostCreate(Struct, frozen=True):
    """A group that an earlier run asked for at ``at``, without ever learning whether it was made."""

    team_id: int
    name: str
    tag: str
    at: datetime


class GroupPolicy(Struct, frozen=True):
    """How the league wants its groups.

    ``prefixes`` are the league's names that may stand before a team's. ``can_create`` and ``can_add`` turn off once
    GroupMe refused that to third parties (manual mode).
    """

    league: str
    season: str
    season_starts: date | None = None
    prefixes: tuple[str, ...] = ()
    share: bool = True
    closed: bool = True
    approval: bool = True
    hidden: bool = True
    can_create: bool = True
    can_add: bool = True


class Gone(Struct, frozen=True):
    """GroupMe does not show this group to the account; ``how`` in words: left, removed, or simply not there."""

    how: str


class Unread(Struct, frozen=True):
    """It could not be found out; ``why`` in words."""

    why: str


Look = Group | Gone | Unread


class Snapshot(Struct, frozen=True):
    """What GroupMe said at ``read_at``. ``looks`` holds each linked group by its id, with members where it is there."""

    me: Account
    groups: tuple[Group, ...]
    complete: bool
    read_at: datetime
    looks: Mapping[str, Look] = field(default_factory=lambda: MappingProxyType({}))


class OwnFacts(Struct, frozen=True):
    """What our database says. ``elsewhere`` maps groups of other seasons' teams to that team in words.

    ``handed_on`` are teams whose group went on with a team of another season, which it names.
    """

    teams: tuple[TeamFacts, ...]
    policy: GroupPolicy
    staff: tuple[StaffFacts, ...] = ()
    members: tuple[MemberFacts, ...] = ()
    lost: tuple[LostCreate, ...] = ()
    elsewhere: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    handed_on: Mapping[int, str] = field(default_factory=lambda: MappingProxyType({}))
