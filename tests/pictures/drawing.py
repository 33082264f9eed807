"""A terminal's cells as a PNG: each character stands exactly in its cell."""

import subprocess
from html import escape
from itertools import groupby
from pathlib import Path

import pyte
from pyte.screens import Char

CELL_WIDTH, CELL_HEIGHT, MARGIN, FONT_SIZE = 10, 20, 8, 16.5
DEFAULT_FOREGROUND, DEFAULT_BACKGROUND = "d8dee9", "14171c"
CRISP = 'shape-rendering="crispEdges"'
BLOCKS = {
    "█": (0.0, 0.0, 1.0, 1.0), "▀": (0.0, 0.0, 1.0, 0.5), "▄": (0.0, 0.5, 1.0, 0.5),
    **{block: (0.0, 0.0, (7 - place) / 8, 1.0) for place, block in enumerate("▉▊▋▌▍▎▏")},
}  # fmt: skip
"""Characters that fill a part of their cell (left, top, width, height): drawn so, or a font would leave seams."""
NAMED = {
    "black": "20242c", "red": "e06c75", "green": "98c379", "brown": "e5c07b", "blue": "61afef", "magenta": "c678dd",
    "cyan": "56b6c2", "white": "abb2bf",
}  # fmt: skip
"""pyte's names of the eight colors."""
ZOOM, SHADES = 0.85, 24
"""Still sharp, at a tenth of the bytes."""


def colors(char: Char) -> tuple[str, str]:
    """Foreground and background as ``rrggbb``."""
    fore = DEFAULT_FOREGROUND if char.fg == "default" else NAMED.get(char.fg, char.fg)
    back = DEFAULT_BACKGROUND if char.bg == "default" else NAMED.get(char.bg, char.bg)
    return (back, fore) if char.reverse else (fore, back)


def svg(screen: pyte.Screen) -> str:
    """What stands on the terminal, as a drawing."""
    width = screen.columns * CELL_WIDTH + 2 * MARGIN
    height = screen.lines * CELL_HEIGHT + 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" '
        f'font-family="Fira Code, DejaVu Sans Mono" font-size="{FONT_SIZE}">',
        f'<rect width="{width}" height="{height}" rx="6" fill="#{colors(screen.buffer[0][0])[1]}"/>',
    ]
    for row in range(screen.lines):
        cells = [(column, screen.buffer[row][column]) for column in range(screen.columns)]
        top = MARGIN + row * CELL_HEIGHT
        for back, run in groupby(cells, key=lambda cell: colors(cell[1])[1]):
            places = [column for column, _ in run]
            left = MARGIN + places[0] * CELL_WIDTH
            # Half a unit wider and higher, with crisp edges: no seam between two rectangles of one color.
            parts.append(
                f'<rect x="{left}" y="{top}" width="{len(places) * CELL_WIDTH + 0.5}" height="{CELL_HEIGHT + 0.5}" '
                f'fill="#{back}" {CRISP}/>'
            )
        for (fore, bold, italic, line), styled in groupby(
            cells, key=lambda cell: (colors(cell[1])[0], cell[1].bold, cell[1].italics, cell[1].underscore)
        ):
            shown = [(column, char.data) for column, char in styled if char.data.strip()]
            if not shown:
                continue
            style = f'fill="#{fore}"' + ' font-weight="bold"' * bold + ' font-style="italic"' * italic
            style += ' text-decoration="underline"' * line
            parts += [_block(column, top, BLOCKS[data], fore) for column, data in shown if data in BLOCKS]
            parts += [
                f'<text x="{MARGIN + column * CELL_WIDTH}" y="{top + 15}" {style}>{escape(data)}</text>'
                for column, data in shown
                if data not in BLOCKS
            ]
    return "".join((*parts, "</svg>"))


def _block(column: int, top: int, part: tuple[float, float, float, float], fore: str) -> str:
    left, above, width, height = part
    x, y = MARGIN + (column + left) * CELL_WIDTH, top + above * CELL_HEIGHT
    # A seam between two full cells would be seen, a seam beside a part of one not.
    wide, high = width * CELL_WIDTH + 0.5 * (width == 1), height * CELL_HEIGHT + 0.5
    return f'<rect x="{x}" y="{y}" width="{wide}" height="{high}" fill="#{fore}" {CRISP}/>'


def draw(screen: pyte.Screen, target: Path) -> None:
    """Write the PNG ``target``, small.

    Needs ``rsvg-convert`` (Debian: librsvg2-bin), ``pngquant``, and a font with the symbols.
    """
    scaled = ["rsvg-convert", "--zoom", str(ZOOM)]
    drawn = subprocess.run(scaled, input=svg(screen).encode(), capture_output=True, check=True)
    fewer = ["pngquant", "--nofs", "--speed", "1", "--strip", str(SHADES), "-"]
    target.write_bytes(subprocess.run(fewer, input=drawn.stdout, capture_output=True, check=True).stdout)
