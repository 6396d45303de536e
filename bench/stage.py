"""All processes of a benchmark, started together and ended together."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from itertools import count
from pathlib import Path

from gateway.security.keys import Keys

from .load import API_KEY, Measured, Order
from .process import Asked, Child, asked, child

_APART = 20_000
"""Persons between two runs: more than any run gets through."""


class Faulty(Exception):
    """A run had other answers than the right ones; its figures mean nothing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """What is measured, and what measures it."""

    servers: Mapping[str, Child]
    load: Asked
    runs: Iterator[int]

    def run(self, server: str, kind: str, in_flight: int, seconds: float) -> Measured:
        """
        Make one run. Raises `Faulty`.

        Once it may be repeated, and says so: a disk that others use too holds up
        a ledger's commit for longer than the gateway waits for it.
        """
        try:
            return self._once(server, kind, in_flight, seconds)
        except Faulty as error:
            print(f"bench: repeated: {error}", file=sys.stderr)
            return self._once(server, kind, in_flight, seconds)

    def _once(self, server: str, kind: str, in_flight: int, seconds: float) -> Measured:
        order = Order(
            port=self.servers[server].port,
            pid=self.servers[server].pid,
            kind=kind,
            in_flight=in_flight,
            warm_up=min(1.0, seconds / 3),
            seconds=seconds,
            first=next(self.runs) * _APART,
        )
        told = self.load(asdict(order))
        measured = Measured(**{**told, "faults": tuple(told["faults"])})
        if measured.faults:
            raise Faulty(f"{server}, {kind}, {in_flight} in flight: {'; '.join(measured.faults)}")
        return measured


def settings(work: Path, bureau: Child, milliseconds: int) -> dict[str, str]:
    """Give the environment of a gateway; its keys are of this run only."""
    master = secrets.token_hex(32)
    return {
        "BENCH_WORK": str(work),
        "BENCH_BUREAU": f"http://127.0.0.1:{bureau.port}/{milliseconds}",
        "BENCH_SECRET_MASTER_KEY": master,
        "BENCH_SECRET_HMAC_KEY": secrets.token_hex(32),
        "BENCH_SECRET_LOAD_KEY_HASH": Keys.of(master, "bench").api_key_hash(API_KEY),
    }


@contextmanager
def bureaus() -> Iterator[Child]:
    with child("bench.bureau", env={}) as bureau:
        yield bureau


@contextmanager
def gateway(env: Mapping[str, str], *args: str) -> Iterator[Child]:
    with child("bench.serve", env["BENCH_WORK"], *args, env=env) as server:
        yield server


@contextmanager
def load() -> Iterator[Asked]:
    with asked("bench.load", {}) as process:
        yield process


def stage(servers: Mapping[str, Child], load: Asked) -> Stage:
    return Stage(servers, load, count(1))
