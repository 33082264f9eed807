"""What is asked of a roll, what staff chose of its plan, and what came of it."""

from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from bball_tui.database.states import ContractStatus

HOLD_SECONDS = 3600
"""How long the e-mails of a roll usually wait, so that somebody can read some of them, or take all of it back."""


class RollRequest(Struct, frozen=True):
    """What a plan is made for.

    ``target`` is the name of the new season, which may exist. ``source_id`` None is the season that is shown, and where
    that is the new one already, the one before it. ``pattern`` None is the usual one. Ages count on ``age_on``: None is
    the league's cut-off, else the day the new season begins, as far as that is known, else today. ``roster_limit``
    None is the league's.
    """

    target: str
    source_id: int | None = None
    pattern: str | None = None
    age_on: date | None = None
    roster_limit: int | None = None


class RollOutcome(Struct, frozen=True):
    """What becomes of those who are ticked.

    ``mails`` None does what the league does with every offer. The mails wait ``hold_seconds`` (None: the league's
    usual time), in which they can be read and taken back. ``show`` has everybody see the new season from now on.
    """

    status: ContractStatus = ContractStatus.DRAFT
    due_on: date | None = None
    mails: bool | None = None
    hold_seconds: int | None = None
    show: bool = False
    reason: str | None = None
    """Why players get another team than they had in the new season already; after the freeze date that is needed."""


class RollChoice(Struct, frozen=True):
    """Whom staff ticked, each with a team of the plan (:attr:`TeamLine.key`), out of all that they ``looked_at``.

    With ``all_teams`` off only teams are made that somebody comes into. ``expect`` is the plan's fingerprint.
    """

    places: Mapping[int, str]
    looked_at: frozenset[int]
    expect: str
    all_teams: bool = True


class Rolled(Struct, frozen=True):
    """What was made. ``left_out`` players were looked at and not ticked; ``notes`` say what is against the rules."""

    season_id: int
    season: str
    made_season: bool
    teams: int
    contracts: int
    mails: int
    left_out: int
    notes: tuple[str, ...] = ()
