"""What a filler is: it gives values that a subject lacks, and says where they come from."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from connectors.contract import Values
from connectors.kit import Kit

from ..subject.filling import FieldOrigin, Filling
from ..subject.known import Stored


@dataclass(frozen=True, slots=True)
class Need:
    """What an inquiry still lacks, and whose inquiry it is."""

    tenant: str
    wanted: frozenset[str]
    """Absent fields that the product's inputs name: only for these may a store be read."""


Filler = Callable[[Values, Need], Awaitable[tuple[Filling, ...]]]
"""Gives values for absent paths only; what was supplied is never overwritten."""


Recall = Callable[[str, str, Sequence[str], float], Awaitable[Mapping[str, Stored]]]
"""Tenant, customer id, paths, greatest age in seconds -> what is known. Raises `Forgetful`."""


@dataclass(frozen=True, slots=True)
class FillerKit:
    """The tools a filler's config may use when it builds its part."""

    kit: Kit
    recall: Recall


def filled(
    subject: Values, origin: FieldOrigin, rule: str, values: Mapping[str, object]
) -> tuple[Filling, ...]:
    """Give those of `values` that are absent; a value of None is none."""
    return tuple(
        Filling(path, value, origin, f"{rule}.{path}")
        for path, value in values.items()
        if path not in subject and value is not None
    )
