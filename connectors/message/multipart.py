"""Bodies of several parts, RFC 7578: a file besides fields."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from ..template import Unwritable
from .octets import octets

PART_NAME: Final = re.compile(r'[^\x00-\x1f\x7f"\\]+')
"""What can not end the quotes in which it stands."""

FILE_NAME: Final = re.compile(r"[\w .()@+,=~-]{0,199}[\w)~-]", re.ASCII)
"""No path, and nothing that readers of headers disagree on."""

MEDIA_TYPE: Final = re.compile(r"\A[\w.+-]+/[\w.+-]+(?:; ?[\w-]+=[\w.+-]+)*\Z", re.ASCII)


@dataclass(frozen=True, slots=True)
class Part:
    """One field, or one file."""

    name: str
    content: str | bytes = field(repr=False)
    filename: str | None = field(default=None, repr=False)
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class MultipartBody:
    """Parts in their order."""

    parts: tuple[Part, ...] = field(repr=False)

    def having(self, name: str, value: str) -> MultipartBody:
        """Replace the part of that name where it stands, or add it at the end."""
        new = Part(name, value)
        if any(part.name == name for part in self.parts):
            return MultipartBody(tuple(new if part.name == name else part for part in self.parts))
        return MultipartBody((*self.parts, new))


def write_multipart(body: MultipartBody, charset: str) -> tuple[bytes, str]:
    """Write the body, and its type with the boundary. Raises `Unwritable`."""
    written = [_part(part, charset) for part in body.parts]
    boundary = _boundary(written)
    mark = b"--" + boundary.encode()
    pieces = [mark + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n" for head, content in written]
    return b"".join(pieces) + mark + b"--\r\n", f"multipart/form-data; boundary={boundary}"


def _part(part: Part, charset: str) -> tuple[bytes, bytes]:
    if not PART_NAME.fullmatch(part.name):
        raise Unwritable("multipart: a name without quotes and line ends")
    head = f'Content-Disposition: form-data; name="{part.name}"'
    if part.filename is not None:
        if not FILE_NAME.fullmatch(part.filename):
            raise Unwritable(f"multipart {part.name}: a plain file name")
        head += f'; filename="{part.filename}"'
    if part.media_type:
        head += f"\r\nContent-Type: {part.media_type}"
    place = f"multipart {part.name}"
    content = part.content
    if isinstance(content, str):
        content = octets(content, charset, place)
    return octets(head, charset, place), content


def _boundary(written: list[tuple[bytes, bytes]]) -> str:
    """
    Make a boundary that stands in no part.

    It follows from the parts, so that the same message is the same bytes.
    """
    hashing = sha256()
    for head, content in written:
        hashing.update(len(head).to_bytes(8, "big") + head)
        hashing.update(len(content).to_bytes(8, "big") + content)
    boundary = hashing.hexdigest()[:32]
    while any(boundary.encode() in piece for part in written for piece in part):
        boundary = sha256(boundary.encode()).hexdigest()[:32]
    return boundary
