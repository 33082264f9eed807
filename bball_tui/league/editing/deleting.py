"""Deleting what was made by mistake: a player, team or season of which nothing was signed and no e-mail may have left.

What was signed or told stays; the refusal says what there is instead. The history keeps what staff did.
"""

from collections.abc import Collection
from enum import StrEnum
from typing import Any

from msgspec import Struct
from sqlalchemy import ColumnElement, exists, func, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import (
    Contract,
    FamilyNote,
    Outbox,
    Player,
    PlayerGuardian,
    Scan,
    Season,
    Signature,
    Team,
)
from bball_tui.database.states import OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _, later, stored
from bball_tui.league.importing.apply import hold_league
from bball_tui.league.seasons.shown_season import shown_season
from bball_tui.mail.kinds import KINDS
from bball_tui.outbox.staff_actions import CANCELLABLE, cancel_unsent
from bball_tui.wording import counted, listed

REASON = stored("what it was about was deleted")
_UNLINK_FIRST = later("Unlink the chat first: “GroupMe” ({tab.groupme}), “Unlink” ({chat.unlink}).")
"""The screen puts in the keys, the command line what one types."""
_HELD = (OutboxState.QUEUED, OutboxState.CANCELLED, OutboxState.SUPPRESSED)
_REMOVE = {
    kind: text(f"SELECT bball_remove_{kind}s(:league_id, CAST(:ids AS bigint[]))")
    for kind in ("contract", "player", "guardian", "team")
}
_REMOVE_SEASON = text("SELECT bball_remove_season(:league_id, :season_id)")
_MERGED = text(
    "SELECT count(*) FROM merged_person WHERE league_id = :league_id AND kind = 'player'"
    " AND undone_at IS NULL AND :id IN (stays_id, gone_id)"
)


class RecordKind(StrEnum):
    """What can be deleted."""

    PLAYER = "player"
    TEAM = "team"
    SEASON = "season"


class Deletion(Struct, frozen=True):
    """What deleting one record would do. The ids are of what goes with it; ``obstacle`` says why it cannot go."""

    kind: RecordKind
    id: int
    name: str
    contracts: tuple[int, ...] = ()
    guardians: tuple[int, ...] = ()
    teams: tuple[int, ...] = ()
    notes: int = 0
    mails: int = 0
    obstacle: str | None = None

    @property
    def count(self) -> int:
        """How many records go, for whoever types it."""
        return 1 + len(self.contracts) + len(self.guardians) + len(self.teams)

    def sentences(self) -> list[str]:
        """The effect in words."""
        parts = [
            counted(len(ids), word)
            for ids, word in ((self.teams, "team"), (self.contracts, "contract"), (self.guardians, "guardian"))
            if ids
        ]
        lines = [
            _("{name} goes for good{format}.").format(
                name=self.name, format=_(", with {parts}").format(parts=listed(parts)) if parts else ""
            )
        ]
        if self.notes:
            lines.append(_("{notes} about the player: deleted, too.").format(notes=counted(self.notes, "note")))
        if self.mails:
            lines.append(_("{e_mail} not sent yet: canceled.").format(e_mail=counted(self.mails, "e-mail")))
        return [*lines, _("The history keeps who did what.")]


async def preview_delete(session: AsyncSession, league_id: int, kind: RecordKind, one_id: int) -> Deletion:
    """What :func:`delete_record` would do. Writes nothing.

    Raises:
        BballError: the league has no such record.
    """
    name = await _name(session, league_id, kind, one_id)
    column = {
        RecordKind.PLAYER: Contract.player_id,
        RecordKind.TEAM: Contract.team_id,
        RecordKind.SEASON: Contract.season_id,
    }
    contracts = await _ids(session, Contract.id, Contract.league_id == league_id, column[kind] == one_id)
    obstacle = await _told(session, contracts, name) or await _own_obstacle(session, league_id, kind, one_id, name)
    if obstacle is not None:
        return Deletion(kind, one_id, name, obstacle=obstacle)
    waiting = select(func.count()).where(among(Outbox.contract_id, contracts), Outbox.state.in_(CANCELLABLE))
    player = kind is RecordKind.PLAYER
    notes = select(func.count()).where(FamilyNote.league_id == league_id, FamilyNote.player_id == one_id)
    return Deletion(
        kind,
        one_id,
        name,
        contracts,
        guardians=await _left_alone(session, league_id, one_id) if player else (),
        teams=await _ids(session, Team.id, Team.league_id == league_id, Team.season_id == one_id)
        if kind is RecordKind.SEASON
        else (),
        notes=(await session.scalar(notes) or 0) if player else 0,
        mails=await session.scalar(waiting) or 0,
    )


