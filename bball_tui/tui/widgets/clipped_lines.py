"""Sentences in the room that there is, with the number of lines for which there is none."""

from collections.abc import Iterable

from textual.content import Content
from textual.widget import Widget

from bball_tui.tui.text import clipped, content_lines


class ClippedLines(Widget):
    """As high as its style says. In another window the same sentences are clipped to its room."""

    def __init__(self) -> None:
        super().__init__()
        self._sentences: tuple[str, ...] = ()

    def show(self, sentences: Iterable[str]) -> None:
        """Each begins a line of its own."""
        self._sentences = tuple(sentences)
        self.refresh()

    def render(self) -> Content:
        """As many lines as fit; the last one counts the rest."""
        width, height = self.size
        lines = clipped(self._sentences, width, height) if width and height else ()
        return content_lines([line] for line in lines)
