"""The league's mail account: where its mails go out from now on, and in whose name."""

import asyncio

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.errors import BballError
from bball_tui.league.editing.profile import change_league
from bball_tui.league.editing.save_checks import JUST_CHANGED
from bball_tui.league.leagues import LeagueInfo, list_leagues
from bball_tui.league.members import my_roles, require
from bball_tui.league.rights import Right, why_not_allowed
from bball_tui.mail.transports import open_transport
from bball_tui.outbox.provider_gates import reopen_refused
from bball_tui.settings import OF_ONE_LEAGUE, LeagueSettings, SecretUrl, Settings
from bball_tui.settings_file import hand_over, store


async def keep_account(
    session: AsyncSession,
    settings: Settings,
    league: LeagueInfo,
    url: SecretUrl,
    from_email: str,
    *,
    seen: str | None = None,
) -> Settings:
    """Save ``url`` in the settings file, and ``from_email`` (empty: none) with the league, unless it is the one that
    was ``seen`` there. The caller commits.

    Whoever sets up an account may be no admin: another From address is for one. Mails that only a refused login held
    back may go out again, if a mailer does it. The password is in the settings file and nowhere else:
    the record of what was done names the server alone.

    With several leagues the account is this league's alone and stands in its table of the file; an account that the
    file has for another league goes on being that one's.

    Returns:
        The settings with the new URL.

    Raises:
        BballError: the address is none, or whoever asks may not change it, somebody else has just changed the league,
            the URL is not usable, or the file cannot be written. Then nothing is saved.
    """
    settings.refuse_read_only()
    changed = msgspec.structs.replace(settings, mail_url=url)
    transport = open_transport(changed)
    await transport.close()
    if from_email not in (league.from_email or "", seen):
        if seen not in (None, league.from_email or ""):
            raise BballError(JUST_CHANGED)
        await require(session, league.id, Right.LEAGUE)
        await change_league(session, league, {"from_email": from_email})
    if why_not_allowed(Right.SENDING, await my_roles(session, league.id)) is None:
        await reopen_refused(session, league.id, transport.provider)
    if not await stands_apart(session, settings):
        await asyncio.to_thread(store, settings.config_file, "mail_url", url.reveal())
        return changed
    await asyncio.to_thread(hand_over, settings.config_file, OF_ONE_LEAGUE)
    await asyncio.to_thread(store, settings.config_file, "mail_url", url.reveal(), table=("leagues", league.slug))
    own = msgspec.structs.replace(settings.leagues.get(league.slug, LeagueSettings()), mail_url=url)
    return msgspec.structs.replace(changed, leagues={**settings.leagues, league.slug: own})


async def stands_apart(session: AsyncSession, settings: Settings) -> bool:
    """Whether an account that is saved is one league's alone, so that no variable of the environment wins over it."""
    return settings.accounts_apart or len(await list_leagues(session)) > 1
