"""The cache, as `gateway.yaml` describes it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from connectors.kit import Strict
from connectors.units import Bytes

SIZE = 64 * 2**20


class CacheSettings(Strict):
    """Answers that may be given again."""

    memory: Annotated[Bytes, Field(gt=0)] = SIZE
    """Kept in this process, at most."""
    redis: Annotated[str | None, Field(pattern=r"^(rediss?|valkeys?)://[^\s?#]+$", repr=False)] = (
        None
    )
    """
    Shared by all processes that name it: Redis or Valkey, with TLS ``rediss://``.

    Values are sealed, and names keyed. A password in it comes from the environment.
    """
    ca: Path | None = None
    """Who signs its certificate, where that is not one of the system's; relative to this file."""
    namespace: str = Field(default="bureau-gateway", pattern=r"^[a-z0-9][a-z0-9_-]{0,63}$")
    """Begins all names there. Gateways that share answers share it, and `keys.cache`."""


def _words(value: object) -> object:
    if value == "memory":
        return {}
    if isinstance(value, str):
        raise ValueError("must be `memory`, or such as {memory: 64MiB}")  # noqa: TRY004 - pydantic's way
    return value


Cache = Annotated[
    CacheSettings,
    BeforeValidator(_words, json_schema_input_type=Literal["memory"] | CacheSettings),
]
