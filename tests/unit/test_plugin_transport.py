"""A transport of the lender's own: listed or not there, and its words never leave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import Attempt, Transport, Wire
from connectors.errors import ConnectorError, Lost, NeedInput, NotSent, Unreadable
from connectors.faults import ConfigError
from connectors.transport.plugin import Plugin
from tests.standins import make_kit

CANARY = "11010519491231002X"
HERE = __name__
JSON = (("Content-Type", "application/json"), ("X-Key", "k"))

Answer = tuple[int, Mapping[str, str], bytes]


class Echo:
    """Answers what it was asked."""

    def __init__(self, config: Mapping[str, object]) -> None:
        self.config = config
        self.closed = 0

    async def ask(self, request: Mapping[str, object], sending: Callable[[], None]) -> Answer:
        sending()
        return 200, {"X-Config": str(self.config)}, repr(request).encode()

    async def aclose(self) -> None:
        self.closed += 1


class Fails:
    """Does as its config says."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.config = config

    async def ask(self, _: Mapping[str, object], sending: Callable[[], None]) -> Any:
        if self.config.get("after"):
            sending()
        if "gives" in self.config:
            return self.config["gives"]
        raise self.config["error"]


class Broken:
    """Can not be made."""

    def __init__(self, config: Mapping[str, object]) -> None:
        raise ValueError(config)


def transport(kind: str, **config: object) -> Transport:
    name = f"{HERE}:{kind}"
    kit = replace(make_kit(), plugins=frozenset({name}))
    model = Plugin.model_validate({"kind": "plugin", "class": name, "config": config})
    return model.build(kit, "acme")


def wire(body: bytes = b'{"id": "1", "n": 0.10}') -> Wire:
    return Wire(Attempt(), "POST", "/ask?a=1", JSON if body[:1] in b"{[" else (), body)


async def test_it_is_asked_with_the_document_and_its_answer_comes_back() -> None:
    opened, sent = transport("Echo", endpoint="tcp://x"), wire()
    reply = await opened.send(sent)

    assert sent.attempt.sent
    assert reply.headers == {"x-config": "{'endpoint': 'tcp://x'}"}
    assert eval(reply.body, {"Decimal": Decimal}) == {  # noqa: S307 (its own repr)
        "method": "POST",
        "path": "/ask?a=1",
        "headers": {"content-type": "application/json", "x-key": "k"},
        "body": {"id": "1", "n": Decimal("0.10")},
    }


async def test_text_is_given_as_text() -> None:
    assert b"'body': '0012|x'" in (await transport("Echo").send(wire(b"0012|x"))).body


async def test_what_is_no_text_is_not_sent() -> None:
    with pytest.raises(NeedInput):
        await transport("Echo").send(wire(b"\xff"))


@pytest.mark.parametrize(
    ("error", "after", "becomes"),
    [
        (ValueError(CANARY), False, NotSent),
        (ValueError(CANARY), True, Lost),
        (OSError(CANARY), True, Lost),
        (NotSent("x", CANARY), False, NotSent),
        # The mark decides: what has left may be billed, whoever says otherwise.
        (NotSent("x", CANARY), True, Lost),
        (Lost("x", CANARY), True, Lost),
        (Lost("x", CANARY), False, Lost),
    ],
)
async def test_the_mark_decides_what_a_failure_is_and_its_text_never_leaves(
    error: Exception, after: bool, becomes: type[ConnectorError]
) -> None:
    sent = wire()
    with pytest.raises(ConnectorError) as caught:
        await transport("Fails", error=error, after=after).send(sent)

    failed = caught.value
    assert type(failed) is becomes
    assert failed.connector == "acme"
    assert failed.__cause__ is None and failed.__context__ is None
    assert CANARY not in f"{failed!r}"
    assert sent.attempt.sent is (becomes is Lost)


@pytest.mark.parametrize(
    "gives", [None, (200, {}), ("200", {}, b""), (200, {}, "text"), (200, {}, b"x" * 2**21 + b"x")]
)
async def test_an_answer_that_is_none_is_unreadable_and_was_sent(gives: object) -> None:
    sent = wire()
    with pytest.raises(Unreadable):
        await transport("Fails", gives=gives).send(sent)

    assert sent.attempt.sent


async def test_who_gives_up_is_not_told_otherwise() -> None:
    with pytest.raises(asyncio.CancelledError):
        await transport("Fails", error=asyncio.CancelledError()).send(wire())


async def test_it_is_closed_once_and_then_never_asked() -> None:
    opened: Any = transport("Echo")
    await opened.aclose()
    await opened.aclose()
    with pytest.raises(NotSent):
        await opened.send(wire())

    assert opened._asks.closed == 1  # noqa: SLF001


def test_what_is_not_listed_is_not_even_imported() -> None:
    model = Plugin.model_validate({"kind": "plugin", "class": "this.is.nowhere:Found"})
    with pytest.raises(ConfigError, match="not among") as caught:
        model.build(make_kit(), "acme")

    assert caught.value.findings[0].at == ("class",)


@pytest.mark.parametrize("kind", ["Broken", "Missing"])
def test_what_can_not_be_made_is_told_at_load_and_not_quoted(kind: str) -> None:
    with pytest.raises(ConfigError, match="can not be made") as caught:
        transport(kind, key=CANARY)

    assert CANARY not in f"{caught.value!r} {caught.value.__context__!r}"


@pytest.mark.parametrize("name", ["os.system", "os:path.join", "os", "os: x", ":X"])
def test_a_class_is_a_module_and_a_name(name: str) -> None:
    with pytest.raises(ValidationError):
        Plugin.model_validate({"kind": "plugin", "class": name})
