"""
The bars of spec 5, and where tests write down what they measured.

A test of a bar calls, once it has its figure and before it asserts:

    from tests.bars import record
    record("outage", f"{calls / asked:.2f}x in the worst 10 s")

The figure is printed, and `make fault` prints the table of all bars at its end. A
test whose figure is of a property that has no row yet adds one to `BARS`. What the
ledger costs is measured by `make bench`.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

FILE: Final = "BARS_FILE"
"""The variable that names the file of figures: one JSON line each, of all processes."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A promise that is measured."""

    property: str
    bar: str


BARS: Final[Mapping[str, Bar]] = {
    "retry": Bar("30 % of upstream calls fail, free", ">= 96 % succeed, <= 1.45 calls each"),
    "ambiguous": Bar("ambiguous failure, chargeable, no key", "exactly 1.00 calls; rest UNKNOWN"),
    "outage": Bar("full outage", "<= 1.2x calls in any 10 s, <= 1.05x over the first minute"),
    "hang": Bar("one bureau hangs", "others' p99 <= 1.10x + 5 ms, no added errors"),
    "kill": Bar("kill -9 under load", "0 lost rows, 0 hits without intent, 0 duplicate hits"),
    "redis": Bar("Redis down / hung / slow", "0 failed inquiries, <= 25 ms added p99"),
    "ledger_down": Bar("ledger database down", "0 bureau calls, UNAVAILABLE <= 250 ms"),
    "flight": Bar("1,000 equal concurrent inquiries", "exactly 1 upstream call"),
    "model": Bar("billing-safety model", "0 violations; planted bugs caught"),
    "simulation": Bar("seeded simulation, a million inquiries", "0 violations"),
    "tokens": Bar("retry-token simulation", "the table of reliability.md within 1 point"),
    "policies": Bar("models of breaker, bulkhead, tokens", "0 violations in 100,000 steps each"),
    "tamper": Bar("1,000 random changes of the ledger", "all detected"),
    "mixups": Bar("100,000 look-ups: swaps, tenants, purposes", "0 wrong answers"),
    "power": Bar("power loss on the SQLite ledger", "0 acknowledged rows lost"),
}
"""By the name that `record` takes."""


def record(bar: str, figure: str) -> None:
    """Write down what was measured of a bar; an unknown bar is a `KeyError`."""
    told = BARS[bar]
    print(f"bar: {told.property}: {figure} (bar: {told.bar})")  # noqa: T201 - seen with -s or -rP
    if file := os.environ.get(FILE):
        line = json.dumps({"bar": bar, "figure": figure}) + "\n"
        # One write of a short line: of several processes none cuts another's.
        with Path(file).open("a", encoding="utf-8") as out:
            out.write(line)


def table(lines: Iterable[str]) -> str:
    """Set figures in the bars' order; a bar that nobody measured says so."""
    figures: dict[str, list[str]] = {}
    for line in lines:
        told = json.loads(line)
        figures.setdefault(told["bar"], []).append(told["figure"])
    wide = (
        max(len(bar.property) for bar in BARS.values()),
        max(len(bar.bar) for bar in BARS.values()),
    )
    below = "\n" + " " * (sum(wide) + 4)
    return "\n".join(
        f"{bar.property:<{wide[0]}}  {bar.bar:<{wide[1]}}  "
        + below.join(figures.get(name, ["not measured here"]))
        for name, bar in BARS.items()
    )


if __name__ == "__main__":
    path = Path(os.environ[FILE])
    print(table(path.read_text("utf-8").splitlines() if path.exists() else ()))  # noqa: T201
