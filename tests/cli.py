"""The command line as a process of its own, from any folder."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
CONFIG = ROOT / "config"

_SECONDS = 40.0
"""More than any command needs, also on a machine that is busy."""


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command did."""

    code: int | None
    out: str
    err: str


async def start(*arguments: str | Path, cwd: Path) -> Process:
    env = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'gen'}", "COLUMNS": "120"}
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        *map(str, arguments),
        cwd=cwd,
        env=env,
        stdout=PIPE,
        stderr=PIPE,
    )


async def run(*arguments: str | Path, cwd: Path) -> Ended:
    process = await start(*arguments, cwd=cwd)
    async with asyncio.timeout(_SECONDS):
        out, err = await process.communicate()
    return Ended(process.returncode, out.decode(), err.decode())


@asynccontextmanager
async def running(*arguments: str | Path, cwd: Path) -> AsyncIterator[Process]:
    """Run for as long as the block lasts; what still runs then is killed."""
    process = await start(*arguments, cwd=cwd)
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def said(process: Process, words: str) -> str:
    """Read on to the line with these words."""
    assert process.stdout is not None
    async with asyncio.timeout(_SECONDS):
        while line := (await process.stdout.readline()).decode():
            if words in line:
                return line
    raise AssertionError(f"it ended without saying {words!r}")


async def stopped(process: Process, order: signal.Signals = signal.SIGTERM) -> int:
    """Ask a process to end, as an operator does."""
    process.send_signal(order)
    async with asyncio.timeout(_SECONDS):
        return await process.wait()
