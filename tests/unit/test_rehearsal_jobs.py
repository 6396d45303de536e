"""Inline tests of connectors that are answered later: pauses, callbacks, deadlines, files."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

import pytest
from ruamel.yaml import YAML

from connectors.bureau import BureauSpec
from connectors.faults import ConfigError
from connectors.rehearsal import Rehearsal, rehearse
from connectors.spec import ConnectorSpec
from gateway.fields.schema import schema

BUREAU = {"name": "acme", "base_url": "https://acme.example"}

CONNECTOR = """
name: acme_report
bureau: acme
billing: {price: {amount: "0.90", currency: EUR}, billable: [HIT]}
policy: {purposes: [CREDIT_ORIGINATION]}
inputs: {required: [subject.id_number]}
steps:
  - name: upload
    request: {path: /files, text: "${application.attachments.statement | base64}"}
    outcomes: [{outcome: HIT, status: 200, body: {file: {present: true}}}]
job:
  submit:
    request: {path: /reports, json: {iin: "${subject.id_number}", file: "${steps.upload.file}"}}
    outcomes: [{outcome: PENDING, status: 202}, {outcome: DUPLICATE, status: 409}]
  id: ${job.submit.report}
  poll:
    request: {method: GET, path: "/reports/{id}", path_params: {id: "${job.id}"}}
    outcomes:
      - {outcome: PENDING, status: 202, wait: {header: Retry-After, max: 5s}}
      - {outcome: HIT, body: {state: DONE}}
      - {outcome: NO_HIT, body: {state: NO_DATA}}
  download: {request: {method: GET, path: "/reports/{id}/result", path_params: {id: "${job.id}"}}}
  interval: {first: 300ms, max: 2s}
  background: 15m
callback:
  verify: {kind: hmac, key: "${secrets.webhook}", over: body, signature: {header: X-Digest}}
  correlate: {path: report, equals: job.id}
  outcomes:
    - {outcome: HIT, body: {type: done}}
    - {outcome: NO_HIT, body: {type: none}}
    - {outcome: PENDING, body: {type: {present: true}}}
