"""Grouping writes: anyone who comes while one transaction is under way shares the next one.

A lone caller waits for nobody; ten callers at once cost one commit instead of ten. Most of what a statement about a few
mails costs is the statement and its commit, so where others are known to come soon, a moment is worth waiting.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, TypeVar

JobT = TypeVar("JobT")
AnswerT = TypeVar("AnswerT")


class Batcher(Generic[JobT, AnswerT]):
    """Runs ``write`` on lists of jobs, one list at a time.

    ``write`` returns one answer for each job, in order; what it raises reaches every caller of that batch. A caller
    that is canceled does not stop the batch that its job is in.

    Args:
        passes: how often the event loop goes around before a batch begins, for those whose turn comes with what is at
            hand already. An idle loop goes around in microseconds.
        coming: whether others are about to have something written.
        patience: how many seconds a batch waits for them.
    """

    def __init__(
        self,
        write: Callable[[Sequence[JobT]], Awaitable[Sequence[AnswerT]]],
        *,
        limit: int = 100,
        passes: int = 0,
        coming: Callable[[], bool] = lambda: False,
        patience: float = 0.0,
    ) -> None:
        self._write = write
        self._limit = limit
        self._passes = passes
        self._coming = coming
        self._patience = patience
        self._came = asyncio.Event()
        self._waiting: list[tuple[JobT, asyncio.Future[AnswerT]]] = []
        self._writer: asyncio.Task[None] | None = None

    def begin(self, job: JobT) -> asyncio.Future[AnswerT]:
        """Have ``job`` written; the future holds its answer after the commit. It may be left alone."""
        future: asyncio.Future[AnswerT] = asyncio.get_running_loop().create_future()
        self._waiting.append((job, future))
        self._came.set()
        if self._writer is None:
            self._writer = asyncio.create_task(self._run())
        return future

    async def submit(self, job: JobT) -> AnswerT:
        """Have ``job`` written; returns its answer after the commit."""
        return await self.begin(job)

    async def close(self) -> None:
        """Give up what is being written; nobody may wait for it anymore."""
        if self._writer is not None:
            self._writer.cancel()
            await asyncio.wait((self._writer,))

    async def _run(self) -> None:
        try:
            while self._waiting:
                for _ in range(self._passes):
                    await asyncio.sleep(0)
                if self._coming():
                    await self._company()
                batch, self._waiting = self._waiting[: self._limit], self._waiting[self._limit :]
                await self._flush(batch)
        finally:
            self._writer = None
            for _, future in self._waiting:  # only after a cancellation
                future.cancel()

    async def _company(self) -> None:
        """Wait for those who are coming, but not for long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._patience):
                while self._coming() and len(self._waiting) < self._limit:
                    self._came.clear()
                    await self._came.wait()

    async def _flush(self, batch: list[tuple[JobT, asyncio.Future[AnswerT]]]) -> None:
        try:
            answers = await self._write([job for job, _ in batch])
        except Exception as error:
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # a fault that nobody waits for anymore is no fault of the event loop's
        else:
            for (_, future), answer in zip(batch, answers, strict=True):
                if not future.done():
                    future.set_result(answer)
