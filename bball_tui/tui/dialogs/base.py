"""What all dialogs share: a frame with a title, a body that scrolls, a line for news, and choices that name their keys.

Esc cancels everywhere. The focus starts on the first field, or on Cancel where a slip would hurt. The choices stay on
screen however short the window is; the body scrolls with the arrow keys, page up and page down.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar, Generic, TypeVar

from textual import events, on
from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.css.query import NoMatches
from textual.reactive import reactive
from textual.screen import ModalScreen, Screen
from textual.widget import Widget
from textual.widgets import Button, Static

from bball_tui.language import LABEL, _, in_context
from bball_tui.tui.dialogs.controls import Choices, DialogButton, Field, rows_of
from bball_tui.tui.key_hints import with_keys
from bball_tui.tui.text import content, shorten, wrap
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone
from bball_tui.tui.toast_places import ToastingApp
from bball_tui.tui.typed_ahead import PatientApp
from bball_tui.tui.widgets.key_help import close_help, show_help

ResultT = TypeVar("ResultT")

CANCEL = "cancel"
"""The id of the choice that changes nothing."""

_BORDER = 2
_ROOMY_HEIGHT = 24
_TITLE_WIDTH = 48
_LONGEST_NEWS = 4


def assent_key(dangerous: bool) -> str:
    """The key that says yes, the same in every dialog.

    Enter where it does no harm. ``y`` where it does: the focus is on Cancel then, so that Enter, pressed once too
    often, means no. Where it also cannot be taken back and meets several, or wants a reason, that must be typed first,
    and Enter goes on from its field.
    """
    return "y" if dangerous else "Enter"


class Dialog(ModalScreen[ResultT], Generic[ResultT]):
    """The common frame. A dialog says its :attr:`heading`, its :meth:`body`, its :meth:`choices`, and its ``HELP``."""

    DEFAULT_CSS = """
    Dialog {
        align: center middle;
        background: $background 50%;
        layers: default help;
        &.-opaque { background: $background; }
        & > .dialog--frame {
            width: 84; max-width: 100%; height: auto; max-height: 100%;
            border: round $primary; border-title-color: $text-primary; border-title-style: bold;
            background: $surface; padding: 0 1;
        }
        &.-dangerous > .dialog--frame { border: round $error; border-title-color: $text-error; }
        & .dialog--body { height: auto; scrollbar-size-vertical: 1; }
        & .dialog--body > Static { height: auto; }
        & .dialog--news { height: auto; display: none; }
        & .dialog--choices { height: 1; width: 100%; align-horizontal: right; }
        & HelpPanel { split: initial; dock: right; layer: help; background: $surface; width: 40; }
    }
    """
    AUTO_FOCUS = ""
    BINDING_GROUP_TITLE = "In this dialog"
    BINDINGS: ClassVar = [
        Binding("escape", CANCEL, "cancel", show=False),
        Binding("f1,question_mark", "help", "help", show=False),
        Binding("up", "scroll_body(-1)", "scroll up", show=False),
        Binding("down", "scroll_body(1)", "scroll down", show=False),
        Binding("pageup", "scroll_page(-1)", "page up", show=False),
        Binding("pagedown", "scroll_page(1)", "page down", show=False),
    ]

    heading: reactive[str] = reactive("")
    dangerous: bool = False
    opaque: bool = False
    """Whether what lies below is hidden: a dialog that comes up again and again is drawn much faster so."""
    followed: Widget | None = None
    """The list in which the arrow keys of a field move, while they do: a screen reader then reads its line."""
    unexpected: bool = False
    """Whether nobody who typed ahead can have meant this dialog: what was typed is forgotten when it comes up."""

    def __init__(self) -> None:
        super().__init__()
        self._answered = self._answer_waits = self._came_up = False
        self._answer: ResultT | None = None
        self._news_lines = self._toast_lines = self._message_lines = 0
        self._dressed = ""
        self._wide = 0
        self._said_last = ("", Tone.MUTED)

    def ask_again(self) -> None:
        """An installed dialog that was answered is about to come up once more."""
        self._answered, self._answer = False, None

    def dismiss(self, result: ResultT | None = None) -> AwaitComplete:
        """Answer, once. Keys typed ahead do not answer a second time, for the screen below.

        While something lies over the dialog (the window is too small, a preview), the answer waits: Textual would
        take away what is on top.
        """
        if self._answered:
            return AwaitComplete()
        self._answered, self._answer = True, result
        self._answer_waits = not self.is_active
        return AwaitComplete() if self._answer_waits else super().dismiss(result)

    @property
    def hurried(self) -> bool:
        """Whether a key was pressed that waits for an answer: the next keys wait with it."""
        return False

    def forget_keys(self, *, tell: bool = False) -> None:
        """The dialog turned a key down, or says what nobody reckoned with: what was typed ahead is not obeyed."""
        if isinstance(self.app, PatientApp):
            self.app.forget_keys(tell=tell)

    def put_back(self, event: events.Key | events.Paste) -> None:
        """The key is for the screen below, which comes up now: it is the next one once more."""
        if isinstance(self.app, PatientApp):
            self.app.put_back(event)

    @property
    def letters_lost(self) -> int:
        """How many letters were typed so far that were not obeyed."""
        return self.app.letters_lost if isinstance(self.app, PatientApp) else 0

    @property
    def letters_wait(self) -> bool:
        """Whether letters were typed behind the key that is being obeyed."""
        return isinstance(self.app, PatientApp) and self.app.letters_wait > 0

    def pressed_before(self, moment: float) -> bool:
        """Whether the key that is being obeyed came in before ``moment`` (of the monotonic clock)."""
        return isinstance(self.app, PatientApp) and self.app.pressed_at < moment

    @property
    def gone(self) -> bool:
        """Whether it was answered or is being taken away: what comes now finds nothing to be shown in."""
        return self._answered or not self.is_attached

    async def on_screen_resume(self, event: events.ScreenResume) -> None:
        """The dialog comes up, or what lay over it is gone."""
        await asyncio.sleep(0)  # Textual lays out and draws at once now: keys that wait come first
        if not self._came_up:
            # Every part got its styles a moment ago, when it was mounted; once more would hold up the keys.
            self._came_up, event.refresh_styles = True, False
        elif self.opaque:
            event.refresh_styles = self._dressed != self.app.theme
        self._dressed = self.app.theme
        if self._answer_waits:
            self._answer_waits = False
            super().dismiss(self._answer)

    def compose(self) -> ComposeResult:
        """Frame, body, news, choices."""
        # Before there are parts, which would all get their styles once more.
        self.set_class(self.dangerous, "-dangerous")
        self.set_class(self.opaque, "-opaque")
        with Vertical(classes="dialog--frame"):
            with VerticalScroll(classes="dialog--body", can_focus=False):
                yield from self.body()
            yield Static("", classes="dialog--news")
            with Choices(classes="dialog--choices"):
                yield from self.choices()

    def body(self) -> Iterable[Widget]:
        """What stands between title and choices."""
        raise NotImplementedError

    def choices(self) -> Iterable[DialogButton]:
        """The ways out, from left to right."""
        raise NotImplementedError

    def cancel_choice(self, caption: str = "") -> DialogButton:
        """The way out that changes nothing."""
        short = "" if caption else in_context(LABEL, "Cancel")
        return DialogButton(caption or _("Cancel"), short=short, key="Esc", command=CANCEL)

    def on_mount(self) -> None:
        """Name the frame and put the focus where it belongs."""
        if self.gone:
            return  # it was taken away before its parts came
        if self.unexpected:
            self.forget_keys()
        self.watch_heading(self.heading)
        self.screen_layout_refresh_signal.subscribe(self, self._laid_out)
        self.fit()
        first = self.first_focus()
        if first is not None:
            self.set_focus(first)

    def first_focus(self) -> Widget | None:
        """Cancel where a slip would hurt, else the first field, else the first choice."""
        if self.dangerous:
            return self.choice(CANCEL)
        fields = (one for one in self.query("TextField, Picker, TickBox") if one.focusable)
        choices = (one for one in self.query(DialogButton) if one.focusable)
        return next(fields, None) or next(choices, None)

    def choice(self, command: str) -> DialogButton:
        """The choice that stands for ``command``."""
        return self.query_one(f"#choice-{command}", DialogButton)

    def watch_heading(self, heading: str) -> None:
        """The title is one line of the frame."""
        frame = self.query(".dialog--frame")
        if frame and heading:
            frame.first().border_title = content(shorten(heading, _TITLE_WIDTH))

    def say(self, sentence: str, tone: Tone = Tone.MUTED) -> None:
        """News above the choices: what goes on, or what went wrong. Empty takes the last news away."""
        if self.gone:
            return  # closed while something was under way
        self._said_last = sentence, tone
        sentence = with_keys(sentence)
        news = self.query_one(".dialog--news", Static)
        symbol = f"{SYMBOLS[tone]} " if tone in (Tone.BAD, Tone.WARN, Tone.GOOD) else ""
        lines = wrap(f"{symbol}{sentence}", self._inner_width())
        if len(lines) > _LONGEST_NEWS:
            lines = [*lines[: _LONGEST_NEWS - 1], shorten(" ".join(lines[_LONGEST_NEWS - 1 :]), self._inner_width())]
        as_high = len(lines) == self._news_lines and news.display == bool(sentence)
        news.update(content_block(lines, STYLES[tone]), layout=not as_high)
        if not as_high:
            # News of how far something is come ten times a second; most of them move nothing.
            news.display = bool(sentence)
            self._news_lines = len(lines) if sentence else 0
            self.fit()

    def refuse(self, sentence: str, field: str = "") -> None:
        """Say what is wrong, below the ``field`` with this id or above the choices.

        Nobody who typed ahead has seen it: what was typed behind the key that is refused is left out.
        """
        if self.gone:
            return  # closed while something was under way
        self.forget_keys(tell=True)
        if field:
            self.query_one(f"#{field}", Field).problem = sentence
        else:
            self.say(sentence, Tone.BAD)

    def _inner_width(self) -> int:
        return min(84, self.app.size.width) - _BORDER - 2

    async def on_resize(self, event: events.Resize) -> None:
        """Another window: another height for the body."""
        await asyncio.sleep(0)
        if self._said_last[0]:
            self.say(*self._said_last)  # its lines are as wide as the window
        self.fit(event.size.height)
        if self._wide not in (0, event.size.width):
            self.write_lines()
        self._wide = event.size.width

    def write_lines(self) -> None:
        """The window is wider or narrower: write again what was cut to its width."""

    def make_room(self, lines: int) -> None:
        """Leave ``lines`` at the bottom of the window to messages, if the dialog would lie below them."""
        self._message_lines = lines
        for frame in self.query(".dialog--frame"):
            if lines and not self._toast_lines and frame.region.bottom <= self.app.size.height - lines:
                return
            if lines != self._toast_lines:
                self._toast_lines = lines
                frame.styles.margin = (0, 0, lines, 0)
                self.fit()
                if self.focused is not None:  # a lower body may end above it
                    self.call_after_refresh(self.focused.scroll_visible, animate=False)

    def _laid_out(self, _screen: Screen[Any]) -> None:
        """What was read meanwhile may have made the dialog so high that messages lie over it, or a message longer."""
        if self._message_lines and isinstance(self.app, ToastingApp):
            self.app.make_way()

    def fit(self, height: int | None = None) -> None:
        """Give the body what frame, news, choices and messages leave of the window's ``height``."""
        height = (self.app.size.height if height is None else height) - self._toast_lines
        roomy = height >= _ROOMY_HEIGHT
        try:
            body, choices = self.query_one(".dialog--body"), self.query_one(".dialog--choices")
        except NoMatches:
            return  # a resize before the first mount
        shown = [one for one in choices.query(DialogButton) if one.display]
        for choice in shown:
            choice.refresh(layout=True)  # its spelling depends on the window's width
        rows = max(rows_of([one.width + 1 for one in shown], self._inner_width()), default=0) + 1
        choices.styles.height = rows
        choices.styles.margin = (1 if roomy else 0, 0, 0, 0)
        body.styles.max_height = max(1, height - _BORDER - rows - roomy - self._news_lines)

    @on(Button.Pressed)
    async def _pressed(self, event: Button.Pressed) -> None:
        event.stop()
        if isinstance(event.button, DialogButton):
            await self.run_action(event.button.command)

    def action_cancel(self) -> None:
        """Close the help if it is open, else the dialog, changing nothing."""
        if not close_help(self):
            self.cancel()

    def cancel(self) -> None:
        """Leave without a result."""
        self.dismiss()

    def action_help(self) -> None:
        """Show what this dialog does and which keys it has, or hide it again."""
        toggle_help(self)

    def action_scroll_body(self, lines: int) -> None:
        """Move the body by lines."""
        self.query_one(".dialog--body").scroll_relative(y=lines, animate=False)

    def action_scroll_page(self, pages: int) -> None:
        """Move the body by pages."""
        body = self.query_one(".dialog--body")
        body.scroll_relative(y=pages * max(1, body.size.height - 1), animate=False)


def content_block(lines: Iterable[str], style: str = "") -> Content:
    """Lines of one style as one block."""
    return Content("\n").join([content((line, style)) for line in lines])


def toggle_help(screen: Screen[Any]) -> None:
    """Show what the screen does and which keys it has, or hide it again."""
    if not close_help(screen):
        show_help(screen)
