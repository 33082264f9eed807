"""What a tab tells the desk. Each carries ids, and what the desk says about them.

Nobody compares or prints them, and the methods for it would be compiled before the first paint.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from textual.message import Message

if TYPE_CHECKING:
    from datetime import datetime

    from bball_tui.tui.tabs.today_items import Fix


@dataclass(eq=False, repr=False)
class ContractsSigned(Message):
    """These contracts are signed now; for ``undo_seconds`` from now that can be taken back."""

    contract_ids: tuple[int, ...]
    mails: int
    undo_seconds: int
    one_by_one: bool = False
    """Whether they were signed one after the other, and are taken back so: the last one first."""
    waiting: int = 0
    """Of the mails so many wait for the link of their team's chat."""


@dataclass(eq=False, repr=False)
class MessageQueued(Message):
    """A message of one's own was queued; for ``undo_seconds`` from now its e-mails can be taken back."""

    outbox_ids: tuple[int, ...]
    undo_seconds: int


@dataclass(eq=False, repr=False)
class MailsRetried(Message):
    """These e-mails were tried again after ``since``, by the database's clock."""

    outbox_ids: tuple[int, ...]
    since: "datetime"


@dataclass(eq=False, repr=False)
class RecordsCorrected(Message):
    """The records of these contracts say something else now, and so many corrections wait for the undo time."""

    contract_ids: tuple[int, ...]
    mails: int


class DayAsked(Message):
    """Somebody looks at what needs a person: it is to be read now."""


@dataclass(eq=False, repr=False)
class FixWanted(Message):
    """Somebody chose a line of what needs a person: show where it is dealt with."""

    fix: "Fix"


class MomentCame(Message):
    """A moment passed at which rows change by themselves, such as the end of a hold: nobody writes anything then."""


@dataclass(eq=False, repr=False)
class HistoryWanted(Message):
    """Show what was done to one record."""

    entity: str
    entity_id: int
    called: str


@dataclass(eq=False, repr=False)
class TeamChosen(Message):
    """Show the contracts of one team."""

    team_id: int
    name: str
