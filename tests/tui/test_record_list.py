"""The list of all screens: what is in memory, what is asked for, and what the reader sees and does."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.app import App, ComposeResult
from textual.message import Message
from textual.pilot import Pilot

from bball_tui.database.paging import FIRST, Sort
from bball_tui.tui.widgets.columns import GAP, Column, place
from bball_tui.tui.widgets.line_painter import MARGIN
from bball_tui.tui.widgets.list_messages import (
    CursorMoved,
    ListLoaded,
    LoadFailed,
    RowOpened,
    SelectionChanged,
    SortChanged,
)
from bball_tui.tui.widgets.opening_view import open_view
from bball_tui.tui.widgets.page_cache import KEPT_PAGES, PAGE_SIZE, Spot, Window
from bball_tui.tui.widgets.record_list import RecordList
from bball_tui.tui.widgets.selection import Selection
from tests.support.examples import examples
from tests.tui.records import BY_NAME, BY_NUMBER, COLUMNS, HOSTILE, MemorySource, Player, players

# The window: pages in memory, and how they are asked for


async def _draw(window: Window[Player], source: MemorySource, top: int, height: int) -> None:
    while request := window.next_request(top, top + height - 1):
        window.accept(request, await source.page(request))


@settings(max_examples=examples(60))
@given(
    total=st.integers(0, 700),
    sort=st.sampled_from([BY_NAME, BY_NUMBER, BY_NAME.reversed(), BY_NUMBER.reversed()]),
    height=st.integers(1, 70),
    places=st.lists(st.floats(0, 1), min_size=1, max_size=12),
)
def test_wherever_one_scrolls_the_right_rows_are_there(
    total: int, sort: Sort, height: int, places: list[float]
) -> None:
    async def scroll() -> None:
        source = MemorySource(players(total))
        expected = source.ordered(sort)
        window: Window[Player] = Window(total, sort, page_size=20, kept_pages=3)
        for place_ in places:
            top = round(place_ * max(0, total - height))
            await _draw(window, source, top, height)
            for position in range(top, min(total, top + height)):
                assert window.row(position) == expected[position]
                assert window.position_of(expected[position].id) == position
        assert len(list(window.rows())) <= (max(3, height // 20 + 4)) * 20

    asyncio.run(scroll())


@pytest.mark.slow
async def test_neighbors_edges_and_ways_back_need_no_offset() -> None:
    source = MemorySource(players(10_000))
    window: Window[Player] = Window(10_000, BY_NAME)
    for top in [*range(0, 3000, 100), *range(3000, 0, -100), 9970, 9800, 9700]:
        await _draw(window, source, top, 30)
    assert [request for request in source.requests if request.skip] == []
    await _draw(window, source, 5000, 30)
    assert [request.skip for request in source.requests if request.skip] != [], "a jump has to skip"
    jumps = len([request for request in source.requests if request.skip])
    await _draw(window, source, 0, 30)
    await _draw(window, source, 5000, 30)
    assert len([request for request in source.requests if request.skip]) == jumps, "the way back is known"


@pytest.mark.slow
async def test_memory_stays_flat() -> None:
    source = MemorySource(players(6000))
    window: Window[Player] = Window(6000, BY_NAME)
    for top in range(0, 6000, 90):
        await _draw(window, source, top, 40)
    kept = {row.id for row in window.rows()}
    assert len(kept) <= KEPT_PAGES * PAGE_SIZE
    assert {row.id for row in source.rows if window.position_of(row.id) is not None} == kept


async def test_a_list_that_shrank_is_noticed() -> None:
    source = MemorySource(players(150))
    window: Window[Player] = Window(150, BY_NAME)
    source.rows = source.rows[:120]
    first = window.request(0, 100)
    assert not window.accept(first, await source.page(first))
    second = window.request(100, 50)
    assert window.accept(second, await source.page(second))


def test_a_request_starts_at_the_nearest_known_place() -> None:
    window: Window[Player] = Window(1000, BY_NAME)
    assert window.request(0, 100).anchor == FIRST
    last = window.request(900, 100)
    assert (last.backward, last.skip) == (True, 0)
    assert window.request(400, 100).skip == 400
    assert window.request(600, 100).skip == 300


@settings(max_examples=examples(60))
@given(st.integers(1, 400), st.integers(0, 399), st.integers(0, 29), st.integers(1, 60), st.booleans())
def test_opening_again_keeps_row_and_line(total: int, at: int, line: int, newcomers: int, gone: bool) -> None:
    async def check() -> None:
        source = MemorySource(players(total))
        position = min(at, total - 1)
        row = source.ordered(BY_NAME)[position]
        source.rows += [Player(10_000 + n, f"Anna {n}") for n in range(newcomers)]
        if gone:
            source.rows.remove(row)
        view = await open_view(source, BY_NAME, Spot(position, row.id, line), 30)
        if not source.rows:
            assert (view.position, view.top) == (0, 0)
            return
        under = source.ordered(BY_NAME)[view.position]
        assert view.window.row(view.position) == under
        if gone:
            assert view.position == min(position, len(source.rows) - 1)
        else:
            assert under == row
            ends = (0, max(0, len(source.rows) - 30))
            assert view.position - view.top == line or view.top in ends

    asyncio.run(check())


# Columns


@given(st.integers(1, 200))
def test_columns_never_overflow_and_important_ones_stay(width: int) -> None:
    placed = place(COLUMNS, 3, width)
    assert {"name", "number"} <= {item.column.key for item in placed}
    assert all(item.width >= 1 for item in placed)
    last = placed[-1]
    if width >= len(placed) * (1 + GAP):
        assert last.left + last.width - 3 <= width
    for one, other in pairwise(placed):
        assert other.left == one.left + one.width + GAP


def test_narrow_lists_hide_the_least_important_column_first() -> None:
    shown = [[item.column.key for item in place(COLUMNS, 0, width)] for width in (80, 45, 30)]
    assert shown == [["name", "team", "mail", "number"], ["name", "mail", "number"], ["name", "number"]]


def test_what_is_left_over_goes_to_the_flexible_columns_up_to_their_limit() -> None:
    widths = {item.column.key: item.width for item in place(COLUMNS, 0, 150)}
    assert widths["team"] == 20
    assert widths["mail"] == 14
    assert sum(widths.values()) + 3 * GAP == 150


# Selection


@given(st.lists(st.tuples(st.sampled_from(["toggle", "add", "drop", "seen", "clear"]), st.sets(st.integers(0, 9)))))
def test_the_selection_counts_right(steps: list[tuple[str, set[int]]]) -> None:
    selection, model, hidden = Selection(), set[int](), set[int]()
    for what, ids in steps:
        if what == "toggle" and ids:
            row = min(ids)
            selection.toggle(row)
            model ^= {row}
        elif what == "add":
            selection.add(ids)
            model |= ids
            hidden -= ids
        elif what == "drop":
            selection.drop(ids)
            model -= ids
        elif what == "seen":
            selection.seen(frozenset(ids))
            hidden = model - ids
        elif what == "clear":
            selection.clear()
            model = set()
        hidden &= model
        assert selection.ids == model
        assert selection.hidden == len(hidden)


# The widget


class Host(App[None]):
    def __init__(self, source: MemorySource, columns: Sequence[Column[Player]] = COLUMNS) -> None:
        super().__init__()
        self.source = source
        self.list: RecordList[Player] = RecordList(
            columns, sort=BY_NAME, empty_text="No one plays here yet. Press n to add a player."
        )
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        yield self.list

    def on_mount(self) -> None:
        self.list.show(self.source)
        self.list.focus()

    def hear(self, message: Message) -> None:
        """Every message comes by once for each part of the screen that it rises through."""
        if not any(message is known for known in self.heard):
            self.heard.append(message)

    def of(self, kind: type[Message]) -> list[Any]:
        return [message for message in self.heard if type(message) is kind]

    @property
    def lines(self) -> list[str]:
        return [self.list.render_line(y).text.rstrip() for y in range(self.list.size.height)]

    @property
    def line_under_cursor(self) -> int:
        return self.list.cursor - round(self.list.scroll_y)


async def settle(pilot: Pilot[None]) -> None:
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    await pilot.pause()


async def until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await pilot.pause(0.01)


class Running:
    """A host on the screen, settled."""

    def __init__(self, source: MemorySource, size: tuple[int, int] = (80, 24)) -> None:
        self.app = Host(source)
        self._context = self.app.run_test(size=size, message_hook=self.app.hear)

    async def __aenter__(self) -> tuple[Host, Pilot[None]]:
        pilot = await self._context.__aenter__()
        await settle(pilot)
        return self.app, pilot

    async def __aexit__(self, *error: Any) -> None:
        await self._context.__aexit__(*error)


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
            await pilot.press(*keys)
            assert app.list.cursor == expected
            assert 0 <= app.line_under_cursor < 23
        await settle(pilot)
        assert app.list.current == app.source.ordered(BY_NAME)[0]


async def test_the_end_of_a_long_list_is_read_from_the_end() -> None:
    async with Running(MemorySource(players(9999))) as (app, pilot):
        before = len(app.source.requests)
        await pilot.press("G")
        await settle(pilot)
        asked = app.source.requests[before:]
        assert asked
        assert all(request.backward and request.skip == 0 for request in asked)
        assert app.list.current is not None
        assert app.list.current.name == "Player 9999"


async def test_rows_on_their_way_are_quiet_and_hold_up_no_key() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        app.source.open.clear()
        await pilot.press("G")
        assert app.list.cursor == 999
        assert app.list.current is None
        assert app.lines[-1] == "   …"
        await pilot.press("k", "k", "enter", "space")
        assert app.list.cursor == 997
        assert app.of(RowOpened) == []
        assert app.list.selected == frozenset()
        app.source.open.set()
        await settle(pilot)
        assert app.list.current == app.source.ordered(BY_NAME)[997]
        assert app.of(CursorMoved)[-1].row_id == app.source.ordered(BY_NAME)[997].id


@pytest.mark.slow
async def test_racing_through_a_list_asks_only_for_what_is_still_wanted() -> None:
    async with Running(MemorySource(players(20_000))) as (app, pilot):
        before = len(app.source.requests)
        app.source.open.clear()
        await pilot.press(*["pagedown"] * 40, "G")
        app.source.open.set()
        await settle(pilot)
        assert len(app.source.requests) - before <= 5, "the pages in between were never wanted for long"
        assert app.list.current is not None


async def test_enter_and_a_double_click_open_a_row() -> None:
    async with Running(MemorySource(players(50))) as (app, pilot):
        await pilot.press("j", "enter")
        await pilot.click(RecordList, offset=(10, 5))
        assert app.list.cursor == 4
        await pilot.pause()
        assert [message.row_id for message in app.of(RowOpened)] == [2]
        await pilot.click(RecordList, offset=(10, 7), times=2)
        await pilot.pause()
        assert [message.row_id for message in app.of(RowOpened)] == [2, 7]


async def test_rows_are_selected_by_key_margin_and_range() -> None:
    async with Running(MemorySource(players(50))) as (app, pilot):
        await pilot.press("space")
        assert app.lines[1].startswith(" ✓ Player 0001")
        await pilot.press("j", "space", "space", "shift+down", "shift+down")
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
        await pilot.press("a")
        await settle(pilot)
        assert app.list.selected == frozenset(range(1, 5001))


async def test_a_filter_hides_part_of_the_selection_and_says_how_much() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        await pilot.press("space", "j", "space", "j", "space")
        app.list.show(MemorySource([player for player in players(100) if player.id > 2]))
        await settle(pilot)
        last = app.of(SelectionChanged)[-1]
        assert (last.count, last.hidden, app.list.hidden) == (3, 2, 2)
        assert app.list.current is not None
        assert app.list.current.id == 3, "the cursor stays on its row"
        app.list.show(app.source)
        await settle(pilot)
        assert app.list.hidden == 0
        assert app.list.selected == {1, 2, 3}


class SlowToCount(MemorySource):
    """Its rows come at once, their number when ``counted`` is set."""

    def __init__(self, rows: Iterable[Player]) -> None:
        super().__init__(rows)
        self.counted = asyncio.Event()

    async def count(self) -> int:
        await self.counted.wait()
        return await super().count()


async def test_rows_are_shown_before_they_are_counted() -> None:
    source = SlowToCount(players(1000))
    app = Host(source)
    async with app.run_test(size=(80, 24), message_hook=app.hear) as pilot:
        await until(pilot, lambda: app.list.current is not None)
        assert (app.list.counted, app.of(ListLoaded)) == (False, [])
        assert app.lines[1].split()[:2] == ["Player", "0001"]
        # Nobody knows yet where the end is: the key waits for it.
        app.list.action_list_last()
        source.counted.set()
        await settle(pilot)
        assert (app.list.counted, app.list.total, app.list.cursor) == (True, 1000, 999)
        assert app.list.current == source.ordered(BY_NAME)[-1]
        # The same rows again: the number stays until there is a new one.
        source.counted.clear()
        source.rows.append(Player(5000, "Zoe"))
        app.list.reload()
        await pilot.pause()
        assert (app.list.counted, app.list.total) == (True, 1000)
        source.counted.set()
        await settle(pilot)
        assert (app.list.total, app.list.cursor) == (1001, 999)


async def test_only_the_newest_search_is_shown() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        slow, quick = MemorySource(players(80)), MemorySource(players(3))
        slow.open.clear()
        app.list.show(slow)
        await pilot.pause()
        app.list.show(quick)
        await pilot.pause()
        slow.open.set()
        await settle(pilot)
        assert app.list.total == 3
        assert [message.total for message in app.of(ListLoaded)] == [100, 3]


async def test_a_search_that_hangs_holds_up_no_later_one() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        app.source.open.clear()
        await pilot.press("G")
        app.list.show(MemorySource(players(2000)))
        await until(pilot, lambda: app.list.total == 2000)
        await pilot.press("G")
        await until(pilot, lambda: app.list.current is not None)
        assert app.list.current is not None
        assert app.list.current.name == "Player 2000"
        app.source.failure = "The database does not answer."
        app.source.open.set()
        await settle(pilot)
        assert app.of(LoadFailed) == [], "no one waits for that answer anymore"


@pytest.mark.slow
@pytest.mark.parametrize("scroll", [0, 37, 300])
async def test_a_change_elsewhere_moves_nothing(scroll: int) -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        await pilot.press("space", *["pagedown"] * (scroll // 23), *["k"] * 3)
        await settle(pilot)
        row, line = app.list.current, app.line_under_cursor
        assert row is not None
        moved = len(app.of(CursorMoved))
        app.source.rows += [Player(5000 + n, f"Anna {n}") for n in range(250)]
        app.list.reload()
        await settle(pilot)
        assert app.list.current == row
        assert app.list.cursor == app.source.ordered(BY_NAME).index(row)
        assert app.line_under_cursor == line
        assert app.list.selected == {1}
        assert len(app.of(CursorMoved)) == moved
        assert row.name in app.lines[line + 1]


async def test_a_row_that_went_away_leaves_the_cursor_where_it_was() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        await pilot.press("j", "j", "j")
        del app.source.rows[3]
        app.list.reload()
        await settle(pilot)
        assert app.list.cursor == 3
        assert app.of(CursorMoved)[-1].row_id == 5
        app.source.rows.clear()
        app.list.reload()
        await settle(pilot)
        assert app.of(CursorMoved)[-1].row_id is None
        assert app.lines[2] == "   No one plays here yet. Press n to add a player."


async def test_keys_pressed_while_it_is_read_again_count() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        app.source.open.clear()
        app.list.reload()
        await pilot.press("j", "j")
        app.source.rows.insert(0, Player(900, "Aaron"))
        app.source.open.set()
        await settle(pilot)
        assert app.list.current is not None
        assert app.list.current.id == 3
        assert app.list.cursor == 3
        assert app.line_under_cursor in (2, 3)


async def test_a_key_between_a_change_and_its_reading_counts() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        app.list.reload()
        app.list.action_list_last()
        await settle(pilot)
        assert app.list.cursor == 99


async def test_the_last_row_is_gone_to_although_it_is_read_again_before_the_rows_are_counted() -> None:
    source = SlowToCount(players(1000))
    app = Host(source)
    async with app.run_test(size=(80, 24), message_hook=app.hear) as pilot:
        await until(pilot, lambda: app.list.current is not None)
        app.list.action_list_last()
        app.list.reload()
        await pilot.pause()
        source.counted.set()
        await settle(pilot)
        assert app.list.cursor == 999


async def test_many_changes_at_once_are_one_reading() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        loaded = len(app.of(ListLoaded))
        for _ in range(50):
            app.list.reload()
        await settle(pilot)
        assert len(app.of(ListLoaded)) - loaded == 2, "the one that ran, and one for all that came meanwhile"


async def test_a_list_that_shrank_while_it_was_scrolled_is_counted_again() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        app.source.rows = app.source.rows[:450]
        app.list.move_to(520)
        await settle(pilot)
        assert app.list.total == 450
        assert app.list.cursor == 449
        assert app.list.current == app.source.ordered(BY_NAME)[449]


async def test_order_by_key_and_by_a_click_on_a_title() -> None:
    async with Running(MemorySource(players(300))) as (app, pilot):
        await pilot.press("j")
        await pilot.press("o")
        await settle(pilot)
        assert app.list.sort == Sort("team")
        assert app.list.current is not None
        assert app.list.current.id == 2, "the cursor stays on its row"
        await pilot.press("minus")
        await settle(pilot)
        assert "Team ▼" in app.lines[0]
        x = app.lines[0].index("No")
        await pilot.click(RecordList, offset=(x, 0))
        await settle(pilot)
        await pilot.press("g")
        await settle(pilot)
        assert app.lines[0].endswith("No ▲")
        assert app.lines[1].endswith(" 0")
        assert [message.sort for message in app.of(SortChanged)] == [Sort("team"), Sort("team", True), Sort("number")]
        x = app.lines[0].index("Mail")
        await pilot.click(RecordList, offset=(x, 0))
        assert app.list.sort == Sort("number"), "a column without an order changes nothing"
        for _ in range(3):
            app.list.choose_column(1)
        await pilot.press("o")
        assert app.list.sort == Sort("number")
        said = [toast.message for toast in app._notifications]
        assert said == ["The list cannot be sorted by “Mail”. It comes from elsewhere."] * 2


async def test_an_empty_list_and_a_broken_one_are_sentences() -> None:
    source = MemorySource([])
    async with Running(source) as (app, pilot):
        assert app.lines[2] == "   No one plays here yet. Press n to add a player."
        await pilot.press("j", "G", "enter", "space", "a", "o")
        await settle(pilot)
        source.failure = "The database does not answer. Nothing was lost; press ctrl+r to try again."
        app.list.show(source)
        await settle(pilot)
        assert app.lines[2] == "   The database does not answer. Nothing was lost; press ctrl+r to try again."
        assert [message.reason for message in app.of(LoadFailed)] == [source.failure]
        source.failure = None
        source.rows = players(3)
        await pilot.press("ctrl+r")
        await settle(pilot)
        assert "Player 0001" in app.lines[1]


async def test_rows_stay_when_the_database_goes_away() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        app.source.failure = "The database does not answer."
        app.list.reload()
        await settle(pilot)
        await pilot.press("G")
        await settle(pilot)
        assert len(app.of(LoadFailed)) >= 1
        assert "…" in app.lines[-1]
        await pilot.press("g")
        await settle(pilot)
        assert "Player 0001" in app.lines[1]
        app.source.failure = None
        await pilot.press("G")
        await settle(pilot)
        assert "Player 1000" in app.lines[-1]


@pytest.mark.parametrize("size", [(20, 5), (40, 12), (60, 20), (160, 50)])
async def test_any_size_is_drawn_whole(size: tuple[int, int]) -> None:
    async with Running(MemorySource(players(300)), size) as (app, pilot):
        await pilot.press("G")
        await settle(pilot)
        for width, height in [(80, 24), (30, 8), size]:
            await pilot.resize_terminal(width, height)
            await settle(pilot)
            widths = {cell_len(app.list.render_line(y).text) for y in range(app.list.size.height)}
            assert widths == {app.list.size.width}
            assert 0 <= app.line_under_cursor < app.list.size.height - 1


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
