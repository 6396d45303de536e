"""Faults that a bureau has in its own words, in its callbacks, or in its HTTP."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from mock_bureaus import MockBureaus, Step
from mock_bureaus.faults import FAULTS
from tests.mock_bureaus.asking import (
    CREDIT,
    EDUCATION,
    FRAUD,
    FRAUD_QUERY,
    MARKET,
    bearer,
    credit_order,
    education_form,
    fraud_form,
    lending_form,
    lending_token,
    market_headers,
    market_order,
)
from tests.mock_bureaus.listening import Listener, listening, look, submit


@pytest.fixture
async def listener(bureaus: MockBureaus) -> AsyncIterator[Listener]:
    async with listening() as listener:
        bureaus.call_back("kycflow", listener.url)
        yield listener


async def ask(client: aiohttp.ClientSession) -> tuple[aiohttp.ClientResponse, bytes]:
    async with client.post(FRAUD, params=FRAUD_QUERY, data=fraud_form()) as reply:
        return reply, await reply.read()


async def degree(client: aiohttp.ClientSession) -> str:
    async with client.post(EDUCATION, data=education_form()) as reply:
        return await reply.text()


async def test_billed_reset(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("fraud_report", Step("billed_reset"))
    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await ask(client)

    assert [call.status for call in bureaus.billed("fraud_report")] == [0]


async def test_reset_after_the_answer(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    """The answer is there; only who keeps the connection for the next call finds it broken."""
    bureaus.script("fraud_report", Step("reset_after"))
    reply, body = await ask(client)

    assert (reply.status, body[:15]) == (200, b'{"success":true')


async def test_lying_length_too_small(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("fraud_report", Step("lying_length:-10"))
    try:
        _, body = await ask(client)
    except aiohttp.ClientError:
        return
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        json.loads(body)


async def test_lying_length_too_great(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("fraud_report", Step("lying_length:10"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ask(client), 0.1)
    assert bureaus.calls[0].billed


async def test_gzip(bureaus: MockBureaus) -> None:
    bureaus.script("fraud_report", Step("gzip"))
    async with aiohttp.ClientSession(bureaus.url, auto_decompress=False) as raw:
        reply, body = await ask(raw)

    assert reply.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(body).startswith(b'{"success":true')


async def test_gzip_bomb_is_small_on_the_wire(bureaus: MockBureaus) -> None:
    bureaus.script("fraud_report", Step("gzip_bomb:4194304"))
    async with aiohttp.ClientSession(bureaus.url, auto_decompress=False) as raw:
        _, body = await ask(raw)

    assert len(body) < 4194304 // 100
    assert len(gzip.decompress(body)) > 4194304


async def test_json_error_with_status_200(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("json_error"))
    reply, body = await ask(client)

    assert reply.status == 200
    assert body == b'{"error":{"type":"internal","message":"upstream failure"}}'


async def test_rate_limited_mute(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("fraud_report", Step("rate_limited_mute"))
    reply, _ = await ask(client)

    assert reply.status == 429
    assert "Retry-After" not in reply.headers


async def test_no_hit_is_the_bureaus_own(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("education", Step("no_hit"))
    bureaus.script("credit_report", Step("slow_no_hit:1ms"))
    async with client.post(CREDIT, json=credit_order(), headers=await bearer(client)) as reply:
        credit = await reply.text()

    assert await degree(client) == '{"code":404,"msg":"查无","charge":false,"taskNo":"0001"}'
    assert '"description":"No-Hit"' in credit
    assert '"code":200' in await degree(client)
    assert [call.bureau for call in bureaus.billed()] == ["credit_report", "education"]


async def test_token_expired_in_the_middle_of_a_run(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("multi_lending", Step("token_expired", call=2))
    form = lending_form(await lending_token(client))
    codes = []
    for _ in range(2):
        async with client.post("/lending/query", data=form) as reply:
            codes.append((await reply.json())["code"])

    assert codes == ["00", "100004"]


async def test_duplicate_in_the_bureaus_words(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("data_market", Step("duplicate"))
    bureaus.script("fraud_report", Step("duplicate"))
    async with client.post(MARKET, json=market_order(), headers=market_headers()) as reply:
        assert (await reply.json())["status"] == "1004"
    reply, _ = await ask(client)

    assert reply.status == 409
    assert bureaus.billed() == []


async def test_clock_skew_in_the_bureaus_words(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("education", Step("clock_skew"))
    bureaus.script("fraud_report", Step("clock_skew"))
    reply, _ = await ask(client)

    assert "时间戳已过期" in await degree(client)
    assert reply.status == 401


async def test_object_for_array(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("credit_report", Step("object_for_array"))
    async with client.post(CREDIT, json=credit_order(), headers=await bearer(client)) as reply:
        report = (await reply.json())["consumers"]["creditReport"]

    assert report["models"]["score"] == 688
    assert report["trades"]["balance"] == 1200


async def test_callback_after_the_answer(
    client: aiohttp.ClientSession, bureaus: MockBureaus, listener: Listener
) -> None:
    status, _ = await submit(client)
    await bureaus.callbacks_settled()

    assert status == 201
    assert [body["applicantId"] for body in listener.bodies] == ["a0001"]
    assert [sent.status for sent in bureaus.callbacks] == [204]


async def test_callback_first(
    client: aiohttp.ClientSession, bureaus: MockBureaus, listener: Listener
) -> None:
    bureaus.script("kycflow", Step("callback_first", latency="10s"))
    asked = asyncio.create_task(submit(client))
    while not listener.heard:
        await asyncio.sleep(0.001)

    assert not asked.done()
    asked.cancel()
    assert len(listener.heard) == 1


@pytest.mark.parametrize(("fault", "times"), [("callback_twice", 2), ("callback_never", 0)])
async def test_callback_so_often(
    client: aiohttp.ClientSession,
    bureaus: MockBureaus,
    listener: Listener,
    fault: str,
    times: int,
) -> None:
    bureaus.script("kycflow", Step(fault))
    await submit(client)
    await bureaus.callbacks_settled()

    assert len(listener.heard) == times
    assert '"reviewStatus"' in (await look(client))[1]


async def test_a_lost_answer_is_still_called_back(
    client: aiohttp.ClientSession, bureaus: MockBureaus, listener: Listener
) -> None:
    bureaus.script("kycflow", Step("billed_timeout"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(submit(client), 0.05)
    while not listener.heard:
        await asyncio.sleep(0.001)

    assert len(bureaus.billed("kycflow")) == 1


async def test_nobody_is_called_back_beyond_loopback(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.call_back("kycflow", "https://lender.example/callbacks")
    await submit(client)
    await bureaus.callbacks_settled()

    assert [sent.status for sent in bureaus.callbacks] == [0]


def test_every_fault_has_a_test() -> None:
    """A fault added to the table is added in one of these files too."""
    files = Path(__file__).parent.glob("test_faults*.py")
    here = "".join(file.read_text("utf-8") for file in files)

    assert [fault for fault in FAULTS if f'"{fault}' not in here] == []
