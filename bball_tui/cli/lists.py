"""What every list of the roster understands: its filters and options, and how it answers."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import click
from msgspec.structs import replace

from bball_tui.cli.context import CliContext
from bball_tui.cli.mail_states import StateChoice
from bball_tui.cli.output import Answer, Did, echo_lines
from bball_tui.cli.which_season import say_all_seasons, say_season, season_named
from bball_tui.database.engine import Session
from bball_tui.database.paging import Sort
from bball_tui.database.states import ContractStatus
from bball_tui.errors import BballError
from bball_tui.league.contracts.welcome_state import WelcomeState
from bball_tui.league.exporting.list_sheet import sheet
from bball_tui.league.filters.attention import Attention
from bball_tui.league.filters.choices import ListName
from bball_tui.league.filters.facets import chosen_filter
from bball_tui.league.filters.saved import find_filter
from bball_tui.league.roster.lists import list_teams
from bball_tui.league.roster.player_row import PlayerRow
from bball_tui.league.roster.rows import RosterFilter, TeamRow
from bball_tui.mail.safe_values import one_line

CommandT = TypeVar("CommandT", bound=Callable[..., object])

NEEDS = {one.option: one for one in Attention}
"""What staff can ask for with --need."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the options of a list say."""

    season: str | None = None
    team: str | None = None
    division: str | None = None
    status: tuple[str, ...] = ()
    welcome: tuple[WelcomeState, ...] = ()
    need: tuple[str, ...] = ()
    search: str = ""
    saved: str | None = None
    archived: bool = False
    sort: str | None = None
    as_json: bool = field(default=False, kw_only=True)
    as_csv: bool = field(default=False, kw_only=True)

    @property
    def order(self) -> Sort | None:
        """The order that --sort names; a minus before the column turns it round."""
        if self.sort is None:
            return None
        return Sort(self.sort.removeprefix("-"), descending=self.sort.startswith("-"))


def _filter_options() -> list[Callable[[Any], Any]]:
    return [
        click.option("--season", metavar="NAME", help="Only this season; all of them when left out."),
        click.option("--team", metavar="NAME", help="Only this team."),
        click.option("--division", metavar="NAME", help="Only this division."),
        click.option(
            "--status",
            type=click.Choice([str(one) for one in ContractStatus]),
            multiple=True,
            help="Only this status of the contract; may be repeated.",
        ),
        click.option(
            "--welcome",
            type=StateChoice(WelcomeState),
            multiple=True,
            help="Only with this fate of the welcome e-mail; may be repeated.",
        ),
        click.option(
            "--need",
            type=click.Choice(list(NEEDS)),
            multiple=True,
            help="Only what needs attention for this reason; repeated, for all of them.",
        ),
        click.option("--search", metavar="TEXT", default="", help="Only rows in which all these words begin."),
        click.option("--saved", metavar="NAME", help="A filter that you saved in the screen, besides the others."),
    ]


def filter_options(command: CommandT) -> CommandT:
    """The options that choose contracts; the command gets one :class:`Wanted`."""
    names = set(Wanted.__dataclass_fields__) - {"as_json", "as_csv"}

    def run(**values: Any) -> object:
        wanted = Wanted(**{name: value for name, value in values.items() if name in names})
        return command(wanted, **{name: value for name, value in values.items() if name not in names})

    return _decorated(run, command, _filter_options())


def list_options(command: CommandT) -> CommandT:
    """The options of a list; the command gets one :class:`Wanted`."""
    options = [
        *_filter_options(),
        click.option("--archived", is_flag=True, help="Also players and teams that are archived."),
        click.option("--sort", metavar="COLUMN", help="Order by this column; with a minus before it, turned round."),
        click.option("--json", "as_json", is_flag=True, help="Print JSON."),
        click.option("--csv", "as_csv", is_flag=True, help="Print CSV for a spreadsheet."),
    ]

    names = set(Wanted.__dataclass_fields__)

    def run(**values: Any) -> object:
        if values["as_json"] and values["as_csv"]:
            raise click.UsageError("--json and --csv cannot both be printed. Choose one.")
        wanted = Wanted(**{name: value for name, value in values.items() if name in names})
        others = {name: value for name, value in values.items() if name not in names}
        return command(wanted, as_json=values["as_json"], **others)

    return _decorated(run, command, options)


