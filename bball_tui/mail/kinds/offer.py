"""A contract is offered."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Self

import msgspec

from bball_tui.database.states import WAITING_STATUSES, ContractStatus
from bball_tui.mail.kinds.base import MailKind, Value, Words


class OfferMail(MailKind, frozen=True, kw_only=True):
    """A place on a team, and the contract that wants a signature. ``due_on`` None: there is no deadline."""

    kind: ClassVar[str] = "contract_offered"
    label: ClassVar[str] = "offer"
    purpose: ClassVar[str] = "tells a family of an offer, if the league wants that"
    goes_out: ClassVar[str] = "when an offer is made"
    place: ClassVar[int] = 3
    still_applies: ClassVar[frozenset[ContractStatus] | None] = frozenset(WAITING_STATUSES)

    offered_on: date
    due_on: date | None = None

    @property
    def occasion(self) -> str:
        return self.offered_on.isoformat()

    def variables(self, words: Words, chat_url: str | None, today: date) -> Mapping[str, Value]:
        return {
            "offered_on": words.day(self.offered_on),
            "due_on": None if self.due_on is None else words.day(self.due_on),
        }

    @classmethod
    def preview_facts(cls, player: str, offered_on: date, due_on: date | None) -> Mapping[str, object]:
        return {"offered_on": offered_on, "due_on": due_on}

    def sparse(self) -> Self:
        return msgspec.structs.replace(self, guardian_first="", guardian_last="", due_on=None)
