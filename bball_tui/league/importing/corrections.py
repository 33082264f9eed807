"""What staff corrected by hand, so that an old file does not undo it, and which addresses mail came back from.

The audit knows who changed what and when. An import writes its changes there too, in the transaction of its summary;
one transaction has one time, so an entry of that very time is the file's word and any other is a person's.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import number_array, text_array

FIELD_WORDS = {
    "first_name": "first name",
    "last_name": "last name",
    "email": "e-mail",
    "phone": "telephone",
    "language": "language",
}
FIELDS = tuple(FIELD_WORDS)
PLAYER_FIELDS = ("jersey",)
"""Of a player, besides the names."""


class Said(msgspec.Struct, frozen=True, gc=False):
    """Somebody of the staff decided something, on a day of the league (year-month-day)."""

    by: str
    on: str


class Conflict(msgspec.Struct, frozen=True, gc=False):
    """The file says another thing than staff. ``taken``: the file's word counts all the same.

    ``said`` is None for an address that mail came back from, which never counts.
    """

    row: int
    who: str
    field: str
    file: str
    staff: str
    said: Said | None
    taken: bool = False

    def sentence(self) -> str:
        """The conflict in words, with what is done about it."""
        if self.said is None:
            kept = f"{self.staff} stays" if self.staff else "it stays without an address"
            return (
                f"{self.who}: mail to {self.file} came back or is blocked, so the file does not bring it back; {kept}."
            )
        word = f"{self.staff or 'nothing'} ({self.said.by} on {self.said.on})"
        end = f"{self.file} is taken" if self.taken else "that stays"
        return f"{self.who}, {self.field}: the file says {self.file}, staff said {word}; {end}."


class History(msgspec.Struct, frozen=True, gc=False):
    """What staff said of one guardian or player, by field, and the names and addresses that a person changed."""

    said: Mapping[str, Said] = {}
    names: tuple[tuple[str, str], ...] = ()
    """First and last, as they were before."""
    emails: tuple[str, ...] = ()


NO_HISTORY = History()

_CHANGES = """
    SELECT a.entity_id AS id, a.before, a.after, a.recorded_by AS by,
        to_char(a.recorded_at AT TIME ZONE l.timezone, 'YYYY-MM-DD') AS day,
        a.recorded_at IN (
            SELECT recorded_at FROM audit
            WHERE entity = 'league' AND entity_id = :league_id AND action = 'roster_imported'
        ) AS by_file, who.first_name, who.last_name
    FROM audit a JOIN league l ON l.id = a.league_id JOIN {entity} who ON who.id = a.entity_id
    WHERE a.league_id = :league_id AND a.entity = '{entity}'
        AND (a.entity_id = ANY (CAST(:ids AS bigint[]))
            OR jsonb_exists_any(a.before, ARRAY['first_name', 'last_name']))
    ORDER BY a.id DESC
    """
_OF_GUARDIANS = text(_CHANGES.format(entity="guardian"))
_OF_PLAYERS = text(_CHANGES.format(entity="player"))
_REMOVED = text(
    """
    SELECT a.entity_id AS player_id, coalesce(a.before, a.after) ->> 'guardian_id' AS guardian_id, a.action,
        a.recorded_by AS by, to_char(a.recorded_at AT TIME ZONE l.timezone, 'YYYY-MM-DD') AS day
    FROM audit a JOIN league l ON l.id = a.league_id
    WHERE a.league_id = :league_id AND a.entity = 'player' AND a.entity_id = ANY (CAST(:ids AS bigint[]))
        AND a.action IN ('guardian_removed', 'guardian_added')
    ORDER BY a.id
    """
)
# A block that somebody lifted after the mail came back: the address turned out to be right.
_RETURNED = text(
    """
    SELECT lower(email) FROM suppression
    WHERE league_id = :league_id AND lifted_at IS NULL AND lower(email) = ANY (CAST(:emails AS text[]))
    UNION
    SELECT lower(o.recipient) FROM outbox o
    WHERE o.league_id = :league_id AND o.bounced_at IS NOT NULL AND lower(o.recipient) = ANY (CAST(:emails AS text[]))
        AND NOT EXISTS (
            SELECT 1 FROM suppression s WHERE s.league_id = o.league_id
                AND lower(s.email) = lower(o.recipient) AND s.lifted_at > o.bounced_at
        )
    """
)


async def read_histories(
    session: AsyncSession, league_id: int, ids: Iterable[int], *, players: bool = False
) -> dict[int, History]:
    """What people did to these guardians (or players), and to all whose name they changed."""
    statement = _OF_PLAYERS if players else _OF_GUARDIANS
    rows = await session.execute(statement, {"league_id": league_id, "ids": number_array(ids)})
    entries: dict[int, list[Any]] = {}
    for row in rows:
        entries.setdefault(row.id, []).append(row)
    return {one: _history(found) for one, found in entries.items()}


def _history(newest_first: list[Any]) -> History:
    said: dict[str, Said] = {}
    settled: set[str] = set()
    names: list[tuple[str, str]] = []
    emails: list[str] = []
    first, last = newest_first[0].first_name, newest_first[0].last_name
    for entry in newest_first:
        before, after = entry.before or {}, entry.after or {}
        for name in (*FIELDS, *PLAYER_FIELDS):
            if name in after and name not in settled:
                settled.add(name)
                if not entry.by_file:
                    said[name] = Said(entry.by, entry.day)
        if "first_name" in before or "last_name" in before:
            first, last = before.get("first_name", first), before.get("last_name", last)
            names.append((first, last))
        if before.get("email") and not entry.by_file:
            emails.append(before["email"].lower())
    return History(said, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(emails)))


async def read_removed(session: AsyncSession, league_id: int, players: str) -> dict[tuple[int, int], Said]:
    """Of these players (an array's text), the guardians whom staff took off them: by player and guardian."""
    found: dict[tuple[int, int], Said] = {}
    for row in await session.execute(_REMOVED, {"league_id": league_id, "ids": players}):
        pair = (row.player_id, int(row.guardian_id or 0))
        if row.action == "guardian_removed":
            found[pair] = Said(row.by, row.day)
        else:
            found.pop(pair, None)
    return found


async def read_returned(session: AsyncSession, league_id: int, emails: Iterable[str]) -> frozenset[str]:
    """Those of the addresses (in small letters) that take no mail, or that a mail came back from."""
    rows = await session.scalars(_RETURNED, {"league_id": league_id, "emails": text_array(emails)})
    return frozenset(rows)
