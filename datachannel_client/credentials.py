"""How a client knows the gateway, and how it proves itself."""

from __future__ import annotations

from dataclasses import dataclass, field

import grpc


@dataclass(frozen=True, slots=True)
class Tls:
    """Certificates in PEM; with none given, the system's authorities vouch for the gateway."""

    ca: bytes | None = None
    """Who signs the gateway's certificate."""
    certificate: bytes | None = None
    """The caller's own, where the gateway asks for one."""
    key: bytes | None = field(default=None, repr=False)

    def credentials(self) -> grpc.ChannelCredentials:
        return grpc.ssl_channel_credentials(self.ca, self.key, self.certificate)
