"""The config that is shipped: every document is sound, and every connector is tried out."""

from __future__ import annotations

import shutil
from dataclasses import fields
from functools import cache
from pathlib import Path

import pytest

from connectors.assembly import stated_rows
from connectors.inline import InlineTest
from connectors.rehearsal import rehearse
from connectors.words import Effect, Outcome
from gateway.catalog.dry_run import look_through
from gateway.catalog.reading import Catalog, read_catalog, read_own_settings
from gateway.fields.schema import schema
from mock_bureaus import Credentials
from tests.shipped import CONFIG, CONNECTORS, OWN_SECRETS, secrets_named


@cache
def shipped() -> Catalog:
    return read_catalog(CONFIG)[0]


def inline_tests(connector: str) -> tuple[InlineTest, ...]:
    return shipped().connectors[connector].spec.tests


def test_every_document_is_sound_and_everything_builds() -> None:
    assert list(map(str, look_through(CONFIG, {}))) == []


def test_who_is_called_back_must_listen(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(CONFIG, tmp_path / "config"))
    file = folder / "gateway.yaml"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text("".join(line for line in lines if "callbacks:" not in line), "utf-8")
    found = [str(one) for one in look_through(folder, {}) if "nobody listens" in str(one)]

    for name in ("credit_passport", "document_check", "income_report"):
        assert any(f"{name}.yaml" in one for one in found)


def test_what_is_shipped_is_what_is_tested() -> None:
    ordered = {product for each in shipped().callers.values() for product in each.spec.products}

    assert set(shipped().connectors) == set(CONNECTORS)
    assert set(shipped().products) == ordered
    assert set(shipped().callers) == {"scoring_service", "collections"}


def test_the_gateways_own_file_is_laid_out_by_the_environment() -> None:
    _, folder = read_catalog(CONFIG)
    env = {"GATEWAY_TLS": "/demo", "GATEWAY_DATA": "/demo", "GATEWAY_SECRETS": "/demo/secrets"}
    ours, demos = read_own_settings(folder, {}), read_own_settings(folder, env)

    assert ours.stores.ledger == "sqlite:///data/ledger.db"
    assert demos.stores.ledger == "sqlite:////demo/ledger.db"
    assert demos.tls is not None
    assert demos.tls.client_ca == Path("/demo/ca.pem")
    assert demos.secrets.directory == Path("/demo/secrets")


def test_secrets_are_named_as_the_mock_bureaus_name_them() -> None:
    """So that a demo can write one file for each, and nothing else."""
    assert secrets_named() == {field.name for field in fields(Credentials)} | OWN_SECRETS


@pytest.mark.parametrize("connector", CONNECTORS)
async def test_a_shipped_connector_passes_its_own_tests(connector: str) -> None:
    catalog = shipped()
    spec = catalog.connectors[connector].spec
    bureau = catalog.bureaus[spec.bureau].spec
    rehearsal = await rehearse(spec, bureau, schema(), catalog.tables, "CNY")

    assert {result.name: result.failures for result in rehearsal.results if result.failures} == {}
    assert rehearsal.uncovered_rows == ()
    assert rehearsal.uncovered_targets == ()


@pytest.mark.parametrize("connector", CONNECTORS)
def test_a_shipped_connector_is_tried_where_it_matters(connector: str) -> None:
    """A request to the byte, a hit, a failure, and a page that only looks like an answer."""
    tests = inline_tests(connector)
    spec = shipped().connectors[connector].spec
    requests = [each for test in tests for each in test.expect.requests or ()]
    outcomes = {test.expect.outcome for test in tests}
    stated = {row.outcome for _, row in stated_rows(spec)}

    assert len(tests) >= 4
    assert any(request.text is not None or request.bind is not None for request in requests)
    assert outcomes & {Outcome.BUREAU_ERROR, Outcome.UNREACHABLE}
    assert stated & {Outcome.HIT, Outcome.NO_HIT} <= outcomes
    assert Outcome.SUBJECT_MISMATCH in outcomes or not spec.response.subject_check
    # A database sends no pages.
    assert Outcome.BAD_RESPONSE in outcomes or spec.effect is Effect.FREE


def test_the_shortest_connector_is_short() -> None:
    text = (CONFIG / "connectors" / "internal_blacklist.yaml").read_text("utf-8")

    assert len(text.partition("\ntests:")[0].splitlines()) <= 25


def test_one_connector_of_the_loan_waits_for_another() -> None:
    uses = {use.name: use for use in shipped().products["loan_v1"].spec.connectors}

    assert uses["education_check"].needs == ("police_id",)
    assert [name for name, use in uses.items() if use.required] == [
        "internal_blacklist",
        "police_id",
        "credit_report",
    ]
