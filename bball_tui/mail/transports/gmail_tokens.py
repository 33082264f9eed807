"""Access tokens: fetched when needed, shared by all mails, kept in memory only."""

import asyncio
from typing import Final

import msgspec

from bball_tui.mail.outcome import Phase
from bball_tui.mail.transports.base import TroubleError
from bball_tui.mail.transports.gmail_credentials import Credentials
from bball_tui.mail.transports.gmail_wire import GmailWire

EARLY: Final = 120.0
"""A token is replaced this many seconds before its end, so that it does not end between a draft and its sending."""

_SHORTEST_SECRET = 6
"""Whatever is shorter is no secret, and hiding it would only spoil the text around it."""


class _Token(msgspec.Struct):
    access_token: str
    expires_in: float = 3600.0


class Tokens:
    """The access tokens for one set of credentials; ``seconds`` is how long an answer may take."""

    def __init__(self, credentials: Credentials, wire: GmailWire, *, seconds: float) -> None:
        self._credentials = credentials
        self._wire = wire
        self._seconds = seconds
        self._lock = asyncio.Lock()
        self._token: str | None = None
        self._until = 0.0

    async def get(self) -> str:
        """A token that is good for a while; many callers wait for one fetch.

        Raises:
            TroubleError: there is none to be had.
        """
        async with self._lock:
            if self._token is None or asyncio.get_running_loop().time() >= self._until:
                self._token = await self._fetch()
            return self._token

    def forget(self, token: str) -> None:
        """``token`` was refused: the next caller gets another one. Said twice, or late, it changes nothing."""
        if self._token == token:
            self._token = None

    def hide(self, text: str) -> str:
        """``text`` without any secret."""
        for secret in (*self._credentials.secrets, self._token or ""):
            if len(secret) >= _SHORTEST_SECRET:
                text = text.replace(secret, "***")
        return text

    async def _fetch(self) -> str:
        form = self._credentials.grant()
        answer = await self._wire.ask(
            "POST", self._credentials.token_uri, Phase.ACCESS, seconds=self._seconds, hide=self.hide, form=form
        )
        token = answer.read(_Token) if answer.good else None
        if token is None or not token.access_token.isascii() or not token.access_token.isprintable():
            raise TroubleError(answer.outcome())
        self._until = asyncio.get_running_loop().time() + max(token.expires_in - EARLY, 1.0)
        return token.access_token
