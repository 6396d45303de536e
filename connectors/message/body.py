"""The bodies of messages, and the bytes that they become."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import quote_plus

from ..contract import Pairs
from .exact_json import write_json
from .multipart import MultipartBody, write_multipart
from .octets import octets


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A tree that is written compactly, its keys in the order of the file."""

    tree: object = field(repr=False)
    ascii: bool = False
    """Whether all beyond ASCII is written as ``\\u`` escapes."""


@dataclass(frozen=True, slots=True)
class FormBody:
    """Fields as a browser's form writes them."""

    pairs: Pairs = field(repr=False)


@dataclass(frozen=True, slots=True)
class TextBody:
    """Text as it is: XML, or a message of fixed widths."""

    text: str = field(repr=False)
    media_type: str = "text/plain"


@dataclass(frozen=True, slots=True)
class BytesBody:
    """Bytes as they are: a file."""

    content: bytes = field(repr=False)
    media_type: str = "application/octet-stream"


Body = JsonBody | FormBody | TextBody | BytesBody | MultipartBody | None


def write_body(body: Body, charset: str) -> tuple[bytes, str]:
    """Give a body's bytes and its type. Raises `Unwritable`."""
    match body:
        case JsonBody(tree, ascii=escaped):
            return octets(write_json(tree, escaped), charset, "body"), "application/json"
        case FormBody(pairs):
            text = write_form(pairs, charset)
            return text.encode("ascii"), "application/x-www-form-urlencoded"
        case TextBody(text, media_type):
            return octets(text, charset, "body"), f"{media_type}; charset={charset}"
        case BytesBody(content, media_type):
            return content, media_type
        case MultipartBody():
            return write_multipart(body, charset)
        case None:
            return b"", ""


def write_form(pairs: Pairs, charset: str = "utf-8") -> str:
    """Write pairs as a browser does; a value can not become another pair."""
    return "&".join(
        f"{quote_plus(octets(name, charset, 'field'))}"
        f"={quote_plus(octets(value, charset, f'field {name}'))}"
        for name, value in pairs
    )
