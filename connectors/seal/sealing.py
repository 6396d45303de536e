"""Several seals, one around the other."""

from __future__ import annotations

from collections.abc import Sequence

from ..faults import Findings
from ..kit import Kit
from ..template import Language
from .contract import Sealed, Sealer, Sealing


def apart_names(models: Sequence[Sealing]) -> tuple[str, ...]:
    """Name what a document keeps in fields of their own."""
    return tuple(name for model in models for name in model.apart)


def compile_seals(models: Sequence[Sealing], kit: Kit, language: Language) -> Sealer:
    """
    Build; the function seals in the order of the list.

    Raises `ConfigError` with all that is wrong, each below its index.
    """
    findings = Findings()
    sealers: list[Sealer] = []
    for index, model in enumerate(models):
        with findings.at(index):
            sealers.append(model.sealer(kit, language))
    if models and not models[-1].is_text:
        findings.add("a document is text: only an earlier seal is `raw`", len(models) - 1)
    _check_apart(models, findings)
    findings.close()
    steps = tuple(sealers)

    def seal(plain: bytes) -> Sealed:
        apart: dict[str, bytes] = {}
        for step in steps:
            sealed = step(plain)
            plain = sealed.octets
            apart.update(sealed.apart)
        return Sealed(plain, apart)

    return seal


def _check_apart(models: Sequence[Sealing], findings: Findings) -> None:
    kept: set[str] = set()
    for index, model in enumerate(models):
        for name in model.apart:
            if name in kept:
                findings.add(f"an earlier seal keeps its {name} apart, too", index, name)
            if not model.is_text:
                findings.add("what stands apart is text, and `raw` is none", index, name)
            kept.add(name)
