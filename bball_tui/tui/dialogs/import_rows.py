"""The rows of a file one by one: what each would do, and which of them stay out."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import msgspec
from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.database.paging import Sort
from bball_tui.language import _, later
from bball_tui.league.importing.answers import NO_ANSWERS, Answers
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.dialogs.sorted_rows import SortedRows
from bball_tui.tui.text import content, wrap
from bball_tui.tui.theme import STYLES, Styled, Tone, status
from bball_tui.tui.widgets.clipped_lines import ClippedLines
from bball_tui.tui.widgets.columns import Column
from bball_tui.tui.widgets.list_messages import CursorMoved, RowOpened, SelectionChanged
from bball_tui.tui.widgets.record_list import RecordList
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.importing.problems import Problem
    from bball_tui.tui.dialogs.import_job import ImportOptions, RosterPreview

KINDS = (
    later("the same child?"),
    later("whose address?"),
    later("possible duplicate"),
    later("staff corrected"),
    later("changed"),
    later("new"),
    later("refused"),
    later("unchanged"),
)
"""In the order in which people decide about them."""
ASKS = {"child": "the same child?", "address": "whose address?"}
"""The kinds of rows that leave something open."""
TONES = {
    "the same child?": Tone.WARN,
    "whose address?": Tone.WARN,
    "possible duplicate": Tone.WARN,
    "staff corrected": Tone.WARN,
    "changed": Tone.ACCENT,
    "new": Tone.GOOD,
    "refused": Tone.BAD,
}
DETAIL_LINES = 4
LEAST_LIST = 5
"""Lines that a long question leaves to the list."""


_WAYS_HERE = (later(" Say so with ctrl+r."), later(" Tick the row with ctrl+r if it is meant."))
"""How a question ends outside of the review."""
_ANSWERS = {
    "the same child?": later("A tick says yes: the child gets what the file says. n: another child."),
    "whose address?": later("A tick says that it is meant."),
}


class PreviewRow(msgspec.Struct, frozen=True, gc=False):
    """One row of the file. ``id`` is its number there, ``details`` what it would do, one sentence each."""

    id: int
    kind: str
    player: str
    team: str
    details: tuple[str, ...] = ()
    corrected: bool = False
    """The file says something else than staff: one of the two counts."""
    from_file: bool = False
    """Of a corrected row, that the file's word counts."""
    other: bool = False
    """Of a row that may be a child whom the league has, that it is another one."""

    @property
    def takeable(self) -> bool:
        """Whether there is anything to decide."""
        return self.kind not in ("refused", "unchanged")

    @property
    def asks(self) -> bool:
        """Whether a tick is an answer, and no tick none: so it stays out."""
        return self.kind in ASKS.values()


class RowChoices(Struct, frozen=True):
    """What staff decided row by row: which stay out, in which the file's word counts against staff's, and what was said
    of those that leave something open."""

    leave: frozenset[int]
    from_file: frozenset[int]
    answers: Answers = NO_ANSWERS


def rows_of(preview: "RosterPreview") -> list[PreviewRow]:
    """Every row of the preview, what needs a look first."""
    rows = []
    splits: dict[int, list[str]] = {}
    for split in preview.splits:
        words = _("{column} “{text}” → first {first}, last {last}").format(
            column=split.column, text=split.text, first=split.first, last=split.last
        )
        splits.setdefault(split.row, []).append(words)
    conflicts: dict[int, list[str]] = {}
    for one in preview.conflicts:
        said = "" if one.said is None else _(" ({by} on {on})").format(by=one.said.by, on=one.said.on)
        words = _("{who}, {field}: the file says {file}, staff said {staff}{said}").format(
            who=one.who, field=one.field, file=one.file or "–", staff=one.staff or "–", said=said
        )
        conflicts.setdefault(one.row, []).append(words)
    for row in preview.rows:
        corrections = conflicts.get(row.row, [])
        details = [f"{one.field}: {one.before or '–'} → {one.after or '–'}" for one in row.changes]
        if row.duplicate:
            details.insert(0, row.duplicate)
        if row.frozen:
            details.insert(0, row.frozen)
        details = [*corrections, *splits.get(row.row, ()), *details]
        kind = "possible duplicate" if row.duplicate else "staff corrected" if corrections else str(row.verdict)
        if kind == "unchanged":
            details.append(_("Nothing changes."))
        rows.append(PreviewRow(row.row, kind, row.player, row.team, tuple(details), bool(corrections)))
    refused: dict[int, list[Problem]] = {}
    for problem in preview.problems:
        refused.setdefault(problem.row, []).append(problem)
    for number, found in refused.items():
        about = preview.open.get(number)
        kind = "refused" if about is None else ASKS[about]
        details = [_fault(one) if about is None else one.problem for one in found]
        if about is not None:
            for way in _WAYS_HERE:
                details = [one.removesuffix(_(way)) for one in details]
            details.append(_(_ANSWERS[kind]))
        rows.append(PreviewRow(number, kind, found[0].player, found[0].team, tuple(details)))
    return _sorted(rows)


