"""What an import guesses: nothing of a sample's person is sent for others, and doubt is a mark."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.cli.importing.constants import is_constant
from gateway.cli.importing.markup import Markup, parse
from gateway.cli.importing.names import asked
from gateway.cli.importing.shape import Leaf, Way, leaves
from gateway.cli.importing.writing.fitting import person
from tests.unit.test_cli import change
from tests.unit.test_import import bureau_gateway

PERSON = """curl https://b.example/v1/persons/LEE/score?apiVersion=A2 -d '{
"person":{"last":"LEE","birthYear":1990,"age":36,"houseNo":"12b","type":"A1","vip":true},
"tag":"LEE","middle":"B","productCode":"P-7","dryRun":false}'"""
"""Of a person who does not exist."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    config = tmp_path / "trial"
    assert bureau_gateway("create", "folder", config).exit_code == 0
    return config


def imported(config: Path, name: str, text: str) -> str:
    file = config.parent / f"{name}.openapi.yaml"
    file.write_text(text, "utf-8")
    arguments = ("--operation", "POST /a", "--name", name, "--bureau", "acme", "--out", config)
    done = bureau_gateway("import", "openapi", file, *arguments)
    assert done.exit_code == 0, done.output
    return (config / "connectors" / f"{name}.yaml").read_text("utf-8")


def test_the_person_of_a_sample_is_not_sent_for_everybody(config: Path) -> None:
    done = bureau_gateway("import", "curl", PERSON, "--name", "score2", "--out", config)
    text = (config / "connectors" / "score2.yaml").read_text("utf-8")

    assert done.exit_code == 0
    assert [told for told in ("LEE", "1990", "36", "12b", "A1") if told in text] == []
    for line in (
        "path: /v1/persons/{person}/score",
        'birthYear: "?"',
        'age: "?"',
        'houseNo: "?"',
        'vip: "?"',
        'tag: "?"',
        'middle: "?"',
        "productCode: P-7 # as in the sample",
        "apiVersion: A2 # as in the sample",
        "dryRun: false # as in the sample",
    ):
        assert line in text, line
    assert "request.json.person.age: is to be decided" in bureau_gateway("check", config).output


@pytest.mark.parametrize(
    ("way", "value", "constant"),
    [
        (("version",), "1.0", True),
        (("reportType",), "A1", True),
        (("X-Channel",), 7, True),
        (("consented",), True, True),
        (("type",), "Jane", False),
        (("type",), 20001, False),
        (("idType",), "A1", False),
        (("customerType",), "A1", False),
        (("borrowers", "type"), "A1", False),
        (("applicant", "smoker"), True, False),
        (("co_applicant", "spouse"), None, False),
        (("houseType",), "A1", False),
        (("surprise",), "A1", False),
        ((), "A1", False),
    ],
)
def test_a_constant_is_named_as_one_and_lies_in_nobody(
    way: Way, value: object, constant: bool
) -> None:
    assert is_constant(way, value) is constant


def test_an_element_with_an_attribute_keeps_its_text() -> None:
    text = '<r><Score kind="x">712</Score><P id="1"/><A b="1">2</A><A b="3">4</A></r>'

    found = [(way, leaf.example) for way, leaf in leaves(Markup().shape(parse(text)))]

    assert found == [
        (("r", "Score", "@kind"), "x"),
        (("r", "Score"), "712"),
        (("r", "P", "@id"), "1"),
    ]


def test_a_hit_hangs_on_a_text_and_not_on_an_attribute(tmp_path: Path) -> None:
    ask, found = tmp_path / "ask.xml", tmp_path / "found.xml"
    ask.write_text(
        '<a user="LENDER01"><person><name><first>ANN</first></name><kind>A1</kind></person>'
        "<password>hunter2</password><kind>A1</kind></a>"
    )
    found.write_text('<r><Score kind="x">712</Score><N v="1"/><Hit of="x">a</Hit><Hit>b</Hit></r>')
    arguments = ("--request", ask, "--answer", found, "--name", "tax", "--bureau", "acme")
    done = bureau_gateway("import", "sample", *arguments, "--out", tmp_path)
    text = (tmp_path / "connectors" / "tax.yaml").read_text("utf-8")

    assert done.exit_code == 0
    assert "/r/Hit: {present: true}" in text
    assert 'attributes.kind: {path: "/r/Score/@kind", type: string}' in text
    assert "attributes.score: {path: /r/Score, type: string}" in text
    assert 'value: {path: ".", type: string}' in text
    assert 'user="${secrets.acme_user}"' in text
    assert "<first>${subject.given_name}</first></name><kind>${decide.kind}</kind>" in text
    assert "<password>${secrets.acme_password}</password><kind>A1</kind>" in text
    assert "acme_password: made-up" in text
    assert [told for told in ("LENDER01", "hunter2", "ANN") if told in text] == []


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        (("subject", "name", "first"), "subject.given_name"),
        (("name", "last"), "subject.family_name"),
        (("Name", "Full"), "subject.name"),
        (("consent", "givenAt"), "consent.granted_at"),
        (("first",), None),
        (("task", "givenAt"), None),
    ],
)
def test_names_within_names_are_known(name: Way, reference: str | None) -> None:
    assert asked(name) == reference


NESTED = """\
openapi: 3.0.3
servers: [{url: https://acme.example}]
paths: {/a: {post: {
  parameters: [{name: X-Request-Id, in: header, required: true,
    schema: {type: string, format: uuid}}, {name: Idempotency-Key, in: header, required: true,
    schema: {type: string, format: uuid}}],
  requestBody: {content: {application/json: {schema: {required: [name, ssn, consent], properties: {
    name: {required: [first, last],
      properties: {first: {type: string}, last: {type: string, maxLength: 4}}},
    ssn: {type: string, pattern: "^\\\\d{9}$"},
    zip: {type: string, pattern: "^[0-9]{5}(-[0-9]{4})?$"},
    consent: {required: [givenAt], properties: {givenAt: {type: string, format: date-time}}}}}}}},
  responses: {"200": {description: ok, content: {application/json: {schema: {
    required: [status, subject, score], properties: {
      status: {type: string, enum: [COMPLETED, PARTIAL, NO_CONSENT]},
      subject: {properties: {ssn: {type: string},
        name: {properties: {first: {type: string}, last: {type: string}}}}},
      score: {type: integer}}}}}}}}}}
"""


def test_a_required_state_is_to_be_decided_and_says_what_it_may_be(config: Path) -> None:
    text = imported(config, "nested", NESTED)

    assert '{outcome: HIT, status: 200, body: {status: "?"}} # which of COMPLETED, PARTIAL,' in text
    assert "outcomes[0].body.status: is to be decided" in bureau_gateway("check", config).output


def test_what_only_repeats_the_question_is_no_attribute(config: Path) -> None:
    text = imported(config, "nested", NESTED)

    for line in (
        "first: ${subject.given_name}",
        "last: ${subject.family_name}",
        "givenAt: ${consent.granted_at | iso}",
        "# subject.name.first: repeats subject.given_name, and is not kept",
        "# subject.name.last: repeats subject.family_name, and is not kept",
        "X-Request-Id: ${nonce} # 32 hexadecimal digits",
        'Idempotency-Key: "?" # a UUID, the same each time',
    ):
        assert line in text, line
    assert "attributes.first" not in text and "attributes.last" not in text


def test_the_person_of_the_tests_is_one_that_the_schema_allows(config: Path) -> None:
    text = imported(config, "nested", NESTED)
    connector = config / "connectors" / "nested.yaml"
    assert 'id_number: "111111111"' in text
    assert 'ssn: "111111111"' in text

    change(connector, 'status: "?"', "status: COMPLETED")
    change(connector, 'Idempotency-Key: "?"', "Idempotency-Key: x")
    change(connector, 'amount: "?"', 'amount: "1"')
    change(connector, 'purposes: ["?"]', "purposes: [CREDIT_ORIGINATION]")
    assert "nested: 5 of 6 passed" in bureau_gateway("test", config, "--connector", "nested").output


@pytest.mark.parametrize(
    ("leaf", "value"),
    [
        (Leaf(), "11010519491231002X"),
        (Leaf(pattern=r"^\d{9}$"), "111111111"),
        (Leaf(pattern=r"^[A-Z]{5}[0-9]{4}[A-Z]$"), "AAAAA1111A"),
        (Leaf(pattern=r"^[0-9]{17}[0-9X]$"), "11010519491231002X"),
        (Leaf(longest=9), "110105194"),
        (Leaf(pattern=r"^(?=.*z)\w+$", longest=4), "11010519491231002X"),
        (Leaf(pattern=r"^["), "11010519491231002X"),
    ],
)
def test_a_value_of_the_tests_follows_what_is_simple(leaf: Leaf, value: str) -> None:
    assert person({"subject.id_number": leaf})["subject.id_number"] == value
