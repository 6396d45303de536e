"""Where things stand in a document: paths compiled to getters."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
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
    steps = tuple(_STEP.findall(path))
    if len(steps) == 1 and not path.startswith("["):
        return lambda document: _named(document, path)
    getters = tuple(_getter(step) for step in steps)
    return lambda document: reduce(lambda node, get: get(node), getters, document)


def as_list(node: object) -> Sequence[object] | None:
    """
    Read a node as a list: one XML element is a list of one, and nothing a list of none.

    None for what is no list.
    """
    if isinstance(node, list):
        return node
    if node is None:
        return ()
    return (node,) if isinstance(node, Element) else None


def scalar_text(node: object) -> str | None:
    """
    Read a node as its canonical text; None for what has none.

    An XML element's is all text in it, without the white space around: that is
    layout.
    """
    if isinstance(node, Element):
        return "".join(map(str, node.itertext())).strip()
    return canonical(node)


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
