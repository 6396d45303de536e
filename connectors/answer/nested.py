"""Documents that travel as text inside other documents."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Self

from lxml import etree
from pydantic import model_validator

from ..codec import AnyCodec, Form
from ..contract import Codec, Document
from ..faults import ConfigError
from ..kit import Kit, Strict

_NAME = re.compile(r"[\w-]+")


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
        if not isinstance(codec, Form):
            # Text has no charset any more, whatever its XML declaration still says.
            codec = codec.model_copy(update={"charset": "utf-8"})
        inner = codec.build(kit)
        if self.xpath is not None:
            return _in_xml(_selector(outer, self.xpath, "xpath"), inner)
        return _in_json(str(self.path), outer, inner)


def _selector(codec: Codec, path: str, key: str) -> Callable[[Document], object]:
    try:
        return codec.selector(path)
    except ValueError as error:
        raise ConfigError(str(error), (key,)) from error


def _in_xml(select: Callable[[Document], object], inner: Codec) -> Callable[[Document], None]:
    def replace(document: Document) -> None:
        found = select(document)
        for element in found if isinstance(found, list) else [found]:
            if not isinstance(element, etree._Element) or not element.text:  # noqa: SLF001 (lxml names its type so)
                continue
            child = inner.decode(element.text.encode())
            if isinstance(child, etree._Element):  # noqa: SLF001
                element.text = None
                element.append(child)

    return replace


def _in_json(path: str, outer: Codec, inner: Codec) -> Callable[[Document], None]:
    above, _, name = path.rpartition(".")
    if not _NAME.fullmatch(name):
        raise ConfigError(f"{path!r} ends with no name, so nothing could be put there", ("path",))
    parent = _selector(outer, above or "@", "path")

    def replace(document: Document) -> None:
        holder = parent(document)
        if isinstance(holder, dict) and isinstance(text := holder.get(name), str):
            holder[name] = inner.decode(text.encode())

    return replace
