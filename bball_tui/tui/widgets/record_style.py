"""How a list looks: the parts of a line that a theme can color."""

from rich.style import Style
from textual.widget import Widget

from bball_tui.tui.theme import Tone

_PREFIX = "record--"
_PARTS = ("header", "sorted", "cursor", "selected", "mark", *(tone.value for tone in Tone))
COMPONENT_CLASSES = {_PREFIX + part for part in _PARTS}

CSS = """
VirtualList {
    height: 1fr;
    overflow-x: hidden;
    scrollbar-size-vertical: 1;
    background: $background;
    color: $foreground;
    & > .record--header { color: $text-muted; text-style: bold; }
    & > .record--sorted { color: $text-primary; }
    & > .record--selected { background: $primary 12%; }
    & > .record--cursor {
        background: $block-cursor-blurred-background;
        color: $block-cursor-blurred-foreground;
    }
    &:focus > .record--cursor {
        background: $block-cursor-background;
        color: $block-cursor-foreground;
    }
    &:ansi > .record--selected { background: ansi_default; }
    &:ansi > .record--cursor { text-style: underline; }
    &:ansi:focus > .record--cursor { text-style: reverse; }
    & > .record--mark { color: $text-primary; text-style: bold; }
    & > .record--strong { text-style: bold; }
    & > .record--muted { color: $text-muted; }
    & > .record--accent { color: $text-primary; }
    & > .record--good { color: $text-success; }
    & > .record--warn { color: $text-warning; }
    & > .record--bad { color: $text-error; text-style: bold; }
}
"""


def style_of(widget: Widget, *parts: str) -> Style:
    """The style of ``parts`` laid over each other, outermost first, on the background of ``widget``."""
    components = [_PREFIX + part for part in parts]
    # Where there are few or no colors the cursor is a reversed line, and Textual leaves "reverse" out here.
    # A tone on it would become a block of color, so the line is reversed as a whole.
    reverse = [name for name in components if widget.get_component_styles(name).text_style.reverse]
    if reverse:
        return widget.get_visual_style(*reverse).rich_style + Style(reverse=True)
    return widget.get_visual_style(*components).rich_style
