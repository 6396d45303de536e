"""The data market: two tiers of codes, and serials used but once."""

from typing import Any

import aiohttp
import pytest

from mock_bureaus import MockBureaus
from tests.mock_bureaus.asking import (
    ELDER_ID,
    MARKET,
    market_headers,
    market_order,
)


async def ask(
    client: aiohttp.ClientSession, order: Any, headers: dict[str, str] | None = None
) -> str:
    headers = headers or market_headers()
    async with client.post(MARKET, json=order, headers=headers) as reply:
        assert reply.status == 200
        return await reply.text()


async def test_hit_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, market_order("c-1", ELDER_ID)) == (
        '{"code":"200","status":"2000","gid":"G000000000001","result":'
        '{"loans_org_count":"7","loans_credit_limit":"1400"}}'
    )
    assert bureaus.calls[0].billed
    assert bureaus.calls[0].reference == "c-1"


async def test_no_hit_is_the_second_tier_and_free(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    text = await ask(client, market_order())

    assert text == '{"code":"200","status":"2001","gid":"G000000000001"}'
    assert not bureaus.calls[0].billed


async def test_a_serial_used_again_is_refused_and_not_billed_again(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    await ask(client, market_order("c-1", ELDER_ID))

    assert await ask(client, market_order("c-1", ELDER_ID)) == (
        '{"code":"400","status":"1004","message":"customerId重复","gid":"G000000000001"}'
    )
    assert [call.billed for call in bureaus.calls] == [True, False]


@pytest.mark.parametrize(
    ("order", "headers", "status"),
    [
        (market_order(), market_headers("stolen"), "1001"),
        (market_order(""), market_headers(), "1002"),
        (market_order() | {"productId": "20"}, market_headers(), "1003"),
        ([], market_headers(), "1000"),
    ],
    ids=["key", "parameter", "product", "shape"],
)
async def test_refusals_have_a_code(
    client: aiohttp.ClientSession,
    bureaus: MockBureaus,
    order: object,
    headers: dict[str, str],
    status: str,
) -> None:
    text = await ask(client, order, headers)

    assert text.startswith(f'{{"code":"400","status":"{status}","message":"')
    assert not bureaus.calls[0].billed
