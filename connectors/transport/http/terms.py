"""What an engine of the HTTP transport is told of the bureau that it speaks to."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import Field

from ...kit import Strict
from ...units import Seconds
from ..address import Address
from ..egress import Door
from ..inflate import Inflating

OURS: Final = {"User-Agent": "bureau-gateway", "Accept": "*/*", "Accept-Encoding": "identity"}
"""Headers of every request that does not bring its own; `identity` as a small body stays small."""


class Pool(Strict):
    """The connections kept to one bureau."""

    max_connections: int = Field(default=60, ge=1)
    idle: Seconds = 20.0
    """Below the bureau's own: a connection that it closes under a request is an answer lost."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Where to connect to, how long to try, and how much to read."""

    address: Address
    door: Door
    context: ssl.SSLContext | None
    """None is for ``http://`` alone."""
    connect_timeout: float
    pool: Pool
    most: int
    """Bytes of an answer, unpacked."""
    compressed: bool

    @property
    def bureau(self) -> str:
        return self.door.bureau

    @property
    def defaults(self) -> Mapping[str, str]:
        return {**OURS, "Accept-Encoding": "gzip, deflate"} if self.compressed else OURS

    def unpacking(self, encoding: str) -> Inflating | None:
        """Give what reads an answer of this ``Content-Encoding``. Raises `ValueError`."""
        encoding = encoding.strip().lower()
        if encoding in {"", "identity"}:
            return None
        return Inflating(encoding if self.compressed else "", self.most)
