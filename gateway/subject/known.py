"""What the preset database knows of a person."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stored:
    """What is known of a customer, and since when."""

    value: object = field(repr=False)
    confirmed_at: datetime


class Forgetful(Exception):
    """The preset database gives no answer now."""
