"""Every mistake gets one line that leads to it."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self

import pytest
from pydantic import Field, field_validator, model_validator

from connectors.faults import ConfigError, Finding
from connectors.kit import Strict
from connectors.units import Seconds
from gateway.config.document import NotYaml, read
from gateway.config.finding import Located, of_yaml, ordered, parse, written

FILE = Path("config/x.yaml")


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


class Login(Strict):
    kind: Literal["login"]
    login: dict[str, int]
    token_path: str = "t"


class Basic(Strict):
    kind: Literal["basic"]
    user: str = Field(alias="username")


class Sized(Strict):
    memory: int

    @field_validator("memory")
    @classmethod
    def _even(cls, value: int) -> int:
        if value % 2:
            raise ValueError("must be even")
        return value


class Request(Strict):
    path: str
    method: str = "GET"


AnyAuth = Annotated[Login | Basic, Field(discriminator="kind")]


class Spec(Strict):
    name: str = Field(default="x", pattern=r"^[a-z]+$")
    request: Request | None = None
    auth: AnyAuth | None = None
    ways: tuple[AnyAuth, ...] = ()
    cache: Literal["memory"] | Sized = "memory"
    colour: Colour = Colour.RED
    wait: Seconds = 1.0
    share: float = Field(default=0, ge=0, le=1)
    price: Decimal = Decimal(0)
    on: bool = True
    codes: dict[Annotated[str, Field(pattern="^[a-z]+$")], str] | None = None
    pair: tuple[int, str] = (1, "")
    inner: Spec | None = None
    secret: str = ""

    @field_validator("secret")
    @classmethod
    def _loose_tongue(cls, value: str) -> str:
        if value:
            raise ValueError(f"cannot use {value}")
        return value

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.name == "bad":
            raise ConfigError.of(
                (Finding(("request", "path"), "dangling"), Finding(("name",), "no"))
            )
        return self


def lines(text: str) -> list[str]:
    (document,) = read(FILE, text.encode())
    found = parse(document, Spec)
    assert isinstance(found, tuple)
    return [str(one).removeprefix("config/x.yaml:") for one in found]


def test_a_good_document_becomes_its_model() -> None:
    (document,) = read(FILE, b"auth: {kind: basic, username: u}\nwait: 300ms")
    found = parse(document, Spec)

    assert isinstance(found, Spec)
    assert found.wait == 0.3


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "name: x\nrequest:\n  pathh: /v2",
            [
                "2:1: request.path: is missing",
                "3:3: request.pathh: unknown key `pathh`; did you mean `path`?",
            ],
        ),
        ("request: {path: 7}", ["1:17: request.path: must be text: put it in quotes"]),
        ("request: {path: [a]}", ["1:17: request.path: must be text"]),
        ("request: x", ["1:10: request: must be a mapping"]),
        ("xyzzy: 1", ["1:1: xyzzy: unknown key `xyzzy`"]),
        ("name: A1", ["1:7: name: must match ^[a-z]+$"]),
        ("colour: green", ["1:9: colour: must be 'red' or 'blue'"]),
        ("wait: 300", ["1:7: wait: a duration has a unit: 300ms, 20s, 5m, 1h or 7d"]),
        ("share: 2", ["1:8: share: must be at most 1.0"]),
        ("share: x", ["1:8: share: must be a number"]),
        ("price: x", ["1:8: price: must be a number"]),
        ("on: 7", ["1:5: on: must be true or false"]),
        ("codes: {a: 1}", ["1:12: codes.a: must be text: put it in quotes"]),
        ("codes: {A: x}", ["1:9: codes.A: the key must match ^[a-z]+$"]),
        ("pair: [1, 2]", ["1:11: pair[1]: must be text: put it in quotes"]),
        ("ways: 3", ["1:7: ways: must be a list"]),
        ("inner: {inner: {colour: x}}", ["1:25: inner.inner.colour: must be 'red' or 'blue'"]),
        ("- 1", ["1:1: must be a mapping"]),
    ],
)
def test_leads_to_the_place(text: str, expected: list[str]) -> None:
    assert lines(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "auth:\n  kind: login\n  login: {a: x}",
            ["3:14: auth.login.a: must be a whole number"],
        ),
        ("auth:\n  kind: login", ["1:1: auth.login: is missing"]),
        (
            "auth:\n  kind: login\n  login: {}\n  token_pat: x",
            ["4:3: auth.token_pat: unknown key `token_pat`; did you mean `token_path`?"],
        ),
        (
            "ways:\n  - {kind: basic, user: u}",
            [
                "2:5: ways[0].username: is missing",
                "2:19: ways[0].user: unknown key `user`; did you mean `username`?",
            ],
        ),
        ("auth: {kind: lgoin}", ["1:14: auth.kind: must be one of 'login', 'basic'"]),
        ("auth: {}", ["1:7: auth.kind: is missing: one of 'login', 'basic'"]),
        ("cache: redis", ["1:8: cache: must be 'memory' or a mapping"]),
        ("cache: {memory: 3}", ["1:17: cache.memory: must be even"]),
        ("cache: {memry: 3}", ["1:8: cache.memory: is missing", "1:9: cache.memry: unknown key"]),
    ],
)
def test_a_union_leaves_no_trace_in_the_place(text: str, expected: list[str]) -> None:
    """A tag that is also a key, as in `{kind: login, login: ...}`, is told apart by the model."""
    found = lines(text)

    assert len(found) == len(expected)
    assert all(line.startswith(start) for line, start in zip(found, expected, strict=True))


def test_tells_what_building_finds() -> None:
    assert lines("name: bad\nrequest: {path: /x}") == [
        "1:7: name: no",
        "2:17: request.path: dangling",
    ]


@pytest.mark.parametrize(
    "text", ["secret: hunter2", "auth: {kind: hunter2}", "colour: hunter2", "request: hunter2"]
)
def test_never_repeats_a_value(text: str) -> None:
    """Not even if a validator does: it may be a password in the wrong place."""
    assert "hunter2" not in "".join(lines(text))


def test_tells_what_is_not_yaml() -> None:
    with pytest.raises(NotYaml) as caught:
        read(FILE, b"a: 1\na: 2")

    assert [str(one) for one in of_yaml(caught.value)] == [
        "config/x.yaml:2:1: the key `a` is written twice, first in line 1"
    ]


def test_sorts_by_line_and_says_nothing_twice() -> None:
    first, second = Located(FILE, 2, 9, "b"), Located(FILE, 10, 1, "a")

    assert ordered([second, first, second]) == (first, second)


def test_writes_a_place_as_a_path() -> None:
    assert written(("mapping", "a.b", 0, "x\ny")) == (
        'mapping["a.b"][0]["x\N{REPLACEMENT CHARACTER}y"]'
    )