def _sorted(rows: "Iterable[PreviewRow]") -> list[PreviewRow]:
    return sorted(rows, key=lambda row: (KINDS.index(row.kind), row.id))


def with_decided(before: Sequence[PreviewRow], now: Sequence[PreviewRow], options: "ImportOptions") -> list[PreviewRow]:
    """The rows of ``now``, and those of ``before`` that staff decided on: so they can decide otherwise."""
    said = options.answers
    decided = options.leave | said.same | said.others | said.addresses
    decided -= {row.id for row in now if row.asks}
    kept = {row.id: row for row in before if row.id in decided}
    return _sorted([*kept.values(), *(row for row in now if row.id not in kept)])


def _fault(problem: "Problem") -> str:
    where = problem.column
    if problem.value:
        where = f"{where} “{problem.value}”".strip()
    return f"{where}: {problem.problem}" if where else problem.problem


def _sort_key(row: PreviewRow, column: str) -> tuple[Any, ...]:
    match column:
        case "row":
            return (row.id,)
        case "player":
            return (row.player.casefold(), row.id)
        case "team":
            return (row.team.casefold(), row.id)
        case _:
            return (KINDS.index(row.kind), row.id)


def _kind(row: PreviewRow) -> Styled:
    if row.other:
        return status(TONES["new"], _("another child"))
    return status(TONES.get(row.kind, Tone.MUTED), _("file's value") if row.from_file else _(row.kind))


COLUMNS: tuple[Column[PreviewRow], ...] = (
    Column(key="row", title=_("Row"), width=5, align="right", render=lambda row: f"{row.id:,}", sort="row"),
    Column(key="kind", title=_("What"), width=20, render=_kind, sort="kind"),
    Column(
        name=True,
        key="player",
        title=_("Player"),
        width=14,
        flex=2,
        render=lambda row: row.player or "–",
        sort="player",
    ),
    Column(key="team", title=_("Team"), width=10, flex=1, render=lambda row: row.team or "–", sort="team", priority=1),
)


