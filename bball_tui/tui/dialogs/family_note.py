"""A call or a note on a family: with whom, what was said, and when somebody should ask again."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.database.states import LONGEST_NOTE, DateOrder, NoteKind
from bball_tui.dates import FURTHEST_FOLLOW_UP, NoDate, parse_date
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField, TickBox
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import content_lines
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted, listed, short_date

if TYPE_CHECKING:
    from bball_tui.league.roster.family import GuardianView
    from bball_tui.league.roster.notes import NewNote, NoteFacts

NOBODY = 0
"""Stands for the family as a whole."""
DAYS = _("Fri, 12/4, tomorrow, in 3 days")
DAYS_ELSEWHERE = _("Fri, Dec 4, tomorrow, in 3 days")


class FamilyNoteDialog(SubmitDialog["NewNote"]):
    """The note that ``save`` wrote; None: they changed their mind."""

    HELP = """
    ## A call or a note
    What the family said, in a few words. It is kept with your name and the time, and is never changed: a correction is
    a note of its own. With a follow-up day, such as `Fri`, `tomorrow` or `in 3 days`, it comes up in Today on that
    day, until it is done. Enter writes it down, Esc writes nothing.
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "write down", show=False)]

    def __init__(self, facts: "NoteFacts", save: "Callable[[NewNote], Awaitable[object]]", order: DateOrder) -> None:
        super().__init__()
        self.set_reactive(FamilyNoteDialog.heading, _("A call or a note: {player}").format(player=facts.player))
        self._facts, self._save, self._order = facts, save, order

    def body(self) -> Iterable[Widget]:
        """The numbers, whom it was with, what was said, when to ask again."""
        lines = [[_number(one)] for one in self._facts.guardians]
        yield Static(content_lines(lines or [[_("No guardian is known.")]]))
        yield Static("")
        yield Field(_("What"), TextField(placeholder=_("says the form comes Friday"), id="said"), id="said-field")
        days = DAYS if self._order is DateOrder.MDY else DAYS_ELSEWHERE
        yield Field(
            _("Follow-up"), TextField(placeholder=_("{days}; or none").format(days=days), id="day"), id="day-field"
        )
        people = [(f"{one.first} {one.last}", one.id) for one in self._facts.guardians]
        first = next((one.id for one in self._facts.guardians if one.phone), people[0][1] if people else NOBODY)
        yield Field(_("With"), Picker([*people, (_("the family"), NOBODY)], first, id="with"))
        kinds = [(_("a phone call"), NoteKind.CALL), (_("a note"), NoteKind.NOTE)]
        yield Field(_("Kind"), Picker(kinds, NoteKind.CALL, id="kind"))
        if self._facts.open:
            days_open = listed([self._day(one.follow_up) for one in self._facts.open if one.follow_up is not None])
            done = TickBox(_("follow-up of {days_open} is done with this").format(days_open=days_open), id="closes")
            done.value = True
            yield Field(_("Until now"), done)

    def choices(self) -> Iterable[DialogButton]:
        """Write it down, or not."""
        yield DialogButton(_("Write down"), key="Enter", command="confirm")
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """What was said."""
        return self.query_one("#said", TextField)

    def _day(self, day: date) -> str:
        return short_date(day, self._facts.today)

    def action_confirm(self) -> None:
        """Write it down, once."""
        from bball_tui.league.roster.notes import NewNote

        said, typed, today = self.typed("said").strip(), self.typed("day").strip(), self._facts.today
        if not said:
            self.complain("said", _("Say what it was about, in a few words. Nothing has happened yet."))
            return
        if len(said) > LONGEST_NOTE:
            over = counted(len(said), "character")
            self.complain(
                "said",
                _("{over}; {longest_note:,} is the limit. Shorten it.").format(over=over, longest_note=LONGEST_NOTE),
            )
            return
        day: date | None = None
        if typed and typed.casefold() != "none":
            try:
                day = parse_date(typed, self._order, today, ahead=True)
            except NoDate as error:
                self.complain("day", str(error))
                return
            if day < today:
                self.complain("day", _("That day has passed. Type a future day. Nothing has happened yet."))
                return
            if day > today + FURTHEST_FOLLOW_UP:
                self.complain("day", _("That is more than two years from now. Type a nearer day."))
                return
        with_whom = self.query_one("#with", Picker).chosen
        closing = self._facts.open and self.query_one("#closes", TickBox).value
        new = NewNote(
            self._facts.player_id,
            with_whom or None,
            self.query_one("#kind", Picker).chosen,
            said,
            day,
            tuple(one.id for one in self._facts.open) if closing else (),
        )
        self.begin(lambda: self._write(new), blame="said")

    async def _write(self, new: "NewNote") -> "NewNote":
        await self._save(new)
        return new


def _number(one: "GuardianView") -> tuple[str, str]:
    phone = one.phone or "–"
    trouble = _(", last e-mail came back") if one.came_back else _(", gets no more e-mail") if one.suppressed else ""
    style = STYLES[Tone.STRONG] if one.phone else STYLES[Tone.MUTED]
    return f"{one.first} {one.last} ({one.relation})  {phone}{trouble}", style
