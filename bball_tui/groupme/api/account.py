"""Whose account the program works with: the token from the environment, and a client for it."""

import os
from collections.abc import Mapping

from bball_tui.errors import BballError
from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.api.token import Token
from bball_tui.groupme.api.wire import on_this_machine
from bball_tui.groupme.run.progress import Pace
from bball_tui.settings import Settings

VARIABLE = "GROUPME_ACCESS_TOKEN"
NO_TOKEN = (
    f"There is no GroupMe access token. Copy it from dev.groupme.com (the button 'Access Token') and put it into the "
    f"environment variable {VARIABLE}. Without it, groups can still be linked by their share links."
)


def token_from(environment: Mapping[str, str] | None = None) -> Token | None:
    """The token, None when there is none.

    Raises:
        BballError: there is something, and it is no token.
    """
    value = (os.environ if environment is None else environment).get(VARIABLE, "")
    return Token(value) if value.strip() else None


def open_client(settings: Settings, environment: Mapping[str, str] | None = None) -> GroupMeClient:
    """A client for the account of the token.

    Raises:
        BballError: there is no token, or the setting groupme_url is no address that a token may be sent to.
    """
    token = token_from(environment)
    if token is None:
        raise BballError(NO_TOKEN)
    return GroupMeClient(token, base_url=settings.groupme_url)


def pace_for(settings: Settings) -> Pace:
    """How quickly to write: about one request a second, but on this machine there is nobody to be spared."""
    return Pace(between_writes=0.0, lookups=(0.1, 0.5)) if on_this_machine(settings.groupme_url) else Pace()
