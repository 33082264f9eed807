"""From the bytes of one HTTP answer to what it means. Pure.

The envelope is ``{"response": ..., "meta": {"code": ..., "errors": [...]}}``; ``meta.code`` may have five digits and
``errors`` may be absent, null, a list, an object or a text. So the HTTP status decides, and the code is only a reason.
"""

import email.utils
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Generic, TypeVar

from msgspec import Struct

from bball_tui.groupme.api.models import Malformed
from bball_tui.groupme.api.retry import Fault
from bball_tui.language import _
from bball_tui.mail.safe_values import one_line

T = TypeVar("T")

LONGEST_REASON = 200

NO_BODY: object = object()
"""What a read function gets for an empty body. It is not null: a list that is null is empty, no answer is no list."""


class Success(Struct, Generic[T], frozen=True):
    """The answer, read."""

    value: T


class Refusal(Struct, frozen=True):
    """A clear no: a 4xx other than "too many" and "too slow". ``code`` is ``meta.code`` where there is one."""

    status: int
    code: int | None
    reasons: tuple[str, ...]

    @property
    def wants_verification(self) -> bool:
        """Whether GroupMe asks for its own app's attestation, which has nothing to do with the token."""
        return self.code in (40101, 40102, 40103) or any("verif" in reason.lower() for reason in self.reasons)


class Failed(Struct, frozen=True):
    """No answer that counts; ``why`` in a few words, ``retry_after`` in seconds where the server asked for it."""

    fault: Fault
    why: str
    retry_after: float | None = None


def understand(
    status: int, headers: Mapping[str, str], body: bytes, read: Callable[[object], T], *, now: datetime
) -> Success[T] | Refusal | Failed:
    """What an answer means; ``read`` turns the envelope's response into a value (Malformed: it is unusable)."""
    if status in (420, 429):
        return Failed(Fault.LIMITED, f"HTTP {status}", retry_after(headers.get("retry-after"), now))
    if status == 408 or status >= 500:
        return Failed(Fault.NO_ANSWER, f"HTTP {status}")
    if 400 <= status < 500:
        return _refusal(status, body)
    if not 200 <= status < 300:
        return Failed(Fault.NO_ANSWER, f"HTTP {status}")
    if not body.strip():
        content: object = NO_BODY
    else:
        try:
            envelope = json.loads(body)
        except (ValueError, RecursionError):
            return Failed(Fault.NO_ANSWER, _("an answer that is no JSON, or only half of it"))
        if not isinstance(envelope, dict):
            return Failed(Fault.NO_ANSWER, _("an answer in an unknown form"))
        content = envelope.get("response")
    try:
        return Success(read(content))
    except Malformed as error:
        return Failed(Fault.NO_ANSWER, _("an answer in an unknown form ({error})").format(error=error))


def retry_after(value: str | None, now: datetime) -> float | None:
    """The header Retry-After (RFC 9110, section 10.2.3) in seconds: a number or an HTTP date, None if neither."""
    if value is None:
        return None
    text = value.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return float(text)
    try:
        moment = email.utils.parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - now).total_seconds())


def _refusal(status: int, body: bytes) -> Refusal:
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError):
        return Refusal(status, None, ())
    meta = envelope.get("meta") if isinstance(envelope, dict) else None
    if not isinstance(meta, dict):
        return Refusal(status, None, ())
    code = meta.get("code")
    reasons = tuple(one_line(reason)[:LONGEST_REASON] for reason in _reasons(meta.get("errors")))
    return Refusal(status, code if isinstance(code, int) else None, tuple(reason for reason in reasons if reason)[:5])


def _reasons(errors: object) -> list[str]:
    if isinstance(errors, str):
        return [errors]
    if isinstance(errors, list):
        return [reason for entry in errors for reason in _reasons(entry)]
    if isinstance(errors, dict):
        return [f"{name}: {'; '.join(_reasons(value))}" for name, value in errors.items() if isinstance(name, str)]
    return []
