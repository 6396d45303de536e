"""JSON, exact both ways: no float, no guess, no surprise."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Final, Literal, NoReturn

import msgspec
import orjson

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
        if self.charset == "utf-8":
            document = _read_quickly(body)
            if document is not _UNSURE:
                return document
        return _read_exactly(decoded(body, self.charset))

    def selector(self, path: str) -> Select:
        return compile_path(path)


def write_json(document: Document, *, escaped: bool = False) -> str:
    r"""Write compactly, keys in their order; `escaped` gives ``\uXXXX`` beyond ASCII."""
    return _write(document, encode_basestring_ascii if escaped else encode_basestring)


def rewrite_json(document: Document) -> bytes:
    """
    Write what a codec has read as `write_json` would, and many times as fast.

    Not for what is yet to be sent: of floats, of which no codec reads any, this
    makes numbers instead of an error. Raises `ValueError` likewise.
    """
    try:
        return orjson.dumps(document, default=_exact, option=_ONLY_JSON)
    except (TypeError, ValueError):
        # A whole number beyond 64 bits, half a surrogate pair, or an error that knows the words.
        return write_json(document).encode()


def _exact(value: object) -> orjson.Fragment:
    text = canonical(value) if isinstance(value, Decimal) else None
    if text is None:
        raise ValueError
    return orjson.Fragment(text)


_ONLY_JSON: Final = orjson.OPT_PASSTHROUGH_DATETIME | orjson.OPT_PASSTHROUGH_DATACLASS


def read_json(text: str) -> Document:
    """Read exactly, or not at all."""
    document = _read_quickly(text.encode(errors="surrogatepass"))
    return _read_exactly(text) if document is _UNSURE else document


_UNSURE: Final = object()
"""What the quick reader gives where the exact one has to decide."""


def _read_quickly(body: bytes) -> object:
    """
    Read what is beyond doubt, three times as fast as the exact reader; else give `_UNSURE`.

    Of a repeated name msgspec keeps the last and says nothing. None was
    repeated if the document writes the same bytes again, but for white space, or
    else has as many names as the body at most. Half a surrogate pair is left to
    the exact reader, and so is every fault: it knows the words.
    """
    try:
        document = _DECODER.decode(body)
        written = _ENCODER.encode(document)
        same = written == body or written == msgspec.json.format(body, indent=-1)
    except (msgspec.MsgspecError, ValueError, ArithmeticError, RecursionError):
        return _UNSURE
    if b"\\" in body and (b"\\ud" in body or b"\\uD" in body):
        return _UNSURE
    # Counting is cheap; a walk is not, and hardly any answer needs one.
    if same and (body.count(b"[") + body.count(b"{") <= DEEPEST or _is_shallow(body)):
        return document
    names, deep = _walk(document)
    if deep or not (same or names == _most_names(body)):
        return _UNSURE
    return document


def _is_shallow(body: bytes) -> bool:
    """
    Prove, without a walk, that a document does not nest too deep; else give False.

    Of the body only quotes and brackets are looked at. If no bracket stands in a
    text then each text is two quotes that meet, and none is left when those are
    gone. (One in a text would part the quotes into runs of odd length, the first
    of which leaves one.) Then each turn takes the innermost brackets away.
    """
    if b"\\" in body:
        return False
    nested = body.translate(_BRACKETS, _ALL_ELSE).replace(b'""', b"")
    if b'"' in nested:
        return False
    for _ in range(DEEPEST):
        nested = nested.replace(b"[]", b"")
    return not nested


def _most_names(body: bytes) -> int:
    """
    Count at least as many names as stand in the body.

    What ends a name is a quote, a space if there is one, and a colon. In texts
    these may stand too: then it is more than there are, and never fewer.
    """
    return sum(map(body.count, _ENDS_OF_NAMES))


def _walk(document: object) -> tuple[int, bool]:
    """
    Count the names of a document, and tell whether it nests too deep.

    Level by level, and not by recursion: this is what protects from it.
    """
    names = 0
    level: list[object] = [document] if document.__class__ in _CONTAINERS else []
    for _ in range(DEEPEST):
        below: list[object] = []
        for node in level:
            children: Iterable[object] = node  # type: ignore[assignment]  # a list, if not a dict
            if isinstance(node, dict):
                names += len(node)
                children = node.values()
            below += [child for child in children if child.__class__ in _CONTAINERS]
        level = below
    return names, bool(level)


def _read_exactly(text: str) -> Document:
    document = _parse(text)
    if text.count("[") + text.count("{") > DEEPEST and _walk(document)[1]:
        raise ValueError("nested too deep")
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
    if len(text) < _SHORT and "e" not in text and "E" not in text:
        return Decimal(text)
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

_DECODER: Final = msgspec.json.Decoder(float_hook=_number)
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")

_SHORT: Final = 400
"""A number of fewer digits, and no exponent, is plain whatever they are."""

_BRACKETS: Final = bytes.maketrans(b"{}", b"[]")
_ALL_ELSE: Final = bytes(frozenset(range(256)) - frozenset(b'[]{}"'))
_CONTAINERS: Final[frozenset[type]] = frozenset({dict, list})
_ENDS_OF_NAMES: Final = (b'":', b" :", b"\t:", b"\n:", b"\r:")


def _refuse_half_pairs(document: object) -> None:
    """Half a pair is no character: nothing could store or sign it."""
    try:
        _write(document, encode_basestring).encode()
    except UnicodeEncodeError:
        pass
    else:
        return
    raise ValueError("half a surrogate pair")
