"""What a run of `apply` tells while it works, how it is paused or stopped, and what it gives back."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from bball_tui.groupme.plan.plan_model import ActionKind


class Pace(Struct, frozen=True):
    """How quickly GroupMe is written to; all in seconds.

    ``lookups`` are the pauses before each look for a group whose creation got no answer: lists may show a new one
    late. ``longest_pause``: when GroupMe wants to be left alone for longer, the run ends instead of waiting.
    ``faults`` in a row end it too.
    """

    between_writes: float = 1.0
    lookups: tuple[float, ...] = (2.0, 5.0, 15.0, 30.0)
    longest_pause: float = 90.0
    faults: int = 3


class Progress(Struct, frozen=True):
    """``done`` of ``total`` steps are finished, ``doing`` is a sentence; ``until``: waiting for that moment."""

    done: int
    total: int
    doing: str
    until: datetime | None = None


Report = Callable[[Progress], None]


def unheard(progress: Progress) -> None:
    """For a run that nobody watches."""


class Control:
    """The handle of the person who started a run: it pauses and stops between two steps, never within one."""

    def __init__(self) -> None:
        self._go = asyncio.Event()
        self._go.set()
        self._cancelled = False

    @property
    def paused(self) -> bool:
        return not self._go.is_set()

    @property
    def cancelled(self) -> bool:
        return self._cancelled

    def pause(self) -> None:
        """Stop after the present step, until :meth:`resume`."""
        self._go.clear()

    def resume(self) -> None:
        """Go on."""
        self._go.set()

    def cancel(self) -> None:
        """End after the present step."""
        self._cancelled = True
        self._go.set()

    async def proceed(self) -> bool:
        """Wait while paused; False once canceled."""
        await self._go.wait()
        return not self._cancelled


class StepState(StrEnum):
    """What became of one action."""

    DONE = "done"
    """GroupMe, or our database, has it."""
    NOT_NEEDED = "not_needed"
    """The facts have changed so that there is nothing left to do."""
    CHANGED = "changed"
    """The facts have changed since the plan was seen: nothing was done, look again."""
    FAILED = "failed"
    """Refused, or it went wrong, and nothing was changed."""
    UNKNOWN = "unknown"
    """Sent, and no answer: the next run looks first."""
    NOT_REACHED = "not_reached"
    """The run ended before, or the step before it was not done."""


FINE = frozenset({StepState.DONE, StepState.NOT_NEEDED})


class Step(Struct, frozen=True):
    """One action and what became of it; ``text`` is a sentence for a person."""

    action: str
    kind: ActionKind
    team_id: int
    team: str
    state: StepState
    text: str
    group_id: str | None = None


class Applied(Struct, frozen=True):
    """A run. ``recovered``: what became of earlier requests without an answer. ``stopped``: why it ended early.

    ``go_on_at``: GroupMe wants to be left alone until then. ``manual``: GroupMe lets only its own app do some of it,
    so groups are to be made there and linked here. ``told``: how many mails about a new link were promised.
    """

    account: str
    steps: tuple[Step, ...]
    recovered: tuple[str, ...] = ()
    stopped: str | None = None
    go_on_at: datetime | None = None
    manual: bool = False
    told: int = 0

    @property
    def done(self) -> int:
        return sum(step.state in FINE for step in self.steps)

    @property
    def not_done(self) -> int:
        return len(self.steps) - self.done
