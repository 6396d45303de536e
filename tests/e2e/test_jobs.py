"""What bureaus answer later, end to end: nothing is lost, nothing is bought twice."""

from __future__ import annotations

import asyncio
import hmac
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import identity_verification_pb2, inquiry_pb2, report_pb2

from datachannel_client import Client, ConsentFails, GatewayRefusal, NotAllowed, OutcomeUnknown
from gateway.app import Streams, running
from gateway.cli.demo_folder import Demo, DemoFolder, write_private
from gateway.security.keys import Keys
from mock_bureaus import Call, MockBureaus, Step

from .house import CONFIG, House, open_house, outcomes

CLEAR = identity_verification_pb2.DOCUMENT_AUTHENTICITY_CLEAR
DOCUMENT = "identity_verification.document_authenticity"
SUBMIT = "/resources/applicants"
STATEMENTS = "/statementlab/api/v3/organisations/{organisation}/transactions"
SLOW = Step("callback_never", polls=2, path=SUBMIT)
"""Nobody calls back, and the third poll, after 2.4 seconds, is the first that has a result."""
SHORT = 0.8
"""Seconds: time enough for a submission and one poll."""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


def wanted(house: House, product: str = "kyc_v1", **subject: object) -> pb.GetUserInfoRequest:
    """Ask about the demo's person what takes its time."""
    request = house.request(**subject)
    request.product = product
    seats = house.demo.gateway.assembled.seats[product]
    request.consent.ClearField("recipients")
    request.consent.recipients.extend(seat.bureau for seat in seats)
    request.consent.sensitive = True
    return request


async def impatient(client: Client, request: pb.GetUserInfoRequest) -> report_pb2.Report:
    """
    Ask with little time, and come back for a report that came too late for it.

    On a machine that is busy that happens, and then nothing else is different.
    """
    try:
        return await client.get_user_info(request, timeout=SHORT)
    except OutcomeUnknown:
        return (await client.get_inquiry(request.inquiry_id)).report


async def later(
    client: Client, inquiry_id: str, seconds: float = 8.0
) -> tuple[pb.GetInquiryResponse, int]:
    """Come back until the report is final, and tell how often it was not."""
    pending = 0
    async with asyncio.timeout(seconds):
        while True:
            found = await client.get_inquiry(inquiry_id)
            if found.state == pb.INQUIRY_STATE_FINAL:
                return found, pending
            pending += 1
            await asyncio.sleep(0.1)


def received(bureaus: MockBureaus, bureau: str = "kycflow") -> list[Call]:
    return [call for call in bureaus.calls if call.bureau == bureau]


def submissions(bureaus: MockBureaus) -> int:
    return sum(call.path == SUBMIT for call in received(bureaus))


def each_is_in_the_ledger(house: House, bureau: str, connector: str) -> bool:
    """Whether the ledger has an intent and an end for each hit that the bureau counted."""
    calls = [each for each in house.ledger.calls() if each.intent.connector == connector]
    ours = {each.intent.our_reference for each in calls}
    theirs = {call.reference for call in received(house.demo.bureaus, bureau)}
    return (
        len(calls) == len(received(house.demo.bureaus, bureau))
        and all(each.outcome is not None for each in calls)
        and ours == theirs
        and len(ours) == 1
    )


async def call_back(house: House, body: bytes, secret: str, path: str = "document_check") -> int:
    """Say something to the gateway as the bureau would, under a secret."""
    digest = hmac.digest(secret.encode(), body, "sha256").hex()
    async with (
        aiohttp.ClientSession() as session,
        session.post(
            f"{house.demo.gateway.callback_url}/{path}",
            data=body,
            headers={"X-Payload-Digest": digest},
            ssl=False,
        ) as answer,
    ):
        return answer.status


