"""What dialogs are made of: choices that name their keys, and fields that show what is wrong with them."""

from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.geometry import NULL_OFFSET, Region, Size, Spacing
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.reactive import reactive
from textual.widget import Widget
from textual.widgets import Button, Checkbox, Select, Static
from textual.widgets.select import NoSelection

from bball_tui.tui.dialogs.picker_list import PickerList
from bball_tui.tui.text import Part, clean, content, width_of
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.tui.typed_ahead import PatientApp
from bball_tui.tui.widgets.one_line import OneLine

ValueT = TypeVar("ValueT")

GO_ON = frozenset({"enter", "ctrl+s"})
"""The keys that ask for what a dialog is there for."""
_ROOMY_WIDTH = 76
"""Cells below which choices use their short spelling."""


class DialogButton(Button):
    """One way out of a dialog. ``command`` is the action of the dialog that it stands for, ``key`` the key shown.

    ``short`` is the caption for narrow windows.
    """

    DEFAULT_CSS = """
    DialogButton {
        width: auto; min-width: 0; height: 1; border: none; padding: 0; margin: 0 0 0 1;
        &.-style-default { background: transparent; color: $foreground; text-style: none; }
        &.-style-default:hover { background: $panel; border: none; }
        &.-style-default.-active { background: $panel; border: none; }
        &.-style-default:focus { text-style: bold reverse; background: transparent; }
        &.-style-default:disabled { color: $text-disabled; text-style: none; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("left", "move(-1)", "previous choice", show=False),
        Binding("right", "move(1)", "next choice", show=False),
    ]

    caption: reactive[str] = reactive("", layout=True)

    def __init__(self, caption: str, *, key: str, command: str, short: str = "") -> None:
        super().__init__(Content(""), compact=True, id=f"choice-{command}")
        self.styles.line_pad = 0
        self.active_effect_duration = 0  # a pressed button is deaf for that long, and keys are typed faster
        self.key = key
        self.short = short
        self.command = command
        self.set_reactive(DialogButton.caption, caption)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """The cells of the whole text."""
        return self.width

    @property
    def width(self) -> int:
        """The cells that it takes."""
        return width_of(self._label().plain)

    def render(self) -> Content:
        """``[ Sign 3  Enter ]``; the choice with the focus has a pointer, not only another color."""
        return self._label()

    def _label(self) -> Content:
        narrow = self.app.size.width < _ROOMY_WIDTH
        gap = " " if narrow else "  "
        key: list[Part] = [gap, (self.key, "" if self.has_focus else STYLES[Tone.MUTED])] if self.key else []
        caption = self.short if narrow and self.short else self.caption
        return content("[", "▸" if self.has_focus else " ", caption, *key, "]" if narrow else " ]")

    def action_move(self, step: int) -> None:
        """To the choice beside this one."""
        if step > 0:
            self.screen.focus_next(DialogButton)
        else:
            self.screen.focus_previous(DialogButton)


def rows_of(widths: Sequence[int], room: int) -> list[int]:
    """In which row each choice stands, when a row has ``room`` cells."""
    rows: list[int] = []
    row = used = 0
    for width in widths:
        if used and used + width > room:
            row, used = row + 1, 0
        used += width
        rows.append(row)
    return rows


class ChoicesLayout(Layout):
    """Choices side by side, and in rows where one is too short for all of them."""

    name = "choices"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:
        """Each in its own width, with a cell behind it."""
        widths = [one.get_content_width(size, size) + 1 for one in children]
        placements, row, left = [], 0, 0
        for child, width, at in zip(children, widths, rows_of(widths, size.width), strict=True):
            row, left = at, left if at == row else 0
            region = Region(left, row, width - 1, 1)
            placements.append(WidgetPlacement(region, NULL_OFFSET, Spacing(), child))
            left += width
        return placements


_ROWS = ChoicesLayout()


class Choices(Widget):
    """The room of the choices."""

    @property
    def layout(self) -> Layout:
        """Rows."""
        return _ROWS


class TextField(OneLine):
    """A field of a dialog. ``keep`` is off where what is typed is nothing to lose: a search word, a path."""

    DEFAULT_CSS = """
    TextField, TextField.-textual-compact { background: $panel; height: 1; border: none; padding: 0 1; }
    TextField:focus { background: $primary-muted; }
    TextField > .input--placeholder { color: $text-muted; }
    TextField:ansi:focus { text-style: bold underline; }
    """

    def __init__(
        self,
        value: str = "",
        *,
        placeholder: str = "",
        password: bool = False,
        keep: bool = True,
        id: str | None = None,  # noqa: A002 - Textual's name
    ) -> None:
        super().__init__(clean(value), placeholder=placeholder, password=password, id=id, compact=True)
        self._keep, self._given = keep, self.value

    @property
    def edited(self) -> bool:
        """Whether somebody put something else there than the dialog did, which is worth keeping."""
        return self._keep and self.value.strip() != self._given.strip()

    def suggest(self, value: str) -> None:
        """The dialog itself puts ``value`` there."""
        super().suggest(value)
        self._given = self.value

    def action_copy(self) -> None:
        """A masked text does not leave its field: the terminal would be sent it in clear."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Cut; a masked text is only taken away."""
        if self.password:
            self.delete_selection()
        else:
            super().action_cut()


