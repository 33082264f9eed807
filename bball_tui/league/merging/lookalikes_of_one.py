"""Who may be the same person as the one who is to be merged: found by what is typed, or by what they have in common."""

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.listing import among
from bball_tui.database.models import Guardian, Player, PlayerGuardian
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.database.search import words_of
from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.batch_signing import PaperFacts
from bball_tui.league.editing.outcome import Lookalike
from bball_tui.league.roster.lists import PlayerListing
from bball_tui.league.roster.player_row import PlayerRow
from bball_tui.league.roster.rows import RosterFilter

SHOWN = 12
LOOKED_AT = 60
"""Players who match, among whom those whose own name does come first."""


class FoundPlayer(PlayerRow, frozen=True, gc=False, kw_only=True):
    """A player; ``by`` says what matched, where it is not the player's own name."""

    by: str = ""


class FoundPlayers(Struct, frozen=True):
    """The first players that match: those whose own name does, then those whose family or team does."""

    rows: tuple[FoundPlayer, ...]
    left: int | None = None
    facts: Mapping[int, PaperFacts] = field(default_factory=dict)
    over: tuple[FoundPlayer, ...] = ()
    others: Mapping[ContractStatus, int] = field(default_factory=dict)


async def find_players(
    session: AsyncSession, league_id: int, text: str, season_id: int | None, player_id: int
) -> FoundPlayers:
    """Players who match ``text``; while nothing is typed, those who have the name, or the birthdate and the last name,
    of ``player_id``, or a guardian in common and the birthdate.
    """
    wanted = RosterFilter(season_id=season_id, text=text)
    listing = PlayerListing(league_id, wanted)
    if text.strip():
        page = await listing.page(session, PageRequest(0, LOOKED_AT, Sort("player")))
        rows = [row for row in page.rows if row.id != player_id]
        return FoundPlayers(tuple(await _by_what(session, rows, text))[:SHOWN])
    one, other = aliased(Player), aliased(Player)
    mine, theirs = aliased(PlayerGuardian), aliased(PlayerGuardian)
    in_common = (
        select(theirs.player_id)
        .join(mine, mine.guardian_id == theirs.guardian_id)
        .where(mine.league_id == league_id, mine.player_id == player_id)
    )
    likely = await session.scalars(
        select(other.id)
        .join(one, one.league_id == other.league_id)
        .where(
            other.league_id == league_id,
            one.id == player_id,
            other.id != player_id,
            or_(
                other.name_key == one.name_key,
                (other.birthdate == one.birthdate)
                & or_(
                    func.split_part(other.name_key, ", ", 1) == func.split_part(one.name_key, ", ", 1),
                    other.id.in_(in_common),
                ),
            ),
        )
        .order_by(other.name_key, other.id)
        .limit(SHOWN)
    )
    found = [await listing.one(session, one_id) for one_id in likely]
    return FoundPlayers(tuple(_found(row, "") for row in found if row is not None))


async def _by_what(session: AsyncSession, rows: Sequence[PlayerRow], text: str) -> list[FoundPlayer]:
    """``rows`` with what matched ``text``, the players' own names first."""
    words = [word.casefold() for word in words_of(text)]
    families: dict[int, list[tuple[str, str]]] = {}
    query = (
        select(PlayerGuardian.player_id, Guardian.first_name, Guardian.last_name, Guardian.email)
        .join(Guardian, Guardian.id == PlayerGuardian.guardian_id)
        .where(among(PlayerGuardian.player_id, [row.id for row in rows]))
        .order_by(PlayerGuardian.player_id, PlayerGuardian.position, Guardian.id)
    )
    for one in await session.execute(query):
        name = f"{one.first_name} {one.last_name}"
        families.setdefault(one.player_id, []).append((name, one.email or ""))
    found = []
    for row in rows:
        own = f"{row.first} {row.last} {row.also}"
        missing = [word for word in words if not _begins(own, word)]
        by = next((name for name, email in families.get(row.id, []) if _any(name, missing)), "")
        by = by or next((email for name, email in families.get(row.id, []) if _any(email, missing)), "")
        found.append(_found(row, by or (row.team or "") if missing else ""))
    return sorted(found, key=lambda row: bool(row.by))


def _begins(text: str, word: str) -> bool:
    """Whether a word of ``text`` begins with ``word``."""
    return any(one.casefold().startswith(word) for one in words_of(text))


def _any(text: str, words: Sequence[str]) -> bool:
    return any(_begins(text, word) for word in words)


def _found(row: PlayerRow, by: str) -> FoundPlayer:
    return FoundPlayer(**{name: getattr(row, name) for name in PlayerRow.__struct_fields__}, by=by)


async def lookalikes_of_guardian(session: AsyncSession, league_id: int, guardian_id: int) -> tuple[Lookalike, ...]:
    """Guardians with the name, the address or the phone of ``guardian_id``, or with a child in common.

    Raises:
        BballError: there is no such guardian.
    """
    me = await session.get(Guardian, guardian_id, populate_existing=True)
    if me is None or me.league_id != league_id:
        raise BballError(_("That guardian isn't in this league."))
    mine, theirs = aliased(PlayerGuardian), aliased(PlayerGuardian)
    in_common = (
        select(theirs.guardian_id)
        .join(mine, mine.player_id == theirs.player_id)
        .where(mine.league_id == league_id, mine.guardian_id == guardian_id)
    )
    same = [Guardian.name_key == me.name_key, Guardian.id.in_(in_common)]
    if me.address:
        same.append(Guardian.address == me.address)
    if me.phone:
        same.append(Guardian.phone == me.phone)
    children = (
        select(func.string_agg(Player.first_name + " " + Player.last_name, ", "))
        .join(PlayerGuardian, PlayerGuardian.player_id == Player.id)
        .where(PlayerGuardian.guardian_id == Guardian.id)
        .correlate(Guardian)
        .scalar_subquery()
    )
    rows = await session.execute(
        select(
            Guardian.id, Guardian.first_name, Guardian.last_name, Guardian.email, Guardian.phone, children.label("of")
        )
        .where(Guardian.league_id == league_id, Guardian.id != guardian_id, or_(*same))
        .order_by(Guardian.name_key != me.name_key, Guardian.name_key, Guardian.id)
        .limit(SHOWN)
    )
    return tuple(
        Lookalike(
            row.id,
            f"{row.first_name} {row.last_name}",
            " · ".join(one for one in (row.email or _("no e-mail address"), row.phone, row.of) if one),
        )
        for row in rows
    )
