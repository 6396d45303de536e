"""Bureau documents to `UserInfo`: rows of YAML, compiled once against its descriptor."""

from .compile import CompiledMapping, Mapped, compile_mapping
from .spec import AnyRow, Rows, Sentinels
from .status import notes_for, status_of

__all__ = [
    "AnyRow",
    "CompiledMapping",
    "Mapped",
    "Rows",
    "Sentinels",
    "compile_mapping",
    "notes_for",
    "status_of",
]
