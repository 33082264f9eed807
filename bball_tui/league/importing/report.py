"""What an import did or would do, in sentences and as a file to keep."""

from collections.abc import Iterator

from bball_tui.league.importing.diff_model import Verdict
from bball_tui.league.importing.roster_row import NameSplit
from bball_tui.league.importing.service import Report
from bball_tui.league.values.csv_text import csv_text
from bball_tui.league.values.formula_escape import quoted
from bball_tui.league.values.shown import listed, shown
from bball_tui.wording import counted, short_date

HEADINGS = ("Row", "Result", "Player", "Team", "Column", "Before", "After", "Remark")

MOST_CONFLICTS = 50
MOST_FINDINGS = 10
"""Things against the rules that are told one by one."""
MOST_SPLITS = 3
MOST_ASKED = 3
"""Whole names that the remark about them repeats."""
MOST_PLACEHOLDERS = 5
"""Texts of empty cells that the remark about them repeats."""


def remarks(report: Report) -> list[str]:
    """What staff should know beside the numbers."""
    roster = report.roster
    notes = [
        *(doubt.note for doubt in roster.doubts),
        *roster.notes,
        *(() if report.diff is None else report.diff.notes),
    ]
    if report.diff is not None and report.diff.conflicts:
        conflicts = report.diff.conflicts
        notes += [f"Row {one.row}: {one.sentence()}" for one in conflicts[:MOST_CONFLICTS]]
        if len(conflicts) > MOST_CONFLICTS:
            notes.append(f"And {len(conflicts) - MOST_CONFLICTS:,} more like these: the report has them all.")
    if refused := [one for one in report.findings if one.refused]:
        many = counted(len(refused), "thing is", "things are")
        notes.append(f"{many} against rules that the league refuses: the import would be stopped by them.")
    notes += [one.text for one in report.findings[:MOST_FINDINGS]]
    if len(report.findings) > MOST_FINDINGS:
        notes.append(f"And {len(report.findings) - MOST_FINDINGS:,} more against the league's rules.")
    if report.erased and report.erased_since is not None:
        were = counted(report.erased, "player was", "players were")
        them = "them" if report.erased == 1 else "one of them"
        notes.append(
            f"{were} erased here since {short_date(report.erased_since)}, and no name was kept. If you find {them} "
            "among the new players, leave that row out: importing it brings the child back."
        )
    if report.imported.cancelled:
        offers = "about the offers of the old teams"
        unsent = counted(report.imported.cancelled, f"e-mail {offers} has", f"e-mails {offers} have")
        notes.append(f"{unsent} not left: canceled.")
    if report.imported.promised:
        mails = counted(report.imported.promised, "e-mail")
        when = "will go out to tell families of their offers" if report.dry_run else "tell families of their offers"
        notes.append(f"{mails} {when}.")
    if report.diff is not None and report.diff.due_on is not None and report.diff.contracts.new:
        notes.append(f"New offers are due on {short_date(report.diff.due_on)}.")
    if roster.remembered:
        notes.append("The columns are read as someone said for an earlier file with the same ones.")
    if roster.splits:
        some = "; ".join(map(split_words, roster.splits[:MOST_SPLITS])) + (
            " …" if len(roster.splits) > MOST_SPLITS else ""
        )
        notes.append(f"{counted(len(roster.splits), 'whole name is', 'whole names are')} split, as you said: {some}.")
    if len(roster.sheets) > 1:
        notes.append(f"Read from the sheet {listed([roster.sheet])}; the workbook has {len(roster.sheets)} sheets.")
    if roster.staff_rows:
        rows = ", ".join(map(str, roster.staff_rows[:20])) + (" …" if len(roster.staff_rows) > 20 else "")
        notes.append(f"Left out as staff, not players: {'row' if len(roster.staff_rows) == 1 else 'rows'} {rows}.")
    if roster.placeholders:
        cells = sum(number for _, number in roster.placeholders)
        some = listed([text for text, _ in roster.placeholders[:MOST_PLACEHOLDERS]], "and")
        more = " and others" if len(roster.placeholders) > MOST_PLACEHOLDERS else ""
        say = "cell says" if cells == 1 else "cells say"
        notes.append(f"{cells:,} {say} nothing ({some}{more}) and {'is' if cells == 1 else 'are'} read as empty.")
    if roster.unused_columns:
        notes.append(f"Columns that are not used: {', '.join(roster.unused_columns)}.")
    if roster.history:
        notes.append("Signatures and closed contracts in the file are not taken over: only staff can sign here.")
    if roster.nameless:
        notes.append(
            f"{counted(roster.nameless, 'row has', 'rows have')} a parent's e-mail address without the parent's name, "
            "which cannot be used. Add the columns Guardian 1 First and Guardian 1 Last to the file."
        )
    elif unreached := roster.unreached:
        players = counted(len(unreached), "player has", "players have")
        note = f"{players} no guardian with an e-mail address, so no e-mail can reach them."
        asked = [
            f"{shown(f'{one.first} {one.last}')}, {one.phone} ({shown(f'{row.first} {row.last}')})"
            for row in unreached
            for one in row.guardians
            if one.phone
        ]
        if asked:
            more = " …" if len(asked) > MOST_ASKED else ""
            note += f" Ask for one: {'; '.join(asked[:MOST_ASKED])}{more}."
        notes.append(note)
    doubtful = () if report.diff is None else [row for row in report.diff.rows if row.duplicate]
    if doubtful:
        rows = ", ".join(str(row.row) for row in doubtful[:20]) + (" …" if len(doubtful) > 20 else "")
        players = counted(len(doubtful), "new player may be there", "new players may be there")
        notes.append(
            f"{players} already under another spelling or date: {'row' if len(doubtful) == 1 else 'rows'} {rows}."
        )
    if report.left_rows:
        notes.append(f"{counted(len(report.left_rows), 'row')} left out, as you said.")
    return notes


