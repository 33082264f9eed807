"""What is printed: the contracts of a list as sheets to sign, with names filled in, and sign-in lists of teams."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from jinja2 import Template, TemplateError
from msgspec import Struct
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.listing import among
from bball_tui.database.states import LIVE_STATUSES, OPEN_STATUSES, ContractStatus, DateOrder
from bball_tui.dates import write_date
from bball_tui.errors import BballError
from bball_tui.language import _, english
from bball_tui.league.contracts.facts import GuardianFacts, read_guardians
from bball_tui.league.papers.paper_code import PaperCode, mark_of
from bball_tui.league.papers.sheets import BREAK, ContractSheet, PageSize, SignInList, SignInRow
from bball_tui.mail.safe_values import one_line
from bball_tui.mail.template_error_words import jinja_words, line_of
from bball_tui.mail.templates import PAPER, own, packaged
from bball_tui.wording import counted, listed

MOST = 2_000
"""Sheets of one file: a printer's whole day."""
SHEET = f"{PAPER}/sheet.txt"
VARIABLES = ("league", "season", "player", "birthdate", "team", "division", "guardians", "due")
"""What the text of a sheet may show; those that may be empty can be asked for with ``if``."""


class NotPrinted(Struct, frozen=True):
    """A contract or player that is left out, and why, in a sentence."""

    id: int
    reason: str


class Printed(Struct, frozen=True):
    """A PDF file; ``printed`` are the contracts on it."""

    pdf: bytes
    printed: tuple[int, ...]
    left_out: tuple[NotPrinted, ...]


class _Facts(Struct, frozen=True):
    id: int
    jersey: str
    player: str
    family: str
    status: ContractStatus
    team_id: int
    values: dict[str, str]


def size_for(order: DateOrder) -> PageSize:
    """The paper that lies in the printers of those who write their dates so."""
    return PageSize.LETTER if order is DateOrder.MDY else PageSize.A4


async def sheets_of(session: AsyncSession, league_id: int, contract_ids: Collection[int]) -> int:
    """How many of these contracts can still be signed, and so have a sheet to print."""
    contract = models.Contract
    open_ones = select(func.count()).where(
        contract.league_id == league_id, among(contract.id, contract_ids), contract.status.in_(OPEN_STATUSES)
    )
    return await session.scalar(open_ones) or 0


async def print_sheets(
    session: AsyncSession,
    league_id: int,
    contract_ids: Collection[int],
    *,
    template_dir: Path | None = None,
    size: PageSize | None = None,
) -> Printed:
    """A sheet for each contract that can still be signed, in the order of names.

    Raises:
        BballError: none can be printed, too many are wanted, or the league's own text is not as it should be.
    """
    if len(contract_ids) > MOST:
        raise BballError(
            _("{contract_ids:,} contracts are more than one file holds; {most:,} is the limit.").format(
                contract_ids=len(contract_ids), most=MOST
            )
        )
    league = await session.get_one(models.League, league_id)
    found = await _read(session, league, contract_ids)
    mark = mark_of(league.mail_salt)
    left = [
        NotPrinted(
            one.id,
            _("{player}'s contract is {status}: there is nothing to sign.").format(
                player=one.player, status=_(one.status)
            ),
        )
        for one in found
        if one.status not in OPEN_STATUSES
    ]
    wanted = [one for one in found if one.status in OPEN_STATUSES]
    page = size or size_for(DateOrder(league.date_order))

    def draw() -> Printed:
        # Imported here: what draws and knows fonts takes a second to load, and few ever print.
        from bball_tui.league.papers.drawing import contract_sheets
        from bball_tui.league.papers.fonts import fonts_here

        template = _template(template_dir)
        sheets = [(one, ContractSheet(PaperCode(mark, one.id), _filled(template, one.values))) for one in wanted]
        with fonts_here() as fonts:
            printable = []
            for one, sheet in sheets:
                missing = fonts.unprintable([sheet.text.replace(BREAK, "")])
                if missing:
                    left.append(NotPrinted(one.id, _unprintable(one.player, missing)))
                else:
                    printable.append((one.id, sheet))
            if not printable:
                why = f" {left[0].reason}" if left else ""
                raise BballError(
                    _("No sheet can be printed: none of these contracts waits for its signature.{why}").format(why=why)
                )
            title = f"{one_line(league.name)}: contracts"
            pdf = contract_sheets([sheet for _, sheet in printable], fonts, size=page, title=title)
        return Printed(pdf, tuple(number for number, _ in printable), tuple(left))

    return await asyncio.to_thread(draw)


