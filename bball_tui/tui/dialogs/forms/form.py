"""One form for all records: fields with what is wrong beside them, and a draft that lives until it is saved."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeAlias, TypeVar

from textual import events, on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.editing.outcome import Doubtful, Loaded, Outcome, Overtaken, Saved, Wrong
from bball_tui.tui.dialogs.confirm import Confirm
from bball_tui.tui.dialogs.controls import DialogButton, Field, Picker, TickBox
from bball_tui.tui.dialogs.forms.conflict import Conflict
from bball_tui.tui.dialogs.forms.fields import FieldValue, Spec, changed, field_of, take, value_of, with_values
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.key_hints import key_of
from bball_tui.tui.text import clean, content, shorten, width_of
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

DraftT = TypeVar("DraftT")
Save: TypeAlias = Callable[[Any, Loaded[Any] | None, tuple[int, ...]], Awaitable[Outcome]]
"""Draft, the record that the form began with (None for a new one), players who are said to be others."""


class Form(InputDialog[Saved | None], Generic[DraftT]):
    """Shows ``specs`` with the values of ``draft``; Enter saves, and the answer is what was saved (None: left).

    ``base`` is the record that is edited, None for a new one. ``lines`` stand above the fields. ``save`` writes, or
    says why not; it may raise :class:`BballError`, which shows in the form and loses nothing.
    """

    HELP = """
    ## A form
    `Tab` and the arrow keys move between the fields, space opens a list or changes a tick. Enter saves from any
    field. What is wrong stands below its field, and nothing is written until everything is right. Esc leaves; if
    something was typed, it asks first.

    If someone else saved the same record in the meantime, what they changed in other fields is kept beside yours. Only
    where both changed the same field you choose.
    """
    DEFAULT_CSS = """
    Form {
        & > .dialog--frame { border-subtitle-color: $text-muted; border-subtitle-align: left; }
        & Field .field--label { width: 15; }
        & Field .field--problem { margin: 0 0 0 15; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter,ctrl+s", "save", "save", show=False),
        Binding("up", "step(-1)", "previous field", show=False),
        Binding("down", "step(1)", "next field", show=False),
    ]

    def __init__(
        self,
        title: str,
        specs: Sequence[Spec],
        draft: DraftT,
        save: Save,
        *,
        base: Loaded[DraftT] | None = None,
        lines: Sequence[str] = (),
        first: str | None = None,
    ) -> None:
        super().__init__()
        self.set_reactive(Form.heading, title)
        self._specs = tuple(specs)
        self._draft = draft
        self._save = save
        self._base = base
        self._lines = tuple(lines)
        self._first = first
        self._long_help = ""
        """What is said of the field where its border has no room for it."""
        self._busy = False

    def body(self) -> Iterable[Widget]:
        """What it is about, and the fields."""
        for line in self._lines:
            yield Static(content((line, STYLES[Tone.MUTED])))
        for spec in self._specs:
            yield field_of(spec, getattr(self._draft, spec.name))

    def choices(self) -> Iterable[DialogButton]:
        """Save, or leave."""
        yield DialogButton(_("Save"), key="Enter", command="save")
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """The field that somebody came for, else the first."""
        return self.control(self._first or self._specs[0].name)

    def control(self, name: str) -> Widget:
        """The control of a field."""
        return self.query_one(f"#in-{name}")

    def values(self) -> dict[str, FieldValue]:
        """What stands in the fields now."""
        return {spec.name: value_of(self.control(spec.name)) for spec in self._specs}

    @property
    def draft(self) -> DraftT:
        """The draft as it stands in the fields."""
        return changed(self._draft, self._specs, self.values())

    # Moving about

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """The line below says what the field is for."""
        spec = next((one for one in self._specs if event.widget.id == f"in-{one.name}"), None)
        said = "" if spec is None else spec.help
        width = self._inner_width() - 4
        before, tone = self._said_last
        free = tone is Tone.MUTED and before == self._long_help
        wraps = free and width_of(clean(said)) > width
        self.query_one(".dialog--frame").border_subtitle = "" if wraps else content(shorten(said, width))
        if free:
            self._long_help = said if wraps else ""
            self.say(self._long_help)
            # The field may have been in the lines that this takes.
            self.call_after_refresh(event.widget.scroll_visible, animate=False)

    def action_step(self, step: int) -> None:
        """To the next field or the one before."""
        if step > 0:
            self.focus_next("TextField, Picker, TickBox, DialogButton")
        else:
            self.focus_previous("TextField, Picker, TickBox, DialogButton")

    @on(Input.Changed)
    @on(Picker.Changed)
    @on(TickBox.Changed)
    def _touched(self, event: Input.Changed | Picker.Changed | TickBox.Changed) -> None:
        """What was wrong with the field is being fixed."""
        control = event.control
        if control is not None and control.id is not None:
            field = self.query_one(f"#{control.id.replace('in-', 'field-', 1)}", Field)
            if field.problem:
                field.problem = ""

    # Saving

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.action_save()

    def action_save(self) -> None:
        """Save, once."""
        if not self._busy:
            self._busy = True
            self.say(_("Saving …"))
            self.run_worker(self._do(), group="save")

    async def _do(self, others: tuple[int, ...] = ()) -> None:
        """Save until there is an answer: doubts and conflicts are asked about on the way."""
        try:
            while True:
                outcome = await self._save(self.draft, self._base, others)
                match outcome:
                    case Saved():
                        self.dismiss(outcome)
                        return
                    case Wrong(problems):
                        self._show_problems({one.field: one.text for one in problems})
                        return
                    case Doubtful():
                        if not await self._is_somebody_else(outcome):
                            self.say(_("Nothing was saved. What you typed is kept."))
                            return
                        others = (*others, *(one.id for one in outcome.others))
                    case Overtaken() if not outcome.clashes:
                        self._take_over(outcome, {one.field for one in outcome.differences})
                    case Overtaken():
                        if not await self._agree(outcome):
                            self.say(_("Nothing was saved. What you typed is kept."))
                            return
        except BballError as error:
            self.refuse(_("{error} What you typed is kept; Enter tries again.").format(error=error))
        finally:
            self._busy = False

    def _show_problems(self, problems: dict[str, str]) -> None:
        for spec in self._specs:
            self.query_one(f"#field-{spec.name}", Field).problem = problems.get(spec.name, "")
        wrong = [spec for spec in self._specs if spec.name in problems]
        rest = [text for name, text in problems.items() if all(spec.name != name for spec in self._specs)]
        self.refuse(
            " ".join([_("{fields} to correct; nothing was saved.").format(fields=counted(len(wrong), "field")), *rest])
        )
        if wrong:
            self.control(wrong[0].name).focus()

    async def _is_somebody_else(self, doubt: Doubtful) -> bool:
        lines = [
            _("Already in the league:"),
            *(f"  {one.name}, {one.about}" for one in doubt.others),
            _("If it is the same person, go back and edit that one instead.")
            if self._base is None
            else _("If it is the same person, go back and make one of the two ({key}).").format(
                key=key_of("player.merge")
            ),
            _("If not, that is remembered and no one asks again."),
        ]
        question = Confirm(_("Is this someone else?"), lines, _("Someone else"), danger=True, cancel_label=_("Back"))
        yes: bool = await self.app.push_screen_wait(question)
        return yes

    async def _agree(self, quicker: Overtaken) -> bool:
        taken = await self.app.push_screen_wait(Conflict(quicker, self._specs))
        if taken is None:
            return False
        self._take_over(quicker, taken | {one.field for one in quicker.differences if one.untouched})
        return True

    def _take_over(self, quicker: Overtaken, fields: Collection[str]) -> None:
        """Let the colleague's values count in these fields, and go on from the record as it is now."""
        theirs = {one.field: one.theirs for one in quicker.differences if one.field in fields}
        for spec in self._specs:
            if spec.name in theirs:
                take(spec, self.control(spec.name), theirs[spec.name])
        # Also what the form does not show: it must not be written back as it was.
        self._draft = with_values(self._draft, theirs)
        self._base = quicker.now

    @property
    def unsaved(self) -> bool:
        """Whatever is in the fields, ticks and lists as well."""
        return self.draft != self._draft

    def cancel(self, then: Callable[[], object] | None = None) -> None:
        """Leave, unless it is being saved. ``then`` is called when it was left."""
        if self._busy:
            self.say(_("Saving; one moment."))
        else:
            self.leave(then=then)
