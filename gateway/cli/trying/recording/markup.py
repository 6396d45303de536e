"""XML, text by text."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from connectors.codec import Xml
from connectors.select.path import Element


def scrubbed_markup(text: str, scrub: Callable[[str], str]) -> str | None:
    """Scrub texts and attributes; None of what is no XML."""
    root = _root(text)
    if root is None:
        return None
    for node in root.iter():
        for name, value in node.attrib.items():
            node.set(name, scrub(str(value)))
        node.text = scrub(node.text) if node.text else node.text
        node.tail = scrub(node.tail) if node.tail else node.tail
    return str(etree.tostring(root, encoding="unicode"))


def compared_markup(text: str, other: str, shown: Callable[[str, str | None], str]) -> str | None:
    """Show each text and attribute of a document beside those of another of its shape."""
    root, twin = _root(text), _root(other)
    if root is None:
        return None
    nodes, twins = list(root.iter()), [] if twin is None else list(twin.iter())
    alike = [node.tag for node in nodes] == [node.tag for node in twins]
    for node, beside in zip(nodes, twins if alike else [None] * len(nodes), strict=True):
        for name, value in node.attrib.items():
            given = None if beside is None else beside.get(name)
            node.set(name, shown(str(value), given))
        text_beside, tail_beside = (None, None) if beside is None else (beside.text, beside.tail)
        node.text = shown(node.text, text_beside) if node.text else None
        node.tail = shown(node.tail, tail_beside) if node.tail else None
    return str(etree.tostring(root, encoding="unicode"))


def _root(text: str) -> Element | None:
    try:
        root = Xml(kind="xml").decode(_undeclared(text.strip()).encode())
    except ValueError:
        return None
    return root if isinstance(root, Element) else None


def _undeclared(text: str) -> str:
    """Drop the line that says a charset: what is written down is text."""
    return text.partition("?>")[2].lstrip() if text.startswith("<?xml") else text
