"""How a list of a document becomes the rows of a list of messages, or of scalars."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ...contract import Document
from ..gap import NO_ROW, NULL, SUPPRESSED, Gap
from ..plan import Cell, Part, parts_of
from ..read import Read, Tally
from ..target import Tree
from .items import Items


@dataclass(frozen=True, slots=True)
class Row:
    """What makes a message out of one item of a list."""

    found: tuple[Part, ...]
    fixed: tuple[Part, ...]
    start: Tree
    """What every row has before anything is read."""

    @classmethod
    def of(cls, cells: Iterable[Cell], start: Tree) -> Row:
        cells = tuple(cells)
        return cls(
            parts_of([cell for cell in cells if not cell.constant]),
            parts_of([cell for cell in cells if cell.constant]),
            start,
        )

    def __call__(self, item: Document, tally: Tally) -> Tree | None:
        """Make a row; None where nothing of it could be read: constants alone say nothing."""
        tree: Tree = {}
        gaps: dict[str, Gap] = {}
        for part in self.found:
            part(item, tree, tally, gaps)
        if self.found and not tree:
            return None
        for part in self.fixed:
            part(item, tree, tally, gaps)
        tree.update(self.start)
        return tree


def listing(items: Items, row: Row, key: tuple[str, ...]) -> Read:
    """
    Read a list of messages.

    It is there when one row is. A value that can not be read leaves its field
    unset and is counted; it costs neither its row nor the list. What is kept
    back for its age leaves SUPPRESSED where it leaves nothing.
    """

    def read(document: Document, tally: Tally) -> object:
        before, suppressed = tally.invalid + tally.unmapped, tally.suppressed
        kept = items(document, tally)
        if isinstance(kept, Gap):
            return tally.miss(kept)
        rows = _keyed(kept, row, key, tally) if key else _plain(kept, row, tally)
        return rows or _why(tally, before, suppressed)

    return read


def scalars(items: Items, one: Read) -> Read:
    """Read a list of scalars, as a list of messages is read."""

    def read(document: Document, tally: Tally) -> object:
        before, suppressed = tally.invalid + tally.unmapped, tally.suppressed
        kept = items(document, tally)
        if isinstance(kept, Gap):
            return tally.miss(kept)
        values = [value for item in kept if not isinstance(value := one(item, tally), Gap)]
        return values or _why(tally, before, suppressed)

    return read


def _why(tally: Tally, before: int, suppressed: int) -> Gap:
    if tally.suppressed > suppressed:
        return SUPPRESSED
    return NO_ROW if tally.invalid + tally.unmapped > before else NULL


def _plain(items: Sequence[Document], row: Row, tally: Tally) -> list[Tree]:
    return [tree for item in items if (tree := row(item, tally)) is not None]


def _keyed(items: Sequence[Document], row: Row, key: tuple[str, ...], tally: Tally) -> list[Tree]:
    """Make rows that have a whole key each, and none twice: else a path would lead nowhere."""
    rows: dict[tuple[object, ...], Tree] = {}
    for item in items:
        mapped = tally.mapped
        tree = row(item, tally)
        if tree is None:
            continue
        at = tuple(tree.get(name) for name in key)
        if None in at or at in rows:
            tally.mapped = mapped
            tally.invalid += 1
        else:
            rows[at] = tree
    return list(rows.values())
