"""The fields that a form is declared with. Each names an attribute of the draft, which is a frozen dataclass."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias, TypeVar

from textual.binding import Binding
from textual.widget import Widget

from bball_tui.database.states import DateOrder
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import Field, Picker, TextField, TickBox
from bball_tui.tui.key_hints import with_keys

if TYPE_CHECKING:
    from bball_tui.league import fields as described

DraftT = TypeVar("DraftT")
FieldValue: TypeAlias = str | bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TextSpec:
    """One line of text. ``help`` shows while the field has the focus."""

    name: str
    label: str
    help: str = ""
    placeholder: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PickSpec:
    """One of several: ``options`` are what people read and the value behind it."""

    name: str
    label: str
    options: tuple[tuple[str, str], ...]
    help: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class TickSpec:
    """Yes or no; ``question`` stands beside the box."""

    name: str
    label: str
    question: str
    help: str = ""


Spec: TypeAlias = TextSpec | PickSpec | TickSpec


def specs_of(fields: "Sequence[described.Field]", order: DateOrder, player: str = "") -> tuple[Spec, ...]:
    """The fields of an entity, as a form shows them; ``player`` is whom a link is about."""
    return tuple(_spec(one, order, with_keys(_(one.help).replace("{player}", player))) for one in fields)


def _spec(field: "described.Field", order: DateOrder, said: str) -> Spec:
    label = _(field.label)
    if field.choices:
        options = tuple((_(field.called.get(one, one)), one) for one in field.choices)
        return PickSpec(name=field.name, label=label, options=options, help=said)
    if field.question:
        return TickSpec(name=field.name, label=label, question=_(field.question), help=said)
    return TextSpec(name=field.name, label=label, help=said, placeholder=_(field.example(order)))


class FormPick(Picker[str], inherit_bindings=False):
    """One of several in a form, where the arrow keys are on their way to the next field."""

    BINDINGS: ClassVar = [Binding("space", "show_overlay", "open the list", show=False)]


def control_of(spec: Spec, value: FieldValue) -> Widget:
    """The widget for a field with its first value."""
    match spec:
        case TextSpec():
            return TextField(str(value), placeholder=spec.placeholder, id=f"in-{spec.name}")
        case PickSpec():
            # A value that is not offered (anymore) must not vanish from the form by itself.
            known = any(one == value for __, one in spec.options)
            options = spec.options if known else ((str(value) or _("choose one"), str(value)), *spec.options)
            return FormPick(options, str(value), id=f"in-{spec.name}")
        case TickSpec():
            tick = TickBox(spec.question, id=f"in-{spec.name}")
            tick.value = bool(value)
            return tick


def field_of(spec: Spec, value: FieldValue) -> Field:
    """The field as a row of the form: label, control, room for what is wrong."""
    return Field(spec.label, control_of(spec, value), id=f"field-{spec.name}")


def value_of(control: Widget) -> FieldValue:
    """What stands in a control now."""
    match control:
        case TextField():
            return control.value
        case Picker():
            return str(control.chosen)
        case TickBox():
            return control.value
    raise TypeError("no control of a form")


def take(spec: Spec, control: Widget, value: FieldValue) -> None:
    """Let the control of ``spec`` show a colleague's ``value``, also one that was not there to choose before."""
    match control, spec:
        case Picker(), PickSpec() if all(one != value for __, one in spec.options):
            control.offer(((_("as the colleague chose"), str(value)), *spec.options), str(value))
        case ((TextField() | TickBox() | Picker()), _):
            control.value = value
        case _:
            raise TypeError("no control of a form")


def words_of(spec: Spec, value: FieldValue) -> str:
    """``value`` as people read it."""
    match spec:
        case TickSpec():
            return _("yes") if value else _("no")
        case PickSpec():
            return next((label for label, one in spec.options if one == value), str(value) or _("nothing"))
        case TextSpec():
            return str(value) or _("empty")


def changed(draft: DraftT, specs: Sequence[Spec], values: dict[str, FieldValue]) -> DraftT:
    """``draft`` with the values of the form."""
    return with_values(draft, {spec.name: values[spec.name] for spec in specs})


def with_values(draft: DraftT, values: dict[str, FieldValue]) -> DraftT:
    """``draft`` with these values, be they shown in the form or not."""
    mine: dict[str, Any] = dict(values)
    return replace(draft, **mine)  # type: ignore[type-var]
