"""What each role may. PostgreSQL keeps it so; this is for saying it before, in words."""

from collections.abc import Collection
from enum import StrEnum

from bball_tui.database.states import StaffRole
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.wording import listed

_S = StaffRole


OWN_DATABASE = _("This database is your own: no one else works in it.")
"""Why there are no roles to give where no server asks who somebody is."""


class Right(StrEnum):
    """What a command needs. A command without one is for everybody who has a role in the league."""

    ROSTER = "roster"
    """Change teams, players, guardians, contracts, seasons and chats."""
    MAILS = "mails"
    """Decide about e-mails: take back, try again, block an address."""
    NOTES = "notes"
    """Write notes and calls on families."""
    OWN_ACTS = "own_acts"
    """See what one did oneself in the last minutes, and undo of it what one may do."""
    SENDING = "sending"
    """Send: a worker, the gates, what is in doubt."""
    ACCOUNT = "account"
    """Set up how e-mail leaves."""
    PAPERS = "papers"
    """Read the scans of signed papers."""
    LEAGUE = "league"
    """Change the league's settings."""
    STAFF = "staff"
    """Say who works in the league."""
    ERASE = "erase"
    """Erase a child or a parent for good."""

    @property
    def writes(self) -> bool:
        """Whether it is about changing what others see."""
        return self is not Right.PAPERS

    @property
    def roles(self) -> frozenset[StaffRole]:
        """Whoever has one of these has the right."""
        return _ROLES[self]


class ShutOut(BballError):
    """Whoever worked in the league has no role in it anymore."""


_ROLES = {
    Right.ROSTER: frozenset({_S.REGISTRAR}),
    Right.MAILS: frozenset({_S.REGISTRAR, _S.MAILER}),
    Right.NOTES: frozenset({_S.REGISTRAR, _S.MAILER, _S.COORDINATOR}),
    Right.OWN_ACTS: frozenset({_S.REGISTRAR, _S.MAILER, _S.COORDINATOR, _S.ADMIN}),
    Right.SENDING: frozenset({_S.MAILER}),
    Right.ACCOUNT: frozenset({_S.MAILER, _S.ADMIN}),
    Right.PAPERS: frozenset({_S.REGISTRAR, _S.MAILER, _S.ADMIN}),
    Right.LEAGUE: frozenset({_S.ADMIN}),
    Right.STAFF: frozenset({_S.ADMIN}),
    Right.ERASE: frozenset({_S.ADMIN}),
}

_LOOKING = frozenset({_S.VIEWER, _S.COORDINATOR})


def hides_contacts(roles: frozenset[StaffRole]) -> bool:
    """Whether all birthdates and phone numbers are empty for whoever has these roles and no other one."""
    return roles <= _LOOKING


def why_not_allowed(right: Right, roles: Collection[StaffRole]) -> str | None:
    """None if one of ``roles`` has the right, else the sentence."""
    if right.roles.intersection(roles):
        return None
    needed = listed([_(role) for role in StaffRole if role in right.roles], "or")
    mine = listed([_(role) for role in StaffRole if role in roles]) if roles else _("none")
    return _(
        "This needs the role {needed}, and your role in this league is {mine}. An admin of the league can give it."
    ).format(needed=needed, mine=mine)
