"""A bureau that calls back hears 204 once its message is durable, and never twice for one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from hashlib import sha256
from io import BytesIO
from typing import Any

import aiohttp
import pytest

from connectors.errors import LedgerDown
from connectors.job import Callback
from connectors.shape.callback import Unverified
from connectors.verify import Message
from connectors.words import Outcome
from gateway.jobs.listener import LARGEST, Desk, Listener, bound


class Reading:
    """Knows a message by its secret, and reads its id."""

    def read(self, message: Message) -> Callback:
        if message.path_secret != "s3cret":
            raise Unverified
        told = json.loads(message.body)
        digest = sha256(message.body).hexdigest()
        return Callback("passport", str(told["id"]), Outcome.HIT, {}, digest, message.body)


@dataclass
class Kept:
    """Keeps callbacks as the database does, or not at all."""

    down: bool = False
    seen: set[str] = field(default_factory=set)

    async def called_back(self, callback: Callback) -> bool:
        if self.down:
            raise LedgerDown("down")
        fresh = callback.digest not in self.seen
        self.seen.add(callback.digest)
        return fresh


@dataclass
class House:
    url: str
    kept: Kept
    woken: list[Callback]
    told: list[tuple[str, str]]

    async def post(self, path: str, body: bytes | BytesIO = b'{"id": "b-7"}') -> int:
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url + path, data=body) as answer,
        ):
            assert await answer.read() == b"" or answer.status >= 400
            return answer.status


@pytest.fixture
async def house() -> AsyncIterator[House]:
    kept, woken, told = Kept(), list[Callback](), list[tuple[str, str]]()
    hear: Callable[[str, str], None] = lambda name, ended: told.append((name, ended))  # noqa: E731
    reading: Any = Reading()
    jobs: Any = kept
    listener = Listener({"passport": Desk(reading, woken.append)}, jobs, hear)
    listening = bound("127.0.0.1:0")
    await listener.start(listening, None)
    yield House(f"http://127.0.0.1:{listening.getsockname()[1]}", kept, woken, told)
    await listener.aclose()


async def test_what_is_verified_is_kept_and_wakes_who_waits(house: House) -> None:
    assert await house.post("/passport/s3cret") == 204
    assert [callback.correlation for callback in house.woken] == ["b-7"]


async def test_the_same_message_twice_wakes_once_and_is_well_received(house: House) -> None:
    assert [await house.post("/passport/s3cret") for _ in range(2)] == [204, 204]
    assert len(house.woken) == 1
    assert [ended for _, ended in house.told] == ["kept", "repeated"]


@pytest.mark.parametrize("path", ["/passport", "/passport/wrong"])
async def test_what_can_not_be_verified_is_forgotten(house: House, path: str) -> None:
    assert await house.post(path) == 401
    assert not house.kept.seen and not house.woken


async def test_what_means_nothing_is_refused(house: House) -> None:
    assert await house.post("/passport/s3cret", b"no json") == 400
    assert not house.kept.seen


async def test_a_connector_that_nobody_configured_is_not_found(house: House) -> None:
    assert await house.post("/110105199001010002/s3cret") == 404
    assert house.told == [("", "unknown")]


async def test_what_can_not_be_kept_is_to_be_sent_again(house: House) -> None:
    house.kept.down = True
    assert await house.post("/passport/s3cret") == 503
    house.kept.down = False
    assert await house.post("/passport/s3cret") == 204
    assert len(house.woken) == 1


async def test_who_sends_drop_by_drop_is_hung_up_on() -> None:
    told: list[tuple[str, str]] = []
    reading: Any = Reading()
    jobs: Any = Kept()
    hear: Callable[[str, str], None] = lambda name, ended: told.append((name, ended))  # noqa: E731
    desks = {"passport": Desk(reading, lambda _: None)}
    hasty = Listener(desks, jobs, hear, patience=0.0)
    listening = bound("127.0.0.1:0")
    await hasty.start(listening, None)
    reader, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(b"POST /passport/s3cret HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\n{")
    try:
        assert (await reader.readline()).split()[1] == b"408"
    finally:
        writer.close()
        await hasty.aclose()
    assert told == [("passport", "unread")]


async def test_a_message_over_the_cap_is_refused_unread(house: House) -> None:
    assert await house.post("/passport/s3cret", BytesIO(b"x" * (LARGEST + 1))) == 413
    assert not house.woken
