"""The time of day as the people of a league write it."""

from datetime import datetime, tzinfo
from zoneinfo import ZoneInfo

from bball_tui.database.states import DateOrder


class AmericanZone(ZoneInfo):
    """A time zone of people who write 3:05 PM: whoever has a moment in it can write it their way."""


def zone_for(name: str, order: DateOrder | str) -> ZoneInfo:
    """The time zone ``name`` (IANA) of a league that writes dates in ``order``.

    Raises:
        KeyError, ValueError, OSError: there is none of that name.
    """
    return (AmericanZone if order == DateOrder.MDY else ZoneInfo)(name)


def clock(local: datetime, *, seconds: bool = False) -> str:
    """``15:05`` or ``15:05:09``; in an :class:`AmericanZone` ``3:05 PM`` or ``3:05:09 PM``."""
    rest = f"{local:%M:%S}" if seconds else f"{local:%M}"
    if not isinstance(local.tzinfo, AmericanZone):
        return f"{local:%H}:{rest}"
    return f"{local.hour % 12 or 12}:{rest} {'AM' if local.hour < 12 else 'PM'}"


def full_hour(hour: int, zone: tzinfo) -> str:
    """``15:00``, and ``3 PM`` where the zone is an :class:`AmericanZone`."""
    if not isinstance(zone, AmericanZone):
        return f"{hour}:00"
    return f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}"
