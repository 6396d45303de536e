"""What was expected, held against what came: path by path, and to the byte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import zip_longest
from typing import Final
from urllib.parse import parse_qsl

from ..codec.json import read_json
from ..contract import Wire
from ..inline import ExpectedRequest
from ..template.scalar import canonical


class _Nothing:
    def __repr__(self) -> str:
        return "nothing"


NOTHING: Final = _Nothing()


def differences(expected: object, came: object, at: str) -> Iterator[str]:
    """Tell all that is different between two trees; nothing more, and nothing less, may come."""
    if isinstance(expected, Mapping) and isinstance(came, Mapping):
        for name in dict.fromkeys((*expected, *came)):
            yield from differences(
                expected.get(name, NOTHING), came.get(name, NOTHING), f"{at}.{name}"
            )
    elif isinstance(expected, list | tuple) and isinstance(came, list | tuple):
        for index, (one, other) in enumerate(zip_longest(expected, came, fillvalue=NOTHING)):
            yield from differences(one, other, f"{at}[{index}]")
    elif not _same(expected, came):
        yield f"{at}: expected {_shown(expected)}, came {_shown(came)}"


def lacking(expected: object, came: object, at: str) -> Iterator[str]:
    """Tell what of a tree did not come; a mapping may hold more, a list may not."""
    if isinstance(expected, Mapping) and isinstance(came, Mapping):
        for name, value in expected.items():
            yield from lacking(value, came.get(name, NOTHING), f"{at}.{name}")
    elif isinstance(expected, list | tuple) and isinstance(came, list | tuple):
        for index, (one, other) in enumerate(zip_longest(expected, came, fillvalue=NOTHING)):
            yield from lacking(one, other, f"{at}[{index}]")
    else:
        yield from differences(expected, came, at)


def request_differences(expected: ExpectedRequest, wire: Wire, at: str) -> Iterator[str]:
    """Tell what is different in one message; what the test does not say is not compared."""
    path, _, query = wire.target.partition("?")
    if expected.method is not None:
        yield from differences(expected.method, wire.method, f"{at}.method")
    if expected.path is not None:
        yield from differences(expected.path, path, f"{at}.path")
    if expected.query is not None:
        yield from differences(expected.query, _pairs(query), f"{at}.query")
    headers = {name.lower(): value for name, value in wire.headers}
    for name, value in expected.header.items():
        yield from differences(value, headers.get(name.lower(), NOTHING), f"{at}.header.{name}")
    if expected.bind is not None:
        yield from differences(expected.bind, wire.bound, f"{at}.bind")
    yield from _body_differences(expected, wire.body, at)


def _body_differences(expected: ExpectedRequest, body: bytes, at: str) -> Iterator[str]:
    text = body.decode(errors="backslashreplace")
    if expected.text is not None:
        yield from differences(expected.text, text, f"{at}.text")
    for part in expected.text_contains:
        if part not in text:
            yield f"{at}.text: expected {_shown(part)} in it, came {_shown(text)}"
    if "json_" in expected.model_fields_set:
        yield from differences(expected.json_, _json(text), f"{at}.json")
    if expected.json_contains:
        yield from lacking(expected.json_contains, _json(text), f"{at}.json")
    if expected.form is not None:
        yield from differences(expected.form, _pairs(text), f"{at}.form")
    if expected.form_contains:
        yield from lacking(expected.form_contains, _pairs(text), f"{at}.form")


def _pairs(text: str) -> Mapping[str, str]:
    return dict(parse_qsl(text, keep_blank_values=True))


def _json(text: str) -> object:
    try:
        return read_json(text)
    except ValueError:
        return NOTHING


def _same(expected: object, came: object) -> bool:
    """Compare numbers by value, whatever their type; a text is no number, nor is true."""
    numbers = [_number(each) for each in (expected, came)]
    if None not in numbers:
        return numbers[0] == numbers[1]
    return type(expected) is type(came) and expected == came


def _number(value: object) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return None
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def _shown(value: object) -> str:
    return canonical(value) or "''" if isinstance(value, Decimal | str) else repr(value)
