"""How a list of a document becomes the rows of a list of messages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..contract import Document
from ..select.path import Select, as_list
from .gap import INVALID, NO_ROW, NULL, Gap
from .read import Read, Tally
from .target import Tree, Write


@dataclass(frozen=True, slots=True)
class Cell:
    """One target: how its value is read, and how it is written."""

    target: str
    read: Read
    write: Write
    constant: bool


@dataclass(frozen=True, slots=True)
class Row:
    """What makes a message out of one item of a list."""

    found: tuple[Cell, ...]
    fixed: tuple[Cell, ...]
    start: Tree
    """What every row has before anything is read."""

    @classmethod
    def of(cls, cells: Iterable[Cell], start: Tree) -> Row:
        cells = tuple(cells)
        return cls(
            tuple(cell for cell in cells if not cell.constant),
            tuple(cell for cell in cells if cell.constant),
            start,
        )

    def __call__(self, item: Document, tally: Tally) -> Tree | None:
        """Make a row; None where nothing of it could be read: constants alone say nothing."""
        tree: Tree = {}
        _fill(tree, self.found, item, tally)
        if self.found and not tree:
            return None
        _fill(tree, self.fixed, item, tally)
        tree.update(self.start)
        return tree


def _fill(tree: Tree, cells: tuple[Cell, ...], item: Document, tally: Tally) -> None:
    for cell in cells:
        value = cell.read(item, tally)
        if not isinstance(value, Gap):
            cell.write(tree, value)


def listing(
    select: Select,
    keep: Callable[[Document], bool] | None,
    row: Row,
    key: tuple[str, ...],
) -> Read:
    """
    Read a list of messages.

    It is there when one row is. A value that can not be read leaves its field
    unset and is counted; it costs neither its row nor the list.
    """

    def read(document: Document, tally: Tally) -> object:
        items = as_list(select(document))
        if items is None:
            tally.invalid += 1
            return INVALID
        before = tally.invalid + tally.unmapped
        kept = items if keep is None else filter(keep, items)
        rows = _keyed(kept, row, key, tally) if key else _plain(kept, row, tally)
        if rows:
            return rows
        return NO_ROW if tally.invalid + tally.unmapped > before else NULL

    return read


def _plain(items: Iterable[Document], row: Row, tally: Tally) -> list[Tree]:
    return [tree for item in items if (tree := row(item, tally)) is not None]


def _keyed(items: Iterable[Document], row: Row, key: tuple[str, ...], tally: Tally) -> list[Tree]:
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
