"""
How rendering can fail.

    RenderError
    ├── AbsentValue   a reference has no value
    └── Unwritable    a value can not be written as its template says

Neither ever carries a value, nor a chain to an exception that does.
"""

from __future__ import annotations


class RenderError(ValueError):
    """A template can not be rendered with what is known."""


class AbsentValue(RenderError):
    """A reference has no value."""

    def __init__(self, reference: str) -> None:
        super().__init__(reference)
        self.reference = reference


class Unwritable(RenderError):
    """A value can not be written as its template says."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule
