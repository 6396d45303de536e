"""What a file leaves to be decided: `"?"`, where nobody but the engineer can know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connectors.faults import Place

from ..config.document import Document
from ..config.finding import Located

MARK = "?"
_HOLE = "${decide."
"""The same within a longer text; as a reference it leads nowhere."""

_CODES = frozenset({"sentinels", "map"})
"""Keys below which a bureau's own codes stand: one of them may be a question mark."""


def undecided(document: Document) -> tuple[Located, ...]:
    """
    Find every mark of a bureau or a connector, by its line.

    In tests it means something else: there, what came is told, to be pinned.
    """
    return tuple(
        Located(
            document.file,
            *(document.key_position(at) if of_key else document.position(at)),
            'is to be decided: "?" stands where nobody else can know',
            at,
        )
        for at, of_key in _marks(document.value, ())
    )


def says_more(finding: Located, marks: Iterable[Located]) -> bool:
    """Tell whether a finding is only about what is still to be decided."""
    return any(
        finding.file == mark.file and finding.at[: len(mark.at)] == mark.at for mark in marks
    )


def _marks(value: object, at: Place) -> Iterator[tuple[Place, bool]]:
    if value == MARK or (isinstance(value, str) and _HOLE in value):
        yield at, False
    elif isinstance(value, Mapping):
        for key, below in value.items():
            if at == () and key == "tests":
                continue
            if key == MARK and not _CODES.intersection(map(str, at[-1:])):
                yield (*at, key), True
            yield from _marks(below, (*at, key))
    elif isinstance(value, list):
        for index, below in enumerate(value):
            yield from _marks(below, (*at, index))
