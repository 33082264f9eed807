"""What an import would do, in the sentences of the Import dialog. Pure: a preview in, lines out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from textual.content import Content

from bball_tui.language import _, later, plural
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.importing.diff_model import Counts, Imported, RowDiff
    from bball_tui.league.importing.problems import Problem
    from bball_tui.tui.dialogs.import_job import RosterPreview

MOST_PROBLEMS = 200
MOST_CHANGES = 50

KINDS = (later("teams"), later("players"), later("guardians"), later("contracts"))


def _count(counts: "Counts", kind: str) -> int:
    number: int = getattr(counts, kind)
    return number


def changes_something(preview: "RosterPreview") -> bool:
    """Whether anything would be made or changed."""
    numbers = preview.imported
    return any(_count(numbers.created, kind) or _count(numbers.updated, kind) for kind in KINDS)


def can_import(preview: "RosterPreview", *, skip: bool) -> bool:
    """Whether staff may import this: there is something to do, and no fault that was not left out on purpose."""
    return changes_something(preview) and (skip or not preview.problems)


def effect(preview: "RosterPreview", *, skip: bool) -> Content:
    """Numbers first, then what is wrong, then what changes row by row."""
    return content_lines(_lines(preview, skip))


def _lines(preview: "RosterPreview", skip: bool) -> Iterable[list[Part]]:
    for doubt in preview.doubts:
        yield [(f"{SYMBOLS[Tone.WARN]} {doubt}", STYLES[Tone.WARN])]
    if preview.unmapped:
        for problem in preview.problems[:MOST_PROBLEMS]:
            yield _fault(problem, at_column=True)
        return
    if preview.new_season and preview.new_season != headline(preview, skip=skip)[0]:
        yield [(f"{SYMBOLS[Tone.WARN]} {preview.new_season}", STYLES[Tone.WARN])]
    yield from _table(preview.imported)
    for note in preview.notes:
        yield [(note, STYLES[Tone.MUTED])]
    yield from _doubtful(preview.rows)
    yield from _faults(preview, skip)
    yield from _warnings(preview)
    if not changes_something(preview) and not preview.problems:
        which = _("the other rows of the file say") if preview.left_out else _("the file says")
        yield [(_("Nothing to do: the league already has what {which}.").format(which=which), "bold")]
    if preview.splits:
        yield [""]
        yield [(_("How whole names are split"), "bold")]
        for split in preview.splits[:MOST_CHANGES]:
            yield [
                _("  row {row}, {column} “{text}” → first {first}, last {last}").format(
                    row=split.row, column=split.column, text=split.text, first=split.first, last=split.last
                )
            ]
        if len(preview.splits) > MOST_CHANGES:
            yield [
                (
                    _("  and {splits:,} more: ctrl+r shows the rows").format(splits=len(preview.splits) - MOST_CHANGES),
                    STYLES[Tone.MUTED],
                )
            ]
    changed = [row for row in preview.rows if row.changes]
    if changed:
        yield [""]
        yield [(_("What changes"), "bold")]
        for row in changed[:MOST_CHANGES]:
            yield [_("  row {row}  {change}").format(row=row.row, change=_change(row))]
        if len(changed) > MOST_CHANGES:
            yield [(_("  and {changed:,} more").format(changed=len(changed) - MOST_CHANGES), STYLES[Tone.MUTED])]


def _doubtful(rows: "Iterable[RowDiff]") -> Iterable[list[Part]]:
    doubtful = [row for row in rows if row.duplicate]
    known = sum(not row.in_file for row in doubtful)
    twice = len(doubtful) - known
    said = [
        plural(
            "{number:,} new player may be in the league already",
            "{number:,} new players may be in the league already",
            known,
        ).format(number=known)
        if known
        else "",
        plural(
            "{number:,} new player may stand in the file twice",
            "{number:,} new players may stand in the file twice",
            twice,
        ).format(number=twice)
        if twice
        else "",
    ]
    for many in filter(None, said):
        line = _("{sign} {many}: ctrl+r shows the rows").format(sign=SYMBOLS[Tone.WARN], many=many)
        yield [(line, STYLES[Tone.WARN])]


def _table(numbers: "Imported") -> Iterable[list[Part]]:
    yield [(f"{'':10}{_('new'):>9}{_('changed'):>9}{_('unchanged'):>11}", STYLES[Tone.MUTED])]
    for kind in KINDS:
        new, changed, same = (_count(counts, kind) for counts in (numbers.created, numbers.updated, numbers.unchanged))
        yield [f"{_(kind):10}{new:>9,}{changed:>9,}{same:>11,}"]


def headline(preview: "RosterPreview", *, skip: bool) -> tuple[str, Tone]:
    """What must be seen wherever the rest is scrolled to: why nothing comes in, or that a season is made.

    Columns that are not clear keep everything out, also where rows with faults are left out.
    """
    if preview.unmapped:
        return _(
            "It is not clear what the columns hold: nothing is imported until you match them with ctrl+l (a column "
            "that you do not choose there is left out) or fix the first line of the file"
        ), Tone.BAD
    if preview.problems and not skip and not _faulty(preview):
        return _("{asked}: nothing is imported until you answer with ctrl+r").format(asked=_asked(preview)), Tone.BAD
    if preview.problems and not skip:
        until = (
            _("nothing is imported until you fix or skip these rows")
            if changes_something(preview)
            else _("nothing is imported until you fix the file")
        )
        return f"{_with_faults(preview)}: {until}", Tone.BAD
    return preview.new_season, Tone.WARN


def _faulty(preview: "RosterPreview") -> int:
    return len({problem.row for problem in preview.problems} - set(preview.open))


def _asked(preview: "RosterPreview") -> str:
    rows = len(preview.open)
    return plural("{rows:,} row asks who is meant", "{rows:,} rows ask who is meant", rows).format(rows=rows)


def _with_faults(preview: "RosterPreview") -> str:
    rows = _faulty(preview)
    faults = plural("{rows:,} row has faults", "{rows:,} rows have faults", rows).format(rows=rows)
    return ", ".join([*([faults] if rows else []), *([_asked(preview)] if preview.open else [])])


def _faults(preview: "RosterPreview", skip: bool) -> Iterable[list[Part]]:
    problems = preview.problems
    if not problems:
        return
    yield [""]
    if skip:
        many = _with_faults(preview)
        yield [(_("{sign} {many} and will be left out").format(sign=SYMBOLS[Tone.WARN], many=many), STYLES[Tone.WARN])]
    else:
        yield [(_("What is wrong"), "bold")]  # that it keeps everything out stands beside the buttons
    for problem in problems[:MOST_PROBLEMS]:
        yield _fault(problem)
    if len(problems) > MOST_PROBLEMS:
        yield [(_("  and {problems:,} more").format(problems=len(problems) - MOST_PROBLEMS), STYLES[Tone.MUTED])]


def _warnings(preview: "RosterPreview") -> Iterable[list[Part]]:
    found = preview.warnings
    if not found:
        return
    yield [""]
    yield [
        (
            _("{sign} {cells} may not be what is meant").format(
                sign=SYMBOLS[Tone.WARN], cells=counted(len(found), "cell")
            ),
            STYLES[Tone.WARN],
        )
    ]
    for warning in found[:MOST_PROBLEMS]:
        yield _fault(warning)
    if len(found) > MOST_PROBLEMS:
        yield [
            (
                _("  and {found:,} more: the report has them all").format(found=len(found) - MOST_PROBLEMS),
                STYLES[Tone.MUTED],
            )
        ]


def _fault(problem: "Problem", *, at_column: bool = False) -> list[Part]:
    if at_column and problem.column:
        where = _("  column {column}").format(column=problem.column)
    else:
        where = _("  row {row}").format(row=problem.row)
        where += "".join(f", {one}" for one in (problem.player, problem.column) if one)
    value: list[Part] = [(f" “{problem.value}”", STYLES[Tone.WARN])] if problem.value else []
    return [where, *value, f": {problem.problem}"]


def _change(row: "RowDiff") -> str:
    changes = "; ".join(f"{one.field} {one.before or '–'} → {one.after or '–'}" for one in row.changes)
    return f"{row.player}, {row.team}: {changes}"
