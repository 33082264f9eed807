"""One import from the file to the report: what the command line and the screen both call."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path

from msgspec import Struct, field
from msgspec.structs import replace
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from bball_tui.database import models
from bball_tui.database.analyze import MANY, analyze
from bball_tui.database.engine import Database
from bball_tui.database.states import ContractStatus, DateOrder
from bball_tui.dates import NoDate, parse_date
from bball_tui.errors import BballError
from bball_tui.gc_pause import search_put_off
from bball_tui.language import _
from bball_tui.league.contracts.lifecycle import ReasonNeed
from bball_tui.league.contracts.transitions import reason_for
from bball_tui.league.importing.answers import NO_ANSWERS, Answers
from bball_tui.league.importing.apply import WRITE_STEPS, hold_league, write
from bball_tui.league.importing.diff import compute_diff
from bball_tui.league.importing.diff_model import Diff, Imported, Take
from bball_tui.league.importing.encodings import NAMES, TWICE, Doubt, asked_for
from bball_tui.league.importing.find_columns import ColumnMap, MappedField
from bball_tui.league.importing.mappings import remember, remembered
from bball_tui.league.importing.presets import PRESETS
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.progress import ImportProgress, Stage
from bball_tui.league.importing.raw_table import FileTable
from bball_tui.league.importing.read_roster import Roster, load, read_file, read_rows
from bball_tui.league.importing.roster_row import RosterRow
from bball_tui.league.importing.sandboxed_reader import read_limited
from bball_tui.league.importing.team_change_mails import count_unsent
from bball_tui.league.leagues import LeagueInfo
from bball_tui.league.mails.enqueue import wants_offer_mails
from bball_tui.league.rules.store import RuleBroken, read_findings, read_rules
from bball_tui.league.rules.team_check import LeagueRules, RuleFinding
from bball_tui.league.seasons.shown_season import shown_season
from bball_tui.league.values.cells import CellFault
from bball_tui.league.values.names import NAME_LENGTH, name_text
from bball_tui.league.values.shown import shown
from bball_tui.wording import short_date

SAMPLED_ROWS = 50
SAMPLES = 3


class PreviewMoved(BballError):
    """Importing would do something else now than its preview showed. Nothing was imported."""

    def __init__(self, expected: str) -> None:
        super().__init__(
            _(
                "The league or the file is not as it was for the preview {expected}, so nothing was "
                "imported. Look at a new preview first."
            ).format(expected=shown(expected))
        )


class EncodingUnsaid(BballError):
    """The file was read without its saying how, and nobody has looked whether its names are right."""

    def __init__(self, doubts: Sequence[Doubt], encoding: str) -> None:
        readings = " ".join(doubt.reading for doubt in doubts)
        names = "+".join([*filter(None, [encoding.strip()]), *(doubt.encoding for doubt in doubts)])
        super().__init__(
            _(
                "{readings} If that is right, import it again with --encoding {names}; if it is not, "
                "open the file in the program that made it, save it as “CSV UTF-8”, and import that. "
                "Nothing was imported."
            ).format(readings=readings, names=names)
        )


class SeasonMissing(BballError):
    """Neither the caller, nor the file, nor the league says into which season the rows go."""


class ImportOptions(Struct, frozen=True):
    """What the caller decided.

    ``preset`` None finds the layout by the header. ``season`` None is the file's own, else the league's newest.
    ``date_order`` None is the league's. ``skip_bad_rows`` imports the good rows of a file with faults. ``mapping`` and
    ``ignore_columns`` say what columns hold; when both are empty, what was remembered for files with these columns
    is used. ``sheet`` is one of a workbook's. ``leave`` are rows of the file that stay out, by their numbers; in
    the rows of ``take_file`` the file's word counts also against what staff corrected. ``answers`` say what rows leave
    open; such a row without one is a fault. ``due`` is until when new
    offers should be signed, as the league writes dates. ``encoding`` is the caller's word on the file's
    (:func:`~.encodings.asked_for`). ``split_names`` splits columns of whole names into first and last. ``expect`` is
    the code of a preview: anything else is not imported.
    """

    dry_run: bool = False
    preset: str | None = None
    season: str | None = None
    contract_status: ContractStatus = ContractStatus.OFFERED
    skip_bad_rows: bool = False
    date_order: DateOrder | None = None
    ignore_columns: tuple[str, ...] = ()
    mapping: tuple[MappedField, ...] = ()
    sheet: str | None = None
    leave: frozenset[int] = frozenset()
    take_file: Take = False
    answers: Answers = NO_ANSWERS
    due: str = ""
    encoding: str = ""
    split_names: bool = False
    expect: str = ""
    reason: str = ""
    """Why players change teams, for their history; after the league's freeze date that needs one."""


