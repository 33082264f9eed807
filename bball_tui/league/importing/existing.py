"""What the database holds already of the people and teams that a roster names.

The number of queries does not depend on the number of rows. Names are folded (case- and accent-blind) by the
database's own ``bball_fold`` and nowhere else, so that a name is found exactly when its stored key is equal. Folding
works letter by letter, so the key of "Last, First" is made of the keys of its two parts, and each different part is
folded once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

import msgspec
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.states import ContractStatus
from bball_tui.league.importing.arrays import number_array, text_array
from bball_tui.league.importing.plan import GuardianValues, LinkValues, PlayerValues, TeamValues
from bball_tui.league.importing.read import Roster


class KnownTeam(msgspec.Struct, frozen=True, gc=False):
    """A team of the season."""

    id: int
    version: int
    values: TeamValues
    name_key: str
    division_key: str


class KnownPlayer(msgspec.Struct, frozen=True, gc=False):
    """A player of the league with a name that the roster has, too."""

    id: int
    version: int
    values: PlayerValues


class Neighbour(msgspec.Struct, frozen=True, gc=False):
    """A player born on the day of somebody in the roster."""

    id: int
    values: PlayerValues
    first_key: str


class KnownGuardian(msgspec.Struct, frozen=True, gc=False):
    """A guardian of the league with a name that the roster has, too."""

    id: int
    version: int
    values: GuardianValues
    name_key: str


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


@dataclass(frozen=True, slots=True)
class Existing:
    """The part of the database that a roster is compared with."""

    season_id: int | None
    folded: Mapping[str, str]
    teams: tuple[KnownTeam, ...] = ()
    players: Mapping[str, list[KnownPlayer]] = field(default_factory=dict)
    """By the folded "last, first"."""
    same_day: Mapping[tuple[date | None, str], list[Neighbour]] = field(default_factory=dict)
    """By date of birth and the folded last name."""
    guardians: tuple[KnownGuardian, ...] = ()
    contracts: Mapping[int, list[KnownContract]] = field(default_factory=dict)
    """By the player's id, whatever their status."""
    links: Mapping[int, list[KnownLink]] = field(default_factory=dict)
    """By the player's id, in order of position."""

    def person_key(self, first: str, last: str) -> str:
        """The folded "last, first" of somebody in the roster."""
        return f"{self.folded[last]}, {self.folded[first]}"


_FOLD = text("SELECT value, bball_fold(value) FROM unnest(CAST(:texts AS text[])) AS value")
# The exact name first: a league may have "Spring" and "spring" from before.
_SEASON = text(
    """
    SELECT id FROM season
    WHERE league_id = :league_id AND bball_fold(name) = bball_fold(CAST(:name AS text))
    ORDER BY name <> CAST(:name AS text), id LIMIT 1
    """
)
_TEAMS = text(
    """
    SELECT id, version, division, name, name_key, bball_fold(division) AS division_key
    FROM team WHERE league_id = :league_id AND season_id = :season_id ORDER BY id
    """
)
_PLAYERS = text(
    """
    SELECT id, version, first_name, last_name, birthdate, jersey, name_key
    FROM player WHERE league_id = :league_id AND name_key = ANY (CAST(:keys AS text[])) ORDER BY id
    """
)
# The stored key is "last, first" folded: asking for its first part keeps the whole league from being folded again.
_SAME_DAY = text(
    """
    SELECT id, first_name, last_name, birthdate, jersey, name_key
    FROM player
    WHERE league_id = :league_id AND birthdate = ANY (CAST(:days AS date[]))
        AND split_part(name_key, ', ', 1) = ANY (CAST(:lasts AS text[]))
    ORDER BY id
    """
)
_GUARDIANS = text(
    """
    SELECT id, version, first_name, last_name, email, phone, language, name_key
    FROM guardian WHERE league_id = :league_id AND name_key = ANY (CAST(:keys AS text[])) ORDER BY id
    """
)
_CONTRACTS = text(
    """
    SELECT id, version, player_id, team_id, status
    FROM contract WHERE player_id = ANY (CAST(:players AS bigint[])) AND season_id = :season_id ORDER BY id
    """
)
_LINKS = text(
    """
    SELECT player_id, guardian_id, position, relation, receives_email, may_sign
    FROM player_guardian
    WHERE player_id = ANY (CAST(:players AS bigint[])) OR guardian_id = ANY (CAST(:guardians AS bigint[]))
    ORDER BY player_id, position, guardian_id
    """
)


async def load_existing(session: AsyncSession, league_id: int, season: str, roster: Roster) -> Existing:
    """Read what ``roster`` has to be compared with, in at most eight statements."""
    people = {(row.first, row.last) for row in roster.rows}
    parents = {(cell.first, cell.last) for row in roster.rows for cell in row.guardians}
    texts = {part for name in people | parents for part in name}
    texts.update(part for row in roster.rows for part in (row.team, row.division))
    folded = {row.value: row.bball_fold for row in await session.execute(_FOLD, {"texts": text_array(texts)})}
    season_id = await session.scalar(_SEASON, {"league_id": league_id, "name": season})

    def keys(names: Iterable[tuple[str, str]]) -> str:
        return text_array({f"{folded[last]}, {folded[first]}" for first, last in names})

    players: dict[str, list[KnownPlayer]] = defaultdict(list)
    for row in await session.execute(_PLAYERS, {"league_id": league_id, "keys": keys(people)}):
        values = PlayerValues(row.first_name, row.last_name, row.birthdate, row.jersey)
        players[row.name_key].append(KnownPlayer(row.id, row.version, values))
    days = text_array({row.birthdate for row in roster.rows if row.birthdate is not None})
    same_day: dict[tuple[date | None, str], list[Neighbour]] = defaultdict(list)
    lasts = text_array({folded[last] for _, last in people})
    for row in await session.execute(_SAME_DAY, {"league_id": league_id, "days": days, "lasts": lasts}):
        values = PlayerValues(row.first_name, row.last_name, row.birthdate, row.jersey)
        last, _, first = row.name_key.partition(", ")
        same_day[row.birthdate, last].append(Neighbour(row.id, values, first))
    guardians = tuple(
        KnownGuardian(
            row.id,
            row.version,
            GuardianValues(row.first_name, row.last_name, row.email, row.phone, row.language),
            row.name_key,
        )
        for row in await session.execute(_GUARDIANS, {"league_id": league_id, "keys": keys(parents)})
    )
    player_ids = number_array(player.id for namesakes in players.values() for player in namesakes)

    links: dict[int, list[KnownLink]] = defaultdict(list)
    for row in await session.execute(
        _LINKS, {"players": player_ids, "guardians": number_array(guardian.id for guardian in guardians)}
    ):
        values_of = LinkValues(row.relation, row.receives_email, row.may_sign)
        links[row.player_id].append(KnownLink(row.guardian_id, row.position, values_of))

    teams: tuple[KnownTeam, ...] = ()
    contracts: dict[int, list[KnownContract]] = defaultdict(list)
    if season_id is not None:
        teams = tuple(
            KnownTeam(row.id, row.version, TeamValues(row.division, row.name), row.name_key, row.division_key)
            for row in await session.execute(_TEAMS, {"league_id": league_id, "season_id": season_id})
        )
        for row in await session.execute(_CONTRACTS, {"players": player_ids, "season_id": season_id}):
            contract = KnownContract(row.id, row.version, row.team_id, ContractStatus(row.status))
            contracts[row.player_id].append(contract)
    return Existing(season_id, folded, teams, dict(players), dict(same_day), guardians, dict(contracts), dict(links))
