"""One real call from the command line: what it says before, writes down, shows and records."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from connectors.words import Billed, Outcome
from gateway.store.ledger.sqlite.connecting import FileLock
from mock_bureaus import Step

from .desk import PERSON, Desk, open_desk

CREATE = "/cra/check_report/create"
"""Where a job is submitted."""


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with open_desk(tmp_path) as opened:
        yield opened


def said(text: str) -> str:
    return " ".join(text.split())


async def test_one_call_is_made_shown_and_written_down(desk: Desk) -> None:
    tried = await desk.asked("credit_report", "--yes", "--json")

    assert tried.exit_code == 0
    told = json.loads(tried.stdout)
    assert (told["outcome"], told["billed"], told["attempts"]) == ("HIT", "YES", 1)
    assert told["cost"] == {"amount": "5.00", "currency": "CNY"}
    assert told["fields"]["credit_summary.hit_status"] == "PRESENT"
    assert len(desk.bureaus.billed("credit_report")) == 1
    (inquiry,) = desk.ledger.inquiries()
    assert (inquiry.caller, inquiry.product, inquiry.decision) == ("cli", "", "GRANTED")
    assert (inquiry.purpose, inquiry.consent_id) == ("CREDIT_ORIGINATION", "consent-1")
    (call,) = desk.ledger.calls()
    assert call.intent.inquiry_id == inquiry.inquiry_id == told["inquiry_id"]
    assert call.intent.call_id == told["call_id"]
    assert call.outcome is not None
    assert (call.outcome.outcome, call.outcome.billed) == (Outcome.HIT, Billed.YES)


async def test_price_effect_and_destination_are_said_before(desk: Desk) -> None:
    tried = await desk.asked("credit_report")

    assert "5.00 CNY if it ends as HIT" in tried.stderr
    assert "HARD INQUIRY: it leaves a footprint" in said(tried.stderr)
    assert desk.bureaus.url in tried.stderr
    assert tried.stdout == ""


async def test_where_nobody_can_agree_nothing_is_asked(desk: Desk) -> None:
    tried = await desk.asked("credit_report")

    assert tried.exit_code == 2
    assert "say --yes" in tried.stderr
    assert desk.bureaus.calls == []
    assert not desk.ledger.path.exists()


@pytest.mark.parametrize(
    "consent, reason",
    [
        ({"expires_at": "2025-01-01T00:00:00Z"}, "CONSENT_EXPIRED"),
        ({"purposes": ["COLLECTION"]}, "CONSENT_PURPOSE"),
        ({"recipients": ["police"]}, "CONSENT_RECIPIENT"),
    ],
)
async def test_without_a_good_consent_nothing_is_asked(
    desk: Desk, consent: dict[str, object], reason: str
) -> None:
    tried = await desk.run(
        *("try", "credit_report", "--folder", desk.config, "--subject", desk.subject(), "--yes"),
        *("--consent", desk.consent(**consent), "--purpose", "CREDIT_ORIGINATION"),
    )

    assert tried.exit_code == 1
    assert reason in tried.stderr
    assert desk.bureaus.calls == []
    assert desk.ledger.inquiries() == ()


@pytest.mark.parametrize("missing", ["--consent", "--purpose"])
async def test_consent_and_purpose_must_be_said(desk: Desk, missing: str) -> None:
    given = {"--consent": str(desk.consent()), "--purpose": "CREDIT_ORIGINATION"}
    del given[missing]
    options = [word for pair in given.items() for word in pair]

    tried = await desk.run(
        *("try", "credit_report", "--folder", desk.config, "--subject", desk.subject(), "--yes"),
        *options,
    )

    assert tried.exit_code != 0
    assert desk.bureaus.calls == []


@pytest.mark.parametrize("attempts", [1, 2])
async def test_nothing_is_asked_again_unless_that_is_said(desk: Desk, attempts: int) -> None:
    nowhere = "http://127.0.0.1:1"
    tried = await desk.asked(
        "platform_loans", "--yes", "--attempts", str(attempts), PATHSIGN_URL=nowhere
    )

    assert tried.exit_code == 1
    assert "UNREACHABLE" in tried.stdout
    assert len(desk.ledger.calls()) == attempts


async def test_a_refused_token_is_not_got_anew_in_one_attempt(desk: Desk) -> None:
    desk.bureaus.script("multi_lending", Step(fault="token_expired"))

    tried = await desk.asked("multi_lending", "--yes")

    assert tried.exit_code == 1
    assert "REFUSED" in tried.stdout
    assert len(desk.ledger.calls()) == 1


async def test_the_request_is_shown_without_person_and_secrets(desk: Desk) -> None:
    shown = ""
    for connector in ("credit_report", "police_id", "multi_lending", "internal_blacklist"):
        tried = await desk.asked(connector, "--yes", "--show-request")
        assert tried.exit_code == 0, connector
        shown += "\n".join(line for line in tried.stdout.splitlines() if line.startswith(">"))

    assert '"lastName":"${subject.name}"' in shown
    assert "<XM>${subject.name}" in shown.replace("&lt;", "<").replace("&gt;", ">")
    assert "userName=${secrets.lending_user}" in shown
    assert "checkCode=****" in shown
    assert "interCommand=1000" in shown
    for value in (*PERSON.values(), *desk.secrets.values()):
        assert value not in shown


async def test_a_recording_is_a_test_that_passes_and_has_nobody_in_it(desk: Desk) -> None:
    names = ("credit_report", "police_id", "multi_lending", "internal_blacklist")
    for connector in names:
        fixture = desk.config.parent / f"{connector}.fixture.yaml"
        tried = await desk.asked(connector, "--yes", "--record", fixture)
        assert tried.exit_code == 0, connector
        assert "played" not in tried.stderr

        text = fixture.read_text("utf-8")
        for value in (PERSON["id_number"], PERSON["name"], PERSON["date_of_birth"]):
            assert value not in text
        own = _test_secrets(desk, connector)
        for name, value in desk.secrets.items():
            assert value in own or value not in text, name
        _paste(desk, connector, text)

    options = [word for name in names for word in ("--connector", name)]
    tested = await desk.run("test", desk.config, *options)
    assert tested.exit_code == 0, tested.stdout


async def test_a_job_that_is_not_done_is_pending_and_written_down(desk: Desk) -> None:
    desk.bureaus.script("cashline", Step("callback_never", polls=99, path=CREATE))

    tried = await desk.asked("income_report", "--yes", "--deadline", "1", "--json")

    assert tried.exit_code == 0, tried.output
    told = json.loads(tried.stdout)
    assert told["outcome"] == "PENDING"
    assert told["job"]
    assert {call.intent.connector for call in desk.ledger.calls()} == {"income_report"}


async def test_a_job_is_polled_to_its_end_and_recorded_with_all_its_messages(desk: Desk) -> None:
    desk.bureaus.script("cashline", Step("callback_never", polls=1, path=CREATE))
    fixture = desk.config.parent / "fixture.yaml"

    tried = await desk.asked("income_report", "--yes", "--record", fixture)

    assert tried.exit_code == 0, tried.output
    assert "outcome    HIT" in tried.stdout
    assert "played" not in tried.stderr, tried.stderr
    assert len(YAML(typ="safe", pure=True).load(fixture)["tests"][0]["replies"]) >= 3


async def test_a_recording_says_what_it_replaced(desk: Desk) -> None:
    fixture = desk.config.parent / "fixture.yaml"

    tried = await desk.asked("police_id", "--yes", "--record", fixture)

    assert "replaced subject.id_number: once" in tried.stderr
    assert "cut long opaque text" in tried.stderr
    assert PERSON["name"] not in tried.stderr
    assert fixture.stat().st_mode & 0o077 == 0
    again = await desk.asked("police_id", "--yes", "--record", fixture)
    assert again.exit_code == 2
    assert len(desk.bureaus.billed("police_id")) == 1


async def test_what_can_not_be_recorded_is_refused_before_it_is_paid_for(desk: Desk) -> None:
    fixture = desk.config.parent / "fixture.yaml"

    tried = await desk.asked("sealed_degree", "--yes", "--record", fixture)

    assert tried.exit_code == 2
    assert "sealed or signed" in said(tried.stderr)
    assert desk.bureaus.calls == []


async def test_a_ledger_that_a_gateway_has_open_is_left_alone(desk: Desk) -> None:
    desk.ledger.path.parent.mkdir(parents=True, exist_ok=True)
    gateway = FileLock(desk.ledger.path)
    gateway.take()
    try:
        tried = await desk.asked("credit_report", "--yes")

        assert tried.exit_code == 1
        assert "is in use" in tried.stderr
        assert desk.bureaus.calls == []
        other = desk.config.parent / "other.db"
        assert (await desk.asked("credit_report", "--yes", "--ledger", other)).exit_code == 0
        assert other.exists()
    finally:
        gateway.release()


async def test_what_another_connector_would_have_told_can_be_given(desk: Desk) -> None:
    known = desk.config.parent / "known.json"
    known.write_text('{"identity_verification": {"id_name_match": "MATCH_RESULT_MATCH"}}')
    fixture = desk.config.parent / "fixture.yaml"

    assert "NEED_INPUT" in (await desk.asked("education_check", "--yes")).stdout
    tried = await desk.asked("education_check", "--yes", "--user-info", known, "--record", fixture)

    assert tried.exit_code == 0, tried.stdout
    assert "played" not in tried.stderr
    assert "user_info: {identity_verification: {id_name_match: MATCH}}" in fixture.read_text()


async def test_a_connector_that_is_not_there_is_a_wrong_question(desk: Desk) -> None:
    assert (await desk.asked("nobody", "--yes")).exit_code == 2


def _test_secrets(desk: Desk, connector: str) -> str:
    """Give the words that the connector's own tests use: secrets of no worth."""
    return (desk.config / "connectors" / f"{connector}.yaml").read_text("utf-8")


def _paste(desk: Desk, connector: str, text: str) -> None:
    assert [one["name"] for one in YAML(typ="safe", pure=True).load(text)["tests"]]
    file = desk.config / "connectors" / f"{connector}.yaml"
    tests = re.sub(r"^tests:\n", "", text)
    file.write_text(file.read_text("utf-8").rstrip("\n") + "\n" + tests, "utf-8")
