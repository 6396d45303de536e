"""What every check keeps to, and what each of them says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, get_args

import pytest
from datachannel.v1 import user_info_pb2
from pydantic import TypeAdapter, ValidationError

from connectors.contract import FieldNote
from connectors.words import FieldStatus
from gateway.checks import AnyCheck, Check, CheckFinding, Evidence
from gateway.fields.paths import covers
from gateway.model import FieldMeta
from gateway.subject.filling import FieldOrigin
from tests.rooms import NOW, known, reply

RISK, NIGHT = "fraud.gang_risk", "fraud.night_application_count"
BALANCE, ROWS = "credit_summary.total_balance", "fraud.multi_lending"

EXAMPLES: tuple[Mapping[str, Any], ...] = (
    {"kind": "agrees", "field": RISK, "across": ["a", "b"]},
    {"kind": "complete", "required": [RISK, "education"]},
    {"kind": "fresh", "field": "fraud", "max_age": "30d"},
    {"kind": "plausible", "field": RISK, "range": [0, 1]},
)
_checks: TypeAdapter[Any] = TypeAdapter(AnyCheck)


def build(spec: Mapping[str, Any]) -> Check:
    built: Check = _checks.validate_python(spec).build()
    return built


def present(path: str, connector: str = "a", age: timedelta | None = None) -> FieldMeta:
    note = FieldNote(FieldStatus.PRESENT, NOW - age if age is not None else None)
    return FieldMeta(
        FieldStatus.PRESENT, FieldOrigin.BUREAU, connector, reply(connector, notes=[path]), note
    )


def evidence(
    fields: Mapping[str, FieldMeta] | None = None, **by: user_info_pb2.UserInfo
) -> Evidence:
    merged = known()
    for message in by.values():
        merged.MergeFrom(message)
    return Evidence(merged, by, fields or {}, NOW)


def test_every_kind_has_a_row() -> None:
    kinds = [
        get_args(one.model_fields["kind"].annotation)[0] for one in get_args(get_args(AnyCheck)[0])
    ]

    assert [each["kind"] for each in EXAMPLES] == kinds


@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda spec: spec["kind"])
def test_no_check_raises_on_an_empty_report_nor_adds_to_it(spec: Mapping[str, Any]) -> None:
    nothing = evidence()
    finding = build(spec)(nothing)

    assert finding.fields == {}
    assert finding.warnings == ()
    assert nothing.user_info == known()


@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda spec: spec["kind"])
def test_a_check_marks_only_what_it_names_and_adds_no_field(spec: Mapping[str, Any]) -> None:
    old = timedelta(days=400)
    fields = {path: present(path, age=old) for path in (RISK, NIGHT, BALANCE, ROWS)}
    risk = {"gang_risk": 7.0, "night_application_count": 7}
    shown = evidence(
        fields,
        a=known(fraud=risk),
        b=known(fraud={"gang_risk": 8.0}),
        c=known(credit_summary={"total_balance": {"minor_units": 1}}),
    )
    before = known()
    before.CopyFrom(shown.user_info)
    check = _checks.validate_python(spec)
    finding = check.build()(shown)

    assert finding.fields.keys() <= fields.keys()
    assert all(any(covers(named, path) for named in check.paths) for path in finding.fields)
    assert shown.user_info.credit_summary == before.credit_summary
    assert shown.user_info.fraud.night_application_count == 7
    assert all(warning.path in check.paths for warning in finding.warnings)
    assert {path for path, _ in fields.items()} == set(shown.fields)


@pytest.mark.parametrize("spec", EXAMPLES, ids=lambda spec: spec["kind"])
def test_a_misspelt_key_is_refused(spec: Mapping[str, Any]) -> None:
    with pytest.raises(ValidationError):
        _checks.validate_python({**spec, "feild": "x"})


AGREES, COMPLETE, FRESH, PLAUSIBLE = map(build, EXAMPLES)


def risks(**by: float) -> Evidence:
    told = {name: known(fraud={"gang_risk": risk}) for name, risk in by.items()}
    return evidence({RISK: present(RISK), NIGHT: present(NIGHT)}, **told)


@pytest.mark.parametrize("by", [{"a": 0.5}, {"a": 0.5, "b": 0.5}, {"a": 0.5, "c": 0.9}])
def test_those_who_agree_or_are_not_asked_to_are_in_no_conflict(by: Mapping[str, float]) -> None:
    assert AGREES(risks(**by)) == CheckFinding()


def test_those_who_disagree_are_in_conflict() -> None:
    finding = AGREES(risks(a=0.0, b=0.5))

    assert list(finding.fields) == [RISK]
    assert finding.fields[RISK].conflict
    assert finding.fields[RISK].status is FieldStatus.PRESENT
    assert [warning.rule for warning in finding.warnings] == ["agrees.conflict"]


def test_something_below_a_required_path_is_enough() -> None:
    rows = "education.degree"
    assert COMPLETE(evidence({RISK: present(RISK), rows: present(rows)})).lacking == ()
    assert COMPLETE(evidence({RISK: present(RISK)})).lacking == ("education",)


def test_a_field_that_is_not_present_is_lacking() -> None:
    absent = {RISK: replace(present(RISK), status=FieldStatus.NULL_VALUE)}

    assert COMPLETE(evidence(absent)).lacking == (RISK, "education")


DAY = timedelta(days=1)


@pytest.mark.parametrize(
    "age, old", [(29 * DAY, False), (30 * DAY, False), (31 * DAY, True), (None, False)]
)
def test_what_was_observed_too_long_ago_is_outside(age: timedelta | None, *, old: bool) -> None:
    finding = FRESH(evidence({RISK: present(RISK, age=age), BALANCE: present(BALANCE, age=age)}))

    assert list(finding.fields) == ([RISK] if old else [])
    if old:
        assert finding.fields[RISK].status is FieldStatus.OUTSIDE_MAX_AGE


def test_what_says_no_time_is_as_old_as_its_arrival() -> None:
    meta = present(RISK)
    assert meta.reply is not None
    late = replace(meta, reply=replace(meta.reply, retrieved_at=NOW - 31 * DAY), note=None)

    assert list(FRESH(evidence({RISK: late})).fields) == [RISK]
    assert FRESH(evidence({RISK: replace(late, reply=None)})).fields == {}


def test_only_what_is_there_can_be_too_old() -> None:
    absent = replace(present(RISK, age=99 * DAY), status=FieldStatus.NULL_VALUE)

    assert FRESH(evidence({RISK: absent})).fields == {}


@pytest.mark.parametrize("risk, fits", [(0.0, True), (1.0, True), (-0.1, False), (1.1, False)])
def test_a_number_out_of_range_is_not_passed_on(risk: float, *, fits: bool) -> None:
    shown = risks(a=risk)
    finding = PLAUSIBLE(shown)

    assert shown.user_info.fraud.HasField("gang_risk") is fits
    assert list(finding.fields) == ([] if fits else [RISK])
    if not fits:
        assert finding.fields[RISK].status is FieldStatus.INVALID_VALUE
        assert finding.fields[RISK].origin is None


@pytest.mark.parametrize("risk", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_plausible(risk: float) -> None:
    assert list(PLAUSIBLE(risks(a=risk)).fields) == [RISK]


@pytest.mark.parametrize("units, fits", [(0, True), (1000, True), (1001, False)])
def test_money_is_judged_in_minor_units(units: int, *, fits: bool) -> None:
    balance = {"total_balance": {"minor_units": units, "currency": "EUR"}}
    shown = evidence({BALANCE: present(BALANCE)}, a=known(credit_summary=balance))
    check = build({"kind": "plausible", "field": BALANCE, "range": [0, 1000]})

    assert (check(shown) == CheckFinding()) is fits
    assert shown.user_info.credit_summary.HasField("total_balance") is fits


def test_what_is_no_number_at_all_is_left_alone() -> None:
    shown = evidence({}, a=known(identity_verification={"nationality": "CN"}))
    check = build(
        {"kind": "plausible", "field": "identity_verification.nationality", "range": [0, 1]}
    )

    assert check(shown) == CheckFinding()
