"""Bureau documents to `UserInfo`: rows of YAML, compiled once against its descriptor."""

from .compile import Sources, compile_mapping, compile_sources
from .families import Families, Family
from .lists.retention import Retention, Retentions
from .mapped import CompiledMapping, Mapped
from .spec import AnyRow, Rows, Sentinels
from .status import notes_for, status_of

__all__ = [
    "AnyRow",
    "CompiledMapping",
    "Families",
    "Family",
    "Mapped",
    "Retention",
    "Retentions",
    "Rows",
    "Sentinels",
    "Sources",
    "compile_mapping",
    "compile_sources",
    "notes_for",
    "status_of",
]
