"""The third stage, and what a product needs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from connectors.faults import ConfigError
from connectors.policy.inputs import Inputs
from gateway.errors import InputIncomplete, PresetUnavailable
from gateway.fillers import Forgetful, Stored
from gateway.stages.fill import Fill, Preset
from gateway.stages.inputs import check
from gateway.subject.filling import FieldOrigin

from ..rulebook import ADULT, ELDER, KIT, fillers, odd, rule, valid
from .test_fillers import Recalled

INPUTS = Inputs(
    required=("subject.name", "subject.id_number", "subject.mobile"),
    any_of=(("subject.date_of_birth", "subject.email"),),
)
RULES = rule(
    {"kind": "id_number"},
    {"kind": "mobile"},
    {"kind": "name"},
    {"kind": "same_birth_date"},
    {"kind": "age", "max": 80},
)
PROFILE = {"kind": "profile", "fields": ["name", "mobile", "date_of_birth"], "max_age": "90d"}
COMPLETE = {"name": "测试甲", "id_number": ADULT, "mobile": "19900000001"}


def fill(recall: Recalled, *specs: object, inputs: Inputs = INPUTS) -> Fill:
    chosen = specs or ({"kind": "id_derived"}, PROFILE)
    return Fill({"loan": Preset(RULES, fillers(*chosen, recall=recall), inputs)})


async def test_nothing_is_read_where_nothing_is_absent() -> None:
    recall = Recalled({"name": "other"})

    filled = await fill(recall)(valid({**COMPLETE, "customer_id": "c-1"}))

    assert recall.asked == []
    assert filled.subject["name"] == "测试甲"
    assert {each.path for each in filled.fillings} == {
        "date_of_birth",
        "sex",
        "id_type",
        "region_code",
    }


async def test_what_is_absent_is_filled_in_its_normal_form() -> None:
    recall = Recalled({"mobile": "+86 19900000001", "name": "测试甲"})
    subject = {"id_number": ADULT, "customer_id": "c-1"}

    filled = await fill(recall)(valid(subject))

    assert recall.asked == [("lender_a", "c-1", ("name", "mobile"), 90 * 86400.0)]
    stored = {each.path: each for each in filled.fillings if each.origin is FieldOrigin.STORED}
    assert stored["mobile"].value == filled.subject["mobile"] == "19900000001"
    assert filled.subject["date_of_birth"] == date(1990, 1, 1)
    assert filled.valid.subject == subject


async def test_a_supplied_value_is_never_overwritten() -> None:
    subject = {**COMPLETE, "date_of_birth": date(1990, 1, 1), "sex": "OTHER"}

    filled = await fill(Recalled({}))(valid(subject))

    assert filled.subject["sex"] == "OTHER"
    assert "sex" not in {each.path for each in filled.fillings}


async def test_the_first_filler_that_gives_a_path_wins() -> None:
    first = {"kind": "default", "field": "nationality", "value": "KZ"}
    second = {"kind": "default", "field": "nationality", "value": "CN"}

    filled = await fill(Recalled({}), {"kind": "id_derived"}, first, second)(valid(COMPLETE))

    assert filled.subject["nationality"] == "KZ"


async def test_a_stored_value_that_breaks_a_rule_is_dropped_with_a_warning() -> None:
    """What we kept wrong is not the caller's fault; what is right beside it is taken."""
    recall = Recalled({"mobile": "12345", "name": "测试甲"})
    inputs = Inputs(required=("subject.name",), any_of=(("subject.mobile", "subject.id_number"),))

    filled = await fill(recall, PROFILE, {"kind": "id_derived"}, inputs=inputs)(
        valid({"id_number": ADULT, "customer_id": "c-1"})
    )
    assert filled.warnings == ()

    inputs = Inputs(required=("subject.name", "subject.mobile"))
    with pytest.raises(InputIncomplete) as caught:
        await fill(recall, PROFILE, inputs=inputs)(valid({"customer_id": "c-1"}))
    assert [each.path for each in caught.value.violations] == ["subject.mobile"]

    default = {"kind": "default", "field": "mobile", "value": "19900000001"}
    filled = await fill(recall, PROFILE, default, inputs=inputs)(valid({"customer_id": "c-1"}))
    assert odd(filled.warnings) == [("subject.mobile", "profile.mobile")]
    assert filled.subject["name"] == "测试甲"
    assert filled.subject["mobile"] == "19900000001"


