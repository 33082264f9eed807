"""Choose what a list is narrowed to: one list of all values with their counts, found by typing."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from msgspec import Struct
from textual import on, work
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.league.filters.choices import FilterChoice, toggled
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.text import cell, clean, content, matches
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone

if TYPE_CHECKING:
    from bball_tui.league.filters.facets import Facets, FacetValue
    from bball_tui.league.filters.saved import NamedFilter

DEBOUNCE = 0.15
_WIDTH, _FRAME = 66, 4
_MARK, _COUNT, _BAR = 3, 10, 2
_AROUND = 9
_SAVE = "save"
_SAVED = "saved:"


class FilterAnswer(Struct, frozen=True):
    """What to narrow to. ``text`` None leaves the search as it is; ``save``: give it a name as well."""

    choices: tuple[FilterChoice, ...]
    text: str | None = None
    save: bool = False


class FilterDialog(Dialog[FilterAnswer | None]):
    """``load`` counts what is left by chosen filters, ``saved`` lists the person's own, ``forget`` deletes one of them.

    Enter and Tab work on the value under the list's cursor, whatever is typed; the text field keeps the focus.
    """

    HELP = """
    ## Filter the list
    Type a part of a name to find a value. Enter takes the one under the cursor: a new filter is added, one that is on
    is taken away. Tab marks several first. Of a team or a division the list has one at a time; of statuses and
    e-mails it has any of those that are marked. Your saved filters stand on top; Delete forgets the one under the
    cursor.
    """
    DEFAULT_CSS = """
    FilterDialog {
        & .dialog--frame { width: 66; }
        & OptionList {
            height: 3; border: none; padding: 0; background: $surface;
            text-wrap: nowrap; scrollbar-size-vertical: 1; scrollbar-gutter: stable;
        }
        & OptionList:focus { border: none; }
        & #filter-note { color: $text-muted; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("up", "highlight('cursor_up')", "up", show=False),
        Binding("down", "highlight('cursor_down')", "down", show=False),
        Binding("pageup", "highlight('page_up')", "page up", show=False),
        Binding("pagedown", "highlight('page_down')", "page down", show=False),
        Binding("tab", "mark", "mark", show=False, priority=True),
        Binding("delete", "forget", "forget a saved filter", show=False, priority=True),
    ]

    def __init__(
        self,
        choices: Sequence[FilterChoice],
        text: str,
        *,
        load: Callable[[str, tuple[FilterChoice, ...]], Awaitable["Facets"]],
        saved: Callable[[], Awaitable[Sequence["NamedFilter"]]],
        forget: Callable[[str], Awaitable[None]],
    ) -> None:
        super().__init__()
        self.set_reactive(FilterDialog.heading, _("Filter the list"))
        self._first = self._choices = tuple(choices)
        self._text = text
        self._load = load
        self._read_saved = saved
        self._forget = forget
        self._values: tuple[FacetValue, ...] = ()
        self._saved: tuple[NamedFilter, ...] = ()
        self._more = False

    def body(self) -> Iterable[Widget]:
        """What is typed, and the values."""
        yield TextField(placeholder=_("type to find a filter"), keep=False, id="filter-typed")
        yield Static(content(_("Counting …")), id="filter-note")
        yield OptionList(id="filter-values", markup=False, compact=True)

    def choices(self) -> Iterable[DialogButton]:
        """Take it, mark it, or leave."""
        yield DialogButton(_("Take"), key="Enter", command="take")
        yield DialogButton(_("Mark"), key="Tab", command="mark")
        yield DialogButton(_("Clear all"), short=_("Clear"), key="", command="clear")
        yield self.cancel_choice()

    def on_mount(self) -> None:
        """Count, and list the saved ones."""
        self.query_one(OptionList).can_focus = False
        self._count("")

    @property
    def _typed(self) -> str:
        return clean(self.query_one("#filter-typed", TextField).value).strip()

    @work(group="fill", exclusive=True)
    async def _count(self, typed: str) -> None:
        if typed:
            await asyncio.sleep(DEBOUNCE)
        try:
            found = await self._load(typed, self._choices)
            self._saved = tuple(await self._read_saved())
        except BballError as error:
            if not self.gone:
                self.query_one("#filter-note", Static).update(content(f"{SYMBOLS[Tone.WARN]} {error}"))
            return
        self._values, self._more = found.values, found.more_teams
        if not self.gone:
            self._draw()

    @on(Input.Changed)
    def _typed_more(self, event: Input.Changed) -> None:
        event.stop()
        self.followed = None
        self._draw()
        if self._more:
            self._count(self._typed)

    # Drawing

    def _draw(self) -> None:
        options = self.query_one(OptionList)
        at = self._key
        options.clear_options()
        options.add_options(self._options())
        note = _("More teams than fit: type a part of the name.") if self._more and not self._typed else ""
        if not options.option_count:
            note = _("Nothing has that name.") if self._typed else _("There is nothing to filter by yet.")
        self.query_one("#filter-note", Static).update(content(note))
        self.query_one("#filter-note").display = bool(note)
        ids = [option.id for option in options.options]
        first = next((place for place, option in enumerate(options.options) if not option.disabled), None)
        options.highlighted = ids.index(at) if at is not None and at in ids else first
        self.fit()
        if options.highlighted == first:
            # With the cursor on the first value, its heading is in sight, too.
            self.call_after_refresh(options.scroll_home, animate=False)

    def write_lines(self) -> None:
        """The values."""
        if self._values:
            self._draw()

    def fit(self, height: int | None = None) -> None:
        """As many values as there are, or as the window has room for."""
        for options in self.query(OptionList):
            room = (self.app.size.height if height is None else height) - _AROUND
            options.styles.height = max(1, min(options.option_count, room))
        super().fit(height)

    def _options(self) -> Iterator[Option]:
        typed, width = self._typed, max(20, self._width() - _MARK - _COUNT - _BAR)
        names = [one.name for one in self._saved if matches(one.name, typed)]
        if names:
            yield self._heading(_("Saved by you"))
            yield from (Option(content("   ", cell(name, width)), id=_SAVED + name) for name in names)
        heading = ""
        for value in self._values:
            one = value.choice
            title = one.facet.heading
            if not matches(f"{title} {one.label}", typed):
                continue
            if title != heading:
                heading = title
                yield self._heading(title)
            on = any(other.key == one.key for other in self._choices)
            mark = (f" {SYMBOLS[Tone.GOOD]} ", STYLES[Tone.GOOD]) if on else "   "
            count = (cell(f"{value.count:,}", _COUNT, "right"), STYLES[Tone.MUTED])
            yield Option(content(mark, cell(one.label, width), count), id=one.key)
        if (self._choices or self._text) and not typed:
            yield self._heading(_("Keep it"))
            yield Option(content("   ", cell(_("save these filters under a name …"), width)), id=_SAVE)

    def _width(self) -> int:
        return min(_WIDTH, self.app.size.width) - _FRAME

    @staticmethod
    def _heading(title: str) -> Option:
        return Option(content((title, f"bold {STYLES[Tone.MUTED]}")), disabled=True)

    # Keys

    @property
    def _key(self) -> str | None:
        options = self.query_one(OptionList)
        return None if options.highlighted is None else options.get_option_at_index(options.highlighted).id

    def action_highlight(self, way: str) -> None:
        """Move the cursor of the list; the text field keeps the focus."""
        self.followed = self.query_one(OptionList)
        getattr(self.followed, f"action_{way}")()

    def _toggle(self) -> bool:
        key = self._key
        found = next((value.choice for value in self._values if value.choice.key == key), None)
        if found is None:
            return False
        self._choices = toggled(self._choices, found)
        return True

    def action_mark(self) -> None:
        """Take the value, or no longer, and stay."""
        if self._toggle():
            self._draw()
            self.action_highlight("cursor_down")
            self._count(self._typed)

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_take()

    @on(Input.Submitted)
    def action_take(self) -> None:
        """What is marked, else the value under the cursor."""
        key = self._key
        if key == _SAVE:
            self.dismiss(FilterAnswer(self._choices, save=True))
        elif key is not None and key.startswith(_SAVED):
            self._take_saved(key.removeprefix(_SAVED))
        elif self._choices != self._first or self._toggle():
            self.dismiss(FilterAnswer(self._choices))

    def _take_saved(self, name: str) -> None:
        found = next((one for one in self._saved if one.name == name), None)
        if found is not None:
            self.dismiss(FilterAnswer(found.choices, found.text))

    def action_clear(self) -> None:
        """Show everything again."""
        self.dismiss(FilterAnswer((), ""))

    @work(group="command")
    async def action_forget(self) -> None:
        """Delete the saved filter under the cursor."""
        key = self._key
        if key is None or not key.startswith(_SAVED):
            return
        try:
            await self._forget(key.removeprefix(_SAVED))
            self._saved = tuple(await self._read_saved())
        except BballError as error:
            self.refuse(str(error))
            return
        self.say(_("Forgotten."))
        if not self.gone:
            self._draw()

    def cancel(self) -> None:
        """Nothing changes."""
        self.dismiss(None)


