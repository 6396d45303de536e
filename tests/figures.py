"""What tests measure, as figures: printed where they fail, and at the end of `make fault`."""

from __future__ import annotations

import sys

from tests.bars import keep

FIGURES: list[str] = []


def figure(what: str, found: str, bar: str = "") -> None:
    """Say what was measured, and against which bar."""
    line = f"{what}: {found}" + (f" (bar: {bar})" if bar else "")
    FIGURES.append(line)
    keep(what, bar, found)
    sys.stdout.write(line + "\n")
