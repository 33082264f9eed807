"""What staff corrected by hand, so that an old file does not undo it, and which addresses mail came back from.

The audit knows who changed what and when. An import writes its changes there too, in the transaction of its summary;
one transaction has one time, so an entry of that very time is the file's word and any other is a person's.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import number_array, text_array
from bball_tui.language import _
from bball_tui.league.roster import guardian, player
from bball_tui.league.undoing.undone_audit_rows import standing

FIELD_WORDS = {field.name: field.said for field in guardian.PERSON}
FIELDS = tuple(FIELD_WORDS)
LINK_WORDS = {field.name: field.said for field in guardian.LINK}
_FOLLOWED = tuple(dict.fromkeys((*FIELDS, *(field.name for field in player.FIELDS))))


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
            kept = _("{staff} stays").format(staff=self.staff) if self.staff else _("it stays without an address")
            return _(
                "{who}: e-mail to {file} came back or is blocked, so the file doesn't bring it back; {kept}."
            ).format(who=self.who, file=self.file, kept=kept)
        word = _("{staff} ({by} on {on})").format(staff=self.staff or _("nothing"), by=self.said.by, on=self.said.on)
        end = _("{file} is taken").format(file=self.file) if self.taken else _("that stays")
        return _("{who}, {field}: the file says {file}, staff said {word}; {end}.").format(
            who=self.who, field=self.field, file=self.file, word=word, end=end
        )


class MergedIn(msgspec.Struct, frozen=True, gc=False):
    """Somebody who was merged into another one, as they were called before, and who did it."""

    gone_id: int
    name: str
    key: str
    """The folded "last, first"."""
    by: str


class History(msgspec.Struct, frozen=True, gc=False):
    """What staff said of one guardian or player, by field, and the names and addresses that a person changed."""

    said: Mapping[str, Said] = {}
    names: tuple[tuple[str, str], ...] = ()
    """First and last, as they were before."""
    emails: tuple[str, ...] = ()
    birthdates: tuple[str, ...] = ()
    """Those that a person corrected, as year-month-day."""
    merged: tuple[MergedIn, ...] = ()
    """Those who were merged into this one; their names, addresses and birthdates are among the above."""


NO_HISTORY = History()


def _standing(sql: str) -> TextClause:
    """What was undone, and what undoing it wrote, are nobody's word anymore."""
    return text(sql.replace("{stands}", standing()))


# Whoever was merged into another one is what that one was called before everything else.
_CHANGES = """
    SELECT id, before, after, by, day, by_file, first_name, last_name FROM (
    SELECT a.id AS entry, a.entity_id AS id, a.before, a.after, a.recorded_by AS by,
        to_char(a.recorded_at AT TIME ZONE l.timezone, 'YYYY-MM-DD') AS day,
        a.recorded_at IN (
            SELECT recorded_at FROM audit
            WHERE entity = 'league' AND entity_id = :league_id AND action = 'roster_imported'
        ) AS by_file, who.first_name, who.last_name
    FROM audit a JOIN league l ON l.id = a.league_id JOIN {entity} who ON who.id = a.entity_id
    WHERE a.league_id = :league_id AND a.entity = '{entity}' AND {stands}
        AND (a.entity_id = ANY (CAST(:ids AS bigint[]))
            OR jsonb_exists_any(a.before, ARRAY['first_name', 'last_name']))
    UNION ALL
    SELECT 0, m.stays_id, jsonb_strip_nulls(jsonb_build_object(
            'first_name', m.was -> 'first_name', 'last_name', m.was -> 'last_name', 'email', m.was -> 'email',
            'birthdate', m.was -> 'birthdate', 'merged', m.gone_id,
            'key', bball_fold((m.was ->> 'last_name') || ', ' || (m.was ->> 'first_name')))),
        '{}', m.created_by, '', false, who.first_name, who.last_name
    FROM merged_person m JOIN {entity} who ON who.id = m.stays_id
    WHERE m.league_id = :league_id AND m.kind = '{entity}' AND m.undone_at IS NULL
    ) AS changes ORDER BY entry DESC
    """
