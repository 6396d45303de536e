"""Plain text."""

from __future__ import annotations

from typing import Literal

from ..contract import Codec, Document
from ..kit import Kit, Strict
from ..select.path import Select
from .charset import Charset, decoded, encoded


class Text(Strict):
    """Text, as it stands; it is its own codec."""

    kind: Literal["text"]
    charset: Charset = "utf-8"

    def build(self, _: Kit) -> Codec:
        return self

    def encode(self, document: Document) -> bytes:
        if not isinstance(document, str):
            raise ValueError("text is written from text")  # noqa: TRY004 (as every codec)
        return encoded(document, self.charset)

    def decode(self, body: bytes) -> Document:
        """Read; nothing is not a text, so that no outcome rests on an empty page."""
        if not body:
            raise ValueError("empty")
        return decoded(body, self.charset)

    def selector(self, path: str) -> Select:
        if path != "@":
            raise ValueError(f"{path!r} leads nowhere: all that a text has is @")
        return lambda document: document
