"""Who of a team's families is in its group, as far as GroupMe tells: it shows names that people chose, nothing else.

A name that is the same counts as joined. It is a help for the coordinator, never a fact that anything is decided by.
"""

from collections.abc import Sequence

from msgspec import Struct
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, Guardian, Player, PlayerGuardian
from bball_tui.database.states import LIVE_STATUSES
from bball_tui.groupme.api.models import Member
from bball_tui.groupme.plan.matching import fold


class Household(Struct, frozen=True):
    """A player of the team and the names of the guardians."""

    player: str
    guardians: tuple[str, ...]


class Joined(Struct, frozen=True):
    """``families``: each player with the guardians who were recognized, possibly none. ``others``: everybody else."""

    families: tuple[tuple[str, tuple[str, ...]], ...]
    others: tuple[str, ...]

    @property
    def seen(self) -> int:
        """How many players have at least one guardian in the group."""
        return sum(bool(names) for _, names in self.families)


async def read_households(session: AsyncSession, league_id: int, team_id: int) -> tuple[Household, ...]:
    """The players who are on the team now, by name, with their guardians."""
    rows = await session.execute(
        select(
            Player.id,
            (Player.first_name + " " + Player.last_name).label("player"),
            (Guardian.first_name + " " + Guardian.last_name).label("guardian"),
        )
        .join(Contract, Contract.player_id == Player.id)
        .outerjoin(PlayerGuardian, PlayerGuardian.player_id == Player.id)
        .outerjoin(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(
            Contract.league_id == league_id,
            Contract.team_id == team_id,
            Contract.status.in_([str(status) for status in LIVE_STATUSES]),
        )
        .order_by(Player.name_key, Player.id, PlayerGuardian.position)
    )
    found: dict[int, tuple[str, list[str]]] = {}
    for row in rows:
        guardians = found.setdefault(row.id, (row.player, []))[1]
        if row.guardian is not None:
            guardians.append(row.guardian)
    return tuple(Household(player, tuple(guardians)) for player, guardians in found.values())


def who_joined(households: Sequence[Household], members: Sequence[Member]) -> Joined:
    """Hold the names in the group against the families' names; accents, capitals and their order do not count."""
    by_name: dict[tuple[str, ...], str] = {name_key(member.nickname): member.user_id for member in members}
    by_name.pop((), None)
    recognized: set[str] = set()
    families = []
    for household in households:
        here = tuple(name for name in household.guardians if name_key(name) in by_name)
        recognized |= {by_name[name_key(name)] for name in here}
        families.append((household.player, here))
    others = tuple(sorted((m.nickname for m in members if m.user_id not in recognized), key=fold))
    return Joined(tuple(families), others)


def name_key(name: str) -> tuple[str, ...]:
    """Equal for names that are the same but for accents, capitals and the order of their words."""
    return tuple(sorted(fold(name).split()))
