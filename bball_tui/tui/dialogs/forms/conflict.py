"""Somebody else saved first: what they changed, and for each field whose value counts."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker
from bball_tui.tui.dialogs.forms.fields import FieldValue, Spec, words_of
from bball_tui.tui.text import content
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.editing.outcome import Overtaken

MINE, THEIRS = "mine", "theirs"


class Conflict(Dialog["frozenset[str] | None"]):
    """The fields in which the colleague's value is to count, or None to go back to the form.

    It asks only about fields that both changed; what only the colleague changed counts without a question.
    """

    HELP = """
    ## Changed in the meantime
    Someone changed the same fields while your form was open. For each of them choose whose value counts; space opens
    the list, and each starts with yours. What only the colleague changed is kept. Enter saves, Esc goes back to your
    form.
    """
    DEFAULT_CSS = """
    Conflict {
        & Field .field--label { width: 15; }
        & .conflict--was { color: $text-muted; margin: 0 0 0 16; }
    }
    """
    BINDINGS: ClassVar = [Binding("enter", "confirm", "save", show=False)]

    def __init__(self, quicker: "Overtaken", specs: Sequence[Spec]) -> None:
        super().__init__()
        self.set_reactive(Conflict.heading, _("Changed in the meantime"))
        self._quicker = quicker
        self._specs = {spec.name: spec for spec in specs}
        self._clashes = tuple(one for one in quicker.clashes if one.field in self._specs)
        """A field that the form does not show nobody changed here."""

    def body(self) -> Iterable[Widget]:
        """Who, when, and a choice for each field."""
        quicker = self._quicker
        what = counted(len(self._clashes), "field")
        yield Static(
            content(
                (quicker.by, "bold"),
                _(" changed {what} as well at {at}, while this form was open.").format(what=what, at=quicker.at),
            )
        )
        yield Static(content((_("Choose what counts; nothing of yours is saved yet."), STYLES[Tone.MUTED])))
        for one in self._clashes:
            options = [
                (_("yours: {words}").format(words=self._words(one.field, one.yours)), MINE),
                (_("theirs: {words}").format(words=self._words(one.field, one.theirs)), THEIRS),
            ]
            choice = Picker(options, MINE, id=f"whose-{one.field}")
            yield Field(self._specs[one.field].label, choice)
            yield Static(
                content(_("it was: {words}").format(words=self._words(one.field, one.before))), classes="conflict--was"
            )

    def choices(self) -> Iterable[DialogButton]:
        """Save what was chosen, or go back."""
        yield DialogButton(_("Save like this"), short=_("Save"), key="Enter", command="confirm")
        yield self.cancel_choice(_("Back"))

    def _words(self, name: str, value: FieldValue) -> str:
        return words_of(self._specs[name], value)

    def action_confirm(self) -> None:
        """These."""
        taken = {one.field for one in self._clashes if self.query_one(f"#whose-{one.field}", Picker).chosen == THEIRS}
        self.dismiss(frozenset(taken))

    def cancel(self) -> None:
        """Back to the form."""
        self.dismiss(None)
