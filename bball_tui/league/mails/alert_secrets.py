"""Where alerts go that a person must not read: a webhook's link and another account, kept on this computer alone."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.league.mails.alerting import Alerting, set_alerting
from bball_tui.settings import LeagueSettings, SecretLink, SecretUrl, Settings
from bball_tui.settings_file import store

_KINDS = {"alert_webhook": SecretLink, "alert_mail_url": SecretUrl}


async def keep_alerting(
    session: AsyncSession,
    settings: Settings,
    league_id: int,
    slug: str,
    secrets: Mapping[str, str | None],
    *,
    emails: Iterable[str] | None = None,
    minutes: int | None = None,
    seen: Alerting | None = None,
) -> Settings:
    """Save ``emails`` and ``minutes`` (None, and what was ``seen``, leaves them) with the league, ``secrets`` by the
    names of their settings (None takes one out) in the league's table of the settings file and nowhere else. The
    caller commits.

    Returns:
        The settings with the new secrets; the same ones when there are none.

    Raises:
        BballError: an address or a number that cannot be, somebody else changed the same meanwhile, or the file cannot
            be written.
    """
    settings.refuse_read_only()
    await set_alerting(session, league_id, emails=emails, minutes=minutes, seen=seen)
    if not secrets:
        return settings
    await asyncio.to_thread(_store, settings, slug, secrets)
    values: dict[str, Any] = {
        name: _KINDS[name](value) if value is not None and name in _KINDS else value for name, value in secrets.items()
    }
    own = msgspec.structs.replace(settings.leagues.get(slug) or LeagueSettings(), **values)
    return msgspec.structs.replace(settings, leagues={**settings.leagues, slug: own}, **values)


def _store(settings: Settings, slug: str, secrets: Mapping[str, str | None]) -> None:
    for name, value in secrets.items():
        store(settings.config_file, name, value, table=("leagues", slug))
