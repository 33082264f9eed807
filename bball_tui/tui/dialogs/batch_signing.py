"""A pile of papers: a few letters of a name, Enter, Enter, and the field is empty for the next one."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, TypeAlias

from textual.binding import Binding
from textual.widgets import Input

from bball_tui.errors import BballError
from bball_tui.tui.dialogs.controls import DialogButton, TextField
from bball_tui.tui.dialogs.finder import Find, Finder
from bball_tui.tui.text import Part
from bball_tui.tui.theme import STYLES, Tone
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.league.roster.rows import ContractRow


@dataclass(frozen=True, slots=True)
class PaperSigned:
    """One paper is done: whose it was, and the mails that go out after the undo time."""

    contract_id: int
    player: str
    mails: int


SignOne: TypeAlias = Callable[["ContractRow"], Awaitable[PaperSigned | None]]
TakeBack: TypeAlias = Callable[[int], Awaitable[str | None]]


class BatchSigning(Finder[tuple[PaperSigned, ...]]):
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
    BINDINGS: ClassVar = [Binding("ctrl+t", "undo", "take the last one back", show=False, priority=True)]
    hint = "a few letters of the name on the paper"

    def __init__(self, *, find: Find, sign: SignOne, take_back: TakeBack) -> None:
        super().__init__(find)
        self.set_reactive(BatchSigning.heading, "Sign a stack of papers")
        self._sign, self._take_back = sign, take_back
        self._done: list[PaperSigned] = []

    def choices(self) -> Iterable[DialogButton]:
        """Sign, take back, done."""
        yield DialogButton("Sign this one", short="Sign", key="Enter", command="choose")
        yield DialogButton("Take the last back", short="Undo", key="ctrl+t", command="undo")
        yield self.cancel_choice("Done")

    def on_mount(self) -> None:
        """Nothing was signed here yet."""
        self.choice("undo").disabled = True

    def nobody(self) -> tuple[str, Tone]:
        """All are done, or nobody is called so."""
        if self._left == 0:
            return "All done: every contract that was offered is signed or over.", Tone.GOOD
        return "No unsigned player matches.", Tone.WARN

    def count(self) -> Iterable[Part]:
        """How many papers are done, and the last one."""
        left = "" if self._left is None else f", {self._left:,} left"
        yield (counted(len(self._done), "paper") + f" done{left}", "bold")
        if self._done:
            yield (f"   last: {self._done[-1].player}", STYLES[Tone.MUTED])

    def draw(self) -> None:
        """Only what was signed here is taken back here."""
        super().draw()
        self.choice("undo").disabled = not self._done

    async def chosen(self, row: "ContractRow") -> None:
        """Ask about the paper and sign it; then the next one."""
        signed = await self._sign(row)
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
        self.look()

    def action_undo(self) -> None:
        """Take the last paper back with its mails."""
        if self._done and not self._busy:
            self._busy = True
            self.run_worker(self._undo(self._done[-1]), group="choose")

    async def _undo(self, last: PaperSigned) -> None:
        try:
            problem = await self._take_back(last.contract_id)
        except BballError as error:
            problem = str(error)
        finally:
            self._busy = False
        if problem is None:
            self._done.pop()
            self.say(f"{last.player}: undone.", Tone.GOOD)
        else:
            self.say(problem, Tone.WARN)
        self.look()

    def cancel(self) -> None:
        """Enough for now."""
        self.dismiss(tuple(self._done))
