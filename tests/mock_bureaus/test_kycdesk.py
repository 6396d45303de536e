"""The desk of identity checks, in both of its versions."""

from typing import Any

import aiohttp

from mock_bureaus import DEMO, MockBureaus, Step

PAN, OTP, FILE = "/v2/pan", "/v3/eaadhaar/otp", "/v3/eaadhaar/file"
HEADERS = {"x-kyc-key": DEMO.kycdesk_key}
AADHAAR = "999999990019"


async def ask(client: aiohttp.ClientSession, path: str, **asked: Any) -> Any:
    order = {"consent": "Y", "clientData": {"caseId": "case-1"}, **asked}
    async with client.post(path, json=order, headers=HEADERS) as reply:
        assert reply.status == 200
        return await reply.json()


async def otp(client: aiohttp.ClientSession) -> str:
    return str((await ask(client, OTP, aadhaarNo=AADHAAR))["requestId"])


async def test_a_tax_account(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, PAN, pan="ABCPE1234F") == {
        "status-code": "101",
        "request_id": "r-1",
        "result": {"name": "RAVI SAMPLE"},
    }
    assert await ask(client, PAN, pan="ABCPE9999Z") == {"status-code": "103", "request_id": "r-2"}
    assert await ask(client, PAN, pan="17") == {"status-code": "102", "request_id": "r-3"}
    assert await ask(client, PAN, pan="ABCPE1234F", consent="N") == {
        "status-code": "102",
        "request_id": "r-4",
    }
    assert [(call.number, call.reference) for call in bureaus.billed()] == [(1, "case-1")]


async def test_a_file_for_a_one_time_password(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    request_id = await otp(client)
    wrong = await ask(client, FILE, requestId=request_id, otp="000000")
    right = await ask(client, FILE, requestId=request_id, otp="123456")
    again = await ask(client, FILE, requestId=request_id, otp="123456")

    assert right == {
        "statusCode": 101,
        "requestId": "r-3",
        "result": {
            "name": "RAVI SAMPLE",
            "maskedAadhaarNumber": "XXXXXXXX0019",
            "dob": "10-02-1988",
            "gender": "M",
            "address": "1 SAMPLE ROAD, BENGALURU 560001",
        },
    }
    assert (wrong["statusCode"], again["statusCode"]) == (102, 102)
    assert len(bureaus.billed(subject=AADHAAR)) == 1


async def test_nobody_is_known_by_another_number(client: aiohttp.ClientSession) -> None:
    assert (await ask(client, OTP, aadhaarNo="999999990000"))["statusCode"] == 103
    assert (await ask(client, OTP, aadhaarNo="x"))["statusCode"] == 102


async def test_another_persons_name(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    bureaus.script("kycdesk", Step("wrong_subject"))

    assert (await ask(client, PAN, pan="ABCPE1234F"))["result"] == {"name": "MEENA SAMPLE"}


async def test_refuses_another_key(client: aiohttp.ClientSession) -> None:
    for path in (PAN, OTP, FILE):
        async with client.post(path, json={}, headers={"x-kyc-key": "stolen"}) as reply:
            assert reply.status == 401
