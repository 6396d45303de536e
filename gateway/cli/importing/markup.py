"""XML samples: a request with references in the place of its values, an answer as a shape."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.sax.saxutils import escape

from lxml import etree

from . import names
from .fault import Unusable
from .sampling import is_constant
from .shape import Leaf, Listing, Part, Record, Shape
from .writing.examples import without_person

Element = etree._Element  # noqa: SLF001 (lxml has no public name for its type)

_VALUE: Final = re.compile(
    r">(?P<text>[^<>]*[^<>\s][^<>]*)<|(?P<key>[\w:.-]+)=(?P<q>[\"'])(?P<attribute>[^\"'<]*)(?P=q)"
)
_TAG: Final = re.compile(r"<(?P<name>[\w:.-]+)[^<>]*$")


def parse(text: str) -> Element:
    """Parse a sample. Raises `Unusable`, which never quotes it."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(text.encode(), parser)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        raise Unusable(f"not XML at line {line}, column {column}") from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise Unusable("a document type is refused")
    return root


def request_text(text: str) -> str:
    """Write a request again, each of its values a reference or a mark, and nothing else changed."""
    parse(text)

    def replaced(found: re.Match[str]) -> str:
        if found["text"] is not None:
            opened = _TAG.search(text[: found.start() + 1].removesuffix(">"))
            return f">{_told(opened['name'] if opened else '', found['text'])}<"
        if found["key"].startswith("xmlns") or found["key"] in {
            "version",
            "encoding",
            "standalone",
        }:
            return found[0]
        return f"{found['key']}={found['q']}{_told(found['key'], found['attribute'])}{found['q']}"

    return _VALUE.sub(replaced, text)


def answer_text(root: Element) -> str:
    """Write an answer with the person of the tests in the place of whoever it shows."""
    for element in root.iter("*"):
        name = etree.QName(element).localname
        if element.text and element.text.strip():
            element.text = str(without_person(element.text, (name,)))
        for key, value in element.attrib.items():
            element.set(key, str(without_person(str(value), (str(key),))))
    return etree.tostring(root, encoding="unicode")


def _told(name: str, value: str) -> str:
    reference = names.asked((name,))
    if reference is not None:
        converter = " | date('%Y-%m-%d')" if reference == "subject.date_of_birth" else ""
        return f"${{{reference}{converter}}}" if reference != "now" else "${now | iso}"
    if names.SECRET.fullmatch(name.rpartition(":")[2]):
        return f"${{secrets.{names.snake(name)}}}"
    return escape(value) if is_constant(value) else f"${{decide.{names.snake(name)}}}"


@dataclass(slots=True)
class Markup:
    """Reads an answer's elements under the prefixes that its connector declares."""

    namespaces: dict[str, str] = field(default_factory=dict)

    def shape(self, root: Element) -> Shape:
        return Record((Part(self._name(root), self._element(root)),))

    def _element(self, element: Element) -> Shape:
        attributes = tuple(
            Part(f"@{self._qualified(str(name))}", Leaf(example=str(value), sampled=True))
            for name, value in element.attrib.items()
        )
        children = list(_children(element))
        if not children and not attributes:
            return Leaf(example=(element.text or "").strip(), sampled=True)
        return Record((*attributes, *self._parts(children)))

    def _parts(self, children: list[Element]) -> Iterator[Part]:
        often = Counter(str(child.tag) for child in children)
        seen: set[str] = set()
        for child in children:
            tag = str(child.tag)
            if tag in seen:
                continue
            seen.add(tag)
            shape = self._element(child)
            yield Part(self._name(child), Listing(shape) if often[tag] > 1 else shape)

    def _name(self, element: Element) -> str:
        return self._qualified(str(element.tag), element.nsmap)

    def _qualified(self, tag: str, known: Mapping[str | None, str] | None = None) -> str:
        name = etree.QName(tag)
        if name.namespace is None:
            return name.localname
        prefix = next((key for key, uri in self.namespaces.items() if uri == name.namespace), None)
        if prefix is None:
            theirs = next(
                (key for key, uri in (known or {}).items() if uri == name.namespace), None
            )
            prefix = theirs or f"n{len(self.namespaces) + 1}"
            self.namespaces[prefix] = name.namespace
        return f"{prefix}:{name.localname}"


def _children(element: Element) -> Iterator[Element]:
    return element.iterchildren("*")
