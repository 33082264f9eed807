"""The imports of a league, as the audit has them: each left a summary, and with it what it made and what it changed."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.errors import BballError
from bball_tui.language import _

IMPORTED = "roster_imported"
UNDONE = "roster_import_undone"
MOST = 200


class Made(Struct, frozen=True):
    """The ids of what an import made; ``season`` None when it was there before."""

    season: int | None
    teams: tuple[int, ...]
    players: tuple[int, ...]
    guardians: tuple[int, ...]
    contracts: tuple[int, ...]


class RosterImport(Struct, frozen=True):
    """One import. ``made`` None: a program that did not write it down yet. ``undone_at`` None: it stands."""

    id: int
    at: datetime
    by: str
    file: str
    season: str
    created: Mapping[str, int]
    updated: Mapping[str, int]
    made: Made | None
    undone_at: datetime | None
    undone_by: str | None

    @property
    def name(self) -> str:
        """The file, or words where a program did not say which."""
        return self.file or _("a file without a name")


_IMPORTS = text(
    """
    SELECT one.id, one.recorded_at, one.recorded_by, one.after, undo.recorded_at AS undone_at,
        undo.recorded_by AS undone_by
    FROM audit AS one LEFT JOIN audit AS undo ON undo.entity = 'league' AND undo.entity_id = :league_id
        AND undo.league_id = :league_id AND undo.action = :undone
        AND CAST(undo.before ->> 'import' AS bigint) = one.id
    WHERE one.entity = 'league' AND one.entity_id = :league_id AND one.league_id = :league_id
        AND one.action = :imported AND (CAST(:id AS bigint) IS NULL OR one.id = :id)
    ORDER BY one.id DESC LIMIT :most
    """
)


async def list_imports(
    session: AsyncSession, league_id: int, *, import_id: int | None = None, limit: int = MOST
) -> tuple[RosterImport, ...]:
    """The imports that changed something, the latest first; with ``import_id`` that one alone, if there is one."""
    values = {"league_id": league_id, "imported": IMPORTED, "undone": UNDONE, "id": import_id, "most": limit}
    return tuple(
        RosterImport(
            id=row.id,
            at=row.recorded_at,
            by=row.recorded_by,
            file=row.after["file"],
            season=row.after["season"],
            created=row.after["created"],
            updated=row.after["updated"],
            made=_made(row.after.get("made")),
            undone_at=row.undone_at,
            undone_by=row.undone_by,
        )
        for row in await session.execute(_IMPORTS, values)
    )


def _made(kept: Mapping[str, list[int]] | None) -> Made | None:
    if kept is None:
        return None
    season: object = kept["season"]
    return Made(
        season if isinstance(season, int) else None,
        *(tuple(kept[name]) for name in ("teams", "players", "guardians", "contracts")),
    )


async def find_import(session: AsyncSession, league_id: int, import_id: int | None = None) -> RosterImport:
    """The import that is meant; without an id the latest that stands.

    Raises:
        BballError: there is none.
    """
    found = await list_imports(session, league_id, import_id=import_id)
    if import_id is None:
        found = tuple(one for one in found if one.undone_at is None)
        if not found:
            raise BballError(_("No import stands that could be taken back."))
    elif not found:
        raise BballError(_("That import isn't in this league. 'bball-tui imports list' shows them all."))
    return found[0]
