"""A pile of papers: a few letters of a name, Enter, Enter, and the field is empty for the next one."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual import on
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Input, OptionList, Static
from textual.widgets.option_list import Option

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import Choice, Field, TextField
from bball_tui.tui.text import cell, content
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.paper_stack import Stack
    from bball_tui.league.rows import ContractRow

PAUSE = 0.08
"""Seconds of quiet after a keystroke before the names are looked for."""


@dataclass(frozen=True, slots=True)
class PaperSigned:
    """One paper is done: whose it was, and the mails that go out after the undo time."""

    contract_id: int
    player: str
    mails: int


Find: TypeAlias = Callable[[str], Awaitable["Stack"]]
SignOne: TypeAlias = Callable[["ContractRow"], Awaitable[PaperSigned | None]]
TakeBack: TypeAlias = Callable[[int], Awaitable[str | None]]


class PaperStack(Dialog[tuple[PaperSigned, ...]]):
    """All papers that were signed here, the last one at the end.

    ``find`` looks for names, ``sign`` asks about one contract and signs it (None: it was not), ``take_back`` undoes
    the last one and says why it could not (None: it could).
    """

    HELP = """
    ## A stack of papers
    Type a few letters of the player's name: the list shows whose contract still waits. Enter opens the paper with
    the likely signer and today's date, Enter again signs it, and the field is empty for the next paper. The arrow
    keys choose another name. `ctrl+t` takes the last one back as long as its mails wait.
    """
    DEFAULT_CSS = """
    PaperStack {
        & OptionList {
            height: 12; border: none; padding: 0; background: $surface; scrollbar-size-vertical: 1; margin: 1 0 0 0;
        }
        & OptionList:focus { border: none; }
        & OptionList > .option-list--option-highlighted {
            background: $block-cursor-background; color: $block-cursor-foreground;
            text-style: $block-cursor-text-style;
        }
        & .stack--count { margin: 1 0 0 0; }
        &.-tight OptionList { height: 6; margin: 0; }
        &.-tight .stack--count { margin: 0; }
    }
    """
    BINDINGS: ClassVar = [
        Binding("enter", "sign", "sign", show=False, priority=True),
        Binding("up", "move(-1)", "the name above", show=False, priority=True),
        Binding("down", "move(1)", "the name below", show=False, priority=True),
        Binding("ctrl+t", "undo", "take the last one back", show=False, priority=True),
    ]

    def __init__(self, *, find: Find, sign: SignOne, take_back: TakeBack) -> None:
        super().__init__()
        self.set_reactive(PaperStack.heading, "Sign a stack of papers")
        self._find, self._sign, self._take_back = find, sign, take_back
        self._done: list[PaperSigned] = []
        self._rows: tuple[ContractRow, ...] = ()
        self._left: int | None = None
        self._looked_for: str | None = None
        self._asked = 0
        self._in_a_hurry = self._busy = False

    def body(self) -> Iterable[Widget]:
        """The field, the names, the count."""
        yield Field("Name", TextField(placeholder="a few letters of the name on the paper", id="name"))
        yield OptionList(markup=False, id="names")
        yield Static("", id="count", classes="stack--count")

    def choices(self) -> Iterable[Choice]:
        """Sign, take back, done."""
        yield Choice("Sign this one", short="Sign", key="Enter", command="sign")
        yield Choice("Take the last back", short="Undo", key="ctrl+t", command="undo")
        yield self.cancel_choice("Done")

    def on_mount(self) -> None:
        """Show who waits."""
        self.choice("undo").disabled = True
        self.list.can_focus = False
        self._look()

    def fit(self, height: int | None = None) -> None:
        """A short window shows fewer names."""
        rows = self.app.size.height if height is None else height
        self.set_class(rows < 26, "-tight")
        super().fit(height)

    @property
    def list(self) -> OptionList:
        """The names."""
        return self.query_one(OptionList)

    @property
    def _text(self) -> str:
        return self.query_one("#name", TextField).value

    @on(Input.Changed)
    def _typed(self) -> None:
        if self._text != self._looked_for:
            self.say("")
            self.set_timer(PAUSE, self._look)

    def _look(self) -> None:
        self._asked += 1
        self.run_worker(self._read(self._text, self._asked), group="names")

    async def _read(self, text: str, asked: int) -> None:
        try:
            found = await self._find(text)
        except BballError as error:
            self.say(f"{error} Type on to try again.", Tone.BAD)
            return
        if asked != self._asked or not self.is_attached:
            return
        self._looked_for, self._rows = text, found.rows
        if found.left is not None:
            self._left = found.left
        self._draw()
        if self._in_a_hurry:
            self._in_a_hurry = False
            self.action_sign()

    def _draw(self) -> None:
        self.list.clear_options()
        self.list.add_options([Option(content(self._line(row)), id=str(row.id)) for row in self._rows])
        if self._rows:
            self.list.highlighted = 0
        elif self._left == 0:
            self.say("Nobody is left: every contract that was offered is signed or over.", Tone.GOOD)
        else:
            self.say("Nobody who still has to sign is called like that.", Tone.WARN)
        done = counted(len(self._done), "paper") + " done"
        left = "" if self._left is None else f", {self._left:,} left"
        last = f"   last: {self._done[-1].player}" if self._done else ""
        self.query_one("#count", Static).update(content((done + left, "bold"), (last, STYLES[Tone.MUTED])))
        self.choice("undo").disabled = not self._done
        self.choice("sign").disabled = not self._rows

    def _line(self, row: "ContractRow") -> str:
        width = self._inner_width() - 3
        team = width // 3
        name = f"{row.last}, {row.first}" + (f"  #{row.jersey}" if row.jersey else "")
        return f"{cell(name, width - team - 1)} {cell(row.team, team)}"

    def action_move(self, step: int) -> None:
        """To the name above or below; the field keeps the focus."""
        if self._rows:
            at = (self.list.highlighted or 0) + step
            self.list.highlighted = max(0, min(at, len(self._rows) - 1))

    @on(OptionList.OptionSelected)
    def _clicked(self, event: OptionList.OptionSelected) -> None:
        event.stop()
        self.action_sign()

    def action_sign(self) -> None:
        """The paper of the name under the cursor; typed too fast for the list, it waits for it."""
        focused = self.focused
        if isinstance(focused, Choice) and focused.command != "sign":
            focused.press()
            return
        if self._busy:
            return
        if self._text != self._looked_for:
            self._in_a_hurry = True
            self._look()
            return
        at = self.list.highlighted
        if at is not None and at < len(self._rows):
            self._busy = True
            self.run_worker(self._do(self._rows[at]), group="sign")

    async def _do(self, row: "ContractRow") -> None:
        try:
            signed = await self._sign(row)
        except BballError as error:
            self.say(str(error), Tone.BAD)
            return
        finally:
            self._busy = False
        if signed is not None:
            self._done.append(signed)
            mails = counted(signed.mails, "mail") if signed.mails else "no mail"
            self.say(f"{signed.player} is signed, {mails}.", Tone.GOOD)
            self._next()

    def _next(self) -> None:
        field = self.query_one("#name", TextField)
        with field.prevent(Input.Changed):
            field.value = ""
        field.focus()
        self._look()

    def action_undo(self) -> None:
        """Take the last paper back with its mails."""
        if self._done and not self._busy:
            self._busy = True
            self.run_worker(self._undo(self._done[-1]), group="sign")

    async def _undo(self, last: PaperSigned) -> None:
        try:
            problem = await self._take_back(last.contract_id)
        except BballError as error:
            problem = str(error)
        finally:
            self._busy = False
        if problem is None:
            self._done.pop()
            self.say(f"{last.player}: taken back.", Tone.GOOD)
        else:
            self.say(problem, Tone.WARN)
        self._look()

    def cancel(self) -> None:
        """Enough for now."""
        self.dismiss(tuple(self._done))
