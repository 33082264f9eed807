"""Another due date for one or many offers: what it touches, then the day."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.database.states import DateOrder
from bball_tui.dates import NoDate, example, parse_date
from bball_tui.language import _
from bball_tui.tui.dialogs.affected import affected
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, content_lines
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.contracts.due_dates import DuePreview, DueResult

NO_DAY = "none"

ChangeDue: TypeAlias = "Callable[[Sequence[tuple[int, int | None]], date | None], Awaitable[DueResult]]"


class DueDate(SubmitDialog["DueResult"]):
    """Sets the due date of the contracts of ``effect`` in one transaction; None: they changed their mind."""

    HELP = """
    ## Due date
    Until when the families should sign. Type a day to come, or `none` for no due date. Enter changes all of them
    together, Esc changes nothing. Reminders that wait and name the old day are canceled.
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "change", show=False)]

    def __init__(self, effect: "DuePreview", change: ChangeDue, order: DateOrder) -> None:
        super().__init__()
        number = len(effect.possible)
        whose = effect.players[0] if number == 1 else counted(number, "contract")
        self.set_reactive(DueDate.heading, _("Due date: {whose}").format(whose=whose))
        self._effect, self._change, self._order = effect, change, order

    def body(self) -> Iterable[Widget]:
        """What it touches, then the field."""
        yield Static(Hanging(content_lines(self._lines())))
        hint = _("such as {example}, or {no_day}").format(
            example=example(self._order, self._effect.today), no_day=NO_DAY
        )
        yield Field(_("Due on"), TextField(placeholder=hint, id="due"), id="due-field")

    def _lines(self) -> Iterator[list[Part]]:
        effect = self._effect
        number = len(effect.possible)
        yield [
            _("The offer gets a new due date.")
            if number == 1
            else _("All {number:,} offers get this due date.").format(number=number)
        ]
        yield from affected(effect, mail="reminder", told=_("had an e-mail with the day of now: tell them"))

    def choices(self) -> Iterable[DialogButton]:
        """Change, or not."""
        number = len(self._effect.possible)
        yield DialogButton(
            _("Change {number:,}").format(number=number) if number > 1 else _("Change"), key="Enter", command="confirm"
        )
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """The day."""
        return self.query_one("#due", TextField)

    def action_confirm(self) -> None:
        """Do it, once."""
        typed, today = self.typed("due").strip(), self._effect.today
        due_on: date | None = None
        if not typed:
            self.complain(
                "due", _("Type a day, or {no_day} for no due date. Nothing has happened yet.").format(no_day=NO_DAY)
            )
            return
        if typed.lower() != NO_DAY:
            try:
                due_on = parse_date(typed, self._order, today, ahead=True)
            except NoDate as error:
                self.complain("due", str(error))
                return
            if due_on < today:
                self.complain("due", _("That day has passed. Type a future day. Nothing has happened yet."))
                return
        self.begin(lambda: self._change(self._effect.possible, due_on), blame="due")
