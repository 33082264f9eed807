"""Between the import dialog, which knows no database, and the services, which know no screen.

Imported by the command that needs it: SQLAlchemy comes with it.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bball_tui.database.states import ContractStatus, DateOrder
from bball_tui.errors import BballError
from bball_tui.files import write_file
from bball_tui.language import _
from bball_tui.league.importing import service
from bball_tui.league.importing.apply import RosterMoved
from bball_tui.league.importing.diff_model import Counts
from bball_tui.league.importing.imports import find_import
from bball_tui.league.importing.remarks import on_season, remarks, report_csv
from bball_tui.league.importing.service import PreviewMoved, SeasonMissing, run_import
from bball_tui.tui.dialogs.cli_hints_on_screen import on_screen
from bball_tui.tui.dialogs.import_job import ImportDone, ImportOptions, PreviewOver, RosterPreview
from bball_tui.tui.dialogs.import_roster import ImportRoster
from bball_tui.tui.recent_files import recent_files, remember_file
from bball_tui.tui.text import clean
from bball_tui.wording import counted

if TYPE_CHECKING:
    from textual.app import App

    from bball_tui.league.importing.diff_model import Imported
    from bball_tui.league.importing.progress import ImportProgress
    from bball_tui.tui.connection import LeagueConnection


async def import_roster(
    app: "App[Any]", connection: "LeagueConnection", offer: Callable[[int, str], None]
) -> "Imported | None":
    """Show the dialog and do what it asks. Call it from a worker. None: nothing was imported.

    ``offer`` says what came in, and offers to take the import of that id back.
    """

    async def preview(path: Path, options: ImportOptions, watch: "ImportProgress") -> RosterPreview:
        try:
            wanted = _options(options, dry_run=True)
            report = await connection.guard(run_import(connection.database, connection.league, path, wanted, watch))
        except SeasonMissing:
            raise BballError(
                _(
                    "The file names no season and the league has none. "
                    "Type one in the field Season, such as Spring 2027."
                )
            ) from None
        except BballError as error:
            raise BballError(on_screen(str(error))) from None
        roster = report.roster
        return RosterPreview(
            imported=report.imported if report.diff is None else report.diff.imported(),
            rows=() if report.diff is None else report.diff.rows,
            problems=tuple(replace(one, problem=on_screen(one.problem)) for one in report.problems),
            open={} if report.diff is None else dict(report.diff.open),
            warnings=roster.warnings,
            doubts=tuple(doubt.note for doubt in roster.doubts),
            # The doubts come first in them.
            notes=tuple(map(on_screen, remarks(report)[len(roster.doubts) :])),
            sheet=roster.sheet,
            sheets=roster.sheets,
            header=roster.header,
            samples=roster.samples,
            columns=roster.columns,
            unmapped=roster.unmapped,
            left_out=len(roster.staff_rows) + len(report.left_rows),
            new_season=on_season(report),
            digest=await asyncio.to_thread(lambda: report.digest),
            conflicts=()
            if report.diff is None
            else tuple(one for one in report.diff.conflicts if one.said is not None),
            whole_names=roster.whole_names,
            splits=roster.splits,
        )

    async def apply(path: Path, options: ImportOptions, watch: "ImportProgress") -> ImportDone:
        try:
            wanted = _options(options, dry_run=False)
            report = await connection.guard(run_import(connection.database, connection.league, path, wanted, watch))
        except (PreviewMoved, RosterMoved):
            raise PreviewOver(
                _(
                    "Someone changed the league or the file since you looked, so nothing was imported. This is what it "
                    "would change now."
                )
            ) from None
        if report.refused:
            raise BballError(_("The file or the league changed since the preview. Nothing was imported; look again."))
        await asyncio.to_thread(remember_file, connection.settings.data_dir, path)
        if not options.report:
            return ImportDone(report.imported)
        place = path.with_name(f"{path.stem}-imported-{datetime.now().astimezone():%Y-%m-%d-%H%M}.csv")
        try:
            text = await asyncio.to_thread(report_csv, report)
            await asyncio.to_thread(write_file, place, text)
            return ImportDone(report.imported, place)
        except BballError as error:
            return ImportDone(report.imported, problem=str(error))

    recent = await asyncio.to_thread(recent_files, connection.settings.data_dir)
    season = "" if connection.season is None else connection.season.name
    done = await app.push_screen_wait(ImportRoster(preview=preview, apply=apply, season=season, recent=recent))
    if done is None:
        return None
    report = _(" The report is in {report}.").format(report=done.report) if done.report is not None else ""
    told = f"{_summary(done.imported)}{clean(report)}"
    if (done.imported.created, done.imported.updated) == (Counts(), Counts()):
        app.notify(told, markup=False)
    else:
        offer((await connection.call(find_import)).id, told)
    if done.problem:
        app.notify(
            clean(_("The report is missing. {problem}").format(problem=done.problem)),
            severity="warning",
            timeout=12,
            markup=False,
        )
    return done.imported


def _options(options: ImportOptions, *, dry_run: bool) -> service.ImportOptions:
    columns = options.columns
    return service.ImportOptions(
        dry_run=dry_run,
        season=options.season or None,
        skip_bad_rows=options.skip_bad_rows,
        ignore_columns=() if columns is None else columns.ignored,
        mapping=() if columns is None else columns.fields,
        sheet=options.sheet or None,
        leave=options.leave,
        contract_status=ContractStatus.DRAFT if options.drafts else ContractStatus.OFFERED,
        split_names=options.split_names,
        take_file=options.take_file,
        answers=options.answers,
        due=options.due,
        reason=options.reason,
        expect=options.expect,
        date_order=DateOrder(options.date_order) if options.date_order else None,
    )


def _summary(done: "Imported") -> str:
    new, changed = done.created, done.updated
    numbers = (
        (new.players, counted(new.players, "new player")),
        (new.teams, counted(new.teams, "new team")),
        (new.contracts, counted(new.contracts, "new contract")),
        (new.guardians, counted(new.guardians, "new guardian")),
        (changed.players, counted(changed.players, "player") + _(" changed")),
        (changed.teams, counted(changed.teams, "team") + _(" changed")),
        (changed.guardians, counted(changed.guardians, "guardian") + _(" changed")),
        (changed.contracts, counted(changed.contracts, "contract") + _(" changed")),
    )
    parts = [said for number, said in numbers if number]
    return _("Imported: {parts}.").format(parts=", ".join(parts) or _("nothing changed"))
