"""The reader of accounts: ordered, not ready yet, ready."""

from typing import Any

import aiohttp
import pytest

from mock_bureaus import DEMO, MockBureaus, Step
from tests.mock_bureaus.listening import listening

CREATE, GET = "/cra/check_report/create", "/cra/check_report/get"
KEYS = {"client_id": DEMO.cashline_client_id, "secret": DEMO.cashline_secret}
PURPOSE = {"consumer_report_permissible_purpose": "EXTENSION_OF_CREDIT"}


async def ask(client: aiohttp.ClientSession, path: str, **asked: str) -> tuple[int, Any]:
    async with client.post(path, json={**KEYS, **asked}) as reply:
        return reply.status, await reply.json()


async def order(client: aiohttp.ClientSession, customer: str = "c-1001", **more: str) -> Any:
    status, answer = await ask(client, CREATE, client_user_id=customer, **PURPOSE, **more)
    assert status == 200
    return answer


async def test_a_report_is_ready_at_the_second_look(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    ordered = await order(client)
    looks = [await ask(client, GET, user_token=ordered["user_token"]) for _ in range(3)]

    assert ordered == {
        "request_id": "req0001",
        "user_token": "user-mock-0001",
        "report_id": "report-mock-0001",
    }
    assert looks[0] == (
        400,
        {
            "error_type": "CHECK_REPORT_ERROR",
            "error_code": "PRODUCT_NOT_READY",
            "error_message": "product not ready",
            "display_message": None,
            "request_id": "req0002",
        },
    )
    assert looks[1] == (
        200,
        {
            "request_id": "req0003",
            "report": {
                "report_id": "report-mock-0001",
                "client_report_id": "c-1001",
                "generated_time": "2026-01-01T00:00:00Z",
                "lend_score": {"score": 80, "reason_codes": ["PCS0221", "PCS0223"]},
                "income": {
                    "historical_average_monthly_income": {
                        "amount": "15200.00",
                        "iso_currency_code": "CNY",
                    }
                },
            },
        },
    )
    assert len(bureaus.billed("cashline", subject="c-1001")) == 1


async def test_nothing_is_known_of_a_stranger(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("cashline", Step(polls=0))
    token = (await order(client, "c-9999"))["user_token"]
    status, answer = await ask(client, GET, user_token=token)

    assert (status, answer["error_code"]) == (400, "DATA_UNAVAILABLE")
    assert bureaus.billed() == []


async def test_calls_back_when_it_is_ready(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("cashline", Step(polls=100))
    async with listening() as listener:
        token = (await order(client, webhook=listener.url))["user_token"]
        await bureaus.callbacks_settled()

    assert listener.bodies == [
        {
            "webhook_type": "CHECK_REPORT",
            "webhook_code": "CHECK_REPORT_READY",
            "user_token": token,
        }
    ]
    assert (await ask(client, GET, user_token=token))[0] == 200


@pytest.mark.parametrize(
    ("path", "asked", "code"),
    [
        (CREATE, {"secret": "stolen"}, "INVALID_API_KEYS"),
        (CREATE, {}, "MISSING_FIELDS"),
        (CREATE, {"client_user_id": "c-1001"}, "INVALID_FIELD"),
        (GET, {"secret": "stolen"}, "INVALID_API_KEYS"),
        (GET, {"user_token": "user-mock-9999"}, "INVALID_USER_TOKEN"),
    ],
)
async def test_refuses(
    client: aiohttp.ClientSession, path: str, asked: dict[str, str], code: str
) -> None:
    status, answer = await ask(client, path, **asked)

    assert (status, answer["error_code"]) == (400, code)
