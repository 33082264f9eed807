"""What GroupMe tells, as frozen values. Every field but an id may be absent, and fields nobody knows are passed over.

Facts about the wire (ids are opaque strings, moments are whole seconds, ``errors`` has many shapes) are measured, not
promised: so an id that comes as a number is taken, and an optional field of a wrong kind counts as absent.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from msgspec import Struct

from bball_tui.groupme.links.share_links import plain_link
from bball_tui.language import _

T = TypeVar("T")


class Malformed(ValueError):
    """An answer that lacks what cannot be guessed, such as a group's id."""


class Fields:
    """One JSON object, read field by field."""

    __slots__ = ("_raw",)

    def __init__(self, raw: object) -> None:
        if not isinstance(raw, Mapping):
            raise Malformed(f"an object was expected, not {type(raw).__name__}")
        self._raw: Mapping[str, object] = raw

    def __contains__(self, name: str) -> bool:
        return name in self._raw

    def get(self, name: str) -> object:
        """The value as it came, None when absent."""
        return self._raw.get(name)

    def text(self, name: str) -> str | None:
        """Text, or a number as text (an id); None for anything else and for the empty text."""
        value = self._raw.get(name)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        return value if isinstance(value, str) and value else None

    def number(self, name: str) -> int | None:
        """A whole number."""
        value = self._raw.get(name)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def flag(self, name: str) -> bool | None:
        """A boolean."""
        value = self._raw.get(name)
        return value if isinstance(value, bool) else None

    def moment(self, name: str) -> datetime | None:
        """Seconds since 1970 as an aware datetime."""
        value = self.number(name)
        try:
            return None if value is None else datetime.fromtimestamp(value, UTC)
        except (OverflowError, OSError, ValueError):
            return None

    def ident(self, *names: str) -> str:
        """The first id found under ``names``.

        Raises:
            Malformed: there is none.
        """
        for name in names:
            found = self.text(name)
            if found is not None:
                return found
        raise Malformed(f"there is no {names[0]}")


def each(raw: object, read: Callable[[object], T]) -> tuple[T, ...]:
    """Every entry of a list; None counts as the empty list.

    Raises:
        Malformed: it is no list, or an entry cannot be read.
    """
    if raw is None:
        return ()
    if not isinstance(raw, list):
        raise Malformed(f"a list was expected, not {type(raw).__name__}")
    return tuple(read(entry) for entry in raw)


class Account(Struct, frozen=True):
    """Whose token it is."""

    id: str
    name: str

    @classmethod
    def read(cls, raw: object) -> "Account":
        fields = Fields(raw)
        return cls(fields.ident("id", "user_id"), fields.text("name") or "")


class Member(Struct, frozen=True):
    """One member of a group. ``id`` is the membership's, ``user_id`` the person's; contact data is never told."""

    id: str | None
    user_id: str
    nickname: str
    roles: frozenset[str]

    @classmethod
    def read(cls, raw: object) -> "Member":
        fields = Fields(raw)
        listed = fields.get("roles")
        roles = listed if isinstance(listed, list) else []
        return cls(
            id=fields.text("id"),
            user_id=fields.ident("user_id"),
            nickname=fields.text("nickname") or fields.text("name") or "",
            roles=frozenset(role for role in roles if isinstance(role, str))
            if isinstance(roles, list)
            else frozenset(),
        )

    @property
    def is_admin(self) -> bool:
        return not self.roles.isdisjoint(("admin", "owner"))


@dataclass(frozen=True, slots=True)
class Group:
    """A group. ``share_known`` tells a link that is off from a link that the answer did not mention.

    ``kind`` is private (any member may change things), closed (admins only) or announcement (only admins post).
    ``members`` is None where the answer left them out.
    """

    id: str
    name: str
    description: str = ""
    kind: str | None = None
    creator_user_id: str | None = None
    created_at: datetime | None = None
    share_url: str | None = field(default=None, repr=False)
    share_known: bool = False
    requires_approval: bool | None = None
    visibility: str | None = None
    members_count: int | None = None
    max_members: int | None = None
    members: tuple[Member, ...] | None = None

    @classmethod
    def read(cls, raw: object) -> "Group":
        fields = Fields(raw)
        listed = fields.get("members")
        members = each(listed, Member.read) if isinstance(listed, list) and listed else None
        # One form for all hosts that GroupMe has used, so that a link that did not change never looks changed.
        share_url = plain_link(fields.text("share_url") or "")
        return cls(
            id=fields.ident("id", "group_id"),
            name=fields.text("name") or "",
            description=fields.text("description") or "",
            kind=fields.text("type"),
            creator_user_id=fields.text("creator_user_id"),
            created_at=fields.moment("created_at"),
            share_url=share_url,
            share_known="share_url" in fields and (share_url is not None or fields.text("share_url") is None),
            requires_approval=fields.flag("requires_approval"),
            visibility=fields.text("visibility"),
            members_count=fields.number("members_count") or (len(members) if members else None),
            max_members=fields.number("max_members") or fields.number("max_memberships"),
            members=members,
        )

    def member(self, user_id: str) -> Member | None:
        """The member with that user id, if the members are known and it is one."""
        return next((member for member in self.members or () if member.user_id == user_id), None)


