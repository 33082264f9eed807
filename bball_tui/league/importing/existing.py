"""What the database holds already of the people and teams that a roster names.

The number of queries does not depend on the number of rows. Names are folded (case- and accent-blind) by the
database's own ``bball_fold`` and nowhere else, so that a name is found exactly when its stored key is equal. Folding
works letter by letter, so the key of "Last, First" is made of the keys of its two parts, and each different part is
folded once.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import number_array, text_array
from bball_tui.database.states import ContractStatus
from bball_tui.league.importing.corrections import (
    NO_HISTORY,
    History,
    Said,
    read_histories,
    read_links,
    read_moved,
    read_removed,
    read_returned,
)
from bball_tui.league.importing.diff_model import TeamValues
from bball_tui.league.importing.read_roster import Roster
from bball_tui.league.roster.guardian import GuardianValues, LinkValues
from bball_tui.league.roster.player import PlayerValues
from bball_tui.league.values.placeholders import real_address, real_number


class KnownTeam(msgspec.Struct, frozen=True, gc=False):
    """A team of the season."""

    id: int
    version: int
    values: TeamValues
    name_key: str
    division_key: str
    archived: bool = False


class KnownPlayer(msgspec.Struct, frozen=True, gc=False):
    """A player of the league with a name that the roster has, too."""

    id: int
    version: int
    values: PlayerValues
    history: History = NO_HISTORY
    archived: bool = False


class KnownGuardian(msgspec.Struct, frozen=True, gc=False):
    """A guardian of the league with a name that the roster has, too."""

    id: int
    version: int
    values: GuardianValues
    name_key: str
    history: History = NO_HISTORY
    former_keys: tuple[str, ...] = ()
    """The folded names that the guardian had before staff corrected them, as far as the roster has them."""

    def is_called(self, key: str) -> bool:
        """Whether this is, or was, the guardian's folded name."""
        return key == self.name_key or key in self.former_keys


class KnownContract(msgspec.Struct, frozen=True, gc=False):
    """A contract of the season."""

    id: int
    version: int
    team_id: int
    status: ContractStatus


class KnownLink(msgspec.Struct, frozen=True, gc=False):
    """A guardian of a player."""

    guardian_id: int
    position: int
    values: LinkValues


class Existing(Struct, frozen=True):
    """The part of the database that a roster is compared with."""

    season_id: int | None
    folded: Mapping[str, str]
    teams: tuple[KnownTeam, ...] = ()
    players: Mapping[str, list[KnownPlayer]] = field(default_factory=dict)
    """By the folded "last, first", also as it was before staff corrected it."""
    guardians: tuple[KnownGuardian, ...] = ()
    contracts: Mapping[int, list[KnownContract]] = field(default_factory=dict)
    """By the player's id, whatever their status."""
    links: Mapping[int, list[KnownLink]] = field(default_factory=dict)
    """By the player's id, in order of position."""
    removed: Mapping[tuple[int, int], Said] = field(default_factory=dict)
    """Guardians whom staff took off a player: by the ids of player and guardian."""
    linked: Mapping[tuple[int, int], Mapping[str, Said]] = field(default_factory=dict)
    """What staff said of a guardian's relation and rights: by the ids of player and guardian, then by field."""
    moved: Mapping[int, Said] = field(default_factory=dict)
    """Contracts that staff moved to the team they are in."""
    contacts: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """By which addresses and numbers the parents are reached of players whom a row may mean with another birthdate."""
    season_archived: bool = False
    returned: frozenset[str] = frozenset()
    """Addresses of the roster that mail came back from, in small letters. Without known guardians nobody asks."""

    def key_of(self, player: PlayerValues) -> str:
        """The same of a player."""
        return f"{self.folded[player.last_name]}, {self.folded[player.first_name]}"

    def person_key(self, first: str, last: str) -> str:
        """The folded "last, first" of somebody in the roster."""
        return f"{self.folded[last]}, {self.folded[first]}"


