"""The parts around the list: top line, tabs, panel, search line, size guard, colors."""

import asyncio
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from textual import on
from textual.app import App, ComposeResult
from textual.color import Color
from textual.content import Content
from textual.events import Resize
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from bball_tui.tui.main_screen.tab_list import TABS as DESK_TABS
from bball_tui.tui.text import Part, clean
from bball_tui.tui.theme import (
    DARK,
    LIGHT,
    MINIMUM_CONTRAST,
    SYMBOLS,
    THEMES,
    Styled,
    Tone,
    branded,
    contrast,
    status,
)
from bball_tui.tui.widgets.action_footer import ActionFooter
from bball_tui.tui.widgets.header_bar import HeaderBar, HeaderFacts, header_line, percent, progress_bar
from bball_tui.tui.widgets.inspector import Fact, Inspector, Note, Section, TimelineEntry, lay_out
from bball_tui.tui.widgets.search_bar import (
    Chip,
    ChipRemoved,
    SearchBar,
    SearchChanged,
    SearchLeft,
    chip_texts,
    count_text,
)
from bball_tui.tui.widgets.tab_bar import TabBar, TabChosen, TabSpec, tab_labels
from bball_tui.tui.widgets.too_small import TooSmall, guard_size
from tests.tui.hands import PATIENCE, press, resize, rest, running
from tests.tui.records import HOSTILE

FACTS = HeaderFacts(
    league="Westside Basketball",
    season="Spring 2027",
    signed=212,
    contracts=240,
    database=Styled("● local database", Tone.GOOD),
    worker=Styled("● worker idle", Tone.GOOD),
    needs=3,
)
TABS = [TabSpec("teams", "1", "Teams"), TabSpec("players", "2", "Players"), TabSpec("outbox", "3", "Outbox")]


def text_of(parts: list[Part]) -> str:
    return "".join(clean(part if isinstance(part, str) else part[0]) for part in parts)


# The top line


@pytest.mark.parametrize(
    ("width", "name", "rest"),
    [
        (
            140,
            "Westside Basketball · Spring 2027",
            "signed 212/240 █████████████████▋   88 %  ● local database  ● worker idle  ▲ 3 need you",
        ),
        (
            120,
            "Westside Basketball · Spring 2027",
            "212/240 ████████▉  88 %  ● local database  ● worker idle  ▲ 3 need you",
        ),
        (80, "Westside Basketball · Spring 2027", "212/240 88 %  ● worker idle  ▲ 3 need you"),
        (76, "Westside Basketball · Spring 20…", "212/240 88 %  ● worker idle  ▲ 3 need you"),
        (60, "Westside Basketball · Sp…", "212/240 88 %  ● worker idle  ▲ 3"),
        (40, "Westside Basketball…", "212/240 88 %  ▲ 3"),
    ],
)
def test_the_top_line_shrinks_with_the_window(width: int, name: str, rest: str) -> None:
    shown = text_of(header_line(FACTS, width))
    assert cell_len(shown) == width
    assert shown.startswith(f" {name} ")
    assert shown.endswith(f" {rest} ")


def test_who_else_is_here_is_said_where_there_is_room() -> None:
    def says(width: int, *others: str, windows: int = 1) -> str:
        return text_of(header_line(replace(FACTS, others=others, windows=windows), width))

    assert "maria is here" in says(120, "maria")
    assert "jonas and maria are here" in says(140, "jonas", "maria")
    assert "3 others are here" in says(90, "a", "b", "c")
    assert "you are here 2 times" in says(120, windows=2)
    assert "here" not in says(120) + says(60, "maria")
    assert "\x1b" not in says(120, "\x1b[2Jx")


def test_what_needs_a_person_stays_when_it_gets_narrow() -> None:
    trouble = replace(FACTS, database=Styled("✘ no database", Tone.BAD), season="A very long name of a season")
    shown = text_of(header_line(trouble, 60))
    assert "✘ no database" in shown
    assert "▲ 3" in shown
    assert cell_len(shown) == 60