async def test_a_job_that_is_done_in_time_is_answered_at_once(house: House) -> None:
    report = await house.client.get_user_info(wanted(house), timeout=5)

    assert report.completeness.verdict == report_pb2.VERDICT_COMPLETE
    assert report.user_info.identity_verification.document_authenticity == CLEAR
    assert [call.path for call in received(house.demo.bureaus)] == [
        SUBMIT,
        f"{SUBMIT}/a0001/status",
    ]
    assert [each.status for each in house.demo.bureaus.callbacks] == [204]
    assert each_is_in_the_ledger(house, "kycflow", "document_check")
    found = await house.client.get_inquiry(report.inquiry_id)
    assert found.state == pb.INQUIRY_STATE_FINAL
    assert found.report.user_info == report.user_info


async def test_who_can_not_wait_comes_back_and_pays_once(house: House) -> None:
    house.demo.bureaus.script("kycflow", SLOW)
    request = wanted(house)
    first = await impatient(house.client, request)

    assert first.completeness.verdict == report_pb2.VERDICT_PENDING
    assert first.fields[DOCUMENT].status == report_pb2.FIELD_STATUS_PENDING
    assert outcomes(first)["document_check"] == "PENDING"
    assert not first.user_info.HasField("identity_verification")

    found, pending = await later(house.client, request.inquiry_id)
    assert pending > 0
    assert found.report.completeness.verdict == report_pb2.VERDICT_COMPLETE
    assert found.report.user_info.identity_verification.document_authenticity == CLEAR
    assert found.report.fields[DOCUMENT].status == report_pb2.FIELD_STATUS_PRESENT
    assert found.report.cost == first.cost
    assert len(house.demo.bureaus.billed("kycflow")) == 1
    assert submissions(house.demo.bureaus) == 1
    assert each_is_in_the_ledger(house, "kycflow", "document_check")


async def test_its_answer_is_there_for_the_next_inquiry_too(house: House) -> None:
    house.demo.bureaus.script("kycflow", SLOW)
    request = wanted(house)
    await impatient(house.client, request)
    await later(house.client, request.inquiry_id)
    calls = len(house.demo.bureaus.calls)
    again = await house.client.get_user_info(wanted(house), timeout=5)

    assert again.user_info.identity_verification.document_authenticity == CLEAR
    assert again.connectors[0].served_from == report_pb2.SERVED_FROM_CACHE
    assert not again.cost.units
    assert len(house.demo.bureaus.calls) == calls


async def test_a_callback_before_the_submissions_answer_is_not_lost(house: House) -> None:
    house.demo.bureaus.script("kycflow", Step("callback_first", latency="100ms", polls=100))
    report = await house.client.get_user_info(wanted(house), timeout=5)

    assert report.user_info.identity_verification.document_authenticity == CLEAR
    assert len(received(house.demo.bureaus)) == 2
    assert [each.status for each in house.demo.bureaus.callbacks] == [204]


async def test_a_callback_that_comes_twice_counts_once(house: House) -> None:
    house.demo.bureaus.script("kycflow", Step("callback_twice", polls=100))
    report = await house.client.get_user_info(wanted(house), timeout=5)
    await house.demo.bureaus.callbacks_settled()

    assert report.user_info.identity_verification.document_authenticity == CLEAR
    assert [each.status for each in house.demo.bureaus.callbacks] == [204, 204]
    assert len(received(house.demo.bureaus)) == 2


async def test_a_callback_of_somebody_else_is_refused_and_does_nothing(house: House) -> None:
    house.demo.bureaus.script("kycflow", SLOW)
    request = wanted(house)
    asking = asyncio.create_task(house.client.get_user_info(request, timeout=5))
    await house.demo.bureaus.received(1)
    body = json.dumps(
        {"applicantId": "a0001", "type": "applicantReviewed", "reviewStatus": "completed"}
    ).encode()
    forged = await call_back(house, body, "not the bureau's")
    secret = house.demo.folder.credentials.kycflow_webhook_secret
    statuses = [
        await call_back(house, body + b" ", "not the bureau's"),
        await call_back(house, b"{", secret),
        await call_back(house, body, secret, "no_such_connector"),
        await call_back(house, body, secret, "income_report"),
        await call_back(house, body, secret, "income_report/guessed"),
    ]
    report = await asking

    assert forged == 401
    assert statuses == [401, 400, 404, 401, 401]
    assert report.user_info.identity_verification.document_authenticity == CLEAR
    # All three polls were waited for: nothing hastened them.
    assert len(received(house.demo.bureaus)) == 4


