"""When families are reminded of an offer: how many days before, and how often at most."""

from collections.abc import Awaitable, Callable, Iterable

from textual.widget import Widget
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone


class ReminderSchedule(SubmitDialog[bool]):
    """True when the schedule was saved. ``save`` gets days and cap as they were typed, and says why not."""

    HELP = """
    ## Reminders
    **Days** such as `7, 2`: a week and two days before an offer is due its families are reminded. No days: never. At
    most so many reminders as **At most** says go to one address about one offer, by day, and none on the day on which
    the offer was made.
    """

    def __init__(self, days: str, cap: str, save: Callable[[str, str], Awaitable[None]]) -> None:
        super().__init__()
        self.set_reactive(ReminderSchedule.heading, _("Reminders of offers"))
        self._days = days
        self._cap = cap
        self._save = save

    def body(self) -> Iterable[Widget]:
        """Days, cap, effect."""
        yield Field(_("Days"), TextField(self._days, placeholder=_("7, 2 (empty: never)"), id="days"), id="days-field")
        yield Field(_("At most"), TextField(self._cap, placeholder="2", id="cap"), id="cap-field")
        yield Static("")
        yield Static(content((_("Days before an offer is due. A worker sends them by itself."), STYLES[Tone.MUTED])))

    def choices(self) -> Iterable[DialogButton]:
        """Save, or not."""
        yield DialogButton(_("Save"), key="Enter", command="confirm")
        yield self.cancel_choice()

    def action_confirm(self) -> None:
        """Save, once."""
        days, cap = self.typed("days"), self.typed("cap")
        self.begin(lambda: self._saved(days, cap), blame="days")

    async def _saved(self, days: str, cap: str) -> bool:
        await self._save(days, cap)
        return True