@pytest.mark.parametrize("width", [60, 80])
@pytest.mark.parametrize("tone", [Tone.GOOD, Tone.WARN])
def test_what_becomes_of_the_mails_is_said_before_all_of_a_long_name(width: int, tone: Tone) -> None:
    mails = Styled("● sending 10, 1,200 wait", tone)
    shown = text_of(header_line(replace(FACTS, league="Eastside [b]Hoops[/b] & Söhne", worker=mails), width))
    assert mails.text in shown
    assert "▲ 3" in shown
    assert shown.startswith(" Eastside")
    assert "… " in shown


@pytest.mark.parametrize("worker", ["! no mail server, 1,200 wait", "! sending on hold, 1,200 wait"])
def test_trouble_with_the_mails_is_said_however_narrow_it_gets(worker: str) -> None:
    shown = text_of(header_line(replace(FACTS, worker=Styled(worker, Tone.WARN)), 40))
    assert worker in shown
    assert cell_len(shown) == 40


@given(st.text() | st.sampled_from(HOSTILE), st.integers(0, 10_000), st.integers(0, 10_000), st.integers(40, 200))
def test_the_top_line_always_fits(league: str, signed: int, contracts: int, width: int) -> None:
    facts = replace(FACTS, league=league, signed=min(signed, contracts), contracts=contracts)
    assert cell_len(text_of(header_line(facts, width))) <= width


@given(st.floats(0, 1), st.integers(1, 40))
def test_the_bar_is_exact_to_an_eighth_of_a_cell(share: float, cells: int) -> None:
    bar = progress_bar(share, cells)
    assert cell_len(bar) == cells
    eighths = sum(" ▏▎▍▌▋▊▉█".index(character) for character in bar)
    assert abs(eighths - share * cells * 8) <= 0.5


def test_only_all_of_them_are_a_hundred_percent() -> None:
    assert percent(239, 240) == "99 %"
    assert percent(240, 240) == "100 %"
    assert percent(0, 0) == "0 %"


# Tabs


def test_tabs_lose_their_titles_before_their_keys() -> None:
    assert tab_labels(TABS, "players", 80) == ([" 1 Teams ", " 2 Players ", " 3 Outbox "], " ")
    assert tab_labels(TABS, "players", 25) == ([" 1 ", " 2 Players ", " 3 "], " ")


def test_every_tab_is_on_the_line_at_80_columns() -> None:
    labels, between = tab_labels(DESK_TABS, "contracts", 80)
    assert between.join(labels).endswith(" 7 GroupMe  8 ")
    assert len(between.join(labels)) <= 80
    assert tab_labels(DESK_TABS, "contracts", 120)[0][-1] == " 8 Activity "


# The panel


def test_the_panel_lays_values_out_below_themselves() -> None:
    sections = [
        Section("", (Note(Styled("Amara Hamilton", Tone.STRONG)),)),
        Section("Guardians", (Fact("Rosa", "mother, rosa@families.test"), Fact("Dan", "father"))),
        Section("Story", (TimelineEntry("02 Nov", "offered, due 30 Nov", "maria"),)),
    ]
    assert [text_of(line).rstrip() for line in lay_out(sections, 24)] == [
        " Amara Hamilton",
        "",
        "Guardians",
        " Rosa  mother,",
        "       rosa@families.tes",
        "       t",
        " Dan   father",
        "",
        "Story",
        " 02 Nov  offered, due 30",
        "         Nov",
        "         maria",
    ]


_lines = st.one_of(
    st.builds(Fact, st.sampled_from(HOSTILE), st.sampled_from(HOSTILE)),
    st.builds(TimelineEntry, st.sampled_from(HOSTILE), st.sampled_from(HOSTILE), st.sampled_from(HOSTILE)),
    st.builds(Note, st.sampled_from(HOSTILE)),
)


def test_a_label_that_is_too_long_has_a_line_of_its_own() -> None:
    section = Section("", (Fact("undo time in seconds", "10 → 600"), Fact("name", "Westside")))
    assert [text_of(line).rstrip() for line in lay_out([section], 36)] == [
        " undo time in seconds",
        "               10 → 600",
        " name          Westside",
    ]


@given(st.lists(_lines, max_size=5), st.sampled_from(HOSTILE), st.integers(10, 80))
def test_the_panel_never_overflows(lines: list[Any], title: str, width: int) -> None:
    assert all(cell_len(text_of(line)) <= width for line in lay_out([Section(title, tuple(lines))], width))


# On the screen


