"""One request to Google: sent once and never repeated, answered or turned into trouble whose phase is known.

No error of httpx leaves this file, not even as the cause of another one: its request carries the access token.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from typing import Any, Final, TypeVar

import httpx
import msgspec
from msgspec import Struct

from bball_tui import __version__
from bball_tui.certificates import authorities
from bball_tui.language import _
from bball_tui.mail.outcome import Fault, Outcome, Phase, classify_exception, classify_http
from bball_tui.mail.transports.base import TroubleError

T = TypeVar("T")

CONNECT_SECONDS: Final = 15.0
LARGEST_ANSWER: Final = 1024 * 1024
"""Bytes; a real answer has a few hundred."""

_TAG = re.compile(r"<[^>]{0,200}>")


class _Entry(msgspec.Struct):
    reason: str = ""


class _Error(msgspec.Struct):
    """https://developers.google.com/workspace/gmail/api/guides/handle-errors"""

    code: int = 0
    message: str = ""
    status: str = ""
    errors: list[_Entry] = []


class _ApiError(msgspec.Struct):
    error: _Error


class _TokenError(msgspec.Struct):
    """RFC 6749 section 5.2."""

    error: str
    error_description: str = ""


class Answer(Struct, frozen=True):
    """What Google answered. ``hide`` takes secrets out of a text that a careless server may have repeated."""

    phase: Phase
    status: int
    body: bytes
    retry_after: str | None
    hide: Callable[[str], str]

    @property
    def good(self) -> bool:
        """Whether it is a success."""
        return 200 <= self.status < 300

    @property
    def not_found(self) -> bool:
        """Whether the API itself says that the thing is not there; a 404 of anything in between is not enough."""
        said = _decoded(self.body, _ApiError)
        return self.status == 404 and said is not None and said.error.code == 404

    def read(self, type_: type[T]) -> T | None:
        """The body as ``type_``, or None when it is something else."""
        return _decoded(self.body, type_)

    def outcome(self) -> Outcome:
        """What it means for the mail. A success that could not be read is no success."""
        if self.good:
            return classify_exception(self.phase, Fault.MALFORMED, _("Google's answer could not be understood."))
        return classify_http(self.phase, self.status, self.hide(self._words()), self.retry_after)

    def _words(self) -> str:
        if (api := _decoded(self.body, _ApiError)) is not None:
            error = api.error
            signs = dict.fromkeys(sign for sign in (*(entry.reason for entry in error.errors), error.status) if sign)
            return f"{error.message} ({', '.join(signs)})" if signs else error.message
        if (token := _decoded(self.body, _TokenError)) is not None:
            return f"{token.error_description} ({token.error})" if token.error_description else token.error
        return _TAG.sub(" ", self.body.decode("utf-8", "replace"))


class GmailWire:
    """Requests to one endpoint. ``local``: it is on this machine, so no proxy is asked."""

    def __init__(self, *, local: bool) -> None:
        self._http = httpx.AsyncClient(
            # A redirect would carry the token to a host that nobody chose.
            follow_redirects=False,
            verify=authorities(local=local),
            trust_env=not local,
            headers={"User-Agent": f"bball-tui/{__version__}", "Accept": "application/json"},
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ask(
        self,
        method: str,
        url: str,
        phase: Phase,
        *,
        seconds: float,
        hide: Callable[[str], str],
        bearer: str | None = None,
        json: object = None,
        form: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request; ``seconds`` is how long its answer may take after it was written.

        Raises:
            TroubleError: no answer came. What never left is never in doubt.
        """
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        body: dict[str, Any] = {} if form is None else {"data": form}
        if json is not None:
            headers["Content-Type"] = "application/json"
            body["content"] = msgspec.json.encode(json)
        timeout = httpx.Timeout(seconds, connect=CONNECT_SECONDS, pool=CONNECT_SECONDS)
        try:
            # The outer limit is for an answer that trickles in without an end.
            async with (
                asyncio.timeout(3 * CONNECT_SECONDS + seconds),
                self._http.stream(method, url, headers=headers, timeout=timeout, **body) as response,
            ):
                received = bytearray()
                async for chunk in response.aiter_bytes():
                    received += chunk
                    if len(received) > LARGEST_ANSWER:
                        raise _trouble(phase, Fault.MALFORMED, _("Google's answer has no end."))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            before = Phase.HTTP if phase is Phase.HTTP_SEND else phase
            raise _trouble(
                before, Fault.UNREACHABLE, _("There is no connection to {host}.").format(host=_host(url))
            ) from None
        except (httpx.TimeoutException, TimeoutError):
            raise _trouble(phase, Fault.TIMEOUT, _("{host} did not answer in time.").format(host=_host(url))) from None
        except (httpx.HTTPError, httpx.StreamError, OSError):
            raise _trouble(
                phase, Fault.DISCONNECTED, _("The connection to {host} broke.").format(host=_host(url))
            ) from None
        return Answer(phase, response.status_code, bytes(received), response.headers.get("retry-after"), hide)


def _trouble(phase: Phase, fault: Fault, text: str) -> TroubleError:
    return TroubleError(classify_exception(phase, fault, text))


def _host(url: str) -> str:
    return httpx.URL(url).host


def _decoded(body: bytes, type_: type[T]) -> T | None:
    try:
        return msgspec.json.decode(body, type=type_)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None
