"""The remarks on an import, done or only looked at: in sentences, and beside the rows in a file to keep."""

from collections.abc import Iterator

from bball_tui.language import _
from bball_tui.league.importing.diff_model import Verdict
from bball_tui.league.importing.raw_table import rows_named
from bball_tui.league.importing.read_roster import Roster
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
"""Whole names that the remark about them repeats."""
MOST_ASKED = 3
"""Parents whose number is said because no address of the family's is known, and players without a number."""
MOST_PLACEHOLDERS = 5
"""Texts of empty cells that the remark about them repeats."""


def remarks(report: Report) -> list[str]:
    """What staff should know beside the numbers."""
    roster = report.roster
    left = counted(len(report.left_rows), "row")
    return [
        *(doubt.note for doubt in roster.doubts),
        *roster.notes,
        *(() if report.diff is None else report.diff.notes),
        *_on_conflicts(report),
        *_on_rules(report),
        *_on_effects(report),
        *_on_reading(roster),
        *_on_contacts(report),
        *_on_duplicates(report),
        *([_("{rows} left out, as you said.").format(rows=left)] if report.left_rows else []),
    ]


def on_season(report: Report) -> str:
    """That the import makes a season, which a typo does too; empty when it makes none."""
    if not report.makes_season or report.diff is None:
        return ""
    if report.dry_run or report.refused:
        said = (
            _("A new season, {season}, will be made and shown to everyone.")
            if report.makes_shown
            else _("A new season, {season}, will be made.")
        )
    elif report.makes_shown:
        said = _("A new season, {season}, was made and is shown to everyone.")
    else:
        said = _("A new season, {season}, was made.")
    return said.format(season=shown(report.diff.season))


def _on_conflicts(report: Report) -> Iterator[str]:
    conflicts = () if report.diff is None else report.diff.conflicts
    for one in conflicts[:MOST_CONFLICTS]:
        yield _("Row {row}: {sentence}").format(row=one.row, sentence=one.sentence())
    if len(conflicts) > MOST_CONFLICTS:
        yield _("And {number:,} more like these: the report has them all.").format(
            number=len(conflicts) - MOST_CONFLICTS
        )


def _on_rules(report: Report) -> Iterator[str]:
    if refused := [one for one in report.findings if one.refused]:
        many = counted(len(refused), "thing is", "things are")
        yield (
            _("{many} against rules that the league refuses: the import would be stopped by them.").format(many=many)
        )
    yield from (one.text for one in report.findings[:MOST_FINDINGS])
    if len(report.findings) > MOST_FINDINGS:
        yield _("And {number:,} more against the league's rules.").format(number=len(report.findings) - MOST_FINDINGS)


def _on_effects(report: Report) -> Iterator[str]:
    if report.erased and report.erased_since is not None:
        were = counted(report.erased, "player was", "players were")
        yield (
            _(
                "{were} erased here since {erased_since}, and no name was kept. If you find such a child "
                "among the new players, leave that row out: importing it brings the child back."
            ).format(were=were, erased_since=short_date(report.erased_since))
        )
    if report.imported.cancelled:
        offers = counted(
            report.imported.cancelled,
            "e-mail about the offers of the old teams has",
            "e-mails about the offers of the old teams have",
        )
        yield _("{e_mails} not left: canceled.").format(e_mails=offers)
    if report.imported.promised:
        mails = counted(report.imported.promised, "e-mail")
        yield (
            _("{e_mails} will go out to tell families of their offers.").format(e_mails=mails)
            if report.dry_run
            else _("{e_mails} tell families of their offers.").format(e_mails=mails)
        )
    if report.diff is not None and report.diff.due_on is not None and report.diff.contracts.new:
        yield _("New offers are due on {due_on}.").format(due_on=short_date(report.diff.due_on))


