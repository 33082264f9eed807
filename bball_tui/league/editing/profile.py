"""The league's own form: all fields checked at once, a diff when a colleague was quicker."""

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import League
from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.errors import BballError
from bball_tui.league.editing.checking import Checks, differing, overtaken
from bball_tui.league.editing.outcome import Loaded, Outcome, Saved, Wrong
from bball_tui.league.mails.alerting import usable_addresses, usable_minutes
from bball_tui.league.mails.reminders import parse_days, usable_cap, usable_days
from bball_tui.league.profile import LONGEST_HOLD, check_value


@dataclass(frozen=True, slots=True)
class LeagueDraft:
    """What the league says about itself, as a form has it.

    ``mail_offers``: an offer is told by mail. ``reminder_days``: so many days before it is due families are reminded,
    such as "7, 2"; empty is never. ``bounce_blocks``: an address without a mailbox is blocked by itself.
    ``wait_for_chat``: welcome mails wait for the share link of the team's chat. ``unsubscribe``: messages say how one
    gets no more of them. ``team_change``: what another
    team means for a signature. ``alert_emails``: the staff who are told of what goes wrong, with commas between;
    ``alert_minutes``: so long mails may be held before that.
    """

    name: str = ""
    brand_color: str = ""
    logo_url: str = ""
    from_name: str = ""
    from_email: str = ""
    reply_to: str = ""
    language: str = "en"
    timezone: str = ""
    date_order: str = "ymd"
    hold_seconds: str = "10"
    mail_offers: bool = False
    reminder_days: str = ""
    reminder_cap: str = "2"
    bounce_blocks: bool = True
    wait_for_chat: bool = False
    unsubscribe: bool = False
    team_change: str = "ask"
    alert_emails: str = ""
    alert_minutes: str = "15"


async def load_league(session: AsyncSession, league_id: int) -> Loaded[LeagueDraft]:
    """The league as it is now.

    Raises:
        BballError: it is gone.
    """
    query = select(League).where(League.id == league_id).with_for_update()
    row = await session.scalar(query.execution_options(populate_existing=True))
    if row is None:
        raise BballError("This league is not in the database anymore. Choose another one.")
    draft = LeagueDraft(
        name=row.name,
        brand_color=row.brand_color,
        logo_url=row.logo_url or "",
        from_name=row.from_name or "",
        from_email=row.from_email or "",
        reply_to=row.reply_to or "",
        language=row.language,
        timezone=row.timezone,
        date_order=row.date_order,
        hold_seconds=str(row.hold_seconds),
        mail_offers=row.mail_offers,
        reminder_days=_shown(sorted(set(row.reminder_days), reverse=True)),
        reminder_cap=str(row.reminder_cap),
        bounce_blocks=row.bounce_blocks,
        wait_for_chat=row.wait_for_chat,
        unsubscribe=row.unsubscribe,
        team_change=row.team_change,
        alert_emails=_shown(row.alert_emails),
        alert_minutes=str(row.alert_minutes),
    )
    return Loaded(row.id, row.version, draft)


async def save_league(
    session: AsyncSession, league_id: int, draft: LeagueDraft, *, base: Loaded[LeagueDraft]
) -> Outcome:
    """Write what changed. The caller commits.

    Raises:
        BballError: the league is gone.
    """
    checks = Checks()
    values: dict[str, Any] = {}
    for field in fields(draft):
        values[field.name] = checks.take(field.name, lambda name=field.name: _read(draft, name), None)  # type: ignore[misc]
    if checks.problems:
        return Wrong(tuple(checks.problems))
    now = await load_league(session, league_id)
    clean = LeagueDraft(**{name: _shown(value) for name, value in values.items()})
    if quicker := await overtaken(session, league_id, "league", base, now, clean):
        return quicker
    names = list(differing(now.draft, clean))
    if not names:
        return Saved(league_id, changed=False)
    changed = {name: values[name] for name in names}
    await session.execute(update(League).where(League.id == league_id).values(**changed, version=League.version + 1))
    before = {name: getattr(now.draft, name) for name in names}
    await record(session, league_id, [Entry("changed", "league", league_id, before=before, after=changed)])
    return Saved(league_id)


def _shown(value: Any) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    return "" if value is None else str(value)


def _read(draft: LeagueDraft, name: str) -> Any:
    value = getattr(draft, name)
    match name:
        case "mail_offers" | "bounce_blocks" | "wait_for_chat" | "unsubscribe":
            return value
        case "reminder_days":
            return list(usable_days(parse_days(value)))
        case "reminder_cap":
            line = value.strip()
            return usable_cap(int(line) if line.isascii() and line.isdigit() and len(line) < 3 else 0)
        case "alert_emails":
            return list(usable_addresses(value.split(",")))
        case "alert_minutes":
            line = value.strip()
            return usable_minutes(int(line) if line.isascii() and line.isdigit() and len(line) < 5 else 0)
        case "hold_seconds":
            line = value.strip()
            if not (line.isascii() and line.isdigit()):
                raise BballError(f"This is a number of seconds, 0 to {LONGEST_HOLD} (one day).")
            return check_value(name, int(line))
        case "date_order":
            if value not in list(DateOrder):
                raise BballError(f"This is one of {', '.join(DateOrder)}.")
            return value
        case "team_change":
            if value not in list(TeamChange):
                raise BballError(f"This is one of {', '.join(TeamChange)}.")
            return value
        case _:
            return check_value(name, value)
