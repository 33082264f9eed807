"""What one looks at a picture for: nothing cut without a sign, nothing outside the window, the focus in sight."""

import math
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeAlias

from rich.cells import cell_len
from rich.color_triplet import ColorTriplet
from rich.text import Text
from textual.app import App
from textual.content import Content
from textual.geometry import Region
from textual.scrollbar import ScrollBar, ScrollBarCorner
from textual.strip import Strip
from textual.visual import RichVisual, Visual
from textual.widget import Widget
from textual.widgets import Input

from bball_tui.tui.hanging_indent import Hanging

SIZES = ((120, 36), (80, 24), (60, 20))
THEMES = ("court-dark", "court-light")
LEAST_CONTRAST = 3.0
"""What is hardly seen is not read. What cannot be used now may be paler."""
ELLIPSIS = "…"
_ENDS = (".", "!", "?")


def faults(app: App[Any]) -> list[str]:
    """What is wrong with what is on the screen now, in words."""
    strips = app.screen._compositor.render_strips()
    return [*_wrong_rows(app, strips), *_wrong_widgets(app), *_lost_focus(app), *_pale(app, strips)]


def _wrong_rows(app: App[Any], strips: list[Strip]) -> Iterator[str]:
    """The picture is exactly as big as the window."""
    if len(strips) != app.size.height:
        yield f"{len(strips)} lines in a window of {app.size.height}"
    for number, strip in enumerate(strips):
        if strip.cell_length != app.size.width:
            yield f"line {number} has {strip.cell_length} cells in a window of {app.size.width}"


def _wrong_widgets(app: App[Any]) -> Iterator[str]:
    for widget, (region, _, clip, *_) in app.screen._compositor.full_map.items():
        if not region.area or isinstance(widget, ScrollBar | ScrollBarCorner) or not _shown(widget):
            continue
        name = f"{type(widget).__name__}#{widget.id or '-'}"
        seen = region.intersection(clip).intersection(app.screen.region)
        if seen.width < region.width and not widget.children:
            yield f"{name}: {region.width - seen.width} of {region.width} columns are outside"
        if seen.height < region.height and not widget.children and not _scrolls(widget):
            yield f"{name}: {region.height - seen.height} of {region.height} lines are outside and cannot be reached"
        yield from (f"{name}: {fault}" for fault in _cut(widget))


def _shown(widget: Widget) -> bool:
    return all(one.display and one.visible for one in widget.ancestors_with_self if isinstance(one, Widget))


def _scrolls(widget: Widget) -> bool:
    """Whether it can be scrolled into sight, and a bar says so."""
    return any(one.show_vertical_scrollbar for one in widget.ancestors_with_self if isinstance(one, Widget))


def text_of(widget: Widget) -> str | None:
    """All that it has to say; None where it draws line by line what no one asked it for as a whole."""
    if isinstance(widget, Input) or widget.children or widget.is_scrollable:
        return None
    return _plain(widget._render())


def _plain(visual: Visual) -> str | None:
    match visual:
        case Content():
            return visual.plain
        case Hanging():
            return visual._whole.plain
        case RichVisual(_renderable=Text() as text):
            return text.plain
        case _:
            return None


def _cut(widget: Widget) -> Iterator[str]:
    """Words of the widget that are not drawn, though nothing says that they are missing."""
    text = text_of(widget)
    if text is None or not text.strip():
        return
    inner = widget.content_region.size
    lines = [strip.text for strip in widget.render_lines(Region(0, 0, *widget.region.size))]
    drawn = "".join("".join(line.split()) for line in lines)
    meant = "".join(text.split())
    if meant in drawn:
        return
    if ELLIPSIS not in drawn or drawn.count(ELLIPSIS) == meant.count(ELLIPSIS):
        yield f"{text!r} is cut to {inner.width}x{inner.height} without an ellipsis: {lines}"
    elif text.rstrip().endswith(_ENDS) and len(text.split()) > 3:
        yield f"the end of {text!r} is not seen: {lines}"


