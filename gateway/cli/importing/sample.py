"""A sample of a request and one of its answer, read from files."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from .bodies import body_of
from .fault import Unusable
from .markup import Markup, answer_text, parse
from .names import snake
from .operation import Answer, AnswerKind, Body, Operation
from .sampling import shape_of

_MOST_BYTES: Final = 4 * 2**20
MARK: Final = "?"


def read_sample(
    request: Path, answer: Path, kind: AnswerKind | None, url: str | None, name: str | None
) -> Operation:
    """Read both. Raises `Unusable`."""
    address = urlsplit(url or "")
    text = _text(answer)
    chosen = kind or _kind(text)
    answered, namespaces = _answer(answer, text, chosen)
    return Operation(
        name=snake(name or request.stem),
        source=f"{request.name} and {answer.name}",
        method="POST",
        origin=f"{address.scheme}://{address.netloc}" if address.netloc else "",
        path=address.path or ("/" if url else MARK),
        body=_request(request),
        answers=(answered,),
        answered_in=chosen,
        namespaces=namespaces,
        remarks=(f"The tests repeat {answer.name}: replace whatever in them is about a person.",),
    )


def _request(file: Path) -> Body:
    try:
        return body_of(_text(file))
    except Unusable as error:
        raise Unusable(f"{file}: {error}") from None


def _answer(file: Path, text: str, kind: AnswerKind) -> tuple[Answer, dict[str, str]]:
    try:
        if kind == "xml":
            markup = Markup()
            root = parse(text.strip())
            return Answer(200, markup.shape(root), answer_text(root)), markup.namespaces
        if kind == "form":
            tree: object = dict(parse_qsl(text.strip(), keep_blank_values=True))
            return Answer(200, shape_of(tree), tree), {}
        tree = json.loads(text, parse_float=Decimal)
    except json.JSONDecodeError as error:
        raise Unusable(f"{file}:{error.lineno}:{error.colno}: not JSON") from None
    except Unusable as error:
        raise Unusable(f"{file}: {error}") from None
    return Answer(200, shape_of(tree), tree), {}


def _kind(text: str) -> AnswerKind:
    first = text.lstrip()[:1]
    return "xml" if first == "<" else "json" if first in {"{", "["} else "form"


def _text(file: Path) -> str:
    if file.stat().st_size > _MOST_BYTES:
        raise Unusable(f"{file}:1: larger than {_MOST_BYTES} bytes")
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise Unusable(f"{file}:1: not UTF-8") from None
