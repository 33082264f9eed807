"""Conditions that lists, filters and counts share: a league's day, who was erased, whom an e-mail can reach."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Date, SQLColumnExpression, Text, cast, func, select, union_all

from bball_tui.database.kept_plans import spelled
from bball_tui.database.models import Contract, Guardian, League, Player, PlayerGuardian, Suppression

SOON = 6
"""Days after today that still count as "this week"."""


def today() -> ColumnElement[date]:
    """The date in the time zone of the contract's league."""
    zone = select(League.timezone).where(League.id == Contract.league_id).scalar_subquery()
    return cast(func.timezone(zone, func.now()), Date)


def today_in(league_id: int) -> ColumnElement[date]:
    """The same for one league, worked out once for the whole statement."""
    zone = select(League.timezone).where(League.id == spelled(league_id)).scalar_subquery()
    return cast(func.timezone(zone, func.now()), Date)


def is_erased(person: type[Player] | type[Guardian]) -> ColumnElement[bool]:
    """Whether nothing is left of somebody but that there was one, by the name that `bball_erase` gives: not everybody
    who works in the league may read who was erased.
    """
    called = f"{person.__tablename__} " + cast(person.id, Text)
    return (person.first_name == "Erased") & (person.last_name == called)


def reachable(player_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Whether the player has a guardian whom a mail can reach."""
    link: Any = PlayerGuardian
    # The guardian's league and not the contract's: two levels down a contract would be any contract, of any league.
    blocked = (
        select(Suppression.id)
        .where(
            Suppression.league_id == Guardian.league_id,
            Suppression.address == Guardian.address,
            Suppression.lifted_at.is_(None),
        )
        .exists()
    )
    return (
        select(link.player_id)
        .join(Guardian, Guardian.id == link.guardian_id)
        .where(link.player_id == player_id, link.receives_email, Guardian.email.is_not(None), ~blocked)
        .exists()
    )


def unreachable_players(league_id: int) -> CompoundSelect[int]:
    """The ids of the players whom ``reachable`` denies, each once, at the cost of those alone.

    The players carry whether their family has an address at all; only where one is blocked the family is looked at.
    """
    blocked: Any = PlayerGuardian
    families = (
        select(blocked.player_id)
        .join(Guardian, Guardian.id == blocked.guardian_id)
        .join(
            Suppression,
            (Suppression.league_id == Guardian.league_id) & (Suppression.address == Guardian.address),
        )
        .where(Guardian.league_id == spelled(league_id), Suppression.lifted_at.is_(None))
    )
    reached = spelled(2)
    ours = Player.league_id == spelled(league_id)
    without = select(Player.id).where(ours, Player.reach < reached)
    silenced = select(Player.id).where(ours, Player.reach == reached, Player.id.in_(families), ~reachable(Player.id))
    return union_all(without, silenced)
