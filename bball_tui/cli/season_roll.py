"""`bball-tui seasons roll` and `seasons roll-undo`: a new season from the last one, seen first, and taken back."""

from collections.abc import Callable, Sequence
from datetime import date

import click
from msgspec import Struct

from bball_tui.cli.context import CliContext, in_league, needs
from bball_tui.cli.output import Answer, Did, Found, echo_lines, narrate, plain, table
from bball_tui.cli.which_season import season_named
from bball_tui.database.analyze import MANY, analyze
from bball_tui.database.states import ContractStatus
from bball_tui.dates import NoDate, parse_date
from bball_tui.errors import BballError
from bball_tui.league.league_clock import read_clock
from bball_tui.league.rights import Right
from bball_tui.league.rules.team_check import LeagueRules, check_moves
from bball_tui.league.seasons.roll import apply_roll, plan_roll
from bball_tui.league.seasons.roll_csv import plan_csv
from bball_tui.league.seasons.roll_plan import PlayerLine, RollPlan
from bball_tui.league.seasons.roll_request import HOLD_SECONDS, RollChoice, Rolled, RollOutcome, RollRequest
from bball_tui.league.seasons.roll_undo import preview_undo, undo_roll
from bball_tui.league.seasons.undo_words import undo_effect, undone_words
from bball_tui.mail.safe_values import one_line
from bball_tui.wording import counted, short_date

MOST_NOTES = 10

id_type = click.IntRange(min=1)


class TeamJson(Struct, frozen=True):
    """One team in the JSON of `seasons roll`; ``id`` is null while it is to be made."""

    id: int | None
    team: str
    was: str | None
    problem: str | None


class PlayerJson(Struct, frozen=True):
    """One player in the JSON of `seasons roll`; ``team`` is null where none fits."""

    id: int
    player: str
    was: str
    team: str | None
    proposal: str
    reasons: tuple[str, ...]
    ticked: bool
    new: bool


class PlanJson(Struct, frozen=True):
    """The JSON of `seasons roll`."""

    source: str
    target: str
    pattern: str
    age_on: date
    plan: str
    already: int
    warnings: tuple[str, ...]
    teams: tuple[TeamJson, ...]
    players: tuple[PlayerJson, ...]


class RolledJson(Struct, frozen=True):
    """The JSON of `seasons roll --apply`."""

    season: str
    made_season: bool
    teams: int
    contracts: int
    mails: int
    left_out: int
    against_rules: tuple[str, ...]


@click.command("roll")
@needs(Right.ROSTER)
@click.argument("target", metavar="NAME")
@click.option("--from", "source", metavar="SEASON", help="From this season; the one that the desk shows when left out.")
@click.option(
    "--pattern",
    metavar="TEXT",
    help='What the age groups are called next, such as "U10 = U12, U12 = U14"; "keep" keeps all names. Found by itself '
    "when left out.",
)
@click.option("--age-on", metavar="DATE", help="When ages count; else the league's cut-off, the first day, or today.")
@click.option("--team", "was_teams", metavar="NAME", multiple=True, help="Only last season's team; may be repeated.")
@click.option("--all", "everybody", is_flag=True, help="Also those whom an earlier run left out.")
@click.option("--also", metavar="ID", type=id_type, multiple=True, help="Tick this player too; may be repeated.")
@click.option("--leave", metavar="ID", type=id_type, multiple=True, help="Leave this player out; may be repeated.")
@click.option("--move", "moves", metavar="ID=TEAM", multiple=True, help="Tick this player, into another team.")
@click.option("--apply", "do_it", is_flag=True, help="Make what is ticked. Without this, nothing is changed.")
@click.option("--expect", metavar="CODE", help="Make only what the plan with this code showed.")
@click.option(
    "--contract-status",
    type=click.Choice([str(ContractStatus.DRAFT), str(ContractStatus.OFFERED)]),
    default=str(ContractStatus.DRAFT),
    show_default=True,
    help="What new contracts begin with.",
)
@click.option("--due", metavar="DATE", help="Until when offers should be signed.")
@click.option("--mails/--no-mails", default=None, help="E-mail the offers; as the league does when left out.")
@click.option(
    "--hold",
    metavar="MINUTES",
    type=click.IntRange(0, 24 * 60),
    default=HOLD_SECONDS // 60,
    show_default=True,
    help="How long these e-mails wait in the outbox.",
)
@click.option("--reason", metavar="TEXT", help="Why players change teams; needed after the league's freeze date.")
@click.option("--show", is_flag=True, help="Everybody sees the new season from now on.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--csv", "as_csv", is_flag=True, help="Print the players as CSV for a spreadsheet.")
def season_roll(**options: object) -> int:
    """Plan the season NAME from the last one: its teams, and who comes back where, each with the reason.

    Nothing is changed until --apply is given. A later run has only what is new; seasons roll-undo takes a run back.
    """
    if options["as_json"] and options["as_csv"]:
        raise click.UsageError("--json and --csv cannot both be printed. Choose one.")
    return _season_roll(**options)


