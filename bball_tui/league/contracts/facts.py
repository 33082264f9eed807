"""What the desk knows of contracts when it acts: locked first, read second; and of the guardians to each.

Locking and reading are two statements on purpose. A statement that waited for a lock still sees the neighboring
tables as they were before it waited; the next one sees what the quicker colleague wrote, and so can name them.
"""

from collections.abc import Collection
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Select,
    SQLColumnExpression,
    any_,
    bindparam,
    cast,
    exists,
    select,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.kept_plans import KEEPS_PLAN, spelled, spelled_among
from bball_tui.database.listing import among
from bball_tui.database.states import Capacity, ContractStatus, SigningMethod, TeamState


class SignatureFacts(Struct, frozen=True):
    """The signature in force of a contract."""

    id: int
    guardian_id: int | None
    signer: str
    capacity: Capacity
    method: SigningMethod
    signed_on: date
    note: str | None
    recorded_by: str
    received_at: datetime


class ContractFacts(Struct, frozen=True):
    """One contract with its player, team and season."""

    id: int
    status: ContractStatus
    version: int
    revision: int
    updated_by: str
    updated_at: datetime
    player_id: int
    player_first: str
    player_last: str
    birthdate: date | None
    jersey: str | None
    team: str
    has_chat_link: bool
    chat_is_gone: bool
    """The team's group was not there when GroupMe was last asked."""
    season: str
    signature: SignatureFacts | None

    @property
    def player(self) -> str:
        return f"{self.player_first} {self.player_last}"


class GuardianFacts(Struct, frozen=True):
    """One guardian of one player. ``suppressed``: staff or a mail server said that the address takes no mail.

    ``language`` is the one for mails; empty: the league's.
    """

    id: int
    first: str
    last: str
    email: str | None
    relation: str
    receives_email: bool
    may_sign: bool
    suppressed: bool
    language: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}"


class Refused(Struct, frozen=True):
    """A contract that was left as it is, and why, in a sentence."""

    id: int
    reason: str


