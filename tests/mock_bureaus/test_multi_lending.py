"""The multi-lending product: its token, its check code, its flags."""

import aiohttp
import pytest

from mock_bureaus import MockBureaus
from mock_bureaus.bureaus.lending.multi_lending import check_code
from tests.mock_bureaus.asking import (
    ELDER_ID,
    LENDING,
    LOGIN,
    LOGIN_FORM,
    UNKNOWN_ID,
    lending_form,
    lending_token,
)
from tests.mock_bureaus.conftest import Clock


async def ask(client: aiohttp.ClientSession, form: dict[str, str]) -> str:
    async with client.post(LENDING, data=form) as reply:
        assert reply.status == 200
        return await reply.text()


def test_check_code_vector() -> None:
    """A published vector: the JSON's escapes are part of what is signed."""
    json_data = (
        '{"id":"11010519491231002X","cell":"19900000001",'
        '"name":"\\u6d4b\\u8bd5\\u7532","meal":"ApplyLoanStr,SpecialList_c"}'
    )
    vector = "93e68c49fbb5606c39808f4ef79a6d7a"

    assert check_code(json_data, "3000001", "tok-0001") == vector
    assert lending_form("tok-0001", ELDER_ID)["checkCode"] == vector


async def test_login_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    async with client.post(LOGIN, data=LOGIN_FORM) as reply:
        assert await reply.text() == '{"code":0,"tokenid":"tok-0001"}'
    assert not bureaus.calls[0].billed


async def test_login_refuses_a_wrong_password(client: aiohttp.ClientSession) -> None:
    async with client.post(LOGIN, data=LOGIN_FORM | {"password": "no"}) as reply:
        assert await reply.text() == '{"code":100006,"message":"用户名或密码错误"}'


async def test_output_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    token = await lending_token(client)

    assert await ask(client, lending_form(token)) == (
        '{"code":"00","swift_number":"3000001_20260101120000_0001",'
        '"flag_applyloanstr":"1","als_m3_id_nbank_allnum":"7",'
        '"als_m3_id_nbank_orgnum":"5","als_m3_id_bank_allnum":"1",'
        '"als_m12_cell_nbank_allnum":"19","als_lst_id_nbank_inteday":"12",'
        '"flag_specialList_c":"1","sl_id_nbank_bad_allnum":"1",'
        '"sl_cell_nbank_bad_allnum":"1"}'
    )
    assert bureaus.calls[1].billed


async def test_each_product_has_its_own_flag(client: aiohttp.ClientSession) -> None:
    text = await ask(client, lending_form(await lending_token(client), ELDER_ID))

    assert '"flag_applyloanstr":"0","flag_specialList_c":"1"' in text


async def test_another_mobile_learns_nothing_of_this_one(
    client: aiohttp.ClientSession,
) -> None:
    form = lending_form(await lending_token(client), cell="19900000002")
    text = await ask(client, form)

    assert '"als_m3_id_nbank_allnum":"7"' in text
    assert "_cell_" not in text


async def test_nothing_matched_is_flag_0_and_free(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    text = await ask(client, lending_form(await lending_token(client), UNKNOWN_ID))

    assert text == (
        '{"code":"00","swift_number":"3000001_20260101120000_0001",'
        '"flag_applyloanstr":"0","flag_specialList_c":"0"}'
    )
    assert not bureaus.calls[1].billed


async def test_too_little_input_is_flag_98(client: aiohttp.ClientSession) -> None:
    text = await ask(client, lending_form(await lending_token(client), cell=""))

    assert '"flag_applyloanstr":"98","flag_specialList_c":"98"' in text


@pytest.mark.parametrize(
    ("spoilt", "code"),
    [
        ({"checkCode": "0" * 32}, "100007"),
        ({"jsonData": "{ }"}, "100007"),
        ({"apiCode": "3000002"}, "100005"),
        ({"tokenid": "tok-9999"}, "100004"),
        ({"interCommand": ""}, "100001"),
    ],
    ids=["check code", "other bytes", "api code", "token", "parameter"],
)
async def test_refusals_have_a_code(
    client: aiohttp.ClientSession,
    bureaus: MockBureaus,
    spoilt: dict[str, str],
    code: str,
) -> None:
    text = await ask(client, lending_form(await lending_token(client)) | spoilt)

    assert text.startswith(f'{{"code":"{code}","message":"')
    assert not bureaus.calls[1].billed


async def test_a_token_grows_old(client: aiohttp.ClientSession, clock: Clock) -> None:
    form = lending_form(await lending_token(client))
    clock.now = 3600.0

    assert await ask(client, form) == '{"code":"100004","message":"tokenid失效"}'


async def test_tokens_can_be_expired_at_will(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    form = lending_form(await lending_token(client))
    bureaus.expire_tokens("multi_lending")

    assert '"code":"100004"' in await ask(client, form)
    assert await lending_token(client) == "tok-0002"
