"""Keys wait until what the key before them opened has the focus: a key never acts on what nobody sees.

Textual gives a key to whatever has the focus when the key comes in. Keys that come in together, after an ssh line
stood still, from a paste or from fast hands, would all go to what had it before the first of them was obeyed. So one
key at a time is let in, and the next one only when the program has come to rest: every part has dealt with its
messages, no command is on its way to its question, and no answer is on its way to the rows that it is about.
"""

import asyncio
from collections import deque
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any

from textual import events
from textual.app import App, ReturnType
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input
from textual.worker import get_current_worker

from bball_tui.language import _
from bball_tui.tui.escape_keys import ESCAPE, KeyBehindEscape
from bball_tui.tui.style_sheets import ReadOnce
from bball_tui.tui.timers import fire_late_timers

if TYPE_CHECKING:
    from textual.message_pump import MessagePump
    from textual.worker import Worker

    AnyWorker = Worker[Any]

_Typed = events.Key | events.Paste

LOOK = 0.004
"""Seconds between two looks whether a command has come to its question: nothing tells of that moment."""
PATIENCE = 0.25
"""Seconds after which a part that has not answered, because it was taken away, is not waited for."""
LIST_PATIENCE = 5.0
"""Seconds that keys wait for rows. After that the list says itself that it is still reading."""
OPENING_PATIENCE = 10.0
"""Seconds that keys wait for the league to open. After that they are left out, and later ones are answered."""
STALE = 30.0
"""Seconds after which a key that waited is not obeyed anymore: nobody remembers what it was meant for."""

COMMANDS = frozenset({"command", "letters", "undo", "open"})
"""The groups of workers, of the tabs and of the program, that lead to a question or change something."""
OPENING = "open"
"""The group of the program's own worker that opens the league."""
ROWS = frozenset({"open", "select"})
"""The groups of a list's workers that decide which rows a command is about."""
SEEN_AT_WORK = frozenset({"bulk", "chats", "chats-run", "import", "names", "preview"})
"""The groups of a dialog's workers beside which it takes keys: it shows how far they are, or that they are reading."""
LEFT_OUT = _("Keys that were pressed while the program was at work were left out.")


