"""What every save does: read the fields and gather what is wrong, and look whether a colleague was quicker."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any, TypeVar

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import Audit
from bball_tui.dates import NoDate
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.outcome import Difference, DraftT, Loaded, Overtaken, Problem
from bball_tui.league.fields import Draft, Field, Reading
from bball_tui.league.league_clock import read_clock
from bball_tui.league.values.cells import CellFault

T = TypeVar("T")
StructT = TypeVar("StructT", bound=Struct)


_IN_A_FORM = (
    (_("The cell"), _("The field")),
    (_("of the cell"), _("of the field")),
    (_("to the cell"), _("to the field")),
    (_("the cell"), _("the field")),
)
"""What a sentence about a file says, and what a form has instead."""


JUST_CHANGED = _("Someone else has just changed this. Press Esc and look at it again.")
"""Two changed one thing, and neither knew of the other."""


class Checks:
    """Reads the fields of a draft one after the other and gathers what is wrong with them."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def take(self, field: str, read: Callable[[], T], instead: T) -> T:
        """What ``read`` returns, or ``instead`` after a fault, which is noted for the field."""
        try:
            return read()
        except CellFault as fault:
            said = str(fault)
            for cell, here in _IN_A_FORM:
                said = said.replace(cell, here)
            self.problems.append(Problem(field, said))
        except (BballError, NoDate) as error:
            self.problems.append(Problem(field, str(error)))
        return instead

    def take_all(self, fields: Iterable[Field], draft: Draft, reading: Reading) -> dict[str, Any]:
        """The values of all ``fields``, by name."""
        return {one.name: self._of_field(one, getattr(draft, one.name), reading) for one in fields}

    def _of_field(self, field: Field, text: str, reading: Reading) -> Any:
        return self.take(field.name, lambda: field.parse(text, reading), field.empty)

    def complain(self, field: str, sentence: str) -> None:
        """Note a fault that only shows when several fields are seen together."""
        self.problems.append(Problem(field, sentence))


def differing(before: DraftT, after: DraftT) -> Iterator[str]:
    """The names of the fields in which two drafts of one kind differ."""
    for field in fields(before):  # type: ignore[arg-type]
        if getattr(before, field.name) != getattr(after, field.name):
            yield field.name


def upon(now: StructT, seen: StructT, mine: StructT) -> StructT:
    """``now``, with what in ``mine`` is another than was ``seen``: what somebody else changed meanwhile stays.

    Raises:
        BballError: they changed the same, and not to the same.
    """
    changed = {
        name: getattr(mine, name) for name in mine.__struct_fields__ if getattr(mine, name) != getattr(seen, name)
    }
    if any(getattr(now, name) not in (getattr(seen, name), value) for name, value in changed.items()):
        raise BballError(JUST_CHANGED)
    return replace(now, **changed)


async def overtaken(
    session: AsyncSession, league_id: int, entity: str, base: Loaded[DraftT], now: Loaded[DraftT], yours: DraftT
) -> Overtaken | None:
    """Who changed the record since ``base`` was read, and what; None when nothing speaks against saving ``yours``."""
    if base.version == now.version:
        return None
    found = tuple(
        Difference(name, getattr(base.draft, name), getattr(now.draft, name), getattr(yours, name))
        for name in differing(base.draft, now.draft)
        if getattr(now.draft, name) != getattr(yours, name)
    )
    if not found:
        return None
    last = (
        await session.execute(
            select(Audit.recorded_by, Audit.recorded_at)
            .where(Audit.league_id == league_id, Audit.entity == entity, Audit.entity_id == base.id)
            .order_by(Audit.id.desc())
            .limit(1)
        )
    ).one_or_none()
    clock = await read_clock(session, league_id)
    by, at = (
        (_("someone else"), _("an unknown time")) if last is None else (last.recorded_by, clock.at(last.recorded_at))
    )
    return Overtaken(by, at, found, now)