outcomes: [{outcome: HIT, status: 200, body: {share: {present: true}}}]
mapping: {attributes.acme_share: {path: share, type: ratio}}
"""
RUNNING = {"status": 202}
TEST: dict[str, Any] = {
    "name": "a report",
    "secrets": {"webhook": "w"},
    "subject": {"id_number": "X1"},
    "application": {"attachments": {"statement": {"text": "page"}}},
    "replies": [
        {"json": {"file": "f1"}},
        {"status": 202, "json": {"report": "r1"}},
        RUNNING,
        RUNNING,
        {"json": {"state": "DONE"}},
        {"json": {"share": 0.25}},
    ],
    "expect": {"outcome": "HIT"},
}


async def played(*tests: Mapping[str, Any], **changes: object) -> Rehearsal:
    source = YAML(typ="safe", pure=True).load(CONNECTOR)
    spec = ConnectorSpec.model_validate({**source, **changes, "tests": tests})
    return await rehearse(spec, BureauSpec.model_validate(BUREAU), schema(), {}, "EUR")


async def failures(expect: Mapping[str, object], **changes: object) -> tuple[str, ...]:
    test = {**TEST, **changes, "expect": {"outcome": "HIT", **expect}}
    return (await played(test)).results[0].failures


def signed(text: str, after: int, key: bytes = b"w") -> dict[str, Any]:
    digest = hmac.new(key, text.encode(), sha256).hexdigest()
    return {"after": after, "headers": {"X-Digest": digest}, "text": text}


async def test_all_messages_of_a_job_are_expected_in_order() -> None:
    requests = [
        {"method": "POST", "path": "/files", "text": "cGFnZQ=="},
        {"path": "/reports", "json": {"iin": "X1", "file": "f1"}},
        *[{"method": "GET", "path": "/reports/r1"}] * 3,
        {"path": "/reports/r1/result"},
    ]
    expect = {
        "requests": requests,
        "waits": [0.3, 0.45, 0.675],
        "attempts": 6,
        "billed": "YES",
        "cost": "0.90",
        "user_info": {"attributes": {"acme_share": 0.25}},
    }

    assert await failures(expect) == ()


async def test_pauses_that_differ_are_told() -> None:
    assert await failures({"waits": [0.3, 0.45]}) == ("waits[2]: expected nothing, came 0.675",)


async def test_a_bureau_may_ask_for_a_pause() -> None:
    replies = [*TEST["replies"]]
    replies[2] = {"status": 202, "headers": {"Retry-After": "4"}}

    assert await failures({"waits": [0.3, 4, 0.45]}, replies=replies) == ()


async def test_a_deadline_hands_off() -> None:
    """Polls after 0.3 and 0.75 seconds; the next would be at 1.425."""
    expect = {"outcome": "PENDING", "bureau_reference": "r1", "waits": [0.3, 0.45]}

    assert await failures(expect, deadline="1s", replies=TEST["replies"][:4]) == ()


async def test_a_job_that_is_never_done_is_unknown_in_the_end() -> None:
    source = YAML(typ="safe", pure=True).load(CONNECTOR)
    job = {**source["job"], "background": "1s"}
    test = {**TEST, "replies": TEST["replies"][:4], "expect": {"outcome": "TIMEOUT"}}

    assert (await played(test, job=job)).results[0].failures == ()


@pytest.mark.parametrize("after", [0, 1, 2, 3])
async def test_a_callback_has_the_answer_fetched_at_once(after: int) -> None:
    """Also where it comes before anybody knows the job."""
    first, submitted, result = TEST["replies"][0], TEST["replies"][1], TEST["replies"][5]
    polled = [RUNNING] if after == 3 else []
    callbacks = [signed('{"report": "r1", "type": "done"}', after)]
    expect = {"requests": [{}] * (3 + len(polled)), "waits": [0.3] if polled else []}
    replies = [first, submitted, *polled, result]

    assert await failures(expect, callbacks=callbacks, replies=replies) == ()


async def test_progress_wakes_nobody_and_a_negative_callback_ends_it() -> None:
    callbacks = [
        signed('{"report": "r1", "type": "begun"}', 2),
        signed('{"report": "r1", "type": "none"}', 3),
    ]
    expect = {"outcome": "NO_HIT", "user_info": {}}

    assert await failures(expect, callbacks=callbacks, replies=TEST["replies"][:3]) == ()


async def test_a_callback_that_is_not_taken_is_told() -> None:
    callbacks = [
        signed('{"report": "r1", "type": "done"}', 2, b"other"),
        signed("<html>", 2),
    ]

    assert await failures({}, callbacks=callbacks) == (
        "callbacks[0]: its proof does not hold",
        "callbacks[1]: the callback can not be read",
    )


async def test_rows_of_all_messages_count_as_tried() -> None:
    callbacks = [signed('{"report": "r1", "type": "none"}', 3)]
    ended = {"name": "nobody", "like": "a report", "callbacks": callbacks}
    rehearsal = await played(
        TEST,
        {**ended, "replies": TEST["replies"][:3], "expect": {"outcome": "NO_HIT"}},
    )

    assert rehearsal.passed
    assert rehearsal.uncovered_rows == (
        "job.submit.outcomes[1]",
        "job.poll.outcomes[2]",
        "callback.outcomes[0]",
        "callback.outcomes[2]",
    )


@pytest.mark.parametrize(
    ("files", "place", "message"),
    [
        ({"statement": "page"}, ("statement",), "is a file"),
        ({"statement": {"base64": "?"}}, ("statement", "base64"), "is no base64"),
        ("page", (), "files stand by their names"),
    ],
)
async def test_a_file_is_given_as_text_or_base64(
    files: object, place: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ConfigError) as error:
        await played({**TEST, "application": {"attachments": files}})
    (finding,) = error.value.findings

    assert finding.at == ("tests", 0, "application", "attachments", *place)
    assert message in finding.message


async def test_a_file_may_be_base64() -> None:
    files = {"attachments": {"statement": {"base64": "cGFnZQ=="}}}

    assert await failures({"requests": [{"text": "cGFnZQ=="}, *[{}] * 5]}, application=files) == ()