class ReviewRows(Dialog[RowChoices | None]):
    """What was decided, or None when nothing was. ``skip``: rows with faults are left out, and keep nothing out."""

    HELP = """
    ## Review rows
    A tick means that the row comes in. `{list.select}` takes the tick away or sets it, `{list.select-all}` ticks all,
    `f` shows one kind of rows after the other, Enter keeps the decision. Below the list stands what the row under the
    cursor would do. A possible duplicate looks like someone whom the league has already: leave it out, or let it come
    in as a new player. Rows with faults and rows that change nothing need no decision. Where staff corrected by hand
    what the file says, staff's value stays; `t` takes the file's value in that row, and `t` again goes back to staff's.

    A row that asks stays out until you answer. *The same child?* A tick says yes: the child gets what the file says;
    `n` says that it is another child. *Whose address?* A tick says that the address is meant, although another family
    has it. Rows that ask are ticked one by one.
    """
    DEFAULT_CSS = """
    ReviewRows {
        & RecordList { height: 12; }
        & #what { height: auto; }
        & ClippedLines { height: 4; margin: 1 0 0 0; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("f", "kind", "the next kind of rows", show=False),
        Binding("t", "take", "the file's value or staff's", show=False),
        Binding("n", "other", "another child", show=False),
    ]

    def __init__(
        self,
        rows: Sequence[PreviewRow],
        left: frozenset[int],
        from_file: frozenset[int] = frozenset(),
        answers: Answers = NO_ANSWERS,
        *,
        skip: bool = False,
    ) -> None:
        super().__init__()
        self.set_reactive(ReviewRows.heading, _("Review rows"))
        self._rows = {
            row.id: msgspec.structs.replace(
                row, from_file=row.corrected and row.id in from_file, other=row.id in answers.others
            )
            for row in rows
        }
        self._answers = answers
        said = {ASKS["child"]: answers.same | answers.others, ASKS["address"]: answers.addresses}
        self._before = frozenset(
            row.id for row in rows if row.takeable and row.id not in left and row.id in said.get(row.kind, {row.id})
        )
        self._kinds = ("", *(kind for kind in KINDS if any(row.kind == kind for row in rows)))
        self._kind = ""
        self._skip = skip
        self._line, self._what_lines = "", 1
        self._measured = (0, 0)
        """For which width the longest question was measured, and its lines."""
        self._list: RecordList[PreviewRow] = RecordList(COLUMNS, sort=Sort("kind"), empty_text=_("No rows like that."))

    def body(self) -> Iterable[Widget]:
        """How many come in, the rows, and what the one under the cursor would do."""
        yield Static("", id="what")
        yield self._list
        yield ClippedLines()

    def choices(self) -> Iterable[DialogButton]:
        """Another kind, the file's value where staff said another, keep, away."""
        yield DialogButton(_("Another kind"), key="f", command="kind", short=_("Kind"))
        if any(row.corrected for row in self._rows.values()):
            yield DialogButton(_("File's value"), key="t", command="take", short=_("File's"))
        if any(row.kind == ASKS["child"] for row in self._rows.values()):
            yield DialogButton(_("Another child"), key="n", command="other", short=_("Another"))
        yield DialogButton(_("Keep"), key="Enter", command="keep")
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """All rows, and a tick on what comes in."""
        self._list.select(self._before)
        self._show_kind()

    def first_focus(self) -> Widget | None:
        """The list."""
        return self._list

    def fit(self, height: int | None = None) -> None:
        """The list gets what the rest leaves; in a short window the detail shrinks first, but for a question, which is
        answered here and told nowhere else."""
        super().fit(height)
        height = self.app.size.height if height is None else height
        short = height < 24
        self._what_lines = len(wrap(self._line, self._inner_width()))
        room = height - (7 if short else 8) - self._what_lines
        lines = max(2 if short else DETAIL_LINES, min(self._longest_question(), room - LEAST_LIST))
        self._list.styles.height = max(4, min(16, room - lines))
        for detail in self.query(ClippedLines):
            detail.styles.height = lines
            detail.styles.margin = (0 if short else 1, 0, 0, 0)

    def _longest_question(self) -> int:
        """How many lines it has in this window: the list stays where it is whatever row the cursor is on."""
        width = self._inner_width()
        if width != self._measured[0]:
            questions = (row.details for row in self._rows.values() if row.asks)
            self._measured = width, max((sum(len(wrap(one, width)) for one in each) for each in questions), default=0)
        return self._measured[1]

    def _show_kind(self) -> None:
        rows = [row for row in self._rows.values() if self._kind in ("", row.kind)]
        self._list.show(SortedRows(rows, _sort_key, lambda row: row.takeable))
        self._count()

    def _count(self) -> None:
        takeable = sum(row.takeable for row in self._rows.values())
        refused = sum(row.kind == "refused" for row in self._rows.values())
        rows = _("{taken:,} of {takeable}").format(taken=len(self._taken), takeable=counted(takeable, "row"))
        if refused and not self._skip:
            line = _("{rows} ticked · {refused:,} refused: nothing is imported until you fix or skip these")
        elif refused:
            line = _("{rows} will be imported · {refused:,} refused, left out")
        else:
            line = _("{rows} will be imported")
        line = line.format(rows=rows, refused=refused)
        if self._kind:
            line = f"{line} · {_('only {kind}').format(kind=_(self._kind))}"
        self._line = line
        self.query_one("#what", Static).update(content((line, STYLES[Tone.MUTED])))
        if len(wrap(line, self._inner_width())) != self._what_lines:
            self.fit()

    @property
    def _taken(self) -> frozenset[int]:
        return frozenset(one for one in self._list.selected if self._rows[one].takeable)

    @on(SelectionChanged)
    def _selected(self, event: SelectionChanged) -> None:
        event.stop()
        # There is nothing to take of a row that is refused or changes nothing.
        idle = frozenset(one for one in self._list.selected if not self._rows[one].takeable)
        if idle:
            self._list.drop(idle)
            self.say(_("Nothing to decide: the row is refused, or it changes nothing."))
        # A key that ticks all answers nothing.
        asking = frozenset(one for one in self._list.selected - self._before if self._rows[one].asks)
        if len(asking) > 1:
            self._list.drop(asking)
            self.say(_("Rows that ask are ticked one by one."), Tone.WARN)
        self._before = self._list.selected
        if idle or len(asking) > 1:
            return
        if self._list.is_attached:
            self._count()

    @on(CursorMoved)
    def _moved(self, event: CursorMoved) -> None:
        event.stop()
        row = None if event.row_id is None else self._rows.get(event.row_id)
        self.query_one(ClippedLines).show(() if row is None else row.details)

    @on(RowOpened)
    def _opened(self, event: RowOpened) -> None:
        event.stop()
        self.action_keep()

    def action_kind(self) -> None:
        """Only the next kind of rows, and after the last one all of them."""
        self._kind = self._kinds[(self._kinds.index(self._kind) + 1) % len(self._kinds)]
        self._show_kind()

    def action_take(self) -> None:
        """In the row under the cursor, the file's value or staff's."""
        row = None if self._list.current is None else self._rows[self._list.current.id]
        if row is None or not row.corrected:
            self.say(_("Nothing to take: staff corrected nothing in this row."))
            return
        row = self._rows[row.id] = msgspec.structs.replace(row, from_file=not row.from_file)
        self.say(
            (
                _("Row {id:,}: the file's value counts.") if row.from_file else _("Row {id:,}: staff's value counts.")
            ).format(id=row.id)
        )
        self._show_kind()

    def action_other(self) -> None:
        """The row under the cursor is another child, or it is not."""
        row = None if self._list.current is None else self._rows[self._list.current.id]
        if row is None or row.kind != ASKS["child"]:
            self.say(_("Nothing to answer: this row does not ask whether it is the same child."))
            return
        row = self._rows[row.id] = msgspec.structs.replace(row, other=not row.other)
        if row.other:
            self._before |= {row.id}
            self._list.select({row.id})
        else:
            self._list.drop(frozenset((row.id,)))
        self.say(
            (_("Row {id:,}: another child.") if row.other else _("Row {id:,}: not answered, it stays out.")).format(
                id=row.id
            )
        )
        self._show_kind()

    def action_keep(self) -> None:
        """Go back with the decision."""
        left = frozenset(row.id for row in self._rows.values() if row.takeable) - self._taken
        child = frozenset(row.id for row in self._rows.values() if row.kind == ASKS["child"])
        address = frozenset(row.id for row in self._rows.values() if row.kind == ASKS["address"])
        others = frozenset(row.id for row in self._rows.values() if row.other)
        before = self._answers  # of a row that asks for the second time, what it asked first is said already
        answers = Answers(
            before.same - child | (child & self._taken) - others,
            before.others - child | child & self._taken & others,
            before.addresses - address | address & self._taken,
        )
        self.dismiss(RowChoices(left, frozenset(row.id for row in self._rows.values() if row.from_file), answers))
