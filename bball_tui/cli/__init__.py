"""The command `bball-tui`: the screen when called alone, everything else as sub-commands.

Exit codes: 0 done, 1 refused (the message says why), 2 wrong usage, 3 partly done, 70 a fault of the program,
130 interrupted, 129 the terminal went away, 143 ended from outside.
"""

import gc
import os
import signal
import sys
from contextlib import suppress
from contextvars import copy_context
from types import FrameType
from typing import NoReturn

from bball_tui.errors import BballError

FAULT = 70
INTERRUPTED = 130
COMPLETING = "_BBALL_TUI_COMPLETE"
"""The variable by which a shell asks how to complete what is typed."""


def main() -> NoReturn:
    """Run the command line and exit with one of the codes above; no error ever shows a traceback."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError):
            stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    for number in (signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(number) is signal.SIG_DFL:  # with nohup it is ignored, and stays so
            signal.signal(number, _leave)
    sys.exit(copy_context().run(_run))


def _leave(number: int, _frame: FrameType | None) -> NoReturn:
    """Left alone, the signal would end the program on the spot, and its database server would run on without it."""
    signal.signal(number, signal.SIG_IGN)  # a window that closes hangs up more than once
    raise SystemExit(128 + number)


def _run() -> int:
    try:
        alone = len(sys.argv) == 1 and COMPLETING not in os.environ
        return _screen() if alone else _command()
    except BballError as error:
        from bball_tui.cli.command_hints import typed_out

        _say(f"Error: {typed_out(str(error))}")
        return 1
    except KeyboardInterrupt:
        _say("Stopped.")
        return INTERRUPTED
    except BrokenPipeError:
        # Anyone who read our output (head, less) has seen enough; Python must not complain about it at exit.
        sys.stdout = None
        return 0
    except Exception as error:  # the last resort: a person must never see a traceback with data in it
        from bball_tui import crash
        from bball_tui.settings import load_settings

        try:
            log_file = load_settings().log_file
        except BballError:
            from pathlib import Path
            from tempfile import gettempdir

            log_file = Path(gettempdir()) / "bball-tui.log"
        _say(f"Error: {crash.report(error, log_file)}")
        return FAULT


def _screen() -> int:
    """Called alone it opens the screen; importing click would delay the first picture by a tenth."""
    from bball_tui.tui.gc_tuning import starting

    starting()
    from bball_tui.cli.screen import open_screen

    return open_screen({})


def _command() -> int:
    # What a command imports stays. Python would look through it for garbage again and again, for a tenth of the time.
    gc.set_threshold(50_000, 10, 10)
    from bball_tui.cli.root import run

    return run()


def _say(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")
