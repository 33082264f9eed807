"""The closed sets of words that the database stores as text under a CHECK.

They are text and not PostgreSQL enums because an enum's value can never be dropped, and every migration must be
reversible. `docs/architecture.md` draws the two state machines.
"""

from enum import Enum, StrEnum, auto
from typing import Self

from bball_tui.language import stored


class Stage(Enum):
    """How far a contract is. Only what is over leaves room for another contract of the player in the season."""

    DRAFT = auto()
    WAITING = auto()
    """A family has the paper, and it is not signed yet."""
    SIGNED = auto()
    OVER = auto()


class ContractStatus(StrEnum):
    """draft → offered → (accepted, by word) → signed → released; offered → declined | expired; any live → void.

    Each has its stage here; how people speak of it, and what may be done, is in `league/contracts/lifecycle.py`.
    """

    stage: Stage

    # The default is for mypy: a look-up by the word alone, ContractStatus("void"), never comes here.
    def __new__(cls, word: str, stage: Stage = Stage.OVER) -> Self:
        one = str.__new__(cls, word)
        one._value_ = word
        one.stage = stage
        return one

    DRAFT = "draft", Stage.DRAFT
    OFFERED = "offered", Stage.WAITING
    ACCEPTED = "accepted", Stage.WAITING
    SIGNED = "signed", Stage.SIGNED
    DECLINED = "declined", Stage.OVER
    EXPIRED = "expired", Stage.OVER
    RELEASED = "released", Stage.OVER
    VOID = "void", Stage.OVER


OPEN_STATUSES = tuple(one for one in ContractStatus if one.stage in (Stage.DRAFT, Stage.WAITING))
"""A contract that may still be signed, declined or voided."""

WAITING_STATUSES = tuple(one for one in ContractStatus if one.stage is Stage.WAITING)
"""A family has the paper, and it is not signed yet."""

LIVE_STATUSES = tuple(one for one in ContractStatus if one.stage is not Stage.OVER)
"""At most one such contract a player and season (a partial unique index keeps it so)."""


class OutboxState(StrEnum):
    """One mail to one recipient. In the interface a dead item is "failed"."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    IN_DOUBT = "in_doubt"
    DEAD = "dead"
    CANCELLED = "cancelled"
    SUPPRESSED = "suppressed"


class WaitsFor(StrEnum):
    """What a queued mail waits for besides its turn. Who brings it about makes the mail due in the same breath."""

    TEAM_CHAT = "team_chat"
    """The share link of the team's chat."""


FINAL_STATES = (OutboxState.SENT, OutboxState.DEAD, OutboxState.CANCELLED, OutboxState.SUPPRESSED)


class Capacity(StrEnum):
    """In what capacity somebody signs for the player."""

    MOTHER = "mother"
    FATHER = "father"
    GUARDIAN = "guardian"
    ADULT_PLAYER = "adult_player"


class SigningMethod(StrEnum):
    """How the signature was given."""

    PAPER = "paper"
    SCAN = "scan"
    E_SIGN = "e_sign"


class ScanKind(StrEnum):
    """What a scan may be; its content decides, not its name."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"
    HEIC = "heic"


LARGEST_SCAN = 20 * 1024**2
"""Bytes of one scan: twenty sheets in color, or a photo of any phone."""


class GateState(StrEnum):
    """The circuit breaker of one provider, shared by all machines."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


class GateCause(StrEnum):
    """Why a gate is not closed, so why mails wait."""

    OUTAGE = "outage"
    """The provider cannot be reached, or has trouble with everybody's mail. Tried again by itself."""
    QUOTA = "quota"
    """The sending limit is used up. Tried again when the provider said, or later."""
    AUTH = "auth"
    """The provider refuses the login. Waits for staff, or for a worker that restarts."""
    REFUSED = "refused"
    """The provider takes the login and refuses the sender, or every mail. Waits like AUTH."""
    PAUSED = "paused"
    """Staff paused all sending."""


AFTER_RESTORE = stored("a backup was restored")
"""The reason of a pause that no person made: what waits may have left since the backup."""
LEFT_SINCE = stored("a backup was restored in which {left} of the e-mails that wait had gone out")
"""The same, where the database from before knew it of some. It begins like :data:`AFTER_RESTORE`."""


class StaffRole(StrEnum):
    """What a login may do in a league; one may have several. `docs/operations.md` says what each of them may."""

    VIEWER = "viewer"
    COORDINATOR = "coordinator"
    REGISTRAR = "registrar"
    MAILER = "mailer"
    ADMIN = "admin"


class DateOrder(StrEnum):
    """How the league writes a date such as 03/04/2015."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


class TeamChange(StrEnum):
    """What becomes of a signature when its contract changes the team."""

    ASK = "ask"
    KEEP = "keep"
    VOID = "void"
    """The contract is released, and the new team offers one that needs a signature."""


class IntentKind(StrEnum):
    """What GroupMe was asked for."""

    CREATE = "create"
    SHARE = "share"
    RENAME = "rename"
    SETTINGS = "settings"
    ADD_STAFF = "add_staff"


class IntentState(StrEnum):
    """What became of a request to GroupMe. ``open``: not known yet; ``unresolved``: looked up, and still not known."""

    OPEN = "open"
    DONE = "done"
    FAILED = "failed"
    UNRESOLVED = "unresolved"


OPEN_INTENTS = (IntentState.OPEN, IntentState.UNRESOLVED)
"""At most one such intent a team and kind (a partial unique index keeps it so)."""


class MemberState(StrEnum):
    """How far the addition of one staff member to one group has come."""

    PENDING = "pending"
    ADDED = "added"
    INVITED = "invited"
    FAILED = "failed"


class TeamState(StrEnum):
    """How a team and its chat stand."""

    LINKED = "linked"
    PROPOSED = "proposed"
    AMBIGUOUS = "ambiguous"
    MISSING = "missing"
    BROKEN = "broken"
    UNKNOWN = "unknown"
    CONFLICT = "conflict"


NEED_SOMEONE = (TeamState.CONFLICT, TeamState.BROKEN, TeamState.AMBIGUOUS, TeamState.UNKNOWN)
"""The plan has no step for a team in one of these: a person must look."""


class AlertCause(StrEnum):
    """What somebody on the list of the league is told of, wherever they are."""

    HELD = "held"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    RETURNED = "returned"
    WORKER = "worker"


class AlertChannel(StrEnum):
    """How they are told."""

    MAIL = "mail"
    WEBHOOK = "webhook"


LONGEST_NOTE = 1000
"""Characters of one note on a family."""


class NoteKind(StrEnum):
    """How staff know what a family said."""

    NOTE = "note"
    CALL = "call"


ROW = "row"
"""In ``before`` of the audit: the columns as they were, for whoever undoes the act. People read the rest."""
