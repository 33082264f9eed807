"""A signature that a family was told about does not hold as it was told."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar, Self

import msgspec

from bball_tui.database.states import Capacity
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.mail.kinds.base import MailKind, Value, Words
from bball_tui.mail.safe_values import one_line


class SignatureFacts(msgspec.Struct, frozen=True, kw_only=True):
    """One signature as a family is told about it."""

    signer: str
    capacity: Capacity
    signed_on: date


class CorrectionMail(MailKind, frozen=True, kw_only=True):
    """``now`` None: the contract is not signed anymore.

    ``note`` is what staff want to tell the family about it, and may be empty; it is not the reason in the audit, which
    families never see. ``number`` counts the corrections of this revision from 1.
    """

    kind: ClassVar[str] = "signature_corrected"
    label: ClassVar[str] = "correction"
    purpose: ClassVar[str] = "corrects what a family was told about a signature"
    goes_out: ClassVar[str] = "when a signature is void"
    place: ClassVar[int] = 5
    may_be_empty: ClassVar[frozenset[str]] = frozenset({"capacity", "was_capacity", "note"})

    was: SignatureFacts
    now: SignatureFacts | None
    note: str = ""
    number: int = 1

    @property
    def occasion(self) -> str:
        return str(self.number)

    def variables(self, words: Words, chat_url: str | None, today: date) -> Mapping[str, Value]:
        was, now = self.was, self.now
        return {
            "was_signer": one_line(was.signer),
            "was_capacity": words.capacity(was.capacity),
            "was_signed_on": words.day(was.signed_on),
            "signed": now is not None,
            "signer": None if now is None else one_line(now.signer),
            "capacity": None if now is None else words.capacity(now.capacity),
            "signed_on": None if now is None else words.day(now.signed_on),
            "note": one_line(self.note),
        }

    @classmethod
    def preview_facts(cls, player: str, offered_on: date, due_on: date | None) -> Mapping[str, object]:
        raise BballError(_("A correction is about one signature: it is shown when a signature is corrected."))

    def sparse(self) -> Self:
        return msgspec.structs.replace(self, guardian_first="", guardian_last="", now=None, note="")
