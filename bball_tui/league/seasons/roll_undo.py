"""Taking a roll back as a whole, while nobody signed: contracts, teams and the season that it made go again.

A contract goes for good if no family heard of it. If a mail about it may have left, it becomes void instead, so that
the mail keeps what it was about. What is over already (declined, say) stays: staff noted it. A contract that only a
merge made void stays so also when the merge is taken back.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.models import Audit, Contract, League, Outbox, Player, Season, Signature, Team
from bball_tui.database.states import ContractStatus, OutboxState, Stage
from bball_tui.errors import BballError
from bball_tui.language import _, stored
from bball_tui.league.contracts.facts import lock_contracts
from bball_tui.league.importing.apply import hold_league
from bball_tui.league.league_clock import read_clock
from bball_tui.league.leagues import list_seasons
from bball_tui.league.merging.merge import REASON as MERGED
from bball_tui.league.seasons.rolls import UNDONE, Roll, read_rolls
from bball_tui.league.seasons.shown_season import note_season_shown, shown_season_id
from bball_tui.mail.kinds import KINDS
from bball_tui.outbox.staff_actions import cancel_unsent
from bball_tui.wording import counted, listed

REASON = stored("the new season was taken back")
_NAMED = 3
_UNTOUCHED = (OutboxState.QUEUED, OutboxState.CANCELLED, OutboxState.SUPPRESSED)


class RollUndoPreview(Struct, frozen=True):
    """What taking the latest run back would do.

    ``removed`` contracts go, ``void`` ones stay as a mistake, since families may have read of them: ``told`` are their
    addresses. ``unsent`` mails are canceled. ``over`` contracts ended meanwhile and stay. ``obstacle`` says why not.
    """

    roll_id: int
    season_id: int
    season: str
    at: datetime
    by: str
    teams: int
    removed: tuple[int, ...]
    void: tuple[int, ...]
    over: int
    unsent: int
    told: tuple[str, ...]
    obstacle: str | None = None
    made_season: bool = False
    """Whether the season came with it, and goes with it unless something else is in it."""


class RollUndone(Struct, frozen=True):
    """What went: contracts, of which ``void`` stay as such; mails that were taken back; teams; and the season itself.

    ``kept_teams`` stay because somebody is in them, or they have a chat.
    """

    season: str
    contracts: int
    void: int
    cancelled: int
    teams: int
    kept_teams: int
    season_gone: bool


_REMOVE_CONTRACTS = text("SELECT bball_remove_contracts(:league_id, CAST(:ids AS bigint[]))")
_REMOVE_TEAMS = text("SELECT bball_remove_teams(:league_id, CAST(:ids AS bigint[]))")
_REMOVE_SEASON = text("SELECT bball_remove_season(:league_id, :season_id)")
_VOID = text(
    """
    UPDATE contract SET status = 'void', status_reason = :reason, version = version + 1
    WHERE id = ANY (CAST(:ids AS bigint[]))
    """
)
_MERGED_BEFORE = text(
    """
    UPDATE contract SET status_reason = :reason, version = version + 1
    WHERE id = ANY (CAST(:ids AS bigint[])) AND status = 'void' AND status_reason = :merged
    """
)


async def rolled_season(session: AsyncSession, league_id: int) -> int | None:
    """The newest season that a run made, or made something of; None when no run stands."""
    for season in await list_seasons(session, league_id):
        if await read_rolls(session, league_id, season.id):
            return season.id
    return None


async def preview_undo(session: AsyncSession, league_id: int, season_id: int) -> RollUndoPreview:
    """What :func:`undo_roll` would do to the latest run of the season. Writes nothing.

    Raises:
        BballError: no run of this season stands.
    """
    return await _judge(session, league_id, season_id, await _latest(session, league_id, season_id))


async def undo_roll(session: AsyncSession, league_id: int, season_id: int, roll_id: int | None = None) -> RollUndone:
    """Take the latest run of the season back. The caller commits. ``roll_id`` is the one that a preview showed.

    Raises:
        BballError: none stands, it is another one by now, or somebody signed.
    """
    await hold_league(session, league_id)
    roll = await _latest(session, league_id, season_id)
    if roll_id not in (None, roll.id):
        raise BballError(_("Someone made more of this season, or took it back, since you looked. Look again."))
    await lock_contracts(session, league_id, roll.contracts)
    effect = await _judge(session, league_id, season_id, roll)
    if effect.obstacle is not None:
        raise BballError(effect.obstacle)
    ending = [*effect.removed, *effect.void]
    mails = await cancel_unsent(session, ending, reason=REASON, kinds=KINDS)
    gone = set(await session.scalars(_REMOVE_CONTRACTS, {"league_id": league_id, "ids": list(effect.removed)}))
    # A worker may have taken a mail between our two looks: its contract stays, void.
    void = [one for one in ending if one not in gone]
    if void:
        await session.execute(_VOID, {"ids": void, "reason": REASON})
        after = {"status": ContractStatus.VOID}
        await record(session, league_id, [Entry("voided", "contract", one, reason=REASON, after=after) for one in void])
    # The database takes a merge back only for what the merge made void, by this reason.
    await session.execute(_MERGED_BEFORE, {"ids": list(roll.contracts), "reason": REASON, "merged": MERGED})
    team_ids = [team for team, _ in roll.teams]
    teams = (await session.scalars(_REMOVE_TEAMS, {"league_id": league_id, "ids": team_ids})).all()
    entry = Entry(
        UNDONE,
        "season",
        season_id,
        before={
            "season": effect.season,
            "roll": roll.id,
            "contracts": sorted(gone),
            "teams": sorted(teams),
            "void": void,
        },
    )
    await record(session, league_id, [entry])
    season_gone = roll.made_season and await _remove_season(session, league_id, season_id, roll)
    if not season_gone:
        await _show_as_before(session, league_id, season_id, roll)
    return RollUndone(
        season=effect.season,
        contracts=len(gone) + len(void),
        void=len(void),
        cancelled=len(mails.cancelled),
        teams=len(teams),
        kept_teams=len(team_ids) - len(teams),
        season_gone=season_gone,
    )


async def _latest(session: AsyncSession, league_id: int, season_id: int) -> Roll:
    rolls = await read_rolls(session, league_id, season_id)
    if not rolls:
        raise BballError(_("Nothing in this season was made from another one, so there is nothing to undo."))
    return rolls[-1]


async def _judge(session: AsyncSession, league_id: int, season_id: int, roll: Roll) -> RollUndoPreview:
    signed = exists().where(Signature.contract_id == Contract.id)
    rows = (
        await session.execute(
            select(
                Contract.id,
                Contract.status,
                (Player.first_name + " " + Player.last_name).label("player"),
                signed.label("signed"),
            )
            .join(Player, Player.id == Contract.player_id)
            .where(Contract.league_id == league_id, among(Contract.id, roll.contracts))
            .order_by(Contract.player_key, Contract.id)
        )
    ).all()
    name = await session.scalar(select(Season.name).where(Season.league_id == league_id, Season.id == season_id))
    going = [row for row in rows if ContractStatus(row.status).stage is not Stage.OVER]
    ids = [row.id for row in going]
    mails = (
        await session.execute(
            select(Outbox.contract_id, Outbox.recipient, Outbox.state, Outbox.claims).where(
                among(Outbox.contract_id, ids)
            )
        )
    ).all()
    heard = {one.contract_id for one in mails if one.claims or one.state not in _UNTOUCHED}
    names = [row.player for row in rows if row.signed]
    clock = await read_clock(session, league_id)
    return RollUndoPreview(
        roll_id=roll.id,
        season_id=season_id,
        season=name or "",
        at=roll.at,
        by=roll.by,
        teams=len(roll.teams),
        removed=tuple(one for one in ids if one not in heard),
        void=tuple(one for one in ids if one in heard),
        over=len(rows) - len(going),
        unsent=sum(one.state in (OutboxState.QUEUED, OutboxState.DEAD) for one in mails),
        told=tuple(dict.fromkeys(one.recipient for one in mails if one.contract_id in heard)),
        obstacle=_obstacle(names, roll, clock.at(roll.at)),
        made_season=roll.made_season,
    )


def _obstacle(signed: Sequence[str], roll: Roll, at: str) -> str | None:
    if not signed:
        return None
    some = (
        signed[:_NAMED]
        if len(signed) <= _NAMED + 1
        else [*signed[:_NAMED], _("{number} others").format(number=len(signed) - _NAMED)]
    )
    return _(
        "What {by} made at {at} cannot be taken back as a whole anymore: {contracts} was signed "
        "since ({some}). Void single contracts instead."
    ).format(by=roll.by, at=at, contracts=counted(len(signed), "contract"), some=listed(some))


async def _show_as_before(session: AsyncSession, league_id: int, season_id: int, roll: Roll) -> None:
    """The season stays; if it was the run that showed it to everybody, they see the one from before again."""
    by_this = exists().where(
        Audit.league_id == league_id,
        Audit.action == "season_shown",
        Audit.recorded_at == roll.at,
        Audit.recorded_by == roll.by,
    )
    if not await session.scalar(select(by_this)):
        return
    seen = await session.scalar(select(shown_season_id(league_id)))
    back = update(League).where(League.id == league_id, League.current_season_id == season_id)
    await session.execute(back.values(current_season_id=roll.shown_before))
    await note_season_shown(session, league_id, seen, REASON)


async def _remove_season(session: AsyncSession, league_id: int, season_id: int, roll: Roll) -> bool:
    """The season that the run made goes too, unless something else is in it by now."""
    if await session.scalar(select(func.count()).select_from(Team).where(Team.season_id == season_id)):
        return False
    seen = await session.scalar(select(shown_season_id(league_id)))
    chosen = League.current_season_id
    back = update(League).where(League.id == league_id, chosen.in_((season_id, roll.source_id)))
    await session.execute(back.values(current_season_id=roll.shown_before))
    gone = (await session.scalars(_REMOVE_SEASON, {"league_id": league_id, "season_id": season_id})).all()
    await note_season_shown(session, league_id, seen, REASON)
    return bool(gone)
