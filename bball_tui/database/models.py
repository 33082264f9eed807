"""The schema as SQLAlchemy sees it, gathered from the files `*_models.py` beside this one.

Only the migrations create it; a test compares the two.

Conventions: every row carries ``league_id``; clocks are the database's; a ``*_key`` column is the folded text
(case- and accent-blind, collation "C") that lists sort and page by; who did something is ``session_user``, stamped
by a trigger, never a value that a client sends.
"""

from bball_tui.database.alert_models import AlertNotice
from bball_tui.database.base import Base
from bball_tui.database.bounce_models import Bounce
from bball_tui.database.contract_models import Contract, Signature
from bball_tui.database.erasure_models import Erasure
from bball_tui.database.filter_models import SavedFilter
from bball_tui.database.group_models import GroupDismissal, GroupIntent, GroupLook, GroupMember, GroupStaff
from bball_tui.database.import_models import ImportMapping
from bball_tui.database.league_models import Audit, League, Season
from bball_tui.database.member_models import LeagueChannel, LeagueMember
from bball_tui.database.note_models import FamilyNote
from bball_tui.database.outbox_models import Outbox, OutboxAttempt, OutboxMessage, ProviderGate, Suppression, Worker
from bball_tui.database.paper_models import Scan
from bball_tui.database.roster_models import DistinctPlayers, Guardian, MergedPerson, Player, PlayerGuardian, Team

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
