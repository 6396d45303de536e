"""JSON, exact both ways: no float, no guess, no surprise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Literal, NoReturn

from ..contract import Codec, Document
from ..kit import Kit, Strict
from ..select.path import Select, compile_path
from ..template.scalar import canonical, is_plain
from .charset import Charset, decoded, encoded

DEEPEST = 64
"""Levels of nesting; what is deeper is an attack, or not an answer."""


class Json(Strict):
    """
    Compact JSON with keys in their order; it is its own codec.

    Numbers with a point are read as `Decimal`. Refused are NaN and Infinity,
    repeated names (two readers would see two documents), half surrogate pairs,
    and what nests too deep.
    """

    kind: Literal["json"]
    ascii: bool = False
    r"""Write what is not ASCII as ``\uXXXX``."""
    charset: Charset = "utf-8"

    def build(self, _: Kit) -> Codec:
        return self

    def encode(self, document: Document) -> bytes:
        """Write; raises `ValueError` for what JSON does not have, such as dates."""
        return encoded(write_json(document, escaped=self.ascii), self.charset)

    def decode(self, body: bytes) -> Document:
        """Read; raises `ValueError` without quoting the body."""
        return read_json(decoded(body, self.charset))

    def selector(self, path: str) -> Select:
        return compile_path(path)


def write_json(document: Document, *, escaped: bool = False) -> str:
    r"""Write compactly, keys in their order; `escaped` gives ``\uXXXX`` beyond ASCII."""
    return _write(document, encode_basestring_ascii if escaped else encode_basestring)


def read_json(text: str) -> Document:
    """Read exactly, or not at all."""
    document = _parse(text)
    # Counting is cheap; a walk is not, and hardly any answer needs one.
    if text.count("[") + text.count("{") > DEEPEST:
        _refuse_depth(document)
    if "\\ud" in text or "\\uD" in text:
        _refuse_half_pairs(document)
    return document


def _write(node: object, quote: Callable[[str], str]) -> str:
    if isinstance(node, str):
        return quote(node)
    if isinstance(node, Mapping):
        return f"{{{','.join([_entry(name, value, quote) for name, value in node.items()])}}}"
    if isinstance(node, list | tuple):
        return f"[{','.join([_write(item, quote) for item in node])}]"
    if node is None:
        return "null"
    text = canonical(node) if isinstance(node, bool | int | Decimal) else None
    if text is None:
        raise ValueError(f"JSON has no {type(node).__name__} like this: convert it to text")
    return text


def _entry(name: object, value: object, quote: Callable[[str], str]) -> str:
    if not isinstance(name, str):
        raise ValueError("a name in JSON is text")  # noqa: TRY004 (one error for all that it lacks)
    return f"{quote(name)}:{_write(value, quote)}"


def _parse(text: str) -> Document:
    try:
        return _READER.decode(text)
    except json.JSONDecodeError as error:
        fault = f"not JSON at character {error.pos}"
    except RecursionError:
        fault = "nested too deep"
    except ValueError as error:
        fault = str(error) if isinstance(error, _Refused) else "a number too long"
    # Outside the handler: the original error holds the body, and would be chained.
    raise ValueError(fault)


class _Refused(ValueError):
    """JSON that is well-formed, and that we do not accept."""


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    document = dict(pairs)
    if len(document) != len(pairs):
        raise _Refused("a name stands twice in one object")
    return document


def _number(text: str) -> Decimal:
    try:
        value = Decimal(text)
    except ArithmeticError:  # an exponent that not even `Decimal` takes
        value = Decimal("NaN")
    if not is_plain(value):
        raise _Refused("a number too large")
    return value


def _constant(_: str) -> NoReturn:
    raise _Refused("NaN and Infinity are not JSON")


_READER = json.JSONDecoder(object_pairs_hook=_object, parse_float=_number, parse_constant=_constant)


def _refuse_depth(document: object) -> None:
    """Go down level by level, and not by recursion: this is what protects from it."""
    level = _containers([document])
    for _ in range(DEEPEST):
        if not level:
            return
        level = [child for node in level for child in _containers(node)]
    if level:
        raise ValueError("nested too deep")


def _containers(node: object) -> list[object]:
    children = node.values() if isinstance(node, dict) else node
    if not isinstance(children, Iterable):
        return []
    return [child for child in children if isinstance(child, _CONTAINER)]


_CONTAINER = (dict, list)


def _refuse_half_pairs(document: object) -> None:
    """Half a pair is no character: nothing could store or sign it."""
    try:
        _write(document, encode_basestring).encode()
    except UnicodeEncodeError:
        pass
    else:
        return
    raise ValueError("half a surrogate pair")
