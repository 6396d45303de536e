"""The rules that judge one field by itself."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from connectors.faults import ConfigError

from ..rulebook import broken, judge, odd, rule

GOOD = [
    ("mobile", "mobile", "19900000001", "19900000001"),
    ("mobile", "mobile", "+86 199-0000-0001", "19900000001"),
    ("mobile", "mobile", "008619900000001", "19900000001"),
    ("mobile", "mobile", "1990 0000 001", "19900000001"),
    ("bank_card", "bank_card", "6200000000000005", "6200000000000005"),
    ("bank_card", "bank_card", " 6200 0000-0000 0005", "6200000000000005"),
    ("uscc", "employer__uscc", "91350100M000100Y43", "91350100M000100Y43"),
    ("uscc", "employer__uscc", "91110000 600037341l", "91110000600037341L"),
    ("name", "name", "测试甲", "测试甲"),
    ("name", "name", " 测 试\u3000甲", "测试甲"),
    ("name", "name", "艾力•买买提", "艾力·买买提"),
    ("name", "name", "艾力\uff0e买买提", "艾力·买买提"),
    ("name", "name", "艾力・买买提", "艾力·买买提"),
    ("name", "name", "艾力‧买买提", "艾力·买买提"),
    ("name", "name", "𠮷田", "𠮷田"),
    ("name", "name", "艾力\uff65 买买提", "艾力·买买提"),
    ("name", "name", "John  F. Kennedy", "John F. Kennedy"),
    ("email", "email", "A.b+c@Example.COM", "A.b+c@example.com"),
    ("email", "email", "a@b.example", "a@b.example"),
]


@pytest.mark.parametrize(("kind", "path", "supplied", "normal"), GOOD)
def test_sound_values_pass_in_their_normal_form(
    kind: str, path: str, supplied: str, normal: str
) -> None:
    judged = judge({"kind": kind}, **{path: supplied})

    assert judged.violations == ()
    assert judged.normalised == ({} if supplied == normal else {path.replace("__", "."): normal})


BAD = [
    ("mobile", "mobile", "12900000001", "mobile.format"),
    ("mobile", "mobile", "1990000000", "mobile.format"),
    ("mobile", "mobile", "199000000010", "mobile.format"),
    ("mobile", "mobile", "+77010000000", "mobile.format"),
    ("bank_card", "bank_card", "6200000000000006", "bank_card.checksum"),
    ("bank_card", "bank_card", "620000000000", "bank_card.format"),
    ("bank_card", "bank_card", "6" * 20, "bank_card.format"),
    ("uscc", "employer__uscc", "91350100M000100Y44", "uscc.checksum"),
    ("uscc", "employer__uscc", "91350100M000100O43", "uscc.format"),
    ("uscc", "employer__uscc", "91350100M000100Y4", "uscc.format"),
    ("name", "name", "甲", "name.length"),
    ("name", "name", "a" * 26, "name.length"),
    ("name", "name", "测试\x07甲", "name.control"),
    ("name", "name", "测试甲\n", "name.control"),
    ("name", "name", "ab\u202ecd", "name.control"),
    ("name", "name", "1234", "name.letters"),
    ("email", "email", "a@b", "email.format"),
    ("email", "email", "a@@b.example", "email.format"),
    ("email", "email", "a..b@c.example", "email.format"),
    ("email", "email", "a@-b.example", "email.format"),
    ("email", "email", f"{'a' * 65}@b.example", "email.format"),
    ("email", "email", "a@" + "b" * 250 + ".example", "email.format"),
    ("email", "email", "a b@c.example", "email.format"),
]


@pytest.mark.parametrize(("kind", "path", "supplied", "broken_rule"), BAD)
def test_each_fault_has_its_rule(kind: str, path: str, supplied: str, broken_rule: str) -> None:
    judged = judge({"kind": kind}, **{path: supplied})

    assert broken(judged) == [broken_rule]
    assert judged.violations[0].path == f"subject.{path.replace('__', '.')}"
    assert judged.normalised == {}


def test_a_bad_luhn_digit_may_be_a_warning() -> None:
    judged = judge({"kind": "bank_card", "level": "warn"}, bank_card="6200 0000 0000 0006")

    assert judged.violations == ()
    assert judged.normalised == {"bank_card": "6200000000000006"}
    assert odd(judged.warnings) == [("subject.bank_card", "bank_card.checksum")]


def test_the_codes_of_the_military_and_of_rural_collectives_are_codes() -> None:
    """GB 32100 has letters among its departments; stdnum alone would refuse them."""
    assert "uscc.format" not in broken(judge({"kind": "uscc"}, employer__uscc="N2441881MF0000000X"))


@pytest.mark.parametrize(
    ("number", "rules"),
    [
        ("536904399", []),
        ("536-90-4399", []),
        ("536-904399", ["ssn.format"]),
        ("53690439", ["ssn.format"]),
        ("000904399", ["ssn.range"]),
        ("666904399", ["ssn.range"]),
        ("900904399", ["ssn.range"]),
        ("536004399", ["ssn.range"]),
        ("536900000", ["ssn.range"]),
    ],
)
def test_social_security_numbers(number: str, rules: list[str]) -> None:
    assert broken(judge({"kind": "ssn"}, id_number=number, id_type="SSN")) == rules


def test_only_what_is_said_to_be_a_social_security_number_is_judged_as_one() -> None:
    assert not broken(judge({"kind": "ssn"}, id_number="000"))


@pytest.mark.parametrize(("supplied", "fits"), [("A123", True), ("A1234", False), ("xA123", False)])
def test_a_pattern_matches_all_of_the_value(supplied: str, *, fits: bool) -> None:
    spec = {"kind": "pattern", "field": "certificate_number", "pattern": "A[0-9]{3}|B"}

    assert broken(judge(spec, certificate_number=supplied)) == ([] if fits else ["pattern"])


def test_a_pattern_takes_no_more_than_its_length() -> None:
    spec = {"kind": "pattern", "field": "name", "pattern": "a+", "max_length": 3}

    assert broken(judge(spec, name="aaaa")) == ["pattern"]


@pytest.mark.parametrize("pattern", ["(a", "a)|(?:b", r"(a)\1", "(?=a)b", "((a{99}){99}){99}"])
def test_a_regular_expression_that_is_wrong_or_risky_is_refused_at_load(pattern: str) -> None:
    with pytest.raises(ConfigError) as caught:
        rule({"kind": "mobile"}, {"kind": "pattern", "field": "name", "pattern": pattern})
    assert [finding.at for finding in caught.value.findings] == [(1, "pattern")]


def test_a_regular_expression_that_ruins_others_takes_linear_time() -> None:
    spec = {"kind": "pattern", "field": "name", "pattern": "(a+)+b", "max_length": 4096}

    assert broken(judge(spec, name="a" * 4096)) == ["pattern"]


def test_rules_may_judge_other_fields() -> None:
    judged = judge({"kind": "name", "field": "subject.employer.name"}, employer__name="甲")

    assert judged.violations[0].path == "subject.employer.name"


@pytest.mark.parametrize("field", ["nmae", "date_of_birth"])
def test_a_field_that_is_not_there_or_not_text_is_refused_at_load(field: str) -> None:
    with pytest.raises(ConfigError):
        rule({"kind": "name", "field": field})


@pytest.mark.parametrize(
    "spec", [{"kind": "age"}, {"kind": "age", "min": 9, "max": 8}, {"kind": "luck"}]
)
def test_what_says_nothing_or_is_unknown_is_refused_at_load(spec: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        rule(spec)


def test_rules_on_one_field_see_what_the_ones_before_them_wrote() -> None:
    spec = {"kind": "pattern", "field": "mobile", "pattern": "[0-9]{11}"}

    assert not broken(rule({"kind": "mobile"}, spec)({"mobile": "+86 19900000001"}))


def test_rules_that_cross_fields_come_last_whatever_the_order() -> None:
    judged = rule({"kind": "age", "min": 99}, {"kind": "id_number"})({"id_number": "bad"})

    assert broken(judged) == ["id_number.format"]
