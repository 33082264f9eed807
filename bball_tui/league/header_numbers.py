"""What the header line counts: contracts, signatures, e-mails that wait or need somebody, and the workers that run.

Apart from finding the league, which the first rows wait for.
"""

from datetime import timedelta

from msgspec import Struct
from sqlalchemy import ColumnElement, ScalarSelect, Subquery, case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.states import LIVE_STATUSES, ContractStatus, GateState, OutboxState
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.leagues import LeagueInfo, Season, info_of, season_of
from bball_tui.outbox.mail_conditions import is_bounced, is_held, is_parked, is_waiting
from bball_tui.outbox.provider_gates import ALL_PROVIDERS
from bball_tui.outbox.sending_status import SILENT_SECONDS


class HeaderNumbers(Struct, frozen=True):
    """The numbers of the header line.

    ``total`` counts the open and signed contracts of the season. The mails are those of the whole league:
    ``needs_attention`` are failed, in doubt or came back, and not put aside by staff, ``held`` wait for the undo time
    to pass, ``queued`` for their turn, and ``sending`` are in a worker's hands; ``workers`` were heard of lately, and
    ``on_hold`` says that they may not send: somebody paused, or the mail server is in trouble.
    """

    league: LeagueInfo
    season: Season | None
    signed: int
    total: int
    needs_attention: int
    queued: int
    held: int
    sending: int
    workers: int
    on_hold: bool = False


async def read_header_numbers(session: AsyncSession, league_id: int, season_id: int | None) -> HeaderNumbers:
    """The header's numbers, all from one statement and so from one moment.

    Raises:
        BballError: the league does not exist.
    """
    league, season = models.League, models.Season
    contracts, waiting = _contracts(league_id, season_id), _waiting(league_id)
    found = (
        await session.execute(
            select(
                league,
                season,
                contracts.c.signed,
                contracts.c.total,
                _needing_attention(league_id).label("attention"),
                waiting.c.queued,
                waiting.c.held,
                _sending(league_id).label("sending"),
                _workers(league_id).label("workers"),
                _on_hold(league_id).label("on_hold"),
            )
            .outerjoin(season, (season.id == season_id) & (season.league_id == league.id))
            .join_from(league, contracts, league.id == league_id)
            .join(waiting, league.id == league_id)
        )
    ).one_or_none()
    if found is None:
        raise BballError(_("This league is not in the database anymore. Choose another one."))
    return HeaderNumbers(
        league=info_of(found.League),
        season=found.Season and season_of(found.Season),
        signed=found.signed,
        total=found.total,
        needs_attention=found.attention,
        queued=found.queued,
        held=found.held,
        sending=found.sending,
        workers=found.workers,
        on_hold=found.on_hold,
    )


def _contracts(league_id: int, season_id: int | None) -> Subquery:
    contract = models.Contract
    return (
        select(
            func.count().filter(contract.status == ContractStatus.SIGNED).label("signed"),
            func.count().label("total"),
        )
        .where(
            contract.league_id == league_id,
            contract.season_id == season_id,
            contract.status.in_(LIVE_STATUSES),
        )
        .subquery()
    )


def _needing_attention(league_id: int) -> ColumnElement[int]:
    # One branch for each partial index: the table of all mails ever sent is never read.
    outbox = models.Outbox
    failed = (
        select(func.count())
        .where(
            outbox.league_id == league_id,
            outbox.state.in_((OutboxState.DEAD, OutboxState.IN_DOUBT)),
            ~is_parked(),
        )
        .scalar_subquery()
    )
    returned = select(func.count()).where(outbox.league_id == league_id, is_bounced()).scalar_subquery()
    return failed + returned


def _waiting(league_id: int) -> Subquery:
    outbox, held = models.Outbox, is_held()
    return (
        select(
            func.count(case((held, 1))).label("held"),
            func.count(case((~held, 1))).label("queued"),
        )
        .where(outbox.league_id == league_id, outbox.state == OutboxState.QUEUED, ~is_waiting())
        .subquery()
    )


def _sending(league_id: int) -> ScalarSelect[int]:
    # Apart from those that wait: each state has a partial index of its own.
    outbox = models.Outbox
    return (
        select(func.count()).where(outbox.league_id == league_id, outbox.state == OutboxState.SENDING).scalar_subquery()
    )


def _heard_of(league_id: int) -> ColumnElement[bool]:
    worker = models.Worker
    return (worker.league_id == league_id) & (worker.heartbeat_at > func.now() - timedelta(seconds=SILENT_SECONDS))


def _workers(league_id: int) -> ScalarSelect[int]:
    return select(func.count()).where(_heard_of(league_id)).scalar_subquery()


def _on_hold(league_id: int) -> ColumnElement[bool]:
    gate = models.ProviderGate
    in_use = select(models.Worker.provider).where(_heard_of(league_id))
    return (
        select(1)
        .where(
            gate.league_id == league_id,
            gate.state != GateState.CLOSED,
            (gate.provider == ALL_PROVIDERS) | gate.provider.in_(in_use),
        )
        .exists()
    )
