"""Medians of interleaved runs, the lines of the table, and what is kept of them."""

from __future__ import annotations

import json
import os
import platform
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from .load import Measured
from .small import Figures

RESULTS = Path(__file__).parent / "results"
_LIBRARIES = ("grpcio", "uvloop", "aiohttp", "orjson", "protobuf")

Runs = Mapping[tuple[str, int], Sequence[Measured]]
"""By what was run, and how many were in flight."""


@dataclass(frozen=True, slots=True)
class Line:
    """The medians of equal runs."""

    what: str
    in_flight: int
    cpu_us: float
    per_second: float
    p50_ms: float
    p99_ms: float
    answers: int
    size: int


def lines(runs: Runs) -> Iterator[Line]:
    for (what, in_flight), measured in runs.items():
        yield Line(
            what=what,
            in_flight=in_flight,
            cpu_us=round(median(one.cpu_us for one in measured), 1),
            per_second=round(median(one.answers / one.seconds for one in measured), 1),
            p50_ms=round(median(one.p50_ms for one in measured), 2),
            p99_ms=round(median(one.p99_ms for one in measured), 2),
            answers=sum(one.answers for one in measured),
            size=measured[0].size,
        )


def ratios(found: Mapping[tuple[str, int], Line], delay_ms: int) -> Iterator[str]:
    """Hold one run's figures against the targets of the specification."""
    echo, cached = found["echo", 64], found["cached", 64]
    live, careful = found["live", 64], found["careful", 64]
    off = found["unledgered", 64]
    slow = {in_flight: line for (what, in_flight), line in found.items() if what == "slow"}
    by_cpu = live.cpu_us / careful.cpu_us
    by_rate = _percent(cached.per_second, echo.per_second)
    yield f"P1 (b)  CPU, live against careful       {by_cpu:6.2f}  (target <= 0.5)"
    yield f"P2      rate, cached against echo       {by_rate}  (target >= 75 %)"
    cost = _percent(off.per_second - live.per_second, off.per_second)
    yield f"ledger  rate that it costs, 64 in flight {cost}  (target <= 25 %)"
    yield f"        CPU, echo against cached        {_percent(echo.cpu_us, cached.cpu_us)}"
    batch = found["batch", 64]
    by_rate = _percent(batch.per_second, cached.per_second)
    yield f"P10     rate, batch against cached      {by_rate}  (target >= 80 %)"
    yield f"        CPU, cached against batch       {_percent(cached.cpu_us, batch.cpu_us)}"
    for name, in_flight, target in (("P3", 1, "2.5 / 8"), ("P4", 64, "8 / 25")):
        line = slow[in_flight]
        added = f"{line.p50_ms - delay_ms:.1f} / {line.p99_ms - delay_ms:.1f} ms"
        yield (
            f"{name}      added to {delay_ms} ms, {in_flight:2} in flight,"
            f" p50 / p99  {added}  (target <= {target} ms)"
        )


def _percent(part: float, whole: float) -> str:
    return f"{part / whole:6.0%}"


def table(found: Sequence[Line], small: Figures) -> Iterator[str]:
    heads = ("CPU us", "/s", "p50 ms", "p99 ms")
    yield f"{'served':22}{'in flight':>10}{''.join(f'{head:>10}' for head in heads)}{'bytes':>8}"
    for line in found:
        yield (
            f"{line.what:22}{line.in_flight:>10}{line.cpu_us:>10.0f}{line.per_second:>10.0f}"
            f"{line.p50_ms:>10.2f}{line.p99_ms:>10.2f}{line.size:>8}"
        )
    yield ""
    yield f"{'in one process':48}{'CPU us':>10}"
    for name, figure in small.items():
        yield f"{name:48}{figure:>10.1f}"


def commit() -> str:
    """Name the commit; a tree that differs from it says so."""
    here = Path(__file__).parent
    name = _git("rev-parse", "--short=12", "HEAD", at=here) or "unknown"
    return f"{name}-dirty" if _git("status", "--porcelain", at=here) else name


def facts(loads: tuple[float, float]) -> dict[str, str]:
    """Say what the figures were measured on; `loads` are the load averages at the two ends."""
    return {
        "commit": commit(),
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "machine": f"{_processor()}, {os.cpu_count()} cores, {platform.platform()}",
        "python": platform.python_version(),
        "libraries": ", ".join(f"{name} {version(name)}" for name in _LIBRARIES),
        "load average, before and after": f"{loads[0]:.2f}, {loads[1]:.2f}",
    }


def keep(facts: Mapping[str, str], found: Sequence[Line], small: Figures) -> Path:
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{facts['commit']}.json"
    content = {
        "facts": facts,
        "served": [asdict(line) for line in found],
        "cpu_us": {name.strip(): round(figure, 2) for name, figure in small.items()},
    }
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return file


def _git(*args: str, at: Path) -> str:
    done = subprocess.run(  # noqa: S603 - words of our own
        ["git", *args],  # noqa: S607 - whichever git is here
        cwd=at,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.strip()


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in told.splitlines() if "model name" in line)
    return next(names, platform.processor())
