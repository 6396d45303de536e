"""The resident identity number and what is compared with it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ..rulebook import ADULT, ELDER, TODAY, broken, id_number, judge, odd

KIND = {"kind": "id_number"}


@pytest.mark.parametrize(
    "number", [ELDER, ADULT, "440524188001010014", id_number("310101", "19960229", "123")]
)
def test_sound_numbers_pass_as_they_are(number: str) -> None:
    judged = judge(KIND, id_number=number)

    assert not judged.violations
    assert not judged.normalised


@pytest.mark.parametrize(
    "written",
    [
        "11010519491231002x",
        " 11010519491231002X ",
        "\uff11\uff11010519491231002\uff38",
        "\u300011010519491231002X\u3000",
        "110105491231002",
    ],
)
def test_other_ways_of_writing_come_to_one(written: str) -> None:
    judged = judge(KIND, id_number=written)

    assert judged.violations == ()
    assert judged.normalised == {"id_number": ELDER}


@pytest.mark.parametrize(
    ("number", "rules"),
    [
        ("", ["id_number.format"]),
        ("1101051949123100", ["id_number.format"]),
        ("110105 19491231 002X", ["id_number.format"]),
        ("1101051949123100٢X", ["id_number.format"]),
        ("110105194912310021", ["id_number.checksum"]),
        (id_number("770105", "19491231", "002"), ["id_number.region"]),
        (id_number("110105", "19500229", "002"), ["id_number.birth_date"]),
        (id_number("110105", "20491231", "002"), ["id_number.birth_date"]),
        ("991305", ["id_number.format"]),
    ],
)
def test_each_fault_has_its_rule(number: str, rules: list[str]) -> None:
    assert broken(judge(KIND, id_number=number)) == rules


def test_all_faults_are_reported_at_once() -> None:
    good = id_number("770105", "19501399", "002")
    bad = good[:-1] + ("1" if good[-1] != "1" else "2")

    judged = judge(KIND, id_number=bad)

    assert broken(judged) == ["id_number.region", "id_number.birth_date", "id_number.checksum"]
    assert {violation.path for violation in judged.violations} == {"subject.id_number"}


def test_an_unlisted_county_is_a_warning() -> None:
    judged = judge(KIND, id_number=id_number("119999", "19900101", "002"))

    assert judged.violations == ()
    assert odd(judged.warnings) == [("subject.id_number", "id_number.region")]


def test_an_abolished_county_is_known() -> None:
    """People keep the number that a county of 1983 gave them."""
    assert judge(KIND, id_number="440524188001010014").warnings == ()


@pytest.mark.parametrize("region", ["810000", "820000", "830000", "931840"])
def test_residence_permits_pass(region: str) -> None:
    judged = judge(KIND, id_number=id_number(region, "19900101", "001"))

    assert judged.violations == judged.warnings == ()


def test_born_today_passes_and_tomorrow_does_not() -> None:
    tomorrow = TODAY + timedelta(days=1)

    assert not broken(judge(KIND, id_number=id_number("110105", f"{TODAY:%Y%m%d}", "002")))
    assert broken(judge(KIND, id_number=id_number("110105", f"{tomorrow:%Y%m%d}", "002")))


@pytest.mark.parametrize(("id_type", "applies"), [("RESIDENT_ID", True), ("PASSPORT", False)])
def test_only_resident_ids_are_judged(id_type: str, *, applies: bool) -> None:
    assert bool(broken(judge(KIND, id_number="E12345678", id_type=id_type))) is applies


@pytest.mark.parametrize("kind", ["same_birth_date", "same_sex", "age"])
def test_nothing_is_compared_with_a_number_that_is_wrong_in_itself(kind: str) -> None:
    spec = {"kind": kind} | ({"min": 99} if kind == "age" else {})
    subject = {"id_number": "110105194912310021"} | (
        {} if kind == "age" else {"date_of_birth": date(1990, 1, 1), "sex": "MALE"}
    )

    assert not broken(judge(spec, **subject))


def test_birth_dates_must_agree() -> None:
    same, other = date(1949, 12, 31), date(1949, 12, 30)
    spec = {"kind": "same_birth_date"}

    assert not broken(judge(spec, id_number=ELDER, date_of_birth=same))
    assert broken(judge(spec, id_number=ELDER, date_of_birth=other)) == ["same_birth_date"]
    assert not broken(judge(spec, id_number=ELDER, date_of_birth=other, id_type="PASSPORT"))


def test_sexes_must_agree() -> None:
    assert not broken(judge({"kind": "same_sex"}, id_number=ELDER, sex="FEMALE"))
    assert broken(judge({"kind": "same_sex"}, id_number=ELDER, sex="MALE")) == ["same_sex"]


def test_a_difference_may_be_a_warning() -> None:
    judged = judge({"kind": "same_sex", "level": "warn"}, id_number=ELDER, sex="MALE")

    assert judged.violations == ()
    assert odd(judged.warnings) == [("subject.sex", "same_sex")]


def _years_ago(years: int, days: int = 0) -> date:
    return TODAY.replace(year=TODAY.year - years) + timedelta(days=days)


@pytest.mark.parametrize(
    ("born", "rules"),
    [
        (_years_ago(18), []),
        (_years_ago(18, days=1), ["age.min"]),
        (_years_ago(66, days=1), []),
        (_years_ago(66), ["age.max"]),
        (_years_ago(-1), ["age.min"]),
    ],
)
def test_age_counts_full_years(born: date, rules: list[str]) -> None:
    assert broken(judge({"kind": "age", "min": 18, "max": 65}, date_of_birth=born)) == rules


def test_age_is_read_from_the_number_where_no_birth_date_is_given() -> None:
    judged = judge({"kind": "age", "max": 65}, id_number=ELDER)

    assert [(each.path, each.rule) for each in judged.violations] == [
        ("subject.id_number", "age.max")
    ]
