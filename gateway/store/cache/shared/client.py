"""Redis or Valkey, spoken to by its own client."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from connectors.faults import ConfigError

from .batch import Command
from .budget import Unreachable

CONNECT, ANSWER = 1.0, 0.25
"""Seconds after which a connection is given up: who waits has gone long before."""


class RedisLine:
    """
    One connection, opened when it is needed.

    The client's own retries are off. It closes a connection whose time runs out,
    or whose reading is cancelled: an answer that is left in it is never read.
    """

    def __init__(self, url: str, ca: Path | None = None) -> None:
        """`valkey://` and `valkeys://` are other names of `redis://` and `rediss://`."""
        trust: dict[str, Any] = {} if ca is None else {"ssl_ca_certs": str(ca)}
        try:
            self._redis = Redis.from_url(
                url.replace("valkey", "redis", 1) if url.startswith("valkey") else url,
                retry=Retry(NoBackoff(), 0),
                socket_connect_timeout=CONNECT,
                socket_timeout=ANSWER,
                # Each of these would be a round trip more for each connection.
                protocol=2,
                driver_info=None,
                **trust,
            )
        except ValueError:
            # From None: the error may quote the URL, and with it a password.
            raise ConfigError("is no URL of a Redis", ("stores", "cache", "redis")) from None

    async def send(self, commands: Sequence[Command]) -> Sequence[object]:
        pipe = self._redis.pipeline(transaction=False)
        for command in commands:
            pipe.execute_command(*command)
        try:
            answers: Sequence[object] = await pipe.execute(raise_on_error=False)
        except (RedisError, OSError):
            raise Unreachable from None
        return answers

    async def aclose(self) -> None:
        await self._redis.aclose()
