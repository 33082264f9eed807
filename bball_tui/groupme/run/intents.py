"""Intents: what is asked of GroupMe is committed before it is sent, so that no crash can make it happen twice.

Database only; nothing in here talks to GroupMe.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import cache
from uuid import UUID, uuid4

import psycopg
from msgspec import Struct
from sqlalchemy import Select, bindparam, case, func, select, text, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.base import in_words
from bball_tui.database.engine import Database
from bball_tui.database.errors import explain
from bball_tui.database.models import GroupIntent, Team
from bball_tui.database.states import OPEN_INTENTS, IntentKind, IntentState
from bball_tui.errors import BballError
from bball_tui.language import _

CLOSED_FOR = timedelta(hours=24)
"""So long after GroupMe refused something to third parties it is not asked again, unless somebody wants it."""


class Intent(Struct, frozen=True):
    """One write that was, or may have been, sent; ``at`` is when it was first meant (the database's clock)."""

    id: int
    team_id: int
    kind: IntentKind
    group_id: str | None
    payload: Mapping[str, object]
    tag: str
    state: IntentState
    at: datetime
    age: timedelta

    @property
    def name(self) -> str:
        """The name of the group that was asked for, "" for other kinds."""
        return str(self.payload.get("name", ""))


class Busy(BballError):
    """Somebody else is at it."""


@asynccontextmanager
async def exclusive_run(database: Database, league_id: int) -> AsyncIterator[None]:
    """Only one program at a time changes the groups of a league. The lock goes with its connection, so with a crash.

    Raises:
        Busy: another program is at it.
        DatabaseUnavailable: the database cannot be reached.
    """
    async with AsyncExitStack() as stack:
        try:
            connection = await stack.enter_async_context(await database.connect(autocommit=True))
            asked = await connection.execute(
                "SELECT pg_try_advisory_lock(hashtextextended('bball groupme apply ' || %s::text, 0))", (league_id,)
            )
            row = await asked.fetchone()
        except (psycopg.Error, OSError) as error:
            raise (explain(error) or error) from None
        if row is None or not row[0]:
            raise Busy(
                _(
                    "Someone else is changing the groups of this league at this moment. Nothing was done "
                    "here. Wait until that is finished, then look at the plan again."
                )
            )
        yield


async def lock_team(session: AsyncSession, league_id: int, team_id: int) -> Team:
    """The team's row, held until the transaction ends.

    Raises:
        BballError: there is no such team in the league.
    """
    team = await session.scalar(
        select(Team)
        .where(Team.id == team_id, Team.league_id == league_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if team is None:
        raise BballError(_("That team isn't in this league. Teams ({tab.teams}) shows them all."))
    return team


async def open_intent(
    session: AsyncSession,
    league_id: int,
    team_id: int,
    kind: IntentKind,
    payload: Mapping[str, object],
    *,
    group_id: str | None = None,
) -> Intent:
    """Note what is about to be sent. An unresolved one of the same kind is taken up again, with its old tag.

    Raises:
        BballError: the same is being asked for by somebody else.
    """
    op_id: UUID = uuid4()
    table = GroupIntent
    statement = insert(table).values(
        league_id=league_id,
        team_id=team_id,
        op_id=op_id,
        kind=kind,
        group_id=group_id,
        payload=payload,
        tag=f"[bt:{op_id.hex[:8]}]" if kind is IntentKind.CREATE else None,
    )
    found = await session.scalar(
        statement.on_conflict_do_update(
            index_elements=[table.league_id, table.team_id, table.kind],
            # As text, for PostgreSQL compares it with the index's own words.
            index_where=text(f"state IN {in_words(OPEN_INTENTS)}"),
            set_={"state": IntentState.OPEN, "payload": statement.excluded.payload},
            where=table.state == IntentState.UNRESOLVED,
        ).returning(table.id)
    )
    if found is None:
        raise BballError(_("The same is being asked of GroupMe for this team already. Look at the plan again."))
    return (await _read(session, table.id == found))[0]


async def settle(session: AsyncSession, intent_id: int, state: IntentState, result: Mapping[str, object]) -> bool:
    """Note what became of it; False when somebody else settled it before."""
    final = state not in OPEN_INTENTS
    settled = await session.scalar(
        update(GroupIntent)
        .where(GroupIntent.id == intent_id, GroupIntent.state.in_([str(one) for one in OPEN_INTENTS]))
        .values(state=state, resolved_at=func.now() if final else None, result=result)
        .returning(GroupIntent.id)
    )
    return settled is not None


async def close_intents(session: AsyncSession, team_id: int, result: Mapping[str, object]) -> None:
    """Close every open intent of a team, because somebody decided otherwise by hand."""
    await session.execute(
        update(GroupIntent)
        .where(GroupIntent.team_id == team_id, GroupIntent.state.in_([str(one) for one in OPEN_INTENTS]))
        .values(state=IntentState.FAILED, resolved_at=func.now(), result=result)
    )


async def unsettled(session: AsyncSession, league_id: int) -> list[Intent]:
    """Everything whose fate is not known, the oldest first."""
    return await _read(
        session,
        (GroupIntent.league_id == league_id) & GroupIntent.state.in_([str(state) for state in OPEN_INTENTS]),
    )


async def closed_kinds(session: AsyncSession, league_id: int) -> frozenset[IntentKind]:
    """What GroupMe refused to third parties lately, without having allowed it since."""
    kinds = await session.scalars(_closed_kinds(), {"league": league_id})
    return frozenset(IntentKind(kind) for kind in kinds)


@cache
def _closed_kinds() -> Select[str]:
    """Built once: every plan asks."""
    newest = (
        select(
            GroupIntent.kind,
            GroupIntent.resolved_at,
            case((GroupIntent.result["closed"].astext == "true", True), else_=False).label("closed"),
        )
        .ext(distinct_on(GroupIntent.kind))
        .where(
            GroupIntent.league_id == bindparam("league"),
            GroupIntent.state.in_((IntentState.DONE, IntentState.FAILED)),
        )
        .order_by(GroupIntent.kind, GroupIntent.id.desc())
        .subquery()
    )
    return select(newest.c.kind).where(newest.c.closed, newest.c.resolved_at > func.now() - CLOSED_FOR)


async def _read(session: AsyncSession, where: object) -> list[Intent]:
    columns = (
        GroupIntent.id,
        GroupIntent.team_id,
        GroupIntent.kind,
        GroupIntent.group_id,
        GroupIntent.payload,
        GroupIntent.tag,
        GroupIntent.state,
        GroupIntent.created_at,
        (func.now() - GroupIntent.created_at).label("age"),
    )
    rows = await session.execute(select(*columns).where(where).order_by(GroupIntent.id))  # type: ignore[arg-type]
    return [
        Intent(
            id=row.id,
            team_id=row.team_id,
            kind=IntentKind(row.kind),
            group_id=row.group_id,
            payload=row.payload,
            tag=row.tag or "",
            state=IntentState(row.state),
            at=row.created_at,
            age=row.age,
        )
        for row in rows
    ]
