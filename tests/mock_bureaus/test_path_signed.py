"""The lending profile: a signature of the body, in the address."""

import json

import aiohttp
import pytest

from mock_bureaus import DEMO, MockBureaus
from mock_bureaus.bureaus.lending.path_signed import PRODUCT, signature
from tests.mock_bureaus.asking import DEMO_ID, ELDER_ID, NAMES

BODY = json.dumps({"id_no": DEMO_ID, "id_name": NAMES[DEMO_ID]}, ensure_ascii=False).encode()


def address(
    body: bytes = BODY,
    order: str = "o-1",
    pubkey: str = DEMO.pathsign_pubkey,
    product: str = PRODUCT,
) -> str:
    return (
        f"/pathsign/datafront/pubkey/{pubkey}/product_code/{product}"
        f"/out_order_id/{order}/signature/{signature(body, DEMO.pathsign_secret)}"
    )


async def ask(client: aiohttp.ClientSession, path: str, body: bytes = BODY) -> str:
    headers = {"Content-Type": "application/json"}
    async with client.post(path, data=body, headers=headers) as reply:
        assert reply.status == 200
        return await reply.text()


def test_signature_vector() -> None:
    assert signature(b'{"a":1}', "secret") == "024f2e00ff37c0bc840e757d00735c8b"


async def test_profile_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, address()) == (
        '{"header":{"ret_code":"000000","ret_msg":"查询成功"},"body":{"loan_detail":'
        '{"actual_loan_platform_count":6,"actual_loan_platform_count_3m":2,'
        '"repayment_platform_count":5},"risk_evaluation":{"risk_score":"62"}}}'
    )
    assert bureaus.calls[0].billed
    assert bureaus.calls[0].reference == "o-1"


async def test_no_profile_is_free(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    body = json.dumps({"id_no": ELDER_ID, "id_name": NAMES[ELDER_ID]}).encode()

    assert await ask(client, address(body), body) == (
        '{"header":{"ret_code":"000001","ret_msg":"查询成功，无数据"}}'
    )
    assert not bureaus.calls[0].billed


async def test_the_same_document_in_other_bytes_is_not_signed(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    text = await ask(client, address(), json.dumps(json.loads(BODY)).encode())

    assert text == '{"header":{"ret_code":"200002","ret_msg":"签名错误"}}'
    assert not bureaus.calls[0].billed


async def test_an_order_is_taken_but_once(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    await ask(client, address())

    assert await ask(client, address()) == (
        '{"header":{"ret_code":"400001","ret_msg":"out_order_id重复"}}'
    )
    assert [call.billed for call in bureaus.calls] == [True, False]


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        (address(pubkey="stolen"), BODY, "200001"),
        (address(product="P1"), BODY, "200003"),
        (address(b"[]"), b"[]", "300001"),
        (address(b'{"id_no":"1"}'), b'{"id_no":"1"}', "300001"),
    ],
    ids=["client", "product", "shape", "parameter"],
)
async def test_refusals_have_a_code(
    client: aiohttp.ClientSession, bureaus: MockBureaus, path: str, body: bytes, code: str
) -> None:
    assert f'"ret_code":"{code}"' in await ask(client, path, body)
    assert not bureaus.calls[0].billed
