"""``make simulate SEED=7 INQUIRIES=500``: the same numbers, the same run, to the byte."""

from __future__ import annotations

import argparse
import sys
import time

from .series import Tally, series


def main() -> int:
    parser = argparse.ArgumentParser(prog="simulate", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--inquiries", type=int, default=500)
    parser.add_argument("--processes", type=int, default=1)
    asked = parser.parse_args()
    whole, begun = Tally(), time.monotonic()
    for tally in series(asked.seed, asked.inquiries, asked.processes):
        whole.add(tally)
        for violation in tally.violations:
            print(violation, file=sys.stderr)  # noqa: T201 - a command prints
    took = time.monotonic() - begun
    print(f"seed {asked.seed}: {whole}")  # noqa: T201 - likewise
    print(f"{whole.inquiries / took:,.0f} inquiries/s", file=sys.stderr)  # noqa: T201 - likewise
    return 1 if whole.violations else 0


if __name__ == "__main__":
    sys.exit(main())