class Report(Struct, frozen=True):
    """What an import did, or with ``dry_run`` would do.

    ``diff`` is None when the file has no usable row. ``imported`` holds zeros when nothing is imported. ``problems``
    are all faults of the file and all refused rows, by row.
    """

    dry_run: bool
    roster: Roster
    problems: tuple[Problem, ...]
    diff: Diff | None = None
    imported: Imported = field(default_factory=Imported)
    findings: tuple[RuleFinding, ...] = ()
    """What of the season's teams would be against the league's rules by this import, and was not before."""
    left_rows: tuple[RosterRow, ...] = ()
    """Rows that the caller left out."""
    erased: int = 0
    """So many players were erased here since ``erased_since``; who they were nobody knows anymore."""
    erased_since: date | None = None
    makes_shown: bool = False
    """The season that the import makes is the one that everybody sees afterwards."""

    @property
    def makes_season(self) -> bool:
        """The file goes into a season that is not there yet, and is made with it."""
        return self.diff is not None and self.diff.season_id is None

    @property
    def digest(self) -> str:
        """The code of this preview (:meth:`Diff.digest`); writing it takes long with thousands of rows."""
        return "" if self.diff is None else self.diff.digest()

    @property
    def unreached(self) -> list[RosterRow]:
        """The rows of players whom no e-mail can reach: once for each player, and without those that stay out."""
        out = {one.row for one in self.problems} | {one.number for one in self.left_rows}
        players = {row.player: row for row in reversed(self.roster.unreached) if row.number not in out}
        return list(reversed(players.values()))

    @property
    def refused(self) -> bool:
        """True when nothing is imported because of faults."""
        return self.exit_code == 1

    @property
    def exit_code(self) -> int:
        """0 all rows, 3 the good rows only, 1 none."""
        if not self.problems:
            return 0
        return 1 if self.imported == Imported() else 3


_TODAY = text("SELECT (now() AT TIME ZONE timezone)::date FROM league WHERE id = :league_id")


async def run_import(
    database: Database, league: LeagueInfo, path: Path, options: ImportOptions, watch: ImportProgress | None = None
) -> Report:
    """Read ``path``, compare it with the league, and unless ``dry_run`` is set import it in one transaction.

    A file with a fault imports nothing, unless ``skip_bad_rows`` is set. Reading and comparing keep the event loop
    free. ``watch`` is told how far it is. Being canceled rolls everything back.

    Raises:
        BballError: the file cannot be opened, no season or several are named, the preset is unknown, or somebody
            changed the same rows meanwhile. Nothing was imported.
    """
    watch = watch or ImportProgress()
    try:
        with search_put_off():
            return await _run(database, league, path, options, watch)
    finally:
        watch.stop()  # a canceled import leaves no thread behind that goes on reading


