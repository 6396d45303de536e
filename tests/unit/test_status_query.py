"""Asking a bureau whether a lost call arrived: what it says, and what is never sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.bureau import BureauSpec
from connectors.contract import WireReply
from connectors.faults import ConfigError
from connectors.rehearsal import Rehearsal, rehearse
from connectors.spec import ConnectorSpec
from gateway.fields.schema import schema
from tests.one_connector import Wires, build, bureau, connector

QUERY: Mapping[str, Any] = {
    "request": {"method": "GET", "path": "/orders", "params": {"ref": "${call.reference}"}},
    "outcomes": [
        {"outcome": "HIT", "status": 200, "body": {"state": "CHARGED"}},
        {"outcome": "HIT", "status": 200, "body": {"state": "FREE"}, "billed": "no"},
        {"outcome": "NO_HIT", "status": 404, "body": {"state": "NONE"}},
        {"outcome": "PENDING", "status": 200, "body": {"state": "OPEN"}},
    ],
}
DEDUPE = {"kind": "status_query", "query": QUERY}
LOST = {"fails": "lost"}


def told(state: str, status: int = 200) -> Mapping[str, Any]:
    return {"status": status, "json": {"state": state}}


async def played(
    answer: Mapping[str, Any], resolved: Mapping[str, str], attempts: int = 1
) -> Rehearsal:
    test = {
        "name": "a lost call",
        "subject": {"id_number": "X1"},
        "freeze": {"reference": "ref0000000000000001"},
        "replies": [LOST, *[answer] * attempts],
        "expect": {
            "outcome": "LOST",
            "billed": "UNKNOWN",
            "requests": [
                {"method": "POST"},
                *[{"method": "GET", "query": {"ref": "ref0000000000000001"}}] * attempts,
            ],
            "resolved": resolved,
        },
    }
    spec: ConnectorSpec = connector(dedupe=DEDUPE, tests=[test])
    return await rehearse(spec, BureauSpec.model_validate(bureau()), schema(), {}, "EUR")


@pytest.mark.parametrize(
    ("answer", "resolved"),
    [
        (told("CHARGED"), {"billed": "YES", "cost": "0.50"}),
        (told("FREE"), {"billed": "NO", "cost": "0"}),
        (told("NONE", 404), {"billed": "NO", "cost": "0"}),
        (told("OPEN"), {"billed": "UNKNOWN"}),
    ],
)
async def test_what_the_bureau_says_of_a_lost_call_is_its_bill_and_no_guess(
    answer: Mapping[str, Any], resolved: Mapping[str, str]
) -> None:
    (result,) = (await played(answer, resolved)).results

    assert result.failures == ()


@pytest.mark.parametrize("answer", [told("WHO KNOWS"), {"status": 404, "text": "<html>"}])
async def test_an_answer_that_says_nothing_leaves_the_call_unknown(
    answer: Mapping[str, Any],
) -> None:
    # Asking is free, so it is asked again as any free message is.
    (result,) = (await played(answer, {"billed": "UNKNOWN"}, attempts=3)).results

    assert result.failures == ()


async def test_another_bill_than_expected_is_a_failure_of_the_test() -> None:
    (result,) = (await played(told("CHARGED"), {"billed": "NO"})).results

    assert result.failures == ("resolved.billed: expected NO, came YES",)


async def test_a_status_that_no_test_has_asked_for_is_uncovered() -> None:
    rehearsal = await played(told("CHARGED"), {"billed": "YES"})

    uncovered = {place for place in rehearsal.uncovered_rows if place.startswith("dedupe")}
    assert uncovered == {f"dedupe.query.outcomes[{index}]" for index in (1, 2, 3)}


def test_a_question_asked_after_refers_to_nothing_that_a_lost_call_does_not_leave() -> None:
    path = {"method": "GET", "path": "/orders", "params": {"id": "${subject.id_number}"}}
    dedupe = {"kind": "status_query", "query": {**QUERY, "request": path}}

    with pytest.raises(ConfigError) as refused:
        build(connector(dedupe=dedupe), Wires(WireReply(200)))

    assert "of a lost call call.reference is known, and not subject.id_number" in str(refused.value)


def test_a_bureau_is_not_asked_while_its_own_answer_may_still_come() -> None:
    dedupe = {**DEDUPE, "after": "20s"}

    with pytest.raises(ConfigError) as refused:
        build(connector(dedupe=dedupe, timeout={"settle": "21s"}), Wires(WireReply(200)))
    (finding,) = refused.value.findings
    assert finding.at == ("dedupe", "after")
    assert "20 s is too early" in finding.message
    build(connector(dedupe=dedupe, timeout={"settle": "20s"}), Wires(WireReply(200)))


@pytest.mark.parametrize(
    "dedupe",
    [
        {"kind": "status_query"},
        {"kind": "none", "query": QUERY},
        {
            "kind": "status_query",
            "query": {**QUERY, "outcomes": [{"outcome": "NO_HIT", "status": 404, "billed": "yes"}]},
        },
        {
            "kind": "status_query",
            "query": {**QUERY, "outcomes": [{"outcome": "REFUSED", "status": 401, "billed": "no"}]},
        },
    ],
)
def test_a_status_query_that_tells_nothing_is_refused(dedupe: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        connector(dedupe=dedupe)
