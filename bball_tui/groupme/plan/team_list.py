"""The teams of a season with their chats, as a list: what is stored, and how it stood when GroupMe was last asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Row,
    Select,
    SQLColumnExpression,
    Subquery,
    and_,
    case,
    func,
    literal,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.engine import Database
from bball_tui.database.listing import Listing, ListingSource, Order
from bball_tui.database.models import Contract, GroupDismissal, GroupLook, Outbox, Team
from bball_tui.database.paging import Sort
from bball_tui.database.search import team_matches, words_of
from bball_tui.database.states import TeamState
from bball_tui.errors import BballError
from bball_tui.groupme.links.share_links import mask
from bball_tui.groupme.notify.unaware_families import FamiliesToTell, families_to_tell, untold
from bball_tui.groupme.plan.membership import Household, read_households
from bball_tui.language import _
from bball_tui.outbox.waiting_for_chat import waiting_of

BY_URGENCY = (
    TeamState.CONFLICT,
    TeamState.BROKEN,
    TeamState.AMBIGUOUS,
    TeamState.PROPOSED,
    TeamState.MISSING,
    TeamState.UNKNOWN,
    TeamState.LINKED,
)


class ChatRow(Struct, frozen=True):
    """One team. ``link`` is masked. ``looked_at`` None: this is what is stored here, and GroupMe was not asked.

    ``found`` are the names of the groups that may be its own, as long as it has none. ``to_tell`` counts the
    addresses that were written to before the present link stood, ``waiting`` the mails that wait for it.
    """

    id: int
    team: str
    division: str
    state: TeamState
    why: str
    group_id: str | None
    group: str | None
    found: tuple[str, ...]
    link: str | None
    linked_at: datetime | None
    members: int | None
    warnings: tuple[str, ...]
    account: str | None
    looked_at: datetime | None
    to_tell: int
    waiting: int
    dismissed: int = 0
    """Groups of which somebody said that they are not this team's."""

    @property
    def label(self) -> str:
        """The team in words."""
        return f"{self.team} ({self.division})" if self.division else self.team


class ChatListing(Listing[ChatRow]):
    """The teams of a season (None: of all), those that ``text`` finds by their name or division."""

    table = Team.__table__
    row_id = Team.__table__.c.id
    default = Sort("team")

    def __init__(self, league_id: int, season_id: int | None, text: str = "", state: TeamState | None = None) -> None:
        self.league_id = league_id
        self.season_id = season_id
        self.text = text
        self.state = state

    def conditions(self) -> Sequence[ColumnElement[bool]]:
        conditions: list[ColumnElement[bool]] = [Team.league_id == self.league_id]
        if self.season_id is not None:
            conditions.append(Team.season_id == self.season_id)
        if self.state is not None:
            looked = self._looked(Team.__table__)
            conditions.append(Team.id.in_(select(Team.id).select_from(looked).where(_state() == str(self.state))))
        return conditions + [team_matches(word) for word in words_of(self.text)]

    def orders(self) -> dict[str, Order]:
        name = (Team.name_key.expression,)
        looked = self._looked(self.table)
        urgency = case({str(state): place for place, state in enumerate(BY_URGENCY)}, value=_state())
        waiting = _to_tell()
        return {
            "team": Order(name, self.table),
            "state": Order((urgency, *name), looked),
            "group": Order((func.bball_fold(func.coalesce(Team.groupme_seen_name, "")), *name), self.table),
            "members": Order((func.coalesce(GroupLook.members, -1), *name), looked),
            "mails": Order((waiting.c.count + _waiting(), *name), self.table.join(waiting, true())),
        }

    @staticmethod
    def _looked(table: FromClause) -> FromClause:
        # A look at another group than the team's present one says nothing anymore.
        same = GroupLook.group_id.is_not_distinct_from(Team.groupme_group_id)
        return table.outerjoin(GroupLook.__table__, and_(GroupLook.team_id == Team.id, same))

    def columns_of(self, page: Subquery) -> Select[Any]:
        waiting = _to_tell()
        columns: tuple[SQLColumnExpression[Any], ...] = (
            Team.id,
            Team.name,
            Team.division,
            _state().label("state"),
            GroupLook.why,
            GroupLook.found,
            Team.groupme_group_id,
            Team.groupme_seen_name,
            Team.groupme_share_url,
            Team.groupme_linked_at,
            GroupLook.members,
            GroupLook.warnings,
            GroupLook.account,
            GroupLook.looked_at,
            waiting.c.count.label("to_tell"),
            _waiting().label("waiting"),
            _dismissed().label("dismissed"),
        )
        return (
            select(*columns)
            .select_from(self._looked(page.join(Team.__table__, Team.id == page.c.id)))
            .join(waiting, true())
        )

    def row(self, found: Row[Any]) -> ChatRow:
        share_url = found.groupme_share_url
        return ChatRow(
            id=found.id,
            team=found.name,
            division=found.division,
            state=TeamState(found.state),
            why=found.why or "",
            group_id=found.groupme_group_id,
            group=found.groupme_seen_name,
            found=tuple(found.found or ()),
            link=None if share_url is None else mask(share_url),
            linked_at=found.groupme_linked_at,
            members=found.members,
            warnings=tuple(found.warnings or ()),
            account=found.account,
            looked_at=found.looked_at,
            to_tell=found.to_tell,
            waiting=found.waiting,
            dismissed=found.dismissed,
        )


def _state() -> ColumnElement[str]:
    stored = case(
        (Team.groupme_group_id.is_not(None) | Team.groupme_share_url.is_not(None), literal(str(TeamState.LINKED))),
        else_=literal(str(TeamState.MISSING)),
    )
    return func.coalesce(GroupLook.state, stored)


def _waiting() -> ColumnElement[int]:
    return select(func.count()).select_from(Outbox).where(waiting_of(Team.id.expression)).scalar_subquery()


def _dismissed() -> ColumnElement[int]:
    mine = GroupDismissal.team_id == Team.id.expression
    return select(func.count()).select_from(GroupDismissal).where(mine).scalar_subquery()


def _to_tell() -> Any:
    addresses = untold(Contract.team_id == Team.id.expression).correlate(Team.__table__).subquery("untold")
    return select(func.count().label("count")).select_from(addresses).lateral("waiting")


class ChatDetail(Struct, frozen=True):
    """One team's chat, as it is stored: with the families who do not have its link, and those who may have joined."""

    row: ChatRow
    to_tell: FamiliesToTell
    households: tuple[Household, ...]


async def chat_detail(session: AsyncSession, league_id: int, team_id: int) -> ChatDetail:
    """One team.

    Raises:
        BballError: it is gone.
    """
    row = await ChatListing(league_id, None).one(session, team_id)
    if row is None:
        raise BballError(_("This team is not there anymore."))
    families = await families_to_tell(session, league_id, team_id)
    return ChatDetail(row, families, await read_households(session, league_id, team_id))


def chat_source(
    database: Database, league_id: int, season_id: int | None, text: str, state: TeamState | None = None
) -> ListingSource[ChatRow]:
    """The teams with their chats (only those in ``state``), for a list on the screen."""
    return ListingSource(database, ChatListing(league_id, season_id, text, state))


async def list_chats(session: AsyncSession, league_id: int, season_id: int | None) -> list[ChatRow]:
    """All teams of the season with their chats, by name."""
    return await ChatListing(league_id, season_id).all(session)