@in_league
async def _season_roll(
    context: CliContext,
    target: str,
    source: str | None,
    pattern: str | None,
    age_on: str | None,
    was_teams: tuple[str, ...],
    everybody: bool,
    also: tuple[int, ...],
    leave: tuple[int, ...],
    moves: tuple[str, ...],
    do_it: bool,
    expect: str | None,
    contract_status: str,
    due: str | None,
    mails: bool | None,
    hold: int,
    show: bool,
    reason: str | None,
    as_csv: bool,
) -> Answer:
    league_id = context.league.id
    async with context.database.session() as session:
        today = (await read_clock(session, league_id)).today
        order = context.league.date_order
        asked = RollRequest(
            target,
            None if source is None else (await season_named(context, session, source)).id,
            pattern,
            None if age_on is None else _day("--age-on", age_on, lambda: parse_date(age_on, order, today, ahead=True)),
        )
        plan = await plan_roll(session, league_id, asked)
        if expect is not None and expect.strip().lower() != plan.fingerprint:
            raise BballError(f"The plan is no longer {one_line(expect)[:40]}, so nothing was made. Look at it again.")
        lines = _seen(plan, was_teams, everybody=everybody)
        places = _places(plan, lines, also, leave, moves)
        if not do_it:
            return _plan_answer(plan, lines, places, as_csv=as_csv)
        outcome = RollOutcome(
            ContractStatus(contract_status),
            None if due is None else _day("--due", due, lambda: parse_date(due, order, today, ahead=True)),
            mails,
            hold * 60,
            show,
            reason,
        )
        looked_at = frozenset(line.id for line in lines) | places.keys()
        choice = RollChoice(places, looked_at, plan.fingerprint, all_teams=not was_teams)
        done = await apply_roll(session, league_id, asked, choice, outcome)
    if done.contracts >= MANY:
        async with context.database.session() as session:
            await analyze(session)
    return _rolled_answer(done)


@click.command("roll-undo")
@needs(Right.ROSTER)
@click.argument("season", metavar="NAME")
@click.option("--dry-run", is_flag=True, help="Only say what would be taken back.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, on a terminal too.")
@in_league
async def season_roll_undo(context: CliContext, season: str, dry_run: bool) -> Answer:
    """Take back what the latest seasons roll made in the season NAME, while no one signed."""
    async with context.database.session() as session:
        season_id = (await season_named(context, session, season)).id
        effect = await preview_undo(session, context.league.id, season_id)
        if dry_run:
            return Found(lambda: effect, lambda: "\n".join(map(plain, undo_effect(effect))))
        done = await undo_roll(session, context.league.id, season_id, effect.roll_id)
    return Did(undone_words(done), done)


def _day(option: str, text: str, read: Callable[[], date]) -> date:
    try:
        return read()
    except NoDate as error:
        raise BballError(f"{option} “{one_line(text)[:40]}”: {error}") from None


def _seen(plan: RollPlan, was_teams: Sequence[str], *, everybody: bool) -> tuple[PlayerLine, ...]:
    """The lines that are asked for.

    Raises:
        BballError: last season had no such team.
    """
    wanted = {one_line(one).casefold() for one in was_teams}
    known = {one.was.casefold() for one in plan.teams if one.source_id is not None}
    for name in wanted - known:
        names = ", ".join(one.was for one in plan.teams if one.source_id is not None)
        raise BballError(f"There was no team {name[:80]!r} in {plan.source}. The teams were: {names}.")
    return tuple(one for one in plan.lines if (not wanted or one.was.casefold() in wanted) and (everybody or one.new))


