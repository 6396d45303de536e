"""A waterfall that makes no sense is told at load, with its line; one that does is built."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.words import Outcome
from gateway.product import ProductSpec, Waterfall
from tests.config_folder import MARK, SCORE, ConfigFolder

PRODUCT_FILE, CALLER_FILE = "products/credit.yaml", "callers/scoring.yaml"
TOGETHER = ("stands twice", "3 can not answer")
HEAD = """\
name: credit
fields: [fraud]
purposes: [CREDIT_ORIGINATION]
"""


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    folder = ConfigFolder(tmp_path)
    for name in ("beta", "gamma"):
        bureau = folder.files["bureaus/acme.yaml"].replace("acme", name)
        folder.files[f"bureaus/{name}.yaml"] = bureau
        folder.files[f"connectors/{name}_score.yaml"] = SCORE.replace(
            "name: score", f"name: {name}_score"
        ).replace("bureau: acme", f"bureau: {name}")
    folder.files["connectors/acme_deep.yaml"] = SCORE.replace("name: score", "name: acme_deep")
    return folder


def orders(folder: ConfigFolder, waterfall: str, rest: str = "") -> None:
    folder.files[PRODUCT_FILE] = f"{HEAD}connectors:\n  - waterfall:\n{waterfall}{rest}"


def fall(order: str = "[score, beta_score]", continue_on: str = "[NO_HIT]", more: str = "") -> str:
    return f"      name: fall\n      order: {order}\n      continue_on: {continue_on}\n{more}"


def messages(folder: ConfigFolder) -> str:
    return "; ".join(one.message for one in folder.findings())


def test_members_are_seated_side_by_side_with_their_rules(folder: ConfigFolder) -> None:
    orders(folder, fall(more="      start_if_remaining: 800ms\n"), "    required: true\n")
    assembled = folder.build()
    score, beta = assembled.seats["credit"]

    assert (score.unit, beta.unit, score.required, beta.required) == ("fall", "fall", True, True)
    assert score.waterfall is not None
    assert score.waterfall.start_if_remaining == 0.8
    assert score.waterfall.continue_on == {Outcome.NO_HIT}
    assert [(each.bureau, str(each.price)) for each in (score, beta)] == [
        ("acme", "0.50"),
        ("beta", "0.50"),
    ]


def test_who_stands_in_for_each_other_needs_no_rule_and_the_order_is_one(
    folder: ConfigFolder,
) -> None:
    orders(folder, fall())

    assert folder.findings() == ()
    prefer = folder.build().blueprints["credit"].merging.prefer
    assert prefer == {"fraud.gang_risk": ("score", "beta_score")}


@pytest.mark.parametrize(
    "more, continue_on", [("      min_success: 2\n", "[NO_HIT]"), ("", "[MISMATCH]")]
)
def test_who_may_answer_beside_another_needs_a_rule(
    folder: ConfigFolder, more: str, continue_on: str
) -> None:
    orders(folder, fall(continue_on=continue_on, more=more))
    assert "say how under `merge`" in messages(folder)

    orders(
        folder,
        fall(continue_on=continue_on, more=more),
        "merge: {fraud.gang_risk: {prefer: [beta_score, score]}}\n",
    )
    assert folder.findings() == ()


def test_an_outsider_on_the_same_field_needs_a_rule_for_all(folder: ConfigFolder) -> None:
    orders(folder, fall(), "  - {connector: gamma_score}\n")
    assert "score and gamma_score both give" in messages(folder)

    orders(
        folder,
        fall(),
        "  - {connector: gamma_score}\n"
        f"merge:\n  fraud.gang_risk: {{prefer: [gamma_score, score]}} {MARK}\n",
    )
    assert folder.found() == folder.marked()


@pytest.mark.parametrize(
    "line, says",
    [
        ("order: [score, beta_scroe]", "did you mean beta_score?"),
        ("order: [score, score]", "stands twice"),
        ("order: [score]", "at least 2"),
        ("continue_on: [PENDING]", "after PENDING there is nothing"),
        ("continue_on: [HIT]", "after HIT there is nothing"),
        ("continue_on: [NOT_NEEDED]", "after NOT_NEEDED there is nothing"),
        ("continue_on: []", "at least 1"),
        ("continue_on: [SOMETIMES]", "must be"),
        ("min_success: 3", "3 can not answer"),
        ("start_if_remaining: 800", "a duration has a unit"),
        ("start_when_remaining: 800ms", "unknown key `start_when_remaining`"),
    ],
)
def test_each_slip_is_told_with_its_line(folder: ConfigFolder, line: str, says: str) -> None:
    lines = {"name": "name: fall", "order": "order: [score, beta_score]", "continue_on": ""}
    lines["continue_on"] = "continue_on: [NO_HIT]"
    lines[line.partition(":")[0]] = line
    orders(folder, "".join(f"      {each}\n" for each in lines.values()))
    wrong = 1 + next(
        number
        for number, text in enumerate(folder.files[PRODUCT_FILE].splitlines())
        if line in text
    )
    findings = folder.findings()

    assert says in "; ".join(one.message for one in findings)
    # What is wrong with keys together is told at the key above them.
    assert {one.line for one in findings} == ({5} if says in TOGETHER else {wrong})


def test_members_have_something_of_the_product_in_common(folder: ConfigFolder) -> None:
    folder.change("connectors/beta_score.yaml", "fraud.gang_risk:", "education.graduation_date:")
    folder.change("connectors/beta_score.yaml", "type: ratio", "type: date")
    orders(folder, fall(order=f"[score, beta_score] {MARK}"))

    assert folder.found() == folder.marked()
    assert "no field of the product in common" in messages(folder)


@pytest.mark.parametrize(
    "outcome", ["TIMEOUT", "LOST", "BUREAU_ERROR", "BAD_RESPONSE", "DUPLICATE", "SUBJECT_MISMATCH"]
)
def test_no_bureau_is_asked_again_after_what_may_be_billed(
    folder: ConfigFolder, outcome: str
) -> None:
    order = "[score, beta_score, acme_deep]"
    orders(folder, fall(order, f"[NO_HIT, {outcome}] {MARK}"))
    assert folder.found() == folder.marked()
    assert f"both of acme: after {outcome} it would be paid twice" in messages(folder)

    orders(folder, fall(order))
    assert folder.findings() == ()


def test_what_a_bureau_never_bills_may_be_asked_of_it_again(folder: ConfigFolder) -> None:
    folder.change(
        "connectors/score.yaml",
        "billing:\n",
        "billing:\n  unbilled: [BUREAU_ERROR]\n",
    )
    orders(folder, fall("[score, acme_deep]", "[BUREAU_ERROR]"))

    assert folder.findings() == ()


def test_two_answers_of_one_bureau_are_no_two(folder: ConfigFolder) -> None:
    more = f"      min_success: 2 {MARK}\n"
    merge = "merge: {fraud.gang_risk: {prefer: [score, acme_deep]}}\n"
    orders(folder, fall("[score, acme_deep]", more=more), merge)

    assert folder.found() == folder.marked()


def test_a_required_one_may_be_asked_for_all_that_the_product_is_for(folder: ConfigFolder) -> None:
    for name in ("score", "beta_score", "gamma_score"):
        folder.change(f"connectors/{name}.yaml", "    why: ${inquiry.purpose_code}\n", "")
    both = "purposes: [CREDIT_ORIGINATION, COLLECTION]"
    folder.change("connectors/score.yaml", "purposes: [CREDIT_ORIGINATION]", both)
    order = "[score, beta_score, gamma_score]"
    orders(folder, fall(order), "    required: true\n")
    folder.change(PRODUCT_FILE, "purposes: [CREDIT_ORIGINATION]", both)
    assert folder.findings() == ()

    merge = f"merge: {{fraud.gang_risk: {{prefer: {order}}}}}\n"
    more = "      min_success: 2\n"
    orders(folder, fall(f"{order} {MARK}", more=more), f"    required: true\n{merge}")
    folder.change(PRODUCT_FILE, "purposes: [CREDIT_ORIGINATION]", both)
    assert folder.found() == folder.marked()


def test_what_a_later_one_refers_to_a_member_may_give(folder: ConfigFolder) -> None:
    file = "connectors/gamma_score.yaml"
    folder.change(file, "id: ${subject.id_number}", 'id: "${user_info.fraud.gang_risk}"')
    folder.change(file, "fraud.gang_risk:", "education.graduation_date:")
    folder.change(file, "type: ratio", "type: date")
    orders(folder, fall(), f"  - {{connector: gamma_score}} {MARK}\n")
    assert folder.found() == folder.marked()
    assert "refers to user_info.fraud.gang_risk" in messages(folder)

    needy = "{connector: gamma_score, needs: [fall]}"
    folder.change(PRODUCT_FILE, f"{{connector: gamma_score}} {MARK}", needy)
    assert folder.findings() == ()


@pytest.mark.parametrize("currency", ["EUR", "CNY"])
@pytest.mark.parametrize(
    "file, line",
    [
        (PRODUCT_FILE, 'max_cost: {{amount: "2.00", currency: {}}}'),
        (CALLER_FILE, 'limits: {{spend_per_day: {{amount: "2.00", currency: {}}}}}'),
    ],
)
def test_money_is_in_the_billing_currency(
    folder: ConfigFolder, file: str, line: str, currency: str
) -> None:
    folder.files[file] += f"{line.format(currency)} {MARK if currency == 'EUR' else ''}\n"

    assert folder.found() == folder.marked()


def product(*connectors: dict[str, Any]) -> ProductSpec:
    return ProductSpec.model_validate(
        {
            "name": "p",
            "fields": ["fraud"],
            "purposes": ["CREDIT_ORIGINATION"],
            "connectors": connectors,
        }
    )


FALL = {"waterfall": {"name": "fall", "order": ["a", "b"], "continue_on": ["NO_HIT"]}}


def test_who_is_in_it_is_one_of_the_product() -> None:
    found = product({"connector": "x"}, FALL, {"connector": "y", "needs": ["fall"]})

    assert found.members == ("x", "a", "b", "y")
    assert [use.name for use in found.asked] == ["x", "fall", "y"]


@pytest.mark.parametrize(
    "connectors",
    [
        (FALL, {"connector": "a"}),
        (FALL, {"connector": "fall"}),
        (FALL, {"connector": "x", "needs": ["a"]}),
        ({"connector": "x", "needs": ["fall"]}, FALL),
        (FALL, {**FALL, "waterfall": {**FALL["waterfall"], "order": ["c", "d"]}}),
        ({**FALL, "shadow": {"share": 0.5}},),
    ],
)
def test_names_are_told_apart_and_needs_stand_first(connectors: tuple[dict[str, Any], ...]) -> None:
    with pytest.raises(ValidationError):
        product(*connectors)


def test_an_answer_is_what_nobody_else_would_be_asked_on() -> None:
    rules = Waterfall.model_validate(FALL["waterfall"])

    assert rules.answers(Outcome.HIT) and rules.answers(Outcome.MISMATCH)
    assert not any(map(rules.answers, (Outcome.NO_HIT, Outcome.PENDING, Outcome.LOST)))
