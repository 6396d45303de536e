"""Where a text stands in a document, and another that takes its place."""

from __future__ import annotations

from collections.abc import Callable

from ..contract import Codec, Document
from ..faults import ConfigError
from .holders import compile_holders
from .path import Element, Select

Alter = Callable[[str], str]
InPlace = Callable[[Document, Alter], None]
"""Alters the text where there is one; what is no text, or empty, stays as it is."""


def selector(codec: Codec, path: str, key: str) -> Select:
    """Compile a path; `key` is where the configuration says it."""
    try:
        return codec.selector(path)
    except ValueError as error:
        raise ConfigError(str(error), (key,)) from error


def at_xpath(codec: Codec, xpath: str) -> InPlace:
    """Find elements by XPath; several are altered each by itself."""
    select = selector(codec, xpath, "xpath")

    def in_place(document: Document, alter: Alter) -> None:
        found = select(document)
        for element in found if isinstance(found, list) else [found]:
            if isinstance(element, Element) and element.text and element.text.strip():
                element.text = alter(element.text)

    return in_place


def at_path(codec: Codec, path: str) -> InPlace:
    """Find a value by a path that ends with its name; in a list, in each of its items."""
    try:
        holders, name = compile_holders(path, codec)
    except ValueError as error:
        raise ConfigError(str(error), ("path",)) from error

    def in_place(document: Document, alter: Alter) -> None:
        for holder in holders(document):
            if isinstance(text := holder.get(name), str) and text:
                holder[name] = alter(text)

    return in_place
