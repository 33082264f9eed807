"""Filters that a person gave a name, to be chosen again, on any machine."""

from collections.abc import Iterable, Sequence
from itertools import islice

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import ColumnElement, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import SavedFilter
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.filters.choices import WORDS, Facet, FilterChoice, ListName, choice
from bball_tui.league.filters.facets import named_now
from bball_tui.mail.safe_values import one_line, typed_line

LONGEST_NAME = 60


class NamedFilter(Struct, frozen=True):
    """What is searched for, and narrowed to, under one name."""

    name: str
    text: str
    choices: tuple[FilterChoice, ...]


async def saved_filters(session: AsyncSession, league_id: int, name: ListName) -> tuple[NamedFilter, ...]:
    """The filters of the person who asks, by name, with the names that teams have by now. What this program cannot
    read of one is left out.
    """
    found = await session.execute(
        select(SavedFilter.name, SavedFilter.choices)
        .where(*_own(league_id, name))
        .order_by(func.bball_fold(SavedFilter.name), SavedFilter.name)
    )
    read = [_read(row.name, row.choices) for row in found]
    named = iter(await named_now(session, league_id, [each for one in read for each in one.choices]))
    return tuple(replace(one, choices=tuple(islice(named, len(one.choices)))) for one in read)


async def save_filter(session: AsyncSession, league_id: int, name: ListName, saved: NamedFilter) -> None:
    """Keep it; one with the same name is replaced.

    Raises:
        BballError: the name is empty or too long, or there is nothing to keep.
    """
    title = typed_line(saved.name)
    if not title:
        raise BballError(_("The filter needs a name."))
    if len(title) > LONGEST_NAME:
        raise BballError(
            _("The name has {number} characters; {longest} is the limit.").format(
                number=len(title), longest=LONGEST_NAME
            )
        )
    if not saved.text and not saved.choices:
        raise BballError(_("Nothing is searched or filtered at the moment, so there is nothing to save."))
    choices = {
        "text": saved.text,
        "choices": [{"facet": str(one.facet), "value": one.value, "label": one.label} for one in saved.choices],
    }
    statement = insert(SavedFilter).values(league_id=league_id, list=name, name=title, choices=choices)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["league_id", "created_by", "list", "name"], set_={"choices": statement.excluded.choices}
        )
    )


async def delete_filter(session: AsyncSession, league_id: int, name: ListName, title: str) -> None:
    """Forget it; also when it is gone already."""
    await session.execute(delete(SavedFilter).where(*_own(league_id, name), SavedFilter.name == title))


async def find_filter(session: AsyncSession, league_id: int, name: ListName, title: str) -> NamedFilter:
    """The filter with this name, without regard to case.

    Raises:
        BballError: the person has none of that name.
    """
    found = await saved_filters(session, league_id, name)
    for one in found:
        if one.name.casefold() == one_line(title).casefold():
            return one
    known = ", ".join(one.name for one in found) or _("none yet")
    raise BballError(
        _("You have no saved filter {title!r} for this list. Yours are: {known}.").format(
            title=one_line(title)[:80], known=known
        )
    )


def _own(league_id: int, name: ListName) -> Sequence[ColumnElement[bool]]:
    return (
        SavedFilter.league_id == league_id,
        SavedFilter.created_by == func.session_user(),
        SavedFilter.list == name,
    )


def _read(name: str, stored: object) -> NamedFilter:
    if not isinstance(stored, dict):
        return NamedFilter(name, "", ())
    text, choices = stored.get("text"), stored.get("choices")
    return NamedFilter(
        name,
        text if isinstance(text, str) else "",
        tuple(read_choices(choices)) if isinstance(choices, list) else (),
    )


def read_choices(stored: Iterable[object]) -> Iterable[FilterChoice]:
    """Those of ``stored`` that are choices, no matter who wrote them."""
    for one in stored:
        if not isinstance(one, dict):
            continue
        facet, value, label = one.get("facet"), one.get("value"), one.get("label")
        if facet in list(Facet) and isinstance(value, str) and isinstance(label, str):
            # What has a word of ours reads as the screen speaks now, whatever it spoke when it was saved.
            chosen = Facet(str(facet))
            yield choice(chosen, value) if value in WORDS.get(chosen, {}) else FilterChoice(chosen, value, label)
