"""The fillers: each kind gives values that a subject lacks, and never one that it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field

from connectors.faults import Findings

from ..subject.known import Forgetful, Stored
from .bin_lookup import BinLookup
from .contract import Filler, FillerKit, Need, Recall
from .default import Default
from .id_derived import IdDerived
from .mobile_lookup import MobileLookup
from .profile import Profile
from .uscc_derived import UsccDerived

AnyFiller = Annotated[
    BinLookup | Default | IdDerived | MobileLookup | Profile | UsccDerived,
    Field(discriminator="kind"),
]


def build_fillers(fillers: Sequence[AnyFiller], tools: FillerKit) -> tuple[Filler, ...]:
    """Make a product's fillers, in its order: the first that gives a path wins."""
    findings = Findings()
    built: list[Filler] = []
    for index, filler in enumerate(fillers):
        with findings.at(index):
            built.append(filler.build(tools))
    findings.close()
    return tuple(built)


__all__ = [
    "AnyFiller",
    "Filler",
    "FillerKit",
    "Forgetful",
    "Need",
    "Recall",
    "Stored",
    "build_fillers",
]
