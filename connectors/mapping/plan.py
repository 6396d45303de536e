"""
How the cells of one message are read: those that lie together, at once.

A path costs more than a value: of ``data.counts.c1`` and ``data.counts.c2`` the
way to `data.counts` is gone once. What is not so plain is read cell by cell.
Either way the order is that of the rows.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from ..contract import Document
from ..select.path import Dotted, Select
from .gap import NULL, Gap
from .read import PLAIN, Read, Tally, scalar
from .target import Step, Tree, Write
from .types.scalars import Reader

Part = Callable[[Document, Tree, Tally, dict[str, Gap]], None]
"""Reads cells, writes them into a tree, and notes by target what has no value."""


@dataclass(frozen=True, slots=True)
class Plain:
    """What is read by a name in an object, and written by a name in a message."""

    select: Dotted
    name: str
    """The last part of the path."""
    take: Reader
    steps: tuple[Step, ...]
    above: str
    """The message that the steps lead to."""
    field: str
    member: str

    @property
    def together(self) -> object:
        """Equal for what lies in one place and goes to one place."""
        return self.select.steps[:-1], self.above


@dataclass(frozen=True, slots=True)
class Cell:
    """One target: how its value is read, and how it is written."""

    target: str
    read: Read
    write: Write
    constant: bool = False
    plain: Plain | None = None


def parts_of(cells: Sequence[Cell]) -> tuple[Part, ...]:
    """Compile cells, in their order."""
    parts: list[Part] = []
    runs = groupby(cells, lambda cell: (cell.plain and cell.plain.together) or cell.target)
    for _, run in runs:
        found = tuple(run)
        plain = [(cell.target, cell.plain) for cell in found if cell.plain is not None]
        parts.extend([_together(plain)] if plain else [_alone(cell) for cell in found])
    return tuple(parts)


def _alone(cell: Cell) -> Part:
    target, read, write = cell.target, cell.read, cell.write

    def part(document: Document, tree: Tree, tally: Tally, gaps: dict[str, Gap]) -> None:
        value = read(document, tally)
        if value.__class__ is Gap:
            gaps[target] = value
        else:
            write(tree, value)

    return part


def _together(cells: Sequence[tuple[str, Plain]]) -> Part:
    """
    Read several values of one object into one message.

    This runs for nearly every field of every answer: each call that is saved is
    a tenth of the whole.
    """
    _, first = cells[0]
    above: Select | None = first.select.above
    steps = first.steps
    rows = tuple(
        (plain.name, plain.take, plain.field, plain.member, target) for target, plain in cells
    )
    nothing: dict[str, object] = {}

    def part(document: Document, tree: Tree, tally: Tally, gaps: dict[str, Gap]) -> None:
        found = document if above is None else above(document)
        holder = found if isinstance(found, dict) else nothing
        into: Tree | None = None
        mapped = 0
        for name, take, field, member, target in rows:
            raw = holder.get(name)
            if raw.__class__ not in PLAIN:
                raw = scalar(raw)
            if raw is None:
                gaps[target] = NULL
                continue
            value = take(raw)
            if value.__class__ is Gap:
                gaps[target] = tally.miss(value)
                continue
            mapped += 1
            if into is None:
                into = tree
                for step in steps:
                    into = step(into)
            into[field] = {member: value} if member else value
        tally.mapped += mapped

    return part