async def _run(
    database: Database, league: LeagueInfo, path: Path, options: ImportOptions, watch: ImportProgress
) -> Report:
    if options.preset is not None and options.preset not in PRESETS:
        raise BballError(
            _("There is no preset “{preset}”. The presets are: {presets}.").format(
                preset=shown(options.preset), presets=", ".join(PRESETS)
            )
        )
    encoding = _encoding(options.encoding)
    data = await asyncio.to_thread(load, path)
    watch.begin(Stage.READING)
    table = await asyncio.to_thread(
        read_file, data, sheet=options.sheet, encoding=encoding, tick=watch.tick, reader=read_limited
    )
    if isinstance(table, Roster):
        return Report(options.dry_run, table, table.problems)
    header = table.rows[0][1] if table.rows else []
    async with database.session() as session:
        today = await session.scalar(_TODAY, {"league_id": league.id})
        known = None if _decided(options) else await remembered(session, league.id, header)
    if today is None:
        raise BballError(_("This league is not in the database anymore. Choose another one."))
    columns = known or ColumnMap(options.mapping, options.ignore_columns)
    watch.begin(Stage.CHECKING, len(table.rows))
    roster = await asyncio.to_thread(
        read_rows,
        table,
        date_order=options.date_order or league.date_order,
        today=today,
        preset=PRESETS[options.preset] if options.preset is not None else None,
        ignore_columns=columns.ignored,
        mapping=columns.fields,
        split_names=options.split_names,
        tick=watch.tick,
    )
    roster = replace(
        roster, columns=columns, header=tuple(header), samples=_samples(table), remembered=known is not None
    )
    if not roster.rows:
        return Report(options.dry_run, roster, roster.problems)
    if roster.doubts and not (options.dry_run or options.expect):
        raise EncodingUnsaid(roster.doubts, options.encoding)
    left = tuple(row for row in roster.rows if row.number in options.leave)
    kept = replace(roster, rows=tuple(row for row in roster.rows if row.number not in options.leave))
    async with database.session() as session:
        if not options.dry_run:
            await hold_league(session, league.id)
        season = await _season(session, league, roster, options.season)
        due_on = _due(options, league, today)
        watch.begin(Stage.COMPARING, len(kept.rows))
        diff = await compute_diff(
            session,
            league.id,
            season,
            kept,
            contract_status=options.contract_status,
            take_file=options.take_file,
            answers=options.answers,
            due_on=due_on,
        )
        if options.expect and options.expect != await asyncio.to_thread(diff.digest):
            raise PreviewMoved(options.expect)
        problems = tuple(sorted((*roster.problems, *diff.refused)))
        report = Report(options.dry_run, roster, problems, diff, left_rows=left)
        if report.makes_season:
            chosen = select(models.League.current_season_id).where(models.League.id == league.id)
            report = replace(report, makes_shown=await session.scalar(chosen) is None)
        if diff.imported().created.players:
            since = await asyncio.to_thread(_written, path, today)
            report = replace(report, erased=await _erased(session, league, since), erased_since=since)
        if problems and not options.skip_bad_rows:
            return report
        reason = reason_for(ReasonNeed.OPTIONAL, options.reason)
        unsaid = frozenset(() if reason is not None else diff.frozen)
        ruled = await read_rules(session, league.id) != LeagueRules()
        before = await _findings(session, diff) if ruled else frozenset()
        if options.dry_run:
            cancelled = await count_unsent(session, diff)
            promised, found = await _try(session, diff, ruled=ruled)
            imported = replace(diff.imported(), cancelled=cancelled, promised=promised)
            return replace(report, imported=imported, findings=_sorted((found - before) | unsaid))
        watch.begin(Stage.WRITING, WRITE_STEPS)
        imported = await write(session, diff, source=shown(path.name, 200), reason=reason, tick=watch.tick)
        report = replace(report, imported=imported)
        if ruled:
            report = replace(report, findings=_sorted((await _findings(session, diff) - before) | unsaid))
            if broken := [one for one in report.findings if one.refused]:
                raise RuleBroken(broken)
        if options.mapping:
            await remember(session, league.id, header, columns)
    if report.imported.created.players + report.imported.created.contracts >= MANY:
        async with database.session() as session:
            await analyze(session)
    return report


def _encoding(name: str) -> str:
    """``name``, if the importer knows it.

    Raises:
        BballError: it does not.
    """
    try:
        asked_for(name)
    except ValueError:
        raise BballError(
            _(
                "There is no encoding “{name}” here. Those that are known: {names}; and {twice} for "
                "names that were encoded twice."
            ).format(name=shown(name), names=", ".join(NAMES), twice=TWICE)
        ) from None
    return name.strip()


def _due(options: ImportOptions, league: LeagueInfo, today: date) -> date | None:
    """Until when new offers should be signed.

    Raises:
        BballError: it is no date, lies in the past, or new contracts are drafts, which nobody can sign yet.
    """
    if not options.due.strip():
        return None
    if options.contract_status is ContractStatus.DRAFT:
        raise BballError(_("A draft has no due date. Leave the due date out, or import the contracts as offers."))
    try:
        day = parse_date(options.due, league.date_order, today, ahead=True)
    except NoDate as error:
        raise BballError(
            _("The due date “{due}” does not do: {error}").format(due=shown(options.due), error=error)
        ) from None
    if day < today:
        said = short_date(day, today)
        raise BballError(
            _("The due date {said} is in the past: today is {today}. Correct it.").format(
                said=said, today=short_date(today, today)
            )
        )
    return day