class Picker(Select[ValueT], Generic[ValueT], inherit_bindings=False):
    """One of several. Space or an arrow key opens it; Enter is left to the dialog, so that Enter always means go on."""

    DEFAULT_CSS = """
    Picker {
        & > SelectCurrent { background: $panel; height: 1; }
        &.-textual-compact > SelectCurrent { padding: 0 1; }
        & > SelectCurrent Static#label { height: 1; }
        &:focus > SelectCurrent { background: $primary-muted; border: none; }
        &:ansi:focus > SelectCurrent Static#label { text-style: reverse; }
    }
    """
    BINDINGS: ClassVar = [Binding("space,down,up", "show_overlay", "open the list", show=False)]

    def compose(self) -> ComposeResult:
        """What is chosen, and the list."""
        current, __ = super().compose()
        yield current
        yield PickerList().data_bind(compact=Select.compact)

    def __init__(self, options: Iterable[tuple[str, ValueT]], value: ValueT, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(self._safe(options), value=value, allow_blank=False, compact=True, id=id)

    def offer(self, options: Iterable[tuple[str, ValueT]], value: ValueT) -> None:
        """Other options, without telling anybody that the choice changed."""
        with self.prevent(Select.Changed):
            self.set_options(self._safe(options))
            self.value = value
            # The same value may have another label now.
            self.mutate_reactive(type(self).value)

    @property
    def chosen(self) -> ValueT:
        """What is chosen; there always is something."""
        if isinstance(self.value, NoSelection):
            raise TypeError("a choice that allows no blank is blank")
        return self.value

    @staticmethod
    def _safe(options: Iterable[tuple[str, ValueT]]) -> list[tuple[Text, ValueT]]:
        # Rich's Text and not Content: only in it can the open list be searched by typing.
        return [(Text(clean(label), no_wrap=True, overflow="ellipsis"), value) for label, value in options]


class TickBox(Checkbox, inherit_bindings=False):
    """Yes or no. Space changes it; Enter is left to the dialog."""

    DEFAULT_CSS = """
    TickBox, TickBox.-textual-compact { background: transparent; border: none; padding: 0; }
    TickBox, TickBox.-on { & > .toggle--button { color: $foreground; background: transparent; } }
    TickBox:focus > .toggle--label { background: $primary-muted; color: $foreground; text-style: bold; }
    TickBox:ansi:focus > .toggle--label { text-style: bold underline; }
    """
    # Textual paints the sides in the mark's background, so these would not be seen: the brackets belong to the mark.
    BUTTON_LEFT = BUTTON_RIGHT = ""
    BINDINGS: ClassVar = [Binding("space", "toggle_button", "change", show=False)]

    def __init__(self, label: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(content(label), compact=True, id=id)
        self.BUTTON_INNER = "[ ]"

    def watch_value(self) -> None:
        """The mark comes and goes; Textual would only color it."""
        self.BUTTON_INNER = f"[{SYMBOLS[Tone.GOOD]}]" if self.value else "[ ]"
        super().watch_value()


class Field(Vertical):
    """A label, a control, and below them what is wrong with the control's value."""

    DEFAULT_CSS = """
    Field {
        height: auto;
        & > Horizontal { height: auto; }
        & .field--label { width: 11; height: 1; color: $text-muted; }
        & .field--problem { display: none; height: auto; margin: 0 0 0 11; color: $text-error; }
        &.-wrong .field--problem { display: block; }
        & Horizontal > TextField, & Horizontal > Picker { width: 1fr; }
        & TickBox { margin: 0 0 0 1; }
    }
    """

    def __init__(self, label: str, control: Widget, *beside: Widget, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._label = label
        self._controls = (control, *beside)
        self._problem = ""

    def compose(self) -> ComposeResult:
        """One row, and a line that shows only when something is wrong."""
        with Horizontal():
            yield Static(content(self._label), classes="field--label")
            yield from self._controls
        yield Static("", classes="field--problem")

    @property
    def problem(self) -> str:
        """What is wrong, empty when nothing is."""
        return self._problem

    @problem.setter
    def problem(self, sentence: str) -> None:
        if sentence == self._problem:
            return  # laying out the dialog again for it would hold up whoever signs papers
        self._problem = sentence
        self.query_one(".field--problem", Static).update(content(f"{SYMBOLS[Tone.BAD]} {sentence}" if sentence else ""))
        self.set_class(bool(sentence), "-wrong")
        if sentence:
            self.screen.call_later(self._go_to_first_wrong)

    def _go_to_first_wrong(self) -> None:
        """The cursor goes where it is corrected, when a key or a button asked for what this holds up. Who is still
        typing is not led away.
        """
        focused = self.screen.focused
        key = self.app.key_obeyed if isinstance(self.app, PatientApp) else ""
        wrong = [one for one in self.screen.query(Field) if one.problem and one.display]
        if not (key in GO_ON or isinstance(focused, DialogButton)) or any(one.has_focus_within for one in wrong):
            return
        control = (one for field in wrong for one in field.query("TextField, Picker, TickBox") if one.focusable)
        if (first := next(control, None)) is not None:
            first.focus()
