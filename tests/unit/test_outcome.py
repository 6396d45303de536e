from collections.abc import Mapping

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.answer.outcome import Classify, OutcomeRow, compile_outcomes
from connectors.codec import Json, Xml
from connectors.contract import Codec, WireReply
from connectors.faults import ConfigError
from connectors.words import ANSWERS, Billed, Outcome

JSON = Json(kind="json")
ROWS = TypeAdapter(tuple[OutcomeRow, ...])

ACME = [
    {"outcome": "HIT", "status": 200, "body": {"resultCode": "OK"}},
    {"outcome": "NO_SCORE", "status": 200, "body": {"resultCode": "NO_SCORE"}},
    {"outcome": "NO_HIT", "status": 404, "body": {"resultCode": "NOT_FOUND"}},
    {"outcome": "NO_HIT", "status": 204, "body": "empty"},
    {"outcome": "REFUSED", "status": {"in": [401, 403]}, "refresh_auth": "once"},
    {"outcome": "RATE_LIMITED", "status": 429, "wait": {"header": "Retry-After", "max": "2s"}},
    {"outcome": "BUREAU_ERROR", "status": {"gte": 500}},
]


def compiled(rows: object, codec: Codec = JSON) -> Classify:
    return compile_outcomes(ROWS.validate_python(rows), codec)


def judged(
    classify: Classify,
    status: int,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    codec: Codec = JSON,
) -> Outcome | None:
    try:
        document = codec.decode(body)
    except ValueError:
        document = None
    row = classify(WireReply(status, headers or {}, body), document)
    return row.outcome if row else None


@pytest.mark.parametrize(
    "status, body, expected",
    [
        (200, b'{"resultCode":"OK"}', Outcome.HIT),
        (200, b'{"resultCode":"NO_SCORE"}', Outcome.NO_SCORE),
        (404, b'{"resultCode":"NOT_FOUND"}', Outcome.NO_HIT),
        (204, b"", Outcome.NO_HIT),
        (401, b"whatever", Outcome.REFUSED),
        (403, b"", Outcome.REFUSED),
        (429, b"", Outcome.RATE_LIMITED),
        (503, b"<html>", Outcome.BUREAU_ERROR),
        (404, b"<html>not found</html>", None),
        (404, b"", None),
        (404, b"{}", None),
        (200, b"<html>down</html>", None),
        (200, b'{"resultCode":"SURPRISE"}', None),
        (200, b"null", None),
        (204, b"{}", None),
        (302, b"", None),
    ],
)
def test_an_answer_that_no_row_describes_has_no_outcome(
    status: int, body: bytes, expected: Outcome | None
) -> None:
    """Least of all NO_HIT."""
    assert judged(compiled(ACME), status, body) is expected


@pytest.mark.parametrize("outcome", sorted(ANSWERS))
def test_an_answer_about_the_subject_needs_a_body_that_can_be_read(outcome: Outcome) -> None:
    """A proxy's page of 404 says nothing of anyone."""
    classify = compiled([{"outcome": outcome, "status": 404}])

    assert judged(classify, 404, b"<html>nginx</html>") is None
    assert judged(classify, 404, b'{"any":"thing"}') is outcome


def test_a_condition_on_the_body_never_holds_of_one_that_can_not_be_read() -> None:
    """Not even that something be absent from it."""
    classify = compiled([{"outcome": "BUREAU_ERROR", "body": {"code": {"present": False}}}])

    assert judged(classify, 200, b"<html>") is None
    assert judged(classify, 200, b"{}") is Outcome.BUREAU_ERROR


def test_the_first_row_that_holds_wins() -> None:
    rows = [
        {"outcome": "MISMATCH", "body": {"success": True, "data.code": "1", "data.desc": "不一致"}},
        {"outcome": "NO_HIT", "body": {"success": True, "data.code": "1"}},
    ]

    classify = compiled(rows)

    assert judged(classify, 200, '{"success":true,"data":{"code":1,"desc":"不一致"}}'.encode()) == (
        "MISMATCH"
    )
    assert judged(classify, 200, b'{"success":true,"data":{"code":"1"}}') == "NO_HIT"


