"""The first stage: who may ask what, for which purpose and of which fields."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from connectors.words import Purpose, ReuseMode
from gateway.errors import InvalidFields, NotAllowed, Unauthenticated
from gateway.model import Admitted, Credentials
from gateway.policy import CallerPolicy
from gateway.product import ProductSpec
from gateway.stages.admit import Admit, Callers
from gateway.subject.ids import recorded
from tests.rooms import caller, inquiry
from tests.standins import HandClock

CREDIT = ProductSpec.model_validate(
    {
        "name": "credit",
        "fields": ["credit_summary", "fraud.multi_lending", "fraud.device"],
        "purposes": ["CREDIT_ORIGINATION", "ACCOUNT_REVIEW"],
        "deadline": {"default": "2s", "max": "8s"},
        "connectors": [{"connector": "score"}],
    }
)
OTHER = CREDIT.model_copy(update={"name": "other"})


def admit(policy: CallerPolicy | None = None, product: ProductSpec = CREDIT) -> Admit:
    callers = Callers({}, {"hash of key": policy or caller()}, lambda key: f"hash of {key}")
    return Admit(callers, {"credit": product, "other": OTHER}, HandClock())


def ask(*mask: str, fields: Any = None, **changes: Any) -> Admitted:
    return admit(caller(fields=fields or {}))(inquiry(fields=mask, **changes))


def refusal(*mask: str, **changes: Any) -> str:
    with pytest.raises(NotAllowed) as caught:
        ask(*mask, **changes)
    return caught.value.reason


def test_what_is_admitted_says_who_asks_why_and_for_what() -> None:
    asked = inquiry()
    found = admit()(asked)

    assert found.inquiry is asked
    assert found.caller == caller()
    assert found.purpose is Purpose.CREDIT_ORIGINATION
    assert found.wanted == CREDIT.fields


def test_a_product_that_is_not_there_reads_like_one_that_is_not_allowed() -> None:
    assert refusal(product="nonsense") == refusal(product="other") == "PRODUCT_NOT_ALLOWED"


@pytest.mark.parametrize("purpose", [None, Purpose.COLLECTION, Purpose.ACCOUNT_REVIEW])
def test_a_purpose_needs_the_leave_of_product_and_caller(purpose: Purpose | None) -> None:
    """The product is for account review as well, and the caller is not; collection is neither's."""
    assert refusal(purpose=purpose) == "PURPOSE_NOT_ALLOWED"


def test_a_mask_narrows_what_the_product_offers() -> None:
    assert ask("fraud.device.proxy").wanted == ("fraud.device.proxy",)


def test_a_wider_mask_gets_no_more_than_the_product_offers() -> None:
    assert ask("fraud").wanted == ("fraud.multi_lending", "fraud.device")


def test_an_allow_list_narrows_what_is_offered() -> None:
    assert ask(fields={"allow": ["fraud"]}).wanted == ("fraud.multi_lending", "fraud.device")
    assert ask(fields={"allow": ["fraud.device.proxy"]}).wanted == ("fraud.device.proxy",)


def test_nothing_is_allowed_by_an_empty_allow_list() -> None:
    assert refusal(fields={"allow": []}) == "FIELD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "mask",
    ["education", "nonsense", "credit_summary.nonsense", "", "*", ".", "credit_summary."],
)
def test_a_field_that_is_not_there_reads_like_one_that_is_not_offered(mask: str) -> None:
    """Else a slip of the pen would be a report in which nothing is missing."""
    assert refusal(mask) == "FIELD_NOT_ALLOWED"


@pytest.mark.parametrize(
    "mask",
    [
        "fraud.multi_lending.application_count",
        "fraud.multi_lending[3M,ID,BANK].application_count",
        "fraud.multi_lending[3M,ID,BANK]",
        "credit_summary.total_balance.minor_units",
    ],
)
def test_masks_stop_at_lists_and_at_values(mask: str) -> None:
    assert refusal(mask) == "FIELD_NOT_ALLOWED"
    assert ask("fraud.multi_lending", "credit_summary.total_balance").wanted


def test_one_field_of_a_mask_that_is_not_allowed_refuses_all_of_it() -> None:
    for fields in ({"allow": ["fraud"]}, {"deny": ["credit_summary"]}):
        assert refusal("fraud.device", "credit_summary", fields=fields) == "FIELD_NOT_ALLOWED"


