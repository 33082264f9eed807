"""The rules of the league as a form has them."""

from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database.models import League
from bball_tui.database.states import DateOrder
from bball_tui.dates import write_date
from bball_tui.language import _
from bball_tui.league.editing.outcome import Loaded, Outcome, Saved, Wrong
from bball_tui.league.editing.save_checks import Checks, overtaken
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rules.store import read_findings, read_rules, write_rules
from bball_tui.league.rules.team_check import JerseyRule, RuleName, read_cutoff, read_freeze, read_limit
from bball_tui.league.seasons.shown_season import shown_season_id
from bball_tui.wording import counted


@dataclass(frozen=True, slots=True)
class RulesDraft:
    """The rules in texts and ticks; the exceptions are the command line's alone."""

    cutoff: str = ""
    roster_limit: str = ""
    jerseys: str = JerseyRule.ANY
    freeze: str = ""
    """In the league's order of dates."""
    refuse_age: bool = False
    refuse_roster: bool = False
    refuse_jersey: bool = False
    refuse_freeze: bool = False


async def load_rules(session: AsyncSession, league_id: int) -> Loaded[RulesDraft]:
    """The rules as they are now."""
    query = select(League.version, League.date_order).where(League.id == league_id).with_for_update()
    league = (await session.execute(query)).one()
    rules = await read_rules(session, league_id)
    draft = RulesDraft(
        rules.cutoff_words,
        "" if rules.roster_limit is None else str(rules.roster_limit),
        str(rules.jerseys),
        "" if rules.freeze is None else write_date(rules.freeze, DateOrder(league.date_order)),
        *(one in rules.refuse for one in RuleName),
    )
    return Loaded(league_id, league.version, draft)


async def save_rules(session: AsyncSession, league_id: int, draft: RulesDraft, *, base: Loaded[RulesDraft]) -> Outcome:
    """Keep the rules; what the teams are against them now is a note. The caller commits."""
    checks = Checks()
    order = DateOrder((await session.scalars(select(League.date_order).where(League.id == league_id))).one())
    cutoff = checks.take("cutoff", lambda: read_cutoff(draft.cutoff, order), "")
    limit = checks.take("roster_limit", lambda: read_limit(draft.roster_limit), None)
    today = (await read_clock(session, league_id)).today
    freeze = checks.take("freeze", lambda: read_freeze(draft.freeze, order, today), None)
    if checks.problems:
        return Wrong(tuple(checks.problems))
    now = await load_rules(session, league_id)
    if quicker := await overtaken(session, league_id, "league", base, now, draft):
        return quicker
    refused = (draft.refuse_age, draft.refuse_roster, draft.refuse_jersey, draft.refuse_freeze)
    ticked = dict(zip(RuleName, refused, strict=True))
    rules = msgspec.structs.replace(
        await read_rules(session, league_id),
        cutoff=cutoff,
        roster_limit=limit,
        jerseys=JerseyRule(draft.jerseys),
        freeze=freeze,
        refuse=tuple(rule for rule in RuleName if ticked[rule]),
    )
    changed = await write_rules(session, league_id, rules)
    season_id = await session.scalar(select(shown_season_id(league_id)))
    found = await read_findings(session, league_id, season_id) if changed and season_id is not None else ()
    note = _("{things} of this season's teams against the rules: each team's panel says what.").format(
        things=counted(len(found), "thing")
    )
    return Saved(league_id, changed, (note,) if found else ())
