"""A plan is being done: how far it is, a way to pause and to stop, and what became of each step."""

from collections.abc import Awaitable, Callable, Iterable
from datetime import tzinfo
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding
from textual.widget import Widget
from textual.widgets import Static

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.time_format import clock
from bball_tui.tui.dialogs.base import Dialog
from bball_tui.tui.dialogs.controls import DialogButton
from bball_tui.tui.hanging_indent import Hanging
from bball_tui.tui.key_hints import key_of, with_keys
from bball_tui.tui.text import Part, content_lines
from bball_tui.tui.theme import STYLES, SYMBOLS, Tone, marked
from bball_tui.wording import counted

if TYPE_CHECKING:
    from bball_tui.groupme.run.progress import Applied, Control, Progress, Report, Step

_BAR = 24
_TONES = {
    "done": Tone.GOOD,
    "not_needed": Tone.MUTED,
    "changed": Tone.WARN,
    "failed": Tone.BAD,
    "unknown": Tone.WARN,
    "not_reached": Tone.MUTED,
}


class ChatRun(Dialog["Applied | None"]):
    """Does ``work`` (given the handle that pauses and stops it, and somebody who listens) on ``total`` steps.

    It begins at once, for the question was asked before. At the end it stays and says what became of each step.
    None: it could not begin.
    """

    HELP = """
    ## Being done
    One step after the other, about one a second. `p` pauses and goes on, `Esc` stops after the step that is under way.
    What is done stays done; what is not can be done later from a new plan. Even if this program were ended now, the
    next run would look first what had happened.
    """
    BINDINGS: ClassVar = [Binding("p", "pause", "pause or go on", show=False)]

    def __init__(
        self, title: str, work: "Callable[[Control, Report], Awaitable[Applied]]", total: int, zone: tzinfo
    ) -> None:
        from bball_tui.groupme.run.progress import Control

        super().__init__()
        self.set_reactive(ChatRun.heading, title)
        self._work = work
        self._control: Control = Control()
        self._total, self._zone = total, zone
        self._progress: Progress | None = None
        self._applied: Applied | None = None
        self._problem = ""
        self._busy = True

    def body(self) -> Iterable[Widget]:
        """A bar, later the report."""
        yield Static("", id="run")

    def choices(self) -> Iterable[DialogButton]:
        """Pause and stop, later close."""
        yield DialogButton(_("Pause"), key="p", command="pause")
        yield self.cancel_choice(_("Stop"))

    def first_focus(self) -> Widget | None:
        """Stop, later Close."""
        return self.choice("cancel")

    def on_mount(self) -> None:
        """Begin."""
        self._draw()
        self.run_worker(self._run(), group="chats-run")

    async def _run(self) -> None:
        try:
            self._applied = await self._work(self._control, self._heard)
        except BballError as error:
            self._problem = str(error)
        self._busy = False
        self.choice("pause").display = False
        self.choice("cancel").caption = _("Close")
        self._draw()

    def _heard(self, progress: "Progress") -> None:
        self._progress = progress
        self._draw()

    def _draw(self) -> None:
        lines = list(self._report() if not self._busy else self._under_way())
        self.query_one("#run", Static).update(Hanging(content_lines(lines)))

    def _under_way(self) -> Iterable[list[Part]]:
        done = 0 if self._progress is None else self._progress.done
        total = self._total if self._progress is None else max(self._total, self._progress.total)
        full = _BAR * done // max(1, total)
        yield [
            _("{full}{bar} {done} of {total}").format(full="█" * full, bar="░" * (_BAR - full), done=done, total=total)
        ]
        doing = _("Looking first how things stand.") if self._progress is None else self._progress.doing
        until = None if self._progress is None else self._progress.until
        yield [
            doing
            if until is None
            else _("{doing} It goes on at {until}.").format(
                doing=doing, until=clock(until.astimezone(self._zone), seconds=True)
            )
        ]
        if self._control.cancelled:
            say = _("Stopping after this step …")
        elif self._control.paused:
            say = _("Paused after the step that is under way. p goes on, Esc stops.")
        else:
            say = _("p pauses, Esc stops. What is done stays done.")
        yield [(say, STYLES[Tone.MUTED])]

    def _report(self) -> Iterable[list[Part]]:
        if self._applied is None:
            yield [marked(Tone.BAD, self._problem)]
            yield [
                (
                    _("What was done before this is kept. Press {key} to see how things stand.").format(
                        key=key_of("chat.read")
                    ),
                    STYLES[Tone.MUTED],
                )
            ]
            return
        applied = self._applied
        yield [
            marked(
                Tone.GOOD if applied.done else Tone.MUTED, _("{steps} done").format(steps=counted(applied.done, "step"))
            )
        ]
        if applied.told:
            yield [
                marked(Tone.GOOD, _("{e_mail} about a new link queued").format(e_mail=counted(applied.told, "e-mail")))
            ]
        if applied.not_done:
            yield [marked(Tone.WARN, _("{steps} not done").format(steps=counted(applied.not_done, "step")))]
        if applied.stopped is not None:
            yield [marked(Tone.WARN, applied.stopped)]
        for sentence in applied.recovered:
            yield [marked(Tone.ACCENT, sentence)]
        if applied.manual:
            yield [
                marked(
                    Tone.WARN,
                    _("{key} links a group that you made in the GroupMe app, by its share link.").format(
                        key=key_of("chat.link")
                    ),
                )
            ]
        yield []
        # What needs somebody comes first.
        for step in sorted(applied.steps, key=lambda one: _TONES[one.state] in (Tone.GOOD, Tone.MUTED)):
            yield self._step(step)

    @staticmethod
    def _step(step: "Step") -> list[Part]:
        tone = _TONES[step.state]
        return [(f"{SYMBOLS[tone]} ", STYLES[tone]), (f"{step.team}: ", "bold"), with_keys(step.text)]

    def action_pause(self) -> None:
        """Wait after the present step, or go on."""
        if not self._busy or self._control.cancelled:
            return
        if self._control.paused:
            self._control.resume()
        else:
            self._control.pause()
        self.choice("pause").caption = _("Go on") if self._control.paused else _("Pause")
        self._draw()

    def cancel(self) -> None:
        """Stop after the present step, or close what is over."""
        if not self._busy:
            self.dismiss(self._applied)
            return
        self._control.cancel()
        self._draw()
