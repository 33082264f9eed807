"""The fake's world: people, groups, memberships, results of additions. No HTTP in here.

Ids are digit strings, the same in every run, and do not grow with time or across kinds, so that nobody can lean on
their order.
"""

import time
from collections.abc import Callable
from enum import StrEnum

from msgspec import Struct, field


class MembershipState(StrEnum):
    """What GroupMe calls a person's standing in a group."""

    ACTIVE = "active"
    EXITED = "exited"
    REMOVED = "removed"
    PENDING = "pending"


class User(Struct):
    """Somebody with an account. ``allow_add_by_id`` off: the privacy setting that refuses additions by id."""

    id: str
    name: str
    token: str
    email: str | None = None
    phone: str | None = None
    allow_add_by_id: bool = True
    blocked: bool = False


class Membership(Struct):
    """One person in one group; ``visible_at`` is when the roster shows it."""

    id: str
    user_id: str
    nickname: str
    roles: list[str]
    state: MembershipState = MembershipState.ACTIVE
    visible_at: float = 0.0


class Group(Struct):
    """One group; ``visible_at`` is when lists show it."""

    id: str
    name: str
    description: str | None
    kind: str
    creator_user_id: str
    created_at: float
    updated_at: float
    image_url: str | None = None
    share_token: str | None = None
    requires_approval: bool = False
    show_join_question: bool = False
    join_question: object = None
    visibility: str = "hidden"
    office_mode: bool = False
    max_members: int = 500
    theme_name: str | None = None
    like_icon: object = None
    deleted: bool = False
    visible_at: float = 0.0
    memberships: dict[str, Membership] = field(default_factory=dict)
    messages: list[dict[str, object]] = field(default_factory=list)

    def active(self, user_id: str) -> Membership | None:
        """The person's membership, if it is in force."""
        found = self.memberships.get(user_id)
        return found if found is not None and found.state is MembershipState.ACTIVE else None


class Entry(Struct):
    """One wish of an addition and its outcome: "added", or the code of the failure."""

    guid: str
    nickname: str
    user_id: str | None
    code: int | None
    """None: added. 409 in already, 404 nobody, 401 refused, 202 invited (which no answer mentions)."""


class Results(Struct):
    """The outcome of one addition, ready after some looks, gone after an hour."""

    id: str
    group_id: str
    entries: list[Entry]
    polls_left: int
    created_at: float
    applied: bool = False


class Ids:
    """Digit strings from a full-period walk: unique, the same in every run, in no order."""

    def __init__(self, base: int) -> None:
        self._base = base
        self._n = 0

    def next(self) -> str:
        self._n += 1
        return str(self._base + self._n * 7_654_321 % 89_999_999)


class World:
    """Everything the fake knows. ``now`` gives seconds since 1970."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self.now = now
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.results: dict[str, Results] = {}
        self._user_ids, self._group_ids = Ids(30_000_000), Ids(10_000_000)
        self._membership_ids, self._result_ids = Ids(900_000_000), Ids(600_000_000)
        self._message_ids, self._share_ids = Ids(170_000_000_000_000), Ids(40_000_000)
        self._order = 0.0

    def add_user(
        self,
        name: str,
        *,
        email: str | None = None,
        phone: str | None = None,
        allow_add_by_id: bool = True,
        blocked: bool = False,
    ) -> User:
        """A new person with an account and a token of 40 characters."""
        ident = self._user_ids.next()
        user = User(ident, name, f"token{ident}".ljust(40, "x"), email, phone, allow_add_by_id, blocked)
        self.users[ident] = user
        return user

    def add_group(
        self,
        creator: User,
        name: str,
        *,
        description: str | None = None,
        share: bool = False,
        created_at: float | None = None,
        ident: str | None = None,
    ) -> Group:
        """A new group with its creator as owner. ``ident`` gives it a number of the caller's choice."""
        now = self.now()
        group = Group(
            id=ident or self._group_ids.next(),
            name=name,
            description=description,
            kind="private",
            creator_user_id=creator.id,
            created_at=now if created_at is None else created_at,
            updated_at=now,
        )
        self.touch(group)
        self.groups[group.id] = group
        self.join(group, creator, creator.name, roles=["admin", "owner"])
        if share:
            self.share(group)
        return group

    def join(self, group: Group, user: User, nickname: str, *, roles: list[str] | None = None) -> Membership:
        """Make ``user`` an active member; anyone who was one before keeps the membership id."""
        known = group.memberships.get(user.id)
        membership = known or Membership(self._membership_ids.next(), user.id, nickname, roles or ["user"])
        membership.state = MembershipState.ACTIVE
        group.memberships[user.id] = membership
        return membership

    def share(self, group: Group) -> str:
        """Switch the link on. One that was off comes back with another token."""
        if group.share_token is None:
            group.share_token = f"{int(self._share_ids.next()):08X}"[-8:]
        return group.share_token

    def user_by_token(self, token: str) -> User | None:
        """Whose token it is."""
        return next((user for user in self.users.values() if user.token == token), None)

    def user_by_contact(self, *, email: str | None, phone: str | None) -> User | None:
        """The account with this address or number, if there is one."""
        for user in self.users.values():
            if (email and user.email and user.email.lower() == email.lower()) or (phone and user.phone == phone):
                return user
        return None

    def new_results(self, group: Group, entries: list[Entry], polls: int) -> Results:
        """Keep the outcome of an addition for anyone who asks."""
        results = Results(self._result_ids.next(), group.id, entries, polls, self.now())
        self.results[results.id] = results
        return results

    def next_message_id(self) -> str:
        return self._message_ids.next()

    def touch(self, group: Group) -> None:
        """Something happened in the group, so it moves to the front of the lists."""
        # The tiny step keeps "newest first" exact when much happens within one second.
        self._order += 0.000_01
        group.updated_at = self.now() + self._order
