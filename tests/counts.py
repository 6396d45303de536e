"""How often, and by what chance: a short form in the tests, the full counts in `make fault`."""

from __future__ import annotations

import os
from random import SystemRandom
from typing import Final

EXAMPLES: Final = int(os.environ.get("FAULT_EXAMPLES") or 0)
"""How many `make fault` has a property tried with; 0 in the tests."""
IS_FULL: Final = EXAMPLES > 0


def count(short: int, full: int) -> int:
    return full if IS_FULL else short


def seed(default: int | None = None) -> int:
    """Take SEED, else the default, or draw one; print it, so that it can be given again."""
    given = os.environ.get("SEED") or default
    taken = SystemRandom().randrange(2**32) if given is None else int(given)
    print(f"SEED={taken}")  # noqa: T201 - shown where a test fails
    return taken