async def print_sign_in(
    session: AsyncSession, league_id: int, team_ids: Collection[int], *, size: PageSize | None = None
) -> Printed:
    """A sign-in list for each team, with the players who have an open or signed contract.

    Raises:
        BballError: the teams have no players.
    """
    league = await session.get_one(models.League, league_id)
    contract = models.Contract
    ids = await session.scalars(
        select(contract.id).where(
            contract.league_id == league_id, among(contract.team_id, team_ids), contract.status.in_(LIVE_STATUSES)
        )
    )
    found = await _read(session, league, list(ids))
    if not found:
        raise BballError(_("These teams have no players, so there is nothing to print."))
    page = size or size_for(DateOrder(league.date_order))

    def draw() -> Printed:
        from bball_tui.league.papers.drawing import sign_in_lists
        from bball_tui.league.papers.fonts import fonts_here

        with fonts_here() as fonts:
            left, kept = [], []
            nameless: dict[int, list[_Facts]] = {}
            for one in found:
                missing = fonts.unprintable((one.player, one.family, one.values["team"]))
                if missing:
                    left.append(NotPrinted(one.id, _unprintable(one.player, missing)))
                    nameless.setdefault(one.team_id, []).append(one)
                else:
                    kept.append(one)
            lists = [_list_of(league.name, rows, nameless.get(rows[0].team_id, ())) for rows in _by_team(kept)]
            pdf = sign_in_lists(lists, fonts, size=page, title=f"{one_line(league.name)}: sign-in")
        return Printed(pdf, tuple(one.id for one in kept), tuple(left))

    return await asyncio.to_thread(draw)


def _unprintable(player: str, letters: str) -> str:
    return _("{player} is left out: no font on this computer has {list}. Install one that has.").format(
        player=player, list=listed(list(letters[:8]))
    )


def _by_team(found: Iterable[_Facts]) -> list[list[_Facts]]:
    teams: dict[int, list[_Facts]] = {}
    for one in found:
        teams.setdefault(one.team_id, []).append(one)
    return sorted(teams.values(), key=lambda rows: rows[0].values["team"].casefold())


def _list_of(league: str, rows: Sequence[_Facts], nameless: Sequence[_Facts]) -> SignInList:
    values = rows[0].values
    title = f"{values['team']} {values['division']}".strip()
    with english():  # as the rest of the paper
        players = counted(len(rows), "player")
        if nameless:  # whoever counts the children by this list must know
            jerseys = ", ".join(f"#{one.jersey}" for one in nameless if one.jersey)
            whose = "whose name" if len(nameless) == 1 else "whose names"
            players += f"; not on this list: {counted(len(nameless), 'player')} more, {whose} can't be printed here"
            players += f" ({jerseys})" if jerseys else ""
    return SignInList(
        title,
        f"{one_line(league)}, {values['season']}: {players}",
        tuple(SignInRow(one.jersey, one.player, one.family, one.status is ContractStatus.SIGNED) for one in rows),
    )


async def _read(session: AsyncSession, league: models.League, contract_ids: Collection[int]) -> list[_Facts]:
    contract, player, team, season = models.Contract, models.Player, models.Team, models.Season
    rows = (
        await session.execute(
            select(
                contract.id,
                contract.status,
                contract.due_on,
                contract.player_id,
                contract.team_id,
                player.first_name,
                player.last_name,
                player.birthdate,
                player.jersey,
                team.name.label("team"),
                team.division,
                season.name.label("season"),
            )
            .join(player, player.id == contract.player_id)
            .join(team, team.id == contract.team_id)
            .join(season, season.id == contract.season_id)
            .where(contract.league_id == league.id, among(contract.id, contract_ids))
            .order_by(team.name_key, team.id, contract.player_key, contract.id)
        )
    ).all()
    guardians = await read_guardians(session, league.id, {row.player_id for row in rows})
    order = DateOrder(league.date_order)
    found = []
    for row in rows:
        name = one_line(f"{row.first_name} {row.last_name}")
        family = _family(guardians.get(row.player_id, ()))
        values = {
            "league": one_line(league.name),
            "season": one_line(row.season),
            "player": name,
            "birthdate": "" if row.birthdate is None else write_date(row.birthdate, order),
            "team": one_line(row.team),
            "division": one_line(row.division),
            "guardians": family,
            "due": "" if row.due_on is None else write_date(row.due_on, order),
        }
        found.append(_Facts(row.id, row.jersey or "", name, family, ContractStatus(row.status), row.team_id, values))
    return found


def _family(guardians: Iterable[GuardianFacts]) -> str:
    with english():  # as the rest of the paper, whatever the screen speaks
        return listed([one_line(one.name) for one in guardians if one.may_sign])


def _template(template_dir: Path | None) -> Template:
    """The league's own text of a sheet, else ours."""
    where = "" if template_dir is None else f" ({template_dir / SHEET})"
    try:
        return (packaged() if template_dir is None else own(template_dir)).template(SHEET)
    except (TemplateError, ValueError, OSError) as error:
        raise BballError(_wrong(where, error)) from None


def _filled(template: Template, values: dict[str, str]) -> str:
    # Marked, so that a value never makes a line what only the text may make it.
    marked = {name: value and BREAK + value.replace(BREAK, "") for name, value in values.items()}
    try:
        return template.render(marked)
    except TemplateError as error:
        raise BballError(_wrong("", error)) from None


def _wrong(where: str, error: Exception) -> str:
    line = line_of(error)
    why = jinja_words(error) if isinstance(error, TemplateError) else str(error)
    at = _(", line {line}").format(line=line) if line else ""
    return _(
        "The text of the contract sheet, {sheet}{where}{at}, is not as it should be: {error}. It may show {list}."
    ).format(sheet=SHEET, where=where, at=at, error=one_line(why)[:200], list=listed(list(VARIABLES)))
