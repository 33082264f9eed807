"""`bball-tui league rules` and `teams check`: what the league asks of its teams, and what is against it."""

from collections.abc import Mapping
from datetime import date

import click
import msgspec

from bball_tui.cli.context import CliContext, in_transaction
from bball_tui.cli.output import Answer, Found, listed, table
from bball_tui.cli.which_season import season_of
from bball_tui.database.engine import Session
from bball_tui.dates import NoDate
from bball_tui.errors import BballError
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rules.store import read_findings, read_rules, write_rules
from bball_tui.league.rules.team_check import (
    JerseyRule,
    LeagueRules,
    read_cutoff,
    read_freeze,
    read_limit,
    read_refused,
)
from bball_tui.mail.safe_values import one_line, typed_line
from bball_tui.wording import short_date


@click.command("rules")
@click.option("--cutoff", metavar="DAY", help="The day that ages count on, such as 08-31; none: ages do not count.")
@click.option("--roster-limit", metavar="N", help="The most players of a team; none: no limit.")
@click.option("--jerseys", type=click.Choice([str(one) for one in JerseyRule]), help="Which numbers may be worn.")
@click.option("--freeze", metavar="DATE", help="The day after which another team needs a reason; none: no such day.")
@click.option("--except", "exceptions", metavar="ID=REASON", multiple=True, help="A player whose age does not count.")
@click.option("--no-except", "taken", metavar="ID", type=click.IntRange(min=1), multiple=True, help="No longer so.")
@click.option("--refuse", metavar="RULES", help='Which rules refuse and not only warn, such as "age, roster"; or none.')
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_transaction
async def league_rules(
    context: CliContext,
    session: Session,
    cutoff: str | None,
    roster_limit: str | None,
    jerseys: str | None,
    freeze: str | None,
    exceptions: tuple[str, ...],
    taken: tuple[int, ...],
    refuse: str | None,
) -> Answer:
    """Show or change what the league asks of its teams. Each rule warns, unless it is one of those that refuse."""
    before = await read_rules(session, context.league.id)
    rules = msgspec.structs.replace(
        before,
        cutoff=before.cutoff if cutoff is None else read_cutoff(cutoff, context.league.date_order),
        roster_limit=before.roster_limit if roster_limit is None else read_limit(roster_limit),
        jerseys=before.jerseys if jerseys is None else JerseyRule(jerseys),
        freeze=before.freeze if freeze is None else await _freeze(context, session, freeze),
        exceptions=_exceptions(before.exceptions, exceptions, taken),
        refuse=before.refuse if refuse is None else read_refused(refuse),
    )
    asked = any(one is not None for one in (cutoff, roster_limit, jerseys, freeze, refuse)) or exceptions or taken
    changed = await write_rules(session, context.league.id, rules)
    said = ["Saved." if changed else "Nothing to change."] if asked else []
    return Found(lambda: rules, lambda: table(("what", "value"), _rows(rules)), said)


async def _freeze(context: CliContext, session: Session, text: str) -> date | None:
    today = (await read_clock(session, context.league.id)).today
    try:
        return read_freeze(text, context.league.date_order, today)
    except NoDate as error:
        raise BballError(f"--freeze “{one_line(text)[:40]}”: {error}") from None


def _exceptions(before: Mapping[str, str], added: tuple[str, ...], taken: tuple[int, ...]) -> dict[str, str]:
    found = dict(before)
    for one in added:
        number, separator, reason = one.partition("=")
        if not separator or not number.strip().isdecimal():
            raise click.BadParameter(f"{one!r} is not of the form ID=REASON.", param_hint="--except")
        if not typed_line(reason):
            raise BballError("The reason of an exception is empty. Say why, such as: 12=still in 6th grade.")
        found[str(int(number))] = typed_line(reason)[:200]
    for player_id in taken:
        found.pop(str(player_id), None)
    return found


def _rows(rules: LeagueRules) -> list[tuple[str, str]]:
    return [
        ("cut-off", rules.cutoff_words or "none"),
        ("roster limit", str(rules.roster_limit or "none")),
        ("jerseys", str(rules.jerseys)),
        ("freeze", "none" if rules.freeze is None else short_date(rules.freeze)),
        ("refuse", ", ".join(rules.refuse) or "none"),
        *((f"exception {one}", reason) for one, reason in rules.exceptions.items()),
    ]


@click.command("check")
@click.option("--season", metavar="NAME", help="In this season; the one that the desk shows when left out.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@in_transaction
async def teams_check(context: CliContext, session: Session, season: str | None) -> Answer:
    """List what of the teams is against the league's rules, and numbers that are worn twice."""
    where = await season_of(context, session, season)
    found = await read_findings(session, context.league.id, where.id)
    return listed(
        ("Team", "Rule", "", "What"),
        found,
        lambda one: (one.team, str(one.rule), "refused" if one.refused else "", one.text),
    )
