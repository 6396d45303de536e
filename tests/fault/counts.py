"""How often: a short form in the tests, the full count in `make fault`."""

from __future__ import annotations

import os
from random import SystemRandom

IS_FULL = "FAULT_EXAMPLES" in os.environ


def count(short: int, full: int) -> int:
    return full if IS_FULL else short


def seed() -> int:
    """Take the seed of `make fault`, or draw one; print it, so that it can be given again."""
    drawn = int(os.environ.get("FAULT_SEED") or SystemRandom().randrange(2**32))
    print(f"FAULT_SEED={drawn}")  # noqa: T201 (shown where a test fails)
    return drawn
