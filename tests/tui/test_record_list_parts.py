"""What the list is made of, without a screen: pages in memory, columns, the selection."""

import asyncio
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bball_tui.database.paging import FIRST, Sort
from bball_tui.tui.widgets import list_opening
from bball_tui.tui.widgets.columns import GAP, Column, place
from bball_tui.tui.widgets.list_opening import open_list
from bball_tui.tui.widgets.page_cache import KEPT_PAGES, PAGE_SIZE, Spot, Window
from bball_tui.tui.widgets.selection import Selection
from tests.support.examples import examples
from tests.tui.records import BY_NAME, BY_NUMBER, COLUMNS, MemorySource, Player, players

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
        view = await open_list(source, BY_NAME, Spot(position, row.id, line), 30)
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


@settings(max_examples=examples(60))
@given(st.integers(2100, 2600), st.integers(0, 2599), st.integers(0, 29), st.booleans(), st.data())
def test_a_long_list_opens_around_its_row_and_is_true_once_that_has_its_number(
    total: int, at: int, line: int, down: bool, data: st.DataObject
) -> None:
    async def check() -> None:
        source, sort = MemorySource(players(total)), Sort("team", down)
        ordered = source.ordered(sort)
        stands = min(at, total - 1)
        row = ordered[stands]
        spot = Spot(data.draw(st.integers(0, total - 1)), row.id, line)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(list_opening, "LONG", 0)
            view = await open_list(source, sort, spot, 30, known=total, moved=True)
        window, off = view.window, stands - view.position
        assert window.row(view.position) == row
        for number in range(view.top, view.top + 30):
            here = number + off
            assert window.row(number) == (ordered[here] if 0 <= here < total else None)
        assert view.locating is not None or not window.adrift
        if view.locating is not None:
            assert await view.locating == stands
            window.settle(off)
        assert view.counting is not None
        assert (await view.counting, window.total) == (total, total)
        for first in data.draw(st.lists(st.integers(0, total - 1), max_size=3)):
            await _draw(window, source, first, 30)
            assert [window.row(one) for one in range(first, min(first + 30, total))] == ordered[first : first + 30]

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


def test_a_name_is_cut_after_the_others() -> None:
    columns = [
        Column[Player](key="name", title="Player", width=14, flex=2, render=str, name=True),
        Column[Player](key="team", title="Team", width=11, render=str),
        Column[Player](key="status", title="Status", width=10, render=str),
        Column[Player](key="signer", title="Signed by", width=12, render=str, sort="signer", priority=5),
        Column[Player](key="welcome", title="Welcome", width=16, render=str),
    ]
    for width, expected in (
        (57, [14, 8, 9, 9, 9]),
        (54, [14, 8, 8, 8, 8]),
        (50, [10, 8, 8, 8, 8]),
        (40, [6, 6, 6, 7, 7]),
    ):
        placed = place(columns, 0, width, "signer")
        assert [one.width for one in placed] == expected


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
            selection.seen(model & ids)
            hidden = model - ids
        elif what == "clear":
            selection.clear()
            model = set()
        hidden &= model
        assert list(selection.ids) == sorted(model)
        assert list(selection.shown) == sorted(model - hidden)
        assert all((row in selection) == (row in model) for row in range(10))
        assert selection.hidden == len(hidden)