def _on_reading(roster: Roster) -> Iterator[str]:
    if roster.remembered:
        yield _("The columns are read as someone said for an earlier file with the same ones.")
    if roster.splits:
        some = "; ".join(map(split_words, roster.splits[:MOST_SPLITS])) + (
            " …" if len(roster.splits) > MOST_SPLITS else ""
        )
        yield (
            _("{names} split, as you said: {some}.").format(
                names=counted(len(roster.splits), "whole name is", "whole names are"), some=some
            )
        )
    if len(roster.sheets) > 1:
        yield (
            _("Read from the sheet {sheet}; the workbook has {number} sheets.").format(
                sheet=listed([roster.sheet]), number=len(roster.sheets)
            )
        )
    if roster.staff_rows:
        yield _("Left out as staff, not players: {rows}.").format(rows=rows_named(roster.staff_rows))
    if roster.placeholders:
        cells = sum(number for _, number in roster.placeholders)
        some = listed([text for text, _ in roster.placeholders[:MOST_PLACEHOLDERS]], "and")
        more = _(" and others") if len(roster.placeholders) > MOST_PLACEHOLDERS else ""
        say = counted(cells, "cell says nothing and is", "cells say nothing and are")
        yield _("{cells} read as empty ({some}{more}).").format(cells=say, some=some, more=more)
    if roster.unused_columns:
        yield _("Columns that are not used: {columns}.").format(columns=", ".join(roster.unused_columns))
    if roster.history:
        yield _("Signatures and closed contracts in the file are not taken over: only staff can sign here.")


def _on_contacts(report: Report) -> Iterator[str]:
    if report.roster.nameless:
        yield (
            _(
                "{rows} a parent's e-mail address without the parent's name, which cannot be used. Add "
                "the columns Guardian 1 First and Guardian 1 Last to the file."
            ).format(rows=counted(report.roster.nameless, "row has", "rows have"))
        )
    elif unreached := report.unreached:
        players = counted(
            len(unreached),
            "player has no guardian with an e-mail address",
            "players have no guardian with an e-mail address",
        )
        note = _("{players}, so no e-mail can reach them.").format(players=players)
        asked = [
            f"{shown(f'{one.first} {one.last}')}, {one.phone} ({shown(f'{row.first} {row.last}')})"
            for row in unreached
            for one in row.guardians
            if one.phone
        ]
        asked = list(dict.fromkeys(asked))
        if asked:
            more = " …" if len(asked) > MOST_ASKED else ""
            note += _(" Ask for one: {asked}{more}.").format(asked="; ".join(asked[:MOST_ASKED]), more=more)
        unknown = [row for row in unreached if not any(one.phone for one in row.guardians)]
        if unknown:
            more = " …" if len(unknown) > MOST_ASKED else ""
            some = ", ".join(shown(f"{row.first} {row.last}") for row in unknown[:MOST_ASKED])
            note += _(" No phone number either: {players}{more}.").format(players=some, more=more)
        yield note


def _on_duplicates(report: Report) -> Iterator[str]:
    doubtful = [] if report.diff is None else [row for row in report.diff.rows if row.duplicate]
    if known := [row.row for row in doubtful if not row.in_file]:
        players = counted(len(known), "new player may be there", "new players may be there")
        yield (
            _("{players} already under another spelling or date: {rows}.").format(
                players=players, rows=rows_named(known)
            )
        )
    if twice := [row.row for row in doubtful if row.in_file]:
        players = counted(len(twice), "new player may stand", "new players may stand")
        yield _("{players} in the file twice: {rows}.").format(players=players, rows=rows_named(twice))


def split_words(split: NameSplit) -> str:
    """How one whole name was split, in a few words."""
    return _("“{text}” is {first} (first), {last} (last)").format(text=split.text, first=split.first, last=split.last)


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
            yield str(row.row), result, row.player, row.team, *change, remark
    for one in () if report.diff is None else report.diff.conflicts:
        result = "changed" if one.taken else "kept"
        yield str(one.row), result, one.who, "", one.field, one.staff, one.file, one.sentence()
    for problem in report.problems:
        yield (
            str(problem.row),
            "refused",
            problem.player,
            problem.team,
            problem.column,
            problem.value,
            "",
            problem.problem,
        )
    for warning in report.roster.warnings:
        cell = warning.column, warning.value, "", warning.problem
        yield str(warning.row), "look at this", warning.player, warning.team, *cell
    for split in report.roster.splits:
        yield str(split.row), "name split", "", "", split.column, "", "", f"{split_words(split)}."
    for number in report.roster.staff_rows:
        yield str(number), "left out", "", "", "", "", "", _("A coach or other staff, not a player.")
    for left in report.left_rows:
        yield (
            str(left.number),
            "left out",
            f"{left.first} {left.last}",
            left.team,
            "",
            "",
            "",
            _("Left out by your choice."),
        )
