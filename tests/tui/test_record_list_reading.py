"""How the list of all screens is read: pages, searches, changes and failures while somebody works in it."""

import asyncio
import gc
from collections.abc import Collection, Iterable

import pytest

from bball_tui.database.paging import Sort
from bball_tui.tui.widgets import list_opening
from bball_tui.tui.widgets.list_messages import (
    CursorMoved,
    ListLoaded,
    LoadFailed,
    RowOpened,
    SelectionChanged,
)
from tests.tui.hands import press, rest, running
from tests.tui.list_host import Host, Running, settle, until
from tests.tui.records import BY_NAME, MemorySource, Player, players


async def test_the_end_of_a_long_list_is_read_from_the_end() -> None:
    async with Running(MemorySource(players(9999))) as (app, pilot):
        before = len(app.source.requests)
        await press(pilot, "G")
        await settle(pilot)
        asked = app.source.requests[before:]
        assert asked
        assert all(request.backward and request.skip == 0 for request in asked)
        assert app.list.current is not None
        assert app.list.current.name == "Player 9999"


async def test_rows_on_their_way_are_quiet_and_hold_up_no_key() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        app.source.open.clear()
        await press(pilot, "G")
        assert app.list.cursor == 999
        assert app.list.current is None
        assert app.lines[-1] == "   …"
        await press(pilot, "k", "k", "enter", "space")
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
        await press(pilot, *["pagedown"] * 40, "G")
        app.source.open.set()
        await settle(pilot)
        assert len(app.source.requests) - before <= 5, "the pages in between were never wanted for long"
        assert app.list.current is not None


async def test_a_filter_hides_part_of_the_selection_and_says_how_much() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        await press(pilot, "space", "j", "space", "j", "space")
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


class SlowToMatch(MemorySource):
    """Says which of the selected rows it has when ``matched`` is set."""

    def __init__(self, rows: Iterable[Player]) -> None:
        super().__init__(rows)
        self.matched, self.asked = asyncio.Event(), asyncio.Event()

    async def matching(self, row_ids: Collection[int]) -> frozenset[int]:
        self.asked.set()
        await self.matched.wait()
        return await super().matching(row_ids)


@pytest.mark.parametrize("there", [True, False])
async def test_a_row_that_is_selected_while_the_list_is_read_is_among_the_targets_if_the_list_has_it(
    there: bool,
) -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        await press(pilot, "space")
        source = SlowToMatch(player for player in players(100) if there or player.id != 2)
        app.list.show(source)
        await source.asked.wait()
        await press(pilot, "j", "space")
        assert app.list.selected == {1, 2}
        source.matched.set()
        await settle(pilot)
        assert (app.list.targets, app.list.hidden) == (((1, 2), 0) if there else ((1,), 1))


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
    async with running(app, size=(80, 24), message_hook=app.hear) as pilot:
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
        await rest(pilot)
        assert (app.list.counted, app.list.total) == (True, 1000)
        source.counted.set()
        await settle(pilot)
        assert (app.list.total, app.list.cursor) == (1001, 999)


async def test_the_cursor_turns_to_who_stays_of_two() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        await press(pilot, "G")
        stays, gone, line = app.source.ordered(BY_NAME)[50], app.list.current, app.line_under_cursor
        assert gone is not None
        app.source.rows.remove(gone)
        app.list.turn_to(stays.id)
        app.list.reload()
        await settle(pilot)
        assert (app.list.current, app.line_under_cursor) == (stays, line)


async def test_only_the_newest_search_is_shown() -> None:
    async with Running(MemorySource(players(100))) as (app, pilot):
        slow, quick = MemorySource(players(80)), MemorySource(players(3))
        slow.open.clear()
        app.list.show(slow)
        await rest(pilot)
        app.list.show(quick)
        await rest(pilot)
        slow.open.set()
        await settle(pilot)
        assert app.list.total == 3
        assert [message.total for message in app.of(ListLoaded)] == [100, 3]


