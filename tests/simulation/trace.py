"""All that happened in a run, as one hash, and the last of it as lines."""

from __future__ import annotations

from collections import deque
from hashlib import blake2b

TAIL = 120
"""Lines that are shown with a violation."""


class Trace:
    """Equal runs have equal hashes; two that differ do so from some line on."""

    def __init__(self) -> None:
        self._hash = blake2b(digest_size=12)
        self.tail: deque[str] = deque(maxlen=TAIL)
        self.every: list[str] | None = None
        """All lines, where somebody asks for them before the run."""

    def add(self, at: float, what: str, *words: object) -> None:
        line = f"{at:.6f} {what} {' '.join(map(str, words))}"
        self._hash.update(line.encode())
        self.tail.append(line)
        if self.every is not None:
            self.every.append(line)

    def digest(self) -> str:
        return self._hash.hexdigest()
