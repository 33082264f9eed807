"""The access token: anyone who holds it is the account, so nothing but :meth:`Token.reveal` ever shows it."""

import re

from bball_tui.errors import BballError
from bball_tui.language import _

_USABLE = re.compile(r"[A-Za-z0-9._~+/=-]{8,512}")


class Token:
    """A GroupMe access token (dev.groupme.com shows 40 characters; other lengths are accepted)."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        """Take ``value`` as it was pasted: white space and quotes around it do no harm.

        Raises:
            BballError: what is left is no token. The message never repeats it.
        """
        cleaned = "".join(value.split()).strip("\"'")
        if not _USABLE.fullmatch(cleaned):
            raise BballError(
                _(
                    "The GroupMe access token is empty or not one. Copy it from dev.groupme.com (the button "
                    "'Access Token' at the top right) and give it again, by itself."
                )
            )
        self._value = cleaned

    def reveal(self) -> str:
        """The token itself, for the request's header and the keyring. Never for a person."""
        return self._value

    def hide(self, text: str) -> str:
        """``text`` with the token blotted out, should a server have repeated it."""
        return text.replace(self._value, "***")

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return "Token(***)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Token) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)
