from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from pydantic import TypeAdapter, ValidationError

from connectors.codec import Xml
from connectors.contract import Counts, FieldNote
from connectors.faults import ConfigError
from connectors.mapping import Rows, notes_for, status_of
from connectors.words import FieldStatus, Outcome

from .mapping_case import compiled, read

SCORES = {
    "credit_summary.scores": {
        "list": "data.scores",
        "where": {"status": {"not": "VOID"}},
        "each": {
            "score": {"path": "value", "type": "int", "range": [300, 900]},
            "model_name": {"path": "model", "type": "string"},
            "reason_codes": {"list": "reasons", "each": {"code": {"path": "@", "type": "string"}}},
        },
    }
}
LENDING = "fraud.multi_lending"


def scores(*rows: Mapping[str, object]) -> dict[str, object]:
    return {"data": {"scores": [{"status": "OK", **row} for row in rows]}}


def test_a_list_becomes_rows_that_name_their_connector() -> None:
    mapped = compiled(SCORES)(scores({"value": 712, "model": "A4", "reasons": ["07", "12"]}))

    (score,) = read(mapped).credit_summary.scores
    assert (score.score, score.model_name, score.connector) == (712, "A4", "acme_score")
    assert [(reason.code, reason.connector) for reason in score.reason_codes] == [
        ("07", "acme_score"),
        ("12", "acme_score"),
    ]
    assert mapped.notes == {"credit_summary.scores": FieldNote(FieldStatus.PRESENT)}
    assert mapped.counts == Counts(mapped=4)


def test_where_leaves_rows_out() -> None:
    mapped = compiled(SCORES)(scores({"value": 712}, {"value": 650, "status": "VOID"}))

    assert [score.score for score in read(mapped).credit_summary.scores] == [712]


def test_a_bad_value_costs_neither_its_row_nor_the_list_and_is_counted() -> None:
    mapped = compiled(SCORES)(scores({"value": 9999, "model": "A4"}, {"value": 712}))

    first, second = read(mapped).credit_summary.scores
    assert not first.HasField("score")
    assert second.score == 712
    assert mapped.notes["credit_summary.scores"].status is FieldStatus.PRESENT
    assert mapped.counts.invalid == 1


@pytest.mark.parametrize(
    "document, status, invalid",
    [
        ({}, FieldStatus.NULL_VALUE, 0),
        ({"data": {"scores": None}}, FieldStatus.NULL_VALUE, 0),
        ({"data": {"scores": []}}, FieldStatus.NULL_VALUE, 0),
        (scores({"status": "VOID", "value": 1}), FieldStatus.NULL_VALUE, 0),
        (scores({}), FieldStatus.NULL_VALUE, 0),
        (scores({"value": 9999}), FieldStatus.INVALID_VALUE, 1),
        ({"data": {"scores": "712"}}, FieldStatus.INVALID_VALUE, 1),
    ],
)
def test_a_list_without_a_row_says_why(document: object, status: FieldStatus, invalid: int) -> None:
    mapped = compiled(SCORES)(document)

    assert mapped.user_info == b""
    assert mapped.notes["credit_summary.scores"].status is status
    assert mapped.counts == Counts(invalid=invalid)


def test_one_object_is_a_list_of_one() -> None:
    mapped = compiled(SCORES)({"data": {"scores": {"status": "OK", "value": 712}}})

    assert [score.score for score in read(mapped).credit_summary.scores] == [712]


def test_rows_keep_the_order_in_which_they_were_written() -> None:
    mapped = compiled(
        {
            f"{LENDING}[7D,ID,BANK].application_count": {"path": "a.x", "type": "int"},
            f"{LENDING}[7D,ID,P2P].application_count": {"path": "b.x", "type": "int"},
            f"{LENDING}[7D,ID,BANK].institution_count": {"path": "a.y", "type": "int"},
            "credit_summary.open_accounts": {"path": "a.y", "type": "int"},
        }
    )({"a": {"x": 1, "y": 2}, "b": {"x": 3}})

    told = read(mapped)
    assert [row.institution_type for row in told.fraud.multi_lending] == ["BANK", "P2P"]
    assert told.fraud.multi_lending[0].institution_count == told.credit_summary.open_accounts == 2


def test_constants_alone_make_no_row() -> None:
    rows = {
        "credit_summary.scores": {
            "list": "scores",
            "each": {
                "score": {"path": "value", "type": "int"},
                "model_name": {"value": "A4", "type": "string"},
            },
        }
    }
    mapped = compiled(rows)({"scores": [{"value": None}, {"value": 712}]})

    assert [row.model_name for row in read(mapped).credit_summary.scores] == ["A4"]


