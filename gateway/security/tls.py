"""What the gateway's listeners prove themselves with."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Tls:
    """A listener's certificate and key, in PEM."""

    certificate: bytes
    key: bytes = field(repr=False)
    client_ca: bytes | None = None
    """Who signs callers' certificates; where it is given, every caller must show one."""
