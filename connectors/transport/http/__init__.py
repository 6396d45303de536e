"""Carries messages over HTTP/1.1, by our own client or by aiohttp's."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from typing import Final, Literal

from ...codec.charset import Charset
from ...contract import Transport
from ...faults import ConfigError
from ...kit import Kit, Strict
from ...units import Bytes, Seconds
from ..address import Address, read_address
from ..egress import Allowed, Door
from ..tls import system_trust
from .aiohttp_engine import AiohttpTransport
from .own_engine import OwnTransport
from .terms import Pool, Terms

PORTS: Final = {"http": 80, "https": 443}

Engine = Literal["own", "aiohttp"]

_ENGINES: Final[Mapping[Engine, Callable[[Terms], Transport]]] = {
    "own": OwnTransport,
    "aiohttp": AiohttpTransport,
}


class Http(Strict):
    """HTTP/1.1 or HTTPS, one request for one send."""

    kind: Literal["http"] = "http"
    engine: Engine = "own"
    """Who speaks it: `own` is fast and strict; `aiohttp` takes some answers that break rules."""
    connect_timeout: Seconds = 1.0
    """From wanting a connection to having one: waiting for the pool, DNS, TCP and TLS."""
    pool: Pool = Pool()
    max_response_size: Bytes = 2 * 2**20
    """Of an answer, unpacked."""
    compression: Literal["gzip"] | None = None
    """Whether answers may be compressed; gzip lets deflate in too."""
    charset: Charset = "utf-8"
    """Of our messages; an answer's is its codec's."""

    def build(
        self,
        _kit: Kit,
        bureau: str,
        address: Address | str,
        context: ssl.SSLContext | None = None,
        allowed: Allowed | None = None,
    ) -> Transport:
        """`context` None is the system's trust, which is enough where there is no `tls:`."""
        where = read_address(address, PORTS) if isinstance(address, str) else address
        if context is not None and where.scheme == "http":
            raise ConfigError("goes with https://", ("tls",))
        return self.through(Door(bureau, allowed or Allowed.only(where.host)), where, context)

    def through(
        self, door: Door, address: Address, context: ssl.SSLContext | None = None
    ) -> Transport:
        """Build what goes out by this door alone."""
        if context is None and address.scheme == "https":
            context = system_trust()
        terms = Terms(
            address=address,
            door=door,
            context=context,
            connect_timeout=self.connect_timeout,
            pool=self.pool,
            most=self.max_response_size,
            compressed=self.compression is not None,
        )
        return _ENGINES[self.engine](terms)


__all__ = ["PORTS", "Engine", "Http", "Pool"]
