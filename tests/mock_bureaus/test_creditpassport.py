"""Credit files of other countries: two tokens, a seal, and a callback first."""

import json
from typing import Any

import aiohttp
import pytest
from joserfc import jwe
from joserfc.jwk import RSAKey

from mock_bureaus import DEMO, MockBureaus
from tests.mock_bureaus.conftest import Clock
from tests.mock_bureaus.listening import listening

ACCESS, PASSPORT = "/connect/accesstoken", "/connect/passport/v4/json"


async def bearer(client: aiohttp.ClientSession) -> dict[str, str]:
    pair = (DEMO.creditpassport_client_id, DEMO.creditpassport_client_secret)
    headers = {"Authorization": aiohttp.encode_basic_auth(*pair)}
    async with client.get(ACCESS, headers=headers) as reply:
        return {"Authorization": f"Bearer {(await reply.json())['accessToken']}"}


async def fetch(client: aiohttp.ClientSession, headers: dict[str, str]) -> tuple[int, str, str]:
    async with client.get(PASSPORT, headers=headers) as reply:
        return reply.status, reply.content_type, await reply.text()


def opened(sealed: str) -> Any:
    key = RSAKey.import_key(DEMO.creditpassport_private_key)
    found = jwe.decrypt_compact(sealed, key, algorithms=["RSA-OAEP-256", "A256GCM"])
    assert found.plaintext is not None
    return json.loads(found.plaintext)


async def test_a_passport_is_called_about_and_fetched(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    async with listening() as listener:
        bureaus.call_back("creditpassport", listener.url)
        told = await bureaus.tell("creditpassport", "complete", externalId="loan-1")
    headers = {**await bearer(client), "X-PUBLIC-TOKEN": "pt-0001"}
    status, kind, sealed = await fetch(client, headers)
    passport = opened(sealed)

    assert listener.bodies == [told]
    assert told == {"status": "SUCCESS", "externalId": "loan-1", "publicToken": "pt-0001"}
    assert (status, kind) == (200, "application/jose")
    assert passport["personal"]["full_name"] == "测试丙"
    assert passport["scores"] == [{"score_type": "FOREIGN_GENERIC", "value": 688}]
    assert [call.path for call in bureaus.billed(subject="loan-1")] == [PASSPORT]


async def test_the_director_says_whose_it_is_and_how_often(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    async with (
        listening() as listener,
        aiohttp.ClientSession(bureaus.control_url) as control,
        control.post(
            "/bureaus/creditpassport/complete",
            json={
                "externalId": "loan-1",
                "idNumber": "ABCPE1234F",
                "times": 2,
                "callback_url": listener.url,
            },
        ) as reply,
    ):
        assert reply.status == 200
    headers = {**await bearer(client), "X-PUBLIC-TOKEN": "pt-0001"}

    assert len(listener.heard) == 2
    assert opened((await fetch(client, headers))[2])["personal"]["full_name"] == "RAVI SAMPLE"


async def test_a_consumer_who_is_not_found(bureaus: MockBureaus) -> None:
    async with listening() as listener:
        bureaus.call_back("creditpassport", listener.url)
        await bureaus.tell("creditpassport", "complete", externalId="loan-1", status="NOT_FOUND")

    assert listener.bodies == [{"status": "NOT_FOUND", "externalId": "loan-1"}]


async def test_a_consumer_is_asked_when_a_passport_is(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    headers = {**await bearer(client), "X-EXTERNAL-ID": "loan-1"}
    async with listening() as listener:
        bureaus.call_back("creditpassport", listener.url)
        first = await fetch(client, headers)
        await bureaus.callbacks_settled()

    assert first == (404, "application/json", '{"error":"UNKNOWN_CUSTOMER"}')
    assert listener.bodies[0]["publicToken"] == "pt-0001"
    assert (await fetch(client, headers))[0] == 200


async def test_errors_are_plain(client: aiohttp.ClientSession, clock: Clock) -> None:
    headers = await bearer(client)

    assert (await fetch(client, headers))[::2] == (400, '{"error":"MALFORMED_HEADERS"}')
    unknown = headers | {"X-PUBLIC-TOKEN": "pt-9999"}
    assert (await fetch(client, unknown))[::2] == (404, '{"error":"UNKNOWN_CUSTOMER"}')
    clock.now = 300.0
    assert (await fetch(client, unknown))[::2] == (401, '{"error":"INVALID_TOKEN"}')


async def test_no_callback_without_an_address(bureaus: MockBureaus) -> None:
    with pytest.raises(ValueError, match="callback_url"):
        await bureaus.tell("creditpassport", "complete", externalId="loan-1")
    async with (
        aiohttp.ClientSession(bureaus.control_url) as control,
        control.post("/bureaus/creditpassport/complete", json={}) as reply,
    ):
        assert reply.status == 400
