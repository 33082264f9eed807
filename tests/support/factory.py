"""Rows for tests, made with as few words as a test needs."""

from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Contract, Guardian, League, Player, PlayerGuardian, Season, Team
from bball_tui.database.states import ContractStatus


@dataclass(frozen=True, slots=True)
class Club:
    """A league with one season and one team."""

    league_id: int
    season_id: int
    team_id: int


@dataclass(frozen=True, slots=True)
class Parent:
    """A guardian to be; ``email`` None for someone without an address."""

    first: str = "Rosa"
    last: str = "Hamilton"
    email: str | None = "rosa@families.test"
    receives_email: bool = True
    may_sign: bool = True
    relation: str = "guardian"


@dataclass(frozen=True, slots=True)
class Family:
    """One player, the contract and the guardians, by id."""

    player_id: int
    contract_id: int
    guardian_ids: tuple[int, ...] = field(default=())


async def make_club(
    session: AsyncSession,
    *,
    name: str = "Westside Basketball",
    slug: str = "westside",
    season: str = "Spring 2027",
    team: str = "Hawks U12",
    chat_url: str | None = None,
    hold_seconds: int = 10,
) -> Club:
    league_id = await session.scalar(
        insert(League)
        .values(name=name, slug=slug, from_email="office@westside.test", hold_seconds=hold_seconds)
        .returning(League.id)
    )
    season_id = await session.scalar(insert(Season).values(league_id=league_id, name=season).returning(Season.id))
    team_id = await session.scalar(
        insert(Team)
        .values(league_id=league_id, season_id=season_id, name=team, groupme_share_url=chat_url)
        .returning(Team.id)
    )
    assert league_id is not None
    assert season_id is not None
    assert team_id is not None
    return Club(league_id, season_id, team_id)


async def make_family(
    session: AsyncSession,
    club: Club,
    *,
    first: str = "Amara",
    last: str = "Hamilton",
    jersey: str | None = "00",
    birthdate: date | None = date(2015, 5, 12),
    status: ContractStatus = ContractStatus.OFFERED,
    parents: tuple[Parent, ...] = (Parent(),),
) -> Family:
    player_id = await session.scalar(
        insert(Player)
        .values(league_id=club.league_id, first_name=first, last_name=last, jersey=jersey, birthdate=birthdate)
        .returning(Player.id)
    )
    assert player_id is not None
    guardian_ids = []
    for position, parent in enumerate(parents, start=1):
        guardian_id = await session.scalar(
            insert(Guardian)
            .values(league_id=club.league_id, first_name=parent.first, last_name=parent.last, email=parent.email)
            .returning(Guardian.id)
        )
        assert guardian_id is not None
        guardian_ids.append(guardian_id)
        await session.execute(
            insert(PlayerGuardian).values(
                league_id=club.league_id,
                player_id=player_id,
                guardian_id=guardian_id,
                position=position,
                relation=parent.relation,
                receives_email=parent.receives_email,
                may_sign=parent.may_sign,
            )
        )
    contract_id = await session.scalar(
        insert(Contract)
        .values(
            league_id=club.league_id,
            season_id=club.season_id,
            team_id=club.team_id,
            player_id=player_id,
            status=status,
            offered_on=None if status is ContractStatus.DRAFT else date(2026, 11, 2),
        )
        .returning(Contract.id)
    )
    assert contract_id is not None
    return Family(player_id, contract_id, tuple(guardian_ids))
