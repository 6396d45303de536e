"""The tests inside a connector's file are played as the bureau would see them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from connectors.bureau import BureauSpec
from connectors.faults import ConfigError
from connectors.rehearsal import Rehearsal, rehearse
from connectors.spec import ConnectorSpec
from gateway.fields.schema import schema

BUREAU = {
    "name": "acme",
    "base_url": "https://acme.example",
    "timezone": "Asia/Shanghai",
    "auth": {"kind": "api_key", "key": "${secrets.acme_key}", "into": {"header": "X-Key"}},
}
CONNECTOR: dict[str, Any] = {
    "name": "acme_score",
    "bureau": "acme",
    "billing": {"price": {"amount": "0.35", "currency": "CNY"}},
    "policy": {"purposes": ["CREDIT_ORIGINATION"], "consent": "required"},
    "request": {
        "path": "/score/{country}",
        "path_params": {"country": "${subject.nationality ?? 'CN'}"},
        "params": {"v": 2},
        "headers": {"X-Time": "${now | date('%H:%M:%S')}", "X-Nonce": "${nonce}"},
        "json": {"id": "${subject.id_number}", "ref": "${call.reference}"},
    },
    "reference": {"length": 8},
    "response": {"reference": {"path": "no"}},
    "outcomes": [
        {"outcome": "HIT", "status": 200, "body": {"ok": True}},
        {"outcome": "NO_HIT", "status": 200, "body": {"ok": False}},
        {"outcome": "RATE_LIMITED", "status": 429, "wait": {"header": "Retry-After", "max": "5s"}},
    ],
    "mapping": {
        "credit_summary.total_balance": {
            "path": "debt",
            "type": "amount",
            "unit": "major",
            "currency": "CNY",
        },
        "credit_summary.scores": {
            "list": "scores",
            "each": {
                "score": {"path": "value", "type": "int"},
                "score_date": {"path": "day", "type": "date"},
            },
        },
        "credit_summary.hit_status": {"path": "file", "type": "enum"},
        "lender_relationship.registered_at": {"path": "since", "type": "timestamp"},
        "attributes.acme_share": {"path": "share", "type": "ratio"},
    },
}
HIT: dict[str, Any] = {
    "name": "a hit",
    "secrets": {"acme_key": "test-key"},
    "subject": {"id_number": "0012345678"},
    "replies": [{"json": {"ok": True, "no": "r1", "debt": 12.5, "scores": [{"value": 712}]}}],
    "expect": {"outcome": "HIT"},
}


async def played(*tests: Mapping[str, Any], **changes: object) -> Rehearsal:
    spec = ConnectorSpec.model_validate({**CONNECTOR, **changes, "tests": tests})
    return await rehearse(spec, BureauSpec.model_validate(BUREAU), schema(), {}, "CNY")


async def failures(expect: Mapping[str, object], **changes: object) -> tuple[str, ...]:
    result = (await played({**HIT, **changes, "expect": {"outcome": "HIT", **expect}})).results[0]
    assert result.passed is (result.failures == ())
    return result.failures


async def refused(*tests: Mapping[str, Any]) -> list[tuple[tuple[str | int, ...], str]]:
    with pytest.raises(ConfigError) as error:
        await played(*tests)
    return [(finding.at, finding.message) for finding in error.value.findings]


@pytest.mark.parametrize(
    ("expect", "failure"),
    [
        ({"outcome": "NO_HIT"}, "outcome: expected NO_HIT, came HIT"),
        ({"attempts": 2}, "attempts: expected 2, came 1"),
        ({"billed": "NO"}, "billed: expected NO, came YES"),
        ({"cost": "0.3"}, "cost: expected 0.3, came 0.35"),
        ({"bureau_reference": "r2"}, "bureau_reference: expected r2, came r1"),
        ({"invalid": 1}, "invalid: expected 1, came 0"),
        (
            {"fields": {"credit_summary.hit_status": "PRESENT"}},
            "fields.credit_summary.hit_status: expected PRESENT, came NULL_VALUE",
        ),
        ({"fields": {"nowhere": "PRESENT"}}, "fields.nowhere: expected PRESENT, came nothing"),
        ({"requests": []}, "requests: expected 0, came 1"),
        (
            {"requests": [{"path": "/score/KZ"}]},
            "requests[0].path: expected /score/KZ, came /score/CN",
        ),
        ({"requests": [{"method": "GET"}]}, "requests[0].method: expected GET, came POST"),
        ({"requests": [{"query": {}}]}, "requests[0].query.v: expected nothing, came 2"),
        (
            {"requests": [{"header": {"x-key": "other"}}]},
            "requests[0].header.x-key: expected other, came test-key",
        ),
        (
            {"requests": [{"json_contains": {"id": 12345678}}]},
            "requests[0].json.id: expected 12345678, came 0012345678",
        ),
        (
            {"requests": [{"json": {"id": "0012345678"}}]},
            "requests[0].json.ref: expected nothing, came ref00000",
        ),
        (
            {"requests": [{"text_contains": ["012"]}, {}]},
            "requests: expected 2, came 1",
        ),
    ],
)
async def test_a_failed_expectation_says_what_was_expected_and_what_came(
    expect: Mapping[str, object], failure: str
) -> None:
    assert failure in await failures(expect)


async def test_every_failure_is_told() -> None:
    expect = {
        "user_info": {
            "credit_summary": {
                "total_balance": {"minor_units": 1251, "currency": "CNY"},
                "scores": [{"score": 712}, {"score": 500}],
            }
        }
    }

    assert await failures(expect) == (
        "user_info.credit_summary.total_balance.minor_units: expected 1251, came 1250",
        "user_info.credit_summary.scores[1]: expected {'score': 500}, came nothing",
    )


async def test_user_info_is_compared_as_a_person_would_write_it() -> None:
    """Labels without prefix, dates and times in ISO, money in its smallest unit, no `connector`."""
    answer = {
        "ok": True,
        "debt": 0,
        "scores": [{"value": 712, "day": "2026-01-02"}],
        "file": "THIN",
        "since": "2026-01-02T03:04:05+08:00",
        "share": 0.25,
    }
    expect = {
        "user_info": {
            "credit_summary": {
                "total_balance": {"minor_units": 0, "currency": "CNY"},
                "scores": [{"score": 712, "score_date": "2026-01-02"}],
                "hit_status": "THIN",
            },
            "lender_relationship": {"registered_at": "2026-01-01T19:04:05Z"},
            "attributes": {"acme_share": 0.25},
        }
    }

    assert await failures(expect, replies=[{"json": answer}]) == ()


async def test_user_info_of_an_answer_that_has_none_is_empty() -> None:
    no_hit = {**HIT, "replies": [{"json": {"ok": False}}]}
    rehearsal = await played({**no_hit, "expect": {"outcome": "NO_HIT", "user_info": {}}})

    assert rehearsal.passed


async def test_time_nonce_and_reference_stand_still() -> None:
    """Time in the bureau's zone; our reference as long as this bureau wants it."""
    freeze = {"now": "2026-01-02T03:04:05Z", "nonce": "n1", "reference": "abcdefghijklmnop"}
    request = {
        "header": {"X-Time": "11:04:05", "X-Nonce": "n1"},
        "query": {"v": "2"},
        "text": '{"id":"0012345678","ref":"abcdefgh"}',
    }

    assert await failures({"requests": [request]}, freeze=freeze) == ()


