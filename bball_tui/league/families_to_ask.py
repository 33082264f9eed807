"""The families behind a heap of mails or contracts that need a person: who they are, and at which number."""

from msgspec import Struct
from sqlalchemy import exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import Contract, Guardian, Player, PlayerGuardian
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.league.contracts.chasing import Callee, read_callees
from bball_tui.league.contracts.contract_list import ContractListing
from bball_tui.league.roster.rows import RosterFilter
from bball_tui.outbox.mail_list import OutboxFilter, OutboxListing


class FamilyToAsk(Struct, frozen=True):
    """A player whose family can be asked, and the address that the mail went to, if it is about one."""

    player: str
    recipient: str
    callees: tuple[Callee, ...]


async def families_of_mails(
    session: AsyncSession, league_id: int, wanted: OutboxFilter, most: int
) -> tuple[FamilyToAsk, ...]:
    """The families of the latest ``most`` mails that ``wanted`` leaves, but for mails that are about no contract."""
    request = PageRequest(0, most, Sort("id", descending=True))
    rows = [row for row in (await OutboxListing(league_id, wanted).page(session, request)).rows if row.contract_id]
    found = await session.execute(
        select(Contract.id, Contract.player_id).where(
            Contract.league_id == league_id, among(Contract.id, [row.contract_id for row in rows if row.contract_id])
        )
    )
    players = {row.id: row.player_id for row in found}
    callees = await read_callees(session, league_id, list(players.values()))
    return tuple(
        FamilyToAsk(row.about, row.recipient, callees.get(players[row.contract_id], ()))
        for row in rows
        if row.contract_id in players
    )


async def families_at(session: AsyncSession, league_id: int, address: str, most: int) -> tuple[FamilyToAsk, ...]:
    """The families of the first ``most`` players of whom a guardian has the ``address``."""
    rows = await session.execute(
        select(Player.id, Player.first_name, Player.last_name)
        .where(
            Player.league_id == league_id,
            exists().where(
                PlayerGuardian.player_id == Player.id,
                Guardian.id == PlayerGuardian.guardian_id,
                Guardian.league_id == league_id,
                Guardian.address == func.lower(address),
            ),
        )
        .order_by(Player.id)
        .limit(most)
    )
    players = {row.id: f"{row.first_name} {row.last_name}" for row in rows}
    callees = await read_callees(session, league_id, list(players))
    return tuple(FamilyToAsk(name, "", callees.get(one, ())) for one, name in players.items())


async def families_of_contracts(
    session: AsyncSession, league_id: int, wanted: RosterFilter, most: int
) -> tuple[FamilyToAsk, ...]:
    """The families of the ``most`` contracts that are due first of those that ``wanted`` leaves."""
    rows = (await ContractListing(league_id, wanted).page(session, PageRequest(0, most, Sort("due")))).rows
    callees = await read_callees(session, league_id, [row.player_id for row in rows])
    return tuple(FamilyToAsk(f"{row.first} {row.last}", "", callees.get(row.player_id, ())) for row in rows)
