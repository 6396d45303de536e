"""The one place that looks at the process itself: its environment, streams, signals and end."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import sys
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TextIO

import typer
from rich.console import Console

FINE, FAILED, MISUSED = 0, 1, 2
"""Exit codes: it did what was asked; it found faults or was refused; it was asked wrongly."""

_WIDTH = 120
"""Columns of a table that goes into a file or a pipe."""
_ORDERS = (signal.SIGTERM, signal.SIGINT)


def environment() -> Mapping[str, str]:
    return dict(os.environ)


def error_stream() -> TextIO:
    return sys.stderr


def console() -> Console:
    """Give a console for what people read; a pipe gets plain text that no line is cut from."""
    return Console(file=sys.stdout, width=None if sys.stdout.isatty() else _WIDTH, highlight=False)


def error_console() -> Console:
    """Give a console for what is said beside the result."""
    return Console(file=sys.stderr, width=None if sys.stderr.isatty() else _WIDTH, highlight=False)


def is_attended() -> bool:
    """Tell whether there is somebody who could answer a question."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def say(text: str) -> None:
    """Write a line for whoever, or whatever, reads the result."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def mention(text: str) -> None:
    """Write a line for whoever is still there to read it: a terminal may be closed by now."""
    with suppress(OSError):
        say(text)


def complain(text: str) -> None:
    """Write a line beside the result."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def run(work: Coroutine[Any, Any, int]) -> None:
    """Run to the end on the fastest loop that there is, and exit with the code that comes out."""
    if sys.platform == "win32":
        raise typer.Exit(asyncio.run(work))
    import uvloop  # noqa: PLC0415 - not to be had on Windows

    raise typer.Exit(uvloop.run(work))


@asynccontextmanager
async def until_told() -> AsyncIterator[asyncio.Event]:
    """
    Give an event that the first SIGTERM or SIGINT sets, and any SIGHUP.

    The second of the first two ends the process at once, as it does without us:
    whoever asks twice does not want to wait for a drain. A terminal that is
    closed hangs up more than once, and asks for nothing; under nohup not at all.
    """
    told = asyncio.Event()
    loop = asyncio.get_running_loop()

    def stop() -> None:
        told.set()
        for order in _ORDERS:
            loop.remove_signal_handler(order)

    for order in _ORDERS:
        loop.add_signal_handler(order, stop)
    hangs_up = signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN
    if hangs_up:
        loop.add_signal_handler(signal.SIGHUP, told.set)
    try:
        yield told
    finally:
        for order in _ORDERS:
            loop.remove_signal_handler(order)
        if hangs_up:
            loop.remove_signal_handler(signal.SIGHUP)


def settle_memory() -> None:
    """
    Take what is loaded by now out of the collector's rounds, and let it go round less often.

    What lives as long as the process need not be looked through again, and an
    inquiry leaves hardly a cycle behind.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 50)


def leave_no_core() -> None:
    """Persons and keys are in memory: a crash must not write them to a disk."""
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not to be had on Windows

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