async def test_a_reference_that_is_too_short_is_as_long_as_the_bureau_wants_it() -> None:
    ours = ("ref0000000000000001" * 2)[:32]
    request = {"text": f'{{"id":"0012345678","ref":"{ours}"}}'}
    expect = {"outcome": "HIT", "requests": [request]}
    (result,) = (await played({**HIT, "expect": expect}, reference={"length": 32})).results

    assert result.failures == ()


async def test_a_test_takes_over_the_question_that_it_is_like() -> None:
    """And that one's own, in turn; never what is expected."""
    rehearsal = await played(
        {**HIT, "expect": {"outcome": "HIT", "attempts": 1}},
        {
            "name": "abroad",
            "like": "a hit",
            "subject": {"id_number": "1", "nationality": "KZ"},
            "expect": {"outcome": "HIT", "requests": [{"path": "/score/KZ"}]},
        },
        {
            "name": "abroad, and unknown",
            "like": "abroad",
            "replies": [{"json": {"ok": False}}],
            "expect": {"outcome": "NO_HIT", "requests": [{"path": "/score/KZ"}]},
        },
    )

    assert [result.failures for result in rehearsal.results] == [(), (), ()]


async def test_likeness_ends_somewhere() -> None:
    like = {"expect": {"outcome": "HIT"}}
    found = await refused(
        {"name": "a", "like": "b", **like},
        {"name": "b", "like": "a", **like},
        {"name": "c", "like": "aa", **like},
    )

    assert found == [
        (("tests", 0, "like"), "in the end the test is like itself"),
        (("tests", 1, "like"), "in the end the test is like itself"),
        (("tests", 2, "like"), "there is no test 'aa'; did you mean a?"),
    ]


