"""Bring a roster in: choose the file, see what it would change, then import it whole or not at all."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual import on, work
from textual.binding import Binding
from textual.events import DescendantBlur, DescendantFocus
from textual.widget import Widget
from textual.widgets import Checkbox, Input, Select, Static

from bball_tui.errors import BballError
from bball_tui.files import path_typed
from bball_tui.language import _
from bball_tui.league.importing.answers import NO_ANSWERS
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField, TickBox
from bball_tui.tui.dialogs.file_picker import pick_file
from bball_tui.tui.dialogs.import_effect import can_import, effect, headline
from bball_tui.tui.dialogs.import_job import (
    ApplyRoster,
    ImportDone,
    ImportOptions,
    PreviewOver,
    PreviewRoster,
    RosterPreview,
)
from bball_tui.tui.dialogs.import_rows import PreviewRow, ReviewRows, RowChoices, rows_of, with_decided
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.dialogs.map_columns import MapColumns
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import clean
from bball_tui.tui.theme import Tone

if TYPE_CHECKING:
    from textual.timer import Timer
    from textual.worker import Worker

    from bball_tui.league.importing.find_columns import ColumnMap
    from bball_tui.league.importing.progress import ImportProgress

_BAR = 20
DATE_ORDERS = (
    (_("as the league writes them"), ""),
    (_("month/day/year"), "mdy"),
    (_("day/month/year"), "dmy"),
    (_("year-month-day"), "ymd"),
)
MANY_ROWS = 2_000
"""Rows from which laying them out for people would hold up the keys."""
_LOOK = 0.1
"""Seconds between two looks at how far the import is."""


class ImportRoster(InputDialog[ImportDone | None]):
    """What came in, or None when nothing was imported.

    Esc first stops what is under way, then closes. After an error everything stays as it was typed.
    """

    HELP = """
    ## Import a roster
    Type the path of a CSV file or an Excel workbook, or choose one with ctrl+o. Enter shows what it would change;
    nothing is written before you press **Import**. ctrl+r shows the rows one by one: leave out those that should not
    come in. ctrl+l matches the columns by hand. New contracts are offers, or drafts if you tick that; a due
    date counts for offers. Other teams after the
    freeze date need a reason. What staff corrected by hand stays, unless you tick that the file's values count, or take
    them row by row. A column of whole names is split if you tick that, and each name is shown as it is split. If the
    league changes before you press **Import**, nothing comes in and you see what it would change now. Rows with faults
    are listed with row, column and value: fix the file, or leave these rows out. A file comes in whole or not at all;
    Esc stops it.
    """
    DEFAULT_CSS = """
    ImportRoster {
        & #effect { margin: 1 0 0 0; }
        & #sheet-field, & #dates-field, & #names-field, & #corrected-field, & #reason-field { display: none; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "preview", "preview", show=False),
        Binding("ctrl+o", "browse", "choose a file", show=False),
        Binding("ctrl+r", "rows", "review rows", show=False),
        Binding("ctrl+l", "columns", "match columns", show=False),
    ]

    def __init__(
        self,
        *,
        preview: PreviewRoster,
        apply: ApplyRoster,
        season: str = "",
        path: Path | None = None,
        recent: Sequence[Path] = (),
    ) -> None:
        super().__init__()
        self.set_reactive(ImportRoster.heading, _("Import a roster"))
        self._preview_roster = preview
        self._apply_roster = apply
        self._season = season
        self._recent = tuple(recent)
        self._picked = path
        self._preview: RosterPreview | None = None
        self._previewed: tuple[Path, ImportOptions] | None = None
        self._seen: tuple[Path | None, ImportOptions] | None = None
        self._job: Worker[None] | None = None
        self._writing = False
        self._watch: ImportProgress | None = None
        self._looking: Timer | None = None
        self._columns: ColumnMap | None = None
        self._leave: frozenset[int] = frozenset()
        self._answers = NO_ANSWERS
        self._from_file: frozenset[int] = frozenset()
        """The rows in which the file's word counts against staff's; the tick says it of all."""
        self._rows: list[PreviewRow] = []
        """Every row of the file as it was first previewed, also those that stay out."""

    def body(self) -> Iterable[Widget]:
        """File, season, sheet, faults, report, and what it would do."""
        path = "" if self._picked is None else str(self._picked)
        field = TextField(path, placeholder="~/Downloads/roster.csv", keep=False, id="path")
        yield Field(_("File"), field, DialogButton(_("Browse"), key="ctrl+o", command="browse"), id="path-field")
        yield Field(_("Season"), TextField(self._season, placeholder=_("as the file says"), id="season"))
        yield Field(_("Sheet"), Picker([("", "")], "", id="sheet"), id="sheet-field")
        yield Field(_("Dates"), Picker(DATE_ORDERS, "", id="dates"), id="dates-field")
        take = TickBox(_("take the file's values instead"), id="take")
        yield Field(_("Names"), TickBox(_("split whole names into first and last"), id="split"), id="names-field")
        yield Field(_("Corrections"), take, id="corrected-field")
        skip, report = TickBox(_("leave out rows with faults"), id="skip"), TickBox(_("report"), id="report")
        why = TextField("", placeholder=_("why players change teams after the freeze"), id="reason")
        yield Field(_("Reason"), why, id="reason-field")
        yield Field(_("Options"), skip, report)
        due = TextField("", placeholder=_("due date of new offers"), id="due")
        yield Field(_("Contracts"), due, TickBox(_("as drafts"), id="drafts"))
        rows = DialogButton(_("Review rows"), key="ctrl+r", command="rows")
        yield Field(
            _("Details"), rows, DialogButton(_("Match columns"), key="ctrl+l", command="columns", short=_("Columns"))
        )
        yield Static("", id="effect")

    def choices(self) -> Iterable[DialogButton]:
        """Preview, import, cancel."""
        yield DialogButton(_("Preview"), key="Enter", command="preview")
        yield DialogButton(_("Import"), key="", command="import")
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """Nothing can be imported before it was seen."""
        self._seen = (self.path, self.options)
        self._show()
        if self._picked is not None:
            self.action_preview()

    @property
    def path(self) -> Path | None:
        """The file that is meant; a file that was picked keeps the exact spelling of its name."""
        typed = self.query_one("#path", TextField).value.strip()
        if not typed:
            return None
        if self._picked is not None and clean(str(self._picked)) == typed:
            return self._picked
        return path_typed(typed)

    @property
    def options(self) -> ImportOptions:
        """What is chosen beside the file."""
        return ImportOptions(
            season=" ".join(self.query_one("#season", TextField).value.split()),
            skip_bad_rows=self.query_one("#skip", TickBox).value,
            sheet=self.query_one("#sheet", Picker).chosen,
            columns=self._columns,
            leave=self._leave,
            report=self.query_one("#report", TickBox).value,
            date_order=self.query_one("#dates", Picker).chosen,
            split_names=self.query_one("#split", TickBox).value,
            take_file=self.query_one("#take", TickBox).value or self._from_file or False,
            answers=self._answers,
            drafts=self.query_one("#drafts", TickBox).value,
            due=self.query_one("#due", TextField).value.strip(),
            reason=self.query_one("#reason", TextField).value.strip(),
        )

    @on(Input.Changed)
    @on(Checkbox.Changed)
    @on(Select.Changed)
    def _changed(self) -> None:
        # Textual also tells of the values that fields begin with.
        seen = (self.path, self.options)
        if self._writing or seen == self._seen:
            return
        if self.query_one("#take", TickBox).value:
            self._from_file = frozenset()  # the tick speaks for all rows, also when it goes again
        before, self._seen = self._seen, seen
        same = None if before is None else replace(before[1], report=seen[1].report, reason=seen[1].reason)
        if before is not None and same == seen[1] and before[0] == seen[0]:
            if self._previewed is not None:
                self._previewed = (self._previewed[0], seen[1])
            return  # report and reason change nothing of what was shown
        self._stop()
        self.say("")  # it was about what was chosen before
        if before is not None and before[0] != seen[0]:
            self._forget_file()
        again = self._previewed is not None and self._previewed[0] == self.path
        self._preview = self._previewed = None
        self.query_one("#path-field", Field).problem = ""
        self._show()
        if again and not isinstance(self.focused, Input):
            self._look_again(stay=True)

    @on(DescendantFocus)
    @on(DescendantBlur)
    def _say_what_enter_does(self) -> None:
        """Enter shows what the file would change; on Import it imports, and the row of buttons says so."""
        importing = self.choice("import").has_focus
        for command, here in (("preview", not importing), ("import", importing)):
            choice, key = self.choice(command), "Enter" if here else ""
            if choice.key != key:
                choice.key = key
                choice.refresh(layout=True)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_preview()

    def _forget_file(self) -> None:
        """Another file: other rows, other columns, other sheets."""
        self._columns, self._leave, self._from_file, self._rows = None, frozenset(), frozenset(), []
        self._answers = NO_ANSWERS
        self._offer_sheets((), "")
        self._seen = (self.path, self.options)

    def _offer_sheets(self, names: tuple[str, ...], chosen: str) -> None:
        options = [(name, name) for name in names] if len(names) > 1 else [("", "")]
        self.query_one("#sheet", Picker).offer(options, chosen if len(names) > 1 else "")
        self.query_one("#sheet-field").display = len(names) > 1

    def _show(self) -> None:
        preview, busy = self._preview, self._job is not None
        self.query_one("#effect", Static).update(
            "" if preview is None else Hanging(effect(preview, skip=self.options.skip_bad_rows))
        )
        self.choice("import").disabled = (
            busy or preview is None or not can_import(preview, skip=self.options.skip_bad_rows)
        )
        self.choice("preview").disabled = busy
        self.choice("browse").disabled = busy
        self.choice("rows").disabled = busy or not self._rows
        self.choice("columns").disabled = busy or preview is None or not preview.header
        for field in self.query(
            "#path, #season, #sheet, #dates, #split, #take, #drafts, #due, #reason, #skip, #report"
        ):
            field.disabled = self._writing

    def action_preview(self) -> None:
        """Show what the file would change."""
        self._look_again(stay=False)

    def _look_again(self, *, stay: bool) -> None:
        """Preview. ``stay``: the focus does, because a box was ticked, and whoever ticked it may untick it."""
        path = self.path
        if self._job is not None:
            return
        if path is None:
            self.refuse(_("Which file? Type its path, or browse with ctrl+o."), "path-field")
            return
        watch = self._begin()
        self._job = self.run_worker(self._read(path, self.options, watch, stay=stay), group="import")
        self._show()

    def _begin(self) -> "ImportProgress":
        from bball_tui.league.importing.progress import ImportProgress

        self._watch = watch = ImportProgress()
        self._look()
        if self._looking is None:
            self._looking = self.set_interval(_LOOK, self._look)
        return watch

    def _look(self) -> None:
        """Say how far it is."""
        watch = self._watch
        if watch is None:
            return
        ending = _("Esc stops, and then nothing comes in.") if self._writing else _("Esc stops.")
        if watch.total:
            full = min(_BAR, _BAR * watch.done // watch.total)
            bar = "█" * full + "░" * (_BAR - full)
            self.say(
                _("{stage} {bar} {done:,} of {total:,}.  {ending}").format(
                    stage=watch.stage, bar=bar, done=watch.done, total=watch.total, ending=ending
                )
            )
        else:
            rows = _("{done:,} rows").format(done=watch.done) if watch.done else "…"
            self.say(f"{watch.stage} {rows}  {ending}")

    def _end(self) -> None:
        """The job is over, one way or the other."""
        self._job, self._watch, self._writing = None, None, False
        if self._looking is not None:
            self._looking.stop()
            self._looking = None

    async def _read(
        self, path: Path, options: ImportOptions, watch: "ImportProgress", again: str = "", *, stay: bool = False
    ) -> None:
        try:
            preview = await self._preview_roster(path, options, watch)
        except BballError as error:
            self._end()
            if not self.gone:
                self.refuse(str(error), "path-field")
                self.say("")
                self._show()
            return
        self._end()
        if self.gone:
            return
        self._offer_sheets(preview.sheets, preview.sheet)
        if preview.whole_names or options.split_names:
            self.query_one("#names-field").display = True
        if preview.conflicts or options.take_file:
            self.query_one("#corrected-field").display = True
        if any(row.frozen for row in preview.rows) or options.reason:
            self.query_one("#reason-field").display = True
        if options.date_order or any("field Dates" in problem.problem for problem in preview.problems):
            self.query_one("#dates-field").display = True
        options = replace(options, sheet=self.query_one("#sheet", Picker).chosen)
        self._preview, self._previewed, self._seen = preview, (path, options), (path, options)
        many = len(preview.rows) > MANY_ROWS
        rows = await asyncio.to_thread(rows_of, preview) if many else rows_of(preview)
        self._rows = with_decided(self._rows, rows, options)
        said, tone = headline(preview, skip=options.skip_bad_rows)
        self.say(" ".join(filter(None, (again, said))), Tone.WARN if again else tone)
        self._show()
        if stay:
            return
        # At once, and not by focus(), which waits its turn: anyone who sees the numbers may press Enter.
        if not self.choice("import").disabled:
            self.set_focus(self.choice("import"))
        elif preview.unmapped and preview.whole_names and not options.split_names:
            self.set_focus(self.query_one("#split"))
        elif preview.unmapped and preview.header:
            self.set_focus(self.choice("columns"))

    def action_import(self) -> None:
        """Import what was shown."""
        if self._job is not None or self._previewed is None or self.choice("import").disabled:
            return
        self._writing = True
        watch = self._begin()
        path, options = self._previewed
        expect = "" if self._preview is None else self._preview.digest
        self._job = self.run_worker(self._write(path, replace(options, expect=expect), watch), group="import")
        self._show()

    async def _write(self, path: Path, options: ImportOptions, watch: "ImportProgress") -> None:
        try:
            done = await self._apply_roster(path, options, watch)
        except PreviewOver as over:
            self._end()
            self._preview = None
            self._job = self.run_worker(
                self._read(path, replace(options, expect=""), self._begin(), again=str(over)), group="import"
            )
            self._show()
        except BballError as error:
            self._end()
            self.refuse(_("{error} Everything here is kept: press Import to try again.").format(error=error))
            self._show()
            self.choice("import").focus()
        else:
            self._end()
            self.dismiss(done)

    @work
    async def action_rows(self) -> None:
        """Decide row by row."""
        if self._job is not None or not self._rows:
            return
        every = frozenset(row.id for row in self._rows if row.corrected)
        tick = self.query_one("#take", TickBox)
        before = RowChoices(self._leave, every if tick.value else self._from_file, self._answers)
        skip = self.options.skip_bad_rows
        chosen = await self.app.push_screen_wait(
            ReviewRows(self._rows, before.leave, before.from_file, before.answers, skip=skip)
        )
        if chosen is not None and chosen != before:
            self._leave, self._answers = chosen.leave, chosen.answers
            if chosen.from_file != before.from_file:
                tick.value, self._from_file = False, chosen.from_file
            self._seen = (self.path, self.options)
            self.action_preview()

    @work
    async def action_columns(self) -> None:
        """Say what the columns hold."""
        preview = self._preview
        if self._job is not None or preview is None or not preview.header:
            return
        columns = await self.app.push_screen_wait(MapColumns(preview.header, preview.samples, preview.columns))
        if columns is not None:
            self._columns, self._leave, self._from_file = columns, frozenset(), frozenset()
            self._answers = NO_ANSWERS
            self._seen = (self.path, self.options)
            self.action_preview()

    @work
    async def action_browse(self) -> None:
        """Choose the file from the folders."""
        if self._job is not None:
            return
        picked = await pick_file(self.app, self.path, recent=self._recent)
        if picked is not None:
            self._picked = picked
            self.query_one("#path", TextField).value = str(picked)
            self.action_preview()

    def _stop(self) -> bool:
        """Stop what is under way, if anything is."""
        if self._job is None:
            return False
        self._job.cancel()
        self._end()
        return True

    @property
    def unsaved(self) -> bool:
        """What was decided row by row, or column by column, counts as well."""
        decided = bool(self._columns or self._leave or self._from_file)
        return super().unsaved or decided or self._answers != NO_ANSWERS

    def cancel(self) -> None:
        """Stop what is under way, or leave."""
        was_writing = self._writing
        if not self._stop():
            super().cancel()
            return
        self._preview = self._previewed = None
        # A canceled transaction is rolled back, but it may have been through already; looking again tells.
        self.say(_("Stopped. Preview again to see how things stand.") if was_writing else _("Stopped."))
        self._show()
        self.query_one("#path", TextField).focus()
