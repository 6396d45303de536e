"""Mappings, lists and comments, line by line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from .scalars import flow, is_text, one_line, scalar, stands_alone

MARK: Final = "?"
"""Stands where nobody but the engineer can know; `check` refuses it."""

_WIDTH: Final = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """A key, its value, and what is to be said behind it."""

    key: str
    value: object
    note: str = ""


@dataclass(frozen=True, slots=True)
class Remark:
    """A line of comment."""

    text: str
    as_it_stands: bool = False
    """Whether its blanks mean something: it is of our own making."""

    def __str__(self) -> str:
        return f"# {self.text if self.as_it_stands else one_line(self.text)}"


@dataclass(frozen=True, slots=True)
class Block:
    """A mapping, written one key a line."""

    entries: tuple[Entry | Remark, ...]


@dataclass(frozen=True, slots=True)
class Rows:
    """A list, written one item a line; a remark may stand between."""

    items: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """An item of a list, and what is to be said behind it."""

    value: object
    note: str = ""


def lines(block: Block, indent: int = 0) -> Iterator[str]:
    """Write a mapping, line by line."""
    margin = " " * indent
    for entry in block.entries:
        if isinstance(entry, Remark):
            yield f"{margin}{entry}"
        else:
            yield from _entry(f"{margin}{scalar(entry.key)}:", entry.value, entry.note, indent)


def _entry(head: str, value: object, note: str, indent: int) -> Iterator[str]:
    behind = f" # {one_line(note)}" if note else ""
    if isinstance(value, Block) and value.entries:
        empty = all(isinstance(one, Remark) for one in value.entries)
        yield f"{head}{' {}' if empty else ''}{behind}"
        yield from lines(value, indent + 2)
    elif isinstance(value, Rows) and value.items:
        yield head + behind
        for item in value.items:
            yield from _row(item, indent + 2)
    elif isinstance(value, str) and is_text(value):
        yield f"{head} |-{behind}"
        yield from (f"{' ' * (indent + 2)}{line}" for line in value.split("\n"))
    elif isinstance(value, str) and stands_alone(value):
        yield f"{head} {value}{behind}"
    else:
        flowing = flow({} if isinstance(value, Block) else [] if isinstance(value, Rows) else value)
        if len(head) + len(flowing) < _WIDTH or not isinstance(value, Mapping | list | tuple):
            yield f"{head} {flowing}{behind}"
        else:
            yield head + behind
            yield from _opened(value, indent + 2)


def _row(item: object, indent: int) -> Iterator[str]:
    margin = " " * indent
    if isinstance(item, Remark):
        yield f"{margin}{item}"
        return
    row = item if isinstance(item, Row) else Row(item)
    behind = f" # {one_line(row.note)}" if row.note else ""
    value = row.value
    if isinstance(value, Mapping) and len(flow(value)) > _WIDTH:
        value = Block(tuple(Entry(key, one) for key, one in value.items()))
    if isinstance(value, Block):
        first, *rest = lines(value, indent + 2)
        yield f"{margin}- {first.lstrip()}{behind}"
        yield from rest
    else:
        yield f"{margin}- {flow(value)}{behind}"


def _opened(value: Mapping[str, object] | Sequence[object], indent: int) -> Iterator[str]:
    """Write what is too long for a line over several."""
    if isinstance(value, Mapping):
        yield from lines(Block(tuple(Entry(key, one) for key, one in value.items())), indent)
        return
    for item in value:
        yield from _row(item, indent)
