"""As much of DER as it takes to find a key in its file."""

from __future__ import annotations

from dataclasses import dataclass, field

_LONG = 0x80


@dataclass(frozen=True, slots=True)
class Item:
    """A tag, and what it holds."""

    tag: int
    content: bytes = field(repr=False)


def items(octets: bytes) -> list[Item]:
    """Take a sequence's content apart; raises `ValueError` or `IndexError` where it is none."""
    found: list[Item] = []
    at = 0
    while at < len(octets):
        tag, length, at = octets[at], octets[at + 1], at + 2
        if length & _LONG:
            size = length & ~_LONG
            length, at = int.from_bytes(octets[at : at + size], "big"), at + size
        if at + length > len(octets):
            raise ValueError("ends too early")
        found.append(Item(tag, octets[at : at + length]))
        at += length
    return found
