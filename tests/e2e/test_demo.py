"""The demo does, from nothing, what it says that it shows."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests import cli

pytestmark = pytest.mark.timeout(180)  # processes, each of which reads all of the code anew

Report = dict[str, Any]


@pytest.fixture(scope="module")
def acts(tmp_path_factory: pytest.TempPathFactory) -> list[Report]:
    folder = tmp_path_factory.mktemp("demo")
    ended = asyncio.run(cli.run("demo", "--json", "--config", cli.CONFIG, cwd=folder))

    assert (ended.code, ended.err) == (0, "")
    document = json.loads(ended.out)
    assert document["seconds"] < 20
    acts: list[Report] = document["acts"]
    assert [act["lapses"] for act in acts] == [[]] * 5
    return acts


def outcomes(report: Report) -> list[str]:
    return [each["outcome"] for each in report["connectors"]]


def test_a_report_is_filled_from_five_bureaus(acts: list[Report]) -> None:
    report = acts[0]["report"]

    assert outcomes(report).count("OUTCOME_HIT") >= 5
    assert outcomes(report).count("OUTCOME_NO_HIT") >= 1
    assert int(report["cost"]["units"]) > 0
    assert report["completeness"]["verdict"] == "VERDICT_COMPLETE"


def test_what_was_left_out_is_filled(acts: list[Report]) -> None:
    filled = {each["path"]: each["origin"] for each in acts[0]["report"]["filled"]}

    assert filled["subject.mobile"] == "FIELD_ORIGIN_STORED"
    assert filled["subject.date_of_birth"] == "FIELD_ORIGIN_DERIVED"


def test_the_same_question_costs_nothing_again(acts: list[Report]) -> None:
    first, second = acts[0]["report"], acts[1]["report"]

    assert "units" not in second["cost"] and "nanos" not in second["cost"]
    served = [each.get("served_from") for each in second["connectors"]]
    assert served.count("SERVED_FROM_CACHE") >= 5
    assert second["user_info"] == first["user_info"]
    assert second["report_id"] != first["report_id"]


def test_an_expired_consent_is_refused(acts: list[Report]) -> None:
    refusal = acts[2]["refusal"]

    assert (refusal["code"], refusal["reason"]) == ("FAILED_PRECONDITION", "CONSENT_EXPIRED")


def test_a_paid_call_that_times_out_is_unknown_and_its_inquiry_costs_nothing_again(
    acts: list[Report],
) -> None:
    lost, again = acts[3], acts[4]

    def of(act: Report) -> Report:
        results: list[Report] = act["report"]["connectors"]
        return next(one for one in results if one["connector"] == "multi_lending")

    assert (of(lost)["outcome"], of(lost)["billed"]) == ("OUTCOME_TIMEOUT", "BILLED_UNKNOWN")
    assert int(of(lost)["cost"]["nanos"]) == 800_000_000
    assert lost["inquiry_id"] == again["inquiry_id"]
    assert again["report"]["replayed"] is True
    assert again["report"]["report_id"] == lost["report"]["report_id"]
    assert "units" not in again["report"]["cost"] and "nanos" not in again["report"]["cost"]


async def test_people_see_tables_and_a_second_run_keeps_its_keys(tmp_path: Path) -> None:
    ended = await cli.run("demo", "--config", cli.CONFIG, cwd=tmp_path)
    kept = (tmp_path / ".demo" / "secrets" / "master_key").read_text()
    again = await cli.run("demo", "--config", cli.CONFIG, cwd=tmp_path)

    assert (ended.code, again.code) == (0, 0)
    for words in (
        "police_id",
        "PRESENT",
        "DERIVED",
        "STORED",
        "CONSENT_EXPIRED",
        "UNKNOWN",
        "0 lapses",
    ):
        assert words in again.out
    assert (tmp_path / ".demo" / "secrets" / "master_key").read_text() == kept
    assert kept not in ended.out + again.out


async def test_an_act_that_shows_something_else_is_a_failure(tmp_path: Path) -> None:
    """Where nothing may be cached, the second act is not free."""
    config = tmp_path / "config"
    for file in cli.CONFIG.rglob("*.yaml"):
        copy = config / file.relative_to(cli.CONFIG)
        copy.parent.mkdir(parents=True, exist_ok=True)
        lines = file.read_text("utf-8").splitlines(keepends=True)
        copy.write_text("".join(line for line in lines if not line.startswith("cache:")), "utf-8")

    ended = await cli.run("demo", cwd=tmp_path)

    assert ended.code == 1
    assert "LAPSE: it cost" in ended.out