def test_what_is_denied_is_denied_to_a_mask_and_left_out_without_one() -> None:
    deny = {"deny": ["fraud.device"]}

    assert refusal("fraud.device", fields=deny) == "FIELD_NOT_ALLOWED"
    assert refusal("fraud.device.proxy", fields=deny) == "FIELD_NOT_ALLOWED"
    assert ask(fields=deny).wanted == ("credit_summary", "fraud.multi_lending")
    assert ask("fraud", fields=deny).wanted == ("fraud.multi_lending",)
    assert ask("fraud", fields={"deny": ["fraud.device.proxy"]}).wanted == (
        "fraud.multi_lending",
        "fraud.device",
    )


def test_bypassing_the_cache_needs_a_right_of_its_own() -> None:
    assert refusal(reuse=ReuseMode.BYPASS) == "BYPASS_NOT_ALLOWED"
    ask(reuse=ReuseMode.ONLY_CACHE)
    admit(caller(may={"bypass_cache": True}))(inquiry(reuse=ReuseMode.BYPASS))


@pytest.mark.parametrize(
    "asked, ends",
    [(None, 1002.0), (1001.5, 1001.5), (1005.0, 1005.0), (1009.0, 1008.0), (float("inf"), 1008.0)],
)
def test_the_earliest_deadline_counts(asked: float | None, ends: float) -> None:
    assert ask(deadline=asked).deadline == ends


def test_no_default_outlasts_the_most_that_a_product_takes() -> None:
    short = CREDIT.model_copy(update={"deadline": CREDIT.deadline.model_copy(update={"max": 1.0})})

    assert admit(product=short)(inquiry()).deadline == 1001.0


@pytest.mark.parametrize("name", ["a\0b", "\0", "a\nb", "a\x85"])
def test_an_inquiry_id_has_no_character_that_the_ledger_would_end_it_at(name: str) -> None:
    """SQLite reads `a` of the first: two inquiries would have one name."""
    with pytest.raises(InvalidFields) as caught:
        admit()(inquiry(id=name))

    (violation,) = caught.value.violations
    assert (violation.path, violation.rule) == ("inquiry_id", "characters")
    assert "\0" not in recorded(name)


@pytest.mark.parametrize("length, fits", [(0, False), (1, True), (255, True), (256, False)])
def test_an_inquiry_id_has_1_to_255_characters(length: int, *, fits: bool) -> None:
    asked = inquiry(id="x" * length)
    if fits:
        assert admit()(asked).inquiry is asked
        return
    with pytest.raises(InvalidFields) as caught:
        admit()(asked)

    assert [each.path for each in caught.value.violations] == ["inquiry_id"]


A, B = caller(name="a"), caller(name="b")
CALLERS = Callers(
    {"a.lan": A, "a.mesh": A, "b.lan": B}, {"#ka": A, "#kb": B}, lambda key: f"#{key}"
)


@pytest.mark.parametrize(
    "san, key",
    [
        (("a.lan",), None),
        (("a.lan", "a.mesh"), None),
        (("unknown", "a.lan"), None),
        ((), "ka"),
        (("a.lan",), "ka"),
        (("unknown",), "ka"),
    ],
)
def test_a_certificate_a_key_or_both_tell_who_asks(san: tuple[str, ...], key: str | None) -> None:
    assert CALLERS.identify(Credentials(san, key)) is A


@pytest.mark.parametrize(
    "san, key",
    [
        ((), None),
        ((), ""),
        ((), "kx"),
        (("unknown",), None),
        (("a.lan", "b.lan"), None),
        (("a.lan",), "kb"),
        (("a.lan",), "kx"),
        (("a.lan",), ""),
    ],
)
def test_credentials_that_do_not_agree_are_nobodys(san: tuple[str, ...], key: str | None) -> None:
    with pytest.raises(Unauthenticated) as caught:
        CALLERS.identify(Credentials(san, key))

    assert caught.value.args == ("UNAUTHENTICATED",)


def test_a_stranger_learns_nothing_of_products() -> None:
    stranger = replace(inquiry(product="nonsense"), credentials=Credentials())
    with pytest.raises(Unauthenticated):
        admit()(stranger)