class Listing(Struct, frozen=True):
    """All groups of the account, newest activity first. Not ``complete``: there may be more, so create nothing."""

    groups: tuple[Group, ...]
    complete: bool

    def __iter__(self) -> Iterator[Group]:
        return iter(self.groups)


class NewGroup(Struct, frozen=True):
    """A group to be made."""

    name: str
    description: str
    share: bool = True

    def body(self) -> dict[str, object]:
        return {"name": self.name, "description": self.description, "share": self.share}


class GroupChange(Struct, frozen=True):
    """What to set on a group; None leaves it alone. ``name`` is always sent: without it the server has failed."""

    name: str
    share: bool | None = None
    kind: str | None = None
    requires_approval: bool | None = None
    visibility: str | None = None

    def body(self) -> dict[str, object]:
        wanted: dict[str, object] = {
            "name": self.name,
            "share": self.share,
            "group_type": self.kind,
            "requires_approval": self.requires_approval,
            "visibility": self.visibility,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    @property
    def changes_settings(self) -> bool:
        """Whether it sets more than the name and the link."""
        return (self.kind, self.requires_approval, self.visibility) != (None, None, None)

    def in_words(self) -> str:
        """The settings for a person."""
        words = {
            _("only admins change it"): self.kind == "closed",
            _("anyone who joins must be approved"): self.requires_approval is True,
            _("searching does not find it"): self.visibility == "hidden",
        }
        return ", ".join(word for word, wanted in words.items() if wanted)


@dataclass(frozen=True, slots=True)
class NewMember:
    """Somebody to add, by exactly one of ``user_id``, ``phone`` ("+1 2125551212") and ``email``.

    ``guid`` comes back with the result and is stored before the request.
    """

    nickname: str
    guid: str
    user_id: str | None = None
    phone: str | None = field(default=None, repr=False)
    email: str | None = field(default=None, repr=False)

    def body(self) -> dict[str, object]:
        identity: dict[str, object]
        if self.user_id is not None:
            identity = {"user_id": self.user_id}
        elif self.phone is not None:
            identity = {"phone_number": self.phone}
        else:
            identity = {"email": self.email}
        return {"nickname": self.nickname, "guid": self.guid} | identity


class Added(Struct, frozen=True):
    """Somebody who is in the group now."""

    guid: str | None
    user_id: str
    membership_id: str | None

    @classmethod
    def read(cls, raw: object) -> "Added":
        fields = Fields(raw)
        if isinstance(fields.get("member"), Mapping):
            inner = Fields(fields.get("member"))
            return cls(fields.text("guid") or inner.text("guid"), inner.ident("user_id"), inner.text("id"))
        return cls(fields.text("guid"), fields.ident("user_id"), fields.text("id"))


class NotAdded(Struct, frozen=True):
    """Somebody whom the server says it did not add (only the newer route says so); ``code`` is HTTP-like."""

    guid: str | None
    user_id: str | None
    code: int | None

    @classmethod
    def read(cls, raw: object) -> "NotAdded":
        fields = Fields(raw)
        code = fields.text("code")
        return cls(fields.text("guid"), fields.text("user_id"), int(code) if code and code.isdigit() else None)


class AddResults(Struct, frozen=True):
    """What became of an addition. Anyone who is in neither list was invited, or failed without a word."""

    added: tuple[Added, ...]
    failed: tuple[NotAdded, ...] = ()

    @classmethod
    def read(cls, raw: object) -> "AddResults":
        fields = Fields(raw)
        return cls(each(fields.get("members"), Added.read), each(fields.get("failed"), NotAdded.read))
