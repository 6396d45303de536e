"""Header blocks of SOAP messages."""

from __future__ import annotations

import re
from typing import Final

from lxml import etree

from ..select.path import Element
from ..template import Unwritable

_ENVELOPES: Final = {
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
}
_DECLARATION: Final = re.compile(r"\s*<\?xml[^>]*\?>\s*")


def with_header(text: str, block: Element, *, must_understand: bool) -> str:
    """Add a block to an envelope, whose header is made where there is none."""
    declaration = _DECLARATION.match(text)
    start = declaration.end() if declaration else 0
    envelope = _parsed(text[start:])
    soap = etree.QName(envelope).namespace
    header = envelope.find(f"{{{soap}}}Header")
    if header is None:
        header = etree.Element(f"{{{soap}}}Header")
        envelope.insert(0, header)
    if must_understand:
        block.set(f"{{{soap}}}mustUnderstand", "1")
    header.append(block)
    # What the text says of its charset stays, as it is for whoever encodes the text.
    return text[:start] + etree.tostring(envelope, encoding="unicode")


def _parsed(text: str) -> Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        envelope: Element | None = etree.fromstring(text, parser)
    except (etree.XMLSyntaxError, ValueError):
        # Outside the handler: the original error quotes the message.
        envelope = None
    if envelope is None or envelope.tag not in {f"{{{soap}}}Envelope" for soap in _ENVELOPES}:
        raise Unwritable("sign: the body is no SOAP envelope")
    return envelope
