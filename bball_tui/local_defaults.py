"""What a new league begins with, guessed from what this computer says of itself. Staff see it and may change it."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from bball_tui.database.states import DateOrder

YEAR_FIRST = frozenset({"CN", "HU", "JP", "KR", "LT", "MN", "SE", "TW", "ZA"})
"""Territories that write the year first (Unicode CLDR, short dates)."""
MONTH_FIRST = frozenset({"US", "PH", "PR", "GU", "VI", "AS", "MP", "UM", "FM", "PW"})
"""Territories that write the month first."""
_LOCALTIME, _TIMEZONE = Path("/etc/localtime"), Path("/etc/timezone")


def guess_time_zone(environment: Mapping[str, str], *, localtime: Path = _LOCALTIME, timezone: Path = _TIMEZONE) -> str:
    """The IANA name of this computer's time zone: by ``TZ``, by what /etc/localtime is a link to, by /etc/timezone.

    UTC when none of them names one.
    """
    said = [environment.get("TZ", "").removeprefix(":")]
    with suppress(OSError, RuntimeError):
        said.append(str(localtime.resolve()))
    with suppress(OSError, UnicodeDecodeError):
        said.append(timezone.read_text(encoding="utf-8").strip())
    for text in said:
        name = text.rpartition("/zoneinfo/")[2]
        with suppress(KeyError, ValueError, OSError):
            if name and not name.startswith("/"):
                return ZoneInfo(name).key
    return "UTC"


def guess_date_order(environment: Mapping[str, str]) -> DateOrder:
    """How people write dates where the computer's language is spoken; the American way when it says no country."""
    locale = next((environment[name] for name in ("LC_ALL", "LC_TIME", "LANG") if environment.get(name)), "")
    territory = locale.split(".")[0].split("@")[0].partition("_")[2].upper()
    if not territory or territory in MONTH_FIRST:
        return DateOrder.MDY
    return DateOrder.YMD if territory in YEAR_FIRST else DateOrder.DMY


def guess_season(today: date) -> str:
    """The season that families sign up for on ``today``: the next one that begins, such as ``Winter 2027``."""
    begins = ((3, "Spring", 0), (6, "Summer", 0), (9, "Fall", 0), (12, "Winter", 1))
    name, years = next(((name, years) for month, name, years in begins if today.month <= month))
    return f"{name} {today.year + years}"
