"""The quick reader of JSON and the exact one: where the first is sure, both say the same."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.codec.json import (
    _UNSURE,
    DEEPEST,
    Json,
    _read_exactly,
    _read_quickly,
    rewrite_json,
    write_json,
)
from connectors.codec.json import read_json as read

NAMES = st.sampled_from(['"a"', '"b"', '"\\u0061"', '"a:"', '":"', '" :"', '"\\""', '"測"', '""'])
SPACES = st.sampled_from(["", "", "", " ", "\n", "\t", "\r ", "\x0b", "\ufeff"])
SCALARS = (
    st.sampled_from(
        [
            "null",
            "true",
            "false",
            "tru",
            "NaN",
            "-Infinity",
            "-0",
            "-0.0",
            "0e0",
            "1e5",
            "1E+2",
            "01",
            "1.",
            ".5",
            "+1",
            "1e999999999",
            "1e400",
            "1e-400",
        ]
    )
    | st.sampled_from(["9" * 5000, "1" * 400 + ".5"])
    | st.integers().map(str)
    | st.decimals(allow_nan=False, allow_infinity=False).map(str)
    | NAMES
    | st.sampled_from(['"\\ud800"', '"\\ud83d\\ude00"', '"\\\\ud8"', '"\\x"', '"\x01"', '"', "'a'"])
    | st.text(max_size=5).map(lambda text: f'"{text}"')
)


def _list(parts: list[str], space: str) -> str:
    return "[" + f"{space},{space}".join(parts) + "]"


def _object(pairs: list[tuple[str, str]], space: str) -> str:
    return "{" + ",".join(f"{space}{name}{space}:{value}" for name, value in pairs) + "}"


TEXTS = st.recursive(
    SCALARS,
    lambda inner: (
        st.builds(_list, st.lists(inner, max_size=4), SPACES)
        | st.builds(_object, st.lists(st.tuples(NAMES, inner), max_size=4), SPACES)
    ),
    max_leaves=12,
)


def typed(node: object) -> object:
    """Tell 1 from 1.0 and from true, and 1.0 from 1.00."""
    if isinstance(node, dict):
        return [(name, typed(child)) for name, child in node.items()]
    if isinstance(node, list):
        return [typed(child) for child in node]
    return type(node), str(node) if isinstance(node, Decimal) else node


def told(text: str) -> object:
    try:
        return typed(_read_exactly(text))
    except ValueError as error:
        return str(error)


@settings(max_examples=600, deadline=None)  # a busy machine is no failure
@given(text=TEXTS)
@example(text='{"a":1,"a":2}')
@example(text='{"a" :1,"a":2}')
@example(text='{"a":1,"a":":"}')
@example(text='{"a":1e5,"\\u0061":2}')
@example(text="[" * DEEPEST + "]" * DEEPEST)
@example(text="[" * (DEEPEST + 1) + "]" * (DEEPEST + 1))
@example(text="[" + "[]," * DEEPEST + "{}]")
@example(text='["]",[' * DEEPEST + "]" * (2 * DEEPEST))
@example(text="[" * DEEPEST + '["","[","]",{}]' + "]" * DEEPEST)
@example(text='{"a":' * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1))
def test_both_readers_say_the_same(text: str) -> None:
    body = text.encode()
    document = _read_quickly(body)

    assert document is _UNSURE or typed(document) == told(text)
    try:
        whole = typed(Json(kind="json").decode(body))
    except ValueError as error:
        whole = str(error)
    assert whole == told(text.removeprefix("\ufeff"))


@settings(max_examples=300, deadline=None)  # a busy machine is no failure
@given(text=TEXTS, at=st.integers(0, 200), byte=st.binary(min_size=1, max_size=2))
def test_bytes_that_are_no_utf_8_are_read_by_neither(text: str, at: int, byte: bytes) -> None:
    body = text.encode()
    body = body[:at] + byte + body[at:]
    document = _read_quickly(body)

    assert document is _UNSURE or typed(document) == told(body.decode())


DEEP = st.recursive(
    st.sampled_from(['""', '"]"', '"[{"', '"}]]]"', "1"]),
    lambda inner: st.lists(inner, min_size=1, max_size=3).map(lambda parts: _list(parts, "")),
    max_leaves=30,
)


@settings(max_examples=300, deadline=None)  # a busy machine is no failure
@given(
    inner=DEEP, levels=st.integers(DEEPEST - 10, DEEPEST + 3), side=st.sampled_from(["", '"]",'])
)
def test_texts_with_brackets_hide_no_depth(inner: str, levels: int, side: str) -> None:
    text = f"[{side}" * levels + inner + "]" * levels
    document = _read_quickly(text.encode())

    assert (document is _UNSURE) == (told(text) == "nested too deep")


@pytest.mark.parametrize("text", ["[]", '{"a":[1.50,{"b":"測"}]}', '{"at" : "12:00:00", "b": ":"}'])
def test_what_is_plain_is_read_quickly_or_else_exactly(text: str) -> None:
    assert typed(read(text)) == told(text)


@pytest.mark.parametrize(
    "text",
    [
        '{"a":"12:30","b":[{"c":1.50}]}',
        '{"a": 1, "b": [2, 3]}',
        "[" + "[]," * DEEPEST + "1]",
        '["]",' + '{"a":"[", "b":{}},' * DEEPEST + "1]",
    ],
)
def test_the_quick_reader_is_sure_of_ordinary_answers(text: str) -> None:
    assert _read_quickly(text.encode()) is not _UNSURE


@given(text=TEXTS)
@example('[1e5, 0.10, 123456789012345678901234567890, "\\u007f\\u0001\\"\\n\\/"]')
@example('{"\\ud83d\\ude00": [true, {}]}')
def test_what_was_read_is_written_again_alike_by_both_writers(text: str) -> None:
    try:
        document = read(text)
    except ValueError:
        return

    assert rewrite_json(document) == write_json(document).encode()


@pytest.mark.parametrize(
    "value", [date(2026, 1, 1), datetime(2026, 1, 1, tzinfo=UTC), b"x", {1: 2}, {"a"}]
)
def test_no_writer_makes_up_what_json_does_not_have(value: object) -> None:
    for write in (write_json, rewrite_json):
        with pytest.raises(ValueError, match="JSON"):
            write([value])
