"""Writing several things at once: who shares a batch, and who waits for whom."""

import asyncio
from collections.abc import Sequence

import pytest

from bball_tui.delivery.batching import Batcher


class Writer:
    """Writes what it is told and keeps the batches; ``free`` holds it up."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.free = asyncio.Event()
        self.free.set()

    async def __call__(self, jobs: Sequence[int]) -> list[int]:
        self.batches.append(list(jobs))
        await self.free.wait()
        if 13 in jobs:
            raise LookupError
        return [job * 10 for job in jobs]


async def test_whoever_comes_while_a_batch_is_written_shares_the_next() -> None:
    writer = Writer()
    batcher: Batcher[int, int] = Batcher(writer, limit=2)
    writer.free.clear()
    first = batcher.begin(1)
    await asyncio.sleep(0)
    others = [batcher.begin(job) for job in (2, 3, 4)]
    writer.free.set()
    assert [await one for one in (first, *others)] == [10, 20, 30, 40]
    assert writer.batches == [[1], [2, 3], [4]]


async def test_whoever_comes_within_the_passes_shares_the_batch() -> None:
    batches: list[list[int]] = []

    async def write(jobs: Sequence[int]) -> list[int]:
        batches.append(list(jobs))
        return list(jobs)

    batcher = Batcher(write, passes=3)

    async def coming(number: int, rounds: int) -> None:
        for _ in range(rounds):
            await asyncio.sleep(0)
        await batcher.submit(number)

    await asyncio.gather(coming(1, 0), coming(2, 1), coming(3, 2))
    assert batches == [[1, 2, 3]]


async def test_a_batch_waits_for_those_who_are_coming() -> None:
    writer, coming = Writer(), {2, 3}
    batcher: Batcher[int, int] = Batcher(writer, coming=lambda: bool(coming), patience=60)
    asked = [batcher.begin(1)]
    for job in (2, 3):
        await asyncio.sleep(0)
        assert writer.batches == []
        coming.discard(job)
        asked.append(batcher.begin(job))
    assert [await one for one in asked] == [10, 20, 30]
    assert writer.batches == [[1, 2, 3]]


async def test_a_full_batch_waits_for_nobody() -> None:
    writer = Writer()
    batcher: Batcher[int, int] = Batcher(writer, limit=2, coming=lambda: True, patience=60)
    first, second = batcher.begin(1), batcher.begin(2)
    assert (await first, await second) == (10, 20)


async def test_patience_has_an_end() -> None:
    writer = Writer()
    batcher: Batcher[int, int] = Batcher(writer, coming=lambda: True, patience=0.001)
    assert await batcher.submit(1) == 10


async def test_a_fault_reaches_those_of_its_batch_alone() -> None:
    writer = Writer()
    batcher: Batcher[int, int] = Batcher(writer)
    together = [batcher.begin(job) for job in (12, 13)]
    for one in together:
        with pytest.raises(LookupError):
            await one
    assert await batcher.submit(14) == 140


async def test_closing_leaves_nobody_waiting() -> None:
    writer = Writer()
    batcher: Batcher[int, int] = Batcher(writer, coming=lambda: True, patience=60)
    waiting = batcher.begin(1)
    await asyncio.sleep(0)
    await batcher.close()
    assert waiting.cancelled()
    assert writer.batches == []
