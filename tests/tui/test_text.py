"""The gate for people's text: nothing acts, nothing is lost without a trace, every width is exact."""

import unicodedata
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from bball_tui.tui.text import (
    MARKS_PER_LETTER,
    cell,
    clean,
    clean_lines,
    content,
    content_lines,
    matches,
    short_time,
    shorten,
    shorten_name,
    width_of,
    wrap,
)
from bball_tui.wording import short_date
from tests.tui.records import HOSTILE

anything = st.text(st.characters(exclude_categories=())) | st.sampled_from(HOSTILE)
"""Every code point, lone surrogates too."""
ROME = ZoneInfo("Europe/Rome")


@given(anything)
def test_nothing_that_acts_on_a_terminal_is_left(text: str) -> None:
    shown = clean(text)
    assert not {unicodedata.category(character) for character in shown} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(shown) & set("\u061c\u200e\u200f\u200b\u200d\ufeff\u00ad")
    assert not any("\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069" for character in shown)
    shown.encode()  # what cannot be encoded cannot be written to a terminal


@given(anything)
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E)))
def test_plain_text_stays_as_it_is(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["José Núñez", "Łukasz Żółw", "山田太郎", "محمد", "Nguyễn Thị Ánh", "अमित", "O’Brien"])
def test_names_of_the_world_stay_as_they_are(text: str) -> None:
    assert clean(text) == text


def test_replacements_can_be_seen() -> None:
    assert clean("a\x1b[31mb") == "a␛[31mb"
    assert clean("a\x9bb\u202ec\ud800") == "a\ufffdb\ufffdc\ufffd"
    assert clean("two\r\nlines\tand\u2028more") == "two  lines and more"


def test_an_emoji_family_is_its_members_so_that_every_terminal_draws_the_same_cells() -> None:
    assert clean("👨\u200d👩\u200d👧") == "👨👩👧"
    assert cell_len(clean("👨\u200d👩\u200d👧")) == 6


@given(st.integers(0, 40))
def test_a_stack_of_accents_is_cut(height: int) -> None:
    shown = clean("Z" + "\u0335" * height + "x")
    assert shown == "Z" + "\u0335" * min(height, MARKS_PER_LETTER) + "x"


def test_an_accent_without_a_letter_does_not_land_on_the_neighbor() -> None:
    assert clean("\u0301x")[0] == "\u25cc"


@given(anything, st.integers(0, 60), st.sampled_from(["left", "right"]))
def test_a_cell_has_exactly_its_width(text: str, width: int, align: str) -> None:
    assert cell_len(cell(text, width, "right" if align == "right" else "left")) == width


@given(anything, st.integers(0, 60))
def test_shortened_text_fits_and_says_that_it_was_cut(text: str, width: int) -> None:
    shown = shorten(text, width)
    assert cell_len(shown) <= width
    assert shown == clean(text) or width == 0 or shown.endswith("…")


def test_numbers_stand_on_the_right() -> None:
    assert cell("42", 5, "right") == "   42"
    assert cell("山田太郎", 5) == "山田…"


@given(anything, st.integers(2, 60))
def test_wrapped_lines_fit_and_keep_every_word(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cell_len(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join("".join(clean_lines(text)).split())


def test_wrapping_breaks_between_words() -> None:
    assert wrap("waiting for a signature\nsince May", 12) == ["waiting for", "a signature", "since May"]
    assert wrap("rosa.hamilton@families.test", 10) == ["rosa.hamil", "ton@famili", "es.test"]
    assert wrap("", 10) == [""]


@pytest.mark.slow
@given(anything)
def test_content_is_literal(text: str) -> None:
    line = content(("label ", "bold"), text)
    assert line.plain == "label " + clean(text)
    assert len(line.spans) == 1
    assert content_lines([[text], ["b"]]).plain == clean(text) + "\nb"


def test_dates_are_short() -> None:
    assert short_date(date(2027, 11, 3), date(2027, 1, 1)) == "Nov 3"
    assert short_date(date(2015, 5, 12), date(2027, 1, 1)) == "May 12, 2015"
    assert short_date(date(2027, 5, 12)) == "May 12, 2027"


def test_times_are_in_the_zone_of_the_league() -> None:
    now = datetime(2027, 6, 1, 22, 30, tzinfo=UTC)  # already 2 June in Rome
    assert short_time(datetime(2027, 6, 1, 22, 5, tzinfo=UTC), ROME, now) == "00:05"
    assert short_time(datetime(2027, 6, 1, 21, 5, tzinfo=UTC), ROME, now) == "Jun 1"
    assert short_time(datetime(2026, 12, 31, 23, 5, tzinfo=UTC), ROME, now) == "Jan 1"
    assert short_time(datetime(2026, 12, 31, 12, 0, tzinfo=UTC), ROME, now) == "Dec 31, 2026"
    with pytest.raises(ValueError, match="time zone"):
        short_time(datetime(2027, 6, 1), ROME, now)  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("name", "width", "shown"),
    [
        ("Whitaker, Farrah", 16, "Whitaker, Farrah"),
        ("Whitaker, Farrah", 14, "Whita…, Farrah"),
        ("Whitaker, Farley", 14, "Whita…, Farley"),
        ("Whitaker, Bartholomew", 14, "Whi…, Barthol…"),
        ("Li, Bartholomew", 9, "Li, Bart…"),
        ("Hawks U12 of the north", 10, "Hawks U12…"),
        ("Whitaker, Farrah", 1, "…"),
    ],
)
def test_the_first_name_of_a_child_stays_as_long_as_it_can(name: str, width: int, shown: str) -> None:
    assert shorten_name(name, width) == shown
    assert width_of(shorten_name(name, width)) <= width


def test_every_word_is_looked_for_whatever_the_case_and_the_accents() -> None:
    assert matches("Titans Élite", "ELITE tit")
    assert not matches("Titans Élite", "tigers")