async def _try(session: AsyncSession, diff: Diff, *, ruled: bool) -> tuple[int, frozenset[RuleFinding]]:
    """How many mails of offers importing would promise, and with rules what would be against them afterwards.

    It is tried and taken back: no other answer would be exact.
    """
    wanted = diff.contracts.new and await wants_offer_mails(session, diff.league_id)
    if not (wanted or (ruled and diff.changes_something)):
        return 0, await _findings(session, diff) if ruled else frozenset()
    await hold_league(session, diff.league_id)
    trial = await session.begin_nested()
    try:
        promised = (await write(session, diff)).promised
        return promised, await _findings(session, diff) if ruled else frozenset()
    finally:
        await trial.rollback()


async def _findings(session: AsyncSession, diff: Diff) -> frozenset[RuleFinding]:
    """What of the season's teams is against the rules now."""
    season_id = diff.season_id or await session.scalar(
        select(models.Season.id).where(models.Season.league_id == diff.league_id, models.Season.name == diff.season)
    )
    return frozenset(() if season_id is None else await read_findings(session, diff.league_id, season_id))


def _sorted(found: Iterable[RuleFinding]) -> tuple[RuleFinding, ...]:
    return tuple(sorted(found, key=lambda one: (not one.refused, one.team.casefold(), one.rule, one.text)))


def _written(path: Path, today: date) -> date:
    """When the file was written, at the latest a year ago: a copy of an old file is as young as the copying."""
    written = datetime.fromtimestamp(path.stat().st_mtime).astimezone().date()
    return min(written, today - timedelta(days=365))


async def _erased(session: AsyncSession, league: LeagueInfo, since: date) -> int:
    erasure = models.Erasure
    day = func.date(func.timezone(league.timezone, erasure.erased_at))
    asked = select(func.count()).where(erasure.league_id == league.id, erasure.entity == "player", day >= since)
    return await session.scalar(asked) or 0


def _samples(table: FileTable) -> tuple[tuple[str, ...], ...]:
    """The first few different values of each column, for somebody who says what it holds."""
    found: list[dict[str, None]] = [{} for _ in table.rows[0][1]] if table.rows else []
    for _number, cells in table.rows[1:SAMPLED_ROWS]:
        for column, cell in zip(found, cells, strict=False):
            if len(column) < SAMPLES and cell.strip():
                column[shown(cell.strip(), 30)] = None
    return tuple(tuple(column) for column in found)


def _decided(options: ImportOptions) -> bool:
    """Whether the caller says how to read the columns, so that nothing remembered counts."""
    return bool(options.mapping or options.ignore_columns or options.preset)


async def _season(session: AsyncSession, league: LeagueInfo, roster: Roster, asked: str | None) -> str:
    """The caller's season, else the file's, else the league's newest.

    Raises:
        BballError: the name is unusable, the file names several, or there is none at all.
    """
    if asked is not None:
        try:
            name = name_text(asked)
        except CellFault as fault:
            raise BballError(
                _("The season “{asked}” does not do: {fault}").format(asked=shown(asked), fault=fault)
            ) from None
        if not name:
            raise BballError(
                _("The season's name is empty. Give it one of at most {name_length} characters.").format(
                    name_length=NAME_LENGTH
                )
            )
        return name
    named = {row.season.casefold(): row.season for row in roster.rows if row.season}
    if len(named) > 1:
        some = ", ".join(list(named.values())[:5])
        raise BballError(
            _(
                "The file names several seasons ({some}). Import one season at a time, or say with "
                "--season NAME into which one all its rows go."
            ).format(some=some)
        )
    if named:
        return next(iter(named.values()))
    newest = await shown_season(session, league.id)
    if newest is None:
        raise SeasonMissing(
            _("The league has no season yet, and the file names none. Say which one with --season NAME.")
        )
    return newest.name
