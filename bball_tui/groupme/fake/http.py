"""What a route of the fake gets and gives, and the switches that make it as moody as the real one."""

import re
from collections.abc import Callable, Mapping
from typing import Literal

from msgspec import Struct, field

from bball_tui.groupme.fake.state import Group, Membership, User, World

VERIFICATION_CODE = 40102


class Behavior(Struct):
    """Where the real server is known, or suspected, to differ from day to day. All may be changed while it runs."""

    per_page_cap: int = 100
    """Pages are silently no longer than this."""
    errors_on_success: Literal["absent", "null", "empty"] = "absent"
    five_digit_codes: bool = False
    closed_to_third_parties: set[str] = field(default_factory=lambda: {"join"})
    """Calls that want device verification (401 with 40102): any of create, add, update, join."""
    polls_until_results: int = 2
    members_visible: Literal["with_results", "at_once", "late"] = "with_results"
    """When a roster shows an added member; "late" is 30 seconds after the result."""
    v4: bool = True
    """Whether the newer route for results exists."""
    membership_states: bool = True
    """Whether GET /memberships/states exists."""
    nested_member: bool = False
    """Results with the member one level deeper."""
    list_delay: float = 0.0
    """Seconds until lists show a new group."""
    absent_fields: set[str] = field(default_factory=set)
    """Optional fields of a group that answers leave out."""
    unknown_fields: bool = False
    numeric_ids: bool = False
    null_clears: bool = False
    """Whether null in an update clears the field; else it is left alone."""
    largest_group: int = 500


class Reply(Struct, frozen=True):
    """A success; ``empty`` sends no body at all, ``bare`` no envelope, as some of the real routes do."""

    status: int
    response: object = None
    empty: bool = False
    bare: bool = False
    code: int | None = None


class Refused(Exception):
    """A failure envelope."""

    def __init__(self, status: int, *errors: str, code: int | None = None, shape: object = None) -> None:
        self.status = status
        self.errors: object = list(errors) if shape is None else shape
        self.code = code
        super().__init__(status)


class Call(Struct, frozen=True):
    """One request with its sender."""

    world: World
    behavior: Behavior
    user: User
    query: Mapping[str, str]
    body: Mapping[str, object]
    parts: Mapping[str, str]
    version: str

    def group(self, *, member: bool = True) -> Group:
        """The group of the path; 404 for anyone who is not in it, as in the real one."""
        group = self.world.groups.get(self.parts["group"])
        if group is None or group.deleted or (member and group.active(self.user.id) is None):
            raise Refused(404, "group not found")
        return group

    def membership(self, group: Group) -> Membership:
        """The active membership of the path, by its own id (never the person's)."""
        for membership in group.memberships.values():
            if membership.id == self.parts["membership"]:
                return membership
        raise Refused(404, "member not found")

    def require_admin(self, group: Group) -> None:
        """403 for anyone who has no say here."""
        mine = group.active(self.user.id)
        if mine is None or not {"admin", "owner"} & set(mine.roles):
            raise Refused(403, "you must be an admin of the group")

    def require_open(self, name: str) -> None:
        """401 with 40102 while ``name`` is closed to third parties."""
        if name in self.behavior.closed_to_third_parties:
            raise Refused(401, "device_verification_failed", code=VERIFICATION_CODE)

    def text(self, name: str) -> str | None:
        """A text of the body."""
        value = self.body.get(name)
        return value if isinstance(value, str) else None

    def number(self, name: str, default: int) -> int:
        """A whole number of the query, or the default."""
        value = self.query.get(name, "")
        return int(value) if value.isascii() and value.isdigit() else default

    def objects(self, name: str) -> list[Mapping[str, object]]:
        """A list of objects of the body; 400 when it is none."""
        value = self.body.get(name)
        if not isinstance(value, list) or not all(isinstance(entry, dict) for entry in value):
            raise Refused(400, f"{name} is invalid")
        return value


Handler = Callable[[Call], Reply]


class Route(Struct, frozen=True):
    """``pattern`` after the version, with named groups."""

    method: str
    pattern: re.Pattern[str]
    handler: Handler
    versions: frozenset[str] = frozenset({"v3"})


def route(method: str, path: str, handler: Handler, *versions: str) -> Route:
    """A route; ``{name}`` in ``path`` is one piece of it."""
    pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
    return Route(method, pattern, handler, frozenset(versions or ("v3",)))
