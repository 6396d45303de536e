"""Where a bureau's connections may go, and nowhere else."""

from __future__ import annotations

import asyncio
import ipaddress
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final

from pydantic import Field

from ..errors import NotSent
from ..faults import Findings
from ..kit import Strict

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?"
NAME: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*")
_METADATA: Final = IPv4Address("169.254.169.254")
_NAT64: Final = (ipaddress.ip_network("64:ff9b::/96"), ipaddress.ip_network("64:ff9b:1::/48"))

LookUp = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses of a name. Raises `OSError`."""


class Egress(Strict):
    """What a bureau's connections may lead to."""

    hosts: tuple[str, ...] = Field(min_length=1)
    """
    Names, addresses and networks (``10.1.0.0/16``); templates of environment and text.

    An address that is not public is connected to only where one of these covers it.
    """


@dataclass(frozen=True, slots=True)
class Allowed:
    """The names and networks of a bureau, and the rule for all addresses."""

    names: frozenset[str]
    networks: tuple[IPv4Network | IPv6Network, ...] = ()

    @classmethod
    def of(cls, hosts: Iterable[str]) -> Allowed:
        """Read a list; raises `ConfigError` with the place of each that is none of the three."""
        findings = Findings()
        names: set[str] = set()
        networks: list[IPv4Network | IPv6Network] = []
        for index, host in enumerate(hosts):
            plain = host.lower().rstrip(".")
            if (network := _network(plain)) is not None:
                networks.append(network)
            elif NAME.fullmatch(plain) and not plain.rpartition(".")[2].isdigit():
                names.add(plain)
            else:
                findings.add("is no host name, address or network", index)
        findings.close()
        return cls(frozenset(names), tuple(networks))

    @classmethod
    def only(cls, host: str) -> Allowed:
        """Allow the one host that a base_url names; an address stands there as if listed."""
        network = _network(host)
        return cls(frozenset({host})) if network is None else cls(frozenset(), (network,))

    def lists(self, host: str) -> bool:
        """Tell whether a name is listed, or an address covered."""
        network = _network(host)
        return host in self.names if network is None else self._covers(network.network_address)

    def refusal(self, address: str) -> str:
        """Name the rule that keeps us from an address; empty for none."""
        found = ipaddress.ip_address(address)
        return "" if self._covers(found) else next(_rules(found), "")

    def _covers(self, address: IPv4Address | IPv6Address) -> bool:
        inner = address.ipv4_mapped if isinstance(address, IPv6Address) else None
        return any(
            address in network or (inner is not None and inner in network)
            for network in self.networks
        )


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ipaddress.ip_network(text)
    except ValueError:
        return None


def _rules(address: IPv4Address | IPv6Address) -> Iterator[str]:
    """Say in what way an address is not public."""
    holds = {
        "metadata": address == _METADATA,
        "embedded v4": isinstance(address, IPv6Address) and _embeds(address),
        "unspecified": address.is_unspecified,
        "loopback": address.is_loopback,
        "link-local": address.is_link_local,
        "multicast": address.is_multicast,
        "reserved": address.is_reserved,
        "private": address.is_private,
        "not public": not address.is_global,
    }
    return (rule for rule, held in holds.items() if held)


def _embeds(address: IPv6Address) -> bool:
    """Tell an address of six bytes too many: somebody on the way makes it an IPv4 one."""
    tunnelled = address.ipv4_mapped or address.sixtofour or address.teredo
    return tunnelled is not None or any(address in network for network in _NAT64)


async def look_up(host: str, port: int) -> Sequence[str]:
    """Ask the system."""
    found = await asyncio.get_running_loop().getaddrinfo(
        host, port, type=socket.SOCK_STREAM, flags=socket.AI_ADDRCONFIG
    )
    return tuple(dict.fromkeys(str(row[4][0]) for row in found))


@dataclass(frozen=True, slots=True)
class Door:
    """The one way out to a bureau: a name is looked up, and all that it leads to is checked."""

    bureau: str
    allowed: Allowed
    look_up: LookUp = look_up

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """
        Give the addresses that may be connected to, which nobody looks up again.

        One that may not be taints the others, as a name that leads into the house
        does not do so by chance. Raises `NotSent`, which names the rule.
        """
        if not self.allowed.lists(host):
            raise NotSent(self.bureau, "egress: host not listed")
        try:
            found = [host] if _network(host) else await self.look_up(host, port)
        except (OSError, UnicodeError) as error:
            raise NotSent(self.bureau, type(error).__name__) from None
        for address in found:
            if rule := self.allowed.refusal(address):
                raise NotSent(self.bureau, f"egress: {rule} address")
        if not found:
            raise NotSent(self.bureau, "egress: no address")
        return found
