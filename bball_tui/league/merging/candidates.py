"""Who may be the same person as somebody: found by name, or because nothing speaks against it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from bball_tui.database.models import Guardian, Player, PlayerGuardian
from bball_tui.database.paging import PageRequest, Sort
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.batch_signing import PaperFacts
from bball_tui.league.roster.lists import PlayerListing
from bball_tui.league.roster.player_row import PlayerRow
from bball_tui.league.roster.rows import RosterFilter

SHOWN = 12


@dataclass(frozen=True, slots=True)
class PlayerCandidates:
    """The first players that match, by name."""

    rows: tuple[PlayerRow, ...]
    left: int | None = None
    facts: Mapping[int, PaperFacts] = field(default_factory=dict)
    over: tuple[PlayerRow, ...] = ()


async def find_players(
    session: AsyncSession, league_id: int, text: str, season_id: int | None, player_id: int
) -> PlayerCandidates:
    """Players who match ``text``; while nothing is typed, those who have the name, or the birthdate and the last name,
    of ``player_id``, or a guardian in common and the birthdate.
    """
    wanted = RosterFilter(season_id=season_id, text=text)
    listing = PlayerListing(league_id, wanted)
    if text.strip():
        page = await listing.page(session, PageRequest(0, SHOWN + 1, Sort("player")))
        return PlayerCandidates(tuple(row for row in page.rows if row.id != player_id)[:SHOWN])
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
    return PlayerCandidates(tuple(row for row in found if row is not None))


@dataclass(frozen=True, slots=True)
class GuardianCandidate:
    """A guardian who may be the same as another one; ``about`` says by what they are told apart."""

    id: int
    name: str
    about: str


async def guardian_candidates(session: AsyncSession, league_id: int, guardian_id: int) -> tuple[GuardianCandidate, ...]:
    """Guardians with the name, the address or the phone of ``guardian_id``, or with a child in common.

    Raises:
        BballError: there is no such guardian.
    """
    me = await session.get(Guardian, guardian_id, populate_existing=True)
    if me is None or me.league_id != league_id:
        raise BballError(_("There is no guardian {guardian_id} in this league.").format(guardian_id=guardian_id))
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
        GuardianCandidate(
            row.id,
            f"{row.first_name} {row.last_name}",
            " · ".join(one for one in (row.email or _("no e-mail address"), row.phone, row.of) if one),
        )
        for row in rows
    )