def split_words(split: NameSplit) -> str:
    """How one whole name was split, in a few words."""
    return f"“{split.text}” is {split.first} (first), {split.last} (last)"


def report_csv(report: Report) -> str:
    """One line for each row of the file (for each changed field, if it changes some) and each fault.

    It opens in a spreadsheet and cannot act there.
    """
    lines = sorted(_lines(report), key=lambda line: int(line[0]))
    return csv_text([HEADINGS, *([quoted(cell) for cell in line] for line in lines)])


def _lines(report: Report) -> Iterator[tuple[str, ...]]:
    stands = report.dry_run or not report.refused
    for row in () if report.diff is None else report.diff.rows:
        result = str(row.verdict) if stands or row.verdict is Verdict.UNCHANGED else f"{row.verdict} (not imported)"
        changes = [(one.field, one.before, one.after) for one in row.changes] or [("", "", "")]
        for change in changes:
            remark = f"Possible duplicate. {row.duplicate}" if row.duplicate else row.frozen
            yield (str(row.row), result, row.player, row.team, *change, remark)
    for one in () if report.diff is None else report.diff.conflicts:
        result = "changed" if one.taken else "kept"
        yield (str(one.row), result, one.who, "", one.field, one.staff, one.file, one.sentence())
    for problem in report.problems:
        yield (str(problem.row), "refused", "", "", problem.column, problem.value, "", problem.problem)
    for warning in report.roster.warnings:
        yield (str(warning.row), "look at this", "", "", warning.column, warning.value, "", warning.problem)
    for split in report.roster.splits:
        yield (str(split.row), "name split", "", "", split.column, "", "", f"{split_words(split)}.")
    for number in report.roster.staff_rows:
        yield (str(number), "left out", "", "", "", "", "", "A coach or other staff, not a player.")
    for left in report.left_rows:
        yield (
            str(left.number),
            "left out",
            f"{left.first} {left.last}",
            left.team,
            "",
            "",
            "",
            "Left out by your choice.",
        )
