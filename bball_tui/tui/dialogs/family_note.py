"""A call or a note on a family: with whom, what was said, and when somebody should ask again."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import date
from typing import TYPE_CHECKING, ClassVar

from msgspec.structs import replace
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.database.states import LONGEST_NOTE, DateOrder, NoteKind
from bball_tui.dates import FURTHEST_FOLLOW_UP, NoDate, parse_date
from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TextField, TickBox
from bball_tui.tui.dialogs.reason import Reason
from bball_tui.tui.dialogs.submit_dialog import SubmitDialog
from bball_tui.tui.text import content, content_lines
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted, listed, or_hidden, short_date

if TYPE_CHECKING:
    from bball_tui.league.roster.family import GuardianView
    from bball_tui.league.roster.notes import NewNote, NoteFacts, NoteView

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

    What you wrote last about this family and should not have, `ctrl+t` strikes: it asks for a reason first. The note
    stays in the history, marked as struck, and counts no more.
    """
    BINDINGS: ClassVar = [
        Binding("enter", "confirm", "write down", show=False),
        Binding("ctrl+t", "strike", "strike your last note", show=False),
    ]

    def __init__(
        self,
        facts: "NoteFacts",
        save: "Callable[[NewNote], Awaitable[object]]",
        strike: "Callable[[int, str], Awaitable[object]]",
        order: DateOrder,
    ) -> None:
        super().__init__()
        self.set_reactive(FamilyNoteDialog.heading, _("A call or a note: {player}").format(player=facts.player))
        self._facts, self._save, self._strike, self._order = facts, save, strike, order

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
            done = TickBox(self._answers, id="closes")
            done.value = True
            yield Field(_("Until now"), done, id="closes-field")

    def choices(self) -> Iterable[DialogButton]:
        """Write it down, strike what one wrote before, or neither."""
        yield DialogButton(_("Write down"), key="Enter", command="confirm")
        if self._facts.latest_own is not None:
            yield DialogButton(_("Strike my last note"), short=_("Strike"), key="ctrl+t", command="strike")
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """What was said."""
        return self.query_one("#said", TextField)

    @property
    def _answers(self) -> str:
        days_open = listed([self._day(one.follow_up) for one in self._facts.open if one.follow_up is not None])
        return _("follow-up of {days_open} is done with this").format(days_open=days_open)

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

    def action_strike(self) -> None:
        """Ask why what one wrote last was a mistake, and strike it; what is being typed stays."""
        note = self._facts.latest_own
        if note is None or self._busy:
            return

        def strike(reason: str | None) -> None:
            if reason is not None and not self._busy:
                self._busy = True
                self.run_worker(self._strike_out(note, reason), group="submit")

        lines = [
            f"{self._day(note.at.date())}, {note.heading}: {note.body}",
            _("It stays in the history, marked as struck, and counts no more. No one is asked to follow it up."),
        ]
        self.app.push_screen(Reason(_("Strike my last note"), lines, _("Strike"), danger=False), strike)

    async def _strike_out(self, note: "NoteView", reason: str) -> None:
        try:
            await self._strike(note.id, reason)
        except BballError as error:
            self.refuse(str(error))
            return
        finally:
            self._busy = False
        had_open = bool(self._facts.open)
        self._facts = replace(self._facts, notes=tuple(one for one in self._facts.notes if one.id != note.id))
        if self._facts.open:
            self.query_one("#closes", TickBox).label = content(self._answers)
        elif had_open:
            self.query_one("#closes-field").display = False
        self.choice("strike").display = self._facts.latest_own is not None
        self.say(_("Struck: {said}").format(said=note.body), Tone.GOOD)

    async def _write(self, new: "NewNote") -> "NewNote":
        await self._save(new)
        return new


def _number(one: "GuardianView") -> tuple[str, str]:
    phone = or_hidden(one.phone, one.phone_hidden, "–")
    trouble = _(", last e-mail came back") if one.came_back else _(", gets no more e-mail") if one.suppressed else ""
    style = STYLES[Tone.STRONG] if one.phone else STYLES[Tone.MUTED]
    return f"{one.first} {one.last} ({_(one.relation)})  {phone}{trouble}", style
