"""Families who were told of their team's chat and are not seen in it, across all teams; and one reminder to each.

GroupMe shows only names that people chose, so a family may be in the group under another name. The reminder says that
whoever is in it already need do nothing.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.models import (
    Contract,
    Guardian,
    League,
    Outbox,
    OutboxMessage,
    Player,
    PlayerGuardian,
    Season,
    Suppression,
    Team,
)
from bball_tui.database.states import ContractStatus, OutboxState
from bball_tui.groupme.api.models import Group, Member
from bball_tui.groupme.plan.membership import name_key
from bball_tui.groupme.plan.plan_inputs import Snapshot
from bball_tui.groupme.run.intents import lock_team
from bball_tui.mail.kinds.team_chat import TeamChatMail
from bball_tui.mail.kinds.welcome import WelcomeMail
from bball_tui.outbox.queue import NewItem, enqueue

PATIENCE = timedelta(days=7)
"""So long after an e-mail about the chat nobody is reminded of it."""


@dataclass(frozen=True, slots=True)
class Told:
    """One address that has an e-mail with the present link; ``told_at`` is when the latest one about the chat was
    promised, ``times`` how many of them were about the chat alone. ``resting``: that is too recent for another one.
    """

    contract_id: int
    revision: int
    recipient: str
    told_at: datetime
    times: int
    resting: bool
    guardian_first: str = field(repr=False)
    guardian_last: str = field(repr=False)
    language: str = ""


class ToldFamily(Struct, frozen=True):
    """A player who signed, everybody's names, and the addresses that have the link."""

    team_id: int
    team: str
    group_id: str
    player_id: int
    player_first: str
    player_last: str
    guardians: tuple[str, ...]
    told: tuple[Told, ...]

    @property
    def player(self) -> str:
        """The player's whole name."""
        return f"{self.player_first} {self.player_last}"

    @property
    def told_at(self) -> datetime:
        """When the family was last told."""
        return max(one.told_at for one in self.told)

    @property
    def due(self) -> tuple[Told, ...]:
        """The addresses that may be reminded."""
        return tuple(one for one in self.told if not one.resting)


class NotJoined(Struct, frozen=True):
    """The families by team; ``unread`` are the names of teams whose group could not be read."""

    families: tuple[ToldFamily, ...]
    unread: tuple[str, ...]

    @property
    def due(self) -> tuple[ToldFamily, ...]:
        """The families of whom somebody may be reminded."""
        return tuple(one for one in self.families if one.due)


async def told_families(
    session: AsyncSession, league_id: int, season_id: int, contract_ids: Collection[int] | None = None
) -> tuple[ToldFamily, ...]:
    """Every family of the season who was sent the present link of their team's group; only of these contracts."""
    query = _guardians_told(league_id, season_id)
    if contract_ids is not None:
        query = query.where(Contract.id.in_(contract_ids))
    families: dict[int, ToldFamily] = {}
    told: dict[int, dict[str, Told]] = {}
    names: dict[int, list[str]] = {}
    for row in await session.execute(query):
        names.setdefault(row.contract_id, []).append(f"{row.guardian_first} {row.guardian_last}")
        families[row.contract_id] = ToldFamily(
            row.team_id, row.team, row.group_id, row.player_id, row.first_name, row.last_name, (), ()
        )
        if row.told:
            one = Told(
                contract_id=row.contract_id,
                revision=row.revision,
                recipient=row.email,
                told_at=row.told_at,
                times=row.times,
                resting=row.resting,
                guardian_first=row.guardian_first,
                guardian_last=row.guardian_last,
                language=row.language or "",
            )
            # Guardians who share an address get one e-mail.
            told.setdefault(row.contract_id, {}).setdefault(row.email.lower(), one)
    return tuple(
        ToldFamily(
            one.team_id,
            one.team,
            one.group_id,
            one.player_id,
            one.player_first,
            one.player_last,
            tuple(names[contract_id]),
            tuple(told[contract_id].values()),
        )
        for contract_id, one in families.items()
        if contract_id in told
    )


