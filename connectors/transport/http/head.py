"""The head of a request, as it is written."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from ...contract import Wire
from ...message.draft import HEADER_NAME
from .terms import Terms

_BODILESS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
"""Methods that say nothing of a body that they do not have."""


class Heads:
    """
    Writes heads for one bureau.

    Raises `ValueError`, with a constant of ours, rather than write what could be
    read as two messages: whoever made the wire looked at it, and we look again.
    """

    def __init__(self, terms: Terms) -> None:
        self._host = f"Host: {terms.address.authority}"
        self._defaults = {
            name.lower(): f"{name}: {value}" for name, value in terms.defaults.items()
        }

    def write(self, wire: Wire) -> bytes:
        names = {_known(name) for name, _ in wire.headers}
        lines = [f"{wire.method} {wire.target} HTTP/1.1"]
        if "host" not in names:
            lines.append(self._host)
        lines += [f"{name}: {value}" for name, value in wire.headers]
        lines += [line for name, line in self._defaults.items() if name not in names]
        if "content-length" in names:
            _check_length(wire)
        elif wire.body or wire.method not in _BODILESS:
            lines.append(f"Content-Length: {len(wire.body)}")
        whole = "".join(lines)
        if not (whole.isascii() and whole.replace("\t", "").isprintable()):
            raise ValueError("a head of printable ASCII only")
        if not wire.method.isalpha() or " " in wire.target or "\t" in wire.target:
            raise ValueError("a method and a target without white space")
        lines.append("\r\n")
        return "\r\n".join(lines).encode("ascii")


@lru_cache(maxsize=1024)
def _known(name: str) -> str:
    if not HEADER_NAME.fullmatch(name) or name.lower() == "transfer-encoding":
        raise ValueError("a header that can not be written")
    return name.lower()


def _check_length(wire: Wire) -> None:
    """Whoever writes a body's length itself, because it signs it, writes the true one, and once."""
    told = [value for name, value in wire.headers if name.lower() == "content-length"]
    if told != [str(len(wire.body))]:
        raise ValueError("a content-length that is not the body's")
