"""A thread that writes lines, so that the event loop never formats one or waits for a disk."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from threading import Event, Thread

LONGEST_QUEUE = 10_000
PAUSE = 0.05
"""Seconds between two batches: to wake the thread for each line would cost more than the line."""

Job = Callable[[], None]
"""Formats one line, and leaves it with its stream."""


class LineWriter:
    """Does jobs in their order, in small batches; what comes when its queue is full is dropped."""

    def __init__(self, flush: Callable[[], None], *, longest: int = LONGEST_QUEUE) -> None:
        """`flush` is called after each batch, in the thread."""
        self._flush = flush
        self._longest = longest
        self._queue: deque[Job] = deque()
        self._closed = Event()
        self._thread = Thread(target=self._run, name="log", daemon=True)
        self.dropped = 0
        self.failed = 0
        """Jobs that raised: a line that can not be written ends there, and no other with it."""

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """Do what is queued, and end. Blocks."""
        self._closed.set()
        if self._thread.ident is not None:
            self._thread.join()

    def put(self, job: Job) -> None:
        if len(self._queue) >= self._longest:
            self.dropped += 1
        else:
            self._queue.append(job)

    def _run(self) -> None:
        while not self._closed.wait(PAUSE):
            self._write()
        self._write()

    def _write(self) -> None:
        """Do what is queued by now."""
        if not self._queue:
            return
        for _ in range(len(self._queue)):
            self._guarded(self._queue.popleft())
        self._guarded(self._flush)

    def _guarded(self, job: Job) -> None:
        try:
            job()
        except Exception:  # noqa: BLE001 - a full disk must not end the thread, nor be told to it
            self.failed += 1
