"""Character sets by name, and errors that do not quote what they could not read."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator

_BYTE_ORDER_MARK = "\ufeff"


def known_charset(name: str) -> str:
    """Accept the name of an encoding of text."""
    try:
        "".encode(name)
    except LookupError as error:
        raise ValueError(f"unknown charset {name}") from error
    return name


Charset = Annotated[str, AfterValidator(known_charset)]
"""An encoding of text such as ``utf-8`` or ``gb18030``."""


def decoded(body: bytes, charset: str) -> str:
    """Read bytes as text, less a byte order mark."""
    try:
        return body.decode(charset).removeprefix(_BYTE_ORDER_MARK)
    except UnicodeError as error:
        at = getattr(error, "start", 0)
    # Outside the handler: the original error holds the body, and would be chained.
    raise ValueError(f"not {charset} at byte {at}")


def encoded(text: str, charset: str) -> bytes:
    """Write text as bytes."""
    try:
        return text.encode(charset)
    except UnicodeError:
        pass
    raise ValueError(f"a character that {charset} does not have")
