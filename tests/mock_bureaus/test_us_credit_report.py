"""The credit profile: its token, its messages, and scores that are none."""

from typing import Any

import aiohttp
import pytest

from mock_bureaus import DEMO, MockBureaus
from mock_bureaus.bureaus.credit.us_credit_report import PATH, TOKEN_PATH
from tests.mock_bureaus.conftest import Clock

JOHN, JANE, JACK, NOBODY = "111111111", "222222222", "333333333", "555555555"
USER = {"username": DEMO.uscredit_user, "password": DEMO.uscredit_password}
CLIENT = {"Client_id": DEMO.uscredit_client_id, "Client_secret": DEMO.uscredit_client_secret}


def order(ssn: str = JOHN, last: str = "SAMPLE") -> dict[str, Any]:
    return {
        "consumerPii": {
            "primaryApplicant": {
                "name": {"lastName": last, "firstName": "JOHN"},
                "dob": {"dob": "08041990"},
                "ssn": {"ssn": ssn},
                "currentAddress": {
                    "line1": "1 SAMPLE ST",
                    "city": "ANYTOWN",
                    "state": "IN",
                    "zipCode": "46360",
                },
            }
        },
        "requestor": {"subscriberCode": DEMO.uscredit_subscriber_code},
        "permissiblePurpose": {"type": "08"},
        "addOns": {"riskModels": {"modelIndicator": ["V4"]}},
    }


async def bearer(client: aiohttp.ClientSession) -> dict[str, str]:
    async with client.post(TOKEN_PATH, json=USER, headers=CLIENT) as reply:
        token = (await reply.json())["access_token"]
    return {
        "Authorization": f"Bearer {token}",
        "clientReferenceId": "ref-1",
        "companyId": "demo",
    }


async def ask(
    client: aiohttp.ClientSession, asked: dict[str, Any], headers: dict[str, str] | None = None
) -> tuple[int, str]:
    headers = headers or await bearer(client)
    async with client.post(PATH, json=asked, headers=headers) as reply:
        return reply.status, await reply.text()


async def test_token_to_the_byte(client: aiohttp.ClientSession) -> None:
    """Its life is told in seconds, as a string."""
    async with client.post(TOKEN_PATH, json=USER, headers=CLIENT) as reply:
        assert await reply.text() == (
            '{"issued_at":"1767225600000","expires_in":"3600","token_type":"Bearer",'
            '"access_token":"us-0001"}'
        )


@pytest.mark.parametrize(
    ("user", "client_headers", "message"),
    [
        (USER | {"password": "stolen"}, CLIENT, "Invalid username or password"),
        (USER, CLIENT | {"Client_secret": "stolen"}, "Invalid client credentials"),
        (USER, {}, "Invalid client credentials"),
    ],
)
async def test_no_token_for(
    client: aiohttp.ClientSession,
    user: dict[str, str],
    client_headers: dict[str, str],
    message: str,
) -> None:
    async with client.post(TOKEN_PATH, json=user, headers=client_headers) as reply:
        assert reply.status == 401
        assert await reply.text() == (
            f'{{"errors":[{{"errorType":"Unauthorized","message":"{message}"}}],"success":false}}'
        )


async def test_hit(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    status, text = await ask(client, order())

    assert status == 200
    assert text.startswith(
        '{"creditProfile":[{"headerRecord":[{"reportDate":"010126","reportTime":"120000"}],'
        '"consumerIdentity":{"dob":{"day":"4","month":"08","year":"1990"},'
        '"name":[{"firstName":"JOHN","surname":"SAMPLE"}]},'
        '"riskModel":[{"modelIndicator":"V4","score":"0712","evaluation":"P","scoreFactors":['
        '{"importance":"1","code":"04"},{"importance":"2","code":"14"}]}],"tradeline":['
    )
    assert bureaus.calls[1].billed
    assert bureaus.calls[1].reference == "ref-1"


async def test_a_thin_file_has_trades_and_no_score(client: aiohttp.ClientSession) -> None:
    _, text = await ask(client, order(JANE))

    assert '"tradeline":[{' in text
    assert "riskModel" not in text


async def test_what_excludes_from_scoring_looks_like_a_score(
    client: aiohttp.ClientSession,
) -> None:
    _, text = await ask(client, order(JACK))

    assert '"score":"9001"' in text


@pytest.mark.parametrize("asked", [order(NOBODY), order(JOHN, "OTHER")], ids=["number", "name"])
async def test_no_record_is_a_message_and_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus, asked: dict[str, Any]
) -> None:
    _, text = await ask(client, asked)

    assert text == (
        '{"creditProfile":[{"headerRecord":[{"reportDate":"010126","reportTime":"120000"}],'
        '"informationalMessage":[{"messageNumber":"07","messageText":"NO RECORD FOUND"}]}]}'
    )
    assert bureaus.calls[1].billed


async def test_tokens_run_out(client: aiohttp.ClientSession, clock: Clock) -> None:
    headers = await bearer(client)
    clock.now = 3600.0

    assert await ask(client, order(), headers) == (
        401,
        (
            '{"errors":[{"errorType":"App Error",'
            '"message":"Access is denied due to invalid access token"}],"success":false}'
        ),
    )


async def test_names_all_that_is_missing(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    asked, headers = order(""), await bearer(client)
    del asked["permissiblePurpose"], headers["companyId"]

    assert await ask(client, asked, headers) == (
        400,
        (
            '{"errors":[{"errorType":"Validation Error",'
            '"message":"Missing: companyId, ssn, permissiblePurpose"}],"success":false}'
        ),
    )
    assert not bureaus.calls[1].billed


async def test_refuses_another_subscriber(client: aiohttp.ClientSession) -> None:
    status, text = await ask(client, order() | {"requestor": {"subscriberCode": "3333333"}})

    assert status == 403
    assert "Unknown subscriber code" in text
