"""What a heading means in a layout, and which layout a file has.

Headings are compared blind to case, accents, spaces and punctuation, so that "Player First Name",
"player_first-name" and "PLAYER FIRST NAME" are one. The layouts are in `presets.py`.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TypeAlias

from bball_tui.league.importing.presets import (
    GUARDIAN_TITLES,
    PRESETS,
    REQUIRED,
    Preset,
    fold_heading,
)

MOST_COLUMNS = 500
TITLE_ROWS = 10
"""A file may have a title and a date above the row that names the columns."""

GuardianPart: TypeAlias = tuple[str, int, str]
"""The word, the number (1 when there is none) and the title of the field that a guardian's heading names."""
Meaning: TypeAlias = str | GuardianPart
"""One of the titles of a roster's columns, or a part of a guardian."""


@lru_cache(maxsize=16)
def _guardian_pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    word = "|".join(sorted(words, key=len, reverse=True))
    part = "|".join(sorted(GUARDIAN_TITLES, key=len, reverse=True))
    return re.compile(rf"(?P<word>{word})(?:(?P<n>[0-9]{{0,2}})(?P<part>{part})|(?P<part2>{part})(?P<n2>[0-9]{{1,2}}))")


def guardian_part(preset: Preset, folded: str) -> GuardianPart | None:
    """Which part of which guardian a folded heading names in ``preset``, if any."""
    match = _guardian_pattern(tuple(preset.guardian_words)).fullmatch(folded)
    if match is None:
        return None
    part = GUARDIAN_TITLES[match["part"] or match["part2"]]
    return match["word"], int(match["n"] or match["n2"] or "1"), part


def meaning_of(preset: Preset, heading: str) -> Meaning | None:
    """What ``preset`` takes a column with this heading for; None for one that it does not know or use."""
    folded = fold_heading(heading)
    return preset.fields.get(folded) or guardian_part(preset, folded)


def ignores(preset: Preset, folded: str) -> bool:
    """Whether ``preset`` knows a column with this folded heading as none of ours."""
    return folded in preset.ignored or folded.startswith(preset.ignored_blocks)


def recognized(preset: Preset, header: Sequence[str]) -> int:
    """How many of the header's cells ``preset`` knows."""
    folded = [fold_heading(heading) for heading in header]
    return sum(
        heading in preset.fields or ignores(preset, heading) or guardian_part(preset, heading) is not None
        for heading in folded
        if heading
    )


def best_preset(header: Sequence[str]) -> Preset:
    """The preset that knows most of the header's cells, of those that know as many the one with most of its marks."""
    folded = {fold_heading(heading) for heading in header}
    # Our own exports have rules of their own, so a file must say that it is one.
    possible = [preset for preset in PRESETS.values() if not preset.own_export or preset.marks & folded]
    return max(possible, key=lambda preset: (recognized(preset, header), len(preset.marks & folded)))


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row names the columns that every roster has."""
    names = cells[:MOST_COLUMNS]
    preset = best_preset(names)
    return set(REQUIRED) <= {meaning_of(preset, cell) for cell in names}


def from_header(rows: list[tuple[int, list[str]]], *, pad: bool) -> list[tuple[int, list[str]]]:
    """``rows`` without the title above the row that names the columns.

    With ``pad`` no row is shorter than that one: a workbook does not keep the empty cells at the end of a row.
    """
    if not rows:
        return rows
    place = next((place for place, (_, cells) in enumerate(rows[:TITLE_ROWS]) if is_header(cells)), None)
    if place is None and (pad or sum(bool(cell.strip()) for cell in rows[0][1]) == 1):
        # A title names one thing at most; the row with the columns names several.
        known = [recognized(best_preset(cells[:MOST_COLUMNS]), cells) for _, cells in rows[:TITLE_ROWS]]
        place = known.index(max(known))
    rows = rows[place or 0 :]
    width = len(rows[0][1]) if pad else 0
    return [(number, [*cells, *[""] * (width - len(cells))]) for number, cells in rows] if pad else rows
