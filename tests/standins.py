"""Stand-ins for the ports of a kit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any, NoReturn, cast

from google.protobuf.struct_pb2 import Struct

from connectors.faults import ConfigError
from connectors.keeping import Cache
from connectors.kit import Kit, Ledger, Observer, Schema, Secret


class HandClock:
    """Stands still until a test turns it; a sleep turns it too."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def now(self) -> float:
        return self.seconds

    def utc(self) -> datetime:
        return datetime.fromtimestamp(1_760_000_000 + self.seconds, tz=UTC)

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class DictSecrets:
    """Secrets out of a dict."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values

    def read(self, name: str) -> Secret:
        if name not in self._values:
            raise ConfigError(f"no secret {name}")
        return Secret(self._values[name])


def anything() -> Any:
    """Stand for whatever a test must not reach."""
    return Unused()


class Unused:
    """A port that the test must not reach."""

    def __getattr__(self, name: str) -> NoReturn:
        raise AssertionError(f"unexpected use of {name}")


def make_kit(
    *,
    files: Path = Path("/nonexistent"),
    secrets: Mapping[str, str] | None = None,
    env: Mapping[str, str] | None = None,
    clock: HandClock | None = None,
    roots: Mapping[str, Mapping[str, type]] | None = None,
) -> Kit:
    return Kit(
        clock=clock or HandClock(),
        random=Random(1),
        secrets=DictSecrets(secrets or {}),
        env=env or {},
        ledger=cast("Ledger", Unused()),
        cache=cast("Cache", Unused()),
        observer=cast("Observer", Unused()),
        schema=Schema(Struct, {}, roots or {"subject": {"id_number": str, "name": str}}),
        cache_key=b"",
        currency="EUR",
        files=files,
    )
