"""The runs that made something in a season, as the audit has them. One that was undone is none anymore."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

ROLLED = "season_rolled"
UNDONE = "season_roll_undone"


class Roll(Struct, frozen=True):
    """One run: what it made, and whom it left out. ``teams`` are pairs of the new team and last season's.

    ``made_season`` says that the season came with it, ``shown_before`` which one the league had chosen to be shown.
    """

    id: int
    season_id: int
    at: datetime
    by: str
    source_id: int
    made_season: bool
    shown_before: int | None
    teams: tuple[tuple[int, int], ...]
    contracts: tuple[int, ...]
    left: tuple[int, ...]


_ROLLS = text(
    """
    SELECT roll.id, roll.recorded_at, roll.recorded_by, roll.before, roll.after FROM audit AS roll
    WHERE roll.entity = 'season' AND roll.entity_id = :season_id AND roll.league_id = :league_id
        AND roll.action = :rolled
        AND NOT EXISTS (
            SELECT FROM audit AS undone
            WHERE undone.entity = 'season' AND undone.entity_id = :season_id AND undone.league_id = :league_id
                AND undone.action = :undone AND CAST(undone.before ->> 'roll' AS bigint) = roll.id)
    ORDER BY roll.id
    """
)


async def read_rolls(session: AsyncSession, league_id: int, season_id: int | None) -> tuple[Roll, ...]:
    """The runs of the season that stand, the oldest first."""
    if season_id is None:
        return ()
    values = {"league_id": league_id, "season_id": season_id, "rolled": ROLLED, "undone": UNDONE}
    return tuple(
        Roll(
            id=row.id,
            season_id=season_id,
            at=row.recorded_at,
            by=row.recorded_by,
            source_id=row.after["from"],
            made_season=row.after["made_season"],
            shown_before=row.before["shown"],
            teams=tuple((team, source) for team, source in row.after["teams"]),
            contracts=tuple(row.after["contracts"]),
            left=tuple(row.after["left"]),
        )
        for row in await session.execute(_ROLLS, values)
    )


async def read_origins(session: AsyncSession, league_id: int, season_id: int) -> dict[int, int]:
    """The teams of the season that were carried over, each with its team of last season."""
    return {team: source for roll in await read_rolls(session, league_id, season_id) for team, source in roll.teams}
