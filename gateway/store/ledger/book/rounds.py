"""Guards of one kind and one place decided in few statements, in the order of their entries."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import TypeVar

from ...writing.entry import Entry

G = TypeVar("G")

Guarded = tuple[Entry, G]
Refused = dict[Entry, Exception]


def of(entries: Sequence[Entry], kind: type[G]) -> list[Guarded[G]]:
    """Pick the entries with a guard of a kind."""
    return [(entry, entry.guard) for entry in entries if isinstance(entry.guard, kind)]


def rounds(
    guarded: list[Guarded[G]], place: Callable[[G], Hashable]
) -> Iterator[dict[Hashable, Guarded[G]]]:
    """
    Give the first of each place, then the second of each, and so on.

    Sorted, so that two writers who want the same two places do not wait for each other.
    """
    while guarded:
        first: dict[Hashable, Guarded[G]] = {}
        guarded = [each for each in guarded if first.setdefault(place(each[1]), each) is not each]
        yield dict(sorted(first.items(), key=lambda item: repr(item[0])))
