"""The loan radar: what is sealed, what is hashed, what is billed, and what is billed once."""

import json
from hashlib import md5
from typing import Any

import aiohttp
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from mock_bureaus import DEMO, MockBureaus, Step
from mock_bureaus.bureaus.lending.loan_radar import PATH
from mock_bureaus.bureaus.lending.sealed_order import unsealed
from mock_bureaus.keys import rsa_key
from tests.mock_bureaus.asking import DEMO_ID, ELDER_ID, NAMES, UNKNOWN_ID


def hashed(text: str) -> str:
    return md5(text.encode(), usedforsecurity=False).hexdigest()


def client_key() -> RSAPrivateKey:
    key = load_pem_private_key(DEMO.loanradar_private_key.encode(), None)
    assert isinstance(key, RSAPrivateKey)
    return key


def sealed(text: bytes, key: RSAPrivateKey) -> str:
    """Do by hand what "to encrypt with the private key" means: PKCS #1 v1.5, block type 1."""
    size, numbers = key.key_size // 8, key.private_numbers()
    modulus = numbers.public_numbers.n
    chunks = (text[start : start + size - 11] for start in range(0, len(text), size - 11))
    blocks = (b"\0\1" + b"\xff" * (size - 3 - len(chunk)) + b"\0" + chunk for chunk in chunks)
    return b"".join(
        pow(int.from_bytes(block), numbers.d, modulus).to_bytes(size) for block in blocks
    ).hex()


def order(id_number: str = DEMO_ID, trans_id: str = "T1", **more: str) -> dict[str, str]:
    return {
        "member_id": DEMO.loanradar_member_id,
        "terminal_id": DEMO.loanradar_terminal_id,
        "trans_id": trans_id,
        "trade_date": "20260101120000",
        "id_no": hashed(id_number),
        "id_name": hashed(NAMES.get(id_number, "测试丁")),
        "encrypt_type": "MD5",
        "versions": "1.3.0",
        **more,
    }


def form(asked: dict[str, str], key: RSAPrivateKey | None = None) -> dict[str, str]:
    return {
        "member_id": DEMO.loanradar_member_id,
        "terminal_id": DEMO.loanradar_terminal_id,
        "data_type": "json",
        "data_content": sealed(json.dumps(asked).encode(), key or client_key()),
    }


async def ask(client: aiohttp.ClientSession, asked: dict[str, str]) -> str:
    async with client.post(PATH, data=asked) as reply:
        assert reply.status == 200
        return await reply.text()


def test_numbers_are_hashed_as_everybody_does() -> None:
    """A published vector."""
    assert order(ELDER_ID)["id_no"] == "ae05564031c21338aa8a2e7266e7855c"


def test_what_is_longer_than_the_key_travels_in_several_blocks() -> None:
    asked = order(phone_no=hashed("19900000001"))
    content = sealed(json.dumps(asked).encode(), client_key())

    assert len(content) == 2 * 2 * 256
    assert unsealed(content, client_key().public_key()) == asked


async def test_hit_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    assert await ask(client, form(order())) == (
        '{"success":true,"data":{"code":"0","desc":"查询成功","trans_id":"T1",'
        '"trade_no":"20260101120000000001","fee":"Y","result_detail":{"apply_report_detail":'
        '{"A22160001":"520","A22160002":"80","A22160003":"12","A22160004":"5"}}},'
        '"errorCode":null,"errorMsg":null}'
    )
    assert bureaus.calls[0].billed
    assert bureaus.calls[0].reference == "T1"


async def test_another_name_is_a_mismatch_and_billed(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    text = await ask(client, form(order(id_name=hashed("测试丁"))))

    assert text == (
        '{"success":true,"data":{"code":"1","desc":"认证信息不一致","trans_id":"T1",'
        '"trade_no":"20260101120000000001","fee":"Y","org_code":"0001"},'
        '"errorCode":null,"errorMsg":null}'
    )
    assert bureaus.calls[0].billed


async def test_nothing_found_is_free(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    text = await ask(client, form(order(UNKNOWN_ID)))

    assert '"code":"1","desc":"查询无记录"' in text
    assert '"fee":"N"' in text
    assert not bureaus.calls[0].billed


async def test_an_order_is_billed_but_once(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    await ask(client, form(order()))

    assert await ask(client, form(order())) == (
        '{"success":false,"data":null,"errorCode":"S1003","errorMsg":"订单不能重复提交"}'
    )
    assert [call.billed for call in bureaus.calls] == [True, False]


async def test_an_order_that_was_refused_may_be_sent_again(client: aiohttp.ClientSession) -> None:
    await ask(client, form(order(versions="")))

    assert '"code":"0"' in await ask(client, form(order()))


async def test_steps_know_whom_a_sealed_order_is_about(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("loanradar", Step("bureau_error", subject=ELDER_ID))

    assert '"code":"0"' in await ask(client, form(order(trans_id="T1")))
    assert '"errorCode":"S9999"' in await ask(client, form(order(ELDER_ID, "T2")))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (form(order(), rsa_key("somebody else's")), "S2002"),
        (form(order()) | {"data_content": "no hexadecimals"}, "S2002"),
        (form(order()) | {"data_content": ""}, "S1001"),
        (form(order()) | {"terminal_id": "8000000009"}, "S2001"),
        (form(order(trans_id="")), "S1001"),
        (form(order(terminal_id="8000000009")), "S1002"),
        (form(order(id_no=hashed(DEMO_ID).upper())), "S1002"),
        (form(order(trade_date="2026-01-01")), "S1002"),
        (form(order(encrypt_type="SHA256")), "S1002"),
    ],
    ids=["key", "hex", "content", "terminal", "order", "inside", "capitals", "date", "hash"],
)
async def test_refusals_have_a_code_and_are_free(
    client: aiohttp.ClientSession, bureaus: MockBureaus, asked: dict[str, Any], code: str
) -> None:
    text = await ask(client, asked)

    assert text.startswith(f'{{"success":false,"data":null,"errorCode":"{code}","errorMsg":"')
    assert not bureaus.calls[0].billed
