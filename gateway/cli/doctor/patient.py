"""The bureau that is looked at, and what earlier layers found of it."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.bureau import BureauSpec
from connectors.contract import Transport, WireReply
from connectors.kit import Kit
from connectors.reaching import Reached, Way
from connectors.template import Language
from connectors.transport import Allowed, Grpc, Http
from connectors.transport.address import Address
from connectors.transport.egress import Door

from ..trying.bill import language_of, way_of
from ..trying.closing import closed
from ..trying.folder import OpenFolder

PATIENCE = 5.0
"""Seconds that a layer may take; what takes longer than the bureau's file allows is a warning."""


@dataclass(slots=True)
class Patient:
    """One bureau."""

    folder: OpenFolder
    spec: BureauSpec
    kit: Kit
    addresses: Sequence[str] = ()
    reply: WireReply | None = None
    open: list[Transport] = field(default_factory=list)

    @property
    def way(self) -> Way:
        return way_of(self.spec)

    @property
    def language(self) -> Language:
        return language_of(self.kit)

    @property
    def address(self) -> Address:
        """Raises `ConfigError`."""
        return self.way.address(self.language)

    @property
    def door(self) -> Door:
        """Give the way out that the gateway itself takes."""
        allowed = self.way.allowed(self.language) or Allowed.only(self.address.host)
        return Door(self.spec.name, allowed)

    @property
    def connect_timeout(self) -> float:
        transport = self.spec.transport
        return transport.connect_timeout if isinstance(transport, Http | Grpc) else PATIENCE

    @property
    def is_secure(self) -> bool:
        return self.address.scheme in {"https", "grpcs"}

    def context(self) -> ssl.SSLContext:
        """Trust whom the gateway trusts. Raises `ConfigError`."""
        tls = self.spec.tls
        context = ssl.create_default_context() if tls is None else tls.build(self.kit)
        if isinstance(self.spec.transport, Grpc):
            context.set_alpn_protocols(["h2"])
        return context

    def reached(self) -> Reached:
        """Open the transport that the gateway would use. Raises `ConfigError`."""
        reached = self.way.reach(self.kit, self.language, None)
        self.open.append(reached.transport)
        return reached

    async def aclose(self) -> None:
        for transport in self.open:
            await closed(transport, self.spec, self.kit.clock)