async def test_equal_inquiries_join_one_job(house: House) -> None:
    house.demo.bureaus.script("kycflow", SLOW)
    requests = [wanted(house) for _ in range(3)]
    reports = await asyncio.gather(
        *(house.client.get_user_info(request, timeout=2) for request in requests)
    )
    late = wanted(house)
    found = [await house.client.get_user_info(late, timeout=5)]
    found += [(await later(house.client, request.inquiry_id))[0].report for request in requests]

    assert {outcomes(report)["document_check"] for report in reports} == {"PENDING"}
    assert {each.user_info.identity_verification.document_authenticity for each in found} == {CLEAR}
    assert submissions(house.demo.bureaus) == 1
    assert len(house.demo.bureaus.billed("kycflow")) == 1


async def test_an_applicant_that_the_bureau_has_already_is_followed(house: House) -> None:
    await house.client.get_user_info(wanted(house), timeout=5)
    request = wanted(house)
    request.reuse.mode = inquiry_pb2.REUSE_MODE_BYPASS
    report = await house.client.get_user_info(request, timeout=5)

    assert report.user_info.identity_verification.document_authenticity == CLEAR
    assert submissions(house.demo.bureaus) == 2
    assert len(house.demo.bureaus.billed("kycflow")) == 1
    assert not report.cost.units


async def test_a_submission_that_was_lost_is_not_repeated(house: House) -> None:
    house.demo.bureaus.script("kycflow", Step("billed_reset"))
    with pytest.raises(GatewayRefusal) as refused:
        await house.client.get_user_info(wanted(house), timeout=5)

    # It works for it all the same, and says so when it is done.
    await house.demo.bureaus.callbacks_settled()
    assert refused.value.reason == "UPSTREAM_OUTCOME_UNKNOWN"
    assert submissions(house.demo.bureaus) == 1
    assert house.ledger.open_intents() == ()


async def test_a_consent_that_has_ended_gives_nothing_any_more(house: House) -> None:
    house.demo.bureaus.script("kycflow", SLOW)
    request = wanted(house)
    ends = datetime.now(UTC) + timedelta(seconds=1.5)
    request.consent.expires_at.FromDatetime(ends)
    report = await impatient(house.client, request)
    before = await house.client.get_inquiry(request.inquiry_id)
    await asyncio.sleep((ends - datetime.now(UTC)).total_seconds() + 0.05)
    with pytest.raises(ConsentFails) as refused:
        await house.client.get_inquiry(request.inquiry_id)

    assert report.completeness.verdict == report_pb2.VERDICT_PENDING
    assert before.state == pb.INQUIRY_STATE_PENDING
    assert refused.value.reason == "CONSENT_EXPIRED"


async def test_an_income_is_waited_for_and_called_back_at_a_secret_address(house: House) -> None:
    report = await house.client.get_user_info(wanted(house, "income_v1"), timeout=5)

    income = report.user_info.income_employment.monthly_income
    assert (income.minor_units, income.currency) == (1520000, "CNY")
    assert [each.status for each in house.demo.bureaus.callbacks] == [204]
    assert each_is_in_the_ledger(house, "cashline", "income_report")
    assert len(house.demo.bureaus.billed("cashline")) == 1
    assert outcomes(report)["bank_statement"] == "NEED_INPUT"


