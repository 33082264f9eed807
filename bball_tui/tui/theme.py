"""Colors, and the words and symbols that come before them: no state is told by color alone."""

from dataclasses import replace
from enum import StrEnum

import msgspec
from textual.color import Color, ColorParseError
from textual.theme import BUILTIN_THEMES, Theme

from bball_tui.errors import BballError
from bball_tui.language import _
from bball_tui.tui.text import clean

MINIMUM_CONTRAST = 4.5
"""WCAG 2.1, 1.4.3: text of normal size against its background."""


class Tone(StrEnum):
    """What a piece of text means. A theme gives it a color; :func:`status` gives it a symbol."""

    PLAIN = "plain"
    STRONG = "strong"
    MUTED = "muted"
    ACCENT = "accent"
    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


SYMBOLS = {Tone.GOOD: "✔", Tone.WARN: "!", Tone.BAD: "✘", Tone.MUTED: "–", Tone.ACCENT: "●"}
"""Each is one cell wide in every terminal and in every font that has box drawing."""

STYLES = {
    Tone.PLAIN: "",
    Tone.STRONG: "bold",
    Tone.MUTED: "$text-muted",
    Tone.ACCENT: "$text-primary",
    Tone.GOOD: "$text-success",
    Tone.WARN: "$text-warning",
    Tone.BAD: "bold $text-error",
}
"""The style of a tone for :func:`bball_tui.tui.text.content`."""


class Styled(msgspec.Struct, frozen=True):
    """A piece of text with its meaning. The text may come from people: it is cleaned where it is drawn."""

    text: str
    tone: Tone = Tone.PLAIN


def status(tone: Tone, word: str) -> Styled:
    """A state as symbol, word and color, in that order: ``✔ signed``, ``! no e-mail address``, ``✘ failed``."""
    symbol = SYMBOLS.get(tone)
    return Styled(f"{symbol} {word}" if symbol else word, tone)


NOTHING = Styled("–", Tone.MUTED)
"""Where there is no value: an empty cell might as well be one that has not loaded."""

DARK = Theme(
    name="court-dark",
    primary="#7fb4e6",
    secondary="#5b8db8",
    accent="#e0a45e",
    warning="#e0b45e",
    error="#e8818c",
    success="#84c793",
    foreground="#d9dde3",
    background="#14171c",
    surface="#1a1e25",
    panel="#222832",
    dark=True,
    variables={
        # Textual's own is mixed on each background; in text that is put together here it came out brighter than plain.
        "text-muted": "#9aa3ad",
        "block-cursor-background": "#2f4a66",
        "block-cursor-foreground": "#ffffff",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#2a313b",
        "block-cursor-blurred-foreground": "#d9dde3",
        "footer-key-foreground": "#7fb4e6",
        "footer-background": "#14171c",
        "scrollbar": "#2f3743",
        "scrollbar-hover": "#46515f",
        "scrollbar-active": "#46515f",
        "scrollbar-background": "#14171c",
        "scrollbar-background-hover": "#14171c",
        "scrollbar-background-active": "#14171c",
        "footer-description-foreground": "#a9b2bd",
    },
)

LIGHT = Theme(
    name="court-light",
    primary="#1d5a91",
    secondary="#35709f",
    accent="#8a5200",
    warning="#7a5200",
    error="#a8213a",
    success="#1f6b35",
    foreground="#1d2329",
    background="#fafaf8",
    surface="#f2f2ef",
    panel="#e6e6e1",
    dark=False,
    variables={
        "text-muted": "#56606a",
        "block-cursor-background": "#c4dcf2",
        "block-cursor-foreground": "#0c1116",
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": "#deded9",
        "block-cursor-blurred-foreground": "#1d2329",
        "footer-key-foreground": "#1d5a91",
        "footer-background": "#fafaf8",
        "scrollbar": "#d3d3cd",
        "scrollbar-hover": "#b4b4ae",
        "scrollbar-active": "#b4b4ae",
        "scrollbar-background": "#fafaf8",
        "scrollbar-background-hover": "#fafaf8",
        "scrollbar-background-active": "#fafaf8",
        "footer-description-foreground": "#4a545e",
    },
)

