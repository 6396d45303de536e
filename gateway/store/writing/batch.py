"""Which entries go into one commit: what was queued meanwhile, up to a number of rows."""

from __future__ import annotations

from collections import deque

from .entry import Entry

LARGEST_BATCH = 64
"""Rows."""


def take(queued: deque[Entry]) -> list[Entry]:
    """Take the next batch off the queue; an entry is never divided."""
    batch: list[Entry] = []
    rows = 0
    while queued and rows < LARGEST_BATCH:
        batch.append(queued.popleft())
        rows += max(1, len(batch[-1].rows))
    return batch
