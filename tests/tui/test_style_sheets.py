"""Style sheets are read once for the same colors, and say what Textual's own would say."""

from typing import Any

import pytest
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.css.styles import Styles
from textual.css.stylesheet import Stylesheet, StylesheetParseError
from textual.widgets import Label

from bball_tui.tui.dialogs.sign import SignDialog
from bball_tui.tui.style_sheets import COLORS_KEPT, ReadOnce
from bball_tui.tui.typed_ahead import PatientApp
from tests.tui.dialog_host import asking
from tests.tui.every_dialog import DIALOGS
from tests.tui.hands import rest, running

SHEET = "Button { color: $primary; &:hover { background: red; } } #one .two { width: 1fr; }"


def _holding(sheet: Stylesheet, css: str = SHEET) -> Stylesheet:
    sheet.add_source(css, ("here.tcss", ""))
    return sheet


def test_the_rules_are_those_that_textual_reads() -> None:
    for color in ("#112233", "#445566"):
        ours, theirs = (_holding(kind(variables={"primary": color})) for kind in (ReadOnce, Stylesheet))
        assert ours.css == theirs.css
        named, theirs_named = (
            {name: [rule.css for rule in rules] for name, rules in sheet.rules_map.items()} for sheet in (ours, theirs)
        )
        assert named == theirs_named
        assert color in ours.css


def test_the_same_colors_are_read_once_whoever_asks() -> None:
    first, second = (_holding(ReadOnce(variables={"primary": "#778899"})) for _ in range(2))
    rules = list(first.rules)
    second.reparse()
    second.set_variables({"primary": "#778899"})
    second.reparse()
    assert all(one is other for one, other in zip(rules, second.rules, strict=True))
    copied = second.copy()
    copied.reparse()
    assert all(one is other for one, other in zip(rules, copied.rules, strict=True))
    assert first.rules_map is second.rules_map is copied.rules_map


def test_a_sheet_that_comes_later_is_found_by_what_it_selects() -> None:
    sheet = _holding(ReadOnce(variables={"primary": "#8899aa"}))
    assert "#late" not in sheet.rules_map
    sheet.add_source("#late { width: 2; }", ("later.tcss", ""))
    assert [rule.css for rule in sheet.rules_map["#late"]] == [sheet.rules[-1].css]


def test_other_colors_are_read_again_and_back() -> None:
    sheet = _holding(ReadOnce(variables={"primary": "#010101"}))
    before = sheet.css
    for number in range(2, COLORS_KEPT + 4):
        sheet.set_variables({"primary": f"#0{number}0{number}0{number}"})
        sheet.reparse()
        assert f"#0{number}0{number}0{number}" in sheet.css
    sheet.set_variables({"primary": "#010101"})
    sheet.reparse()
    assert sheet.css == before


def test_a_mistake_leaves_the_rules_as_they_were() -> None:
    sheet = _holding(ReadOnce(variables={"primary": "#223344"}))
    before = list(sheet.rules)
    sheet.add_source("Button { colour: ; }", ("there.tcss", ""))
    for _ in range(2):
        with pytest.raises(StylesheetParseError):
            _holding(sheet.copy(), "Button { colour: ; }").parse()
    with pytest.raises(StylesheetParseError):
        sheet.reparse()
    assert sheet._rules == before


class _Counted(Label):
    """Counts how often it was to be drawn again."""

    asked = 0

    def refresh(self, *args: Any, **how: Any) -> "_Counted":
        self.asked += 1
        return super().refresh(*args, **how)


async def test_a_part_with_other_colors_and_another_place_is_asked_for_one_new_drawing() -> None:
    class Colored(PatientApp[None]):
        CSS = """
        Vertical, _Counted { color: $primary; background: $secondary; border: solid $accent; padding: 0; }
        .other Vertical, .other _Counted { color: $accent; background: $error; border: none; padding: 1; width: 9; }
        """

        def compose(self) -> ComposeResult:
            with Vertical():
                yield _Counted("one")

    app = Colored()
    async with running(app) as pilot:
        await rest(pilot)
        part = app.query_one(_Counted)
        size, part.asked = part.region, 0
        app.screen.add_class("other")
        await rest(pilot)
        assert part.region != size
        assert part.asked <= 4, "by itself, by what it stands in, and when it has its new size"


async def test_rules_hold_for_the_parts_for_which_they_hold_in_textual() -> None:
    async with asking(DIALOGS[SignDialog]("Ann Lee")) as desk:
        sheet = desk.app.stylesheet
        parts = [desk.app, *desk.app.screen.walk_children(with_self=True)]
        held = 0
        for part in parts:
            for rule in sheet.rules:
                ours, theirs = (list(kind._check_rule(rule, part.css_path_nodes)) for kind in (ReadOnce, Stylesheet))
                assert ours == theirs, rule.css
                held += bool(theirs)
        assert held > len(parts)
        assert _said_by_both(desk.app) > 3 * len(parts)


def _told(styles: Styles) -> dict[str, str]:
    return {name: repr(rule) for name, rule in styles.get_rules().items()}  # a layout is made for each part


def _said_by_both(app: App[Any]) -> int:
    """Rules that parts of the screen have, each part those that it gets from Textual's own sheet."""
    theirs = Stylesheet()
    theirs._rules = app.stylesheet.rules
    number = 0
    for part in (app, *app.screen.walk_children(with_self=True)):
        said = []
        for sheet in (app.stylesheet, theirs):
            part.styles.base.reset()
            part._has_hover_style = part._has_focus_within = part._has_order_style = part._has_odd_or_even = False
            sheet.apply(part, cache={})
            states = (part._has_hover_style, part._has_focus_within, part._has_order_style, part._has_odd_or_even)
            components = {name: _told(styles.base) for name, styles in part._component_styles.items()}
            said.append((_told(part.styles.base), components, states))
        assert said[0] == said[1], part
        number += len(said[0][0])
    return number


async def test_what_is_said_most_strongly_holds_as_in_textual() -> None:
    class Sheet(Label):
        DEFAULT_CSS = """
        Sheet { padding: 3; margin: 2; color: red; background: initial; text-style: bold; width: initial; }
        Sheet.second { margin: initial; width: 5; height: initial; }
        """

    class Mixed(PatientApp[None]):
        CSS = """
        Sheet { padding: 1 !important; margin: initial; border: solid blue; opacity: initial; }
        #one { padding: 2; color: initial; }
        .second { height: initial; width: initial; text-style: italic; }
        .second:hover, Vertical Sheet:focus-within { color: blue; }
        Vertical > .second:odd { height: 3; }
        Vertical > .second:last-child { height: 4; }
        """

        def compose(self) -> ComposeResult:
            with Vertical():
                yield Sheet("one", id="one")
                yield Sheet("two", classes="second")
                yield Sheet("three", classes="second")

    app = Mixed()
    async with running(app) as pilot:
        await rest(pilot)
        assert _said_by_both(app)
        assert app.query_one("#one").styles.padding == (1, 1, 1, 1)
