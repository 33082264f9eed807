"""An offer is due that nobody answered yet."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import ClassVar, Self

import msgspec

from bball_tui.database.states import WAITING_STATUSES, ContractStatus
from bball_tui.errors import BballError
from bball_tui.language import _, later
from bball_tui.mail.kinds.base import MailKind, Value, Words

_PASSED = date(2027, 3, 4)
"""A day before ``samples.SAMPLE_DATE``."""


class ReminderMail(MailKind, frozen=True, kw_only=True):
    """``number`` counts the reminders of this offer from 1, without those that were canceled before they left;
    ``cancelled`` says how many those were, so that no two promises have the same name.
    """

    kind: ClassVar[str] = "contract_reminder"
    label: ClassVar[str] = "reminder"
    purpose: ClassVar[str] = "reminds a family of an offer that is due, if the league wants that"
    goes_out: ClassVar[str] = "before an offer is due"
    place: ClassVar[int] = 4
    still_applies: ClassVar[frozenset[ContractStatus] | None] = frozenset(WAITING_STATUSES)

    due_on: date
    number: int = 1
    cancelled: int = 0

    @property
    def occasion(self) -> str:
        return f"{self.due_on.isoformat()}:{self.number + self.cancelled}"

    def variables(self, words: Words, chat_url: str | None, today: date) -> Mapping[str, Value]:
        return {
            "due_on": words.day(self.due_on),
            "overdue": self.due_on < today,
            "first_reminder": self.number == 1,
        }

    @classmethod
    def preview_facts(cls, player: str, offered_on: date, due_on: date | None) -> Mapping[str, object]:
        if due_on is None:
            raise BballError(
                _("{player}'s contract has no due date, so no one is reminded of it.").format(player=player)
            )
        return {"due_on": due_on}

    def sparse(self) -> Self:
        return msgspec.structs.replace(self, guardian_first="", guardian_last="", number=2)

    def further_trials(self) -> Iterator[tuple[str, Self]]:
        yield later("a day that has passed"), msgspec.structs.replace(self, due_on=_PASSED)
