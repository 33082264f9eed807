"""One list of a few records in a dialog: move, open, add, take away."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar, TypeAlias

from msgspec import Struct
from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.base import CANCEL, Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import Part, content, content_lines
from bball_tui.tui.theme import STYLES, Tone


class Entry(Struct, frozen=True):
    """A record of the list: its id, and what people read, in one or two lines."""

    id: int
    title: str
    detail: str = ""
    tone: Tone = Tone.MUTED
    opens: str = ""
    """What Enter does to it, where that is something else than for the others."""


Load: TypeAlias = Callable[[], Awaitable[Sequence[Entry]]]
Handle: TypeAlias = Callable[[int | None], Awaitable[object]]
"""Does something to the record of that id; None makes a new one."""


class PickRecord(Dialog[bool]):
    """True when something was changed. The list is read again after each change.

    ``edit`` opens a record or makes a new one; ``remove`` takes one away, and without it there is no such key;
    ``extra`` is a further command on a record, with its caption. ``opens`` and ``adds`` are the captions of
    ``edit``; with an empty ``adds`` nothing can be added.
    """

    HELP = """
    ## A short list
    The arrow keys move, Enter opens what is under the cursor, `n` adds. Capital letters are for what takes something
    away; they ask first. Esc closes the list; what was saved stays saved.
    """
    DEFAULT_CSS = """
    PickRecord {
        & OptionList {
            height: auto; max-height: 20; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1;
        }
        & OptionList:focus { border: none; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("n", "add", "add", show=False),
        Binding("e", "edit", "edit", show=False),
        Binding("enter", "edit", "edit", show=False),
        Binding("X", "remove", "take away", show=False),
        Binding("s", "extra", "choose", show=False),
    ]

    def __init__(
        self,
        title: str,
        load: Load,
        edit: Handle,
        *,
        empty: str,
        remove: Handle | None = None,
        extra: tuple[str, Handle] | None = None,
        opens: str = _("Edit"),
        adds: str = _("New"),
    ) -> None:
        super().__init__()
        self.set_reactive(PickRecord.heading, title)
        self._load = load
        self._edit = edit
        self._remove = remove
        self._extra = extra
        self._opens, self._adds = opens, adds
        self._empty = empty
        self._captions: dict[str, str] = {}
        self._changed = False
        self._busy = self._leaving = False

    def body(self) -> Iterable[Widget]:
        """The list, or a sentence."""
        yield Static(content((self._empty, STYLES[Tone.MUTED])), id="nobody")
        yield OptionList(markup=False, id="entries")

    def choices(self) -> Iterable[DialogButton]:
        """What can be done with the record under the cursor."""
        if self._extra is not None:
            yield DialogButton(self._extra[0], key="s", command="extra")
        yield DialogButton(self._opens, key="Enter", command="edit")
        if self._adds:
            yield DialogButton(self._adds, key="n", command="add")
        if self._remove is not None:
            yield DialogButton(_("Remove"), key="X", command="remove")
        yield self.cancel_choice(_("Close"))

    def on_mount(self) -> None:
        """Read the list at once."""
        self.query_one("#nobody").display = False
        self.run_worker(self._read(), group="read")

    def first_focus(self) -> Widget | None:
        """The list."""
        return self.list

    @property
    def list(self) -> OptionList:
        """The list itself."""
        return self.query_one(OptionList)

    async def _read(self) -> None:
        try:
            entries = await self._load()
        except BballError as error:
            self.say(_("{error} Esc closes this.").format(error=error), Tone.BAD)
            return
        if self.gone or not self.query(OptionList):  # the program ends, and took the parts away first
            return
        at = self.list.highlighted or 0
        self._captions = {str(one.id): one.opens or self._opens for one in entries}
        self.list.clear_options()
        self.list.add_options([Option(_prompt(one), id=str(one.id)) for one in entries])
        self.list.display = bool(entries)
        self.query_one("#nobody").display = not entries
        for command in ("extra", "edit", "remove"):  # what can be done with a record, where there is one
            self.query(f"#choice-{command}").set(display=bool(entries))
        if entries:
            self.list.highlighted = min(at, len(entries) - 1)
            self.list.focus()
        else:  # at once: a list that goes away takes Enter for as long as it still has the focus
            self.choice("add" if self._adds else CANCEL).focus()

    @property
    def current(self) -> int | None:
        """The id of the record under the cursor."""
        at = self.list.highlighted
        if at is None:
            return None
        identifier = self.list.get_option_at_index(at).id
        return None if identifier is None else int(identifier)

    @on(OptionList.OptionSelected)
    def _selected(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_edit()

    @on(OptionList.OptionHighlighted)
    def _moved(self, event: OptionList.OptionHighlighted) -> None:
        event.stop()
        self.choice("edit").caption = self._captions.get(event.option_id or "", self._opens)

    def action_add(self) -> None:
        """A new one."""
        if self._adds:
            self._go(self._edit, None)

    def action_edit(self) -> None:
        """The one under the cursor, or a new one where there is none."""
        if self._adds or self.current is not None:
            self._go(self._edit, self.current)

    def action_remove(self) -> None:
        """Take the one under the cursor away."""
        if self._remove is not None and self.current is not None:
            self._go(self._remove, self.current)

    def action_extra(self) -> None:
        """The further command."""
        if self._extra is not None and self.current is not None:
            self._go(self._extra[1], self.current)

    def _go(self, handle: Handle, record: int | None) -> None:
        if not self._busy:
            self._busy = True
            self.run_worker(self._do(handle, record), group="do")

    async def _do(self, handle: Handle, record: int | None) -> None:
        try:
            if await handle(record):
                self._changed = True
                self.say("")
        except BballError as error:
            self.refuse(str(error))
        finally:
            self._busy = False
        if self._leaving:
            self.dismiss(self._changed)
        else:
            await self._read()

    def cancel(self) -> None:
        """Close it, once what is under way is done."""
        self._leaving = True
        if not self._busy:
            self.dismiss(self._changed)


def _prompt(one: Entry) -> Hanging:
    lines: list[list[Part]] = [[one.title]]
    if one.detail:
        lines.append([("  " + one.detail, STYLES[one.tone])])
    return Hanging(content_lines(lines))
