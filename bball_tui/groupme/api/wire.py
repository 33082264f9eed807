"""One request to GroupMe: sent, understood, repeated where that is safe, or turned into an error (`errors.py`).

The token travels in a header that is added at the very last moment. No error of httpx leaves this file, not even as
the cause of another one: its request carries the header.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Generator, Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeVar
from urllib.parse import urlsplit

import httpx

from bball_tui import __version__
from bball_tui.certificates import authorities
from bball_tui.errors import BballError
from bball_tui.groupme.api.answers import Failed, Refusal, Success, understand
from bball_tui.groupme.api.errors import (
    BadToken,
    GroupMeError,
    NotAdmin,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Unavailable,
    VerificationRefused,
)
from bball_tui.groupme.api.models import Account
from bball_tui.groupme.api.retry import Fault, RetryPolicy, Safety, Timeouts, may_repeat
from bball_tui.groupme.api.token import Token
from bball_tui.language import _

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[object]]
Clock = Callable[[], datetime]

BASE_URL = "https://api.groupme.com"
LOOPBACK = ("127.0.0.1", "localhost", "::1")
ME = "/v3/users/me"
LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes. A list of 100 groups is some 300 KB; whatever is larger than this is no answer."""


def utc_now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


def on_this_machine(url: str) -> bool:
    """Whether the address is this machine's own, so the fake server's."""
    return urlsplit(url).hostname in LOOPBACK


def checked_base_url(value: str) -> str:
    """``value`` without a trailing slash or version.

    Raises:
        BballError: the token would travel in the clear (http to anything but this machine), or it is no address.
    """
    try:
        parts = urlsplit(value.strip())
        host = parts.hostname or ""
    except ValueError:
        host = ""
    if not host or parts.scheme not in ("https", "http") or parts.query or parts.username or parts.password:
        raise BballError(
            _("The setting groupme_url must look like {base_url}, without a token or anything behind it.").format(
                base_url=BASE_URL
            )
        )
    if parts.scheme == "http" and host not in LOOPBACK:
        raise BballError(_("The setting groupme_url must begin with https://, or the token could be read on the way."))
    return f"{parts.scheme}://{parts.netloc}{parts.path}".rstrip("/").removesuffix("/v3")


class _HeaderAuth(httpx.Auth):
    """Puts the token into the request only when it is sent, so that the client's own headers never hold it."""

    def __init__(self, token: Token) -> None:
        self._token = token

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        request.headers["X-Access-Token"] = self._token.reveal()
        yield request


