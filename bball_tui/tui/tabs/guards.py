"""When a command of a tab is allowed: the conditions that tabs share. Each says why not; None: it is allowed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from bball_tui.language import COMMAND, _, in_context

if TYPE_CHECKING:
    from bball_tui.tui.tabs.record_pane import RecordPane

Guard = Callable[[Any], str | None]


def ready(pane: "RecordPane[Any]") -> str | None:
    """The league is open and the rows are there."""
    return pane.not_ready()


def on_some(noun: str) -> Guard:
    """At least one row is meant."""

    def when(pane: "RecordPane[Any]") -> str | None:
        if (reason := pane.not_ready()) is not None:
            return reason
        return None if pane.number_meant else _("No {noun} is under the cursor.").format(noun=_(noun))

    return when


def on_one(noun: str, several: str) -> Guard:
    """Exactly one row is meant; ``several`` is said when it is more."""
    some = on_some(noun)

    def when(pane: "RecordPane[Any]") -> str | None:
        return some(pane) or (_(several) if pane.number_meant > 1 else None)

    return when


def counted_caption(word: str) -> Callable[[Any], str]:
    """The label in the footer with the number of rows that are meant: ``sign 3…``."""

    def caption(pane: "RecordPane[Any]") -> str:
        number, label = pane.number_meant, in_context(COMMAND, word)
        return f"{label} {number}…" if number > 1 else f"{label}…"

    return caption
