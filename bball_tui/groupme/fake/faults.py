"""Faults on order: which request is hit, whether it takes effect first, and what comes instead of the answer."""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

from msgspec import Struct, field


class Answer(Struct, frozen=True):
    """This answer instead of the true one."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=lambda: {"content-type": "application/json"})


class Truncated(Struct, frozen=True):
    """Only the first half of the true body, under a status of success."""


class Reset(Struct, frozen=True):
    """The connection breaks without an answer."""


class Hang(Struct, frozen=True):
    """No answer; the connection stays open until the other side gives up."""


class Slow(Struct, frozen=True):
    """The true answer, ``headers`` seconds late, its body in two pieces ``body`` seconds apart."""

    headers: float = 0.0
    body: float = 0.0


Effect = Answer | Truncated | Reset | Hang | Slow


class Fault(Struct):
    """Hits the ``nth`` matching request (from 1) and the ``times - 1`` after it; ``times`` None: all of them.

    ``after_commit``: the request takes effect, only its answer is lost. ``path`` is searched in the request's path.
    """

    effect: Effect
    method: str | None = None
    path: str = ""
    nth: int = 1
    times: int | None = 1
    after_commit: bool = False
    seen: int = 0

    def hits(self, method: str, path: str) -> bool:
        """Count this request if it matches, and say whether it is hit."""
        if self.method not in (None, method) or not re.search(self.path, path):
            return False
        self.seen += 1
        return self.seen >= self.nth and (self.times is None or self.seen < self.nth + self.times)


def refusal(status: int, errors: object, *, code: int | None = None) -> Answer:
    """A failure envelope; ``errors`` may be a list, a text, an object or None, as the real server's may."""
    envelope = {"meta": {"code": status if code is None else code, "errors": errors}, "response": None}
    return Answer(status, json.dumps(envelope).encode())


UNAUTHORIZED = refusal(401, ["unauthorized"])
VERIFICATION = refusal(401, ["device_verification_failed"], code=40102)
FORBIDDEN = refusal(403, ["forbidden"])
NOT_FOUND = refusal(404, ["group not found"])
GONE = refusal(410, ["gone"])
CALM = refusal(420, ["Enhance Your Calm"])
TOPIC_BLANK = refusal(400, ["Topic can't be blank"])
ERRORS_NULL = refusal(400, None)
ERRORS_OBJECT = refusal(400, {"filter": "cannot be blank"})
ERRORS_TEXT = refusal(400, "something is wrong")
OFFICE_MODE = refusal(500, ['sql: Scan error on column "office_mode"'])
EMPTY_200 = Answer(200, b"")
HTML_200 = Answer(200, b"<html><body>Welcome to our Wi-Fi</body></html>", {"content-type": "text/html"})


def html(status: int) -> Answer:
    """What a content network says when nobody is behind it."""
    page = f"<html><head><title>{status}</title></head><body><center>nginx</center></body></html>"
    return Answer(status, page.encode(), {"content-type": "text/html"})


def too_many(retry_after: int | datetime | None = None) -> Answer:
    """429, without Retry-After, with seconds, or with an HTTP date."""
    plain = refusal(429, ["too many requests"], code=42901)
    if retry_after is None:
        return plain
    value = format_datetime(retry_after, usegmt=True) if isinstance(retry_after, datetime) else str(retry_after)
    return Answer(plain.status, plain.body, {**plain.headers, "retry-after": value})
