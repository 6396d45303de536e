"""The sealed degree check: AES both ways, and codes of two kinds."""

import json
from typing import Any

import aiohttp
import pytest

from mock_bureaus import DEMO, MockBureaus, Step
from mock_bureaus.bureaus.checks.sealed_degree import seal, unseal
from tests.mock_bureaus.asking import DEMO_ID, ELDER_ID, NAMES

PATH = "/sealdegree/api/v1/DEGREE01"
KEY = DEMO.sealdegree_key
NOW = {"t": "1760000000000"}


def asked(id_number: str = DEMO_ID) -> dict[str, str]:
    return {"name": NAMES.get(id_number, "测试丁"), "id_card": id_number}


async def ask(
    client: aiohttp.ClientSession,
    body: dict[str, Any],
    path: str = PATH,
    *,
    access: str = DEMO.sealdegree_access_id,
    query: dict[str, str] = NOW,
) -> dict[str, Any]:
    headers = {"Access-Id": access}
    async with client.post(path, json=body, headers=headers, params=query) as reply:
        assert reply.status == 200
        document: dict[str, Any] = await reply.json()
        return document


def test_vector() -> None:
    """A published one: key 00..0f, initial vector 10..1f, and that vector goes first."""
    sealed = (
        "EBESExQVFhcYGRobHB0eH2hxedZ0MvtAmypnRT8FY5r0ydjbdtVdXVDE63evRaJHBI6Zc8s6HxXUsTEIki"
        "jLgGlFZh6oH+haBehRtrXGEps="
    )

    assert unseal(sealed, KEY) == {"name": "测试甲", "id_card": ELDER_ID}


async def test_a_degree_is_sealed_too(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    answer = await ask(client, {"data": seal(asked(), KEY)})

    assert (answer["code"], answer["message"]) == (0, "ok")
    assert unseal(answer["data"], KEY) == {
        "degree_level": "本科",
        "school": "示例大学",
        "study_form": "普通全日制",
        "enrol": "2008-09",
        "graduate": "2012-07",
    }
    assert bureaus.calls[0].billed


async def test_no_two_answers_are_sealed_alike(client: aiohttp.ClientSession) -> None:
    body = {"data": seal(asked(), KEY)}

    assert (await ask(client, body))["data"] != (await ask(client, body))["data"]


async def test_no_record_is_free_and_its_code_a_string(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    answer = await ask(client, {"data": seal(asked(ELDER_ID), KEY)})

    assert answer == {"code": "1000", "message": "查无记录"}
    assert not bureaus.calls[0].billed


async def test_another_name_has_no_record(client: aiohttp.ClientSession) -> None:
    answer = await ask(client, {"data": seal(asked() | {"name": "测试丁"}, KEY)})

    assert answer["code"] == "1000"


async def test_steps_know_whom_a_sealed_question_is_about(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("sealdegree", Step("bureau_error", subject=ELDER_ID))

    assert (await ask(client, {"data": seal(asked(), KEY)}))["code"] == 0
    assert (await ask(client, {"data": seal(asked(ELDER_ID), KEY)}))["code"] == 1099


@pytest.mark.parametrize(
    "text", ["no base64", "", "AAAA", json.dumps(asked())], ids=["text", "blank", "short", "clear"]
)
async def test_what_cannot_be_opened_is_1004(client: aiohttp.ClientSession, text: str) -> None:
    assert (await ask(client, {"data": text}))["code"] == 1004


async def test_refusals_have_a_code(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    body = {"data": seal(asked(), KEY)}
    other = {"data": seal(asked(), "ff" * 16)}

    assert (await ask(client, body, access="stolen"))["code"] == 1003
    assert (await ask(client, other))["code"] == 1004
    assert (await ask(client, body, "/sealdegree/api/v1/DEGREE02"))["code"] == 1002
    assert (await ask(client, asked()))["code"] == 1001
    assert (await ask(client, body, query={}))["code"] == 1001
    assert (await ask(client, {"data": seal({"name": "测试丙"}, KEY)}))["code"] == 1001
    assert not any(call.billed for call in bureaus.calls)