class Wire:
    """Requests of one account. Close it when done."""

    def __init__(
        self,
        token: Token,
        *,
        base_url: str = BASE_URL,
        patience: RetryPolicy | None = None,
        timeouts: Timeouts | None = None,
        sleep: Sleep = asyncio.sleep,
        now: Clock = utc_now,
    ) -> None:
        self._token = token
        self._patience = patience or RetryPolicy()
        self._timeouts = timeouts or Timeouts()
        self.sleep = sleep
        self.now = now
        root = checked_base_url(base_url)
        # At INFO and DEBUG these two tell whole URLs and headers to anyone who set up logging.
        for name in ("httpx", "httpcore"):
            logger = logging.getLogger(name)
            logger.setLevel(max(logger.level, logging.WARNING))
        self._http = httpx.AsyncClient(
            base_url=root,
            auth=_HeaderAuth(token),
            timeout=httpx.Timeout(
                connect=self._timeouts.connect,
                read=self._timeouts.read,
                write=self._timeouts.write,
                pool=self._timeouts.connect,
            ),
            # A redirect would carry the token to a host that nobody chose.
            follow_redirects=False,
            verify=authorities(local=on_this_machine(root)),
            trust_env=not on_this_machine(root),
            headers={"User-Agent": f"bball-tui/{__version__}", "Accept": "application/json"},
        )

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def call(
        self,
        method: str,
        path: str,
        read: Callable[[object], T],
        *,
        doing: str,
        safety: Safety = Safety.READ,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str | int] | None = None,
    ) -> T:
        """Send one request, as often as its ``safety`` allows, and return its answer as ``read`` reads it.

        ``doing`` completes "GroupMe lets only its own app …" and the like: "create groups".

        Raises:
            GroupMeError: one of the kinds in `errors.py`; the message says what is safe.
        """
        result = await self.attempt(method, path, read, safety=safety, body=body, query=query)
        return await self.conclude(result, doing=doing, safety=safety, is_me=path == ME)

    async def conclude(
        self,
        result: Success[T] | Refusal | Failed,
        *,
        doing: str,
        safety: Safety = Safety.READ,
        is_me: bool = False,
    ) -> T:
        """The value of what :meth:`attempt` gave.

        Raises:
            GroupMeError: it is a refusal or a failure.
        """
        if isinstance(result, Success):
            return result.value
        if isinstance(result, Failed):
            raise self._failed(result, safety, doing)
        if result.status == 401 and not result.wants_verification and not is_me:
            # Some routes answer 401 to anyone who is no admin. Only the account's own route tells a bad token.
            me = await self.attempt("GET", ME, Account.read)
            if isinstance(me, Success):
                raise NotAdmin(doing, reasons=self._reasons(result))
        raise self._refused(result, doing)

    async def attempt(
        self,
        method: str,
        path: str,
        read: Callable[[object], T],
        *,
        safety: Safety = Safety.READ,
        body: Mapping[str, object] | None = None,
        query: Mapping[str, str | int] | None = None,
        also_answers: frozenset[int] = frozenset(),
    ) -> Success[T] | Refusal | Failed:
        """Like :meth:`call`, with the refusal or the last failure as a value.

        A status in ``also_answers`` is a :class:`Refusal` at once (503 means "not yet" on one route).
        """
        for attempt in count(1):
            result = await self._send(method, path, read, body, query, also_answers)
            if not isinstance(result, Failed) or not may_repeat(safety, result.fault):
                return result
            wait = self._patience.wait(attempt, result.fault, result.retry_after)
            if wait is None:
                return result
            await self.sleep(wait)
        raise AssertionError("count() never ends")

    async def _send(
        self,
        method: str,
        path: str,
        read: Callable[[object], T],
        body: Mapping[str, object] | None,
        query: Mapping[str, str | int] | None,
        also_answers: frozenset[int],
    ) -> Success[T] | Refusal | Failed:
        content = None if body is None else json.dumps(body, ensure_ascii=False).encode()
        headers = {} if content is None else {"Content-Type": "application/json"}
        try:
            async with (
                asyncio.timeout(self._timeouts.total),
                self._http.stream(method, path, params=query, content=content, headers=headers) as response,
            ):
                received = bytearray()
                async for chunk in response.aiter_bytes():
                    received += chunk
                    if len(received) > LARGEST_ANSWER:
                        return Failed(Fault.NO_ANSWER, _("an answer without an end"))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Failed(Fault.NOT_SENT, _in_words(error))
        except (httpx.HTTPError, httpx.StreamError, TimeoutError, OSError) as error:
            return Failed(Fault.NO_ANSWER, _in_words(error))
        if response.status_code in also_answers:
            return Refusal(response.status_code, None, ())
        return understand(response.status_code, response.headers, bytes(received), read, now=self.now())

    def _failed(self, failed: Failed, safety: Safety, doing: str) -> GroupMeError:
        if failed.fault is Fault.LIMITED:
            seconds = failed.retry_after if failed.retry_after is not None else self._patience.pause_when_limited
            now = self.now()
            return RateLimited(now + timedelta(seconds=min(seconds, 86_400)), now)
        if failed.fault is Fault.NO_ANSWER and safety is not Safety.READ:
            return OutcomeUnknown(doing, failed.why)
        return Unavailable(failed.why)

    def _reasons(self, refusal: Refusal) -> tuple[str, ...]:
        return tuple(self._token.hide(reason) for reason in refusal.reasons)

    def _refused(self, refusal: Refusal, doing: str) -> GroupMeError:
        reasons = self._reasons(refusal)
        if refusal.wants_verification:
            return VerificationRefused(doing, reasons=reasons)
        if refusal.status == 401:
            return BadToken(reasons=reasons)
        if refusal.status == 403:
            return NotAdmin(doing, reasons=reasons)
        if refusal.status in (404, 410):
            return NotFound(doing, reasons=reasons)
        return Rejected(doing, refusal.status, reasons=reasons)


def _in_words(error: Exception) -> str:
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return _("no answer in time")
    if isinstance(error, httpx.ConnectError):
        return _("no connection")
    return _("the connection broke")