async def test_a_statement_is_uploaded_read_and_fetched(house: House) -> None:
    house.demo.bureaus.script(
        "statementlab",
        Step(polls=0, path=f"{STATEMENTS}/{{id}}/bank-statements"),
    )
    request = wanted(house, "income_v1")
    request.attachments["bank_statement"] = b"%PDF-1.4\r\n\x00\xff--\r\n"
    report = await house.client.get_user_info(request, timeout=8)

    income = report.user_info.income_employment.monthly_income
    assert (income.minor_units, income.currency) == (6500000, "INR")
    assert report.user_info.consumption.cashflow.avg_balance.minor_units == 4200050
    assert [
        call.path.rpartition("/")[2] for call in received(house.demo.bureaus, "statementlab")
    ] == [
        "transactions",
        "files",
        "bank-statements",
        "status",
        "reports",
    ]
    assert len(house.demo.bureaus.billed("statementlab")) == 1
    assert each_is_in_the_ledger(house, "statementlab", "bank_statement")


async def test_a_file_from_abroad_is_awaited_until_its_owner_has_agreed(house: House) -> None:
    request = wanted(house, "passport_v1")
    request.application.id = "app-1"
    first = await impatient(house.client, request)
    assert house.demo.bureaus.calls == []
    secret = (house.demo.folder.pki.secrets / "creditpassport_callback").read_text()
    url = f"{house.demo.gateway.callback_url}/credit_passport/{secret}"
    await house.demo.bureaus.tell(
        "creditpassport", "complete", externalId="app-1", callback_url=url, times=2
    )
    found, _ = await later(house.client, request.inquiry_id)

    assert first.completeness.verdict == report_pb2.VERDICT_PENDING
    assert found.report.user_info.credit_summary.scores[0].score == 688
    assert len(house.demo.bureaus.billed("creditpassport")) == 1
    assert [each.status for each in house.demo.bureaus.callbacks] == [204, 204]


async def test_a_password_that_the_caller_brings_opens_an_identity_file(house: House) -> None:
    bureaus, known = house.demo.bureaus, house.demo.folder.credentials
    async with (
        aiohttp.ClientSession(headers={"x-kyc-key": known.kycdesk_key}) as session,
        session.post(
            f"{bureaus.url}/v3/eaadhaar/otp", json={"consent": "Y", "aadhaarNo": "999999990019"}
        ) as answer,
    ):
        sent = await answer.json()
    request = wanted(house, customer_id="c-3001", name="RAVI SAMPLE", id_number="ABCPE1234F")
    request.inputs["otp"], request.inputs["request_id"] = "123456", sent["requestId"]
    report = await house.client.get_user_info(request, timeout=5)

    asked = {name: word for name, word in outcomes(report).items() if name != "aadhaar_otp"}
    assert set(asked.values()) == {"HIT"}
    assert report.user_info.identity_verification.id_number_masked == "XXXXXXXX0019"
    assert report.user_info.attributes["kycdesk_pan_name"].string_value == "RAVI SAMPLE"


@asynccontextmanager
async def reopened(made: DemoFolder, bureaus: MockBureaus, config: Path) -> AsyncIterator[House]:
    """Start a gateway on what an earlier one has left, before bureaus that went on."""
    with (made.pki.folder / "again.log").open("a", encoding="utf-8") as log:
        env = made.env(bureaus)
        async with running(config, env, Streams(log, log), "127.0.0.1:0") as gateway:
            demo = Demo(made, bureaus, gateway)
            async with demo.door.client() as client:
                yield House(demo, client)


async def test_a_restart_loses_nothing_and_submits_nothing_twice(tmp_path: Path) -> None:
    made = DemoFolder.at(tmp_path)
    async with MockBureaus(credentials=made.credentials) as bureaus:
        bureaus.script("kycflow", SLOW)
        async with reopened(made, bureaus, CONFIG) as house:
            request = wanted(house)
            first = await impatient(house.client, request)
        async with reopened(made, bureaus, CONFIG) as house:
            found, _ = await later(house.client, request.inquiry_id)
            ledger = each_is_in_the_ledger(house, "kycflow", "document_check")
            again = await house.client.get_user_info(wanted(house), timeout=5)

        assert first.completeness.verdict == report_pb2.VERDICT_PENDING
        assert found.report.user_info.identity_verification.document_authenticity == CLEAR
        assert found.report.cost == first.cost
        assert again.connectors[0].served_from == report_pb2.SERVED_FROM_CACHE
        assert submissions(bureaus) == 1
        assert len(bureaus.billed("kycflow")) == 1
        assert ledger


