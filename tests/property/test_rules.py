"""Laws of the rules, tried on whatever hypothesis can think of."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import luhn

from ..rulebook import ADULT, ELDER, broken, id_number, judge, rule

TEXT_KINDS = {
    "bank_card": "bank_card",
    "email": "email",
    "id_number": "id_number",
    "mobile": "mobile",
    "name": "name",
    "ssn": "id_number",
    "uscc": "employer.uscc",
}
RULES = {kind: rule({"kind": kind}) for kind in TEXT_KINDS}

texts = st.one_of(
    st.text(max_size=40),
    st.text("0123456789Xx+-  ０１２３４５６７８９٠١²", max_size=24),
    st.text("测试甲·•.・．･ ¨\u0301ﷺﬁa", max_size=24),
)
days = st.dates(date(1900, 1, 1), date(2025, 1, 1))
numbers = st.builds(
    lambda region, day, sequence: id_number(region, f"{day:%Y%m%d}", f"{sequence:03}"),
    st.sampled_from(["110105", "310101", "440524", "654226", "810000", "931840"]),
    days,
    st.integers(0, 999),
)


@pytest.mark.parametrize("kind", sorted(TEXT_KINDS))
@given(text=texts)
def test_no_text_crashes_a_rule_and_normal_forms_are_final(kind: str, text: str) -> None:
    path = TEXT_KINDS[kind]
    subject = {path: text} | ({"id_type": "SSN"} if kind == "ssn" else {})
    judged = RULES[kind](subject)

    if not judged.violations:
        again = RULES[kind]({**subject, **judged.normalised})
        assert (again.normalised, again.violations) == ({}, ())


@given(number=numbers)
def test_what_is_made_right_passes(number: str) -> None:
    assert not judge({"kind": "id_number"}, id_number=number).violations


@given(number=numbers)
@settings(max_examples=50)
def test_no_single_wrong_digit_passes(number: str) -> None:
    """The weights have inverses modulo 11, so that each such error shows."""
    for place, right in enumerate(number):
        for wrong in set("0123456789" + ("X" if place == 17 else "")) - {right}:
            corrupted = number[:place] + wrong + number[place + 1 :]
            assert RULES["id_number"]({"id_number": corrupted}).violations


@given(number=numbers, place=st.integers(0, 15))
def test_swapped_neighbours_do_not_pass(number: str, place: int) -> None:
    first, second = number[place], number[place + 1]
    swapped = number[:place] + second + first + number[place + 2 :]

    assert swapped == number or RULES["id_number"]({"id_number": swapped}).violations


@given(body=st.text("0123456789", min_size=12, max_size=18))
@settings(max_examples=50)
def test_no_single_wrong_digit_of_a_card_passes(body: str) -> None:
    card = body + luhn.calc_check_digit(body)

    assert not RULES["bank_card"]({"bank_card": card}).violations
    for place, right in enumerate(card):
        for wrong in set("0123456789") - {right}:
            corrupted = card[:place] + wrong + card[place + 1 :]
            assert broken(RULES["bank_card"]({"bank_card": corrupted})) == ["bank_card.checksum"]


FULL_WIDTH = str.maketrans("0123456789X", "０１２３４５６７８９Ｘ")


@pytest.mark.parametrize(
    ("kind", "right"),
    [
        ("id_number", ELDER),
        ("id_number", ADULT),
        ("mobile", "19900000001"),
        ("bank_card", "6200000000000005"),
        ("uscc", "91350100M000100Y43"),
    ],
)
def test_full_width_digits_are_digits(kind: str, right: str) -> None:
    path = TEXT_KINDS[kind]

    assert RULES[kind]({path: right.translate(FULL_WIDTH)}).normalised == {path: right}
