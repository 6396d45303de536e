"""Each fault, as a plain client meets it, and what it leaves on the bill."""

import asyncio
import time
from typing import Any

import aiohttp
import pytest

from mock_bureaus import Call, MockBureaus, Step
from tests.mock_bureaus.asking import (
    CREDIT,
    EDUCATION,
    ELDER_ID,
    FRAUD,
    FRAUD_QUERY,
    LENDING,
    MARKET,
    POLICE,
    SOAP_HEADERS,
    bearer,
    credit_order,
    education_form,
    fraud_form,
    lending_form,
    lending_token,
    market_headers,
    market_order,
    police_body,
    unwrap,
)

PATIENT = aiohttp.ClientTimeout(total=5)


async def ask(
    client: aiohttp.ClientSession, patience: aiohttp.ClientTimeout = PATIENT
) -> tuple[aiohttp.ClientResponse, bytes]:
    """Ask for a fraud report and read all of it."""
    async with client.post(FRAUD, params=FRAUD_QUERY, data=fraud_form(), timeout=patience) as reply:
        return reply, await reply.read()


async def no_answer(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    """Ask, see the call arrive, and give up on the answer."""
    asked = asyncio.create_task(ask(client))
    await bureaus.received(1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(asked, 0.02)


def only(bureaus: MockBureaus) -> Call:
    (call,) = bureaus.calls
    return call


@pytest.mark.parametrize(("fault", "billed"), [("hang", False), ("billed_timeout", True)])
async def test_silence(
    client: aiohttp.ClientSession, bureaus: MockBureaus, fault: str, *, billed: bool
) -> None:
    bureaus.script("fraud_report", Step(fault))

    await no_answer(client, bureaus)
    call = only(bureaus)
    assert (call.status, call.billed, call.fault) == (0, billed, fault)


async def test_reset_before_the_answer(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("fraud_report", Step("reset"))

    with pytest.raises(aiohttp.ClientOSError, match="reset by peer"):
        await ask(client)
    assert (only(bureaus).status, only(bureaus).billed) == (0, False)


async def test_reset_in_the_middle_of_the_body(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("reset_mid_body"))

    with pytest.raises((aiohttp.ClientPayloadError, aiohttp.ClientOSError)):
        await ask(client)
    assert (only(bureaus).status, only(bureaus).billed) == (200, True)


async def test_truncated_ends_before_its_content_length(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("truncated"))

    with pytest.raises(aiohttp.ClientPayloadError):
        await ask(client)
    assert only(bureaus).billed


async def test_drip_sends_the_right_answer_byte_by_byte(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("data_market", Step("drip:0ms"))
    async with client.post(MARKET, json=market_order(), headers=market_headers()) as reply:
        first, _ = await reply.content.readchunk()
        rest = await reply.content.read()

    assert len(first) < len(rest)
    assert first + rest == b'{"code":"200","status":"2001","gid":"G000000000001"}'


async def test_drip_outlasts_any_timeout_between_two_bytes(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("drip:5ms"))

    with pytest.raises(TimeoutError):
        await ask(client, aiohttp.ClientTimeout(total=0.2, sock_read=0.1))


async def test_slow_sends_its_head_at_once(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("slow:10s"))
    async with client.post(FRAUD, params=FRAUD_QUERY, data=fraud_form()) as reply:
        assert reply.status == 200
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reply.read(), 0.02)


async def test_html_with_status_200(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("fraud_report", Step("html"))
    reply, body = await ask(client)

    assert (reply.status, reply.content_type) == (200, "text/html")
    assert body.startswith(b"<!DOCTYPE html>")
    assert not only(bureaus).billed


@pytest.mark.parametrize(("fault", "status"), [("status", 503), ("status:418", 418)])
async def test_bare_status(
    client: aiohttp.ClientSession, bureaus: MockBureaus, fault: str, status: int
) -> None:
    bureaus.script("fraud_report", Step(fault))
    reply, body = await ask(client)

    assert (reply.status, body) == (status, b"")
    assert (only(bureaus).status, only(bureaus).billed) == (status, False)


async def test_rate_limited_says_when_to_come_back(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("rate_limited:7"))
    reply, _ = await ask(client)

    assert (reply.status, reply.headers["Retry-After"]) == (429, "7")
    assert not only(bureaus).billed


async def test_bad_json_is_half_a_document_in_a_whole_message(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("bad_json"))
    reply, body = await ask(client)

    assert reply.content_length == len(body)
    assert body.startswith(b'{"success":true')
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        await reply.json()
    assert bureaus.calls[0].billed


async def test_wrong_content_type_on_the_right_answer(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("wrong_content_type"))
    reply, body = await ask(client)

    assert reply.content_type == "application/octet-stream"
    assert body.startswith(b'{"success":true')
    assert only(bureaus).billed


async def test_wrong_charset_calls_itself_utf_8(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("wrong_charset"))
    reply, body = await ask(client)

    assert reply.charset == "utf-8"
    assert "多平台借贷" in body.decode("gb18030")
    with pytest.raises(UnicodeDecodeError):
        body.decode()


async def test_huge_is_the_right_answer_and_then_blanks(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("fraud_report", Step("huge:300000"))
    reply, body = await ask(client)

    assert len(body) == 300_000
    assert reply.content_length is None
    assert body.rstrip().endswith(b"}]}]}]}}}")


async def test_wrong_subject_in_xml(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    """The answer stays a match, which is what makes it dangerous."""
    bureaus.script("police_id", Step("wrong_subject"))
    async with client.post(POLICE, data=police_body(), headers=SOAP_HEADERS) as reply:
        inner = unwrap(await reply.text())

    assert f"<gmsfhm>{ELDER_ID}</gmsfhm><xm>测试甲</xm>" in inner
    assert "<result_xm>一致</result_xm>" in inner


async def test_wrong_subject_in_json(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("education", Step("wrong_subject"))
    bureaus.script("credit_report", Step("wrong_subject"))
    async with client.post(EDUCATION, data=education_form()) as reply:
        degree = (await reply.json())["data"]
    async with client.post(CREDIT, json=credit_order(), headers=await bearer(client)) as reply:
        (report,) = (await reply.json())["consumers"]["creditReport"]

    assert (degree["name"], degree["birthday"]) == ("测试甲", "1949-12-31")
    assert report["subjectSocialNum"] == ELDER_ID
    assert report["subjectDateOfBirth"] == "12311949"


async def test_every_bureau_breaks_down_in_its_own_words(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    token, headers = await lending_token(client), await bearer(client)
    bureaus.clear_calls()
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("police_id", POLICE, {"data": police_body(), "headers": SOAP_HEADERS}),
        ("fraud_report", FRAUD, {"data": fraud_form(), "params": FRAUD_QUERY}),
        ("multi_lending", LENDING, {"data": lending_form(token)}),
        ("education", EDUCATION, {"data": education_form()}),
        ("data_market", MARKET, {"json": market_order(), "headers": market_headers()}),
        ("credit_report", CREDIT, {"json": credit_order(), "headers": headers}),
    ]
    words = {}
    for bureau, path, parts in asked:
        bureaus.script(bureau, Step("bureau_error"))
        async with client.post(path, **parts) as reply:
            words[bureau] = await reply.text()

    assert "&lt;ErrorCode&gt;-90&lt;/ErrorCode&gt;" in words.pop("police_id")
    assert words == {
        "fraud_report": ('{"success":false,"reason_code":"500","reason_desc":"系统内部错误"}'),
        "multi_lending": (
            '{"code":"00","swift_number":"","flag_applyloanstr":"99","flag_specialList_c":"99"}'
        ),
        "education": '{"code":500,"msg":"系统异常","charge":false,"taskNo":"0000"}',
        "data_market": '{"code":"500","status":"9902","message":"渠道异常"}',
        "credit_report": '{"errorCode":"500.100","description":"Internal error"}',
    }
    assert not any(call.billed for call in bureaus.calls)


@pytest.mark.parametrize("fault", ["none", "drip:0ms", "slow:0ms"])
async def test_a_late_answer_is_still_the_right_one(
    client: aiohttp.ClientSession, bureaus: MockBureaus, fault: str
) -> None:
    _, right = await ask(client)
    bureaus.script("fraud_report", Step(fault, latency="1ms"))
    _, late = await ask(client)

    assert late == right.replace(b"00000001", b"00000002", 1)


async def test_a_client_that_gave_up_is_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    """The work was done before the wait: only the client does not know."""
    bureaus.script("fraud_report", Step(latency="10s"))

    await no_answer(client, bureaus)
    assert (only(bureaus).status, only(bureaus).billed) == (200, True)


async def test_nothing_hangs_longer_than_the_context() -> None:
    async with aiohttp.ClientSession() as client:
        async with MockBureaus() as bureaus:
            bureaus.script("fraud_report", Step("hang"))
            hanging = asyncio.create_task(client.post(bureaus.url + FRAUD))
            await bureaus.received(1)
            closing = time.monotonic()
        assert time.monotonic() - closing < 1
        with pytest.raises(aiohttp.ClientError):
            await hanging
