"""The fraud report, byte by byte."""

import aiohttp
import pytest

from mock_bureaus import MockBureaus
from tests.mock_bureaus.asking import (
    DEMO_ID,
    FRAUD,
    FRAUD_QUERY,
    UNKNOWN_ID,
    fraud_form,
)


async def ask(
    client: aiohttp.ClientSession,
    form: dict[str, str],
    query: dict[str, str] | None = None,
) -> str:
    async with client.post(FRAUD, params=query or FRAUD_QUERY, data=form) as reply:
        assert reply.status == 200
        return await reply.text()


async def test_review_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, fraud_form()) == (
        '{"success":true,"id":"WF2026010100000001","result_desc":{"ANTIFRAUD":{'
        '"final_score":45,"final_decision":"REVIEW","risk_items":['
        '{"risk_name":"多平台借贷","score":30,"decision":"Review","risk_detail":['
        '{"type":"platform_detail","description":"3个月内申请人在多个平台申请借款",'
        '"platform_count":6,"platform_detail":['
        '{"industry_display_name":"小额贷款公司","count":4},'
        '{"industry_display_name":"一般消费分期平台","count":2}]}]},'
        '{"risk_name":"信贷逾期","score":15,"decision":"Review","risk_detail":['
        '{"type":"discredit_count","discredit_times":1,"overdue_details":['
        '{"overdue_count":1,"overdue_amount_range":"(0,1000]",'
        '"overdue_day_range":"(0,30]","overdue_time":"2025-08"}]}]}]}}}'
    )
    assert bureaus.calls[0].billed
    assert bureaus.calls[0].query == FRAUD_QUERY


async def test_a_stranger_is_clean_and_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    assert await ask(client, fraud_form(UNKNOWN_ID)) == (
        '{"success":true,"id":"WF2026010100000001","result_desc":{"ANTIFRAUD":'
        '{"final_score":0,"final_decision":"ACCEPT","risk_items":[]}}}'
    )
    assert bureaus.calls[0].billed


@pytest.mark.parametrize(("card", "verdict"), [("6200000000000005", 0), ("6200000000000013", 1)])
async def test_zero_means_that_the_card_is_consistent(
    client: aiohttp.ClientSession, card: str, verdict: int
) -> None:
    text = await ask(client, fraud_form(DEMO_ID, card_number=card))

    assert f'{{"card_four_element_consistence":{verdict}}}' in text


@pytest.mark.parametrize(
    ("query", "form", "code"),
    [
        (FRAUD_QUERY | {"partner_key": "stolen"}, fraud_form(), "001"),
        (FRAUD_QUERY, fraud_form(account_mobile=""), "101"),
        (FRAUD_QUERY, fraud_form(biz_code="other"), "102"),
    ],
    ids=["key", "parameter", "flow"],
)
async def test_refusals_say_success_false_and_are_free(
    client: aiohttp.ClientSession,
    bureaus: MockBureaus,
    query: dict[str, str],
    form: dict[str, str],
    code: str,
) -> None:
    text = await ask(client, form, query)

    assert text.startswith(f'{{"success":false,"reason_code":"{code}","reason_desc":"')
    assert not bureaus.calls[0].billed


async def test_json_is_no_form(client: aiohttp.ClientSession) -> None:
    async with client.post(FRAUD, params=FRAUD_QUERY, json=fraud_form()) as reply:
        assert (await reply.json())["reason_code"] == "101"