_FOLD = text("SELECT value, bball_fold(value) FROM unnest(CAST(:texts AS text[])) AS value")
# The exact name first: a league may have "Spring" and "spring" from before.
_SEASON = text(
    """
    SELECT id, archived_at IS NOT NULL AS archived FROM season
    WHERE league_id = :league_id AND bball_fold(name) = bball_fold(CAST(:name AS text))
    ORDER BY name <> CAST(:name AS text), id LIMIT 1
    """
)
_TEAMS = text(
    """
    SELECT id, version, division, name, name_key, bball_fold(division) AS division_key,
        archived_at IS NOT NULL AS archived
    FROM team WHERE league_id = :league_id AND season_id = :season_id ORDER BY id
    """
)
_PLAYER_COLUMNS = ", ".join(PlayerValues.__struct_fields__)
_PLAYERS = text(
    f"""
    SELECT id, version, {_PLAYER_COLUMNS}, name_key, archived_at IS NOT NULL AS archived
    FROM player
    WHERE league_id = :league_id
        AND (name_key = ANY (CAST(:keys AS text[])) OR id = ANY (CAST(:renamed AS bigint[])))
    ORDER BY id
    """  # noqa: S608 - the inserted text is the constant above
)
_GUARDIANS = text(
    f"""
    SELECT id, version, {", ".join(GuardianValues.__struct_fields__)}, name_key
    FROM guardian
    WHERE league_id = :league_id
        AND (name_key = ANY (CAST(:keys AS text[])) OR id = ANY (CAST(:renamed AS bigint[])))
    ORDER BY id
    """  # noqa: S608 - the inserted text is the constant above
)
_CONTRACTS = text(
    """
    SELECT id, version, player_id, team_id, status
    FROM contract WHERE player_id = ANY (CAST(:players AS bigint[])) AND season_id = :season_id ORDER BY id
    """
)
_LINKS = text(
    f"""
    SELECT player_id, guardian_id, position, {", ".join(LinkValues.__struct_fields__)}
    FROM player_guardian
    WHERE player_id = ANY (CAST(:players AS bigint[])) OR guardian_id = ANY (CAST(:guardians AS bigint[]))
    ORDER BY player_id, position, guardian_id
    """  # noqa: S608 - the inserted text is the constant above
)


_CONTACTS = text(
    """
    SELECT l.player_id, g.email, g.phone FROM player_guardian l JOIN guardian g ON g.id = l.guardian_id
    WHERE l.player_id = ANY (CAST(:players AS bigint[]))
    """
)


def contacts(given: Iterable[tuple[str | None, str | None]]) -> frozenset[str]:
    """What tells who somebody is of these addresses and phone numbers."""
    found = ((real_address(email), real_number(phone) if phone else None) for email, phone in given)
    return frozenset(one for both in found for one in both if one)


class _Named:
    """Whom and what a roster names, as the statements ask for it."""

    def __init__(self, roster: Roster) -> None:
        self.people = {(row.player.first_name, row.player.last_name) for row in roster.rows}
        self.parents = {(cell.first, cell.last) for row in roster.rows for cell in row.guardians}
        texts = {part for name in self.people | self.parents for part in name}
        texts.update(part for row in roster.rows for part in (row.team, row.division))
        self.texts = text_array(texts)
        self._roster = roster

    def emails(self) -> set[str]:
        return {cell.email.lower() for row in self._roster.rows for cell in row.guardians if cell.email}


class _Keys:
    """The same, folded."""

    def __init__(self, named: _Named, folded: Iterable[Any]) -> None:
        self.folded = {value: key for value, key in folded}  # noqa: C416 - dict() takes no rows
        self.people_keys = {self.of(first, last) for first, last in named.people}
        self.people = text_array(self.people_keys)
        self.parent_keys = {self.of(first, last) for first, last in named.parents}
        self.parents = text_array(self.parent_keys)

    def of(self, first: str, last: str) -> str:
        return f"{self.folded[last]}, {self.folded[first]}"


async def load_existing(session: AsyncSession, league_id: int, season: str, roster: Roster) -> Existing:
    """Read what ``roster`` has to be compared with, in at most seventeen statements.

    What takes long with thousands of rows is done by threads: the event loop only asks and waits.
    """

    async def ask(statement: TextClause, **values: object) -> Sequence[Any]:
        return (await session.execute(statement, {"league_id": league_id, **values})).all()

    named = await asyncio.to_thread(_Named, roster)
    folded = (await session.execute(_FOLD, {"texts": named.texts})).all()
    keys = await asyncio.to_thread(_Keys, named, folded)
    seasons = await ask(_SEASON, name=season)
    season_id, put_away = seasons[0] if seasons else (None, False)
    called = await _former_names(session, league_id, keys.people_keys, players=True)
    renamed = number_array(player_id for player_id, found in called.items() if found)
    stored = await ask(_PLAYERS, keys=keys.people, renamed=renamed)
    histories = await read_histories(session, league_id, [row.id for row in stored], players=True) if stored else {}
    players = await asyncio.to_thread(_players, stored, histories, called)
    guardians, returned = await _known_guardians(session, league_id, named, keys)
    player_ids = number_array(player.id for namesakes in players.values() for player in namesakes)
    guardian_ids = number_array(guardian.id for guardian in guardians)
    linked = await session.execute(_LINKS, {"players": player_ids, "guardians": guardian_ids})
    links = await asyncio.to_thread(_links, linked.all())
    doubtful = await asyncio.to_thread(_doubtful, roster, players, keys)
    reached = await session.execute(_CONTACTS, {"players": number_array(doubtful)}) if doubtful else ()
    removed = await read_removed(session, league_id, player_ids) if players else {}
    said = await read_links(session, league_id, player_ids) if players else {}
    found = Existing(
        season_id,
        keys.folded,
        players=players,
        guardians=guardians,
        links=links,
        removed=removed,
        linked=said,
        contacts=_contacts(reached),
        returned=returned,
    )
    if season_id is None:
        return found
    teams = await asyncio.to_thread(_teams, await ask(_TEAMS, season_id=season_id))
    contracted = await session.execute(_CONTRACTS, {"players": player_ids, "season_id": season_id})
    contracts = await asyncio.to_thread(_contracts, contracted.all())
    contract_ids = [contract.id for some in contracts.values() for contract in some]
    moved = await read_moved(session, league_id, contract_ids) if contracts else {}
    return replace(found, teams=teams, contracts=contracts, moved=moved, season_archived=put_away)