def _lost_focus(app: App[Any]) -> Iterator[str]:
    focused = app.screen.focused
    if focused is None:
        return
    name = f"{type(focused).__name__}#{focused.id or '-'}"
    region, clip = app.screen._compositor.full_map[focused][0], app.screen._compositor.full_map[focused][2]
    seen = region.intersection(clip).intersection(app.screen.region)
    if not seen.area or (not focused.children and focused.region.height == 1 and seen != region):
        yield f"{name} has the focus and is not seen"


def _pale(app: App[Any], strips: list[Strip]) -> list[str]:
    """Words that hardly differ from what they stand on, but for those of commands that cannot be used now."""
    unusable = [
        region
        for widget, (region, *_) in app.screen._compositor.full_map.items()
        if widget.is_disabled and not widget.children
    ]
    found = set()
    for y, strip in enumerate(strips):
        x = 0
        for text, style, _ in strip:
            at, x = x, x + cell_len(text)
            if style is None or style.color is None or style.bgcolor is None or not any(map(str.isalnum, text)):
                continue
            fore, back = (_luminance(one.get_truecolor()) for one in (style.color, style.bgcolor))
            ratio = (max(fore, back) + 0.05) / (min(fore, back) + 0.05)
            if ratio < LEAST_CONTRAST and not any(region.contains(at, y) for region in unusable):
                found.add(f"{text.strip()!r} is hardly seen ({ratio:.1f}:1)")
    return sorted(found)


@cache
def _luminance(color: ColorTriplet) -> float:
    """WCAG 2.1: how bright a color is, from 0 to 1."""
    red, green, blue = (_linear(one / 255) for one in color)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.03928 else math.pow((part + 0.055) / 1.055, 2.4)


Look: TypeAlias = tuple[Region, list[tuple[str, bool, bool, bool]]]
"""Where a control stands, and what is drawn of it, without colors."""


def _looks(app: App[Any], controls: Iterable[Widget]) -> list[Look]:
    regions = [one.region for one in controls]
    rows = _rows(app, {line for region in regions for line in _lines(app, region)})
    return [(one, _drawn([rows[line] for line in _lines(app, one)], one)) for one in regions]


def rows_of(app: App[Any], region: Region) -> list[Strip]:
    """The lines of the screen with this region."""
    return list(_rows(app, set(_lines(app, region))).values())


def _lines(app: App[Any], region: Region) -> range:
    return region.intersection(app.screen._compositor.size.region).line_range


def _rows(app: App[Any], lines: set[int]) -> dict[int, Strip]:
    """These lines of the screen, drawn alone: a whole screen takes long."""
    if not lines:
        return {}
    compositor = app.screen._compositor
    crop = Region(0, min(lines), compositor.size.width, max(lines) - min(lines) + 1)
    chops = compositor._render_chops(crop, lines.__contains__)
    return {line: Strip.join(chops[line].values()) for line in sorted(lines)}


def _drawn(strips: list[Strip], region: Region) -> list[tuple[str, bool, bool, bool]]:
    drawn = [piece for strip in strips for piece in strip.crop(region.x, region.right)]
    return [
        (character, bool(style and style.reverse), bool(style and style.bold), bool(style and style.underline))
        for text, style, _ in drawn
        for character in text
    ]


async def unseen(app: App[Any], controls: Sequence[Widget], settle: Callable[[], Awaitable[object]]) -> list[str]:
    """Those that look the same with and without the focus. The theme has no colors."""
    found = []
    app.screen.set_focus(None)
    await settle()
    without = _looks(app, controls)
    for one, before in zip(controls, without, strict=True):
        app.screen.set_focus(one)
        await settle()
        [now] = _looks(app, [one])
        if now[0] != before[0]:  # it came into sight: what it looks like there without the focus is asked again
            app.screen.set_focus(None, scroll_visible=False)
            await settle()
            [before] = _looks(app, [one])
        if now == before:
            found.append(f"{type(one).__name__}#{one.id}")
    app.screen.set_focus(None)
    return found
