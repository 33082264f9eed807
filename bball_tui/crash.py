"""What is written down when the program itself is at fault: where it happened, never what it was working on.

Messages and local variables of an exception hold children's names, addresses and passwords, so a report keeps only
types, files, lines and function names.
"""

import traceback
from datetime import UTC, datetime
from pathlib import Path

from bball_tui import __version__


def describe(error: BaseException) -> str:
    """The chain of ``error`` as text: types and places, outermost last. No message, no locals, no source line."""
    lines: list[str] = []
    current: BaseException | None = error
    while current is not None:
        lines.append(f"{type(current).__module__}.{type(current).__qualname__}")
        lines += [
            f"  {Path(frame.filename).name}:{frame.lineno} in {frame.name}"
            for frame in traceback.extract_tb(current.__traceback__)
        ]
        if isinstance(current, BaseExceptionGroup):
            lines += [f"  holds {type(inner).__qualname__}" for inner in current.exceptions]
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return "\n".join(lines)


def report(error: BaseException, log_file: Path) -> str:
    """Append :func:`describe` to the log and return the sentence for the person. Never raises."""
    stamp = datetime.now(UTC).isoformat(timespec="seconds")
    try:
        log_file.parent.mkdir(parents=True, exist_ok=True)
        with log_file.open("a", encoding="utf-8") as log:
            log.write(f"{stamp} bball-tui {__version__}\n{describe(error)}\n\n")
        log_file.chmod(0o600)
    except OSError:
        return (
            "bball-tui stopped because of a fault of its own. What was saved is safe. "
            f"(The log {log_file} could not be written.)"
        )
    return (
        "bball-tui stopped because of a fault of its own. What was saved is safe. "
        f"Where it happened is noted, without names or secrets, in {log_file}"
    )
