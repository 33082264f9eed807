"""When families are reminded of an offer: how many days before, and how often at most."""

from collections.abc import Awaitable, Callable, Iterable

from textual import on
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import Choice, Field, TextField
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone


class ReminderSchedule(Dialog[bool]):
    """True when the schedule was saved. ``save`` gets days and cap as they were typed, and says why not."""

    HELP = """
    ## Reminders
    **Days** such as `7, 2`: a week and two days before an offer is due its families are reminded. No days: never. At
    most so many reminders as **At most** says go to one address about one offer, by day, and none on the day on which
    the offer was made.
    """

    def __init__(self, days: str, cap: str, save: Callable[[str, str], Awaitable[None]]) -> None:
        super().__init__()
        self.set_reactive(ReminderSchedule.heading, "Reminders of offers")
        self._days = days
        self._cap = cap
        self._save = save
        self._busy = False

    def body(self) -> Iterable[Widget]:
        """Days, cap, effect."""
        yield Field("Days", TextField(self._days, placeholder="7, 2 (empty: never)", id="days"), id="days-field")
        yield Field("At most", TextField(self._cap, placeholder="2", id="cap"), id="cap-field")
        yield Static("")
        yield Static(content(("Days before an offer is due. A worker sends them by itself.", STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[Choice]:
        """Save, or not."""
        yield Choice("Save", key="Enter", command="confirm")
        yield self.cancel_choice()

    @on(Input.Changed)
    def _changed(self) -> None:
        for field in self.query(Field):
            field.problem = ""

    @on(Input.Submitted)
    def action_confirm(self) -> None:
        """Save, once."""
        if not self._busy:
            self._busy = True
            days, cap = (self.query_one(f"#{name}", TextField).value for name in ("days", "cap"))
            self.run_worker(self._do(days, cap), group="schedule")

    async def _do(self, days: str, cap: str) -> None:
        try:
            await self._save(days, cap)
        except BballError as error:
            self.query_one("#days-field", Field).problem = str(error)
            return
        finally:
            self._busy = False
        self.dismiss(True)

    def cancel(self) -> None:
        """Leave it, unless it is being saved right now."""
        if not self._busy:
            self.dismiss(False)