def test_a_list_of_constants_counts_its_items() -> None:
    rows = {
        "fraud.public_records": {
            "list": "rulings",
            "each": {"type": {"value": "JUDGMENT", "type": "enum"}},
        }
    }
    mapped = compiled(rows)({"rulings": [{}, {}]})

    assert len(read(mapped).fraud.public_records) == 2


def test_rows_with_a_key_are_made_once_a_key() -> None:
    mapped = compiled(
        {
            f"{LENDING}[12M,ID,NONBANK].institution_count": {"path": "a", "type": "int"},
            f"{LENDING}[12M,ID,NONBANK].application_count": {"path": "b", "type": "int"},
            f"{LENDING}[7D,MOBILE,BANK].application_count": {"path": "c", "type": "int"},
            f"{LENDING}[1M,MOBILE,BANK].application_count": {"path": "none", "type": "int"},
        }
    )({"a": 2, "b": "3", "c": 0})

    first, second = read(mapped).fraud.multi_lending
    assert (first.window, first.key, first.institution_type) == ("12M", "ID", "NONBANK")
    assert (first.institution_count, first.application_count) == (2, 3)
    assert (second.window, second.application_count) == ("7D", 0)
    assert second.HasField("application_count")
    assert {first.connector, second.connector} == {"acme_score"}


def test_a_list_with_a_key_keeps_each_key_once_and_only_whole_ones() -> None:
    rows = {
        "lender_relationship.drawdown_windows": {
            "list": "windows",
            "each": {
                "window": {"path": "w", "type": "string", "map": {"30": "1M", "90": "3M"}},
                "count": {"path": "n", "type": "int"},
            },
        }
    }
    mapped = compiled(rows)(
        {"windows": [{"w": 30, "n": 1}, {"w": 30, "n": 2}, {"w": None, "n": 3}, {"w": 90, "n": 4}]}
    )

    windows = read(mapped).lender_relationship.drawdown_windows
    assert [(row.window, row.count) for row in windows] == [("1M", 1), ("3M", 4)]
    assert mapped.counts == Counts(mapped=4, invalid=2)


def test_attributes_take_the_type_of_their_row() -> None:
    mapped = compiled(
        {
            "attributes.segment": {"path": "s", "type": "string"},
            "attributes.A22160001": {"path": "n", "type": "int"},
            "attributes.share": {"path": "r", "type": "ratio"},
            "attributes.exact": {"path": "d", "type": "decimal"},
            "attributes.flag": {"path": "f", "type": "bool"},
            "attributes.since": {"path": "t", "type": "date"},
            "attributes.debt": {"path": "n", "type": "amount", "unit": "minor", "currency": "EUR"},
        }
    )({"s": "gold", "n": "0712", "r": "0.5", "d": "-12.50", "f": False, "t": "2026-01-02"})

    told = read(mapped).attributes
    assert told["segment"].string_value == "gold"
    assert told["A22160001"].int_value == 712
    assert told["share"].double_value == 0.5
    assert told["exact"].decimal_value == "-12.50"
    assert told["flag"].WhichOneof("value") == "bool_value"
    assert told["since"].date_value.day == 2
    assert told["debt"].amount_value.minor_units == 712


def test_a_bands_ends_are_amounts() -> None:
    band = "assets.vehicle_value_band"
    row = {"type": "amount", "unit": "major", "currency": "CNY"}
    mapped = compiled(
        {f"{band}.low": {"path": "low", **row}, f"{band}.high": {"path": "hi", **row}}
    )({"low": 5})

    told = read(mapped).assets.vehicle_value_band
    assert told.low.minor_units == 500
    assert not told.HasField("high")


def test_an_empty_document_writes_nothing_and_notes_every_target() -> None:
    mapping = compiled({"social.work_city": {"path": "a.b", "type": "string"}, **SCORES})
    mapped = mapping({})

    assert mapped.user_info == b""
    assert tuple(mapped.notes) == mapping.targets == ("social.work_city", "credit_summary.scores")


def test_notes_say_when_the_bureau_knew() -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    mapped = compiled(
        {
            "social.work_city": {"path": "city", "type": "string"},
            "social.dependants": {"path": "none", "type": "int"},
        }
    )({"city": "Almaty"}, when)

    assert {note.observed_at for note in mapped.notes.values()} == {when}


@pytest.mark.parametrize(
    "raw, status",
    [
        (-999, FieldStatus.NULL_VALUE),
        ("-999", FieldStatus.NULL_VALUE),
        ("", FieldStatus.NULL_VALUE),
        ("X", FieldStatus.SUPPRESSED),
        (9001, FieldStatus.NOT_FOUND),
        ("-0999", FieldStatus.INVALID_VALUE),
        (7, FieldStatus.PRESENT),
    ],
)
def test_sentinels_match_by_canonical_text(raw: object, status: FieldStatus) -> None:
    row = {"path": "raw", "type": "int", "sentinels": {9001: "NOT_FOUND"}}
    mapping = compiled(
        {"social.dependants": row}, {"-999": "NULL_VALUE", "": "NULL_VALUE", "X": "SUPPRESSED"}
    )

    assert mapping({"raw": raw}).notes["social.dependants"].status is status


