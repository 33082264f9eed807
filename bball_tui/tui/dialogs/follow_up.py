"""Another day on which somebody should ask a family again."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.database.states import DateOrder
from bball_tui.dates import NoDate, parse_date
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.family_note import DAYS, DAYS_ELSEWHERE
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import content

if TYPE_CHECKING:
    from bball_tui.league.roster.notes import NoteView


class FollowUp(SubmitDialog[date]):
    """The new day; None: they changed their mind."""

    HELP = """
    ## Another day
    The line goes away from Today and comes up again on the day that you type, such as `Fri`, `tomorrow` or
    `in 3 days`. Enter moves it, Esc leaves it.
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "move", show=False)]

    def __init__(
        self, note: "NoteView", move: Callable[[date], Awaitable[object]], order: DateOrder, today: date
    ) -> None:
        super().__init__()
        self.set_reactive(FollowUp.heading, _("Another day: {guardian}").format(guardian=note.guardian or note.player))
        self._note, self._move, self._order, self._today = note, move, order, today

    def body(self) -> Iterable[Widget]:
        """What was said, then the day."""
        yield Static(content(self._note.body))
        yield Static("")
        days = DAYS if self._order is DateOrder.MDY else DAYS_ELSEWHERE
        yield Field(_("Follow-up"), TextField(placeholder=days, id="day"), id="day-field")

    def choices(self) -> Iterable[DialogButton]:
        """Move it, or not."""
        yield DialogButton(_("Move"), key="Enter", command="confirm")
        yield self.cancel_choice()

    def action_confirm(self) -> None:
        """Move it, once."""
        try:
            day = parse_date(self.typed("day"), self._order, self._today, ahead=True)
        except NoDate as error:
            self.complain("day", str(error))
            return
        if day < self._today:
            self.complain("day", _("That day has passed. Type a future day. Nothing has happened yet."))
            return
        self.begin(lambda: self._moved(day), blame="day")

    async def _moved(self, day: date) -> date:
        await self._move(day)
        return day
