"""Where the time goes in a gateway under load: `python -m bench --profile`."""

from __future__ import annotations

import pstats
from pathlib import Path
from tempfile import TemporaryDirectory

from .stage import bureaus, gateway, load, settings, stage

TOP = 25


def profile(seconds: float) -> None:
    """Profile cached and live inquiries, each in a gateway of its own."""
    for kind in ("cached", "live"):
        with TemporaryDirectory() as folder:
            work = Path(folder)
            stats, answers = work / "profile.out", 0
            with bureaus() as bureau, load() as process:
                env = settings(work, bureau, 0)
                with gateway(env, str(stats)) as server:
                    answers = (
                        stage({"gateway": server}, process)
                        .run("gateway", kind, 64, seconds)
                        .answers
                    )
            print(f"\n=== {kind}: {answers} answers in the window; the profiler slows all of it")
            shown = pstats.Stats(str(stats))
            shown.sort_stats("tottime").print_stats(TOP)
            shown.sort_stats("cumulative").print_stats(TOP)
