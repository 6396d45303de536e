"""
Documents that travel as text inside other documents.

Such a document becomes a part of the one around it, in that one's terms, so
that all of it is selected from in one language, and may hold further ones. XML
inside JSON becomes objects: attributes as ``@name``, elements by their name
without a namespace, several of one name as a list, text beside others as
``#text``. JSON inside XML becomes elements: one for each item of a list, none
for null, and ``<item name="...">`` for a name that XML does not have.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Self

from lxml import etree
from pydantic import model_validator

from ..codec import AnyCodec, Form
from ..contract import Codec, Document
from ..faults import ConfigError
from ..kit import Kit, Strict
from ..select.holders import compile_holders
from ..select.path import Element, Select, scalar_text
from ..template.scalar import canonical

_XML_NAME: Final = re.compile(r"[^\W\d][\w.-]*")

DEEPEST: Final = 48
"""Levels of XML inside JSON, so that what is kept of it can be read again."""


class Nested(Strict):
    """Where the text stands, and what it is; the document takes the text's place."""

    path: str | None = None
    xpath: str | None = None
    codec: AnyCodec

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.path is None) == (self.xpath is None):
            raise ValueError("needs one of `path` and `xpath`")
        return self

    def build(self, kit: Kit, outer: Codec) -> Callable[[Document], None]:
        """Build what replaces the text in place. It raises `ValueError` on text it can not read."""
        codec = self.codec
        if not isinstance(codec, Form) and "charset" in type(codec).model_fields:
            # Text has no charset any more, whatever its XML declaration still says.
            codec = codec.model_copy(update={"charset": "utf-8"})
        inner = codec.build(kit)
        try:
            if self.xpath is not None:
                return _in_xml(outer.selector(self.xpath), inner)
            return _in_objects(str(self.path), outer, inner)
        except ValueError as error:
            raise ConfigError(str(error), ("path" if self.xpath is None else "xpath",)) from error


def _in_xml(select: Select, inner: Codec) -> Callable[[Document], None]:
    def replace(document: Document) -> None:
        found = select(document)
        for node in found if isinstance(found, list) else [found]:
            if isinstance(node, str):
                raise ValueError("only an element's text can be replaced: name the element")  # noqa: TRY004 (one error for all that can not be read)
            text = node.text if isinstance(node, Element) else None
            if not isinstance(node, Element) or not text or not text.strip():
                continue
            child = inner.decode(text.encode())
            node.text = None
            if isinstance(child, Element):
                node.append(child)
            else:
                _fill(node, child)

    return replace


def _in_objects(path: str, outer: Codec, inner: Codec) -> Callable[[Document], None]:
    holders, name = compile_holders(path, outer)

    def replace(document: Document) -> None:
        for holder in holders(document):
            if isinstance(text := holder.get(name), str):
                child = inner.decode(text.encode())
                holder[name] = _as_object(child) if isinstance(child, Element) else child

    return replace


def _as_object(root: Element) -> dict[str, object]:
    return {_local(root): _content(root, 1)}


def _content(element: Element, level: int) -> object:
    if level > DEEPEST:
        raise ValueError("nested too deep")
    if not len(element) and not element.attrib:
        return scalar_text(element)
    content: dict[str, object] = {
        f"@{etree.QName(name).localname}": value for name, value in element.attrib.items()
    }
    for child in element:
        name, value = _local(child), _content(child, level + 1)
        known = content.get(name)
        if isinstance(known, list):
            known.append(value)
        else:
            content[name] = value if name not in content else [known, value]
    text = (element.text or "") + "".join(child.tail or "" for child in element)
    if text.strip():
        content["#text"] = text.strip()
    return content


def _local(element: Element) -> str:
    return str(etree.QName(element).localname)


def _fill(parent: Element, node: object) -> None:
    """Write a value into an element. Raises `ValueError` for text that XML can not hold."""
    if isinstance(node, Mapping):
        for name, value in node.items():
            for item in value if isinstance(value, list) else [value]:
                _add(parent, str(name), item)
    elif isinstance(node, list):
        for item in node:
            _add(parent, "item", item)
    else:
        parent.text = canonical(node)


def _add(parent: Element, name: str, value: object) -> None:
    if value is None:
        return
    child = etree.SubElement(parent, name if _XML_NAME.fullmatch(name) else "item")
    if child.tag != name:
        child.set("name", name)
    _fill(child, value)