async def test_a_search_that_hangs_holds_up_no_later_one() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        app.source.open.clear()
        await press(pilot, "G")
        app.list.show(MemorySource(players(2000)))
        await until(pilot, lambda: app.list.total == 2000)
        await press(pilot, "G")
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
        await press(pilot, "space", *["pagedown"] * (scroll // 23), *["k"] * 3)
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
        await press(pilot, "j", "j", "j")
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
        await press(pilot, "j", "j")
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
    async with running(app, size=(80, 24), message_hook=app.hear) as pilot:
        await until(pilot, lambda: app.list.current is not None)
        app.list.action_list_last()
        app.list.reload()
        await rest(pilot)
        source.counted.set()
        await settle(pilot)
        assert app.list.cursor == 999


async def test_many_changes_at_once_are_one_reading() -> None:
    async with Running(MemorySource(players(90))) as (app, pilot):
        loaded = len(app.of(ListLoaded))
        for _ in range(50):
            app.list.reload()
        await settle(pilot)
        assert len(app.of(ListLoaded)) - loaded == 2, "the one that ran, and one for all that came meanwhile"


async def test_a_reading_that_ends_before_it_has_begun_leaves_nothing_behind() -> None:
    async with Running(MemorySource(players(90))) as (app, pilot):
        app.list.reload()
        app.workers.cancel_all()
        await settle(pilot)
    gc.collect()  # a coroutine that nobody awaited complains now, which fails a test


async def test_a_list_that_shrank_while_it_was_scrolled_is_counted_again() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        app.source.rows = app.source.rows[:450]
        app.list.move_to(520)
        await settle(pilot)
        assert app.list.total == 450
        assert app.list.cursor == 449
        assert app.list.current == app.source.ordered(BY_NAME)[449]


async def test_an_empty_list_and_a_broken_one_are_sentences() -> None:
    source = MemorySource([])
    async with Running(source) as (app, pilot):
        assert app.lines[2] == "   No one plays here yet. Press n to add a player."
        await press(pilot, "j", "G", "enter", "space", "a", "o")
        await settle(pilot)
        source.failure = "The database does not answer. Nothing was lost; press ctrl+r to try again."
        app.list.show(source)
        await settle(pilot)
        assert app.lines[2] == "   The database does not answer. Nothing was lost; press ctrl+r to try again."
        assert [message.reason for message in app.of(LoadFailed)] == [source.failure]
        source.failure = None
        source.rows = players(3)
        await press(pilot, "ctrl+r")
        await settle(pilot)
        assert "Player 0001" in app.lines[1]


async def test_rows_stay_when_the_database_goes_away() -> None:
    async with Running(MemorySource(players(1000))) as (app, pilot):
        app.source.failure = "The database does not answer."
        app.list.reload()
        await settle(pilot)
        await press(pilot, "G")
        await settle(pilot)
        assert len(app.of(LoadFailed)) >= 1
        assert "…" in app.lines[-1]
        await press(pilot, "g")
        await settle(pilot)
        assert "Player 0001" in app.lines[1]
        app.source.failure = None
        await press(pilot, "G")
        await settle(pilot)
        assert "Player 1000" in app.lines[-1]


class SlowToLocate(MemorySource):
    """A list so long that counting the rows before one of them takes its time."""

    def __init__(self, rows: list[Player]) -> None:
        super().__init__(rows)
        self.located = asyncio.Event()

    async def locate(self, row_id: int, sort: Sort) -> int | None:
        await self.located.wait()
        return await super().locate(row_id, sort)


@pytest.mark.parametrize("key", ["j", "g", "G"])
async def test_another_order_of_a_long_list_waits_for_no_number(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setattr(list_opening, "LONG", 500)
    source = SlowToLocate(players(3000))
    async with Running(source) as (app, pilot):
        for _ in range(5):
            await press(pilot, "j")
        await press(pilot, "o")
        ordered = source.ordered(Sort("team"))
        place = [row.id for row in ordered].index(6)
        await until(pilot, lambda: ordered[place].name in app.lines[6] and ordered[place + 9].name in app.lines[15])
        assert (app.list.current, app.line_under_cursor) == (ordered[place], 5)
        await press(pilot, key)
        if key == "j":
            assert (app.list.current, app.line_under_cursor) == (ordered[place + 1], 6)
        shown = app.lines[1:]
        source.located.set()
        await settle(pilot)
        assert app.list.current == ordered[app.list.cursor]
        assert app.list.cursor == {"j": place + 1, "g": 0, "G": 2999}[key]
        if key == "j":
            assert (app.lines[1:], app.line_under_cursor) == (shown, 6)