async def delete_record(session: AsyncSession, league_id: int, shown: Deletion) -> None:
    """Delete what was ``shown``. The caller commits.

    Raises:
        BballError: it may not go, or something else would go by now.
    """
    await hold_league(session, league_id)
    seen = await preview_delete(session, league_id, shown.kind, shown.id)
    if seen.obstacle is not None:
        raise BballError(seen.obstacle)
    if seen != shown:
        raise _changed(seen)
    await cancel_unsent(session, seen.contracts, reason=REASON, kinds=KINDS)
    await _remove(session, league_id, "contract", seen.contracts, seen)
    if seen.kind is RecordKind.SEASON:
        await _remove(session, league_id, "team", seen.teams, seen)
        if not (await session.scalars(_REMOVE_SEASON, {"league_id": league_id, "season_id": seen.id})).all():
            raise _changed(seen)
    else:
        await _remove(session, league_id, str(seen.kind), [seen.id], seen)
        await _remove(session, league_id, "guardian", seen.guardians, seen)
    await record(session, league_id, [Entry("deleted", str(seen.kind), seen.id, before=_gone(seen))])


def _gone(seen: Deletion) -> dict[str, object]:
    return {"contracts": len(seen.contracts), "guardians": len(seen.guardians), "teams": len(seen.teams)}


def _changed(seen: Deletion) -> BballError:
    return BballError(_("{name} was changed in the meantime. Nothing was deleted; look again.").format(name=seen.name))


async def _remove(session: AsyncSession, league_id: int, kind: str, ids: Collection[int], seen: Deletion) -> None:
    if ids:
        gone = set(await session.scalars(_REMOVE[kind], {"league_id": league_id, "ids": list(ids)}))
        if gone != set(ids):
            raise _changed(seen)


async def _ids(session: AsyncSession, column: Any, *conditions: ColumnElement[bool]) -> tuple[int, ...]:
    return tuple(await session.scalars(select(column).where(*conditions).order_by(column)))


async def _name(session: AsyncSession, league_id: int, kind: RecordKind, one_id: int) -> str:
    name: Any = {
        RecordKind.PLAYER: Player.first_name + " " + Player.last_name,
        RecordKind.TEAM: Team.name,
        RecordKind.SEASON: Season.name,
    }[kind]
    table: Any = {RecordKind.PLAYER: Player, RecordKind.TEAM: Team, RecordKind.SEASON: Season}[kind]
    found: str | None = await session.scalar(select(name).where(table.league_id == league_id, table.id == one_id))
    if found is None:
        raise BballError(_("That {kind} isn't in this league.").format(kind=kind))
    return found


async def _told(session: AsyncSession, contracts: Collection[int], name: str) -> str | None:
    signed = exists().where(Signature.contract_id == Contract.id)
    scanned = exists().where(Scan.contract_id == Contract.id)
    who = Player.first_name + " " + Player.last_name
    of_players = select(who).join(Contract, Contract.player_id == Player.id).where(among(Contract.id, contracts))
    if (player := await session.scalar(of_players.where(or_(signed, scanned)).limit(1))) is not None:
        return _(
            "{name} stays: {player} has signed, or had, and what was signed is kept. Release or void the "
            "contract instead."
        ).format(name=name, player=player)
    told = or_(Outbox.claims > 0, Outbox.state.not_in(_HELD))
    mailed = select(Outbox.recipient).where(among(Outbox.contract_id, contracts), told).order_by(Outbox.id).limit(1)
    if (address := await session.scalar(mailed)) is not None:
        return _("{name} stays: an e-mail about it went to {address}, or may have. Void the contract instead.").format(
            name=name, address=address
        )
    return None


async def _own_obstacle(session: AsyncSession, league_id: int, kind: RecordKind, one_id: int, name: str) -> str | None:
    if kind is RecordKind.PLAYER:
        if await session.scalar(_MERGED, {"league_id": league_id, "id": one_id}):
            return _("{name} was merged with another player. Take the merge back first.").format(name=name)
        return None
    linked = select(Team.name).where(Team.league_id == league_id, Team.groupme_group_id.is_not(None))
    mine = Team.id == one_id if kind is RecordKind.TEAM else Team.season_id == one_id
    if (team := await session.scalar(linked.where(mine).limit(1))) is not None:
        return _("{team} has a team chat. {unlink_first}").format(team=team, unlink_first=_(_UNLINK_FIRST))
    if kind is RecordKind.SEASON:
        shown = await shown_season(session, league_id)
        if shown is not None and shown.id == one_id:
            return _("{name} is the season that everybody sees. Show another one first, then delete it.").format(
                name=name
            )
    return None


async def _left_alone(session: AsyncSession, league_id: int, player_id: int) -> tuple[int, ...]:
    """The player's guardians who have no other child here, and signed for nobody."""
    link = PlayerGuardian
    others = select(link.guardian_id).where(link.league_id == league_id, link.player_id != player_id)
    return await _ids(
        session,
        link.guardian_id,
        link.league_id == league_id,
        link.player_id == player_id,
        link.guardian_id.not_in(others),
        ~exists().where(Signature.guardian_id == link.guardian_id),
    )
