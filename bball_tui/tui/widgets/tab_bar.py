"""The main parts of the program, each with its number key."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from bball_tui.tui.text import Part, content, width_of


class TabSpec(msgspec.Struct, frozen=True):
    """One tab: ``id`` is what :class:`TabChosen` carries, ``key`` the key that leads to it, if one does.

    One that is ``aside`` stands there with its key alone where the line has no room for its title.
    """

    id: str
    key: str
    title: str
    aside: bool = False


@dataclass
class TabChosen(Message):
    """A click on a tab that is not the present one."""

    tab_id: str


def tab_labels(tabs: Sequence[TabSpec], active: str, width: int) -> tuple[list[str], str]:
    """The labels that fit into ``width`` cells, and what stands between them.

    All titles; else those of the tabs that are not ``aside``; else the title of the present tab and bare keys.
    """
    full = [f" {tab.key} {tab.title} " if tab.key else f" {tab.title} " for tab in tabs]
    bare = [f" {tab.key or tab.title[:1]} " for tab in tabs]
    most = [key if tab.aside and tab.id != active else label for tab, label, key in zip(tabs, full, bare, strict=True)]
    for labels, between in ((full, " "), (most, " "), (most, "")):
        if sum(width_of(label) for label in labels) + len(between) * (len(labels) - 1) <= width:
            return labels, between
    return [label if tab.id == active else key for tab, label, key in zip(tabs, full, bare, strict=True)], " "


class TabBar(Widget):
    """One line of tabs. It only shows and tells: who hears :class:`TabChosen` changes :attr:`active`."""

    DEFAULT_CSS = """
    TabBar {
        height: 1;
        width: 1fr;
        background: $background;
        color: $text-muted;
    }
    """

    active: reactive[str] = reactive("")

    def __init__(self, tabs: Sequence[TabSpec], *, active: str, classes: str | None = None) -> None:
        super().__init__(classes=classes)
        self._tabs = tuple(tabs)
        self.set_reactive(TabBar.active, active)

    def render(self) -> Content:
        """The line for the present width; the present tab is bold and underlined, not only colored."""
        parts: list[Part] = []
        labels, between = tab_labels(self._tabs, self.active, self.size.width)
        for tab, label in zip(self._tabs, labels, strict=True):
            parts += [(label, "bold underline $text-primary" if tab.id == self.active else ""), between]
        return content(*parts)

    def on_click(self, event: events.Click) -> None:
        """Find the tab under the mouse."""
        left = 0
        labels, between = tab_labels(self._tabs, self.active, self.size.width)
        for tab, label in zip(self._tabs, labels, strict=True):
            if left <= event.x < left + width_of(label):
                if tab.id != self.active:
                    self.post_message(TabChosen(tab.id))
                return
            left += width_of(label) + len(between)
