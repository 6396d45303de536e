"""From a bureau's OpenAPI file to its answer in a report."""

from __future__ import annotations

import io
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web
from datachannel.v1 import data_channel_service_pb2 as pb
from datachannel.v1 import inquiry_pb2, report_pb2
from typer.testing import CliRunner

from datachannel_client import Client
from gateway.app import Streams, running
from gateway.cli import app

SAMPLE = Path(__file__).parents[1] / "samples" / "paygrid.yaml"
KNOWN = "11010519491231002X"

DECIDED = {
    'amount: "?"': 'amount: "0.40"',
    'purposes: ["?"]': "purposes: [CREDIT_ORIGINATION]",
    'productTier: "?"': "productTier: FULL",
    'NOT_WORKING: "?"': "NOT_WORKING: UNEMPLOYED",
}
"""What the file could not say, and the engineer does."""

PINNED = {
    'path: "?"': "path: /v2/income-checks/CN",
    'text: "?"': """text: '{"nationalId":"11010519491231002X","dateOfBirth":"31121949",\
"fullName":"测试甲","mobilePhone":"19900000001","productTier":"FULL","reason":"LOAN"}'""",
    'monthly_income: "?"': "monthly_income: {minor_units: 425075, currency: EUR}",
    'employment_status: "?"': "employment_status: EMPLOYED",
    'tenure_months: "?"': "tenure_months: 37",
    'employer_uscc: "?"': "employer_uscc: 91350100M000100Y43",
    'income_band: "?"': "income_band: C",
    'verified_on: "?"': 'verified_on: "2025-12-31"',
}
"""What `test` said came."""

PRODUCT = """\
name: trial
fields: [income_employment, attributes]
purposes: [CREDIT_ORIGINATION]
connectors: [{connector: income, required: true}]
"""


def bureau_gateway(*arguments: str | Path) -> tuple[int, str]:
    done = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "200"})
    return done.exit_code, done.output


def replace_all(file: Path, table: dict[str, str]) -> None:
    text = file.read_text("utf-8")
    for old, new in table.items():
        assert old in text, old
        text = text.replace(old, new)
    file.write_text(text, "utf-8")


@asynccontextmanager
async def paygrid() -> AsyncIterator[str]:
    """Play the bureau as its OpenAPI file describes it."""

    async def token(request: web.Request) -> web.Response:
        form = await request.post()
        assert form["grant_type"] == "client_credentials"
        assert (form["client_id"], form["client_secret"]) == ("us", "ours")
        return web.json_response({"access_token": "at-1", "expires_in": 600})

    async def income(request: web.Request) -> web.Response:
        assert request.headers["Authorization"] == "Bearer at-1"
        assert request.match_info["country"] == "CN"
        asked = await request.json()
        if asked["nationalId"] != KNOWN:
            return web.json_response({"code": "PERSON_UNKNOWN"}, status=404)
        answer = {
            "reportId": request.headers["X-Request-Id"],
            "nationalId": asked["nationalId"],
            "income": {"monthlyIncome": 4250.75, "currency": "EUR", "incomeBand": "C"},
            "employment": {"employmentStatus": "NOT_WORKING", "tenureMonths": 0},
        }
        return web.json_response(answer)

    bureau = web.Application()
    bureau.router.add_post("/oauth/token", token)
    bureau.router.add_post("/v2/income-checks/{country}", income)
    runner = web.AppRunner(bureau)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


def request(id_number: str) -> pb.GetUserInfoRequest:
    now, purpose = datetime.now(UTC), inquiry_pb2.PURPOSE_CREDIT_ORIGINATION
    subject = inquiry_pb2.Subject(name="测试甲", id_number=id_number)
    subject.address.country = "CN"
    subject.date_of_birth.year, subject.date_of_birth.month, subject.date_of_birth.day = (
        1949,
        12,
        31,
    )
    consent = inquiry_pb2.Consent(id="consent-1", purposes=[purpose], recipients=["paygrid"])
    consent.granted_at.FromDatetime(now - timedelta(days=1))
    consent.expires_at.FromDatetime(now + timedelta(days=1))
    return pb.GetUserInfoRequest(
        inquiry_id=f"inquiry-{id_number}",
        product="trial",
        purpose=purpose,
        subject=subject,
        consent=consent,
    )


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Import, decide, check, test and pin, as docs/add-a-connector.md does by hand."""
    config = tmp_path / "trial"
    assert bureau_gateway("create", "folder", config)[0] == 0
    arguments = ("--operation", "checkIncome", "--name", "income", "--out", config)
    code, said = bureau_gateway("import", "openapi", SAMPLE, *arguments)
    assert (code, f"{len(DECIDED)} to be decided" in said) == (0, True)
    connector = config / "connectors" / "income.yaml"

    code, said = bureau_gateway("check", config)
    assert code == 1
    assert len(re.findall(r"income\.yaml:\d+:\d+: .*is to be decided", said)) == len(DECIDED)
    replace_all(connector, DECIDED)
    (config / "products" / "trial.yaml").write_text(PRODUCT)
    code, said = bureau_gateway("check", config)
    assert (code, said) == (0, said)

    code, said = bureau_gateway("test", config, "--connector", "income")
    assert (code, "income: 6 of 7 passed" in said) == (1, True)
    replace_all(connector, PINNED)
    code, said = bureau_gateway("test", config, "--connector", "income")
    assert (code, "7 of 7 passed" in said, "not tried" in said) == (0, True, False)
    return config


async def test_an_imported_connector_answers_an_inquiry(config: Path) -> None:
    for name, value in {"paygrid_client_id": "us", "paygrid_client_secret": "ours"}.items():
        secret = config / "secrets" / name
        secret.touch(mode=0o600)
        secret.write_text(value)
    api_key = (config / "trial_caller.api_key").read_text().strip()
    streams = Streams(io.StringIO(), io.StringIO())
    async with (
        paygrid() as url,
        running(config, {"PAYGRID_URL": url}, streams, "127.0.0.1:0") as gateway,
        Client(f"127.0.0.1:{gateway.port}", api_key=api_key, insecure=True) as client,
    ):
        report = await client.get_user_info(request(KNOWN), timeout=10)
        stranger = await client.get_user_info(request("440524188001010014"), timeout=10)

    found = report.user_info.income_employment
    assert (found.monthly_income.minor_units, found.monthly_income.currency) == (425075, "EUR")
    assert report.user_info.attributes["income_band"].string_value == "C"
    assert found.tenure_months == 0
    assert [one.outcome for one in report.connectors] == [report_pb2.OUTCOME_HIT]
    assert [one.outcome for one in stranger.connectors] == [report_pb2.OUTCOME_NO_HIT]
