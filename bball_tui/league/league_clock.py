"""The clock of a league when somebody acts: who acts, what time it is there, and for how long it can be undone."""

from datetime import date, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from msgspec import Struct
from sqlalchemy import Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui import wording
from bball_tui.database import models
from bball_tui.database.kept_plans import KEEPS_PLAN, spelled
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.leagues import zone_of
from bball_tui.settings import NotSetUp

LEAST_UNDO_SECONDS = 300
"""For how long an act can be undone; longer where the league's undo time is."""


class LeagueClock(Struct, frozen=True):
    """Who acts (the database role), the database's clock, and the league's habits."""

    person: str
    now: datetime
    zone: ZoneInfo
    hold_seconds: int
    wait_for_chat: bool = False
    """Whether welcome mails wait until their team's chat has a share link."""
    not_set_up: NotSetUp | None = None
    """What is missing before a mail can leave; only who tells what is next looks."""

    @property
    def undo_seconds(self) -> int:
        """For how long what no e-mail told yet can be undone."""
        return max(LEAST_UNDO_SECONDS, self.hold_seconds)

    @property
    def today(self) -> date:
        """The date in the league's time zone."""
        return self.now.astimezone(self.zone).date()

    def at(self, moment: datetime) -> str:
        """``moment`` in words, in the league's time zone."""
        return wording.at(moment, self.now, self.zone)

    def on(self, day: date) -> str:
        """``day`` in words."""
        return wording.short_date(day, self.today)


async def read_clock(session: AsyncSession, league_id: int) -> LeagueClock:
    """Who, when and where.

    Raises:
        BballError: the league is gone, or its time zone is none.
    """
    found = (await session.execute(_clock(league_id))).one_or_none()
    if found is None:
        raise BballError(_("This league is not in the database anymore. Choose another one."))
    return LeagueClock(
        found.person, found.now, zone_of(found.timezone, found.date_order), found.hold_seconds, found.wait_for_chat
    )


@lru_cache(maxsize=16)  # building it takes longer than the database needs to answer it
def _clock(league_id: int) -> Select[*tuple[Any, ...]]:
    league = models.League
    return (
        select(
            func.session_user().label("person"),
            func.now().label("now"),
            league.timezone,
            league.date_order,
            league.hold_seconds,
            league.wait_for_chat,
        )
        .where(league.id == spelled(league_id))
        .execution_options(**KEEPS_PLAN)
    )