class SaveFilter(InputDialog[str | None]):
    """The name of a filter, 1 to 60 characters."""

    HELP = """
    ## Save a filter
    Give it a name that you will recognize. It is yours alone, and listed on top when you press `{tool.filter}`, on
    every computer. A name that you used before is replaced.
    """

    def __init__(self, words: Sequence[str]) -> None:
        super().__init__()
        self.set_reactive(SaveFilter.heading, _("Save the filter"))
        self._words = tuple(words)

    def body(self) -> Iterable[Widget]:
        """What it is made of, and its name."""
        for word in self._words:
            yield Static(content("  ", word))
        yield Field(_("Name"), TextField(id="filter-name"), id="filter-name-field")

    def choices(self) -> Iterable[DialogButton]:
        """Save, or not."""
        yield DialogButton(_("Save"), key="Enter", command="save")
        yield self.cancel_choice()

    @on(Input.Submitted)
    def action_save(self) -> None:
        """Give the name, if it is one."""
        from bball_tui.league.filters.saved import LONGEST_NAME

        name = " ".join(self.query_one("#filter-name", TextField).value.split())
        if not name:
            self.refuse(_("Type a few letters."), "filter-name-field")
        elif len(name) > LONGEST_NAME:
            self.refuse(
                _("{name} characters; {longest_name} is the limit.").format(name=len(name), longest_name=LONGEST_NAME),
                "filter-name-field",
            )
        else:
            self.dismiss(name)
