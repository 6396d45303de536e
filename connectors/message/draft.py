"""A message while it is put together, and the bytes that it becomes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import quote

from ..contract import Attempt, Pairs, Values, Wire, with_pair
from ..template import Language, Unwritable
from ..template.scalar import canonical
from .body import Body, FormBody, JsonBody, write_body
from .multipart import MultipartBody
from .octets import octets

HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_HEADER_VALUE: Final = re.compile(r"(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?")
"""Without white space at its ends: whoever reads it drops that."""
PATH_TEXT: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2}|\{[\w-]+\})*")


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
        headers = with_pair(self.headers, name, value)
        # Written out, as here and in `Wire`: `replace` takes three times as long.
        return Draft(self.method, self.path, self.params, headers, self.body, self.charset)

    def with_field(self, name: str, value: str) -> Draft:
        """Set a form's field, a part of several, or a key at the top of a JSON object."""
        match self.body:
            case MultipartBody():
                return replace(self, body=self.body.having(name, value))
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
            case MultipartBody(parts):
                texts = ((part.name, part.content) for part in parts)
                return tuple((name, text) for name, text in texts if isinstance(text, str))
            case JsonBody(tree) if isinstance(tree, Mapping):
                scalars = ((str(name), canonical(value)) for name, value in tree.items())
                return tuple((name, text) for name, text in scalars if text is not None)
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
    return path.replace(place, quote(octets(value, charset, "path"), safe=""))


def write_query(pairs: Pairs, charset: str = "utf-8") -> str:
    """Percent-encode, a space as ``%20``: what a signature is over, and what is sent."""
    return "&".join(
        f"{quote(octets(name, charset, 'query'), safe='')}"
        f"={quote(octets(value, charset, f'query {name}'), safe='')}"
        for name, value in pairs
    )


def finish(draft: Draft, attempt: Attempt) -> Wire:
    """Encode a draft; raises `Unwritable` rather than send what would be read differently."""
    query = write_query(draft.params, draft.charset)
    body, media_type = write_body(draft.body, draft.charset)
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
        raise Unwritable(f"header {name}: printable ASCII only, with no space at its ends")


def check_target(wire: Wire) -> None:
    """Take the last look before a message leaves: nothing is left open in its path."""
    if not wire.target.startswith("/") or "{" in wire.target:
        raise Unwritable("path: has a part that nothing filled")


def message_language(language: Language) -> Language:
    """Add `MESSAGE_ROOTS` to what a template may refer to."""
    for root in ("method", "path", "path_with_query", "query_sorted"):
        language = language.having(root, {"": str})
    for root in ("header", "query", "field"):
        language = language.opening(root, str)
    return language.having("body", {"": bytes})


def _headers(_: Draft, wire: Wire) -> Values:
    return {name.lower(): value for name, value in wire.headers} | dict(wire.headers)


_SEEN: Final[Mapping[str, Callable[[Draft, Wire], Values]]] = {
    "method": lambda _, wire: {"": wire.method},
    "path": lambda _, wire: {"": wire.target.partition("?")[0]},
    "path_with_query": lambda _, wire: {"": wire.target},
    "query_sorted": lambda draft, _: {"": write_query(tuple(sorted(draft.params)), draft.charset)},
    "header": _headers,
    "query": lambda draft, _: dict(draft.params),
    "field": lambda draft, _: dict(draft.fields()),
    "body": lambda _, wire: {"": wire.body},
}

MESSAGE_ROOTS: Final = frozenset(_SEEN)
"""What a signature sees besides its connector's own roots."""


def message_values(draft: Draft, wire: Wire, roots: Iterable[str]) -> dict[str, Values]:
    """Give the values below these of `MESSAGE_ROOTS`."""
    return {root: _SEEN[root](draft, wire) for root in roots}