CONTRAST = Theme(
    name="court-contrast",
    primary="#8fd0ff",
    secondary="#8fd0ff",
    accent="#ffd166",
    warning="#ffd166",
    error="#ff9aa2",
    success="#7dff9b",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#333333",
    dark=True,
    text_alpha=1.0,
    variables={
        "text-muted": "#e0e0e0",
        "block-cursor-background": "#ffffff",
        "block-cursor-foreground": "#000000",
        "block-cursor-text-style": "bold",
        "block-cursor-blurred-background": "#555555",
        "block-cursor-blurred-foreground": "#ffffff",
        "footer-key-foreground": "#8fd0ff",
        "footer-background": "#000000",
        "scrollbar": "#777777",
        "scrollbar-hover": "#ffffff",
        "scrollbar-active": "#ffffff",
        "scrollbar-background": "#000000",
        "scrollbar-background-hover": "#000000",
        "scrollbar-background-active": "#000000",
        "footer-description-foreground": "#ffffff",
    },
)
"""For tired eyes and bright rooms: at least 7 to 1 (WCAG 2.1, 1.4.6) everywhere."""

THEMES = (DARK, LIGHT, CONTRAST)
DEFAULT_THEME = DARK.name
COLORLESS_THEME = "ansi-dark"
"""With NO_COLOR: the terminal's own two colors; the cursor is a reversed line."""


def theme_names() -> list[str]:
    """All that can be chosen, in order."""
    return sorted({*(theme.name for theme in THEMES), *BUILTIN_THEMES})


def chosen_theme(wanted: str | None, remembered: str | None, *, colorless: bool) -> str:
    """The colors to begin with: ``wanted`` by the settings, else none with NO_COLOR, else those of the last time.

    Raises:
        BballError: there is no such theme as ``wanted``. A remembered one that is gone is not worth a word.
    """
    if wanted is None and not colorless and remembered in theme_names():
        return checked_theme(remembered)
    return checked_theme(wanted or (COLORLESS_THEME if colorless else None))


def checked_theme(name: str | None) -> str:
    """``name``, or the default for None.

    Raises:
        BballError: there is no such theme; the message lists those there are.
    """
    names = theme_names()
    if name is not None and name not in names:
        raise BballError(
            _("There is no theme {name!r}. Choose one of these: {names}.").format(
                name=clean(name)[:40], names=", ".join(names)
            )
        )
    return name or DEFAULT_THEME


def contrast(one: Color, other: Color) -> float:
    """The contrast ratio of two opaque colors, 1 to 21 (WCAG 2.1, relative luminance)."""

    def luminance(color: Color) -> float:
        def linear(channel: int) -> float:
            part = channel / 255
            return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

        return 0.2126 * linear(color.r) + 0.7152 * linear(color.g) + 0.0722 * linear(color.b)

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def branded(theme: Theme, brand: str | None) -> Theme:
    """``theme`` with the league's color (``#rrggbb``) as its accent, if it can be read on the background.

    A color that is a little too dark or too light is moved a little; one that stays unreadable, or is no color,
    leaves the theme as it is.
    """
    if not brand or theme.background is None:
        return theme
    try:
        color, background = Color.parse(brand), Color.parse(theme.background)
    except ColorParseError:
        return theme
    for __ in range(6):
        if contrast(color, background) >= MINIMUM_CONTRAST:
            variables = theme.variables | {"footer-key-foreground": color.hex6}
            return replace(theme, primary=color.hex6, variables=variables)
        color = color.lighten(0.06) if theme.dark else color.darken(0.06)
    return theme


def marked(tone: Tone, text: str) -> tuple[str, str]:
    """``text`` behind the tone's symbol, in its color."""
    return (f"{SYMBOLS[tone]} {text}", STYLES[tone])
