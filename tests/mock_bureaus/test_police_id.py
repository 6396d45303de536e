"""The police's check, byte by byte."""

import aiohttp
import pytest

from mock_bureaus import MockBureaus
from mock_bureaus.people import PHOTO
from tests.mock_bureaus.asking import (
    DEMO_ID,
    POLICE,
    SOAP_HEADERS,
    UNKNOWN_ID,
    police_body,
    unwrap,
)


async def ask(client: aiohttp.ClientSession, body: bytes) -> str:
    async with client.post(POLICE, data=body, headers=SOAP_HEADERS) as reply:
        assert reply.content_type == "text/xml"
        return await reply.text()


async def test_match_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, police_body()) == (
        '<?xml version="1.0" encoding="UTF-8"?><soap:Envelope'
        ' xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>'
        '<ns1:idCheckResponse xmlns:ns1="urn:police-id:services"><ns1:out>'
        '&lt;ROWS&gt;&lt;ROW no="1"&gt;&lt;INPUT&gt;'
        "&lt;gmsfhm&gt;110105199001010002&lt;/gmsfhm&gt;&lt;xm&gt;测试丙&lt;/xm&gt;"
        "&lt;/INPUT&gt;&lt;OUTPUT&gt;"
        "&lt;ITEM&gt;&lt;gmsfhm/&gt;"
        "&lt;result_gmsfhm&gt;一致&lt;/result_gmsfhm&gt;&lt;/ITEM&gt;"
        "&lt;ITEM&gt;&lt;xm/&gt;&lt;result_xm&gt;一致&lt;/result_xm&gt;&lt;/ITEM&gt;"
        f"&lt;ITEM&gt;&lt;xp&gt;{PHOTO}&lt;/xp&gt;&lt;/ITEM&gt;"
        "&lt;/OUTPUT&gt;&lt;/ROW&gt;&lt;/ROWS&gt;"
        "</ns1:out></ns1:idCheckResponse></soap:Body></soap:Envelope>"
    )
    assert bureaus.calls[0].billed


async def test_another_name_is_a_mismatch_and_shows_no_face(
    client: aiohttp.ClientSession,
) -> None:
    inner = unwrap(await ask(client, police_body(name="测试丁")))

    assert "<result_gmsfhm>一致</result_gmsfhm>" in inner
    assert "<result_xm>不一致</result_xm>" in inner
    assert "<xp></xp>" in inner


async def test_a_name_with_an_ampersand_survives_two_escapings(
    client: aiohttp.ClientSession,
) -> None:
    inner = unwrap(await ask(client, police_body(name="测试<&>丁")))

    assert "<xm>测试&lt;&amp;&gt;丁</xm>" in inner


async def test_unknown_number_is_not_in_the_file(
    client: aiohttp.ClientSession,
) -> None:
    inner = unwrap(await ask(client, police_body(UNKNOWN_ID, "测试丁")))

    assert "<OUTPUT><ITEM><errormesage>库中无此号</errormesage></ITEM></OUTPUT>" in inner


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (police_body(licence="stolen"), "-71"),
        (police_body().replace(b"demo01", b"demo02"), "-72"),
        (police_body(purpose=""), "-51"),
        (police_body(id_number=""), "-51"),
        (police_body().replace(b"&lt;ROWS", b"&lt;RAWS"), "-11"),
    ],
    ids=["licence", "user code", "purpose", "number", "malformed"],
)
async def test_refusals_are_system_errors_and_free(
    client: aiohttp.ClientSession, bureaus: MockBureaus, body: bytes, code: str
) -> None:
    inner = unwrap(await ask(client, body))

    assert inner.startswith(
        f'<RESPONSE errorcode="{code}"><ROWS><ROW><ErrorCode>{code}</ErrorCode>'
    )
    assert not bureaus.calls[0].billed


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({}, police_body()),
        (SOAP_HEADERS, b"<soap:Env"),
        (SOAP_HEADERS, police_body().replace(b"n:idCheck", b"n:photoCheck")),
    ],
    ids=["no SOAPAction", "no XML", "no such operation"],
)
async def test_what_is_no_call_gets_a_soap_fault(
    client: aiohttp.ClientSession, headers: dict[str, str], body: bytes
) -> None:
    async with client.post(POLICE, data=body, headers=headers) as reply:
        text = await reply.text()

    assert reply.status == 500
    assert "<soap:Fault><faultcode>soap:Client</faultcode>" in text


async def test_a_batch_is_answered_row_by_row(client: aiohttp.ClientSession) -> None:
    row = police_body().partition(b"&lt;ROW FSD")[2].partition(b"&lt;/ROWS")[0]
    double = police_body().replace(b"&lt;/ROWS", b"&lt;ROW FSD" + row + b"&lt;/ROWS")

    inner = unwrap(await ask(client, double))

    assert inner.count(f"<gmsfhm>{DEMO_ID}</gmsfhm>") == 2
    assert '<ROW no="2">' in inner
