"""
Prints CPU and throughput of live and cached inquiries beside a bare echo.

Every server is a process of its own, and so is the load. Runs of one kind are
spread over the whole time, between those of the others, so that a machine that
slows down slows all of them: it is the ratios that count.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import uvloop

from . import figures, ledger, small
from .load import Measured
from .process import Child, ChildDied, child
from .profiling import profile
from .sending import secure_bureau, sending
from .stage import Faulty, Stage, bureaus, gateway, load, settings, stage

DELAY_MS = 50
IN_FLIGHT = (1, 64)
KINDS = {
    "echo": "echo",
    "cached": "cached",
    "batch": "batch",
    "live": "live",
    "unledgered": "live",
    "careful": "echo",
}
"""What is run in each round, and the kind of inquiry that it is sent."""

Runs = dict[tuple[str, int], list[Measured]]


def main() -> int:
    options = _options()
    try:
        if options.profile:
            profile(options.seconds)
        else:
            _measure(options.seconds, options.rounds)
    except (Faulty, ChildDied, OSError) as error:
        print(f"bench: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of all kinds of runs (%(default)s)")
    parser.add_argument("--seconds", type=float, default=4.0, help="of each run (%(default)s)")
    parser.add_argument("--profile", action="store_true", help="show where the time goes instead")
    return parser.parse_args()


def _measure(seconds: float, rounds: int) -> None:
    before = os.getloadavg()[0]
    with TemporaryDirectory() as folder, bureaus() as bureau:
        runs = _served(Path(folder), bureau, seconds, rounds)
        taken_apart = _small(Path(folder), bureau)
    ledgers = tuple(ledger.figures(seconds))
    runs_of = f"medians of {rounds} interleaved runs of {seconds:g} s; CPU is the server's alone"
    facts = figures.facts((before, os.getloadavg()[0])) | {"figures": runs_of}
    found = tuple(figures.lines(runs))
    by_run = {(line.what, line.in_flight): line for line in found}
    for name, fact in facts.items():
        print(f"{name}: {fact}")
    print()
    for text in (
        *figures.table(found, taken_apart),
        *ledgers,
        "",
        *figures.ratios(by_run, DELAY_MS),
    ):
        print(text)
    print(f"\n{figures.keep(facts, found, taken_apart)}")


def _served(work: Path, bureau: Child, seconds: float, rounds: int) -> Runs:
    runs: Runs = {}
    with _staged(work, bureau) as on:
        for _ in range(rounds):
            for in_flight in IN_FLIGHT:
                for what, kind in KINDS.items():
                    server = what if what in on.servers else "gateway"
                    measured = on.run(server, kind, in_flight, seconds)
                    runs.setdefault((what, in_flight), []).append(measured)
        for in_flight in IN_FLIGHT:
            # Longer, as a p99 of one in flight at 50 ms needs many seconds.
            runs["slow", in_flight] = [on.run("slow", "live", in_flight, 3 * seconds)]
    return runs


@contextmanager
def _staged(work: Path, bureau: Child) -> Iterator[Stage]:
    """Start what is measured; the echo last, as it answers with as many bytes as a report has."""
    with ExitStack() as stack:
        process = stack.enter_context(load())
        servers = {}
        for name, delay in (("gateway", 0), ("slow", DELAY_MS)):
            (work / name).mkdir()
            env = settings(work / name, bureau, delay)
            servers[name] = stack.enter_context(gateway(env))
        (work / "unledgered").mkdir()
        env = settings(work / "unledgered", bureau, 0) | {"BENCH_LEDGER": "off"}
        servers["unledgered"] = stack.enter_context(gateway(env))
        env = settings(work, bureau, 0)
        servers["careful"] = stack.enter_context(child("bench.careful", env=env))
        size = stage(servers, process).run("gateway", "cached", 1, 0.5).size
        servers["echo"] = stack.enter_context(child("bench.echo", str(size), env={}))
        yield stage(servers, process)


def _small(work: Path, bureau: Child) -> small.Figures:
    env = settings(work, bureau, 0)

    async def all_of_them() -> small.Figures:
        with secure_bureau(work) as (secure, pki):
            sent = await sending(bureau, secure, pki)
        return sent | await small.parts(env) | await small.without_grpc(env, work)

    return uvloop.run(all_of_them())


if __name__ == "__main__":
    sys.exit(main())
