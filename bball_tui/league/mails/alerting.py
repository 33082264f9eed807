"""Whom the league tells of what goes wrong with its e-mails while nobody looks, and after how long."""

from collections.abc import Iterable

from msgspec import Struct
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import League
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.save_checks import upon
from bball_tui.league.members import require
from bball_tui.league.rights import Right
from bball_tui.mail.safe_values import address

MOST = 20
MOST_MINUTES = 1440


class Alerting(Struct, frozen=True):
    """``emails`` of staff, empty: nobody is told by e-mail; ``minutes`` that mails may be held before."""

    emails: tuple[str, ...]
    minutes: int


async def read_alerting(session: AsyncSession, league_id: int) -> Alerting:
    """As the league has it.

    Raises:
        BballError: the league is gone.
    """
    found = (
        await session.execute(select(League.alert_emails, League.alert_minutes).where(League.id == league_id))
    ).one_or_none()
    if found is None:
        raise BballError(_("This league is not in the database anymore. Choose another one."))
    return Alerting(tuple(found.alert_emails), found.alert_minutes)


async def set_alerting(
    session: AsyncSession,
    league_id: int,
    *,
    emails: Iterable[str] | None = None,
    minutes: int | None = None,
    seen: Alerting | None = None,
) -> Alerting:
    """Change what is said; None leaves it, and so does what was ``seen`` before. The caller commits.

    Raises:
        BballError: an address or a number that cannot be, somebody else changed the same meanwhile, or whoever asks
            may not change the league.
    """
    before = await read_alerting(session, league_id)
    after = Alerting(
        before.emails if emails is None else usable_addresses(emails),
        before.minutes if minutes is None else usable_minutes(minutes),
    )
    if seen is not None:
        after = upon(before, seen, after)
    if after != before:
        await require(session, league_id, Right.LEAGUE)
        await session.execute(
            update(League)
            .where(League.id == league_id)
            .values(alert_emails=list(after.emails), alert_minutes=after.minutes, version=League.version + 1)
        )
        told = [{"emails": list(one.emails), "minutes": one.minutes} for one in (before, after)]
        await record(session, league_id, [Entry("alerts_changed", "league", league_id, before=told[0], after=told[1])])
    return after


def usable_addresses(texts: Iterable[str]) -> tuple[str, ...]:
    """The addresses in ``texts``, each once, in their order; what is empty is left out.

    Raises:
        BballError: one is no address, or there are too many.
    """
    found: dict[str, str] = {}
    for one in texts:
        if one.strip():
            checked = address(one.strip(), _("an address for alerts"))
            found.setdefault(checked.lower(), checked)
    if len(found) > MOST:
        raise BballError(
            _("At most {most} addresses get alerts; these are {found}. Nothing was changed.").format(
                most=MOST, found=len(found)
            )
        )
    return tuple(found.values())


def usable_minutes(minutes: int) -> int:
    """For how long mails may be held before staff are told.

    Raises:
        BballError: it cannot be.
    """
    if not 1 <= minutes <= MOST_MINUTES:
        raise BballError(
            _("Write a number of minutes, 1 to {longest} (one day). Nothing was changed.").format(longest=MOST_MINUTES)
        )
    return minutes
