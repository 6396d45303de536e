"""Where a bureau is, as its base_url says it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from yarl import URL

from ..faults import ConfigError
from .egress import NAME

PREFIX: Final = re.compile(r"(?:/(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-Fa-f]{2})*)*")
_NUMERIC: Final = re.compile(r"(?:.*\.)?(?:[0-9]+|0[xX][0-9a-fA-F]*)\.?")


@dataclass(frozen=True, slots=True)
class Address:
    """A base_url, taken apart."""

    scheme: str
    host: str
    """A name in lower case, or an address without brackets."""
    port: int
    origin: str
    """Scheme, host and port, the last only where it is not the usual one."""
    prefix: str
    """What stands before each path, without a slash at its end."""

    @property
    def authority(self) -> str:
        """Host and port, as HTTP's ``Host`` says them."""
        return self.origin.partition("://")[2]


def read_address(text: str, ports: Mapping[str, int]) -> Address:
    """Take a base_url apart; `ports` gives the usual port by scheme. Raises `ConfigError`."""
    try:
        url = URL(text, encoded=True)
        port = url.explicit_port
    except ValueError:
        raise ConfigError("base_url: is no URL", ("base_url",)) from None
    if url.scheme not in ports or not url.raw_host:
        starts = " or ".join(f"{scheme}://" for scheme in ports)
        raise ConfigError(f"base_url: starts with {starts} and a host", ("base_url",))
    if url.user or url.password or "?" in text or "#" in text:
        message = "base_url: has no user, password, query or fragment"
        raise ConfigError(message, ("base_url",))
    host, prefix = url.raw_host.lower().rstrip("."), url.raw_path.rstrip("/")
    if not is_literal(host) and _NUMERIC.fullmatch(host):
        # `127.1` and `2130706433` are addresses to the system, and names to whoever checks them.
        raise ConfigError("base_url: an address is written in full", ("base_url",))
    if not is_literal(host) and not NAME.fullmatch(host):
        # What one reader maps to ASCII (`127\u30020\u30020\u30021`) another looks up as it stands.
        message = "base_url: a host is a name in ASCII (xn--...), or an address without a zone"
        raise ConfigError(message, ("base_url",))
    if not PREFIX.fullmatch(prefix):
        raise ConfigError("base_url: its path is percent-encoded", ("base_url",))
    usual = ports[url.scheme]
    written = f"[{host}]" if ":" in host else host
    origin = f"{url.scheme}://{written}{'' if port in {None, usual} else f':{port}'}"
    return Address(url.scheme, host, port or usual, origin, prefix)


def is_literal(host: str) -> bool:
    """Tell an address from a name; one with a zone is neither."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return "%" not in host
