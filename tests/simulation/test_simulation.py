"""The whole gateway among faults, on time and chance of a seed's making."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bars import record
from tests.counts import seed

from .episode import run
from .series import Tally, series

INQUIRIES = int(os.environ.get("SIMULATED", "20000"))
"""In all; `make fault` asks for a million."""
PROCESSES = int(os.environ.get("PROCESSES", "1"))
PARTS = 4
ROOT = Path(__file__).parents[2]


@pytest.mark.timeout(60 + INQUIRIES // 50)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_law_is_broken_whatever_fails(part: int) -> None:
    share = INQUIRIES // PARTS
    first = seed(1) + part * share
    whole = Tally()

    for tally in series(first, share, PROCESSES):
        whole.add(tally)

    print(f"simulated from SEED={first}: {whole}")  # noqa: T201 - a seed is printed
    record("simulation", f"{whole.inquiries:,} from SEED={first}: {len(whole.violations)}")
    assert not whole.violations, "\n\n".join(whole.violations[:3])


def test_a_seed_is_a_run_to_the_byte() -> None:
    first, second = run("7", 200), run("7", 200)

    assert first.world.trace.digest() == second.world.trace.digest()
    assert run("8", 200).world.trace.digest() != first.world.trace.digest()


def test_a_seed_is_the_same_run_in_every_process() -> None:
    def told(hash_seed: str) -> str:
        command = [sys.executable, "-m", "tests.simulation", "--seed", "7", "--inquiries", "300"]
        env = {**os.environ, "PYTHONHASHSEED": hash_seed}
        done = subprocess.run(  # noqa: S603 - our own
            command, cwd=ROOT, env=env, capture_output=True, text=True, check=True
        )
        return done.stdout

    assert told("1") == told("2")
