"""What YAML text becomes, and where its parts stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.faults import Place
from gateway.config.document import MAX_BYTES, NotYaml, read
from gateway.config.nodes import MAX_ALIASES, MAX_DEPTH

FILE = Path("config/x.yaml")


def value(text: str) -> object:
    (document,) = read(FILE, text.encode())
    return document.value


def refusals(content: str | bytes) -> list[tuple[int, int, str]]:
    with pytest.raises(NotYaml) as caught:
        read(FILE, content.encode() if isinstance(content, str) else content)
    return [(*problem.position, problem.message) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", 1),
        ("-40", -40),
        ("0.35", 0.35),
        ("1e3", 1000.0),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("yes", "yes"),
        ("no", "no"),
        ("on", "on"),
        ("0123", "0123"),
        ("-01", "-01"),
        ("+77010000000", "+77010000000"),
        ("0x1F", "0x1F"),
        ("0o17", "0o17"),
        ("1_000", "1_000"),
        ("12:30:00", "12:30:00"),
        ("2026-01-02", "2026-01-02"),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("9" * 5000, "9" * 5000),
        ("'1'", "1"),
        ('"true"', "true"),
        ("''", ""),
        (r'"\ud83d\ude00"', "\N{GRINNING FACE}"),
    ],
)
def test_reads_a_scalar_as_it_stands(text: str, expected: object) -> None:
    """An identity number keeps its zeros, a phone its plus sign, and Norway is no boolean."""
    found = value(f"a: {text}")

    assert found == {"a": expected}
    assert isinstance(found, dict)
    assert type(found["a"]) is type(expected)


def test_a_key_is_text_as_it_is_written() -> None:
    """So that a table of codes may be written without quotes."""
    assert value('{01: a, 200: b, true: c, "": d}') == {"01": "a", "200": "b", "true": "c", "": "d"}


def test_reads_several_documents_and_skips_empty_ones() -> None:
    found = read(FILE, b"# nothing\n---\na: 1\n---\n---\nb: 2\n---\n")

    assert [document.value for document in found] == [{"a": 1}, {"b": 2}]
    assert [document.start for document in found] == [(3, 1), (6, 1)]


def test_an_alias_repeats_a_value() -> None:
    assert value("a: &x {b: 1}\nc: [*x, *x]") == {"a": {"b": 1}, "c": [{"b": 1}, {"b": 1}]}


TEXT = """\
# a comment
name: acme
request:
  path: /v2
  headers: {X: "1"}
outcomes:
  - {outcome: HIT}
  - outcome: NO_HIT
    status: 404
empty:
"""


@pytest.mark.parametrize(
    ("at", "position", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("name",), (2, 7), (2, 1)),
        (("request",), (3, 1), (3, 1)),
        (("request", "path"), (4, 9), (4, 3)),
        (("request", "headers"), (5, 12), (5, 3)),
        (("request", "headers", "X"), (5, 16), (5, 13)),
        (("request", "method"), (3, 1), (3, 1)),
        (("outcomes", 1), (8, 5), (8, 5)),
        (("outcomes", 1, "status"), (9, 13), (9, 5)),
        (("outcomes", 7, "status"), (6, 1), (6, 1)),
        (("empty",), (10, 1), (10, 1)),
        (("nowhere", "at", "all"), (2, 1), (2, 1)),
    ],
)
def test_finds_a_place_or_its_nearest_ancestor(
    at: Place, position: tuple[int, int], key: tuple[int, int]
) -> None:
    (document,) = read(FILE, TEXT.encode())

    assert document.position(at) == position
    assert document.key_position(at) == key


@pytest.mark.parametrize(
    ("text", "where", "word"),
    [
        ("a: 1\nb: 2\na: 3", (3, 1), "twice, first in line 1"),
        ("a: !!int 1", (1, 4), "tag"),
        ("a: !x {}", (1, 4), "tag"),
        ("%YAML 1.1\n---\na: 1", (2, 1), "% line"),
        ("a: *x", (1, 4), "alias `x`"),
        ("a: &x [*x]", (1, 8), "alias `x`"),
        ("a: &x {b: 1}\nc:\n  <<: *x", (3, 3), "merge key"),
        ("? [a]\n: 1", (1, 3), "a key must be text"),
        ("{: 1}", (1, 3), "a key is missing"),
        ("a: 1\n b: 2", (2, 3), "mapping values are not allowed"),
        ("a: [1", (1, 6), "','"),
        ("a: \x00", (1, 4), "a character"),
        ('a: "\\ud83d"', (1, 4), "half a character"),
        ('a: "\\UFFFFFFFF"', (1, 1), "not YAML"),
        ("[" * (MAX_DEPTH + 1), (1, MAX_DEPTH + 1), "nested deeper"),
        (f"a: &x 1\nb: [{'*x,' * (MAX_ALIASES + 1)}]", (2, 5 + 3 * MAX_ALIASES), "aliases"),
        ("#" * (MAX_BYTES + 1), (1, 1), "larger"),
    ],
)
def test_refuses(text: str, where: tuple[int, int], word: str) -> None:
    (line, column, message), *_ = refusals(text)

    assert (line, column) == where
    assert word in message


def test_refuses_what_grows_when_it_is_used() -> None:
    """The billion laughs: few aliases, each of which repeats all the others."""
    bomb = "a0: &a0 [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 6)
    )

    assert refusals(bomb)[-1][2] == "more than 100000 values"


def test_refuses_what_is_not_utf_8() -> None:
    assert refusals("é: 1\nb: ".encode() + b"\xff") == [(2, 4, "not UTF-8")]


def test_tells_all_problems_and_not_one_by_one() -> None:
    assert [line for line, *_ in refusals("a: 1\na: !x 2\nb: *y\nc: [")] == [2, 2, 3, 4]


def test_gives_up_on_text_that_is_nothing_but_problems() -> None:
    assert len(refusals("a: 1\n" * 1000)) == 101


def test_a_message_stays_one_short_line() -> None:
    (problem,) = refusals('{"a\\nb": 1, "a\\nb": 2}')
    (long,) = refusals(f"{{{'k' * 500}: 1, {'k' * 500}: 2}}")

    assert problem[2] == "the key `a\N{REPLACEMENT CHARACTER}b` is written twice, first in line 1"
    assert len(long[2]) < 150


def test_does_not_print_values() -> None:
    (document,) = read(FILE, b"password: hunter2")

    assert "hunter2" not in repr(document)