def test_a_rows_sentinels_win_over_the_connectors() -> None:
    row = {"path": "raw", "type": "int", "sentinels": {"-1": "NOT_FOUND"}}
    mapped = compiled({"social.dependants": row}, {"-1": "NULL_VALUE"})({"raw": -1})

    assert mapped.notes["social.dependants"].status is FieldStatus.NOT_FOUND


def test_xml_is_mapped_by_xpath_and_one_element_is_a_list() -> None:
    codec = Xml(kind="xml", namespaces={"t": "urn:t"})
    document = codec.decode(
        b'<r xmlns="urn:t"><score model="A4"> +712 <!--x--></score><total ccy="JPY">12</total></r>'
    )
    mapped = compiled(
        {
            "credit_summary.scores": {
                "list": {"xpath": "//t:score"},
                "each": {
                    "score": {"xpath": ".", "type": "int"},
                    "model_name": {"xpath": "@model", "type": "string"},
                },
            },
            "credit_summary.total_balance": {
                "xpath": "//t:total",
                "type": "amount",
                "unit": "major",
                "currency_path": "//t:total/@ccy",
            },
            "credit_summary.months_on_file": {"xpath": "count(//t:none)", "type": "int"},
        },
        selector=codec.selector,
    )(document)

    told = read(mapped).credit_summary
    assert [(score.score, score.model_name) for score in told.scores] == [(712, "A4")]
    assert told.total_balance.minor_units == 12
    assert told.HasField("months_on_file")


INT = {"path": "x", "type": "int"}
STRING = {"path": "x", "type": "string"}


@pytest.mark.parametrize(
    "target, row, at, message",
    [
        ("fraud.gang_rsk", INT, (), "did you mean `gang_risk`"),
        ("frod.gang_risk", INT, (), "UserInfo has no `frod`; did you mean `fraud`"),
        ("social.dependants", STRING, ("type",), "takes type int, not string"),
        ("fraud.gang_risk", INT, ("type",), "takes type decimal or ratio, not int"),
        ("consumption.cashflow", INT, (), "a message: map the fields in it"),
        ("social.work_city.name", STRING, (), "`social.work_city` has no fields of its own"),
        ("credit_summary.total_balance.currency", STRING, (), "has no fields of its own"),
        ("credit_summary.scores", INT, (), "map it with `list` and `each`"),
        ("credit_summary.scores.score", INT, (), "have no key: map them with `list`"),
        (f"{LENDING}.max_monthly", INT, (), "is addressed by [window,key,institution_type]"),
        (f"{LENDING}[12M,ID].max_monthly", INT, (), "is addressed by [window,key"),
        (f"{LENDING}[12M,ID,BANK]", INT, (), "is a row: say which of its fields"),
        (f"{LENDING}[12M,ID,BANK].window", STRING, (), "`window` is set by the gateway"),
        (f"{LENDING}[12M,ID,BANK].connector", STRING, (), "`connector` is set by the gateway"),
        ("fraud[12M].gang_risk", INT, (), "is no list: nothing in it has a key"),
        ("fraud..gang_risk", INT, (), "is no part of a path"),
        ("attributes", INT, (), "a message: map the fields in it"),
        ("attributes.a.b", INT, (), "`attributes.a` has no fields of its own"),
        ("attributes.a", {"path": "x", "type": "enum"}, ("type",), "an attribute is no enum"),
        ("social.dependants", {"path": "a b[", "type": "int"}, ("path",), "neither a dotted path"),
        ("social.dependants", {**INT, "range": [-9, -1]}, ("range",), "lies in [-9, -1]"),
        ("social.dependants", {"value": "x", "type": "int"}, ("value",), "no value of this type"),
        (
            "identity_verification.sex",
            {"path": "x", "type": "enum", "map": {"1": "MAIL"}},
            ("map", "1"),
            "did you mean `MALE` or `FEMALE`",
        ),
        ("social.work_city", {"list": "x", "each": {"a": INT}}, ("list",), "is no list"),
        (
            "credit_summary.scores",
            {"list": "x", "each": {"scor": INT}},
            ("each", "scor"),
            "did you mean `score`",
        ),
        (
            "credit_summary.scores",
            {"list": "x", "each": {"connector": STRING}},
            ("each", "connector"),
            "is set by the gateway",
        ),
        (
            "credit_summary.scores",
            {"list": "x", "each": {"score": INT}, "where": {"a b[": "1"}},
            ("where", "a b["),
            "neither a dotted path",
        ),
        (
            "lender_relationship.drawdown_windows",
            {"list": "x", "each": {"count": INT}},
            ("each",),
            "lacks `window`",
        ),
    ],
)
def test_a_mapping_that_can_not_work_is_refused_where_it_is_wrong(
    target: str, row: Mapping[str, object], at: tuple[str, ...], message: str
) -> None:
    with pytest.raises(ConfigError) as refused:
        compiled({target: row})

    (finding,) = refused.value.findings
    assert finding.at == (target, *at)
    assert message in finding.message


