"""Text as the bytes that are sent, or not at all."""

from __future__ import annotations

from ..codec.charset import encoded
from ..template import Unwritable


def octets(text: str, charset: str, place: str) -> bytes:
    """Encode; raises `Unwritable`, which names the place and not the text."""
    try:
        return encoded(text, charset)
    except ValueError as error:
        raise Unwritable(f"{place}: {error}") from None
