"""The list of all screens: what its reader sees and does."""

import pytest
from rich.cells import cell_len

from bball_tui.database.paging import Sort
from bball_tui.tui.widgets.line_painter import MARGIN
from bball_tui.tui.widgets.list_messages import (
    CursorMoved,
    ListLoaded,
    RowOpened,
    SelectionChanged,
    SortChanged,
)
from bball_tui.tui.widgets.record_list import RecordList
from tests.tui.hands import press, resize, rest
from tests.tui.list_host import Running, settle
from tests.tui.records import BY_NAME, HOSTILE, MemorySource, Player, players


async def test_the_first_rows_are_shown_with_titles_and_numbers_on_the_right() -> None:
    async with Running(MemorySource(players(1000))) as (app, _):
        assert app.lines[0].split() == ["Player", "▲", "Team", "Mail", "No"]
        assert app.lines[1].split() == ["Player", "0001", "Team", "1", "✔", "signed", "1"]
        assert app.lines[5].split()[4:] == ["!", "no", "address", "5"]
        assert {cell_len(app.list.render_line(y).text) for y in range(24)} == {app.list.size.width}
        assert [message.total for message in app.of(ListLoaded)] == [1000]
        assert [message.row_id for message in app.of(CursorMoved)] == [1]


async def test_keys_move_the_cursor() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        for keys, expected in [
            (["j", "j", "down"], 3),
            (["k"], 2),
            (["up"], 1),
            (["pagedown"], 24),
            (["pageup"], 1),
            (["G"], 999),
            (["j"], 999),
            (["g"], 0),
            (["k"], 0),
            (["end"], 999),
            (["home"], 0),
        ]:
            await press(pilot, *keys)
            assert app.list.cursor == expected
            assert 0 <= app.line_under_cursor < 23
        await settle(pilot)
        assert app.list.current == app.source.ordered(BY_NAME)[0]


async def test_enter_and_a_double_click_open_a_row() -> None:
    async with Running(MemorySource(players(50))) as (app, pilot):
        await press(pilot, "j", "enter")
        await pilot.click(RecordList, offset=(10, 5))
        assert app.list.cursor == 4
        await rest(pilot)
        assert [message.row_id for message in app.of(RowOpened)] == [2]
        await pilot.click(RecordList, offset=(10, 7), times=2)
        await rest(pilot)
        assert [message.row_id for message in app.of(RowOpened)] == [2, 7]


async def test_rows_are_selected_by_key_margin_and_range() -> None:
    async with Running(MemorySource(players(50))) as (app, pilot):
        await press(pilot, "space")
        assert app.lines[1].startswith(" ✓ Player 0001")
        await press(pilot, "j", "space", "space", "shift+down", "shift+down")
        assert app.list.selected == {1, 2, 3, 4}
        assert app.lines[1].startswith(" ✓ Player 0001")
        await pilot.click(RecordList, offset=(1, 1))
        assert app.list.selected == {2, 3, 4}
        await pilot.click(RecordList, offset=(20, 10))
        await pilot.click(RecordList, offset=(20, 13), shift=True)
        await settle(pilot)
        assert app.list.selected == {2, 3, 4, 10, 11, 12, 13}
        assert app.of(SelectionChanged)[-1].count == 7
        assert app.list.targets == (2, 3, 4, 10, 11, 12, 13)
        assert app.list.clear_selection()
        assert not app.list.clear_selection()
        assert list(app.list.targets) == [13]


async def test_select_all_takes_rows_that_were_never_on_the_screen() -> None:
    async with Running(MemorySource(players(5000))) as (app, pilot):
        await press(pilot, "a")
        await settle(pilot)
        assert app.list.selected == frozenset(range(1, 5001))


async def test_order_by_key_and_by_a_click_on_a_title() -> None:
    async with Running(MemorySource(players(300))) as (app, pilot):
        await press(pilot, "j")
        await press(pilot, "o")
        await settle(pilot)
        assert app.list.sort == Sort("team")
        assert app.list.current is not None
        assert app.list.current.id == 2, "the cursor stays on its row"
        await press(pilot, "minus")
        await settle(pilot)
        assert "Team ▼" in app.lines[0]
        x = app.lines[0].index("No")
        await pilot.click(RecordList, offset=(x, 0))
        await settle(pilot)
        await press(pilot, "g")
        await settle(pilot)
        assert app.lines[0].endswith("No ▲")
        assert app.lines[1].endswith(" 0")
        assert [message.sort for message in app.of(SortChanged)] == [Sort("team"), Sort("team", True), Sort("number")]
        x = app.lines[0].index("Mail")
        await pilot.click(RecordList, offset=(x, 0))
        assert app.list.sort == Sort("number"), "a column without an order changes nothing"
        for _ in range(3):
            app.list.choose_column(1)
        await press(pilot, "o")
        assert app.list.sort == Sort("number")
        said = [toast.message for toast in app._notifications]
        assert said == ["The list cannot be sorted by “Mail”. It comes from elsewhere."] * 2


@pytest.mark.parametrize("size", [(20, 5), (30, 12), (160, 50)])
async def test_each_order_that_is_offered_is_seen_in_the_titles(size: tuple[int, int]) -> None:
    async with Running(MemorySource(players(30)), size) as (app, pilot):
        for _ in app.list.sortable_columns:
            await press(pilot, "o")
            await settle(pilot)
            assert "▲" in app.lines[0], app.list.sort
            # Ordered in a wide window, and looked at in a narrow one.
            for narrower in ((20, 5), size):
                await resize(pilot, narrower)
                assert "▲" in app.lines[0], (app.list.sort, narrower)


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (60, 20), (160, 50)])
async def test_any_size_is_drawn_whole(size: tuple[int, int]) -> None:
    async with Running(MemorySource(players(300)), size) as (app, pilot):
        await press(pilot, "G")
        await settle(pilot)
        for width, height in [(80, 24), (30, 8), size]:
            await resize(pilot, (width, height))
            await settle(pilot)
            widths = {cell_len(app.list.render_line(y).text) for y in range(app.list.size.height)}
            assert widths == {app.list.size.width}
            assert 0 <= app.line_under_cursor < app.list.size.height - 1


@pytest.mark.slow
async def test_hostile_names_are_shown_and_not_obeyed() -> None:
    people = [Player(n, name, team=name) for n, name in enumerate(HOSTILE, 1)]
    async with Running(MemorySource(people), (100, 40)) as (app, pilot):
        await settle(pilot)
        everything = "\n".join(app.lines)
        assert "[red]Bob[/red]" in everything
        assert "[@click=app.quit]Bob[/]" in everything
        assert "␛]52;c;aGVsbG8=␛\\" in everything
        assert not {character for character in everything if ord(character) < 32 or 127 <= ord(character) < 160} - {
            "\n"
        }
        for y in range(1, len(people) + 1):
            strip = app.list.render_line(y)
            assert cell_len(strip.text) == app.list.size.width
            assert not any(style and (style.link or style.meta) for _, style, _ in strip)
            await pilot.click(RecordList, offset=(MARGIN + 2, y))
        assert app.is_running
