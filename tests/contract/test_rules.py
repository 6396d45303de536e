"""The laws that every kind of rule keeps."""

from __future__ import annotations

from datetime import date
from typing import get_args

import pytest

from gateway.rules import AnyRule

from ..rulebook import ADULT, ELDER, rule

FIT: dict[str, tuple[dict[str, object], dict[str, object]]] = {
    "age": ({"min": 18, "max": 40}, {"date_of_birth": date(1990, 1, 1)}),
    "bank_card": ({}, {"bank_card": "6200 0000 0000 0005"}),
    "email": ({}, {"email": "a@EXAMPLE.com"}),
    "id_number": ({}, {"id_number": " 11010519491231002x"}),
    "mobile": ({}, {"mobile": "+8619900000001"}),
    "name": ({}, {"name": "测 试 甲"}),
    "pattern": (
        {"field": "certificate_number", "pattern": "[0-9]+"},
        {"certificate_number": "123456"},
    ),
    "same_birth_date": ({}, {"id_number": ADULT, "date_of_birth": date(1990, 1, 1)}),
    "same_sex": ({}, {"id_number": ADULT, "sex": "FEMALE"}),
    "ssn": ({}, {"id_number": "536-90-4399", "id_type": "SSN"}),
    "uscc": ({}, {"employer.uscc": "91350100m000100y43"}),
}
UNFIT: dict[str, dict[str, object]] = {
    "age": {"date_of_birth": date(1949, 12, 31)},
    "bank_card": {"bank_card": "6200000000000006"},
    "email": {"email": "canary@canary"},
    "id_number": {"id_number": "110105194912310021"},
    "mobile": {"mobile": "19900canary"},
    "name": {"name": "canary\x00canary"},
    "pattern": {"certificate_number": "canary"},
    "same_birth_date": {"id_number": ELDER, "date_of_birth": date(1990, 1, 1)},
    "same_sex": {"id_number": ELDER, "sex": "MALE"},
    "ssn": {"id_number": "000-90-4399", "id_type": "SSN"},
    "uscc": {"employer.uscc": "91350100M000100Y44"},
}
KINDS = sorted(FIT)


def test_every_kind_is_here() -> None:
    models = get_args(get_args(AnyRule)[0])

    assert {model.model_fields["kind"].default for model in models} == set(FIT) == set(UNFIT)


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_is_absent_it_says_nothing(kind: str) -> None:
    judged = rule({"kind": kind} | FIT[kind][0])({})

    assert (judged.normalised, judged.violations, judged.warnings) == ({}, (), ())


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_normalised_is_valid_and_stays_as_it_is(kind: str) -> None:
    spec, subject = FIT[kind]
    judged = rule({"kind": kind} | spec)(subject)
    again = rule({"kind": kind} | spec)({**subject, **judged.normalised})

    assert not judged.violations
    assert (again.normalised, again.violations) == ({}, ())


@pytest.mark.parametrize("kind", KINDS)
def test_what_breaks_it_is_never_quoted(kind: str) -> None:
    subject = UNFIT[kind]
    judged = rule({"kind": kind} | FIT[kind][0])(subject)
    said = repr(judged)

    assert judged.violations
    assert all(violation.rule.split(".")[0] == kind for violation in judged.violations)
    assert not any(str(value) in said for value in subject.values() if value != "SSN")


@pytest.mark.parametrize("kind", KINDS)
def test_the_subject_is_left_as_it_is(kind: str) -> None:
    spec, subject = FIT[kind]
    before = dict(subject)

    rule({"kind": kind} | spec)(subject)

    assert subject == before


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"age", "same_birth_date", "same_sex"}))
def test_what_is_no_text_is_a_violation_and_no_crash(kind: str) -> None:
    spec, subject = FIT[kind]
    odd = {path: 7 for path in subject if path != "id_type"}

    judged = rule({"kind": kind} | spec)({**subject, **odd})

    assert [violation.rule for violation in judged.violations] == [f"{kind}.type"]
