"""Processes of a benchmark: each tells its port on standard output, and ends on SIGTERM."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

_TICKS = os.sysconf("SC_CLK_TCK")
_PATIENCE = 10.0


async def serve_until_told(port: int) -> None:
    """Be one of the processes: tell the port, and serve until the benchmark is done, or dead."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, told.set)
    # Nothing is ever written there: what can be read is its end, and that of the other side.
    loop.add_reader(sys.stdin.fileno(), told.set)
    print(port, flush=True)
    await told.wait()


def cpu_seconds(pid: int) -> float:
    """Give what a process has used, user and system, all of its threads (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


@dataclass(frozen=True, slots=True)
class Child:
    """A server in a process of its own."""

    pid: int
    port: int


@contextmanager
def child(module: str, *args: str, env: Mapping[str, str]) -> Iterator[Child]:
    """Run a module that serves, as long as the block lasts."""
    with _started(module, *args, env=env) as process:
        told = _pipe(process.stdout).readline()
        if not told.strip().isdigit():
            raise ChildDied(module)
        yield Child(process.pid, int(told))


class ChildDied(Exception):
    """A process of the benchmark ended before its time; its own words are above."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A process that answers lines of JSON with lines of JSON."""

    module: str
    process: subprocess.Popen[str]

    def __call__(self, question: Mapping[str, Any]) -> dict[str, Any]:
        stdin = _pipe(self.process.stdin)
        stdin.write(json.dumps(question) + "\n")
        stdin.flush()
        told = _pipe(self.process.stdout).readline()
        if not told:
            raise ChildDied(self.module)
        answer: dict[str, Any] = json.loads(told)
        return answer


@contextmanager
def asked(module: str, env: Mapping[str, str]) -> Iterator[Asked]:
    with _started(module, env=env) as process:
        yield Asked(module, process)


@contextmanager
def _started(module: str, *args: str, env: Mapping[str, str]) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(  # noqa: S603 - our own modules, with our own arguments
        [sys.executable, "-m", module, *args],
        env={**os.environ, **env},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        for pipe in (process.stdin, process.stdout):
            _pipe(pipe).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise TypeError("a child has pipes")
    return pipe
