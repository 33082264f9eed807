"""The schema as SQLAlchemy sees it, gathered from the files `*_models.py` beside this one.

Only the migrations create it; a test compares the two. Tables that the first rows do without are declared when
somebody asks for one, and all of them by asking for :class:`Base`: each takes a millisecond or three.

Conventions: every row carries ``league_id``; clocks are the database's; a ``*_key`` column is the folded text
(case- and accent-blind, collation "C") that lists sort and page by; who did something is ``session_user``, stamped
by a trigger, never a value that a client sends.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from bball_tui.database.contract_models import Contract, Signature
from bball_tui.database.league_models import League, Season
from bball_tui.database.outbox_models import Outbox, Suppression
from bball_tui.database.roster_models import Guardian, Player, PlayerGuardian, Team

if TYPE_CHECKING:
    from bball_tui.database.alert_models import AlertNotice
    from bball_tui.database.audit_models import Audit
    from bball_tui.database.base import Base
    from bball_tui.database.bounce_models import Bounce
    from bball_tui.database.erasure_models import Erasure
    from bball_tui.database.filter_models import SavedFilter
    from bball_tui.database.group_models import GroupDismissal, GroupIntent, GroupLook, GroupMember, GroupStaff
    from bball_tui.database.import_models import ImportMapping
    from bball_tui.database.member_models import LeagueChannel, LeagueMember
    from bball_tui.database.merge_models import DistinctPlayers, MergedPerson
    from bball_tui.database.note_models import FamilyNote
    from bball_tui.database.paper_models import Scan
    from bball_tui.database.sending_models import OutboxAttempt, OutboxMessage, ProviderGate, Worker

__all__ = [
    "AlertNotice",
    "Audit",
    "Base",
    "Bounce",
    "Contract",
    "DistinctPlayers",
    "Erasure",
    "FamilyNote",
    "GroupDismissal",
    "GroupIntent",
    "GroupLook",
    "GroupMember",
    "GroupStaff",
    "Guardian",
    "ImportMapping",
    "League",
    "LeagueChannel",
    "LeagueMember",
    "MergedPerson",
    "Outbox",
    "OutboxAttempt",
    "OutboxMessage",
    "Player",
    "PlayerGuardian",
    "ProviderGate",
    "SavedFilter",
    "Scan",
    "Season",
    "Signature",
    "Suppression",
    "Team",
    "Worker",
]

_LATER = {
    "AlertNotice": "alert_models",
    "Audit": "audit_models",
    "Bounce": "bounce_models",
    "DistinctPlayers": "merge_models",
    "Erasure": "erasure_models",
    "FamilyNote": "note_models",
    "GroupDismissal": "group_models",
    "GroupIntent": "group_models",
    "GroupLook": "group_models",
    "GroupMember": "group_models",
    "GroupStaff": "group_models",
    "ImportMapping": "import_models",
    "LeagueChannel": "member_models",
    "LeagueMember": "member_models",
    "MergedPerson": "merge_models",
    "OutboxAttempt": "sending_models",
    "OutboxMessage": "sending_models",
    "ProviderGate": "sending_models",
    "SavedFilter": "filter_models",
    "Scan": "paper_models",
    "Worker": "sending_models",
}


def __getattr__(name: str) -> Any:
    """Declare the tables of a file when one of them is asked for; see :mod:`importlib`."""
    if name == "Base":
        declare_all()
        found = import_module("bball_tui.database.base").Base
    elif name in _LATER:
        found = getattr(import_module(f"bball_tui.database.{_LATER[name]}"), name)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = found
    return found


def declare_all() -> None:
    """Declare every table. While another thread asks the database something, none may be declared beside it."""
    for module in sorted(set(_LATER.values())):
        import_module(f"bball_tui.database.{module}")