_OF_GUARDIANS = _standing(_CHANGES.replace("{entity}", "guardian"))
_OF_PLAYERS = _standing(_CHANGES.replace("{entity}", "player"))
_REMOVED = _standing(
    """
    SELECT a.entity_id AS player_id, coalesce(a.before, a.after) ->> 'guardian_id' AS guardian_id, a.action,
        a.recorded_by AS by, to_char(a.recorded_at AT TIME ZONE l.timezone, 'YYYY-MM-DD') AS day
    FROM audit a JOIN league l ON l.id = a.league_id
    WHERE a.league_id = :league_id AND a.entity = 'player' AND a.entity_id = ANY (CAST(:ids AS bigint[]))
        AND a.action IN ('guardian_removed', 'guardian_added') AND {stands}
    ORDER BY a.id
    """
)
# Newest first; a person's entry stands at the guardian, an import's at the player.
_OF_LINKS = _standing(
    """
    SELECT CASE WHEN a.entity = 'player' THEN a.entity_id ELSE CAST(a.after ->> 'player_id' AS bigint) END
            AS player_id,
        CASE WHEN a.entity = 'guardian' THEN a.entity_id ELSE CAST(a.after ->> 'guardian_id' AS bigint) END
            AS guardian_id,
        a.before, a.after, a.entity = 'player' AS by_file, a.recorded_by AS by,
        to_char(a.recorded_at AT TIME ZONE l.timezone, 'YYYY-MM-DD') AS day
    FROM audit a JOIN league l ON l.id = a.league_id
    WHERE a.league_id = :league_id AND a.action = 'changed' AND {stands}
        AND ((a.entity = 'guardian' AND jsonb_exists(a.after, 'player_id')
                AND CAST(a.after ->> 'player_id' AS bigint) = ANY (CAST(:players AS bigint[])))
            OR (a.entity = 'player' AND jsonb_exists(a.after, 'guardian_id')
                AND a.entity_id = ANY (CAST(:players AS bigint[]))))
    ORDER BY a.id DESC
    """
)
_OF_CONTRACTS = _standing(
    """
    SELECT DISTINCT ON (a.entity_id) a.entity_id AS id, a.recorded_by AS by,
        to_char(a.recorded_at AT TIME ZONE l.timezone, 'YYYY-MM-DD') AS day,
        a.recorded_at IN (
            SELECT recorded_at FROM audit
            WHERE entity = 'league' AND entity_id = :league_id AND action = 'roster_imported'
        ) AS by_file
    FROM audit a JOIN league l ON l.id = a.league_id
    WHERE a.league_id = :league_id AND a.entity = 'contract' AND a.action = 'moved' AND {stands}
        AND a.entity_id = ANY (CAST(:contracts AS bigint[]))
    ORDER BY a.entity_id, a.id DESC
    """
)
# A block that somebody lifted after the mail came back: the address turned out to be right.
_RETURNED = text(
    """
    SELECT address FROM suppression
    WHERE league_id = :league_id AND lifted_at IS NULL AND address = ANY (CAST(:emails AS text[]))
    UNION
    SELECT o.address FROM outbox o
    WHERE o.league_id = :league_id AND o.bounced_at IS NOT NULL AND o.address = ANY (CAST(:emails AS text[]))
        AND NOT EXISTS (
            SELECT 1 FROM suppression s WHERE s.league_id = o.league_id
                AND s.address = o.address AND s.lifted_at > o.bounced_at
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
    birthdates: list[str] = []
    merged: list[MergedIn] = []
    first, last = newest_first[0].first_name, newest_first[0].last_name
    for entry in newest_first:
        before, after = entry.before or {}, entry.after or {}
        for name in _FOLLOWED:
            if name in after and name not in settled:
                settled.add(name)
                if not entry.by_file:
                    said[name] = Said(entry.by, entry.day)
        if "first_name" in before or "last_name" in before:
            first, last = before.get("first_name", first), before.get("last_name", last)
            names.append((first, last))
        if before.get("email") and not entry.by_file:
            emails.append(before["email"].lower())
        if before.get("birthdate") and not entry.by_file:
            birthdates.append(before["birthdate"])
        if "merged" in before:
            merged.append(MergedIn(before["merged"], f"{first} {last}", before["key"], entry.by))
    return History(said, tuple(dict.fromkeys(names)), tuple(dict.fromkeys(emails)), tuple(birthdates), tuple(merged))


async def read_links(session: AsyncSession, league_id: int, players: str) -> dict[tuple[int, int], dict[str, Said]]:
    """What staff said a guardian is to a player and may do: by player and guardian, then by field."""
    found: dict[tuple[int, int], dict[str, Said]] = {}
    settled: set[tuple[int, int, str]] = set()
    for row in await session.execute(_OF_LINKS, {"league_id": league_id, "players": players}):
        for field in LINK_WORDS:
            word = (row.player_id, row.guardian_id, field)
            if field not in row.after or row.after[field] == (row.before or {}).get(field) or word in settled:
                continue
            settled.add(word)
            if not row.by_file:
                found.setdefault(word[:2], {})[field] = Said(row.by, row.day)
    return found


async def read_moved(session: AsyncSession, league_id: int, contracts: Iterable[int]) -> dict[int, Said]:
    """Of these contracts, those whose team is a person's word."""
    rows = await session.execute(_OF_CONTRACTS, {"league_id": league_id, "contracts": number_array(contracts)})
    return {row.id: Said(row.by, row.day) for row in rows if not row.by_file}


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
