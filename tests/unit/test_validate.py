"""The second stage."""

from __future__ import annotations

import pytest

from gateway.errors import InvalidFields
from gateway.stages.validate import Validate

from ..rulebook import ELDER, admitted, rule

VALIDATE = Validate({"loan": rule({"kind": "id_number"}, {"kind": "mobile"}), "free": rule()})


def test_what_is_well_formed_goes_on_in_its_normal_form() -> None:
    subject = {"id_number": ELDER.lower(), "mobile": "+86 19900000001", "name": "测试甲"}
    inquiry = admitted(subject)

    valid = VALIDATE(inquiry)

    assert valid.admitted is inquiry
    assert valid.subject == {"id_number": ELDER, "mobile": "19900000001", "name": "测试甲"}
    assert inquiry.inquiry.subject["id_number"] == ELDER.lower()


def test_all_that_is_malformed_is_refused_at_once_without_a_value() -> None:
    with pytest.raises(InvalidFields) as caught:
        VALIDATE(admitted({"id_number": "110105194912310021", "mobile": "12345"}))

    assert [each.path for each in caught.value.violations] == [
        "subject.id_number",
        "subject.mobile",
    ]
    assert "12345" not in repr(caught.value.violations)


def test_what_is_absent_is_not_malformed() -> None:
    assert VALIDATE(admitted({})).subject == {}


def test_a_product_has_its_own_rules() -> None:
    assert VALIDATE(admitted({"mobile": "12345"}, product="free")).subject == {"mobile": "12345"}
