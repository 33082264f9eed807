"""The contract is signed."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Self

import msgspec

from bball_tui.database.states import Capacity, ContractStatus
from bball_tui.mail.kinds.base import MailKind, Value, Words
from bball_tui.mail.safe_values import one_line


class WelcomeMail(MailKind, frozen=True, kw_only=True):
    """Promised together with the signature."""

    kind: ClassVar[str] = "contract_signed"
    label: ClassVar[str] = "welcome"
    purpose: ClassVar[str] = "welcomes a family as soon as the contract is signed"
    goes_out: ClassVar[str] = "when a contract is signed"
    place: ClassVar[int] = 1
    still_applies: ClassVar[frozenset[ContractStatus] | None] = frozenset({ContractStatus.SIGNED})
    chat_button: ClassVar[bool] = True
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"capacity"})
    shown_by_signing: ClassVar[bool] = True

    signer: str
    capacity: Capacity
    signed_on: date

    def variables(self, words: Words, chat_url: str | None, today: date) -> Mapping[str, Value]:
        return {
            "signer": one_line(self.signer),
            "capacity": words.capacity(self.capacity),
            "signed_on": words.day(self.signed_on),
            "chat_url": chat_url,
        }

    def sparse(self) -> Self:
        return msgspec.structs.replace(self, guardian_first="", guardian_last="", capacity=Capacity.ADULT_PLAYER)