async def lock_contracts(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> None:
    """Hold the contracts until the transaction ends. In the order of their ids, so that two desks never deadlock."""
    await session.execute(_locking(league_id), {"ids": list(contract_ids)})


@lru_cache(maxsize=16)
def _locking(league_id: int) -> Select[*tuple[Any, ...]]:
    contract = models.Contract
    return (
        select(contract.id)
        .where(contract.league_id == spelled(league_id), _among_ids(contract.id))
        .order_by(contract.id)
        .with_for_update()
        .execution_options(**KEEPS_PLAN)
    )


async def hold_teams(session: AsyncSession, contract_ids: Collection[int]) -> None:
    """Let nobody link, unlink or rename the contracts' teams until the transaction ends.

    A mail that waits for its team's chat must not be promised while the chat is being linked: nobody would release it.
    """
    contract, team = models.Contract, models.Team
    teams = select(contract.team_id).where(among(contract.id, contract_ids))
    await session.execute(select(team.id).where(team.id.in_(teams)).order_by(team.id).with_for_update(read=True))


async def read_contracts(
    session: AsyncSession, league_id: int, contract_ids: Collection[int]
) -> dict[int, ContractFacts]:
    """The contracts of the league among ``contract_ids``, by id."""
    rows = await session.execute(_contracts(league_id), {"ids": list(contract_ids)})
    return {
        row.id: ContractFacts(
            id=row.id,
            status=ContractStatus(row.status),
            version=row.version,
            revision=row.revision,
            updated_by=row.updated_by,
            updated_at=row.updated_at,
            player_id=row.player_id,
            player_first=row.first_name,
            player_last=row.last_name,
            birthdate=row.birthdate,
            jersey=row.jersey,
            team=row.team,
            has_chat_link=row.has_chat_link,
            chat_is_gone=row.chat_is_gone,
            season=row.season,
            signature=None
            if row.signature_id is None
            else SignatureFacts(
                id=row.signature_id,
                guardian_id=row.guardian_id,
                signer=row.signer,
                capacity=Capacity(row.capacity),
                method=SigningMethod(row.method),
                signed_on=row.signed_on,
                note=row.note,
                recorded_by=row.recorded_by,
                received_at=row.received_at,
            ),
        )
        for row in rows
    }


def chat_is_gone() -> ColumnElement[bool]:
    """Whether the group of a team in the same statement was not there when GroupMe was last asked."""
    team, look = models.Team, models.GroupLook
    # A look at another group than the team's present one says nothing anymore.
    return exists().where(
        look.team_id == team.id,
        look.league_id == team.league_id,
        look.group_id == team.groupme_group_id,
        spelled_among(look.state, [TeamState.BROKEN]),
    )


@lru_cache(maxsize=16)
def _contracts(league_id: int) -> Select[*tuple[Any, ...]]:
    contract, player, team, season, signature = (
        models.Contract,
        models.Player,
        models.Team,
        models.Season,
        models.Signature,
    )
    return (
        select(
            contract.id,
            contract.status,
            contract.version,
            contract.revision,
            contract.updated_by,
            contract.updated_at,
            contract.player_id,
            player.first_name,
            player.last_name,
            player.birthdate,
            player.jersey,
            team.name.label("team"),
            team.groupme_share_url.is_not(None).label("has_chat_link"),
            chat_is_gone().label("chat_is_gone"),
            season.name.label("season"),
            contract.signature_id,
            signature.guardian_id,
            signature.signer,
            signature.capacity,
            signature.method,
            signature.signed_on,
            signature.note,
            signature.recorded_by,
            signature.received_at,
        )
        .join(player, player.id == contract.player_id)
        .join(team, team.id == contract.team_id)
        .join(season, season.id == contract.season_id)
        .outerjoin(signature, signature.id == contract.signature_id)
        .where(contract.league_id == spelled(league_id), _among_ids(contract.id))
        .execution_options(**KEEPS_PLAN)
    )


async def read_guardians(
    session: AsyncSession, league_id: int, player_ids: Collection[int]
) -> dict[int, tuple[GuardianFacts, ...]]:
    """The guardians of each player, the one who is asked first at the front."""
    rows = await session.execute(_guardians(league_id), {"ids": list(player_ids)})
    found: dict[int, list[GuardianFacts]] = {}
    for row in rows:
        found.setdefault(row.player_id, []).append(
            GuardianFacts(
                id=row.id,
                first=row.first_name,
                last=row.last_name,
                email=row.email,
                relation=row.relation,
                receives_email=row.receives_email,
                may_sign=row.may_sign,
                suppressed=row.suppressed,
                language=row.language,
            )
        )
    return {player_id: tuple(guardians) for player_id, guardians in found.items()}


@lru_cache(maxsize=16)
def _guardians(league_id: int) -> Select[*tuple[Any, ...]]:
    link, guardian, suppression = models.PlayerGuardian, models.Guardian, models.Suppression
    suppressed = exists().where(
        suppression.league_id == spelled(league_id),
        suppression.lifted_at.is_(None),
        suppression.address == guardian.address,
    )
    return (
        select(
            link.player_id,
            guardian.id,
            guardian.first_name,
            guardian.last_name,
            guardian.email,
            link.relation,
            link.receives_email,
            link.may_sign,
            guardian.language,
            suppressed.label("suppressed"),
        )
        .join(guardian, guardian.id == link.guardian_id)
        .where(link.league_id == spelled(league_id), _among_ids(link.player_id))
        .order_by(link.player_id, link.position, guardian.id)
        .execution_options(**KEEPS_PLAN)
    )


def _among_ids(column: SQLColumnExpression[Any]) -> ColumnElement[bool]:
    # In a subquery, or the planner would make a plan of its own for each number of them.
    given = ARRAY(BigInteger)
    return column == any_(cast(select(bindparam("ids", type_=given)).scalar_subquery(), given))