def _decorated(run: Callable[..., object], command: CommandT, options: Sequence[Callable[[Any], Any]]) -> CommandT:
    run.__name__, run.__doc__ = command.__name__, command.__doc__
    decorated: Any = run
    for option in reversed(options):
        decorated = option(decorated)
    return decorated  # type: ignore[no-any-return]


async def roster_filter(
    context: CliContext, session: Session, wanted: Wanted, name: ListName = "contracts"
) -> RosterFilter:
    """The filter for ``wanted``; names are compared without regard to case.

    Raises:
        BballError: no season, team or saved filter of that name, or several teams.
    """
    season = None if wanted.season is None else await season_named(context, session, wanted.season)
    season_id = None if season is None else season.id
    found = RosterFilter(season_id=season_id)
    if wanted.saved is not None:
        saved = await find_filter(session, context.league.id, name, wanted.saved)
        found = chosen_filter(season_id, saved.text, saved.choices)
    if wanted.archived:
        found = replace(found, archived=None)
    found = replace(
        found,
        text=f"{found.text} {wanted.search}".strip(),
        team_id=found.team_id if wanted.team is None else await team_named(context, session, season_id, wanted.team),
        division=found.division if wanted.division is None else wanted.division,
        statuses=tuple(ContractStatus(one) for one in wanted.status) or found.statuses,
        welcome=wanted.welcome or found.welcome,
        troubles=tuple(dict.fromkeys((*found.troubles, *(NEEDS[one] for one in wanted.need)))),
    )
    # Last, so that a refusal stands alone.
    if season is None:
        say_all_seasons()
    else:
        say_season(season.name)
    return found


async def team_named(context: CliContext, session: Session, season_id: int | None, name: str) -> int:
    """The id of the team called ``name``, of the season or of any.

    Raises:
        BballError: there is no such team, or several.
    """
    teams = await list_teams(session, context.league.id, RosterFilter(season_id=season_id, archived=None))
    found = [one for one in teams if _same(one.name, name)]
    if not found:
        raise BballError(f"There is no team {one_line(name)[:80]!r}. 'bball-tui teams list' names them all.")
    if len(found) > 1:
        which = ", ".join(f"{one.name} {one.division}".strip() + f" in {one.season}" for one in found)
        raise BballError(f"Several teams have that name: {which}. Say which one with --season.")
    return found[0].id


def _same(one: str, other: str) -> bool:
    return one_line(one).casefold() == one_line(other).casefold()


async def answer_list(
    context: CliContext,
    session: Session,
    name: ListName,
    wanted: Wanted,
    as_table: Callable[[RosterFilter], Awaitable[Answer]],
    team_ids: tuple[int, ...] | None = None,
) -> Answer:
    """What ``wanted`` says of the list called ``name`` (None: of all teams, else of ``team_ids``): as CSV on stdout
    while it is read, else ``as_table``."""
    found = replace(await roster_filter(context, session, wanted, name), team_ids=team_ids)
    if not wanted.as_csv:
        return await as_table(found)
    # A transaction of its own: the sheet is of one moment, which ends where something was read before.
    async with context.database.session() as fresh:
        async for piece in sheet(fresh, context.league.id, name, found, wanted.order):
            echo_lines(piece.text.replace("\r\n", "\n"))
    return Did()


def marked(name: str, row: TeamRow | PlayerRow) -> str:
    """``name``, and that the row is archived if it is."""
    return f"{name} (archived)" if row.archived else name
