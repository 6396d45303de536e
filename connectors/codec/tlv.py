"""Records of tag, length and value, in segments: what came before XML, and is still sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, Field

from ..contract import Codec, Document
from ..kit import Kit, Strict
from ..select.matcher import check_pattern
from ..select.path import Select, compile_path
from .charset import Charset, decoded, encoded

HEADER: Final = "header"
ID: Final = "id"


def _pattern(pattern: str) -> str:
    check_pattern(pattern)
    return pattern


class Tlv(Strict):
    """
    Segments of fields, each field a tag, the length of its value in bytes, and the value.

    ``SC10CIBILTUSCR0405000-1`` is ``{"SC": [{"id": "CIBILTUSCR", "04": "000-1"}]}``:
    a tag of `segments` begins one, and its own value is the segment's ``id``. What
    stands before the first is ``header``. It is its own codec. A length that lies is
    refused, and so is what is left over.
    """

    kind: Literal["tlv"]
    header: int = Field(default=0, ge=0, le=10_000)
    """Bytes before the first segment."""
    tag: int = Field(default=2, ge=1, le=8)
    """Bytes of a tag."""
    length: int = Field(default=2, ge=1, le=8)
    """Digits of a length."""
    segments: Annotated[str, AfterValidator(_pattern)]
    """A regular expression: the tags that begin a segment."""
    end: str | None = None
    """The tag of the last segment, whose id is the length of the whole record in bytes."""
    charset: Charset = "ascii"

    def build(self, _: Kit) -> Codec:
        return self

    def encode(self, document: Document) -> bytes:
        """Write what `decode` gives, segments of one tag together."""
        if not isinstance(document, Mapping):
            raise ValueError("a record is a mapping")  # noqa: TRY004 (one error for all that it lacks)
        pieces = [self._header(document.get(HEADER, ""))]
        for tag, segments in document.items():
            if tag == HEADER:
                continue
            if not isinstance(segments, list):
                raise ValueError("segments of one tag are a list")  # noqa: TRY004 (likewise)
            pieces += [self._segment(str(tag), segment) for segment in segments]
        return b"".join(pieces)

    def decode(self, body: bytes) -> Document:
        if not body or len(body) < self.header:
            raise ValueError("too short for its header")
        document: dict[str, object] = {HEADER: decoded(body[: self.header], self.charset)}
        begins = re.compile(self.segments).fullmatch
        segment: dict[str, str] | None = None
        last = ""
        for tag, value in self._fields(body):
            if begins(tag):
                segment, last = {ID: value}, tag
                _listed(document, tag).append(segment)
            elif segment is None or tag in segment:
                raise ValueError("a field outside of a segment, or twice in one")
            else:
                segment[tag] = value
        if self.end is not None and not self._ends(last, document, len(body)):
            raise ValueError("no end, or not of this length")
        return document

    def selector(self, path: str) -> Select:
        return compile_path(path)

    def _fields(self, body: bytes) -> Iterator[tuple[str, str]]:
        at = self.header
        while at < len(body):
            begins = at + self.tag + self.length
            digits = body[at + self.tag : begins]
            if len(digits) < self.length or not digits.isdigit():
                raise ValueError(f"no length at byte {at}")
            ends = begins + int(digits)
            if ends > len(body):
                raise ValueError(f"a length beyond the end at byte {at}")
            tag = decoded(body[at : at + self.tag], self.charset)
            yield tag, decoded(body[begins:ends], self.charset)
            at = ends

    def _ends(self, last: str, document: Mapping[str, object], size: int) -> bool:
        found = document.get(str(self.end))
        if last != self.end or not isinstance(found, list) or len(found) != 1:
            return False
        text = str(found[0][ID])
        return text.isascii() and text.isdigit() and int(text) == size

    def _header(self, header: object) -> bytes:
        octets = encoded(str(header), self.charset)
        if len(octets) != self.header:
            raise ValueError(f"a header of {self.header} bytes")
        return octets

    def _segment(self, tag: str, segment: object) -> bytes:
        if not isinstance(segment, Mapping) or ID not in segment:
            raise ValueError("a segment has an id")
        fields = {str(name): value for name, value in segment.items() if name != ID}
        return self._field(tag, segment[ID]) + b"".join(
            [self._field(name, value) for name, value in fields.items()]
        )

    def _field(self, tag: str, value: object) -> bytes:
        name, octets = encoded(tag, self.charset), encoded(str(value), self.charset)
        digits = f"{len(octets):0{self.length}d}"
        if len(name) != self.tag or len(digits) != self.length:
            raise ValueError("a tag or a value of another length")
        return name + digits.encode() + octets


def _listed(document: dict[str, object], tag: str) -> list[object]:
    found = document.setdefault(tag, [])
    if not isinstance(found, list):
        raise ValueError("a segment called header")  # noqa: TRY004 (refused like any other body)
    return found
