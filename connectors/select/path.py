"""Where things stand in a document: paths compiled to getters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import reduce

from lxml import etree

from ..contract import Document
from ..template.scalar import canonical
from .jmes import compile_jmespath

Select = Callable[[Document], object]
"""Gives what a path leads to: None where nowhere, `UNREADABLE` where to what it can not take."""

Element = etree._Element  # noqa: SLF001 (lxml has no public name for its type)

_STEP = re.compile(r"[\w-]+|\[[0-9]+\]")
_DOTTED = re.compile(r"(?:[\w-]+|\[[0-9]+\])(?:\.[\w-]+|\[[0-9]+\])*")


def compile_path(path: str) -> Select:
    """
    Compile a path into JSON-like documents: dotted names, or JMESPath for anything more.

    ``@`` is the document itself. A number is an index of a list (``a[0]``,
    ``a.0``), and after a dot also a name (``SC[0].04``). Raises `ValueError`
    for a path that is neither.
    """
    if path == "@":
        return lambda document: document
    if not _DOTTED.fullmatch(path):
        return compile_jmespath(path)
    return Dotted(tuple(_STEP.findall(path)))


@dataclass(slots=True)
class Dotted:
    """A path of names and indexes alone: several that lie in one place can be read at once."""

    steps: tuple[str, ...]
    get: Select = field(init=False)

    def __post_init__(self) -> None:
        self.get = _chain(self.steps)

    def __call__(self, document: Document) -> object:
        return self.get(document)

    @property
    def name(self) -> str | None:
        """The name that it ends with; None where that is, or may be, an index."""
        last = self.steps[-1]
        digits = last.isascii() and last.isdigit() and len(self.steps) > 1
        return None if digits or last.startswith("[") else last

    @property
    def above(self) -> Select | None:
        """Give what leads to where it lies; None for the document itself."""
        return _descent(self.steps[:-1]) if len(self.steps) > 1 else None


def _chain(steps: tuple[str, ...]) -> Select:
    first = steps[0]
    # Alone, a number is a name: only in company could it be an index.
    if len(steps) == 1 and not first.startswith("["):
        return lambda document: _named(document, first)
    return _descent(steps)


def _descent(steps: tuple[str, ...]) -> Select:
    getters = tuple(_getter(step) for step in steps)
    if len(getters) == 1:
        return getters[0]
    if len(getters) == 2:  # noqa: PLR2004 (most paths)
        outer, inner = getters
        return lambda document: inner(outer(document))
    return lambda document: reduce(lambda node, get: get(node), getters, document)


def as_list(node: object) -> Sequence[object] | None:
    """
    Read a node as a list: one object or element is a list of one, and nothing a list of none.

    Bureaus send an object where a list would have one item. None for what is no list.
    """
    if isinstance(node, list):
        return node
    if node is None:
        return ()
    return (node,) if isinstance(node, dict | Element) else None


def scalar_text(node: object) -> str | None:
    """
    Read a node as its canonical text; None for what has none.

    An XML element's is all text in it, without the white space around: that is
    layout.
    """
    if isinstance(node, Element):
        return "".join(map(str, node.itertext())).strip()
    return canonical(node)


def scalar_of(node: object) -> object:
    """Give a scalar as it is, an XML element's text, and None for what is neither."""
    if isinstance(node, Element):
        return scalar_text(node)
    return None if canonical(node) is None else node


def _named(node: object, name: str) -> object:
    # What codecs make are dicts; to ask for any Mapping would cost ten times as much.
    return node.get(name) if isinstance(node, dict) else None


def _getter(step: str) -> Callable[[object], object]:
    if step.startswith("["):
        return _item_getter(int(step[1:-1]))
    if not (step.isascii() and step.isdigit()):
        return lambda node: _named(node, step)
    item = _item_getter(int(step))
    return lambda node: item(node) if isinstance(node, list) else _named(node, step)


def _item_getter(index: int) -> Callable[[object], object]:
    return lambda node: node[index] if isinstance(node, list) and index < len(node) else None
