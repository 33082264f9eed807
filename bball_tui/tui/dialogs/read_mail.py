"""A mail as the family gets it: headers, the page as they see it, the text, and what is new in it."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar

from textual import work
from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone


@dataclass(frozen=True)
class Letter:
    """One mail to be read. ``note`` says whether it is what was or what would be sent.

    ``page`` is what families see, ``text`` the part for plain readers. ``open`` shows it in a browser, ``send`` sends
    it to staff themselves (None: they thought better of it); both answer with a sentence. ``compare`` reads what is
    new since the last one (None: there was none). They may raise :class:`BballError`.
    """

    note: str
    headers: tuple[tuple[str, str], ...]
    page: Sequence[Sequence[Part]]
    text: Sequence[Sequence[Part]]
    warnings: tuple[str, ...] = ()
    sizes: str = ""
    open: Callable[[], Awaitable[str]] | None = None
    send: Callable[[], Awaitable[str | None]] | None = None
    compare: Callable[[], Awaitable[Sequence[Sequence[Part]] | None]] | None = None


class Look(StrEnum):
    """What the dialog shows of the mail."""

    PAGE = "page"
    TEXT = "text"
    DIFFERENCE = "difference"


_TITLES = {
    Look.PAGE: _("The page, as families see it (h: the plain text)"),
    Look.TEXT: _("The plain text, for those who see no page (h: the page)"),
    Look.DIFFERENCE: _("What is new since the last e-mail of this kind (d: the e-mail)"),
}


class ReadMail(Dialog[None]):
    """Shows ``letters``, one at a time."""

    HELP = """
    ## The e-mail
    This is the very e-mail that goes out, or went out. The arrow keys, page up and page down scroll; `n` shows the next
    e-mail when there are several. `h` changes between the page and the plain text, `o` opens the page in a browser, `t`
    sends a copy to you alone, `d` shows what is new since the last e-mail of this kind to this family. Esc or `p`
    closes it.
    """
    BINDINGS: ClassVar = [
        Binding("p", "cancel", "close", show=False),
        Binding("j", "scroll_body(1)", "scroll down", show=False),
        Binding("k", "scroll_body(-1)", "scroll up", show=False),
        Binding("n,right", "step(1)", "next e-mail", show=False),
        Binding("N,left", "step(-1)", "previous e-mail", show=False),
        Binding("h", "look", "page or text", show=False),
        Binding("o", "open", "open in a browser", show=False),
        Binding("t", "send", "send to me", show=False),
        Binding("d", "compare", "compare with the last one", show=False),
    ]

    def __init__(self, *letters: Letter) -> None:
        super().__init__()
        self.set_reactive(ReadMail.heading, _("The e-mail"))
        self._letters = letters
        self._place = 0
        self._look = Look.PAGE
        self._news: Sequence[Sequence[Part]] = ()
        self._busy = False
        self._sheet = Static("")

    @property
    def letter(self) -> Letter:
        """The mail that is shown."""
        return self._letters[self._place]

    def body(self) -> Iterable[Widget]:
        """One sheet."""
        self._write()
        yield self._sheet

    def choices(self) -> Iterable[DialogButton]:
        """What can be done with it, and close."""
        if self.letter.open is not None:
            yield DialogButton(_("Browser"), key="o", command="open")
        if self.letter.send is not None:
            yield DialogButton(_("Send to me"), key="t", command="send", short=_("To me"))
        if self.letter.compare is not None:
            yield DialogButton(_("Compare"), key="d", command="compare")
        if len(self._letters) > 1:
            yield DialogButton(_("Next"), key="n", command="next")
        yield self.cancel_choice(_("Close"))

    def first_focus(self) -> Widget | None:
        """Nothing here is to be chosen by accident: Enter closes."""
        return self.choice("cancel")

    def _write(self) -> None:
        letter = self.letter
        if len(self._letters) > 1:
            self.heading = _("The e-mail, {place} of {letters}").format(
                place=self._place + 1, letters=len(self._letters)
            )
        lines: list[Sequence[Part]] = [[(letter.note, STYLES[Tone.MUTED])]]
        lines += [[(f"{SYMBOLS[Tone.WARN]} {warning}", STYLES[Tone.WARN])] for warning in letter.warnings]
        lines.append([])
        lines += [[(f"{name}: ", STYLES[Tone.MUTED]), value] for name, value in letter.headers]
        if letter.sizes:
            lines.append([(_("Size: "), STYLES[Tone.MUTED]), letter.sizes])
        lines += [[], [(f"── {_TITLES[self._look]}", STYLES[Tone.ACCENT])], []]
        shown = {Look.PAGE: letter.page, Look.TEXT: letter.text, Look.DIFFERENCE: self._news}
        self._sheet.update(content_lines([*lines, *shown[self._look]]))

    def _show(self, look: Look) -> None:
        self._look = look
        self._write()

    def action_next(self) -> None:
        """The next mail, from its choice."""
        self.action_step(1)

    def action_step(self, step: int) -> None:
        """Another mail; after the last comes the first."""
        if len(self._letters) > 1:
            self._place = (self._place + step) % len(self._letters)
            self.say("")
            self._show(Look.PAGE if self._look is Look.DIFFERENCE else self._look)
            self.query_one(".dialog--body").scroll_home(animate=False)

    def action_look(self) -> None:
        """The page, or the text."""
        self._show(Look.TEXT if self._look is Look.PAGE else Look.PAGE)

    @work(group="letter")
    async def action_open(self) -> None:
        """Show the page in a browser."""
        if self.letter.open is not None:
            await self._tell(self.letter.open)

    @work(group="letter")
    async def action_send(self) -> None:
        """Send a copy to the person at this computer."""
        if self.letter.send is not None:
            await self._tell(self.letter.send)

    async def _tell(self, act: Callable[[], Awaitable[str | None]]) -> None:
        if self._busy:
            return
        self._busy = True
        try:
            if (sentence := await act()) is not None:
                self.say(sentence, Tone.GOOD)
        except BballError as error:
            self.refuse(str(error))
        finally:
            self._busy = False

    @work(group="letter")
    async def action_compare(self) -> None:
        """What is new since the last e-mail of this kind, or the e-mail again."""
        letter = self.letter
        if letter.compare is None or self._busy:
            return
        if self._look is Look.DIFFERENCE:
            self._show(Look.PAGE)
            return
        self._busy = True
        try:
            news = await letter.compare()
        except BballError as error:
            self.refuse(str(error))
            return
        finally:
            self._busy = False
        if self.gone:
            return
        if news is None:
            self.say(_("This address never got an e-mail of this kind before: there is nothing to compare with."))
        elif letter is self.letter:
            self._news = news
            self._show(Look.DIFFERENCE)