async def test_a_callback_for_a_job_of_before_a_restart_ends_it(tmp_path: Path) -> None:
    made = DemoFolder.at(tmp_path)
    async with MockBureaus(credentials=made.credentials) as bureaus:
        request = None
        async with reopened(made, bureaus, CONFIG) as house:
            request = wanted(house, "passport_v1")
            request.application.id = "app-1"
            await impatient(house.client, request)
        async with reopened(made, bureaus, CONFIG) as house:
            secret = (made.pki.secrets / "creditpassport_callback").read_text()
            url = f"{house.demo.gateway.callback_url}/credit_passport/{secret}"
            await bureaus.tell("creditpassport", "complete", externalId="app-1", callback_url=url)
            found, _ = await later(house.client, request.inquiry_id)

        assert found.report.user_info.credit_summary.scores[0].score == 688
        assert len(bureaus.billed("creditpassport")) == 1


async def test_a_statement_that_a_restart_interrupts_is_started_once(tmp_path: Path) -> None:
    made = DemoFolder.at(tmp_path)
    async with MockBureaus(credentials=made.credentials) as bureaus:
        async with reopened(made, bureaus, CONFIG) as house:
            request = wanted(house, "income_v1")
            request.attachments["bank_statement"] = b"%PDF-1.4"
            await impatient(house.client, request)
        async with reopened(made, bureaus, CONFIG) as house:
            found, _ = await later(house.client, request.inquiry_id, 12)
        started = [call for call in bureaus.calls if call.path.endswith("/bank-statements")]

        assert found.report.user_info.income_employment.monthly_income.currency == "INR"
        assert len(started) == len(bureaus.billed("statementlab")) == 1


def _with_neighbours(made: DemoFolder, folder: Path) -> Path:
    """Copy the config, and let in by key alone: a colleague of the same tenant, and another."""
    config = folder / "config"
    shutil.copytree(CONFIG, config)
    scoring = config / "callers" / "scoring.yaml"
    san = 'san: ["spiffe://lender/scoring"], '
    assert san in scoring.read_text("utf-8")
    scoring.write_text(scoring.read_text("utf-8").replace(san, ""), "utf-8")
    keys = Keys.of((made.pki.secrets / "master_key").read_text(), "test")
    for name, tenant, product in (
        ("stranger", "lender_b", "kyc_v1"),
        ("colleague", "lender_a", "identity_v1"),
    ):
        write_private(made.pki.secrets / f"{name}_key_hash", keys.api_key_hash(name))
        (config / "callers" / f"{name}.yaml").write_text(
            f"name: {name}\ntenant: {tenant}\nproducts: [{product}]\n"
            "purposes: [CREDIT_ORIGINATION]\n"
            f'identities: {{api_keys: ["${{secrets.{name}_key_hash}}"]}}\n'
        )
    return config


async def test_an_inquiry_is_its_tenants_own(tmp_path: Path) -> None:
    made = DemoFolder.at(tmp_path / "demo")
    config = _with_neighbours(made, tmp_path)
    async with MockBureaus(credentials=made.credentials) as bureaus:
        bureaus.script("kycflow", SLOW)
        async with reopened(made, bureaus, config) as house:
            request = wanted(house)
            await impatient(house.client, request)

            async def seen(key: str, inquiry_id: str) -> GatewayRefusal:
                async with replace(house.demo.door, api_key=key).client() as client:
                    with pytest.raises(GatewayRefusal) as refused:
                        await client.get_inquiry(inquiry_id)
                return refused.value

            stranger = await seen("stranger", request.inquiry_id)
            nobodys = await seen("stranger", str(uuid4()))
            colleague = await seen("colleague", request.inquiry_id)

    assert stranger.reason == nobodys.reason == "INQUIRY_UNKNOWN"
    assert str(stranger) == str(nobodys)
    assert isinstance(colleague, NotAllowed)
