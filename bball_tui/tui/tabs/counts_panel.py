"""The left side of the outbox, and of the check of what goes out: how many are where."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import Struct
from textual import events
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from bball_tui.language import _
from bball_tui.tui.text import Part, cell, content_lines
from bball_tui.tui.theme import STYLES, Tone

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from textual.content import Content

    from bball_tui.outbox.counts import Bucket

GROUPS = (
    (_("Sending"), ("queued", "held", "waiting", "sending")),
    (_("Needs you"), ("in_doubt", "failed", "bounced", "parked")),
    (_("Done"), ("sent", "in_folder", "cancelled", "suppressed")),
)
_LABEL_WIDTH = 19


class Kind(Struct, frozen=True):
    """One kind of mails, whatever the numbers are: the name of a bucket, and of a cause within it."""

    bucket: str
    cause: str | None = None


def kind_words(buckets: "Sequence[Bucket]", kind: Kind | None) -> "tuple[str, datetime | None]":
    """What a kind is called, and since when its oldest mail waits; before the numbers came, its plain name."""
    if kind is None:
        return "", None
    for bucket in buckets:
        if bucket.name == kind.bucket:
            if kind.cause is None:
                return bucket.label, bucket.oldest
            of_cause = [one for one in bucket.children if one.wanted.cause == kind.cause]
            return (of_cause[0].label, of_cause[0].oldest) if of_cause else (_of_nothing(kind.cause), None)
    return kind.cause or kind.bucket, None


def _of_nothing(cause: str) -> str:
    """The words of a cause that no mail has anymore: what is shown is still only of it."""
    from bball_tui.outbox.causes import cause_named

    known = cause_named(cause)
    return cause if known is None else _(known.phrase)


def causes_of(buckets: "Sequence[Bucket]", kind: Kind) -> list[str]:
    """Why the mails of a kind failed, the most frequent cause first; of those that did not fail there is none."""
    return [one.label for bucket in buckets if bucket.name == kind.bucket for one in bucket.children if one.count]


class PanelLine(Struct, frozen=True):
    """One line: a title (``kind`` None), a gap (no words), or a kind of mails with their number."""

    words: str
    kind: Kind | None = None
    count: int = 0


@dataclass
class KindChosen(Message):
    """Show only these mails."""

    kind: Kind


def panel_lines(buckets: "Iterable[Bucket]") -> Iterator[PanelLine]:
    """The panel from top to bottom: groups, their buckets, and the causes of a bucket below it."""
    by_name = {bucket.name: bucket for bucket in buckets}
    for place, (title, names) in enumerate(GROUPS):
        if place:
            yield PanelLine("")
        yield PanelLine(title)
        for bucket in (by_name[name] for name in names if name in by_name):
            yield PanelLine(bucket.label, Kind(bucket.name), bucket.count)
            for child in bucket.children:
                yield PanelLine(f"  {child.label}", Kind(bucket.name, child.wanted.cause), child.count)


class CountsPanel(Widget):
    """Shows the kinds with their numbers. A click shows only those mails."""

    DEFAULT_CSS = """
    CountsPanel { width: 28; height: 1fr; padding: 0 1 0 0; color: $foreground; background: $background; }
    """

    lines: reactive[tuple[PanelLine, ...]] = reactive(())
    chosen: reactive[Kind | None] = reactive(None)

    def render(self) -> "Content":
        """Numbers at the right, empty kinds muted, a pointer at the chosen one."""
        return content_lines([self._line(line) for line in self.lines])

    def _line(self, line: PanelLine) -> list[Part]:
        if line.kind is None:
            return [(f" {line.words}", "bold $text-primary")]
        here = line.kind == self.chosen
        text = f"{cell(line.words, _LABEL_WIDTH)}{line.count:>5,}"
        return [" ▸" if here else "  ", (text, "bold" if here else STYLES[Tone.PLAIN if line.count else Tone.MUTED])]

    def on_click(self, event: events.Click) -> None:
        """Find the line under the mouse."""
        if event.y < len(self.lines) and (kind := self.lines[event.y].kind) is not None:
            self.post_message(KindChosen(kind))

    def step(self, step: int) -> Kind | None:
        """The next kind that has mails, or the one before; None when there are no mails at all."""
        full = [line.kind for line in self.lines if line.kind is not None and line.count]
        if not full:
            return None
        here = full.index(self.chosen) if self.chosen in full else (-1 if step > 0 else 0)
        return full[(here + step) % len(full)]
