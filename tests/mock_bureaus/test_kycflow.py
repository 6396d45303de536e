"""The flow of identity checks: its signature, its waiting, its callback."""

import hmac
import json

import aiohttp

from mock_bureaus import DEMO, MockBureaus, Step
from mock_bureaus.bureaus.identity.kycflow import signature
from mock_bureaus.contract import Received
from tests.mock_bureaus.listening import SUBMIT, flow_headers, listening, look, submit


def test_signature_vector() -> None:
    """A published vector: nothing stands between the parts."""
    body = b'{"externalUserId":"u-1001","type":"individual"}'
    received = Received("POST", "/resources/applicants", {}, {}, body, raw_path=SUBMIT)
    vector = "1a7cbe4495d3d96aa515c693ac4a301c5e7fa1f25b8321e4ad0257e028d550e9"

    assert signature("sbxsecret", "1760000000", received) == vector


async def test_an_applicant_is_decided_after_two_polls(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    assert await submit(client) == (
        201,
        '{"id":"a0001","externalUserId":"c-1001","levelName":"basic-kyc-level"}',
    )
    looks = [(await look(client))[1] for _ in range(3)]

    assert looks == [
        '{"applicantId":"a0001","reviewStatus":"init"}',
        '{"applicantId":"a0001","reviewStatus":"pending"}',
        (
            '{"applicantId":"a0001","reviewStatus":"completed",'
            '"reviewResult":{"reviewAnswer":"GREEN"}}'
        ),
    ]
    assert [call.path for call in bureaus.billed(subject="c-1001")] == ["/resources/applicants"]


async def test_the_director_says_how_long_it_takes(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("kycflow", Step(polls=0, subject="c-1002"), Step("hang", subject="c-1001"))
    await submit(client, "c-1002")

    assert json.loads((await look(client))[1])["reviewResult"] == {
        "reviewAnswer": "RED",
        "rejectLabels": ["FORGERY"],
        "reviewRejectType": "FINAL",
    }


async def test_an_applicant_is_not_taken_twice(client: aiohttp.ClientSession) -> None:
    await submit(client)
    status, text = await submit(client)

    assert (status, json.loads(text)["id"]) == (409, "a0001")


async def test_nobody_is_found_under_another_number(client: aiohttp.ClientSession) -> None:
    status, text = await look(client, "a9999")

    assert (status, json.loads(text)["code"]) == (404, 404)


async def test_refuses_a_signature_of_another_body(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    headers = flow_headers("POST", SUBMIT, b"{}")
    async with client.post(SUBMIT, data=b'{"externalUserId":"x"}', headers=headers) as reply:
        assert reply.status == 401
    assert bureaus.billed() == []


async def test_a_callback_is_signed_and_decides(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("kycflow", Step(polls=100))
    async with listening() as listener:
        bureaus.call_back("kycflow", listener.url)
        await submit(client)
        await bureaus.callbacks_settled()
    ((body, headers),) = listener.heard
    digest = hmac.digest(DEMO.kycflow_webhook_secret.encode(), body, "sha256").hex()

    assert headers["X-Payload-Digest"] == digest
    assert body.decode() == (
        '{"applicantId":"a0001","externalUserId":"c-1001","type":"applicantReviewed",'
        '"reviewStatus":"completed","reviewResult":{"reviewAnswer":"GREEN"}}'
    )
    assert '"completed"' in (await look(client))[1]


async def test_the_director_decides_what_comes_out(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    bureaus.script("kycflow", Step(polls=0))
    await bureaus.tell("kycflow", "review", externalUserId="c-1001", reviewAnswer="RED")
    await submit(client)

    assert '"reviewAnswer":"RED"' in (await look(client))[1]


async def test_a_poll_is_scripted_by_whom_it_is_about(
    client: aiohttp.ClientSession, bureaus: MockBureaus
) -> None:
    """Though the customer's number stands nowhere in it."""
    await submit(client)
    bureaus.script("kycflow", Step("status:500", subject="c-1001", call=2))

    assert [(await look(client))[0] for _ in range(3)] == [200, 500, 200]
