"""The inquiries that this process works on, and who waits for them."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from operator import itemgetter

from ..model import Answer, Granted
from ..store.ledger.contract import Claim
from .given import Given

Key = tuple[str, str, str]
"""Tenant, inquiry id, fingerprint."""

End = Given | BaseException
"""What comes of a run."""


class Run:
    """
    One inquiry under way: a task that belongs to nobody who waits for it.

    When the last who waits has gone it is cancelled, but not in the middle of
    its claim: it must know whether the id is its own, to let it go again.
    """

    def __init__(self) -> None:
        self.key: Key | None = None
        """Its place among all, once it has one."""
        self.deadline = math.inf
        """Monotonic: by when who began it must be answered."""
        self.claim: Claim | None = None
        """Its id, once it is its own."""
        self.is_claiming = False
        self.took_over = False
        """Whether the id was another run's before, which may have bought something under it."""
        self.has_begun = False
        """Whether connectors may have been asked."""
        self.answers: dict[str, Answer] | None = None
        """What all connectors together answered, at what it cost."""
        self.closed = asyncio.Event()
        """Set when the ledger says how it ended."""
        self._waiting = 0
        self._going_on: list[tuple[float, asyncio.Event]] = []
        self._task: asyncio.Task[Given]

    def start(self, making: Coroutine[None, None, Given], over: Callable[[Run, End], None]) -> None:
        """Begin; `over` hears of the end, also where it comes before the beginning."""
        self._task = asyncio.create_task(making)
        self._task.add_done_callback(lambda _: over(self, self.end))

    @property
    def is_over(self) -> bool:
        return self._task.done()

    @property
    def was_left(self) -> bool:
        """Whether it was cancelled because nobody waited."""
        return self._task.cancelled()

    @property
    def end(self) -> End:
        if self._task.cancelled():
            return asyncio.CancelledError()
        return self._task.exception() or self._task.result()

    def result(self) -> Given:
        return self._task.result()

    async def wait(self, seconds: float | None = None) -> bool:
        """Wait for its end, and tell whether it came; the last who goes ends it."""
        self._waiting += 1
        try:
            await asyncio.wait({self._task}, timeout=seconds)
        finally:
            self._waiting -= 1
            if not self._waiting and not self.is_claiming:
                self._task.cancel()
        return self._task.done()

    async def handed_on(self, deadline: float, seconds: float) -> bool:
        """
        Wait until it is closed, to go on in its place, and tell whether it was in time.

        Whoever has most time is the first to wake, and so to begin: of those who have
        less, each would begin anew, and leave it half done to the next.
        """
        if self.closed.is_set():
            return True
        turn = asyncio.Event()
        going_on = (deadline, turn)
        self._going_on.append(going_on)
        try:
            async with asyncio.timeout(seconds):
                await turn.wait()
        except TimeoutError:
            pass
        finally:
            self._going_on.remove(going_on)
        return turn.is_set()

    def close(self) -> None:
        self.closed.set()
        for _, turn in sorted(self._going_on, key=itemgetter(0), reverse=True):
            turn.set()

    async def decided(self, claim: Claim | None) -> None:
        """Take note whose the id is; go no further where nobody waits any more."""
        self.claim, self.is_claiming = claim, False
        if not self._waiting:
            self._task.cancel()
            await asyncio.sleep(0)


class Joined(Exception):
    """The same inquiry is under way here; this one was authorised, and nothing else."""

    def __init__(self, granted: Granted, run: Run) -> None:
        super().__init__("the inquiry is under way")
        self.granted = granted
        self.run = run


class Runs:
    """One for each inquiry, from before its claim until the ledger says how it ended."""

    def __init__(self) -> None:
        self._by_key: dict[Key, Run] = {}
        self._all: set[Run] = set()

    def begin(self) -> Run:
        run = Run()
        self._all.add(run)
        return run

    def find(self, key: Key) -> Run | None:
        return self._by_key.get(key)

    def enter(self, key: Key, run: Run, granted: Granted) -> None:
        """Take a place. Raises `Joined` where it is another's."""
        other = self._by_key.setdefault(key, run)
        if other is not run:
            raise Joined(granted, other)
        run.key, run.deadline = key, granted.filled.valid.admitted.deadline

    def leave(self, run: Run) -> None:
        """Let a run go whose end is written down, or that has nothing to write."""
        if run.key is not None:
            self._by_key.pop(run.key, None)
        self._all.discard(run)
        run.close()

    async def settled(self) -> None:
        """Wait until all are over, and the ledger says how; it must not be closed before."""
        while self._all:
            await next(iter(self._all)).closed.wait()
