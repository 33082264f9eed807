"""Rolling a season: the plan of the moment, and what staff ticked of it written in one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date

import psycopg
from msgspec.structs import replace
from sqlalchemy import TextClause, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.arrays import number_array, text_array
from bball_tui.database.audit import Entry, record
from bball_tui.database.listing import among
from bball_tui.database.masked_views import is_masked
from bball_tui.database.models import Contract, League, Team
from bball_tui.database.states import LIVE_STATUSES, ContractStatus, DateOrder
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.contracts.facts import read_contracts
from bball_tui.league.contracts.lifecycle import ReasonNeed
from bball_tui.league.contracts.signing_rules import check_hold
from bball_tui.league.contracts.transitions import check_offer, reason_for
from bball_tui.league.editing.outcome import Saved
from bball_tui.league.editing.seasons import save_season
from bball_tui.league.importing import statements
from bball_tui.league.importing.apply import hold_league
from bball_tui.league.league_clock import LeagueClock, read_clock
from bball_tui.league.leagues import Season, list_seasons
from bball_tui.league.mails.enqueue import enqueue_offers, wants_offer_mails
from bball_tui.league.rules.store import RuleBroken, read_rules, rule_notes
from bball_tui.league.rules.team_check import LeagueRules, TeamMove, check_moves, season_year
from bball_tui.league.seasons.age_groups import read_pattern, usual_pattern
from bball_tui.league.seasons.roll_facts import read_facts
from bball_tui.league.seasons.roll_plan import RollOptions, RollPlan, TeamLine, make_plan
from bball_tui.league.seasons.roll_request import RollChoice, Rolled, RollOutcome, RollRequest
from bball_tui.league.seasons.rolls import ROLLED, read_rolls
from bball_tui.league.seasons.season import LONGEST_NAME, SeasonDraft
from bball_tui.league.seasons.shown_season import show_season, shown_season
from bball_tui.league.values.names import typed_text
from bball_tui.league.values.shown import shown

MAILED_AT_ONCE = 250
"""Contracts whose mails are promised by one statement: of thousands, the event loop would be held up."""


class RollMoved(BballError):
    """Rolling would do something else now than the plan showed. Nothing was made."""

    def __init__(self) -> None:
        super().__init__(
            _("Someone changed the league since this plan was made, so nothing was made. Look at the plan again.")
        )


async def usual_names(session: AsyncSession, league_id: int, season_id: int) -> str:
    """The usual pattern for the teams of the season, as it is typed."""
    query = select(Team.name, Team.division).where(Team.league_id == league_id, Team.season_id == season_id)
    return str(usual_pattern((name, division) for name, division in await session.execute(query)))


def usual_age_day(rules: LeagueRules, seasons: Sequence[Season], name: str, today: date) -> date:
    """The day that ages count on in the season ``name``, which may exist, unless staff say another one."""
    starts = next((one.starts_on for one in seasons if one.name.casefold() == name.casefold()), None)
    return rules.age_day(season_year(name, starts, today)) or starts or today


async def plan_roll(session: AsyncSession, league_id: int, asked: RollRequest) -> RollPlan:
    """What rolling would do now. Writes nothing.

    Raises:
        BballError: there is no such season, it is the same one, or its name or the pattern do not do.
    """
    plan, _ = await _plan(session, league_id, asked)
    return plan


async def apply_roll(
    session: AsyncSession, league_id: int, asked: RollRequest, choice: RollChoice, outcome: RollOutcome
) -> Rolled:
    """Make what is ticked: the season, its teams, a contract for each player, and the mails. The caller commits.

    Raises:
        RollMoved: the plan is another one now. The caller must roll back.
        RuleBroken: the league refuses a team as it would be. The caller must roll back.
        BballError: a player or team is none of the plan, or the outcome does not do.
    """
    await hold_league(session, league_id)
    plan, clock = await _plan(session, league_id, asked)
    if plan.fingerprint != choice.expect:
        raise RollMoved
    check_outcome(outcome, clock)
    reason = reason_for(ReasonNeed.OPTIONAL, outcome.reason)
    places = _placed(plan, choice)
    teams = [one for one in plan.open_teams if one.team_id is None and (choice.all_teams or one.key in places.values())]
    left = tuple(sorted(one.id for one in plan.lines if one.id in choice.looked_at and one.id not in places))
    if not teams and not places:
        return Rolled(plan.target_id or 0, plan.target, False, 0, 0, 0, len(left))
    try:
        moved = await _frozen(session, league_id, plan, places, reason)
        done = await _write(session, league_id, plan, places, teams, left, outcome, clock)
        await _note_why(session, league_id, done.season_id, plan.moves(places), reason)
        return replace(done, notes=(*moved, *done.notes))
    except IntegrityError as error:
        # Somebody made the same contract or team without waiting for the lock, which only imports and rolls take.
        if isinstance(error.orig, psycopg.errors.UniqueViolation | psycopg.errors.ForeignKeyViolation):
            raise RollMoved from error
        raise


async def _plan(session: AsyncSession, league_id: int, asked: RollRequest) -> tuple[RollPlan, LeagueClock]:
    pattern = None if asked.pattern is None else read_pattern(asked.pattern)
    clock = await read_clock(session, league_id)
    if await is_masked(session):
        raise BballError(
            _("Your role shows no birthdates, so it cannot plan a season. Ask a registrar or an admin to.")
        )
    seasons = await list_seasons(session, league_id)
    name = typed_text(asked.target, LONGEST_NAME)
    if not name:
        raise BballError(_("The new season has no name. Give it one, such as Fall 2027."))
    target = next((one for one in seasons if one.name.casefold() == name.casefold()), None)
    if target is not None and target.archived:
        raise BballError(_("{target} is archived. Bring it back first ({{desk.seasons}}).").format(target=target.name))
    source = await _source(session, league_id, asked, seasons, target)
    rolls = await read_rolls(session, league_id, None if target is None else target.id)
    facts, pattern = await read_facts(
        session,
        league_id,
        (source.id, source.name),
        (None, name) if target is None else (target.id, target.name),
        pattern,
        rolls,
        clock,
    )
    starts = None if target is None else target.starts_on
    rules = await read_rules(session, league_id)
    day = asked.age_on or usual_age_day(rules, seasons, name, clock.today)
    limit = rules.roster_limit if asked.roster_limit is None else asked.roster_limit
    frozen = None if target is None else rules.frozen_since(starts, clock.today)
    options = RollOptions(pattern, day, limit, frozenset(map(int, rules.exceptions)), frozen)
    return await asyncio.to_thread(make_plan, facts, options), clock


async def _source(
    session: AsyncSession, league_id: int, asked: RollRequest, seasons: Sequence[Season], target: Season | None
) -> Season:
    if asked.source_id is not None:
        source = next((one for one in seasons if one.id == asked.source_id), None)
        if source is None:
            raise BballError(_("That season isn't in this league."))
    else:
        source = await shown_season(session, league_id)
        if source is not None and source == target:
            source = next((one for one in seasons if one.id < source.id), None)
        if source is None:
            raise BballError(_("There is no season to begin from. Import a roster, and roll when its season ends."))
    if target is not None and source.id == target.id:
        raise BballError(
            _("{source} cannot become itself. Name the new season, or another one to begin from.").format(
                source=shown(source.name)
            )
        )
    return source


def check_outcome(outcome: RollOutcome, clock: LeagueClock) -> None:
    """Whether contracts can be made like this.

    Raises:
        BballError: neither drafts nor offers, a draft with a due date or mails, or a due date that has passed.
    """
    if outcome.status not in (ContractStatus.DRAFT, ContractStatus.OFFERED):
        raise BballError(_("New contracts are drafts or offers, not {status}.").format(status=_(outcome.status)))
    if outcome.status is ContractStatus.DRAFT:
        if outcome.due_on is not None:
            raise BballError(_("A draft has no due date. Leave the due date out, or make offers."))
        if outcome.mails:
            raise BballError(_("No one is told of a draft. Leave the e-mails out, or make offers."))
    if outcome.due_on is not None:
        check_offer(None, outcome.due_on, clock)
    check_hold(outcome.hold_seconds, clock)


def _placed(plan: RollPlan, choice: RollChoice) -> dict[int, str]:
    lines = {one.id: one for one in plan.lines}
    teams = {one.key for one in plan.open_teams}
    for player_id, team in choice.places.items():
        line = lines.get(player_id)
        if line is None:
            raise BballError(_("A player you placed isn't in this plan. Look at the plan again."))
        if not team:
            raise BballError(
                _("{player} has no team yet. Choose one, or leave the player out.").format(player=shown(line.player))
            )
        if team not in teams:
            raise BballError(
                _("{player}: there is no such team in {target}. Choose another one.").format(
                    player=shown(line.player), target=shown(plan.target)
                )
            )
    return dict(choice.places)


async def _write(
    session: AsyncSession,
    league_id: int,
    plan: RollPlan,
    places: Mapping[int, str],
    teams: Sequence[TeamLine],
    left: tuple[int, ...],
    outcome: RollOutcome,
    clock: LeagueClock,
) -> Rolled:
    shown_before = await session.scalar(select(League.current_season_id).where(League.id == league_id))
    season_id = plan.target_id
    if season_id is None:
        saved = await save_season(session, league_id, SeasonDraft(plan.target, current=False), order=DateOrder.YMD)
        if not isinstance(saved, Saved):
            raise RollMoved
        season_id = saved.id
    values = {"league_id": league_id, "season_id": season_id}
    made = await _ids(
        session,
        statements.TEAMS,
        {
            **values,
            "divisions": text_array(one.division for one in teams),
            "names": text_array(one.name for one in teams),
        },
        len(teams),
    )
    ids = {one.key: one.team_id for one in plan.teams if one.team_id is not None}
    ids |= dict(zip((one.key for one in teams), made, strict=True))
    contracts = await _ids(
        session,
        statements.CONTRACTS,
        {
            **values,
            "players": number_array(places),
            "teams": number_array(ids[team] for team in places.values()),
            "statuses": text_array([outcome.status] * len(places)),
            "due_on": outcome.due_on,
        },
        len(places),
    )
    mails = await _promise(session, league_id, contracts, outcome, clock)
    origins = {one.key: one.source_id for one in teams}
    entry = Entry(
        ROLLED,
        "season",
        season_id,
        before={"shown": shown_before},
        after={
            "from": plan.source_id,
            "made_season": plan.target_id is None,
            "teams": [[ids[key], source] for key, source in origins.items()],
            "contracts": list(contracts),
            "left": list(left),
            "status": outcome.status,
            "mails": mails,
        },
    )
    await record(session, league_id, [entry])
    if outcome.show:
        await show_season(session, league_id, season_id)
    notes = await rule_notes(session, league_id, list(places), season_id)
    made_season = plan.target_id is None
    return Rolled(season_id, plan.target, made_season, len(teams), len(contracts), mails, len(left), notes)


async def _frozen(
    session: AsyncSession, league_id: int, plan: RollPlan, places: Mapping[int, str], reason: str | None
) -> tuple[str, ...]:
    """What the freeze date says of other teams without a reason.

    Raises:
        RuleBroken: the league refuses it.
    """
    if reason is not None:
        return ()
    found = check_moves(await read_rules(session, league_id), plan.frozen, plan.moves(places))
    if broken := [one for one in found if one.refused]:
        raise RuleBroken(broken)
    return tuple(one.text for one in found)


async def _note_why(
    session: AsyncSession, league_id: int, season_id: int, moves: Sequence[TeamMove], reason: str | None
) -> None:
    """The reason for another team, in the history of the contract that was made."""
    if reason is None or not moves:
        return
    made = await session.execute(
        select(Contract.id, Contract.team_id).where(
            Contract.league_id == league_id,
            Contract.season_id == season_id,
            among(Contract.player_id, [one.player_id for one in moves]),
            Contract.status.in_(LIVE_STATUSES),
        )
    )
    entries = [Entry("created", "contract", row.id, reason, after={"team_id": row.team_id}) for row in made]
    await record(session, league_id, entries)


async def _ids(session: AsyncSession, statement: TextClause, values: Mapping[str, object], number: int) -> list[int]:
    """The ids of the rows that an INSERT made, in their order; none are made of nothing."""
    if not number:
        return []
    made: list[int] = (await session.execute(statement, values)).scalar_one()
    return made


async def _promise(
    session: AsyncSession, league_id: int, contracts: Sequence[int], outcome: RollOutcome, clock: LeagueClock
) -> int:
    wanted = await wants_offer_mails(session, league_id) if outcome.mails is None else outcome.mails
    if outcome.status is not ContractStatus.OFFERED or not wanted:
        return 0
    hold_seconds = check_hold(outcome.hold_seconds, clock)
    mails = 0
    for start in range(0, len(contracts), MAILED_AT_ONCE):
        some = await read_contracts(session, league_id, contracts[start : start + MAILED_AT_ONCE])
        mails += len(
            await enqueue_offers(
                session,
                league_id,
                list(some.values()),
                offered_on=clock.today,
                due_on=outcome.due_on,
                hold_seconds=hold_seconds,
            )
        )
    return mails
