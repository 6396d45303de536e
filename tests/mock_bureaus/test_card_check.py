"""The bank card check: a document inside a string, and a mismatch that is billed."""

import json
from typing import Any

import aiohttp
import pytest

from mock_bureaus import DEMO, MockBureaus
from mock_bureaus.bureaus.checks.card_check import PATH
from tests.mock_bureaus.asking import DEMO_ID, ELDER_ID, NAMES, UNKNOWN_ID

FORM = {
    "accName": NAMES[DEMO_ID],
    "certNo": DEMO_ID,
    "cardNo": "6200000000000005",
    "mobile": "19900000001",
}


async def ask(
    client: aiohttp.ClientSession, form: dict[str, str], appkey: str = DEMO.cardcheck_appkey
) -> str:
    async with client.post(PATH, data=form, params={"appkey": appkey}) as reply:
        assert reply.status == 200
        return await reply.text()


def detail(text: str) -> dict[str, Any]:
    inner: dict[str, Any] = json.loads(json.loads(text)["result"]["detail"])
    return inner


async def test_match_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, FORM) == (
        '{"requestId":"cc000001","result":{"success":true,"hasException":false,"code":"ok",'
        '"detail":"{\\"chargeFlag\\":\\"1\\",\\"message\\":\\"认证通过\\",'
        '\\"orderNumber\\":\\"cc000001\\"}"}}'
    )
    assert bureaus.calls[0].billed


@pytest.mark.parametrize(
    "spoilt",
    [{"accName": "测试丁"}, {"cardNo": "6200000000000013"}, {"mobile": "19900000002"}],
    ids=["name", "card", "mobile"],
)
async def test_each_factor_counts_and_a_mismatch_is_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus, spoilt: dict[str, str]
) -> None:
    said = detail(await ask(client, FORM | spoilt))

    assert (said["chargeFlag"], said["message"]) == ("1", "认证不通过")
    assert bureaus.calls[0].billed


@pytest.mark.parametrize("id_number", [ELDER_ID, UNKNOWN_ID], ids=["no card", "nobody"])
async def test_what_cannot_be_compared_is_free(
    client: aiohttp.ClientSession, bureaus: MockBureaus, id_number: str
) -> None:
    said = detail(await ask(client, FORM | {"certNo": id_number}))

    assert (said["chargeFlag"], said["message"]) == ("0", "无法认证")
    assert not bureaus.calls[0].billed


@pytest.mark.parametrize(
    ("form", "appkey", "code"),
    [(FORM, "stolen", "10001"), (FORM | {"mobile": ""}, DEMO.cardcheck_appkey, "10002")],
    ids=["key", "parameter"],
)
async def test_refusals_are_exceptions_and_free(
    client: aiohttp.ClientSession,
    bureaus: MockBureaus,
    form: dict[str, str],
    appkey: str,
    code: str,
) -> None:
    text = await ask(client, form, appkey)

    assert f'"success":false,"hasException":true,"code":"{code}"' in text
    assert detail(text)["chargeFlag"] == "0"
    assert not bureaus.calls[0].billed