def _places(
    plan: RollPlan, lines: Sequence[PlayerLine], also: Sequence[int], leave: Sequence[int], moves: Sequence[str]
) -> dict[int, str]:
    """Who is ticked, and for which team."""
    places = {one.id: one.team for one in lines if one.ticked}
    for player_id in also:
        places[player_id] = _known(plan, player_id).team
    for move in moves:
        number, separator, name = move.partition("=")
        if not separator or not number.strip().isdecimal() or not name.strip():
            raise click.BadParameter(f"{move!r} is not of the form ID=TEAM.", param_hint="--move")
        player_id, wanted = _known(plan, int(number)).id, one_line(name).casefold()
        named = [one for one in plan.open_teams if wanted in (one.label.casefold(), one.name.casefold())]
        if len(named) != 1:
            names = ", ".join(one.label for one in plan.open_teams)
            why = "Several teams have" if named else "No team has"
            raise BballError(f"{why} the name {one_line(name)[:80]!r} in {plan.target}. Its teams are: {names}.")
        places[player_id] = named[0].key
    for player_id in leave:
        places.pop(player_id, None)
    return places


def _known(plan: RollPlan, player_id: int) -> PlayerLine:
    found = next((one for one in plan.lines if one.id == player_id), None)
    if found is None:
        raise BballError(
            f"Player {player_id} is not in this plan: not in {plan.source}, or in {plan.target} already. Without "
            "--apply the plan lists them all."
        )
    return found


def _plan_answer(plan: RollPlan, lines: Sequence[PlayerLine], places: dict[int, str], *, as_csv: bool) -> Answer:
    narrate(f"From {plain(plan.source)} to {plain(plan.target)}.")
    labels = {one.key: one.label for one in plan.teams}
    if as_csv:
        echo_lines(plan_csv(lines, places, labels).replace("\r\n", "\n"))
        return Did()
    rows = [
        (
            "x" if one.id in places else "-",
            str(one.id),
            one.player,
            one.was,
            labels.get(places.get(one.id, one.team), ""),
            str(one.kind),
            one.reason,
        )
        for one in lines
    ]
    teams = [("+" if one.team_id is None else "", one.was, one.label, one.problem) for one in plan.teams]
    hidden = len(plan.lines) - len(lines)
    after = [
        f"Age groups: {plan.pattern}. Ages count on {short_date(plan.age_day)}.",
        f"{counted(len(lines), 'player')}, {len(places)} of them ticked; {plan.already} in {plan.target} already.",
        *([f"{counted(hidden, 'player')} not shown: of other teams, or left out before (--all)."] if hidden else []),
        *(f"! {warning}" for warning in plan.warnings),
        *(f"! {one.text}" for one in check_moves(LeagueRules(), plan.frozen, plan.moves(places))),
        f"Nothing was changed. --apply --expect {plan.fingerprint} makes it.",
    ]
    return Found(
        lambda: _plan_json(plan, lines, places, labels),
        lambda: "\n\n".join(
            [
                table(("", "Last season", "Team", "Problem"), teams),
                *([table(("", "ID", "Player", "Last season", "Team", "What", "Why"), rows)] if rows else []),
            ]
        ),
        after=after,
    )


def _plan_json(plan: RollPlan, lines: Sequence[PlayerLine], places: dict[int, str], labels: dict[str, str]) -> PlanJson:
    return PlanJson(
        source=plan.source,
        target=plan.target,
        pattern=plan.pattern,
        age_on=plan.age_day,
        plan=plan.fingerprint,
        already=plan.already,
        warnings=plan.warnings,
        teams=tuple(TeamJson(one.team_id, one.label, one.was or None, one.problem or None) for one in plan.teams),
        players=tuple(
            PlayerJson(
                one.id,
                one.player,
                one.was,
                labels.get(places.get(one.id, one.team)),
                str(one.kind),
                one.reasons,
                one.id in places,
                one.new,
            )
            for one in lines
        ),
    )


def _rolled_answer(done: Rolled) -> Answer:
    line = RolledJson(done.season, done.made_season, done.teams, done.contracts, done.mails, done.left_out, done.notes)
    if not (done.teams or done.contracts):
        return Did([f"Nothing to make: {done.season} has all of it."], line)
    made = [counted(done.teams, "team"), counted(done.contracts, "contract")]
    sentences = [f"{done.season}: {' and '.join(made)} made. {counted(done.left_out, 'player')} left out."]
    if done.mails:
        wait = "waits" if done.mails == 1 else "wait"
        sentences.append(f"{counted(done.mails, 'e-mail')} {wait} in the outbox: bball-tui outbox list shows them.")
    sentences += [f"! {note}" for note in done.notes[:MOST_NOTES]]
    if len(done.notes) > MOST_NOTES:
        sentences.append(f"! {len(done.notes) - MOST_NOTES} more are against the rules: bball-tui teams check.")
    sentences.append(f'bball-tui seasons roll-undo "{done.season}" takes it back while no one has signed.')
    return Did(sentences, line)
