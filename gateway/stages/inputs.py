"""What a product needs to know before any bureau is asked, and what of it is absent."""

from __future__ import annotations

from collections.abc import Callable

from connectors.contract import Values
from connectors.faults import ConfigError, Findings
from connectors.kit import Kit
from connectors.policy.inputs import Inputs

from ..model import Inquiry
from ..rules.contract import ROOT
from ..subject.violation import Violation

LookUp = Callable[[str], object]
"""Gives the value of a reference such as ``subject.mobile``, or None."""

_ROOTS = ("subject", "application", "device")
_INPUTS = "inquiry.inputs."
_FILES = "application.attachments."
_FREE = (_INPUTS, _FILES)
"""What only the caller can give, under names that only the product knows."""


def check(inputs: Inputs, kit: Kit) -> None:
    """Refuse, at load, an input that no inquiry can have."""
    findings = Findings()
    for index, reference in enumerate(inputs.required):
        with findings.at("required", index):
            _exists(reference, kit)
    for index, group in enumerate(inputs.any_of):
        for place, reference in enumerate(group):
            with findings.at("any_of", index, place):
                _exists(reference, kit)
    findings.close()


def look_up(inquiry: Inquiry, subject: Values) -> LookUp:
    """Look into one inquiry, with the subject as far as it is filled."""
    roots = {"subject": subject, "application": inquiry.application, "device": inquiry.device}

    def known(reference: str) -> object:
        if reference.startswith(_INPUTS):
            return _told(inquiry.inputs.get(reference.removeprefix(_INPUTS)))
        if reference.startswith(_FILES):
            return inquiry.attachments.get(reference.removeprefix(_FILES)) or None
        root, _, path = reference.partition(".")
        return _told(roots[root].get(path))

    return known


def wanted(inputs: Inputs, known: LookUp) -> frozenset[str]:
    """Name the absent fields of the subject that would help; of a group that is met, none."""
    unmet = [group for group in inputs.any_of if all(known(each) is None for each in group)]
    references = {each for each in inputs.required if known(each) is None}.union(*unmet)
    return frozenset(each.removeprefix(ROOT) for each in references if each.startswith(ROOT))


def missing(inputs: Inputs, known: LookUp) -> tuple[Violation, ...]:
    """Say all that is absent, at once; a group of which nothing is known, by its first."""
    groups = {group[0]: group for group in inputs.any_of if group}
    return tuple(
        Violation(absent, "required", "this product needs it")
        if absent in inputs.required
        else Violation(absent, "any_of", f"this product needs one of {', '.join(groups[absent])}")
        for absent in inputs.missing(known)
    )


def _exists(reference: str, kit: Kit) -> None:
    root, _, path = reference.partition(".")
    known = root in _ROOTS and path in kit.schema.roots.get(root, {})
    if not known and not reference.startswith(_FREE):
        raise ConfigError(f"no inquiry has {reference}")


def _told(value: object) -> object:
    """Take what is blank for absent: it tells no more."""
    return None if isinstance(value, str) and not value.strip() else value
