"""What is known of one person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

File = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Person:
    """One synthetic person."""

    id_number: str
    name: str
    birthday: str
    """ISO 8601, as in the identity number where that says one."""
    mobile: str = ""
    bank_card: str = ""
    on_file: Mapping[str, File] = field(default_factory=dict)
    """By bureau."""
