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
from .constants import is_constant
from .fault import Unusable
from .shape import Leaf, Listing, Part, Record, Shape, Way
from .writing.examples import without_person

Element = etree._Element  # noqa: SLF001 (lxml has no public name for its type)

_VALUE: Final = re.compile(
    r">(?P<text>[^<>]*[^<>\s][^<>]*)<|(?P<key>[\w:.-]+)=(?P<q>[\"'])(?P<attribute>[^\"'<]*)(?P=q)"
)
_TAG: Final = re.compile(r"<(?P<end>/?)(?P<name>[\w:.-]+)(?P<rest>[^<>]*)(?P<close>>?)")


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
    opened = _Opened(text)

    def replaced(found: re.Match[str]) -> str:
        if found["text"] is not None:
            return f">{_told(opened.at(found.start() + 1), found['text'])}<"
        if found["key"].startswith("xmlns") or found["key"] in {
            "version",
            "encoding",
            "standalone",
        }:
            return found[0]
        way = (*opened.at(found.start()), found["key"])
        return f"{found['key']}={found['q']}{_told(way, found['attribute'])}{found['q']}"

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


@dataclass(slots=True)
class _Opened:
    """Names the elements that a place of a text lies in; the places are asked for in order."""

    text: str
    names: list[str] = field(default_factory=list)
    seen: int = 0

    def at(self, end: int) -> Way:
        for tag in _TAG.finditer(self.text, self.seen, end):
            if not tag["close"]:
                self.seen = tag.start()
                return (*self.names, tag["name"])
            self.seen = tag.end()
            if tag["end"]:
                del self.names[-1:]
            elif not tag["rest"].endswith("/"):
                self.names.append(tag["name"])
        return tuple(self.names)


def _told(way: Way, value: str) -> str:
    reference, name = names.asked(way), way[-1] if way else ""
    if reference is not None:
        converter = " | date('%Y-%m-%d')" if reference == "subject.date_of_birth" else ""
        return f"${{{reference}{converter}}}" if reference != "now" else "${now | iso}"
    if names.SECRET.fullmatch(name.rpartition(":")[2]):
        return f"${{secrets.{names.snake(name)}}}"
    return escape(value) if is_constant(way, value) else f"${{decide.{names.snake(name)}}}"


@dataclass(slots=True)
class Markup:
    """Reads an answer's elements under the prefixes that its connector declares."""

    namespaces: dict[str, str] = field(default_factory=dict)

    def shape(self, root: Element) -> Shape:
        return Record(tuple(self._parts([root])))

    def _element(self, element: Element) -> Shape:
        """Describe what an element holds; the text of one with attributes is told besides."""
        attributes = tuple(
            Part(f"@{self._qualified(str(name))}", Leaf(example=str(value), sampled=True))
            for name, value in element.attrib.items()
        )
        children = list(_children(element))
        if not children and not attributes:
            return _text_of(element)
        return Record((*attributes, *self._parts(children)))

    def _parts(self, children: list[Element]) -> Iterator[Part]:
        """Give a part for each name, and a second one for the text of what has attributes, too."""
        often = Counter(str(child.tag) for child in children)
        seen: set[str] = set()
        for child in children:
            tag = str(child.tag)
            if tag in seen:
                continue
            seen.add(tag)
            name, shape = self._name(child), self._element(child)
            text = _text_of(child) if _has_both(child) else None
            if often[tag] == 1:
                yield Part(name, shape)
                if text is not None:
                    yield Part(name, text)
            elif text is not None and isinstance(shape, Record):
                yield Part(name, Listing(Record((*shape.parts, Part(".", text)))))
            else:
                yield Part(name, Listing(shape))

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


def _has_both(element: Element) -> bool:
    """Tell whether an element has attributes and a value of its own."""
    is_value = next(_children(element), None) is None and (element.text or "").strip()
    return bool(is_value and element.attrib)


def _text_of(element: Element) -> Leaf:
    return Leaf(example=(element.text or "").strip(), sampled=True)


def _children(element: Element) -> Iterator[Element]:
    return element.iterchildren("*")
