"""`bball-tui groupme renew`: which team keeps last season's group and which gets a new one, seen first, then done."""

from collections.abc import Mapping

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.groupme_run import applied_answer, chats_sender
from bball_tui.cli.groupme_team import read_team, season_id_of, season_option
from bball_tui.cli.output import Answer, Did, Found, echo_lines, table
from bball_tui.errors import BballError
from bball_tui.groupme.renew.plan import Decision, Renewal, in_words
from bball_tui.groupme.renew.run import apply_renewal, read_renewal
from bball_tui.groupme.renew.sheet import renewal_rows
from bball_tui.league.rights import Right
from bball_tui.league.seasons.rolls import read_origins
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted
from bball_tui.mail.safe_values import one_line

MARKS = {Decision.KEEP: "keep", Decision.NEW: "new", Decision.LEAVE: "-"}


class SummerLine(Struct, frozen=True):
    """One team in the JSON of `groupme renew`; ``steps`` are what the chosen decision takes."""

    team_id: int
    team: str
    last_season: str | None
    group: str | None
    members: int | None
    proposed: str
    chosen: str
    choices: tuple[str, ...]
    reason: str
    steps: tuple[str, ...]


class RenewalLine(Struct, frozen=True):
    """The JSON of `groupme renew`; ``plan`` is what --expect takes."""

    account: str
    plan: str
    warnings: tuple[str, ...]
    teams: tuple[SummerLine, ...]


@click.command("renew")
@needs(Right.ROSTER)
@season_option
@click.option("--keep", metavar="TEAM", multiple=True, help="This team keeps last season's group; may be repeated.")
@click.option("--new", metavar="TEAM", multiple=True, help="This team gets a new group; may be repeated.")
@click.option("--leave", metavar="TEAM", multiple=True, help="Nothing is done for this team; may be repeated.")
@click.option("--apply", "do_it", is_flag=True, help="Do it. Without this, nothing is changed anywhere.")
@click.option("--expect", metavar="CODE", help="Do only what the plan with this code showed.")
@click.option("--tell/--no-tell", default=True, show_default=True, help="E-mail families who signed before the link.")
@click.option(
    "--try-again", is_flag=True, help="Ask GroupMe once more for groups that it refused to make for other programs."
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the teams as CSV for a spreadsheet.")
def groupme_renew(**options: object) -> int:
    """Decide which teams keep last season's group and which get a new one, each with the reason.

    Nothing is changed until --apply is given. A kept group gets the team's name and a new share link; everyone in it
    stays. A later run has only what is left.
    """
    if options["as_json"] and options["as_csv"]:
        raise click.UsageError("--json and --csv cannot both be printed. Choose one.")
    return _renew(**options)


@in_league
async def _renew(
    context: CliContext,
    season: str | None,
    keep: tuple[str, ...],
    new: tuple[str, ...],
    leave: tuple[str, ...],
    do_it: bool,
    expect: str | None,
    tell: bool,
    try_again: bool,
    as_csv: bool,
) -> Answer:
    season_id = await season_id_of(context, season)
    wanted = {Decision.KEEP: keep, Decision.NEW: new, Decision.LEAVE: leave}
    changed = await _named(context, season_id, wanted)
    async with context.database.session() as session:
        origins = await read_origins(session, context.league.id, season_id)
    async with chats_sender(context, season_id) as sender:
        renewal = (await read_renewal(sender, origins, try_again=try_again)).renewal
        if expect is not None and expect.strip().lower() != renewal.fingerprint:
            raise BballError(f"The plan is no longer {one_line(expect)[:40]}, so nothing was done. Look at it again.")
        decisions = renewal.proposed() | changed
        actions = renewal.actions(decisions)
        if not do_it:
            return _plan_answer(renewal, decisions, as_csv=as_csv)
        sender.tells = renewal.tells(decisions) if tell else frozenset()
        return applied_answer(await apply_renewal(sender, actions, origins, try_again=try_again))


async def _named(
    context: CliContext, season_id: int, wanted: Mapping[Decision, tuple[str, ...]]
) -> dict[int, Decision]:
    """What the options say of which team.

    Raises:
        BballError: there is no such team, or one is named for two things.
    """
    found: dict[int, Decision] = {}
    for decision, names in wanted.items():
        for name in names:
            team = await read_team(context, season_id, name)
            if found.setdefault(team.id, decision) is not decision:
                raise BballError(f"{team.name} is named both for --{found[team.id]} and for --{decision}. Choose one.")
    return found


def _plan_answer(renewal: Renewal, decisions: Mapping[int, Decision], *, as_csv: bool) -> Answer:
    if as_csv:
        rows = [[quoted(cell) for cell in row] for row in renewal_rows(renewal, decisions)]
        echo_lines(csv_text(rows).replace("\r\n", "\n"))
        return Did()
    chosen = {one.team_id: decisions.get(one.team_id, Decision.LEAVE) for one in renewal.teams}
    lines = [
        (MARKS[chosen[one.team_id]], str(one.team_id), one.label, one.last, one.group, one.reason)
        for one in renewal.teams
    ]
    return Found(
        lambda: _json(renewal, chosen),
        lambda: table(("", "ID", "Team", "Last season", "Group", "Why"), lines) if lines else "",
        after=[
            f"The account is {renewal.plan.account}'s. {in_words(chosen.values())}.",
            *(f"! {warning}" for warning in renewal.plan.warnings),
            f"Nothing was changed. --apply --expect {renewal.fingerprint} does it.",
        ],
    )


def _json(renewal: Renewal, chosen: Mapping[int, Decision]) -> RenewalLine:
    teams = tuple(
        SummerLine(
            team_id=one.team_id,
            team=one.label,
            last_season=one.last or None,
            group=one.group or None,
            members=one.members,
            proposed=one.proposed,
            chosen=chosen[one.team_id],
            choices=tuple(map(str, one.choices)),
            reason=one.reason,
            steps=tuple(f"{step.before} → {step.after}" for step in one.steps.get(chosen[one.team_id], ())),
        )
        for one in renewal.teams
    )
    return RenewalLine(renewal.plan.account, renewal.fingerprint, renewal.plan.warnings, teams)
