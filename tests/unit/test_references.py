"""Whatever is wrong with a config folder is told at load, all at once, with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.catalog.dry_run import look_through
from gateway.catalog.reading import CatalogError
from tests.config_folder import MARK, PRODUCT, SCORE, ConfigFolder

BUREAU_FILE, SCORE_FILE = "bureaus/acme.yaml", "connectors/score.yaml"
PRODUCT_FILE, CALLER_FILE = "products/credit.yaml", "callers/scoring.yaml"


@pytest.fixture
def folder(tmp_path: Path) -> ConfigFolder:
    return ConfigFolder(tmp_path)


TOLD_ABOVE = ("`refresh_auth` needs", "must stand before")
"""What is wrong with rows together is told at the key above them."""


def second(folder: ConfigFolder, mapping: str, merge: str = "") -> None:
    """Let another connector of the product give something too."""
    text = SCORE.replace("name: score", "name: other")
    head, _, _ = text.partition("  fraud.gang_risk")
    folder.files["connectors/other.yaml"] = f"{head}  {mapping}\n"
    folder.change(
        PRODUCT_FILE,
        "  - {connector: score, required: true}\n",
        f"  - {{connector: score, required: true}}\n  - {{connector: other}}\n{merge}",
    )


def test_a_folder_that_is_right_has_no_findings(folder: ConfigFolder) -> None:
    assert folder.findings() == ()
    assert list(folder.build().calls) == ["score"]


@pytest.mark.parametrize(
    "file, old, new, says",
    [
        (BUREAU_FILE, "auth:", "oath:", "unknown key `oath`"),
        (BUREAU_FILE, "kind: bearer", "kind: magic", "must be one of"),
        (BUREAU_FILE, "{CREDIT_ORIGINATION: ", "{CREDIT: ", "must be"),
        (SCORE_FILE, "bureau: acme", "bureau: acne", "there is no bureau acne; did you mean acme?"),
        (SCORE_FILE, "currency: CNY", "currency: EUR", "prices are in CNY here"),
        (SCORE_FILE, 'amount: "0.50"', "amount: 0.50", "quoted"),
        (SCORE_FILE, "fraud.gang_risk:", "fraud.gang_rsik:", "did you mean `gang_risk`"),
        (SCORE_FILE, "fraud.gang_risk:", "fraud.device:", "message"),
        (SCORE_FILE, "type: ratio", "type: string", "takes type"),
        (SCORE_FILE, "${subject.id_number}", "${subject.id_numbr}", "unknown reference"),
        (
            SCORE_FILE,
            "${subject.id_number}",
            "${subject.id_number | shout}",
            "unknown converter shout",
        ),
        (SCORE_FILE, "{code:", '{"code(":', "JMESPath"),
        (
            SCORE_FILE,
            "{outcome: HIT,",
            "{outcome: REFUSED, refresh_auth: once,",
            "`refresh_auth` needs",
        ),
        (SCORE_FILE, "{outcome: HIT,", "{outcome: TIMEOUT,", "is not valid"),
        (PRODUCT_FILE, "[fraud,", "[fruad,", "UserInfo has no field fruad"),
        (
            PRODUCT_FILE,
            "[fraud,",
            "[fraud.multi_lending.active_months,",
            "leads into a list: name the list",
        ),
        (
            PRODUCT_FILE,
            "[fraud,",
            "[credit_summary.total_balance.currency,",
            "UserInfo has no field",
        ),
        (PRODUCT_FILE, "connector: score", "connector: scoer", "did you mean score?"),
        (
            PRODUCT_FILE,
            "connector: score, required: true",
            "connector: score, needs: [x]",
            "must stand before",
        ),
        (CALLER_FILE, "products: [credit]", "products: [credits]", "there is no product credits"),
        (CALLER_FILE, "purposes: [CREDIT_ORIGINATION]", "purposes: [CREDIT]", "must be"),
    ],
)
def test_each_slip_is_told_with_its_line(
    folder: ConfigFolder, file: str, old: str, new: str, says: str
) -> None:
    folder.change(file, old, new)
    lines = folder.files[file].splitlines()
    line = 1 + next(number for number, text in enumerate(lines) if new in text)
    findings = [one for one in folder.findings() if one.file == folder.root / file]

    assert says in "; ".join(one.message for one in findings)
    if says in TOLD_ABOVE:
        line -= 1
    assert {one.line for one in findings} == {line}


@pytest.mark.parametrize("key", ["allow", "deny"])
def test_a_policys_fields_are_checked(folder: ConfigFolder, key: str) -> None:
    folder.files[CALLER_FILE] += f"fields:\n  {key}:\n    - fraud\n    - fraud.nothing {MARK}\n"

    assert folder.found() == folder.marked()


def test_what_is_denied_may_lie_inside_a_list_and_what_is_allowed_may_not(
    folder: ConfigFolder,
) -> None:
    folder.files[CALLER_FILE] += (
        "fields:\n"
        "  deny: [fraud.multi_lending.active_months]\n"
        f"  allow: [fraud.multi_lending.active_months] {MARK}\n"
    )

    assert folder.found() == folder.marked()


def test_a_required_connector_may_be_asked_for_all_that_the_product_is_for(
    folder: ConfigFolder,
) -> None:
    purposes = "purposes: [CREDIT_ORIGINATION"
    folder.change(PRODUCT_FILE, purposes, f"{purposes}, COLLECTION")
    folder.change(PRODUCT_FILE, "required: true}", f"required: true}} {MARK}")
    assert folder.found() == folder.marked()

    folder.change(PRODUCT_FILE, "required: true}", "required: false}")
    assert folder.findings() == ()


def test_a_bureau_has_a_code_for_each_purpose_that_a_request_tells_it(
    folder: ConfigFolder,
) -> None:
    folder.change(
        SCORE_FILE,
        "  purposes: [CREDIT_ORIGINATION]",
        f"  purposes: [CREDIT_ORIGINATION, COLLECTION] {MARK}",
    )
    assert folder.found() == folder.marked()

    folder.change(SCORE_FILE, "    why: ${inquiry.purpose_code}\n", "")
    assert folder.findings() == ()


def test_a_request_that_uses_what_nobody_gives_it_is_told_at_load(folder: ConfigFolder) -> None:
    """It would be NEED_INPUT for ever, and look like a person of whom too little is known."""
    second(folder, "fraud.night_application_count: {path: n, type: int}")
    asks = 'id: "${user_info.fraud.gang_risk}"'
    folder.change("connectors/other.yaml", "id: ${subject.id_number}", asks)
    folder.change(PRODUCT_FILE, "{connector: other}", f"{{connector: other}} {MARK}")
    assert folder.found() == folder.marked()
    assert "nothing under `needs` gives" in folder.findings()[0].message

    folder.change(
        PRODUCT_FILE, f"{{connector: other}} {MARK}", "{connector: other, needs: [score]}"
    )
    assert folder.findings() == ()


def test_two_connectors_on_one_field_need_a_rule(folder: ConfigFolder) -> None:
    second(folder, "fraud.gang_risk: {path: r, type: ratio}")
    folder.change(PRODUCT_FILE, "connectors:\n", f"connectors: {MARK}\n")

    assert folder.found() == folder.marked()
    assert "say how under `merge`" in folder.findings()[0].message


def test_a_rule_may_be_for_a_whole_section(folder: ConfigFolder) -> None:
    merge = "merge: {fraud: {prefer: [other, score]}}\n"
    second(folder, "fraud.gang_risk: {path: r, type: ratio}", merge)
    assembled = folder.build()

    # Written out by field: whoever has one field need not have the next.
    assert assembled.blueprints["credit"].merging.prefer == {"fraud.gang_risk": ("other", "score")}


def test_the_closest_rule_decides(folder: ConfigFolder) -> None:
    merge = (
        "merge:\n  fraud: {prefer: [score, other]}\n  fraud.gang_risk: {prefer: [other, score]}\n"
    )
    second(folder, "fraud.gang_risk: {path: r, type: ratio}", merge)

    assert folder.build().blueprints["credit"].merging.prefer == {
        "fraud.gang_risk": ("other", "score")
    }


@pytest.mark.parametrize(
    "rule",
    [
        "fraud.gang_risk: {prefer: [score, third]}",
        "fraud.gang_risk: union",
        "fraud: union",
        "fraud.nothing: {prefer: [score, other]}",
    ],
)
def test_a_rule_that_decides_nothing_is_refused(folder: ConfigFolder, rule: str) -> None:
    """`union` of two numbers is neither, and of two who is not named nobody is preferred."""
    merge = f"merge:\n  {rule} {MARK}\n"
    second(folder, "fraud.gang_risk: {path: r, type: ratio}", merge)

    assert folder.found() >= folder.marked()
    assert {file for file, _ in folder.found()} == {PRODUCT_FILE}


def test_lists_may_be_united_whatever_way_their_rows_are_mapped(folder: ConfigFolder) -> None:
    folder.files[SCORE_FILE] += (
        '  "fraud.multi_lending[3M,ID,BANK].application_count": {path: n, type: int}\n'
    )
    row = "{list: rows, each: {window: {path: w, type: string}, key: {path: k, type: string},"
    row += " institution_type: {path: i, type: string}}}"
    second(folder, f"fraud.multi_lending: {row}", "merge: {fraud.multi_lending: union}\n")

    assert folder.findings() == ()
    assert folder.build().blueprints["credit"].merging.prefer == {}


@pytest.mark.parametrize(
    "check",
    [
        "{kind: complete, required: [fraud.nothing]}",
        "{kind: plausible, field: fraud.multi_lending.active_months, range: [0, 9]}",
        "{kind: agrees, field: fraud.gang_risk, across: [score, nobody]}",
        "{kind: fresh, field: fraud, max_age: soon}",
        "{kind: guess}",
    ],
)
def test_checks_name_what_is_there(folder: ConfigFolder, check: str) -> None:
    folder.files[PRODUCT_FILE] += (
        f"checks:\n  - {{kind: complete, required: [fraud]}}\n  - {check} {MARK}\n"
    )

    assert folder.found() == folder.marked()


def test_callers_are_told_apart(folder: ConfigFolder) -> None:
    text = folder.files[CALLER_FILE]
    folder.files["callers/twin.yaml"] = text.replace("name: scoring", "name: twin").replace(
        "identities: {san: [scoring.lan]}", f"identities: {{san: [scoring.lan]}} {MARK}"
    )

    assert folder.found() == folder.marked()


def test_everything_is_told_at_once_in_the_order_of_files_and_lines(folder: ConfigFolder) -> None:
    folder.change(BUREAU_FILE, "purpose_codes:", "purpose_cods:")
    folder.files["bureaus/beta.yaml"] = "name: beta\nbase_url: https://b.example/${env.NOWHERE}\n"
    folder.change(SCORE_FILE, "${subject.id_number}", "${subject.nothing}")
    folder.change(SCORE_FILE, "bureau: acme", "bureau: gamma")
    folder.change(PRODUCT_FILE, "fields: [fraud", "fields: [nothing")
    folder.change(CALLER_FILE, "[credit]", "[nothing]")
    folder.files["connectors/broken.yaml"] = "a: [\n"
    found = [str(one) for one in folder.findings()]

    assert [text.partition(f"{folder.root}/")[2].split(":")[0] for text in found] == [
        BUREAU_FILE,
        "bureaus/beta.yaml",
        CALLER_FILE,
        "connectors/broken.yaml",
        SCORE_FILE,
        PRODUCT_FILE,
    ]


def test_an_error_is_one_line_for_each_finding(folder: ConfigFolder) -> None:
    folder.change(CALLER_FILE, "[credit]", "[nothing, neither]")
    with pytest.raises(CatalogError) as caught:
        folder.build()

    assert str(caught.value).count("\n") == 1
    assert f"{folder.root}/{CALLER_FILE}:4:" in str(caught.value)


def test_looking_through_a_folder_needs_no_secrets_and_finds_no_settings(
    folder: ConfigFolder,
) -> None:
    findings = look_through(folder.write(), {})

    # Without settings nobody knows the currency: no price is blamed for that.
    assert [one.file.name for one in findings] == ["gateway.yaml"]


def test_products_are_built_as_they_are_written(folder: ConfigFolder) -> None:
    assembled = folder.build()
    (seat,) = assembled.seats["credit"]

    assert (seat.connector, seat.bureau, seat.required) == ("score", "acme", True)
    assert str(seat.price) == "0.50"
    assert assembled.terms["score"].consent
    assert assembled.callers.by_san["scoring.lan"].name == "scoring"
    assert PRODUCT.startswith("name: credit")
