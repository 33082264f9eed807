"""A message of one's own: to whom, the subject, the text; read before it is sent, and never lost by a refusal."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import ClassVar

from msgspec import Struct
from textual import events, on
from textual.binding import Binding
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Input, Static, TextArea

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.dialogs.controls import DialogButton, Field, TextField
from bball_tui.tui.dialogs.input_dialog import InputDialog
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.text import clean, content, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone

MOST = 20_000
"""Characters of a text; what is longer is refused in words, and stays."""


class Draft(Struct, frozen=True):
    """What is written so far."""

    subject: str = ""
    text: str = ""


class MessageArea(TextArea):
    """Many lines. What is pasted into it cannot act on the terminal: it is cleaned as it comes in."""

    DEFAULT_CSS = """
    MessageArea {
        height: 9; border: none; padding: 0 1; background: $panel; color: $foreground; scrollbar-size-vertical: 1;
        &:focus { border: none; background: $primary-muted; }
        & .text-area--cursor-line { background: transparent; }
        & .text-area--placeholder { color: $text-muted; }
        & .text-area--selection { background: $primary; color: $background; }
        &:ansi .text-area--selection { text-style: reverse; }
    }
    """

    async def _on_paste(self, event: events.Paste) -> None:
        event.prevent_default()
        event.stop()
        self.replace(cleaned(event.text), *self.selection)


def cleaned(text: str) -> str:
    """``text`` line by line without what a terminal would obey."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ").split("\n")
    return "\n".join(clean(line) for line in lines)


class WriteMessage(InputDialog[bool]):
    """True: it was queued. ``lines`` say whom it reaches and whom not.

    ``look`` shows each e-mail as its family would get it, ``send`` asks once more and queues them (False: they thought
    better of it), ``edit`` lets another program change the draft. All may raise :class:`BballError`.
    """

    HELP = """
    ## Write a message
    One e-mail goes to each address; a family with several of the chosen players gets one that names all of them. The
    greeting and the league's name are put around your text, in the family's language.

    Leave a blank line between paragraphs. `**bold**`, `_italics_`, `# heading`, `- list` and `[words](https://...)`
    work; HTML does not. `{{ player_first }}`, `{{ player }}`, `{{ team }}`, `{{ season }}`, `{{ guardian_first }}`,
    `{{ due_on }}`, `{{ signed_on }}`, `{{ signer }}` and `{{ chat_url }}` become what they are for each family, in the
    subject too. `{% if signed_on %}...{% else %}...{% endif %}` asks whether one is known.

    `ctrl+r` shows each e-mail as it goes out, `ctrl+o` opens the text in your editor ($EDITOR), `ctrl+s` sends: you see
    the numbers first, and the e-mails wait for the undo time. Tab goes on to the buttons.
    """
    BINDINGS: ClassVar = [
        Binding("ctrl+s", "send", "send", show=False, priority=True),
        Binding("ctrl+r", "look", "read it", show=False, priority=True),
        Binding("ctrl+o", "edit", "editor", show=False, priority=True),
    ]
    DEFAULT_CSS = """
    WriteMessage {
        & .write--below { height: 1; }
        & .write--count { width: 1fr; height: 1; color: $text-muted; text-align: right; }
    }
    """

    def __init__(
        self,
        lines: Sequence[tuple[str, Tone]],
        *,
        look: Callable[[Draft], Awaitable[None]],
        send: Callable[[Draft], Awaitable[bool]],
        edit: Callable[[Draft], Awaitable[Draft]],
        draft: Draft | None = None,
    ) -> None:
        super().__init__()
        self.set_reactive(WriteMessage.heading, _("Write a message"))
        self._lines = tuple(lines)
        self._look, self._send, self._edit = look, send, edit
        self._begun = draft or Draft()
        self._busy = False

    @property
    def draft(self) -> Draft:
        """What is written so far."""
        return Draft(self.query_one("#subject", TextField).value, self.query_one("#text", MessageArea).text)

    def body(self) -> Iterable[Widget]:
        """Whom it reaches, then the fields."""
        for line, tone in self._lines:
            symbol = f"{SYMBOLS[tone]} " if tone is Tone.WARN else ""
            yield Static(Hanging(content_lines([[(f"{symbol}{line}", STYLES[tone])]])))
        hint = _("what it is about, in a few words")
        yield Field(_("Subject"), TextField(self._begun.subject, placeholder=hint, id="subject"))
        yield MessageArea(
            cleaned(self._begun.text), placeholder=_("The text, without a greeting."), compact=True, id="text"
        )
        with Horizontal(classes="write--below"):
            yield DialogButton(_("Editor"), key="ctrl+o", command="edit")
            yield Static("", classes="write--count")

    def choices(self) -> Iterable[DialogButton]:
        """Send, read, and out."""
        yield DialogButton(_("Send"), key="ctrl+s", command="send")
        yield DialogButton(_("Read it"), key="ctrl+r", command="look", short=_("Read"))
        yield self.cancel_choice()

    def first_focus(self) -> Widget | None:
        """The subject."""
        return self.query_one("#subject", TextField)

    @on(Input.Submitted)
    def _subject_done(self) -> None:
        self.query_one("#text", MessageArea).focus()

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self) -> None:
        self.say("")
        number = len(self.query_one("#text", MessageArea).text)
        over = f"{SYMBOLS[Tone.BAD]} " if number > MOST else ""
        self.query_one(".write--count", Static).update(
            content(_("{over}{number:,} of {most:,} characters").format(over=over, number=number, most=MOST))
        )

    def action_look(self) -> None:
        """Each e-mail as its family would get it."""
        self._begin(self._look_at)

    def action_send(self) -> None:
        """See the numbers once more, then queue them."""
        self._begin(self._send_it)

    def action_edit(self) -> None:
        """Write the text in another program."""
        self._begin(self._edit_it)

    def _begin(self, act: Callable[[], Awaitable[None]]) -> None:
        if not self._busy:
            self._busy = True
            self.run_worker(self._do(act), group="write")

    async def _do(self, act: Callable[[], Awaitable[None]]) -> None:
        try:
            await act()
        except BballError as error:
            self.refuse(_("{error} Nothing was sent.").format(error=error))
            written = {"#subject": self.draft.subject, "#text": self.draft.text}
            if (empty := next((name for name, text in written.items() if not text.strip()), None)) is not None:
                self.query_one(empty).focus()
        finally:
            self._busy = False

    async def _look_at(self) -> None:
        await self._look(self.draft)

    async def _send_it(self) -> None:
        if await self._send(self.draft):
            self.dismiss(True)

    async def _edit_it(self) -> None:
        changed = await self._edit(self.draft)
        area = self.query_one("#text", MessageArea)
        if changed.text != area.text:
            area.load_text(cleaned(changed.text))
        area.focus()

    @property
    def unsaved(self) -> bool:
        """The text counts as well as the subject."""
        return super().unsaved or self.draft.text.strip() != cleaned(self._begun.text).strip()

    def cancel(self) -> None:
        """Leave, unless it is being sent."""
        if not self._busy:
            self.leave(False)