async def _known_guardians(
    session: AsyncSession, league_id: int, named: _Named, keys: _Keys
) -> tuple[tuple[KnownGuardian, ...], frozenset[str]]:
    """The guardians whom the roster names, also by a name that staff corrected; the addresses mail came back from."""
    called = await _former_names(session, league_id, keys.parent_keys)
    renamed = number_array(guardian_id for guardian_id, found in called.items() if found)
    values = {"league_id": league_id, "keys": keys.parents, "renamed": renamed}
    rows = (await session.execute(_GUARDIANS, values)).all()
    histories = await read_histories(session, league_id, [row.id for row in rows]) if rows else {}
    known = await asyncio.to_thread(_guardians, rows, histories, called)
    if not known:
        return known, frozenset()
    return known, await read_returned(session, league_id, await asyncio.to_thread(named.emails))


async def _former_names(
    session: AsyncSession, league_id: int, wanted: Collection[str], *, players: bool = False
) -> dict[int, tuple[str, ...]]:
    """The folded names of ``wanted`` that guardians (or players) had before somebody changed them, by id."""
    changed = await read_histories(session, league_id, (), players=players)
    former = {name for history in changed.values() for name in history.names}
    texts = text_array({part for name in former for part in name})
    folds = (await session.execute(_FOLD, {"texts": texts})).all() if former else []
    folded = {row.value: row.bball_fold for row in folds}
    return {
        one: tuple(key for first, last in history.names if (key := f"{folded[last]}, {folded[first]}") in wanted)
        for one, history in changed.items()
    }


def _doubtful(roster: Roster, players: Mapping[str, Sequence[KnownPlayer]], keys: _Keys) -> set[int]:
    """The namesakes of children whom nobody of the name has the birthdate of."""
    found: set[int] = set()
    for row in roster.rows if players else ():
        namesakes = players.get(keys.of(row.first, row.last), ())
        if namesakes and all(row.birthdate is None or one.values.birthdate != row.birthdate for one in namesakes):
            found.update(one.id for one in namesakes)
    return found


def _contacts(rows: Iterable[Any]) -> dict[int, frozenset[str]]:
    given: dict[int, list[tuple[str | None, str | None]]] = defaultdict(list)
    for player_id, email, phone in rows:
        given[player_id].append((email, phone))
    return {player_id: contacts(some) for player_id, some in given.items()}


def _players(
    rows: Iterable[Any], histories: Mapping[int, History], called: Mapping[int, tuple[str, ...]]
) -> dict[str, list[KnownPlayer]]:
    players: dict[str, list[KnownPlayer]] = defaultdict(list)
    for player_id, version, *values, name_key, archived in rows:
        known = KnownPlayer(player_id, version, PlayerValues(*values), histories.get(player_id, NO_HISTORY), archived)
        former = called.get(player_id)
        for key in dict.fromkeys((name_key, *former)) if former else (name_key,):
            players[key].append(known)
    return dict(players)


def _guardians(
    rows: Iterable[Any], histories: Mapping[int, History], called: Mapping[int, tuple[str, ...]]
) -> tuple[KnownGuardian, ...]:
    return tuple(
        [
            KnownGuardian(
                guardian_id,
                version,
                GuardianValues(*values),
                name_key,
                histories.get(guardian_id, NO_HISTORY),
                called.get(guardian_id, ()),
            )
            for guardian_id, version, *values, name_key in rows
        ]
    )


def _links(rows: Iterable[Any]) -> dict[int, list[KnownLink]]:
    links: dict[int, list[KnownLink]] = defaultdict(list)
    for player_id, guardian_id, position, *values in rows:
        links[player_id].append(KnownLink(guardian_id, position, LinkValues(*values)))
    return dict(links)


def _teams(rows: Iterable[Any]) -> tuple[KnownTeam, ...]:
    return tuple(
        KnownTeam(row.id, row.version, TeamValues(row.division, row.name), row.name_key, row.division_key, row.archived)
        for row in rows
    )


_STATUSES = {str(status): status for status in ContractStatus}


def _contracts(rows: Iterable[Any]) -> dict[int, list[KnownContract]]:
    contracts: dict[int, list[KnownContract]] = defaultdict(list)
    for contract_id, version, player_id, team_id, status in rows:
        contracts[player_id].append(KnownContract(contract_id, version, team_id, _STATUSES[status]))
    return dict(contracts)
