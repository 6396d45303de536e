"""A message while it is put together, and the bytes that it becomes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote, quote_plus

from ..codec.charset import encoded
from ..contract import Attempt, Pairs, Wire
from ..template import Language, Scope, Unwritable
from ..template.scalar import canonical
from .exact_json import write_json

HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE: Final = re.compile(r"[\t\x20-\x7e]*")
PATH_TEXT: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}|\{[\w-]+\})*")


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


Body = JsonBody | FormBody | TextBody | None


@dataclass(frozen=True, slots=True)
class Draft:
    """A message that still takes credentials and signatures, before anything is encoded."""

    method: str
    path: str = field(repr=False)
    """Encoded already, but for ``{NAME}`` where a credential or a signature will stand."""
    params: Pairs = field(default=(), repr=False)
    headers: Pairs = field(default=(), repr=False)
    body: Body = field(default=None, repr=False)
    charset: str = "utf-8"

    def with_param(self, name: str, value: str) -> Draft:
        return replace(self, params=put(self.params, name, value))

    def with_header(self, name: str, value: str) -> Draft:
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        return replace(self, headers=(*kept, (name, value)))

    def with_field(self, name: str, value: str) -> Draft:
        """Set a form's field, or a key at the top of a JSON object."""
        match self.body:
            case FormBody(pairs):
                return replace(self, body=FormBody(put(pairs, name, value)))
            case JsonBody(tree, ascii=escaped) if isinstance(tree, Mapping):
                return replace(self, body=JsonBody({**tree, name: value}, escaped))
            case _:
                raise Unwritable(f"field {name}: the body has no fields")

    def with_path_part(self, name: str, value: str) -> Draft:
        return replace(self, path=fill_path(self.path, name, value, self.charset))

    def fields(self) -> Pairs:
        """Give the body's fields as text, less what is nested or null."""
        match self.body:
            case FormBody(pairs):
                return pairs
            case JsonBody(tree) if isinstance(tree, Mapping):
                texts = ((str(name), canonical(value)) for name, value in tree.items())
                return tuple((name, text) for name, text in texts if text is not None)
            case _:
                return ()


def put(pairs: Pairs, name: str, value: str) -> Pairs:
    """Replace the pair of that name where it stands, or add it at the end."""
    if any(pair[0] == name for pair in pairs):
        return tuple((name, value) if pair[0] == name else pair for pair in pairs)
    return (*pairs, (name, value))


def fill_path(path: str, name: str, value: str, charset: str = "utf-8") -> str:
    """Put an encoded value where ``{NAME}`` stands."""
    place = f"{{{name}}}"
    if place not in path or value in {"", ".", ".."}:
        raise Unwritable(f"path {place}")
    return path.replace(place, quote(_encode(value, charset, "path"), safe=""))


def write_query(pairs: Pairs, charset: str = "utf-8") -> str:
    """Percent-encode, a space as ``%20``: what a signature is over, and what is sent."""
    return "&".join(
        f"{quote(_encode(name, charset, 'query'), safe='')}"
        f"={quote(_encode(value, charset, f'query {name}'), safe='')}"
        for name, value in pairs
    )


def finish(draft: Draft, attempt: Attempt) -> Wire:
    """Encode a draft; raises `Unwritable` rather than send what would be read differently."""
    query = write_query(draft.params, draft.charset)
    body, media_type = _body(draft)
    headers = draft.headers
    if media_type and all(name.lower() != "content-type" for name, _ in headers):
        headers = (*headers, ("Content-Type", media_type))
    for name, value in headers:
        check_header(name, value)
    if not (draft.path.startswith("/") and PATH_TEXT.fullmatch(draft.path)):
        raise Unwritable("path: begins with / and is percent-encoded")
    target = f"{draft.path}?{query}" if query else draft.path
    return Wire(attempt, draft.method, target, headers, body)


def check_header(name: str, value: str) -> None:
    """Refuse what could end a header, and what is beyond ASCII: no two sides agree on that."""
    if not HEADER_NAME.fullmatch(name):
        raise Unwritable("header: a name of letters, digits and -")
    if not _HEADER_VALUE.fullmatch(value):
        raise Unwritable(f"header {name}: printable ASCII only")


def check_target(wire: Wire) -> None:
    """Take the last look before a message leaves: nothing is left open in its path."""
    if not wire.target.startswith("/") or "{" in wire.target:
        raise Unwritable("path: has a part that nothing filled")


def message_language(language: Language) -> Language:
    """Add the roots of `message_values` to what a template may refer to."""
    for root in ("method", "path", "path_with_query", "query_sorted"):
        language = language.having(root, {"": str})
    for root in ("header", "query", "field"):
        language = language.opening(root, str)
    return language.having("body", {"": bytes})


def message_values(draft: Draft, wire: Wire) -> Scope:
    """Give the roots that a signature sees besides its connector's own."""
    return {
        "method": {"": wire.method},
        "path": {"": wire.target.partition("?")[0]},
        "path_with_query": {"": wire.target},
        "query_sorted": {"": write_query(tuple(sorted(draft.params)), draft.charset)},
        "header": {name.lower(): value for name, value in wire.headers} | dict(wire.headers),
        "query": dict(draft.params),
        "field": dict(draft.fields()),
        "body": {"": wire.body},
    }


def _body(draft: Draft) -> tuple[bytes, str]:
    match draft.body:
        case JsonBody(tree, ascii=escaped):
            text = write_json(tree, escaped)
            return _encode(text, draft.charset, "body"), "application/json"
        case FormBody(pairs):
            text = write_form(pairs, draft.charset)
            return text.encode("ascii"), "application/x-www-form-urlencoded"
        case TextBody(text, media_type):
            body = _encode(text, draft.charset, "body")
            return body, f"{media_type}; charset={draft.charset}"
        case None:
            return b"", ""


def write_form(pairs: Pairs, charset: str = "utf-8") -> str:
    """Write pairs as a browser does; a value can not become another pair."""
    return "&".join(
        f"{quote_plus(_encode(name, charset, 'field'))}"
        f"={quote_plus(_encode(value, charset, f'field {name}'))}"
        for name, value in pairs
    )


def _encode(text: str, charset: str, place: str) -> bytes:
    try:
        return encoded(text, charset)
    except ValueError as error:
        raise Unwritable(f"{place}: {error}") from None
