"""Each product that the demo has a person for is answered, and billed, as its bureaus say."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

import pytest
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, report_pb2

from datachannel_client import GatewayRefusal
from gateway.cli.ask import read_message
from gateway.cli.demo_folder import PRODUCT, SUBJECTS

from .house import House, open_house, outcomes

OTHERS: Mapping[str, Mapping[str, str]] = {
    "lending_checks_v1": {
        "loan_radar": "HIT",
        "platform_loans": "HIT",
        "bank_card_check": "HIT",
        "sealed_degree": "HIT",
    },
    "us_loan_v1": {"us_credit_report": "HIT", "us_credit_xml": "HIT"},
    "mx_loan_v1": {"mexico_credit_score": "HIT"},
    "in_loan_v1": {"india_credit_report": "HIT"},
}


HELD = ("attributes.kycdesk_aadhaar_name", "identity_verification.id_number_masked")


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with open_house(tmp_path) as house:
        yield house


async def ask(house: House, product: str, **subject: object) -> report_pb2.Report:
    """Ask as the demo's own files do: with its subject, and with its one consent."""
    folder = house.demo.folder.pki.folder
    file = folder / f"subject_{product}.json"
    if subject:
        told = {**json.loads(file.read_text("utf-8")), **subject}
        kept = {name: value for name, value in told.items() if value is not None}
        file.write_text(json.dumps(kept), encoding="utf-8")
    request = house.request()
    request.product = product
    request.subject.CopyFrom(read_message(file, inquiry_pb2.Subject))
    request.consent.CopyFrom(read_message(folder / "consent.json", inquiry_pb2.Consent))
    return await house.client.get_user_info(request, timeout=10)


def knowing(house: House, **inputs: str) -> pb.GetUserInfoRequest:
    """Ask for what an identity file holds, with what only the caller can give."""
    request = house.request()
    request.product = "kyc_v1"
    request.fields.paths.extend(HELD)
    request.inputs.update(inputs)
    request.consent.recipients.append("kycdesk")
    request.consent.sensitive = True
    return request


@pytest.mark.parametrize("product", OTHERS)
async def test_a_product_is_answered_and_paid_for(house: House, product: str) -> None:
    report = await ask(house, product)
    billed = [call for call in house.demo.bureaus.calls if call.billed]

    assert outcomes(report) == OTHERS[product]
    assert report.completeness.verdict == report_pb2.VERDICT_COMPLETE
    assert len(billed) == len(OTHERS[product])
    assert {each.outcome.billed for each in house.ledger.calls() if each.outcome} == {"YES"}


def test_there_is_a_person_for_each() -> None:
    assert {PRODUCT, *OTHERS} <= set(SUBJECTS)


async def test_scores_of_two_bureaus_are_both_there_and_accounts_are_counted_once(
    house: House,
) -> None:
    report = await ask(house, "us_loan_v1")
    summary = report.user_info.credit_summary

    assert [(each.connector, each.score) for each in summary.scores] == [
        ("us_credit_report", 712),
        ("us_credit_xml", 712),
    ]
    assert {each.connector for each in summary.tradelines} == {"us_credit_report"}
    assert (summary.total_accounts, summary.freeze) == (2, False)


async def test_what_a_family_names_is_in_the_report(house: House) -> None:
    report = await ask(house, "lending_checks_v1")
    radar = {name: each.int_value for name, each in report.user_info.attributes.items()}

    assert radar["loanradar_a22160001"] == 520
    assert radar["loanradar_a22160004"] == 5


async def test_a_card_that_nobody_gave_is_not_asked_about(house: House) -> None:
    report = await ask(house, "lending_checks_v1", bank_card=None)

    assert outcomes(report)["bank_card_check"] == "NEED_INPUT"
    assert outcomes(report)["sealed_degree"] == "HIT"


async def test_a_password_is_sent_first_and_read_out_to_whoever_asks_again(house: House) -> None:
    """What the file will give is PENDING, under the number that the caller comes back with."""
    first = await house.client.get_user_info(knowing(house, aadhaar="999999990019"), timeout=10)
    sent = {each.connector: each for each in first.connectors}["aadhaar_otp"]

    assert (sent.outcome, sent.bureau_reference) == (report_pb2.OUTCOME_NEED_MORE, "r-1")
    assert {first.fields[path].status for path in HELD} == {report_pb2.FIELD_STATUS_PENDING}
    assert outcomes(first)["aadhaar_file"] == "NOT_NEEDED"

    back = knowing(house, otp="123456", request_id=sent.bureau_reference)
    second = await house.client.get_user_info(back, timeout=10)

    assert outcomes(second)["aadhaar_file"] == "HIT"
    assert outcomes(second)["aadhaar_otp"] == "NOT_NEEDED"
    assert second.user_info.attributes["kycdesk_aadhaar_name"].string_value == "RAVI SAMPLE"
    assert second.user_info.identity_verification.id_number_masked == "XXXXXXXX0019"
    assert {second.fields[path].status for path in HELD} == {report_pb2.FIELD_STATUS_PRESENT}


async def test_a_number_of_another_form_is_refused_before_anybody_is_asked(house: House) -> None:
    with pytest.raises(GatewayRefusal):
        await ask(house, "in_loan_v1", id_number="111111111")

    assert house.demo.bureaus.calls == []
