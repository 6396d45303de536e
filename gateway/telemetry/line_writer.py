"""A thread that writes lines, so that the event loop never formats one or waits for a disk."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Thread

LONGEST_QUEUE = 10_000
LARGEST_BATCH = 256

Job = Callable[[], None]
"""Formats one line, and leaves it with its stream."""


class LineWriter:
    """Does jobs in their order, in small batches; what comes when its queue is full is dropped."""

    def __init__(self, flush: Callable[[], None], *, longest: int = LONGEST_QUEUE) -> None:
        """`flush` is called after each batch, in the thread."""
        self._flush = flush
        self._longest = longest
        self._queue: SimpleQueue[Job | None] = SimpleQueue()
        self._thread = Thread(target=self._run, name="log", daemon=True)
        self.dropped = 0
        self.failed = 0
        """Jobs that raised: a line that can not be written ends there, and no other with it."""

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Do what is queued, and end. Blocks."""
        self._queue.put(None)
        if self._thread.ident is not None:
            self._thread.join()

    def put(self, job: Job) -> None:
        if self._queue.qsize() >= self._longest:
            self.dropped += 1
        else:
            self._queue.put(job)

    def _run(self) -> None:
        while batch := self._take():
            for job in batch:
                self._guarded(job)
            self._guarded(self._flush)

    def _take(self) -> list[Job]:
        job, batch = self._queue.get(), []
        while job is not None:
            batch.append(job)
            if len(batch) == LARGEST_BATCH:
                return batch
            try:
                job = self._queue.get_nowait()
            except Empty:
                return batch
        if batch:
            self._queue.put(None)
        return batch

    def _guarded(self, job: Job) -> None:
        try:
            job()
        except Exception:  # noqa: BLE001 - a full disk must not end the thread, nor be told to it
            self.failed += 1