class PatientApp(App[ReturnType]):
    """Lets keys in one by one."""

    starting = False
    """Whether the program has yet to begin with opening the league: keys come in before."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        fire_late_timers()
        super().__init__(*args, **kwargs)
        self.stylesheet = ReadOnce(variables=self.theme_variables)
        self._waiting: deque[tuple[_Typed, float]] = deque()
        self._let_in: _Typed | None = None
        self._letting: asyncio.Task[None] | None = None
        self._asking: dict[AnyWorker, Screen[Any] | str] = {}
        self._waited_for: tuple[AnyWorker, float] | None = None
        self._forgotten = 0.0
        self._tells = False
        """Whether it is said of keys that come in together with what was forgotten."""
        self._asked_by: AnyWorker | None = None
        """What opens the league and asked something."""
        self.letters_lost = 0
        """How many letters and pastes were not obeyed so far: what is typed behind them may lack its beginning."""
        self._obeyed_at = 0.0
        """When the last key was let in."""
        self.pressed_at = 0.0
        """When the key came in that is being obeyed, by the monotonic clock."""

    @property
    def key_obeyed(self) -> str:
        """The key that was let in last."""
        return self._let_in.key if isinstance(self._let_in, events.Key) else ""

    async def on_event(self, event: events.Event) -> None:
        """A key or a paste waits for its turn; everything else goes on."""
        if isinstance(event, _Typed) and not event.is_forwarded and event is not self._let_in:
            self._take(event)
        else:
            await super().on_event(event)

    @property
    def keys_wait(self) -> bool:
        """Whether keys are on their way that nothing holds up but rows, for which no key waits long, or one that stops
        what is at work.
        """
        if self._letting is None:
            return False
        worker = self._in_the_way()
        return worker is None or self._brings_rows(worker) or self._may_pass(worker)

    def forget_keys(self, *, tell: bool = False) -> None:
        """What was typed ahead was meant for something else than what is shown now; ``tell`` says that it is lost."""
        lost = bool(self._waiting)
        self._drop_waiting()
        self._forgotten, self._tells = monotonic(), tell
        if lost and tell:
            self._tell_lost()

    def _drop_waiting(self) -> None:
        self.letters_lost += self.letters_wait
        self._waiting.clear()

    def put_back(self, event: _Typed) -> None:
        """The key that is being obeyed waits once more, before the others: it is for what comes up next."""
        again = events.Paste(event.text) if isinstance(event, events.Paste) else events.Key(event.key, event.character)
        again.time = self.pressed_at
        self._waiting.appendleft((again, monotonic()))
        if self._letting is None:
            self._letting = asyncio.create_task(self._let_in_one_by_one())

    @property
    def letters_wait(self) -> int:
        """How many letters and pastes wait for their turn."""
        return sum(map(_is_text, (event for event, _since in self._waiting)))

    async def push_screen_wait(self, screen: Screen[Any] | str, *, mode: str | None = None) -> Any:
        """While a command waits for a person's answer it holds up no keys."""
        worker = get_current_worker()
        if self._opens(worker) and self._asked_by is not worker:
            self._asked_by = worker
            self._leave_out()  # meant for the desk, and not for what keeps it shut
        self._asking[worker] = screen
        try:
            return await super().push_screen_wait(screen, mode=mode)
        finally:
            del self._asking[worker]

    @property
    def working_in_sight(self) -> bool:
        """Whether a dialog is at something long, which says how far it is."""
        return any(worker.group in SEEN_AT_WORK and not worker.is_finished for worker in self.workers)

    def _take(self, event: _Typed) -> None:
        if event.time < self._forgotten:
            self.letters_lost += _is_text(event)
            if self._tells:
                self._tell_lost()
            return  # it came in together with what was forgotten: the driver gives all of that one time
        key = event.key if isinstance(event, events.Key) else ""
        worker = self._in_the_way()
        if worker is not None and (key == "ctrl+q" or (self._is_escape(event) and self._hears_of(worker, event))):
            # Stop means now, and not after what was typed before. What comes behind it is meant for what it leads to.
            self._drop_waiting()
        self._waiting.append((event, monotonic()))
        if self._letting is None:
            self._letting = asyncio.create_task(self._let_in_one_by_one())

    async def _let_in_one_by_one(self) -> None:
        try:
            while await self._at_rest() and self._waiting:
                event, since = self._waiting[0]
                opening = (worker := self._in_the_way()) is not None and self._opens(worker)
                if monotonic() - since > (OPENING_PATIENCE if opening else STALE):
                    self._leave_out()
                else:
                    self._waiting.popleft()
                    self.pressed_at = event.time
                    if isinstance(event, KeyBehindEscape):
                        event = self._taken_apart(event, since)
                    self._let_in, self._obeyed_at = event, monotonic()
                    self.post_message(event)
        finally:
            self._letting = None

    def _taken_apart(self, event: KeyBehindEscape, since: float) -> events.Key:
        """The key that Escape and the one behind it are here; if they are two, the other one waits for its turn."""
        if (key := self._one_key(event)) is not None:
            return events.Key(key, None)
        event.plain.time = event.time
        self._waiting.appendleft((event.plain, since))
        return events.Key("escape", ESCAPE)

    def _is_escape(self, event: _Typed) -> bool:
        """Whether it is Escape, alone or with another key behind it."""
        if isinstance(event, KeyBehindEscape):
            return self._one_key(event) is None
        return isinstance(event, events.Key) and event.key == "escape"

    def _one_key(self, event: KeyBehindEscape) -> str | None:
        """What Escape and the key behind it are together for what has the focus: one that moves or deletes by words
        in a field, or a command's.
        """
        if event.word_key:
            from textual.widgets import TextArea  # here: a dozen modules come with it, and the first paint waits

            if isinstance(self.focused, Input | TextArea):
                return event.word_key
        return event.key if event.key in self.screen.active_bindings else None

    def _leave_out(self) -> None:
        """What was typed ahead is not obeyed, and that is said."""
        if self._waiting:
            self.forget_keys(tell=True)

    def _tell_lost(self) -> None:
        self.notify(LEFT_OUT, severity="warning", markup=False)  # stays until somebody was there to read it

    # Rest

    async def _at_rest(self) -> bool:
        """Return when nothing is in the way of the next key; False when the program ends."""
        while self.starting or (self.is_running and self.screen_stack):
            if self.starting:
                await asyncio.sleep(LOOK)
                continue
            before = self._path()
            settled = [await self._answers(part) for part in before]
            worker = self._in_the_way()
            if not all(settled) or before != self._path() or self._stirs():
                continue
            if worker is None or self._may_pass(worker):
                return True
            if self._brings_rows(worker) and self._has_waited_for(worker) > LIST_PATIENCE:
                return True
            if self._opens(worker) and self._has_waited_for(worker) > OPENING_PATIENCE:
                return True
            await asyncio.sleep(LOOK)
        return False

    def _has_waited_for(self, worker: "AnyWorker") -> float:
        """Seconds since a key first waited for these rows: those behind it do not wait as long once more."""
        if self._waited_for is None or self._waited_for[0] is not worker:
            self._waited_for = worker, monotonic()
        return monotonic() - self._waited_for[1]

    def _path(self) -> "list[MessagePump]":
        """The way of a key: from what has the focus up to the program."""
        start = self.screen if self.screen.focused is None else self.screen.focused
        return list(start.ancestors_with_self)

    @staticmethod
    async def _answers(part: "MessagePump") -> bool:
        """Whether ``part`` has dealt with all that it had been sent."""
        answered = asyncio.Event()
        if part.call_later(answered.set):
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await answered.wait()
        return answered.is_set()

    def _stirs(self) -> bool:
        """Whether any part still has messages to deal with, or is not there yet: a view that is loading, a dialog."""
        parts = self.screen.walk_children(Widget, with_self=True)
        return self.message_queue_size > 0 or any(part.message_queue_size or not part.is_mounted for part in parts)

    def _in_the_way(self) -> "AnyWorker | None":
        """What has to come to an end, or to its question, before another key may act."""
        return next((worker for worker in self.workers if not worker.is_finished and self._holds(worker)), None)

    def _holds(self, worker: "AnyWorker") -> bool:
        asked = self._asking.get(worker)
        if asked is not None and asked in self.screen_stack:
            return False
        node = worker.node
        if asked is not None:
            return True
        if isinstance(node, Screen) and node.is_modal:
            if not node.is_attached:
                return False
            return worker.group not in SEEN_AT_WORK or (node is self.screen and getattr(node, "hurried", False) is True)
        if self._brings_rows(worker):
            return self._is_looked_at(node)
        return self._opens(worker) or (node is not self and worker.group in COMMANDS)

    def _opens(self, worker: "AnyWorker") -> bool:
        """Whether ``worker`` opens the league: what a person types meanwhile is meant for the desk."""
        return worker.node is self and worker.group == OPENING

    def _brings_rows(self, worker: "AnyWorker") -> bool:
        """Whether ``worker`` decides which rows of a list a command is about; the program's own opens the league."""
        return worker.group in ROWS and worker.node is not self

    def _is_looked_at(self, node: Any) -> bool:
        """Whether ``node`` is a list before a person who does not type into a field beside it."""
        if node.screen is not self.screen or isinstance(self.screen.focused, Input):
            return False
        return all(getattr(one, "display", True) for one in node.ancestors_with_self)

    def _hears_of(self, worker: "AnyWorker", escape: _Typed) -> bool:
        """Whether ``worker`` belongs to the dialog that a person looks at, which knows what Esc means then.

        Typed ahead of the key that set it to work, Esc is for what that leads to, and so is what comes behind.
        """
        return escape.time > self._obeyed_at and worker.node is self.screen and self.screen.is_modal

    def _may_pass(self, worker: "AnyWorker") -> bool:
        """Whether the next key is one that what is at work must hear of."""
        key = self._waiting[0][0] if self._waiting else None
        if not isinstance(key, events.Key):
            return False
        return key.key == "ctrl+q" or (self._is_escape(key) and self._hears_of(worker, key))


def _is_text(event: _Typed) -> bool:
    """Whether it is a part of a word, and no command."""
    return isinstance(event, events.Paste) or event.is_printable