async def test_a_name_is_given_once() -> None:
    assert await refused(HIT, HIT) == [(("tests", 1, "name"), "another test has this name")]


@pytest.mark.parametrize(
    ("question", "place", "message"),
    [
        (
            {"subject": {"id_numbre": "1"}},
            ("subject", "id_numbre"),
            "subject has no id_numbre; did you mean id_number?",
        ),
        ({"subject": {"id_number": 12}}, ("subject", "id_number"), "must be text"),
        ({"subject": {"address": {"town": "X"}}}, ("subject", "address", "town"), "no address."),
        ({"subject": {"date_of_birth": "5.12.1990"}}, ("subject", "date_of_birth"), "a date"),
        (
            {"consent": {"expires_at": "2026-01-01T00:00:00"}},
            ("consent", "expires_at"),
            "with its zone",
        ),
        ({"application": {"term_months": True}}, ("application", "term_months"), "a whole number"),
        (
            {"user_info": {"fraud": {"gang_risk": "x"}}},
            ("user_info", "fraud", "gang_risk"),
            "a num",
        ),
    ],
)
async def test_a_question_that_nobody_can_ask_is_refused_at_its_place(
    question: Mapping[str, object], place: tuple[str, ...], message: str
) -> None:
    ((at, said),) = await refused({**HIT, **question})

    assert at == ("tests", 0, *place)
    assert message in said


async def test_what_the_connector_needs_and_the_test_does_not_give_is_told() -> None:
    ((at, said),) = await refused({**HIT, "secrets": {}})

    assert at == ("tests", 0)
    assert said.startswith("can not be built: the test gives no secret acme_key")


async def test_what_keeps_every_test_from_being_built_is_told_once() -> None:
    first, second = {**HIT, "secrets": {}}, {**HIT, "secrets": {}, "name": "another"}

    assert [at for at, _ in await refused(first, second)] == [("tests", 0)]


async def test_all_that_is_asked_must_be_in_the_script() -> None:
    assert await failures({}, replies=[]) == ("request 1 has no reply in the script",)


async def test_all_of_the_script_must_be_asked_for() -> None:
    replies = [*HIT["replies"], {"json": {}}]

    assert await failures({}, replies=replies) == (
        "replies[1]: nothing was sent that it could answer",
    )


