"""What a rule says of a field that breaks it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken rule: the field's path and the rule's name, and never the value."""

    path: str
    """As the caller wrote it: ``subject.id_number``."""
    rule: str
    """``id_number.checksum``, for programs."""
    description: str
    """A constant of the rule, for people."""
