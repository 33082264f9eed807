"""What the commands that change something at GroupMe share: the account, what is told on the way, and the report."""

from contextlib import AbstractAsyncContextManager
from datetime import datetime

from msgspec import Struct

from bball_tui.cli.context import CliContext
from bball_tui.cli.output import Did, exit_code, narrate
from bball_tui.groupme.run.progress import Applied, Progress, Step
from bball_tui.groupme.run.sender import Sender, open_sender
from bball_tui.wording import counted


class AppliedLine(Struct, frozen=True):
    """The JSON of `groupme apply`, `create` and `renew --apply`."""

    account: str
    done: int
    not_done: int
    stopped: str | None
    go_on_at: datetime | None
    manual: bool
    told: int
    recovered: tuple[str, ...]
    steps: tuple[Step, ...]


def chats_sender(context: CliContext, season_id: int) -> AbstractAsyncContextManager[Sender]:
    """What a run needs, telling on stderr what it does."""
    return open_sender(context.database, context.league.id, season_id, context.settings, report=_Teller())


def applied_answer(applied: Applied) -> Did:
    """What became of each step, and how many e-mails that brought."""
    line = AppliedLine(
        account=applied.account,
        done=applied.done,
        not_done=applied.not_done,
        stopped=applied.stopped,
        go_on_at=applied.go_on_at,
        manual=applied.manual,
        told=applied.told,
        recovered=applied.recovered,
        steps=applied.steps,
    )
    told = [*applied.recovered, *(f"{step.team}: {step.text}" for step in applied.steps)]
    if applied.told:
        told.append(f"{counted(applied.told, 'e-mail')} about a new link queued.")
    if applied.stopped is not None:
        told.append(applied.stopped)
    told.append(f"Done: {counted(applied.done, 'step')}. Not done: {applied.not_done}.")
    return Did(told, line, exit_code(applied.done, applied.not_done))


class _Teller:
    """Tells each new thing once, on stderr."""

    def __init__(self) -> None:
        self._last = ""

    def __call__(self, progress: Progress) -> None:
        if progress.doing != self._last:
            self._last = progress.doing
            until = f" It goes on at {progress.until:%H:%M:%S} UTC." if progress.until else ""
            narrate(progress.doing + until)