async def test_pauses_are_counted_and_not_waited_for() -> None:
    """The bureau asks for eight seconds in all."""
    wait = {"status": 429, "headers": {"Retry-After": "4"}, "text": ""}
    late = await failures({"outcome": "RATE_LIMITED", "attempts": 3}, replies=[wait, wait, wait])

    assert late == ()


@pytest.mark.parametrize(("fails", "outcome"), [("not_sent", "UNREACHABLE"), ("lost", "LOST")])
async def test_a_bureau_can_be_made_to_fail(fails: str, outcome: str) -> None:
    replies = [{"fails": fails}] * (3 if fails == "not_sent" else 1)

    assert await failures({"outcome": outcome, "user_info": {}}, replies=replies) == ()


async def test_what_no_test_has_tried_is_told() -> None:
    rehearsal = await played(HIT)
    (result,) = rehearsal.results

    assert result.rows == {"outcomes[0]"}
    assert result.targets == {"credit_summary.total_balance", "credit_summary.scores"}
    assert rehearsal.uncovered_rows == ("outcomes[1]", "outcomes[2]")
    assert rehearsal.uncovered_targets == (
        "credit_summary.hit_status",
        "lender_relationship.registered_at",
        "attributes.acme_share",
    )


async def test_who_only_promises_an_answer_has_tried_its_fields_with_that() -> None:
    """Where a HIT is mapped, a promise alone leaves the mapping untried."""
    more = {"outcome": "NEED_MORE", "status": 202}
    promised = {
        **HIT,
        "replies": [{"status": 202, "json": {}}],
        "expect": {"outcome": "NEED_MORE"},
    }
    only = await played(promised, outcomes=[more])
    besides = await played(promised, outcomes=[more, *CONNECTOR["outcomes"]])

    assert only.uncovered_targets == ()
    assert len(besides.uncovered_targets) == len(CONNECTOR["mapping"])


async def test_rows_that_a_retry_got_past_are_tried_too() -> None:
    wait = {"status": 429, "headers": {"Retry-After": "1"}, "text": ""}
    rehearsal = await played({**HIT, "replies": [wait, *HIT["replies"]]})

    assert rehearsal.results[0].rows == {"outcomes[0]", "outcomes[2]"}


async def test_a_test_fixes_what_is_random() -> None:
    seal = {"kind": "aes_cbc", "key": "${secrets.aes}", "encoding": "hex"}
    iv = "101112131415161718191a1b1c1d1e1f"
    test = {
        **HIT,
        "freeze": {"random": iv},
        "secrets": {"acme_key": "test-key", "aes": "0123456789abcdef"},
        "expect": {"outcome": "HIT", "requests": [{"text_contains": [iv]}]},
    }
    rehearsal = await played(
        test,
        documents={"data": {"text": "${subject.id_number}", "seal": [seal]}},
        request={"path": "/score", "form": {"data": "${documents.data}"}},
    )

    assert rehearsal.passed


async def test_rows_of_steps_and_sections_are_tried_like_any() -> None:
    step = {
        "name": "search",
        "request": {"path": "/search"},
        "outcomes": [
            {"outcome": "HIT", "body": {"id": {"present": True}}},
            {"outcome": "NO_HIT", "body": {"id": {"present": False}}},
        ],
    }
    section = {
        "targets": ["credit_summary.scores"],
        "outcomes": [
            {"outcome": "NO_HIT", "body": {"scores": {"empty": True}}},
            {"outcome": "HIT", "body": {"scores": {"empty": False}}},
        ],
    }
    replies = [{"json": {"id": 1}}, *HIT["replies"]]
    rehearsal = await played({**HIT, "replies": replies}, steps=[step], sections=[section])

    assert rehearsal.results[0].rows == {
        "steps[0].outcomes[0]",
        "outcomes[0]",
        "sections[0].outcomes[1]",
    }
    assert rehearsal.uncovered_rows == (
        "steps[0].outcomes[1]",
        "outcomes[1]",
        "outcomes[2]",
        "sections[0].outcomes[0]",
    )