def test_two_codes_of_one_outcome_may_be_billed_differently() -> None:
    rows = ROWS.validate_python(
        [
            {"outcome": "NO_HIT", "body": {"status": "2001"}},
            {"outcome": "NO_HIT", "body": {"status": "2002"}, "billed": "yes"},
            {"outcome": "NO_HIT", "body": {"status": "2003"}, "billed": False},
        ]
    )
    classify = compile_outcomes(rows, JSON)

    found = [classify(WireReply(200), {"status": code}) for code in (2001, 2002, 2003)]
    assert [row and row.billed for row in found] == [None, Billed.YES, Billed.NO]


def test_headers_are_found_in_any_case() -> None:
    classify = compiled([{"outcome": "PENDING", "header": {"X-State": "running"}}])

    assert judged(classify, 202, b"", {"x-state": "running"}) is Outcome.PENDING
    assert judged(classify, 202, b"", {}) is None


def test_xpath_stands_where_the_codec_is_xml() -> None:
    xml = Xml(kind="xml")
    rows = [
        {"outcome": "QUOTA_EXCEEDED", "body": {"//RESPONSE/@errorcode": "-31"}},
        {"outcome": "BUREAU_ERROR", "body": {"//*[local-name()='Fault']": {"present": True}}},
        {"outcome": "MISMATCH", "body": {"//result_xm": "不一致"}},
    ]
    classify = compiled(rows, xml)

    def told(body: str) -> Outcome | None:
        return judged(classify, 200, body.encode(), codec=xml)

    assert told('<r><RESPONSE errorcode="-31"/></r>') is Outcome.QUOTA_EXCEEDED
    assert told('<s:a xmlns:s="urn:s"><s:Fault/></s:a>') is Outcome.BUREAU_ERROR
    assert told("<r><result_xm>不一致</result_xm></r>") is Outcome.MISMATCH
    assert told("<r/>") is None


def test_all_faults_are_told_each_by_row_and_key() -> None:
    rows = [
        {"outcome": "HIT", "status": 200, "body": {"a[": "1", "ok": "1", "b[": "1"}},
        {"outcome": "BUREAU_ERROR", "header": {"X-Code": 5}},
    ]

    with pytest.raises(ConfigError) as caught:
        compiled(rows)
    assert [finding.at for finding in caught.value.findings] == [
        (0, "body", "a["),
        (0, "body", "b["),
        (1, "header", "X-Code"),
    ]


@pytest.mark.parametrize(
    "row, fault",
    [
        ({"outcome": "NO_HIT"}, "needs a condition"),
        ({"outcome": "HIT", "body": {}}, "needs a condition"),
        ({"outcome": "TIMEOUT", "status": 504}, "not for an answer to tell"),
        ({"outcome": "UNREACHABLE", "status": 502}, "not for an answer to tell"),
        ({"outcome": "HIT", "status": 200, "refresh_auth": "once"}, "goes with REFUSED"),
        ({"outcome": "REFUSED", "status": 401, "refresh_auth": "twice"}, "once"),
        ({"outcome": "FOUND", "status": 200}, "outcome"),
        ({"outcome": "HIT", "status": 200, "bodi": {}}, "Extra inputs"),
        ({"outcome": "HIT", "body": "full"}, "body"),
        ({"outcome": "HIT", "body": {"a": None}}, "present: false"),
        ({"outcome": "HIT", "status": 200, "billed": "perhaps"}, "billed"),
        ({"outcome": "RATE_LIMITED", "wait": {"header": "Retry-After", "max": 2}}, "unit"),
        ({"outcome": "BUREAU_ERROR", "wait": {"header": "A", "max": "2s"}}, "goes with RATE"),
    ],
)
def test_a_row_that_makes_no_sense_is_refused_at_load(row: object, fault: str) -> None:
    with pytest.raises(ValidationError, match=fault):
        OutcomeRow.model_validate(row)


def test_a_condition_never_holds_of_what_its_path_can_not_take() -> None:
    """A text where a list was expected is no empty list: it is not read at all."""
    by_length = compiled([{"outcome": "NO_HIT", "body": {"length(scores)": {"not": 1}}}])
    by_filter = compiled([{"outcome": "NO_HIT", "body": {"s[?v > `0`]": {"present": False}}}])

    assert judged(by_length, 200, b'{"scores": 5}') is None
    assert judged(by_filter, 200, b'{"s": [{"v": "high"}]}') is None
