"""What goes wrong, as the search for faults says it and not as chance does."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.simulation.disk import Commit, Fsync
from tests.simulation.network import Passage
from tests.simulation.shared_cache import Look
from tests.simulation.truth import Fate


@dataclass(slots=True)
class Script:
    """Each message takes the next fate, and each commit; when there is none, all is well."""

    fates: deque[Passage] = field(default_factory=deque)
    commits: deque[Fsync] = field(default_factory=deque)
    ledger: Fsync = Fsync.WRITTEN
    jumps: Sequence[tuple[float, float]] = ()

    def passage(self, _: str) -> Passage:
        return self.fates.popleft() if self.fates else Passage(Fate.ANSWERED)

    def commit(self) -> Commit:
        return Commit(0.003, self.commits.popleft() if self.commits else self.ledger)

    def look(self) -> Look:
        return Look()

    def clear(self) -> None:
        """From here on nothing fails."""
        self.fates.clear()
        self.commits.clear()
        self.ledger = Fsync.WRITTEN
