"""`bball-tui import`: a roster file into the league, or with ``--dry-run`` what that would do."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from bball_tui.cli.context import CliContext, needs, with_league
from bball_tui.cli.output import echo_json, narrate, plain, table
from bball_tui.cli.which_season import say_season
from bball_tui.database.states import ContractStatus, DateOrder
from bball_tui.errors import BballError
from bball_tui.files import write_file
from bball_tui.league.importing.answers import Answers
from bball_tui.league.importing.diff_model import Counts, Diff, Verdict
from bball_tui.league.importing.find_columns import MappedField
from bball_tui.league.importing.presets import PRESETS
from bball_tui.league.importing.problems import Problem
from bball_tui.league.importing.remarks import on_season, remarks, report_csv
from bball_tui.league.importing.service import ImportOptions, PreviewMoved, Report, run_import
from bball_tui.league.rights import Right
from bball_tui.wording import counted

TAKEN_BACK = "'bball-tui imports undo' takes it back."
KINDS = ("teams", "players", "guardians", "contracts")


@click.command("import")
@needs(Right.ROSTER)
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Show what would happen, row by row, and change nothing.")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="The layout of the file; found by itself otherwise.")
@click.option("--season", metavar="NAME", help="The season; otherwise the file's own, or the newest.")
@click.option(
    "--contract-status",
    type=click.Choice(list(map(str, (ContractStatus.DRAFT, ContractStatus.OFFERED)))),
    default=str(ContractStatus.OFFERED),
    show_default=True,
    help="What new contracts begin with.",
)
@click.option("--skip-bad-rows", is_flag=True, help="Import the good rows of a file that has faults.")
@click.option("--date-order", type=click.Choice(list(map(str, DateOrder))), help="How the file writes 03/04/2015.")
@click.option(
    "--ignore-column", "ignore_columns", multiple=True, metavar="NAME", help="Leave out a column (repeatable)."
)
@click.option(
    "--map",
    "mapped",
    multiple=True,
    metavar="FIELD=COLUMN",
    help='Say what a column holds, such as --map "Team=Squad" or --map "Guardian 1 Email=#7" (the seventh). Kept '
    "for the next file with the same columns.",
)
@click.option("--sheet", metavar="NAME", help="Which sheet of a workbook; otherwise the first that holds a roster.")
@click.option(
    "--encoding",
    default="",
    metavar="NAME",
    help="How a text file is written that does not say it itself, such as mac-roman; an import asks for it where the "
    "names could be wrong.",
)
@click.option(
    "--split-names",
    is_flag=True,
    help="Split a column of whole names (Mia Lopez, or Lopez, Mia) into first and last; --dry-run shows each.",
)
@click.option("--take-file", is_flag=True, help="Let the file's values count where staff corrected them by hand.")
@click.option(
    "--same-child",
    multiple=True,
    type=int,
    metavar="ROW",
    help="This row is the child whom it asks about (repeatable).",
)
@click.option("--new-child", multiple=True, type=int, metavar="ROW", help="This row is another child (repeatable).")
@click.option(
    "--use-address",
    multiple=True,
    type=int,
    metavar="ROW",
    help="In this row an address is meant that another family has (repeatable).",
)
@click.option("--due", default="", metavar="DATE", help="Until when new offers should be signed.")
@click.option(
    "--reason", default="", metavar="TEXT", help="Why players change teams; needed after the league's freeze date."
)
@click.option("--expect", default="", metavar="CODE", help="Import only what the preview with this code showed.")
@click.option("--report", type=click.Path(path_type=Path), help="Write what happened, row by row, to this CSV file.")
@click.option("--json", "as_json", is_flag=True, help="Print the numbers and the errors as JSON.")
def import_roster(
    file: Path,
    dry_run: bool,
    preset: str | None,
    season: str | None,
    contract_status: str,
    skip_bad_rows: bool,
    date_order: str | None,
    ignore_columns: tuple[str, ...],
    mapped: tuple[str, ...],
    sheet: str | None,
    encoding: str,
    split_names: bool,
    take_file: bool,
    same_child: tuple[int, ...],
    new_child: tuple[int, ...],
    use_address: tuple[int, ...],
    due: str,
    reason: str,
    expect: str,
    report: Path | None,
    as_json: bool,
) -> int:
    """Bring in a roster FILE (CSV, Excel workbook, or our own JSON): teams, players, guardians and one contract for
    each player.

    Importing the same file twice changes nothing. A file with faults imports nothing, unless --skip-bad-rows is given.
    """
    options = ImportOptions(
        dry_run=dry_run,
        preset=preset,
        season=season,
        contract_status=ContractStatus(contract_status),
        skip_bad_rows=skip_bad_rows,
        date_order=DateOrder(date_order) if date_order is not None else None,
        ignore_columns=ignore_columns,
        mapping=tuple(map(_mapped_field, mapped)),
        sheet=sheet,
        encoding=encoding,
        split_names=split_names,
        take_file=take_file,
        answers=Answers(frozenset(same_child), frozenset(new_child), frozenset(use_address)),
        due=due,
        reason=reason,
        expect=expect.strip().lower(),
    )

    async def work(context: CliContext) -> int:
        try:
            done = await run_import(context.database, context.league, file, options)
        except PreviewMoved as over:
            raise BballError(f"{over} --dry-run instead of --expect shows it, with the code for --expect.") from None
        if done.diff is not None:
            say_season(done.diff.season)
        if report is not None:
            write_file(report, report_csv(done))
            narrate(f"The report is in {report}.")
        if as_json:
            echo_json(as_document(done))
            narrate(verdict(done))
        else:
            click.echo(render(done))
        return done.exit_code

    return with_league(work)


def _mapped_field(text: str) -> MappedField:
    name, separator, column = text.partition("=")
    if not (separator and name.strip() and column.strip()):
        raise click.BadParameter(f"{text!r} is not of the form FIELD=COLUMN.", param_hint="--map")
    return MappedField(name.strip(), column.strip())


def as_document(report: Report) -> dict[str, object]:
    """The report as scripts get it."""
    roster = report.roster
    rows = () if report.diff is None else report.diff.rows
    return {
        "dry_run": report.dry_run,
        "season": None if report.diff is None else report.diff.season,
        "new_season": on_season(report),
        "created": report.imported.created,
        "updated": report.imported.updated,
        "unchanged": report.imported.unchanged,
        "mails": report.imported.promised,
        "conflicts": () if report.diff is None else report.diff.conflicts,
        "needs_reason": [] if report.diff is None else [row.row for row in report.diff.rows if row.frozen],
        "empty": dict(report.roster.placeholders),
        "preview": report.digest,
        "errors": report.problems,
        "left_open": [] if report.diff is None else [{"row": row, "about": about} for row, about in report.diff.open],
        "warnings": roster.warnings,
        "duplicates": [
            {"row": row.row, "player": row.player, "team": row.team, "remark": row.duplicate}
            for row in rows
            if row.duplicate
        ],
        "split_names": roster.splits,
        "left_out": {"staff": roster.staff_rows, "by_choice": [row.number for row in report.left_rows]},
        "without_email": len(report.unreached),
        "unused_columns": roster.unused_columns,
        "layout": roster.layout,
        "encoding": roster.encoding,
        "encoding_guessed": "+".join(doubt.encoding for doubt in roster.doubts),
        "sheet": roster.sheet,
        "sheets": roster.sheets,
        "remarks": remarks(report),
        "summary": verdict(report),
    }


def render(report: Report) -> str:
    """The report as people get it: faults, then (for a dry run) the rows that change, the numbers, the verdict."""
    parts = list(_parts(report))
    return "\n\n".join([*parts, verdict(report)])


def _parts(report: Report) -> Iterator[str]:
    if report.diff is not None:
        if report.dry_run:
            yield from _splits(report)
            yield from _preview(report.diff)
        if season := on_season(report):
            yield plain(season)
        yield _numbers(report)
        yield from _remarks(report)
    if report.roster.warnings:
        yield f"Look at these, which may not be meant:\n{_faults(report.roster.warnings, 'Why')}"
    if report.problems:
        yield f"Refused:\n{_faults(report.problems, 'Problem')}"


def _faults(found: Sequence[Problem], why: str) -> str:
    lines = [(str(one.row), one.player, one.column, one.value, one.problem) for one in found]
    return table(("Row", "Player", "Column", "Value", why), lines)


def _splits(report: Report) -> Iterator[str]:
    lines = [(str(one.row), one.column, one.text, one.first, one.last) for one in report.roster.splits]
    if lines:
        yield f"Whole names, and how they are split:\n{table(('Row', 'Column', 'In the file', 'First', 'Last'), lines)}"


def _preview(diff: Diff) -> Iterator[str]:
    lines = [
        (
            str(row.row),
            row.verdict,
            row.player,
            row.team,
            "; ".join(
                [
                    *([f"Possible duplicate: {row.duplicate}"] if row.duplicate else []),
                    *(f"{one.field}: {one.before or '(empty)'} → {one.after}" for one in row.changes),
                    *([row.frozen] if row.frozen else []),
                ]
            ),
        )
        for row in diff.rows
        if row.verdict is not Verdict.UNCHANGED
    ]
    if lines:
        yield table(("Row", "", "Player", "Team", "Changes"), lines)


def _numbers(report: Report) -> str:
    assert report.diff is not None  # noqa: S101 - the caller looked
    # What a refused import would have done is shown, too: the verdict below says that it did not happen.
    numbers = report.diff.imported()
    rows = [
        (kind, *(str(_count(counts, kind)) for counts in (numbers.created, numbers.updated, numbers.unchanged)))
        for kind in KINDS
    ]
    return table((report.diff.season, "new", "changed", "unchanged"), rows)


def _count(counts: Counts, kind: str) -> int:
    return int(getattr(counts, kind))


def _remarks(report: Report) -> Iterator[str]:
    notes = remarks(report)
    if report.diff is not None and any(one.said is not None and not one.taken for one in report.diff.conflicts):
        notes.append("To take the file's values instead of staff's, give --take-file.")
    if report.dry_run and report.roster.doubts:
        names = "+".join(doubt.encoding for doubt in report.roster.doubts)
        notes.append(f"An import asks you to say that the names are right, with --encoding {names}.")
    if report.dry_run and report.diff is not None and report.diff.changes_something:
        digest = report.digest
        notes.append(f"This preview is {digest}: with --expect {digest} nothing else is imported.")
    if notes:
        yield "\n".join(map(plain, notes))


def verdict(report: Report) -> str:
    """One sentence: what happened, and what to do."""
    faults = counted(len(report.problems), "fault")
    if report.exit_code == 1:
        way_out = "Correct the file, or import the good rows alone with --skip-bad-rows."
        if report.roster.unmapped:
            faults = counted(len(report.problems), "fault of the columns", "faults of the columns")
            way_out = (
                "Say what a column holds with --map FIELD=COLUMN, leave it out with --ignore-column NAME, or correct "
                "the first line of the file."
            )
        elif not report.roster.rows:
            way_out = "Correct the file and import it again."
        return f"{faults}: nothing {'would be' if report.dry_run else 'was'} imported. {way_out}"
    numbers = report.imported
    done = sum(_count(counts, kind) for counts in (numbers.created, numbers.updated) for kind in KINDS)
    what = f"{counted(len(report.roster.rows), 'row')} read, {done} things new or changed"
    if not done:
        what = "Nothing to change: the league says already what the file says"
        left = len(report.roster.staff_rows) + len(report.left_rows)
        if left or report.problems:
            # What was left out is in the file and not in the league.
            what = "Nothing to change: the league says already what the other rows of the file say"
            what = f"{what}; {counted(left, 'row')} left out" if left else what
    ending = "Nothing was changed yet (dry run)." if report.dry_run else f"Imported. {TAKEN_BACK}"
    skipped = f" {faults} left out." if report.problems else ""
    return f"{what}. {ending if done else ''}{skipped}".strip()