class Host(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield HeaderBar()
        yield TabBar(TABS, active="teams")
        yield SearchBar(placeholder="name, team or guardian")
        yield Inspector()
        yield ActionFooter()

    @on(TabChosen)
    @on(SearchChanged)
    @on(SearchLeft)
    @on(ChipRemoved)
    def hear(self, event: Message) -> None:
        self.heard.append(event)

    def on_resize(self, event: Resize) -> None:
        guard_size(self, event.size)

    def text(self, widget: Widget) -> str:
        """What stands on the screen where ``widget`` is."""
        lines = [strip.text for strip in self.screen._compositor.render_strips()]
        region = widget.region
        return "\n".join(line[region.x : region.right].rstrip() for line in lines[region.y : region.bottom])


async def test_a_click_on_a_tab_is_told_once() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        bar = app.query_one(TabBar)
        await pilot.click(TabBar, offset=(12, 0))
        await pilot.click(TabBar, offset=(2, 0))
        await pilot.click(TabBar, offset=(70, 0))
        await rest(pilot)
        assert app.heard == [TabChosen("players")]
        bar.active = "players"
        await rest(pilot)
        assert app.text(bar) == " 1 Teams   2 Players   3 Outbox"


async def test_typing_is_told_once_it_pauses() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        bar = app.query_one(SearchBar)
        bar.start()
        await rest(pilot)
        footer = app.query_one(ActionFooter)
        assert "esc leave the field" in app.text(footer)
        await press(pilot, *"ham")
        assert "esc clear" in app.text(footer)
        await press(pilot, "enter")
        assert [type(message) for message in app.heard] == [SearchChanged, SearchLeft]
        assert app.heard[0] == SearchChanged("ham")
        await press(pilot, "escape")
        assert "esc leave the field" in app.text(footer)
        assert app.heard[-1] == SearchChanged("")
        assert app.query_one(Input).has_focus
        await press(pilot, "escape")
        assert [type(message) for message in app.heard[2:]] == [SearchChanged, SearchLeft]
        assert not bar.clear()


async def test_typing_is_told_without_enter_too() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        app.query_one(SearchBar).start()
        await press(pilot, *" jo", "\x1b")
        async with asyncio.timeout(PATIENCE):
            while not app.heard:
                await pilot.pause(0.01)
        assert app.heard == [SearchChanged("jo")]


async def test_filters_are_chips_that_a_click_takes_away() -> None:
    app = Host()
    async with running(app, size=(120, 24)) as pilot:
        bar = app.query_one(SearchBar)
        bar.set_chips([Chip("team", "team: Hawks [b]U12[/]"), Chip("status", "status: offered")])
        bar.set_count(28, 240, 3, 1)
        await rest(pilot)
        line = app.text(bar)
        assert "team: Hawks [b]U12[/] ×   status: offered ×" in line
        assert line.endswith("28 of 240 · 3 selected, 1 hidden")
        await pilot.click(SearchBar, offset=(line.index("status"), 0))
        await rest(pilot)
        assert app.heard == [ChipRemoved("status")]


def test_chips_share_the_room_there_is() -> None:
    chips = [Chip("team", "team: Hawks U12"), Chip("status", "status: offered")]
    assert chip_texts(chips, 60) == ["team: Hawks U12 ×", "status: offered ×"]
    assert chip_texts(chips, 30) == ["team: Haw… ×", "status: o… ×"]
    assert chip_texts(chips, 15) == ["2 filters"]
    assert chip_texts([], 60) == []


def test_counts_are_words() -> None:
    assert count_text(240, 240, 0, 0) == "240"
    assert count_text(500, 12431, 12, 3) == "500 of 12,431 · 12 selected, 3 hidden"
    assert count_text(None, None, 0, 0) == ""


async def test_the_panel_keeps_its_place_for_the_same_record() -> None:
    app = Host()
    async with running(app, size=(60, 20)) as pilot:
        panel = app.query_one(Inspector)
        long = [Section("Story", tuple(Note(f"line {n}") for n in range(50)))]
        panel.show(long, subject=7)
        await rest(pilot)
        panel.scroll_to(y=10, animate=False)
        await rest(pilot)
        panel.show(long, subject=7)
        await rest(pilot)
        assert panel.scroll_y == 10
        panel.show(long, subject=8)
        await rest(pilot)
        assert panel.scroll_y == 0


async def test_the_panel_wraps_again_when_the_window_changes() -> None:
    app = Host()
    async with running(app, size=(100, 30)) as pilot:
        panel = app.query_one(Inspector)
        panel.show([Section("", (Note("word " * 30),))])
        await rest(pilot)
        wide = app.text(panel).strip().count("\n")
        await resize(pilot, (62, 30))
        await rest(pilot)
        await rest(pilot)
        assert app.text(panel).strip().count("\n") > wide


async def test_a_window_that_is_too_small_says_so_and_takes_no_keys() -> None:
    app = Host()
    async with running(app, size=(80, 24)) as pilot:
        app.query_one(SearchBar).start()
        await resize(pilot, (52, 14))
        await rest(pilot)
        assert isinstance(app.screen, TooSmall)
        said = str(app.screen.query_one(Static).render())
        assert said.startswith("60 x 20 or larger, please: this window is 52 x 14.")
        await press(pilot, "x")
        await resize(pilot, (50, 10))
        await rest(pilot)
        assert len(app.screen_stack) == 2
        assert "50 x 10" in str(app.screen.query_one(Static).render())
        await resize(pilot, (60, 20))
        await rest(pilot)
        assert not isinstance(app.screen, TooSmall)
        assert app.query_one(Input).value == ""


@pytest.mark.slow
async def test_hostile_text_is_shown_literally_everywhere() -> None:
    app = Host()
    async with running(app, size=(120, 24)) as pilot:
        for hostile in HOSTILE:
            app.query_one(HeaderBar).facts = replace(FACTS, league=hostile, season="")
            app.query_one(SearchBar).set_chips([Chip("x", hostile)])
            lines = (Fact(hostile, hostile), TimelineEntry(hostile, hostile, hostile), Note(hostile))
            app.query_one(Inspector).show([Section(hostile, lines)])
            await rest(pilot)
            for kind in (HeaderBar, SearchBar, Inspector):
                shown = app.text(app.query_one(kind))
                assert not {c for c in shown if ord(c) < 32 or 127 <= ord(c) < 160} - {"\n"}
                assert clean(hostile)[:12].strip() in shown
        for kind in (HeaderBar, Inspector):
            await pilot.click(kind, offset=(2, 0))
        assert app.is_running


# Colors


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
def test_every_tone_can_be_read(theme: Any) -> None:
    background = Color.parse(theme.background)
    for name in ("primary", "secondary", "accent", "warning", "error", "success", "foreground"):
        assert contrast(Color.parse(getattr(theme, name)), background) >= MINIMUM_CONTRAST, name
    for cursor in ("block-cursor", "block-cursor-blurred"):
        ink, paper = (Color.parse(theme.variables[f"{cursor}-{part}"]) for part in ("foreground", "background"))
        assert contrast(ink, paper) >= MINIMUM_CONTRAST


@given(st.tuples(*[st.integers(0, 255)] * 3), st.sampled_from(THEMES))
def test_a_brand_color_can_be_read_or_is_not_used(rgb: tuple[int, int, int], theme: Any) -> None:
    dressed = branded(theme, Color(*rgb).hex)
    assert contrast(Color.parse(dressed.primary), Color.parse(theme.background)) >= MINIMUM_CONTRAST


def test_a_brand_color_is_used_where_contrast_allows() -> None:
    assert branded(DARK, "#e4572e").primary == "#E4572E"
    assert branded(LIGHT, "#ffff00") == LIGHT
    assert branded(DARK, "no color") == DARK
    assert branded(DARK, None) == DARK
    assert contrast(Color.parse("#ffffff"), Color.parse("#000000")) == pytest.approx(21)


def test_a_state_is_a_symbol_and_a_word_before_it_is_a_color() -> None:
    assert status(Tone.GOOD, "signed").text == "✔ signed"
    assert status(Tone.WARN, "no e-mail address").text == "! no e-mail address"
    assert status(Tone.MUTED, "none").text == "– none"
    assert len(set(SYMBOLS.values())) == len(SYMBOLS)
    assert all(cell_len(symbol) == 1 for symbol in SYMBOLS.values())
    assert isinstance(Content(status(Tone.BAD, "[/]").text).plain, str)
