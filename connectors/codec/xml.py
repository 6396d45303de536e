"""XML without its dangerous parts: no document type, no entity, no network."""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Literal, cast

from lxml import etree
from pydantic import field_validator

from ..contract import UNREADABLE, Codec, Document
from ..kit import Kit, Strict
from ..select.path import Element, Select
from .charset import Charset, encoded


class Xml(Strict):
    """
    XML, selected from by XPath 1.0; it is its own codec.

    Requests are text templates, so `encode` takes their text as well as an
    element.
    """

    kind: Literal["xml"]
    charset: Charset | None = None
    """Of messages; None leaves it to an answer's own declaration, and writes UTF-8."""
    namespaces: Mapping[str, str] = {}

    @field_validator("charset")
    @classmethod
    def _readable(cls, charset: str | None) -> str | None:
        """Libxml2 has a list of its own."""
        try:
            etree.XMLParser(encoding=charset)
        except LookupError as error:
            raise ValueError(f"{charset} is no charset for XML") from error
        return charset

    def build(self, _: Kit) -> Codec:
        return self

    def encode(self, document: Document) -> bytes:
        if isinstance(document, str):
            return encoded(document, self.charset or "utf-8")
        if isinstance(document, Element):
            charset = self.charset or "utf-8"
            return cast(bytes, etree.tostring(document, encoding=charset, with_tail=False))
        raise ValueError("XML is written from text, or from an element")

    def decode(self, body: bytes) -> Document:
        root = self._parse(body)
        if root.getroottree().docinfo.internalDTD is not None:
            raise ValueError("a document type is refused")
        return root

    def selector(self, path: str) -> Select:
        """Compile an XPath; one found node is given by itself, several as a list."""
        xpath = self._compile("." if path == "@" else path)

        def select(document: Document) -> object:
            try:
                return _unwrapped(xpath(document)) if isinstance(document, Element) else None
            except etree.XPathError:
                # Within a predicate it looks names up only once there is something to try.
                return UNREADABLE

        return select

    def _parse(self, body: bytes) -> Element:
        # A parser holds the document that it reads: each has its own.
        parser = etree.XMLParser(
            encoding=self.charset,
            resolve_entities=False,
            no_network=True,
            load_dtd=False,
            huge_tree=False,
            remove_comments=True,
            remove_pis=True,
        )
        try:
            return etree.fromstring(body, parser)
        except etree.XMLSyntaxError as error:
            line, column = error.position
        except ValueError:
            line, column = 1, 1
        # Outside the handler: the original error quotes the body, and would be chained.
        raise ValueError(f"not XML at line {line}, column {column}")

    def _compile(self, path: str) -> etree.XPath:
        try:
            xpath = etree.XPath(
                path, namespaces=dict(self.namespaces), regexp=False, smart_strings=False
            )
            # Finds prefixes and functions that nobody declared: lxml looks them up only now.
            xpath(etree.Element("any"))
        except etree.XPathError as error:
            raise ValueError(f"{path!r} is not XPath: {error}") from error
        return xpath


def _unwrapped(found: object) -> object:
    if isinstance(found, list):
        return found if len(found) > 1 else next(iter(found), None)
    if isinstance(found, float):  # what XPath counts and adds
        return _number(found)
    return found


def _number(found: float) -> int | Decimal | None:
    if not math.isfinite(found):
        return None
    return int(found) if found.is_integer() else Decimal(repr(found))
