"""HTML forms: ``name=value&name=value``."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal
from urllib.parse import parse_qsl, quote_plus

from ..contract import Codec, Document
from ..kit import Kit, Strict
from ..select.path import Select, compile_path
from ..template.scalar import canonical
from .charset import Charset, decoded

_MOST_FIELDS = 1000
_NO_FORM = re.compile(r"[\x00-\x20<>\"\x7f]")
"""What every writer of forms escapes: a page of HTML has ``=`` and ``&`` too."""


class Form(Strict):
    """A flat document in the order of its names; it is its own codec."""

    kind: Literal["form"]
    charset: Charset = "utf-8"

    def build(self, _: Kit) -> Codec:
        return self

    def encode(self, document: Document) -> bytes:
        """Write a mapping of scalars; raises `ValueError` for anything else."""
        if not isinstance(document, Mapping):
            raise ValueError("a form is a mapping")  # noqa: TRY004 (one error for all that it lacks)
        return "&".join(
            [f"{self._quoted(name)}={self._quoted(value)}" for name, value in document.items()]
        ).encode()

    def decode(self, body: bytes) -> Document:
        text = decoded(body, self.charset).strip()
        if not text or _NO_FORM.search(text):
            raise ValueError("not a form")
        pairs = self._pairs(text)
        document = dict(pairs)
        if len(document) != len(pairs):
            raise ValueError("a name stands twice in the form")
        return document

    def selector(self, path: str) -> Select:
        return compile_path(path)

    def _quoted(self, value: object) -> str:
        text = None if isinstance(value, bool) else canonical(value)
        if text is None:
            raise ValueError(f"a form has no {type(value).__name__}: convert it to text")
        try:
            return quote_plus(text, encoding=self.charset, errors="strict")
        except UnicodeError:  # the error holds the text
            pass
        raise ValueError(f"a character that {self.charset} does not have")

    def _pairs(self, text: str) -> list[tuple[str, str]]:
        try:
            return parse_qsl(
                text,
                keep_blank_values=True,
                strict_parsing=True,
                encoding=self.charset,
                errors="strict",
                max_num_fields=_MOST_FIELDS,
            )
        except ValueError:  # quotes the field
            pass
        raise ValueError("not a form")