async def test_a_stored_value_that_contradicts_a_supplied_one_is_dropped() -> None:
    recall = Recalled({"date_of_birth": date(1980, 1, 1)})
    inputs = Inputs(any_of=(("subject.date_of_birth",),))

    filled = await fill(recall, PROFILE, {"kind": "id_derived"}, inputs=inputs)(
        valid({"id_number": ADULT, "customer_id": "c-1"})
    )

    assert filled.subject["date_of_birth"] == date(1990, 1, 1)
    assert odd(filled.warnings) == [("subject.date_of_birth", "profile.date_of_birth")]


async def test_what_the_rules_warned_of_travels_on() -> None:
    warn = rule({"kind": "same_birth_date", "level": "warn"})
    stage = Fill({"loan": Preset(warn, (), Inputs())})
    doubtful = valid({"id_number": ELDER, "date_of_birth": date(1990, 1, 1)})

    filled = await stage(replace(doubtful, warnings=warn(doubtful.subject).warnings))

    assert odd(filled.warnings) == [("subject.date_of_birth", "same_birth_date")]


async def test_all_that_is_still_absent_is_named_at_once() -> None:
    with pytest.raises(InputIncomplete) as caught:
        await Fill({"loan": Preset(rule(), (), INPUTS)})(valid({"name": " "}))

    assert [(each.path, each.rule) for each in caught.value.violations] == [
        ("subject.name", "required"),
        ("subject.id_number", "required"),
        ("subject.mobile", "required"),
        ("subject.date_of_birth", "any_of"),
    ]
    assert "subject.email" in caught.value.violations[-1].description


async def test_a_group_that_is_met_wants_nothing() -> None:
    recall = Recalled({"date_of_birth": date(1990, 1, 1)})
    subject = {**COMPLETE, "email": "a@b.example", "customer_id": "c-1"}

    await fill(recall, PROFILE)(valid(subject))

    assert recall.asked == []


async def test_a_database_that_fails_is_a_warning_until_something_is_missing() -> None:
    async def fails(*_: object) -> Mapping[str, Stored]:
        raise Forgetful

    default = {"kind": "default", "field": "name", "value": "测试甲"}
    chosen = fillers(PROFILE, default, recall=fails)
    stage = Fill({"loan": Preset(RULES, chosen, Inputs(required=("subject.name",)))})

    filled = await stage(valid({"customer_id": "c-1"}))

    assert odd(filled.warnings) == [("subject", "profile")]


async def test_what_could_not_be_looked_up_is_not_the_callers_omission() -> None:
    """A database that is slow for a second must not read as a bad request."""

    async def fails(*_: object) -> Mapping[str, Stored]:
        raise Forgetful

    chosen = fillers(PROFILE, recall=fails)
    stage = Fill({"loan": Preset(RULES, chosen, Inputs(required=("subject.name",)))})

    with pytest.raises(PresetUnavailable):
        await stage(valid({"customer_id": "c-1"}))


async def test_a_product_may_need_more_than_a_subject() -> None:
    inputs = Inputs(required=("application.id", "inquiry.inputs.otp", "device.ip"))
    stage = Fill({"loan": Preset(RULES, (), inputs)})

    with pytest.raises(InputIncomplete) as caught:
        await stage(valid({}, application={"id": "a-1"}, inputs={"otp": ""}))
    assert [each.path for each in caught.value.violations] == ["inquiry.inputs.otp", "device.ip"]

    more = {"application": {"id": "a-1"}, "inputs": {"otp": "1"}, "device": {"ip": "::1"}}
    assert (await stage(valid({}, **more))).subject == {}


def test_inputs_that_no_inquiry_can_have_are_refused_at_load() -> None:
    inputs = Inputs(
        required=("subject.name", "subject.nmae", "inquiry.inputs.otp"),
        any_of=(("application.id", "user_info.name"),),
    )

    with pytest.raises(ConfigError) as caught:
        check(inputs, KIT)
    assert [finding.at for finding in caught.value.findings] == [("required", 1), ("any_of", 0, 1)]


async def test_what_is_filled_does_not_print() -> None:
    recall = Recalled({"mobile": "19900000001", "name": "测试甲"})

    filled = await fill(recall)(valid({"id_number": ADULT, "customer_id": "c-canary"}))

    assert not [canary for canary in (ADULT, "19900000001", "canary") if canary in repr(filled)]
    assert datetime(2025, 9, 1, tzinfo=UTC) in {each.as_of for each in filled.fillings}
