"""Small rosters in a line or two, and what the league holds afterwards."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.states import DateOrder
from bball_tui.league.importing.diff import compute_diff
from bball_tui.league.importing.diff_model import Counts, Diff, Imported
from bball_tui.league.importing.read_roster import Roster, read_roster
from bball_tui.league.importing.service import ImportOptions, Report, run_import
from bball_tui.league.leagues import LeagueInfo, create_league

HEADER = (
    "Team,Player First Name,Player Last Name,Date of Birth,Jersey,"
    "Guardian 1 First,Guardian 1 Last,Guardian 1 Email,Guardian 1 Phone,"
    "Guardian 2 First,Guardian 2 Last,Guardian 2 Email,Guardian 2 Phone"
)
DATA = Path(__file__).parents[2] / "data"
WIDTH = HEADER.count(",") + 1


@dataclass(frozen=True, slots=True)
class Desk:
    """A league of its own, and a folder for its files."""

    database: Database
    league: LeagueInfo
    folder: Path

    async def bring_in(self, *lines: str, header: str = HEADER, options: ImportOptions | None = None) -> Report:
        """Import a file of ``lines``; cells that are missing at the end are empty."""
        width = header.count(",") + 1
        padded = [line + "," * (width - 1 - line.count(",")) for line in lines]
        path = self.folder / "roster.csv"
        path.write_text("\n".join([header, *padded]) + "\n", encoding="utf-8")
        return await run_import(self.database, self.league, path, options or ImportOptions())

    async def good(self, *lines: str, header: str = HEADER, options: ImportOptions | None = None) -> Imported:
        """Import lines that have no fault."""
        report = await self.bring_in(*lines, header=header, options=options)
        assert report.problems == ()
        assert report.exit_code == 0
        return report.imported

    async def rows(self, query: str, **parameters: object) -> Sequence[tuple[object, ...]]:
        """What ``query`` returns; ``:league`` is the league's id."""
        async with self.database.session() as session:
            found = await session.execute(text(query), {"league": self.league.id, **parameters})
            return [tuple(row) for row in found] if found.returns_rows else []  # type: ignore[attr-defined]

    async def families(self) -> dict[str, list[str]]:
        """Each player's guardians: name, address, phone, in order."""
        found = await self.rows(
            """
            SELECT p.first_name || ' ' || p.last_name,
                array_remove(array_agg(concat_ws(' ', g.first_name, g.last_name, g.email, g.phone)
                    ORDER BY l.position), '')
            FROM player p LEFT JOIN player_guardian l ON l.player_id = p.id LEFT JOIN guardian g ON g.id = l.guardian_id
            WHERE p.league_id = :league GROUP BY p.id ORDER BY p.id
            """
        )
        return {str(player): list(guardians) for player, guardians in found}  # type: ignore[call-overload]

    async def contracts(self) -> dict[str, tuple[str, str]]:
        """Each player's team and status."""
        found = await self.rows(
            """
            SELECT p.first_name || ' ' || p.last_name, t.name, c.status
            FROM contract c JOIN player p ON p.id = c.player_id JOIN team t ON t.id = c.team_id
            WHERE c.league_id = :league ORDER BY c.id
            """
        )
        return {str(player): (str(team), str(status)) for player, team, status in found}


async def make_desk(database: Database, folder: Path, season: str | None = "Spring 2027", slug: str = "w") -> Desk:
    async with database.session() as session:
        return Desk(database, await create_league(session, "Westside", slug=slug, season=season), folder)


async def sign(session: AsyncSession, player: str) -> None:
    """Mark the only contract of the player with this first name signed, on paper, without any mail."""
    await session.execute(
        text(
            """
            WITH signed AS (
                INSERT INTO signature (league_id, contract_id, signer, capacity, method, signed_on)
                SELECT c.league_id, c.id, 'Rosa', 'mother', 'paper', current_date
                FROM contract c JOIN player p ON p.id = c.player_id WHERE p.first_name = :player
                RETURNING id, contract_id
            )
            UPDATE contract SET status = 'signed', signature_id = signed.id, version = version + 1
            FROM signed WHERE contract.id = signed.contract_id
            """
        ),
        {"player": player},
    )


def counts(teams: int, players: int, guardians: int, contracts: int) -> Counts:
    return Counts(teams, players, guardians, contracts)


NOTHING = Counts()


def roster(*lines: str) -> Roster:
    data = "\n".join([HEADER, *(line + "," * (12 - line.count(",")) for line in lines)])
    return read_roster(data.encode(), date_order=DateOrder.YMD, today=date(2027, 3, 1))


async def preview(desk: Desk, *lines: str) -> Diff:
    async with desk.database.session() as session:
        return await compute_diff(session, desk.league.id, "Spring 2027", roster(*lines))
