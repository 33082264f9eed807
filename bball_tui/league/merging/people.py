"""Who can be merged: players with players, guardians with guardians. What they are called, and their fields."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeVar

from msgspec import Struct
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.listing import among
from bball_tui.database.models import Audit, Guardian, MergedPerson, Player
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.fields import Field, columns_of
from bball_tui.league.league_clock import LeagueClock
from bball_tui.league.roster import guardian, player

RowT = TypeVar("RowT", Player, Guardian)


class Person(StrEnum):
    """What is merged. The word is the table's and the audit's, too."""

    PLAYER = "player"
    GUARDIAN = "guardian"

    @property
    def fields(self) -> Sequence[Field]:
        """What one chooses from."""
        return player.FIELDS if self is Person.PLAYER else guardian.PERSON


class Someone(Struct, frozen=True):
    """A player or a guardian as the table has them."""

    id: int
    version: int
    name: str
    columns: Mapping[str, Any]


class StandingMerge(Struct, frozen=True):
    """A merge that was not taken back: ``gone`` (with the ``name`` of before) is ``stays`` today."""

    id: int
    kind: Person
    kept_id: int
    gone_id: int
    stays_id: int
    name: str
    by: str
    at: datetime


async def read_two(
    session: AsyncSession, league_id: int, kind: Person, one: int, other: int, *, hold: bool = False
) -> tuple[Someone, Someone]:
    """Both, the first one first. With ``hold`` nobody else changes them until the transaction ends.

    Raises:
        BballError: they are one, or the league lacks one of them; of one who is merged already it says into whom.
    """
    if one == other:
        raise BballError(_("These are both {kind} {one}. Choose two different ones.").format(kind=_(kind), one=one))
    found = {row.id: row for row in await read_rows(session, league_id, kind, (one, other), hold=hold)}
    for wanted in (one, other):
        if wanted not in found:
            raise BballError(await why_missing(session, league_id, kind, wanted))
    first, second = (_someone(kind, found[wanted]) for wanted in (one, other))
    return first, second


async def read_rows(
    session: AsyncSession, league_id: int, kind: Person, ids: Collection[int], *, hold: bool = False
) -> Sequence[Player | Guardian]:
    """Those of the league among ``ids``, in their order."""
    if kind is Person.PLAYER:
        return await _read(session, league_id, Player, ids, hold=hold)
    return await _read(session, league_id, Guardian, ids, hold=hold)


async def _read(
    session: AsyncSession, league_id: int, table: type[RowT], ids: Collection[int], *, hold: bool
) -> Sequence[RowT]:
    query = select(table).where(table.league_id == league_id, among(table.id, ids)).order_by(table.id)
    if hold:
        query = query.with_for_update()
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


def _someone(kind: Person, row: Player | Guardian) -> Someone:
    return Someone(row.id, row.version, f"{row.first_name} {row.last_name}", columns_of(kind.fields, row))


async def why_missing(session: AsyncSession, league_id: int, kind: Person, wanted: int) -> str:
    """Why the league has no such player or guardian, in a sentence."""
    merged = await merged_as(session, league_id, kind, wanted)
    if merged is None:
        return _("That {kind} isn't in this league.").format(kind=_(kind))
    into = f"{_(kind)} {merged.stays_id}"
    for stays in await read_rows(session, league_id, kind, [merged.stays_id]):
        into = f"{stays.first_name} {stays.last_name}, {into}"
    return _("{merged}, {kind} {wanted}, was merged into {into}, by {by}.").format(
        merged=merged.name, kind=_(kind), wanted=wanted, into=into, by=merged.by
    )


async def merged_as(session: AsyncSession, league_id: int, kind: Person, gone: int) -> StandingMerge | None:
    """The merge by which ``gone`` went; None when there is none, or it was taken back."""
    merges = await list_merges(session, league_id, kind, gone=gone)
    return merges[0] if merges else None


async def list_merges(
    session: AsyncSession, league_id: int, kind: Person, *, gone: int | None = None, stays: int | None = None
) -> tuple[StandingMerge, ...]:
    """The merges that stand, the latest first: all, that of ``gone``, or those into ``stays``."""
    merged = MergedPerson
    query = select(
        merged.id,
        merged.kept_id,
        merged.gone_id,
        merged.stays_id,
        merged.name,
        merged.created_by,
        merged.created_at,
    ).where(merged.league_id == league_id, merged.kind == kind, merged.undone_at.is_(None))
    if gone is not None:
        query = query.where(merged.gone_id == gone)
    if stays is not None:
        query = query.where(merged.stays_id == stays)
    return tuple(
        StandingMerge(row.id, kind, row.kept_id, row.gone_id, row.stays_id, row.name, row.created_by, row.created_at)
        for row in await session.execute(query.order_by(merged.id.desc()))
    )


def once_called(league_id: int, kind: Person, first: str, last: str, *also: ColumnElement[bool]) -> Select[int]:
    """The ids of those who stay instead of somebody of this name (case- and accent-blind), for whom ``also`` holds."""
    was = MergedPerson.was
    name = was["last_name"].astext + ", " + was["first_name"].astext
    return select(MergedPerson.stays_id).where(
        MergedPerson.league_id == league_id,
        MergedPerson.kind == kind,
        MergedPerson.undone_at.is_(None),
        func.bball_fold(name) == func.bball_fold(f"{last}, {first}"),
        *also,
    )


async def changed_since(
    session: AsyncSession, league_id: int, kind: Person, who: Someone, expected: int | None, clock: LeagueClock
) -> str | None:
    """Who changed ``who`` after version ``expected`` was on the screen, in a sentence; None when nobody did."""
    if expected is None or expected == who.version:
        return None
    last = (
        await session.execute(
            select(Audit.recorded_by, Audit.recorded_at)
            .where(Audit.league_id == league_id, Audit.entity == kind, Audit.entity_id == who.id)
            .order_by(Audit.id.desc())
            .limit(1)
        )
    ).one_or_none()
    by = _("someone else")
    if last is not None:
        by = _("{who} at {when}").format(who=last.recorded_by, when=clock.at(last.recorded_at))
    return _("{name} was changed by {by}, so nothing was merged. Look at both again.").format(name=who.name, by=by)
