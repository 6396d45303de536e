"""
From the bytes of an answer to its document, and to what is kept of it.

Kept is the document as it is classified and mapped: opened, nested documents in
their places, and without what is dropped. XML is kept as XML, everything else
as JSON, whatever the wire's form was; so no key is needed to read it again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from lxml import etree

from ..codec import Xml
from ..codec.json import read_json, rewrite_json
from ..contract import Codec, Document, WireReply
from ..seal.opening import Opening
from ..select.path import Element

SIGNATURE: Final = "signature"
"""What `Opening` says of an answer whose signature does not hold."""


class Forged(ValueError):
    """An answer whose signature does not hold: no word of it counts, not even its status."""


@dataclass(frozen=True, slots=True)
class Opened:
    """An answer, and the document in it; None for a body that can not be read."""

    reply: WireReply
    document: Document | None


@dataclass(frozen=True, slots=True)
class Decoding:
    """Reads documents."""

    codec: Codec
    opening: Opening
    changes: tuple[Callable[[Document], None], ...]
    """What is done to a document in place: nested ones first, then what is dropped."""

    def __call__(self, reply: WireReply) -> Opened:
        """
        Read an answer. Raises `Forged` for one that somebody else may have written.

        Whether a body that can not be read is a failure is for the outcome rows
        to say: no row that releases data matches one.
        """
        try:
            document = self.codec.decode(self.opening.before(reply))
            self.opening.after(document, reply)
            for change in self.changes:
                change(document)
        except ValueError as error:
            if str(error) != SIGNATURE:
                return Opened(reply, None)
        else:
            return Opened(reply, document)
        # Outside the handler: another's error may hold the body, and would be chained.
        raise Forged(SIGNATURE)


def kept(document: Document | None) -> bytes:
    """
    Write a document down; nothing for a body that could not be read.

    Raises `ValueError` for what can not be written.
    """
    if document is None:
        return b""
    if isinstance(document, Element):
        return etree.tostring(document, encoding="utf-8", with_tail=False)
    return rewrite_json(document)


def read_again(written: bytes) -> Document | None:
    """Read what `kept` wrote. Raises `ValueError` for what it did not."""
    if not written:
        return None
    if written.startswith(b"<"):
        return Xml(kind="xml").decode(written)
    return read_json(written.decode())
