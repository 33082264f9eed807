"""This day: what e-mails, contracts and chats of a league need a person for, and whom somebody should ask again."""

from datetime import date
from functools import lru_cache
from typing import Any

from msgspec import Struct
from sqlalchemy import Date, Select, any_, cast, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.kept_plans import KEEPS_PLAN, spelled, spelled_among
from bball_tui.database.models import Contract, GroupLook, League, Season, Signature, Team
from bball_tui.database.states import NEED_SOMEONE, WAITING_STATUSES, ContractStatus, TeamState
from bball_tui.league.roster.notes import NoteView, list_notes
from bball_tui.league.roster.shared_conditions import unreachable_players
from bball_tui.mail.from_address import Outgoing
from bball_tui.outbox.counts import MailDay, read_mail_day


class ContractDay(Struct, frozen=True):
    """One look at the contracts and teams of ``season``, the one that is shown. The day is that of the league's time
    zone.

    ``overdue`` are offered or accepted and should have been signed by now, the first by ``overdue_since``;
    ``unreachable`` are offered or accepted, for players without a guardian whom a mail can reach; ``signed`` were
    recorded today and are in force. ``chats`` are teams whose chat needed somebody when GroupMe was last asked, all in
    ``chat_state`` (None: in several).
    """

    overdue: int
    overdue_since: date | None
    unreachable: int
    signed: int
    chats: int = 0
    chat_state: TeamState | None = None
    season: str = ""


class LeagueDay(Struct, frozen=True):
    """All that Today shows of the database. ``follow_ups`` are the notes whose day has come."""

    mails: MailDay
    contracts: ContractDay
    follow_ups: tuple[NoteView, ...]


async def read_day(session: AsyncSession, league_id: int, season_id: int | None, outgoing: Outgoing) -> LeagueDay:
    """Look at the day once.

    Raises:
        BballError: the league is gone, or its time zone is none.
    """
    mails = await read_mail_day(session, league_id, outgoing)
    contracts = await read_contract_day(session, league_id, season_id)
    return LeagueDay(mails, contracts, await list_notes(session, league_id, due=True))


async def read_contract_day(session: AsyncSession, league_id: int, season_id: int | None) -> ContractDay:
    """Look at contracts and teams once, with one statement."""
    found = (await session.execute(_day(league_id, season_id))).one()
    one_state = TeamState(found.first_state) if found.chats and found.first_state == found.last_state else None
    season = found.season or ""
    return ContractDay(found.overdue, found.since, found.unreachable, found.signed, found.chats, one_state, season)


@lru_cache(maxsize=16)  # building it takes longer than the database needs to answer it
def _day(league_id: int, season_id: int | None) -> Select[Any]:
    # Read once: each look at a table asks who somebody is.
    place = select(League.timezone).where(League.id == spelled(league_id)).cte("place")
    zone = select(place.c.timezone).scalar_subquery()
    season = Contract.league_id == spelled(league_id)
    season &= Contract.season_id.is_(None) if season_id is None else Contract.season_id == spelled(season_id)
    # Spelled as the index on the contracts that wait is.
    waits = season & spelled_among(Contract.status, WAITING_STATUSES)
    late = (
        select(func.count().label("overdue"), func.min(Contract.due_on).label("since"))
        .where(waits, Contract.due_on < cast(func.timezone(zone, func.now()), Date))
        .subquery()
    )
    unreachable = (
        select(func.count()).where(waits, Contract.player_id.in_(unreachable_players(league_id))).scalar_subquery()
    )
    midnight = func.timezone(zone, func.date_trunc("day", func.timezone(zone, func.now())))
    # The few contracts first, by the moment: how few the planner cannot know.
    lately = (
        select(Signature.contract_id)
        .where(Signature.league_id == spelled(league_id), Signature.received_at >= midnight)
        .scalar_subquery()
    )
    signed = (
        select(func.count())
        .select_from(Contract)
        .join(Signature, Signature.id == Contract.signature_id)
        .where(
            season,
            Contract.id == any_(func.array(lately)),
            spelled_among(Contract.status, [ContractStatus.SIGNED]),
            Signature.received_at >= midnight,
        )
        .scalar_subquery()
    )
    look = GroupLook
    chats = (
        select(
            func.count().label("number"),
            func.min(look.state).label("first_state"),
            func.max(look.state).label("last_state"),
        )
        .select_from(look)
        .join(Team, (Team.id == look.team_id) & (Team.league_id == look.league_id))
        .where(
            look.league_id == spelled(league_id),
            Team.season_id.is_(None) if season_id is None else Team.season_id == spelled(season_id),
            # A look at another group than the team's present one says nothing anymore.
            look.group_id.is_not_distinct_from(Team.groupme_group_id),
            spelled_among(look.state, NEED_SOMEONE),
        )
        .subquery()
    )
    shown = select(Season.name).where(Season.id == spelled(season_id or 0)).scalar_subquery()
    day = select(
        late.c.overdue,
        late.c.since,
        unreachable.label("unreachable"),
        signed.label("signed"),
        chats.c.number.label("chats"),
        chats.c.first_state,
        chats.c.last_state,
        shown.label("season"),
    ).select_from(late.join(chats, true()))
    return day.execution_options(**KEEPS_PLAN)
