"""Families who were welcomed before their team's present share link stood: they do not have it."""

from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, SQLColumnExpression, Text, and_, cast, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.models import (
    Contract,
    Guardian,
    Outbox,
    OutboxMessage,
    Player,
    PlayerGuardian,
    Suppression,
    Team,
)
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.mail.kinds.welcome import WelcomeMail

ARRIVED = (OutboxState.SENT, OutboxState.IN_DOUBT, OutboxState.SENDING, OutboxState.QUEUED)
"""Mails that failed, were canceled or suppressed never arrived; the outbox tells of those."""


@dataclass(frozen=True, slots=True)
class FamilyToTell:
    """One recipient of a mail about the link, and the contract it is about."""

    contract_id: int
    revision: int
    player: str
    recipient: str
    player_first: str = field(repr=False)
    player_last: str = field(repr=False)
    guardian_first: str = field(repr=False)
    guardian_last: str = field(repr=False)
    language: str = ""


class FamiliesToTell(Struct, frozen=True):
    """Everybody of one team who should hear of the link. ``recipients`` counts mails, ``players`` families."""

    team_id: int
    families: tuple[FamilyToTell, ...]

    @property
    def recipients(self) -> int:
        return len(self.families)

    @property
    def players(self) -> tuple[str, ...]:
        """Each player once, in order."""
        return tuple(dict.fromkeys(family.player for family in self.families))


def untold(*where: ColumnElement[bool], any_link: bool = False) -> Select[Any]:
    """Team, contract, revision, address and guardian of everybody who has no mail with the present link of their team.

    Only families who were welcomed before the link stood, and of them anyone who gets mail today. A mail is frozen with
    the link of that moment when it is first written; one that is still to be written will have the link. Nobody is
    meant while the team has no link; with ``any_link`` the question is who would be, if a new one stood from now on.
    """
    team = aliased(Team)
    since = func.now() if any_link else team.groupme_linked_at
    address = Guardian.address
    same = and_(
        Outbox.contract_id == Contract.id,
        func.split_part(Outbox.dedupe_key, ":", 3) == cast(Contract.revision, Text),
    )
    arrived = Outbox.state.in_([str(state) for state in ARRIVED])
    mails = select(Outbox.id).outerjoin(OutboxMessage, OutboxMessage.outbox_id == Outbox.id).where(same)
    welcomed = mails.where(arrived, Outbox.kind == WelcomeMail.kind, OutboxMessage.rendered_at < since)
    with_link = mails.where(
        Outbox.address == address,
        or_(
            and_(
                arrived,
                Outbox.kind.in_([WelcomeMail.kind, TeamChatMail.kind]),
                or_(OutboxMessage.outbox_id.is_(None), OutboxMessage.rendered_at >= since),
            ),
            # Told once of this link is enough, whatever became of that mail: the outbox says so.
            and_(Outbox.kind == TeamChatMail.kind, Outbox.created_at >= since),
        ),
    )
    blocked = exists().where(
        Suppression.league_id == Contract.league_id,
        Suppression.lifted_at.is_(None),
        Suppression.address == address,
    )
    columns: tuple[SQLColumnExpression[Any], ...] = (
        Contract.team_id,
        Contract.id.label("contract_id"),
        Contract.revision,
        Contract.player_id,
        func.min(Guardian.email).label("recipient"),
        func.min(Guardian.id).label("guardian_id"),
    )
    return (
        select(*columns)
        .join(team, team.id == Contract.team_id)
        .join(PlayerGuardian, PlayerGuardian.player_id == Contract.player_id)
        .join(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(
            Contract.status == ContractStatus.SIGNED,
            PlayerGuardian.receives_email,
            Guardian.email.is_not(None),
            welcomed.correlate(Contract, team).exists(),
            ~with_link.correlate(Contract, Guardian, team).exists(),
            ~blocked,
            *(() if any_link else (team.groupme_share_url.is_not(None),)),
            *where,
        )
        .group_by(Contract.team_id, Contract.id, address)
    )


async def families_to_tell(
    session: AsyncSession, league_id: int, team_id: int, *, any_link: bool = False
) -> FamiliesToTell:
    """Who of the team should hear of its present link; with ``any_link`` of a new one that would stand from now on."""
    where = (Contract.league_id == league_id, Contract.team_id == team_id)
    missing = untold(*where, any_link=any_link).subquery()
    rows = await session.execute(
        select(
            missing.c.contract_id,
            missing.c.revision,
            missing.c.recipient,
            Player.first_name,
            Player.last_name,
            Guardian.first_name.label("guardian_first"),
            Guardian.last_name.label("guardian_last"),
            Guardian.language,
        )
        .join(Player, Player.id == missing.c.player_id)
        .join(Guardian, Guardian.id == missing.c.guardian_id)
        .order_by(Player.name_key, missing.c.contract_id, missing.c.recipient)
    )
    return FamiliesToTell(
        team_id,
        tuple(
            FamilyToTell(
                contract_id=row.contract_id,
                revision=row.revision,
                player=f"{row.first_name} {row.last_name}",
                recipient=row.recipient,
                player_first=row.first_name,
                player_last=row.last_name,
                guardian_first=row.guardian_first,
                guardian_last=row.guardian_last,
                language=row.language or "",
            )
            for row in rows
        ),
    )