def test_everything_wrong_is_told_at_once() -> None:
    with pytest.raises(ConfigError) as refused:
        compiled({"social.a": INT, "social.b": INT, "social.dependants": INT})

    assert [finding.at for finding in refused.value.findings] == [("social.a",), ("social.b",)]


def test_a_list_is_mapped_whole_or_by_key_but_not_both() -> None:
    keys = {"window": STRING, "key": STRING, "institution_type": STRING}
    with pytest.raises(ConfigError, match="choose one"):
        compiled({LENDING: {"list": "x", "each": keys}, f"{LENDING}[7D,ID,BANK].max_monthly": INT})


@pytest.mark.parametrize(
    "row",
    [
        {"type": "int"},
        {"path": "x", "xpath": "y", "type": "int"},
        {"path": "x"},
        {"path": "x", "type": "list"},
        {"path": "x", "type": "int", "format": "%Y"},
        {"path": "x", "type": "int", "sentinels": {"-1": "NOTHING"}},
        {"path": "x", "type": "amount", "currency": "EUR"},
        {"path": "x", "type": "amount", "unit": "major"},
        {"path": "x", "type": "amount", "unit": "major", "currency": "euro"},
        {"value": 1, "type": "amount", "unit": "major", "currency_path": "y"},
        {"path": "x", "type": "int", "count": "y"},
        {"path": "x", "type": "int", "where": {"a": 1}},
        {"value": 1, "type": "int", "convert": "strip"},
        {"count": "x", "type": "string"},
        {"count": "x", "of": "y", "type": "int"},
        {"sum": "x", "type": "int"},
        {"sum": "x", "of": "y", "type": "date"},
        {"sum": "x", "of": "y", "type": "amount", "unit": "major", "currency_path": "z"},
        {"months_between": ["x", "now"], "type": "string"},
        {"path": "x", "type": "string", "map": "${subject.name}"},
        {"path": "x", "type": "enum", "unmapped": "HIT"},
        {"list": "x", "each": {}},
        {"list": "x"},
    ],
)
def test_a_row_with_keys_that_make_no_sense_is_refused(row: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[Rows](Rows).validate_python({"social.dependants": row})


@pytest.mark.parametrize("outcome", Outcome)
def test_every_outcome_has_a_status_for_what_was_not_given(outcome: Outcome) -> None:
    absent = {
        Outcome.HIT: FieldStatus.NULL_VALUE,
        Outcome.MISMATCH: FieldStatus.NULL_VALUE,
        Outcome.NO_SCORE: FieldStatus.NOT_FOUND,
        Outcome.NO_HIT: FieldStatus.NOT_FOUND,
        Outcome.BLOCKED: FieldStatus.SUPPRESSED,
        Outcome.PENDING: FieldStatus.PENDING,
        Outcome.NEED_MORE: FieldStatus.PENDING,
        Outcome.SKIPPED_POLICY: FieldStatus.SKIPPED_BY_POLICY,
        Outcome.NEED_INPUT: FieldStatus.NOT_REQUESTED,
        Outcome.NOT_NEEDED: FieldStatus.NOT_REQUESTED,
        Outcome.SKIPPED_BUDGET: FieldStatus.NOT_REQUESTED,
        Outcome.SKIPPED_COST: FieldStatus.NOT_REQUESTED,
    }

    assert status_of(outcome, None) is absent.get(outcome, FieldStatus.CONNECTOR_ERROR)


@pytest.mark.parametrize("status", [FieldStatus.PRESENT, FieldStatus.INVALID_VALUE])
def test_what_a_mismatch_holds_is_kept(status: FieldStatus) -> None:
    assert status_of(Outcome.MISMATCH, FieldNote(status)) is status
    assert status_of(Outcome.LOST, FieldNote(status)) is FieldStatus.CONNECTOR_ERROR


def test_notes_of_an_outcome_cover_every_target() -> None:
    notes = {"a": FieldNote(FieldStatus.PRESENT), "b": FieldNote(FieldStatus.NULL_VALUE)}

    assert notes_for(Outcome.HIT, ("a", "b"), notes) == notes
    blocked = notes_for(Outcome.BLOCKED, ("a", "b"), notes)
    assert blocked["a"].status is FieldStatus.PRESENT
    assert blocked["b"].status is FieldStatus.SUPPRESSED
    assert notes_for(Outcome.TIMEOUT, ("a",), {})["a"].status is FieldStatus.CONNECTOR_ERROR
