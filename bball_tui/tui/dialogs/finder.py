"""A few letters of a name, the contracts that match, Enter: what the dialogs share that find a family so."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, TypeVar

from textual import events, on
from textual.binding import Binding
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.text import Part, cell, content, shorten_name
from bball_tui.tui.theme import Tone

if TYPE_CHECKING:
    from bball_tui.database.states import ContractStatus
    from bball_tui.league.contracts.batch_signing import PaperFacts

PAUSE = 0.08
"""Seconds of quiet after a keystroke before the names are looked for."""
_TIGHT_HEIGHT = 26
"""Lines of a window below which fewer names are shown."""


class Named(Protocol):
    """What a line of the list needs."""

    @property
    def id(self) -> int: ...
    @property
    def first(self) -> str: ...
    @property
    def last(self) -> str: ...
    @property
    def jersey(self) -> str | None: ...
    @property
    def team(self) -> str | None: ...


ResultT = TypeVar("ResultT")
RowT = TypeVar("RowT", bound=Named)
FoundT_co = TypeVar("FoundT_co", bound=Named, covariant=True)


class Candidates(Protocol[FoundT_co]):
    """Who matches. ``left`` is how many there are in all (None: not counted for this question), ``others`` what
    else the season has where there are none.
    """

    @property
    def rows(self) -> tuple[FoundT_co, ...]: ...
    @property
    def left(self) -> int | None: ...
    @property
    def facts(self) -> "Mapping[int, PaperFacts]": ...
    @property
    def over(self) -> tuple[FoundT_co, ...]: ...
    @property
    def others(self) -> "Mapping[ContractStatus, int]": ...


Find = Callable[[str], Awaitable[Candidates[RowT]]]


def begins_name(screen: Screen[Any], event: events.Key) -> bool:
    """Whether ``event`` is a letter that no field and no command takes, so that it begins the next name."""
    if isinstance(screen.focused, Input) or not event.is_printable or not event.character:
        return False
    return not event.character.isspace() and event.key not in screen.active_bindings


class Finder(Dialog[ResultT], Generic[ResultT, RowT]):
    """A field, the contracts or players that match, and what Enter does with the one under the cursor (:meth:`chosen`).

    It stays open: the next name may follow. The field keeps the focus, the arrow keys move in the list.
    """

    DEFAULT_CSS = """
    Finder {
        & OptionList {
            height: 12; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1; margin: 1 0 0 0;
        }
        & OptionList:focus { border: none; }
        & OptionList > .option-list--option-highlighted {
            background: $block-cursor-background; color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & .finder--count { margin: 1 0 0 0; }
        &.-tight OptionList { height: 6; margin: 0; }
        &.-tight .finder--count { margin: 0; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "choose", "choose", show=False, priority=True),
        Binding("up", "move(-1)", "the name above", show=False, priority=True),
        Binding("down", "move(1)", "the name below", show=False, priority=True),
    ]
    hint: ClassVar[str]
    """What the empty field says."""

    def __init__(self, find: Find[RowT]) -> None:
        super().__init__()
        self._find = find
        self._rows: tuple[RowT, ...] = ()
        self._facts: Mapping[int, PaperFacts] = {}
        self._over: tuple[RowT, ...] = ()
        self._left: int | None = None
        self._others: Mapping[ContractStatus, int] = {}
        self._looked_for: str | None = None
        self._asked_for: str | None = None
        self._asked = 0
        self._moves: list[int] = []
        self._in_a_hurry = self._busy = False
        self._by_hand = False
        """Whether the arrow keys or the mouse chose the name under the cursor."""

    async def chosen(self, row: RowT) -> None:
        """Somebody pressed Enter on ``row``. What it raises as a BballError is said."""
        raise NotImplementedError

    def nobody(self) -> tuple[str, Tone]:
        """What to say when nobody matches, or nobody who is surely meant."""
        raise NotImplementedError

    def count(self) -> Iterable[Part]:
        """The line below the list."""
        raise NotImplementedError

    def body(self) -> Iterable[Widget]:
        """The field, the names, the count."""
        self.set_class(self.app.size.height < _TIGHT_HEIGHT, "-tight")  # before there are parts to be styled again
        yield Field(_("Name"), TextField(placeholder=self.hint, keep=False, id="name"))
        yield OptionList(markup=False, id="names")
        yield Static("", id="count", classes="finder--count")

    def on_mount(self) -> None:
        """Show the first names."""
        self.list.can_focus = False
        self.look()

    def fit(self, height: int | None = None) -> None:
        """A short window shows fewer names."""
        rows = self.app.size.height if height is None else height
        self.set_class(rows < _TIGHT_HEIGHT, "-tight")
        super().fit(height)

    @property
    def list(self) -> OptionList:
        """The names."""
        return self.query_one("#names", OptionList)

    @property
    def _text(self) -> str:
        return self.query_one("#name", TextField).value

    @property
    def _up_to_date(self) -> bool:
        """Whether the names that are shown are the answer to what stands in the field."""
        return self._text == self._looked_for and self._asked_for == self._looked_for

    @property
    def hurried(self) -> bool:
        """Enter, or an arrow key, means the names of the text as it is now: they are on their way."""
        return self._in_a_hurry or bool(self._moves)

    def on_key(self, event: events.Key) -> None:
        """Letters are a name, wherever the focus is: a new one, not the end of what stands in the field."""
        if begins_name(self, event):
            event.stop()
            event.prevent_default()
            field = self.query_one("#name", TextField)
            field.select_all()
            field.receive(event)

    def on_paste(self, event: events.Paste) -> None:
        """What is pasted is a name as well; a field with the focus has taken it before."""
        event.stop()
        field = self.query_one("#name", TextField)
        field.select_all()
        field.receive(event)

    @on(Input.Changed)
    def _typed(self) -> None:
        self.followed = None
        if self._text != self._looked_for:
            self.say("")
            self.set_timer(PAUSE, self._pause_over)

    def _pause_over(self) -> None:
        # What was asked for meanwhile is not asked for again: the answer would take the cursor back to the top.
        if self._text != self._asked_for:
            self.look()

    def look(self) -> None:
        """Look for what stands in the field."""
        if self.gone:
            return
        self._asked += 1
        self._asked_for, self._looked_for = self._text, None
        self.run_worker(self._read(self._text, self._asked), group="names")

    async def _read(self, text: str, asked: int) -> None:
        try:
            found = await self._find(text)
        except BballError as error:
            if asked != self._asked:
                return
            self._in_a_hurry, self._asked_for = False, None
            self._moves.clear()
            self.forget_keys()
            self.say(_("{error} Type on to try again.").format(error=error), Tone.BAD)
            return
        if asked != self._asked or self.gone or not self.query(OptionList):
            return
        self._looked_for, self._rows, self._facts, self._over = text, found.rows, found.facts, found.over
        self._by_hand = False
        if found.left is not None:
            self._left, self._others = found.left, found.others
        self.draw()
        while self._moves:
            self.action_move(self._moves.pop(0))
        if self._in_a_hurry:
            self._in_a_hurry = False
            self.action_choose()

    def draw(self) -> None:
        """Show what was found."""
        self.list.set_options([Option(content(self.line(row)), id=str(row.id)) for row in self._rows])
        if self._rows:
            self.list.highlighted = self.meant()
        if (remark := self.remark()) is not None:
            self.say(*remark)
        self.query_one("#count", Static).update(content(*self.count()))
        self.choice("choose").disabled = not self._rows

    def write_lines(self) -> None:
        """The names, where they are; the cursor stays."""
        for at, row in enumerate(self._rows):
            self.list.replace_option_prompt_at_index(at, content(self.line(row)))
        self.query_one("#count", Static).update(content(*self.count()))

    def meant(self) -> int | None:
        """Where the cursor is when the names come. None: on none of them, and :meth:`nobody` says why."""
        return 0

    def remark(self) -> tuple[str, Tone] | None:
        """What is to be said of the names that have come, before any key asks."""
        nobody = self.list.highlighted is None and (self._text.strip() or not self._rows)
        return self.nobody() if nobody else None

    def turns_down(self) -> bool:
        """Whether the name under the cursor is not opened by the key that is being obeyed."""
        return False

    def turned_down(self) -> None:
        """Nobody was opened: say why."""
        self.say(*self.nobody())

    def line(self, row: RowT) -> str:
        """A name in the list."""
        width = self._inner_width() - 3
        team = width // 3
        name = f"{row.last}, {row.first}" + (f"  #{row.jersey}" if row.jersey else "")
        return f"{cell(shorten_name(name, width - team - 1), width - team - 1)} {cell(row.team or '', team)}"

    def action_move(self, step: int) -> None:
        """To the name above or below; the field keeps the focus."""
        if not self._up_to_date:
            self._moves.append(step)
            self._hurry()
        elif self._rows:
            self.followed, self._by_hand = self.list, True
            at = self.list.highlighted
            at = 0 if at is None else at + step
            self.list.highlighted = max(0, min(at, len(self._rows) - 1))

    @on(OptionList.OptionSelected, "#names")
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self._by_hand = True
        self.action_choose()

    def action_choose(self) -> None:
        """The name under the cursor; typed too fast for the list, it waits for it."""
        focused = self.focused
        if isinstance(focused, DialogButton) and focused.command != "choose":
            focused.press()
            return
        if self._busy:
            return
        if not self._up_to_date:
            self._in_a_hurry = True
            self._hurry()
            return
        at = self.list.highlighted
        if at is not None and at < len(self._rows) and not self.turns_down():
            self._busy = True
            self.run_worker(self._do(self._rows[at]), group="choose")
        else:
            self.turned_down()

    def _hurry(self) -> None:
        """Look at once for what stands in the field, unless that is being done."""
        if self._asked_for != self._text:
            self.look()

    async def _do(self, row: RowT) -> None:
        try:
            await self.chosen(row)
        except BballError as error:
            self.refuse(str(error))
        finally:
            self._busy = False
