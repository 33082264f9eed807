"""Another due date for one or many offers: what it touches, then the day."""

from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import date
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.database.states import DateOrder
from bball_tui.dates import EXAMPLES, NoDate, parse_date
from bball_tui.errors import BballError
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import Choice, Field, TextField
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.wording import counted, listed

if TYPE_CHECKING:
    from bball_tui.league.due import DueDone, DueEffect

MOST_NAMES = 6
MOST_REFUSED = 6
NO_DAY = "none"

ChangeDue: TypeAlias = "Callable[[Sequence[tuple[int, int | None]], date | None], Awaitable[DueDone]]"


class DueDate(Dialog["DueDone | None"]):
    """Sets the due date of the contracts of ``effect`` in one transaction; None: they changed their mind."""

    HELP = """
    ## Due date
    Until when the families should sign. Type a day to come, or `none` for no due date. Enter changes all of them
    together, Esc changes nothing. Reminders that wait and name the old day are cancelled.
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "change", show=False)]

    def __init__(self, effect: "DueEffect", change: ChangeDue, order: DateOrder) -> None:
        super().__init__()
        number = len(effect.possible)
        whose = effect.players[0] if number == 1 else counted(number, "contract")
        self.set_reactive(DueDate.heading, f"Due date: {whose}")
        self._effect, self._change, self._order = effect, change, order
        self._busy = False

    def body(self) -> Iterable[Widget]:
        """What it touches, then the field."""
        yield Static(content_lines(self._lines()))
        hint = f"such as {EXAMPLES[self._order]}, or {NO_DAY}"
        yield Field("Due on", TextField(placeholder=hint, id="due"), id="due-field")

    def _lines(self) -> Iterator[list[Part]]:
        effect = self._effect
        number = len(effect.possible)
        yield ["The offer gets another due date." if number == 1 else f"All {number:,} offers get this due date."]
        more = number - MOST_NAMES
        names = listed([*effect.players[:MOST_NAMES], *([f"{more:,} more"] if more > 0 else [])])
        yield [(f"{names}.", STYLES[Tone.MUTED])]
        if effect.unsent:
            mails = counted(effect.unsent, "reminder that still waits", "reminders that still wait")
            yield [(f"{SYMBOLS[Tone.WARN]} {mails}: cancelled", STYLES[Tone.WARN])]
        if effect.told:
            more = len(effect.told) - 3
            told = listed([*effect.told[:3], *([f"{more:,} more"] if more > 0 else [])])
            yield [(f"{SYMBOLS[Tone.WARN]} {told} had a mail with the day of now: tell them", STYLES[Tone.WARN])]
        for refused in effect.refused[:MOST_REFUSED]:
            yield [(f"{SYMBOLS[Tone.MUTED]} not: {refused.reason}", STYLES[Tone.MUTED])]
        if len(effect.refused) > MOST_REFUSED:
            yield [(f"{SYMBOLS[Tone.MUTED]} and {len(effect.refused) - MOST_REFUSED:,} more stay", STYLES[Tone.MUTED])]
        yield [""]

    def choices(self) -> Iterable[Choice]:
        """Change, or not."""
        number = len(self._effect.possible)
        yield Choice(f"Change {number:,}" if number > 1 else "Change", key="Enter", command="confirm")
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """The day."""
        return self.query_one("#due", TextField)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.query_one("#due-field", Field).problem = ""

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_confirm()

    def action_confirm(self) -> None:
        """Do it, once."""
        if self._busy:
            return
        typed, field = self.query_one("#due", TextField).value.strip(), self.query_one("#due-field", Field)
        due_on: date | None = None
        if not typed:
            field.problem = f"Type a day, or {NO_DAY} for no due date. Nothing has happened yet."
            return
        if typed.lower() != NO_DAY:
            try:
                due_on = parse_date(typed, self._order, self._effect.today, ahead=True)
            except NoDate as error:
                field.problem = str(error)
                return
            if due_on < self._effect.today:
                field.problem = "This day has passed. Type a day to come. Nothing has happened yet."
                return
        self._busy = True
        self.run_worker(self._do(due_on), group="act")

    async def _do(self, due_on: date | None) -> None:
        try:
            done = await self._change(self._effect.possible, due_on)
        except BballError as error:
            self._busy = False
            self.say(f"{error} Enter tries again.", Tone.BAD)
            return
        self.dismiss(done)

    def cancel(self) -> None:
        """Leave; what is under way is waited for."""
        if not self._busy:
            self.dismiss(None)
