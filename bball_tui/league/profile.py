"""What a league says about itself: names and addresses in its mails, its color, clock and dates."""

from dataclasses import dataclass, fields

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.audit import Entry, record
from bball_tui.database.states import DateOrder, TeamChange
from bball_tui.errors import BballError
from bball_tui.league.leagues import LeagueInfo, find_league, zone_of
from bball_tui.mail.values import address, color, https_url, language_tag, one_line

LONGEST_NAME = 200
LONGEST_HOLD = 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfileChange:
    """The fields to change; None leaves one as it is, empty text takes an optional one away."""

    name: str | None = None
    brand_color: str | None = None
    logo_url: str | None = None
    from_name: str | None = None
    from_email: str | None = None
    reply_to: str | None = None
    timezone: str | None = None
    hold_seconds: int | None = None
    date_order: DateOrder | None = None
    mail_offers: bool | None = None
    wait_for_chat: bool | None = None
    unsubscribe: bool | None = None
    team_change: TeamChange | None = None
    language: str | None = None


async def change_profile(session: AsyncSession, league: LeagueInfo, change: ProfileChange) -> LeagueInfo:
    """Write the changed fields and an audit row. The caller commits.

    Raises:
        BballError: a value that cannot be (the message names the field), or somebody was quicker: ``league`` is
            not what the row says anymore.
    """
    values = _checked(change)
    before = {name: getattr(league, name) for name in values}
    values = {name: value for name, value in values.items() if value != before[name]}
    if not values:
        return league
    table = models.League
    changed = await session.scalar(
        update(table)
        .where(table.id == league.id, table.version == league.version)
        .values(**values, version=table.version + 1)
        .returning(table.id)
    )
    if changed is None:
        raise BballError("Someone else has just changed the league. Look at it again, then change it.")
    await record(
        session,
        league.id,
        [Entry("changed", "league", league.id, before={name: before[name] for name in values}, after=values)],
    )
    return await find_league(session, league.slug)


def _checked(change: ProfileChange) -> dict[str, str | int | None]:
    values: dict[str, str | int | None] = {}
    for field in fields(change):
        given = getattr(change, field.name)
        if given is not None:
            values[field.name] = check_value(field.name, given)
    return values


def check_value(name: str, value: str | int) -> str | int | None:
    """``value`` as the field ``name`` of the league holds it; None takes it away.

    Raises:
        BballError: it cannot be; the sentence says what to do.
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        if not 0 <= value <= LONGEST_HOLD:
            raise BballError(f"The hold of {value} seconds cannot be: it is 0 to {LONGEST_HOLD} (one day).")
        return value
    said = one_line(value)
    match name:
        case "name" | "from_name":
            if len(said) > LONGEST_NAME or (name == "name" and not said):
                raise BballError(f"{_words(name)} needs 1 to {LONGEST_NAME} characters; it has {len(said)}.")
        case "brand_color":
            return color(said)
        case "logo_url":
            if said and https_url(said) is None:
                raise BballError(
                    f"The logo {said[:80]!r} isn't an https link. It must look like https://host/logo.png."
                )
        case "from_email" | "reply_to":
            return address(said, f"the league's {_words(name)}") if said else None
        case "timezone":
            return zone_of(said).key
        case "language":
            return language_tag(said)
    return said or None


def _words(name: str) -> str:
    return {
        "name": "the name",
        "from_name": "the From name",
        "from_email": "From address",
        "reply_to": "Reply-To address",
    }[name]
