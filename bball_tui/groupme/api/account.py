"""Whose account a league works with: its token, from the environment or the settings file, and a client for it."""

import os
from collections.abc import Mapping

from bball_tui.errors import BballError
from bball_tui.groupme.api.client import GroupMeClient
from bball_tui.groupme.api.token import Token
from bball_tui.groupme.api.wire import on_this_machine
from bball_tui.groupme.run.progress import Pace
from bball_tui.language import _
from bball_tui.settings import Settings


def no_token(settings: Settings, slug: str | None = None) -> str:
    """Why there is no token, and the way out. ``slug``: the short name of the league that has none."""
    copy = _("Copy it from dev.groupme.com (the button 'Access Token') and put it into")
    without = _("Without it, groups can still be linked by their share links.")
    if settings.groupme_token_env is None:
        table = _("of the league's own") if slug is None else f"[leagues.{slug}]"
        who = _("This league") if slug is None else _("The league {slug}").format(slug=slug)
        return _(
            "{who} has no GroupMe access token here, and none of another league is borrowed. "
            "{copy} the table {table} of the settings file, as groupme_token. {without}"
        ).format(who=who, copy=copy, table=table, without=without)
    return _(
        "There is no GroupMe access token. {copy} the settings file {file}, as groupme_token, or the environment "
        "variable {variable}. {without}"
    ).format(copy=copy, file=settings.config_file.name, variable=settings.groupme_token_env, without=without)


def token_from(settings: Settings, environment: Mapping[str, str] | None = None) -> Token | None:
    """The token of ``settings``, which are a league's; None when there is none. The environment's wins over the file's.

    Raises:
        BballError: there is something, and it is no token.
    """
    name = settings.groupme_token_env
    value = "" if name is None else (os.environ if environment is None else environment).get(name, "")
    if not value.strip() and settings.groupme_token is not None:
        value = settings.groupme_token.reveal()
    return Token(value) if value.strip() else None


def open_client(settings: Settings, environment: Mapping[str, str] | None = None) -> GroupMeClient:
    """A client for the account of the token.

    Raises:
        BballError: there is no token, or the setting groupme_url is no address that a token may be sent to.
    """
    token = token_from(settings, environment)
    if token is None:
        raise BballError(no_token(settings))
    return GroupMeClient(token, base_url=settings.groupme_url)


def pace_for(settings: Settings) -> Pace:
    """How quickly to write: about one request a second, but on this machine there is nobody to be spared."""
    return Pace(between_writes=0.0, lookups=(0.1, 0.5)) if on_this_machine(settings.groupme_url) else Pace()
