"""The credit report: its tokens, its hit codes, its refusals."""

from copy import deepcopy
from typing import Any

import aiohttp
import pytest

from mock_bureaus import MockBureaus, Step
from tests.mock_bureaus.asking import (
    CREDIT,
    ELDER_ID,
    TOKEN,
    UNKNOWN_ID,
    bearer,
    client_credentials,
    credit_order,
)
from tests.mock_bureaus.conftest import Clock

GRANT = {"grant_type": "client_credentials", "scope": "credit-report"}


async def ask(
    client: aiohttp.ClientSession, order: dict[str, Any], headers: dict[str, str]
) -> tuple[int, str]:
    async with client.post(CREDIT, json=order, headers=headers) as reply:
        return reply.status, await reply.text()


async def test_token_to_the_byte(client: aiohttp.ClientSession) -> None:
    async with client.post(TOKEN, data=GRANT, headers=client_credentials()) as reply:
        assert await reply.text() == (
            '{"access_token":"at-0001","token_type":"Bearer","expires_in":3600,'
            '"scope":"credit-report"}'
        )


@pytest.mark.parametrize(
    ("form", "secret", "status", "error"),
    [
        (GRANT, "stolen", 401, "invalid_client"),
        (GRANT | {"grant_type": "password"}, None, 400, "unsupported_grant_type"),
        (GRANT | {"scope": "everything"}, None, 400, "invalid_scope"),
    ],
)
async def test_no_token_for(
    client: aiohttp.ClientSession,
    form: dict[str, str],
    secret: str | None,
    status: int,
    error: str,
) -> None:
    headers = client_credentials(secret) if secret else client_credentials()
    async with client.post(TOKEN, data=form, headers=headers) as reply:
        assert (reply.status, await reply.json()) == (status, {"error": error})


async def test_hit_to_the_byte(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    _, text = await ask(client, credit_order(), await bearer(client))

    assert text == (
        '{"status":"completed","customerReferenceIdentifier":"req-0001","consumers":{'
        '"creditReport":[{"hitCode":{"code":"1","description":"Hit"},'
        '"subjectSocialNum":"110105199001010002","subjectDateOfBirth":"01011990",'
        '"nameMatchFlag":"Y","models":[{"modelNumber":"05402","score":688,'
        '"reasons":[{"code":"00038"},{"code":"00014"}]}],"trades":['
        '{"accountTypeCode":"18","dateOpened":"03152019","balance":1200,'
        '"pastDueAmount":0,"highCredit":5000,"thirtyDayCounter":1,'
        '"sixtyDayCounter":0,"ninetyDayCounter":0,'
        '"rate":{"code":1,"description":"Pays account as agreed"}},'
        '{"accountTypeCode":"26","dateOpened":"11012021","balance":86000,'
        '"pastDueAmount":950,"highCredit":120000,"thirtyDayCounter":2,'
        '"sixtyDayCounter":1,"ninetyDayCounter":0,'
        '"rate":{"code":2,"description":"Pays in 31 to 60 days"}}],"inquiries":['
        '{"inquiryDate":"05012025","industryCode":"BB"},'
        '{"inquiryDate":"09172025","industryCode":"FP"}]}]}}'
    )
    assert bureaus.calls[1].billed
    assert bureaus.calls[1].reference == "req-0001"


async def test_no_hit_is_billed_too(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    _, text = await ask(client, credit_order(UNKNOWN_ID), await bearer(client))

    assert text.endswith('{"creditReport":[{"hitCode":{"code":"2","description":"No-Hit"}}]}}')
    assert bureaus.calls[1].billed


async def test_a_thin_file_has_no_score(client: aiohttp.ClientSession) -> None:
    _, text = await ask(client, credit_order(ELDER_ID), await bearer(client))

    assert '"code":"1"' in text
    assert '"models":[]' in text


async def test_a_whole_name_may_stand_in_last_name(
    client: aiohttp.ClientSession,
) -> None:
    order = credit_order()
    order["consumers"]["name"] = [{"lastName": "测试丙"}]
    _, text = await ask(client, order, await bearer(client))

    assert '"nameMatchFlag":"Y"' in text


async def test_tokens_run_out(client: aiohttp.ClientSession, clock: Clock) -> None:
    headers = await bearer(client)
    clock.now = 3600.0

    assert await ask(client, credit_order(), headers) == (
        401,
        '{"errorCode":"401.300","description":"Invalid access token"}',
    )


async def test_refuses_a_made_up_token(client: aiohttp.ClientSession, bureaus: MockBureaus) -> None:
    headers = {"Authorization": "Bearer at-9999"}

    assert (await ask(client, credit_order(), headers))[0] == 401
    assert not bureaus.calls[0].billed


async def test_names_all_that_is_missing(client: aiohttp.ClientSession) -> None:
    order = deepcopy(credit_order())
    del order["consumers"]["socialNum"]
    del order["customerConfiguration"]["creditReport"]["endUserInformation"]

    status, text = await ask(client, order, await bearer(client))

    assert status == 400
    assert text == (
        '{"errorCode":"400.201","description":"Missing: consumers.socialNum,'
        ' endUsersName, permissiblePurposeCode"}'
    )


async def test_refuses_another_member(client: aiohttp.ClientSession) -> None:
    order = credit_order()
    order["customerConfiguration"]["creditReport"]["securityCode"] = "other"
    status, text = await ask(client, order, await bearer(client))

    assert status == 403
    assert '"errorCode":"403.100"' in text


async def test_an_order_is_known_by_its_number_whether_or_not_its_report_arrived(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    headers = await bearer(client)
    bureaus.script("credit_report", Step("billed_reset"))
    with pytest.raises(aiohttp.ClientError):
        await ask(client, credit_order(), headers)
    number = credit_order()["customerReferenceIdentifier"]
    states = {}
    for each in (number, "never-ordered"):
        async with client.get(f"/credit/v1/orders/{each}", headers=headers) as reply:
            states[each] = (reply.status, await reply.json())

    assert states[number] == (200, {"customerReferenceIdentifier": number, "state": "CHARGED"})
    assert states["never-ordered"][0] == 404
    assert len(bureaus.billed("credit_report")) == 1


async def test_the_state_of_an_order_needs_a_token(client: aiohttp.ClientSession) -> None:
    async with client.get("/credit/v1/orders/any") as reply:
        assert reply.status == 401
