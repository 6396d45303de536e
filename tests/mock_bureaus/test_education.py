"""The education check: its signature and its own word on the bill."""

import aiohttp
import pytest

from mock_bureaus import MockBureaus
from mock_bureaus.bureaus.checks.education import signature
from tests.mock_bureaus.asking import EDUCATION, ELDER_ID, UNKNOWN_ID, education_form


async def ask(client: aiohttp.ClientSession, form: dict[str, str]) -> str:
    async with client.post(EDUCATION, data=form) as reply:
        assert reply.status == 200
        return await reply.text()


def test_signature_vector() -> None:
    assert signature("demoapp01", "demosecret01", "1760000000000") == (
        "e81864a85b6d7605588592a3321650c36d5ca1fa06ab7fbd5d5b6b7b26db0509"
    )


async def test_degree_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, education_form()) == (
        '{"code":200,"msg":"成功","charge":true,"taskNo":"0001","data":{'
        '"name":"测试丙","sex":"女","birthday":"1990-01-01","school":"示例大学",'
        '"specialty":"经济学","level":"硕士","academicDegreeName":"经济学硕士学位",'
        '"certificateNo":"1000000000000001"}}'
    )
    assert bureaus.calls[0].billed


@pytest.mark.parametrize(
    "form",
    [
        education_form(UNKNOWN_ID),
        education_form(ELDER_ID),
        education_form() | {"name": "测试丁"},
        education_form() | {"certificateNo": "1000000000000002"},
    ],
    ids=["unknown", "no degree", "other name", "other certificate"],
)
async def test_no_record_is_free(
    client: aiohttp.ClientSession, bureaus: MockBureaus, form: dict[str, str]
) -> None:
    text = await ask(client, form)

    assert text == '{"code":404,"msg":"查无","charge":false,"taskNo":"0001"}'
    assert not bureaus.calls[0].billed


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"sign": "0" * 64}, 401),
        ({"appId": "other"}, 401),
        ({"timestamp": "1760000000001"}, 401),
        ({"certificateNo": ""}, 400),
    ],
    ids=["signature", "app", "time", "certificate"],
)
async def test_refusals_have_a_code(
    client: aiohttp.ClientSession,
    bureaus: MockBureaus,
    spoilt: dict[str, str],
    code: int,
) -> None:
    text = await ask(client, education_form() | spoilt)

    assert text.startswith(f'{{"code":{code},"msg":"')
    assert '"charge":false' in text
    assert not bureaus.calls[0].billed
