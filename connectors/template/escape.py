"""How a value's text is kept from becoming syntax where it goes."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import quote, quote_plus

from .errors import Unwritable

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_CONTROL = re.compile("[\x00-\x1f\x7f]")
_XML = str.maketrans(
    {
        "&": "&amp;",
        "<": "&lt;",
        ">": "&gt;",
        '"': "&quot;",
        "'": "&apos;",
        # A parser would turn these into spaces in an attribute, or drop the return.
        "\t": "&#9;",
        "\n": "&#10;",
        "\r": "&#13;",
    }
)


def xml_text(text: str) -> str:
    """Escape for XML content and attributes alike."""
    if _NOT_XML.search(text):
        raise Unwritable("xml")
    return text.translate(_XML)


def path_segment(text: str, charset: str = "utf-8") -> str:
    """Escape for one segment of a path, which it can neither leave nor be missing from."""
    if text in {"", ".", ".."}:
        raise Unwritable("path segment")
    return _percent(text, "path segment", quote, charset)


def query_value(text: str) -> str:
    """Escape for a query's name or value."""
    return _percent(text, "query", quote_plus, "utf-8")


def header_value(text: str) -> str:
    """Refuse what would end the header."""
    if _CONTROL.search(text):
        raise Unwritable("header")
    return text


def _percent(text: str, rule: str, write: Callable[..., str], charset: str) -> str:
    try:
        return write(text, safe="", encoding=charset, errors="strict")
    except UnicodeError:  # half a surrogate pair, or not in the charset; the error holds the text
        pass
    raise Unwritable(rule)