def _guardians_told(league_id: int, season_id: int) -> Select[*tuple[Any, ...]]:
    """The guardians of all players who signed for a team with a chat, each with what they were told of it."""
    about = Outbox.kind.in_([WelcomeMail.kind, TeamChatMail.kind])
    same = (
        (Outbox.contract_id == Contract.id)
        & (Outbox.address == Guardian.address)
        & (func.split_part(Outbox.dedupe_key, ":", 3) == cast(Contract.revision, Text))
        & about
    )
    arrived = Outbox.state.in_([str(OutboxState.SENT), str(OutboxState.IN_DOUBT)])
    has_link = (
        select(Outbox.id)
        .join(OutboxMessage, OutboxMessage.outbox_id == Outbox.id)
        .where(same, arrived, OutboxMessage.rendered_at >= Team.groupme_linked_at)
        .correlate(Contract, Guardian, Team)
    )
    # One that staff canceled, or that a block kept back, told nobody.
    told_nobody = Outbox.state.in_([str(OutboxState.CANCELLED), str(OutboxState.SUPPRESSED)])
    mails = (
        select(func.max(Outbox.created_at)).where(same, ~told_nobody).correlate(Contract, Guardian).scalar_subquery()
    )
    times = (
        select(func.count())
        .where(same, Outbox.kind == TeamChatMail.kind)
        .select_from(Outbox)
        .correlate(Contract, Guardian)
        .scalar_subquery()
    )
    blocked = (
        select(Suppression.id)
        .where(
            Suppression.league_id == Contract.league_id,
            Suppression.lifted_at.is_(None),
            Suppression.address == Guardian.address,
        )
        .correlate(Contract, Guardian)
    )
    return (
        select(
            Contract.id.label("contract_id"),
            Contract.revision,
            Team.id.label("team_id"),
            Team.name.label("team"),
            Team.groupme_group_id.label("group_id"),
            Player.id.label("player_id"),
            Player.first_name,
            Player.last_name,
            Guardian.first_name.label("guardian_first"),
            Guardian.last_name.label("guardian_last"),
            Guardian.language,
            Guardian.email,
            (PlayerGuardian.receives_email & ~blocked.exists() & has_link.exists()).label("told"),
            mails.label("told_at"),
            times.label("times"),
            (mails > func.now() - PATIENCE).label("resting"),
        )
        .join(Team, Team.id == Contract.team_id)
        .join(Player, Player.id == Contract.player_id)
        .join(PlayerGuardian, PlayerGuardian.player_id == Player.id)
        .join(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(
            Contract.league_id == league_id,
            Contract.season_id == season_id,
            Contract.status == ContractStatus.SIGNED,
            Team.groupme_group_id.is_not(None),
            Team.groupme_share_url.is_not(None),
        )
        .order_by(Team.name_key, Team.id, Player.name_key, Player.id, PlayerGuardian.position, Guardian.id)
    )


def find_not_joined(families: Sequence[ToldFamily], seen: Snapshot) -> NotJoined:
    """Those of whom nobody is seen in the group. A team whose group could not be read has no one listed. Pure."""
    members: dict[str, Mapping[tuple[str, ...], Member]] = {}
    for group_id, look in seen.looks.items():
        if isinstance(look, Group) and look.members is not None:
            members[group_id] = {name_key(one.nickname): one for one in look.members}
    missing = [
        one
        for one in families
        if one.group_id in members
        and not any(name_key(name) in members[one.group_id] for name in (*one.guardians, one.player))
    ]
    unread = dict.fromkeys(one.team for one in families if one.group_id not in members)
    return NotJoined(tuple(missing), tuple(unread))


def not_joined_rows(found: NotJoined, zone: tzinfo) -> Iterable[Sequence[str]]:
    """Titles, then one row a family; whoever writes them escapes what people typed."""
    yield ("Team ID", "Team", "Player ID", "Player", "Guardians", "E-mails", "Told", "May be reminded")
    for one in found.families:
        yield (
            str(one.team_id),
            one.team,
            str(one.player_id),
            one.player,
            ", ".join(one.guardians),
            ", ".join(told.recipient for told in one.told),
            f"{one.told_at.astimezone(zone):%Y-%m-%d}",
            "yes" if one.due else "no",
        )


async def remind(session: AsyncSession, league_id: int, season_id: int, contract_ids: Collection[int]) -> int:
    """Promise one e-mail with the team's present link to each address of these contracts that may be reminded.

    How many; the caller commits. Nobody gets a second one within :data:`PATIENCE`, however often and by however many
    people this is asked for: the promise is named by how many there were before.
    """
    about = (
        await session.execute(
            select(Season.name.label("season"), League.hold_seconds)
            .join(League, League.id == Season.league_id)
            .where(Season.id == season_id, League.id == league_id)
        )
    ).one()
    first = await told_families(session, league_id, season_id, contract_ids)
    for team_id in sorted({one.team_id for one in first}):
        await lock_team(session, league_id, team_id)
    # Read again behind the locks: somebody else may just have reminded them.
    families = [one for one in await told_families(session, league_id, season_id, contract_ids) if one.due]
    links = dict(
        (
            await session.execute(
                select(Team.id, func.extract("epoch", Team.groupme_linked_at)).where(
                    Team.league_id == league_id, Team.id.in_({one.team_id for one in families})
                )
            )
        ).all()
    )
    items = [
        _item(family, one, about.season, int(links[family.team_id] * 1000)) for family in families for one in family.due
    ]
    promised = await enqueue(session, league_id, items, hold_seconds=about.hold_seconds)
    counts: dict[int, int] = {}
    for family in families:
        counts[family.team_id] = counts.get(family.team_id, 0) + len(family.due)
    if promised:
        entries = [Entry("reminded of the chat", "team", one, after={"mails": mails}) for one, mails in counts.items()]
        await record(session, league_id, entries)
    return len(promised)


def _item(family: ToldFamily, told: Told, season: str, link_number: int) -> NewItem:
    facts = TeamChatMail(
        player_first=family.player_first,
        player_last=family.player_last,
        team=family.team,
        season=season,
        guardian_first=told.guardian_first,
        guardian_last=told.guardian_last,
        language=told.language,
        link_number=link_number,
    )
    occasion = f"{facts.occasion}.{told.times + 1}"
    return NewItem(facts.kind, told.contract_id, told.revision, told.recipient, facts, occasion=occasion)
