"""How aiohttp finds a bureau: through its door."""

from __future__ import annotations

import socket

from aiohttp.abc import AbstractResolver, ResolveResult

from ..egress import Door


class Resolver(AbstractResolver):
    """
    Looks up through a door, which checks what it finds.

    aiohttp connects to these addresses, and verifies the name by TLS. It asks no
    resolver about an address: one in a base_url was held against the list at load.
    """

    def __init__(self, door: Door) -> None:
        self._door = door

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        found = [
            (address, socket.AF_INET6 if ":" in address else socket.AF_INET)
            for address in await self._door.addresses(host, port)
        ]
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=kind,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address, kind in found
            if family in (socket.AF_UNSPEC, kind)
        ]

    async def close(self) -> None:
        """Nothing is held open."""
