"""Laws of reading: whatever the text, an answer with a place in the file."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.faults import Place
from connectors.kit import Strict
from gateway.config.document import Document, NotYaml, read
from gateway.config.finding import of_yaml, parse

FILE = Path("x.yaml")

SIGNS = "ab01: -?{}[],\n\t&*!|>'\"#%<.~=@`\\xuUdD8FéÿA\ufeff\u2028\x85\r"
TEXTS = st.text(max_size=60) | st.text(SIGNS, max_size=60)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=12,
)


class Anything(Strict):
    a: dict[str, int] | list[str] | None = None


def places(value: object, at: Place = ()) -> list[Place]:
    parts: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    return [at] + [below for key, part in parts for below in places(part, (*at, key))]


def inside(text: str, line: int, column: int) -> bool:
    """What ends a line besides a line feed is for ruamel to know."""
    lines = 1 + sum(text.count(mark) for mark in "\n\r\x85\u2028\u2029")
    return 1 <= line <= lines and 1 <= column <= len(text) + 1


@settings(deadline=None)  # a busy machine is no failure
@given(text=TEXTS)
def test_any_text_is_read_or_refused_within_the_file(text: str) -> None:
    try:
        documents = read(FILE, text.encode())
    except NotYaml as error:
        positions = [(one.line, one.column) for one in of_yaml(error)]
        assert positions
    else:
        positions = [
            find(at)
            for document in documents
            for at in places(document.value)
            for find in (document.position, document.key_position)
        ]
        for document in documents:
            parse(document, Anything)
    assert all(inside(text, *position) for position in positions)


@settings(deadline=None)  # a busy machine is no failure
@given(content=st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    with suppress(NotYaml):
        assert all(isinstance(document, Document) for document in read(FILE, content))


@settings(deadline=None)  # a busy machine is no failure
@given(value=VALUES)
def test_what_json_writes_is_read_back(value: object) -> None:
    """All of JSON is YAML 1.2, and our numbers are JSON's."""
    found = [document.value for document in read(FILE, json.dumps({"a": value}).encode())]

    assert found == [{"a": value}]
