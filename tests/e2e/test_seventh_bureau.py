"""A new bureau is one YAML file: no Python, no second file."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from datachannel.v1 import report_pb2

from datachannel_client import Client
from gateway.catalog.reading import CatalogError
from gateway.cli.demo_folder import DemoFolder
from gateway.security.keys import Keys

from .house import CONFIG, open_house, outcomes

CALLER_KEY = "key-of-the-income-service"
LONGEST = 25
"""Lines that the shortest working connector may have."""

CONNECTOR = """\
name: income_check
bureau: paystub
effect: free
policy: {purposes: [CREDIT_ORIGINATION], consent: required}
request:
  path: /v1/income
  json: {id: "${subject.id_number}"}
outcomes:
  - {outcome: HIT, status: 200, body: {found: true}}
  - {outcome: NO_HIT, status: 200, body: {found: false}}
mapping:
  income_employment.monthly_income: {path: income, type: amount, unit: major, currency: CNY}
"""

FILE = """\
name: paystub
base_url: ${env.PAYSTUB_URL}
auth: {kind: api_key, key: "${env.PAYSTUB_KEY}", into: {header: X-Key}}
---
%s---
name: paystub_v1
fields: [income_employment]
purposes: [CREDIT_ORIGINATION]
connectors: [{connector: income_check, required: true}]
---
name: income_service
tenant: lender_b
identities: {api_keys: ["${env.PAYSTUB_KEY_HASH}"]}
products: [paystub_v1]
purposes: [CREDIT_ORIGINATION]
"""


@asynccontextmanager
async def paystub() -> AsyncIterator[str]:
    """Play a bureau that nobody has connected yet."""

    async def income(request: web.Request) -> web.Response:
        asked = await request.json()
        known = request.headers["X-Key"] == "k" and asked == {"id": "110105199001010002"}
        return web.json_response({"found": known, "income": "12345.60"})

    app = web.Application()
    app.router.add_post("/v1/income", income)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def paystub_env(folder: Path, url: str) -> Mapping[str, str]:
    """Say where the bureau is, and by which key its caller is known here."""
    master = (DemoFolder.at(folder).pki.secrets / "master_key").read_text()
    hashed = Keys.of(master, "test").api_key_hash(CALLER_KEY)
    return {"PAYSTUB_URL": url, "PAYSTUB_KEY": "k", "PAYSTUB_KEY_HASH": hashed}


def with_file(folder: Path, content: str) -> Path:
    config = folder / "config"
    shutil.copytree(CONFIG, config)
    (config / "connectors" / "paystub.yaml").write_text(content, encoding="utf-8")
    # In plain text a caller may be known by its key alone: the demo's only certificate
    # belongs to somebody else.
    own = config / "gateway.yaml"
    lines = own.read_text(encoding="utf-8").splitlines()
    begin = lines.index("tls:")
    end = lines.index("stores:")
    own.write_text("\n".join([*lines[:begin], "insecure: true", *lines[end:]]), encoding="utf-8")
    return config


def test_the_shortest_connector_is_short() -> None:
    assert len(CONNECTOR.splitlines()) <= LONGEST


async def test_a_seventh_bureau_is_one_file(tmp_path: Path) -> None:
    config = with_file(tmp_path, FILE % CONNECTOR)
    demo = tmp_path / "demo"
    async with (
        paystub() as url,
        open_house(demo, config, paystub_env(demo, url)) as house,
        Client(house.demo.door.target, api_key=CALLER_KEY, insecure=True) as client,
    ):
        request = house.request()
        request.product = "paystub_v1"
        request.consent.recipients.append("paystub")
        report = await client.get_user_info(request)

    assert outcomes(report) == {"income_check": "HIT"}
    assert report.user_info.income_employment.monthly_income.minor_units == 1234560
    assert report.completeness.verdict == report_pb2.VERDICT_COMPLETE


@pytest.mark.parametrize(
    ("good", "bad", "line", "message"),
    [
        ("  path: /v1/income", "  pathh: /v1/income", 10, "pathh"),
        ("monthly_income:", "monthly_incomes:", 16, "monthly_incomes"),
        ("bureau: paystub", "bureau: paystubs", 6, "paystubs"),
        ("subject.id_number", "subject.id_numbr", 11, "subject.id_numbr"),
    ],
)
async def test_the_server_does_not_start_on_a_bad_file_and_says_where_it_is_bad(
    tmp_path: Path, good: str, bad: str, line: int, message: str
) -> None:
    config = with_file(tmp_path, FILE % CONNECTOR.replace(good, bad))
    demo = tmp_path / "demo"
    with pytest.raises(CatalogError) as refused:
        async with open_house(demo, config, paystub_env(demo, "http://127.0.0.1:1")):
            raise AssertionError("it started")

    found = {(finding.file.name, finding.line) for finding in refused.value.findings}
    assert ("paystub.yaml", line) in found
    assert message in str(refused.value)


async def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    broken = CONNECTOR.replace("bureau: paystub", "bureau: nobody").replace(
        "HIT, status", "HITT, status"
    )
    config = with_file(tmp_path, FILE % broken)
    caller = config / "callers" / "scoring.yaml"
    caller.write_text(caller.read_text().replace("loan_v1", "loan_v9"))
    demo = tmp_path / "demo"
    with pytest.raises(CatalogError) as refused:
        async with open_house(demo, config, paystub_env(demo, "http://127.0.0.1:1")):
            raise AssertionError("it started")

    assert {finding.file.name for finding in refused.value.findings} >= {
        "paystub.yaml",
        "scoring.yaml",
    }
