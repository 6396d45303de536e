"""The control port, as a client of another language uses it."""

from base64 import b64decode
from collections.abc import AsyncIterator

import aiohttp
import pytest

from mock_bureaus import MockBureaus
from mock_bureaus.bureaus import BUREAUS
from tests.mock_bureaus.asking import (
    ELDER_ID,
    FRAUD,
    FRAUD_QUERY,
    MARKET,
    fraud_form,
    lending_form,
    lending_token,
    market_headers,
    market_order,
)


@pytest.fixture
async def control(bureaus: MockBureaus) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(bureaus.control_url) as session:
        yield session


async def ask(client: aiohttp.ClientSession) -> int:
    async with client.post(FRAUD, params=FRAUD_QUERY, data=fraud_form()) as reply:
        return reply.status


async def test_a_script_is_put_and_deleted(
    client: aiohttp.ClientSession, control: aiohttp.ClientSession
) -> None:
    steps = [{"latency": "1ms", "fault": "status:500"}, {"fault": "html"}]
    async with control.put("/bureaus/fraud_report/script", json=steps) as reply:
        assert reply.status == 204
    assert await ask(client) == 500
    async with control.delete("/bureaus/fraud_report/script") as reply:
        assert reply.status == 204
    async with client.post(FRAUD, params=FRAUD_QUERY, data=fraud_form()) as reply:
        assert reply.content_type == "application/json"


async def test_latency_is_put(
    client: aiohttp.ClientSession, control: aiohttp.ClientSession
) -> None:
    profile = {"p50_ms": 60_000, "p99_ms": 60_001}
    async with control.put("/bureaus/fraud_report/latency", json=profile) as reply:
        assert reply.status == 204

    with pytest.raises(TimeoutError):
        await client.post(FRAUD, data={}, timeout=aiohttp.ClientTimeout(total=0.05))


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/bureaus/fraud_report/script", [{"fault": "hangs"}]),
        ("/bureaus/fraud_report/script", [{"faults": "hang"}]),
        ("/bureaus/fraud_report/script", {"fault": "hang"}),
        ("/bureaus/fraud_report/latency", {"p50_ms": "slow"}),
        ("/bureaus/fraud_report/latency", {"p95_ms": 10}),
    ],
)
async def test_a_typo_is_refused(control: aiohttp.ClientSession, path: str, body: object) -> None:
    async with control.put(path, json=body) as reply:
        assert reply.status == 400


async def test_an_unknown_bureau_is_not_found(control: aiohttp.ClientSession) -> None:
    async with control.put("/bureaus/fraud_raport/script", json=[]) as reply:
        assert reply.status == 404
        assert "fraud_report" in await reply.text()


async def test_lists_bureaus_and_faults(control: aiohttp.ClientSession) -> None:
    async with control.get("/bureaus") as reply:
        listed = await reply.json()

    assert listed["bureaus"] == list(BUREAUS)
    assert "billed_timeout" in listed["faults"]


async def test_the_log_says_all_that_was_received(
    client: aiohttp.ClientSession, control: aiohttp.ClientSession
) -> None:
    await ask(client)
    order = market_order("c-7", ELDER_ID)
    await client.post(MARKET, json=order, headers=market_headers())
    async with control.get("/calls", params={"bureau": "data_market"}) as reply:
        (call,) = await reply.json()

    headers = call.pop("headers")
    assert b64decode(call.pop("body_base64")).decode() == call["body"]
    assert headers["X-Key"] == "demo-market-key"
    assert call == {
        "number": 2,
        "at": 0.0,
        "bureau": "data_market",
        "method": "POST",
        "path": "/market/data",
        "query": {},
        "body": (
            '{"productId": "19", "customerId": "c-7", "name": "\\u6d4b\\u8bd5\\u7532",'
            ' "cid": "11010519491231002X"}'
        ),
        "status": 200,
        "billed": True,
        "reference": "c-7",
        "subject": "",
        "fault": "none",
    }


async def test_numbers_go_on_after_the_log_is_deleted(
    client: aiohttp.ClientSession,
    control: aiohttp.ClientSession,
    bureaus: MockBureaus,
) -> None:
    await ask(client)
    async with control.delete("/calls") as reply:
        assert reply.status == 204
    assert bureaus.calls == []
    await ask(client)

    assert [call.number for call in bureaus.calls] == [2]


async def test_tokens_are_expired(
    client: aiohttp.ClientSession, control: aiohttp.ClientSession
) -> None:
    form = lending_form(await lending_token(client))
    async with control.delete("/bureaus/multi_lending/tokens") as reply:
        assert reply.status == 204

    async with client.post("/lending/query", data=form) as reply:
        assert (await reply.json())["code"] == "100004"


async def test_the_bill_is_counted_by_bureau_reference_and_subject(
    client: aiohttp.ClientSession, control: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    await ask(client)
    for serial in ("c-7", "c-8", "c-8"):
        order = market_order(serial, ELDER_ID)
        await client.post(MARKET, json=order, headers=market_headers())
    async with control.get("/bill") as reply:
        whole = await reply.json()
    async with control.get("/bill", params={"reference": "c-8", "subject": ELDER_ID}) as reply:
        narrowed = await reply.json()

    assert whole == {
        "billed": 3,
        "bureaus": {"fraud_report": 1, "data_market": 2},
        "calls": [1, 2, 3],
    }
    assert narrowed == {"billed": 1, "bureaus": {"data_market": 1}, "calls": [3]}
    assert [call.number for call in bureaus.billed("data_market", subject=ELDER_ID)] == [2, 3]


async def test_bureaus_are_told_to_act_and_where_to_call_back(
    control: aiohttp.ClientSession,
) -> None:
    address = {"url": "http://127.0.0.1:9/callbacks"}
    async with control.put("/bureaus/creditpassport/callback", json=address) as reply:
        assert reply.status == 204
    told = {"externalId": "loan-1", "status": "NOT_FOUND"}
    async with control.post("/bureaus/creditpassport/complete", json=told) as reply:
        assert await reply.json() == {"status": "NOT_FOUND", "externalId": "loan-1"}
    async with control.post("/bureaus/fraud_report/complete", json={}) as reply:
        assert reply.status == 404
    async with control.get("/callbacks") as reply:
        assert await reply.json() == [
            {
                "bureau": "creditpassport",
                "url": "http://127.0.0.1:9/callbacks",
                "body": '{"status":"NOT_FOUND","externalId":"loan-1"}',
                "status": 0,
            }
        ]


async def test_who_hands_out_no_tokens_has_none_to_expire(
    control: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    async with control.delete("/bureaus/fraud_report/tokens") as reply:
        assert reply.status == 404
    with pytest.raises(LookupError, match="no tokens"):
        bureaus.expire_tokens("fraud_report")
