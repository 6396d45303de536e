"""The commands that need no server say what they find, and end with an honest code."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from connectors.words import FieldStatus
from gateway.cli import app
from gateway.cli.creating.kinds import Kind
from gateway.cli.describing.models import MODELS
from gateway.cli.describing.reference import pages
from gateway.config.document import Document, read
from gateway.config.folder import kind, walk

CONFIG = Path(__file__).parents[2] / "config"
COMMANDS = (
    *("serve", "demo", "ask", "check", "test", "try", "doctor", "diff"),
    *("explain", "schema", "mock"),
)
CREATE = ("create connector", "create api-key", "create folder")
IMPORT = ("import openapi", "import curl", "import sample")


def bureau_gateway(*arguments: str | Path) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "120"})


@pytest.fixture
def trial(tmp_path: Path) -> Path:
    folder = tmp_path / "trial"
    assert bureau_gateway("create", "folder", folder).exit_code == 0
    return folder


def change(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


@pytest.mark.parametrize("command", [*COMMANDS, *CREATE, *IMPORT])
def test_each_command_has_an_example(command: str) -> None:
    helped = bureau_gateway(*command.split(), "--help")

    assert helped.exit_code == 0
    assert f"bureau-gateway {command}" in " ".join(helped.output.split())
    assert "Exit code" in helped.output


def test_the_shipped_config_is_fine() -> None:
    checked = bureau_gateway("check", CONFIG)

    assert (checked.exit_code, checked.output[:5]) == (0, "fine:")


def test_all_findings_are_told_with_their_places(trial: Path) -> None:
    change(trial / "products" / "trial.yaml", "connector: score", "connector: scor")
    change(trial / "connectors" / "score.yaml", "effect: chargeable", "efect: chargeable")

    checked = bureau_gateway("check", trial)
    as_json = json.loads(bureau_gateway("check", trial, "--json").output)

    assert checked.exit_code == 1
    assert f"{trial / 'products' / 'trial.yaml'}:10:17: connectors[0].connector" in checked.output
    assert "score.yaml:14:1: efect: unknown key" in checked.output
    assert {finding["line"] for finding in as_json["findings"]} >= {10, 14}
    assert set(as_json["findings"][0]) == {"file", "line", "column", "path", "message"}
    assert as_json["checked"]["products"] == 1


def test_no_folder_is_a_wrong_question(tmp_path: Path) -> None:
    assert bureau_gateway("check", tmp_path / "nowhere").exit_code == 2


@pytest.mark.parametrize("kind", Kind)
def test_a_connector_made_by_create_is_sound(trial: Path, kind: Kind) -> None:
    made = bureau_gateway("create", "connector", "acme", "--kind", kind, "--folder", trial)
    if kind is Kind.PLUGIN:
        # What a class may do is for the owner of the gateway to allow, and for no scaffold.
        assert "is not among the gateway's `plugins`" in bureau_gateway("check", trial).output
        plugins = "plugins: ['gateway.cli.creating.example_plugin:Example']\njurisdiction: CN"
        change(trial / "gateway.yaml", "jurisdiction: CN", plugins)

    assert made.exit_code == 0
    checked = bureau_gateway("check", trial)
    assert (checked.exit_code, checked.output[:5]) == (0, "fine:"), checked.output
    tested = bureau_gateway("test", trial, "--connector", "acme")
    assert tested.exit_code == 0, tested.output
    assert re.search(r"acme: ([23]) of \1 passed", tested.output)


def test_create_writes_over_nothing(trial: Path) -> None:
    before = (trial / "connectors" / "score.yaml").read_text()

    made = bureau_gateway("create", "connector", "score", "--kind", "sql", "--folder", trial)

    assert made.exit_code == 2
    assert (trial / "connectors" / "score.yaml").read_text() == before
    assert bureau_gateway("create", "folder", trial).exit_code == 2


def test_a_failing_test_is_told_path_by_path(trial: Path, tmp_path: Path) -> None:
    change(
        trial / "connectors" / "score.yaml", "{score: 712, model_name", "{score: 713, model_name"
    )

    tested = bureau_gateway("test", trial, "--junit", tmp_path / "results.xml")

    assert tested.exit_code == 1
    assert "FAILED a hit is mapped" in tested.output
    assert "user_info.credit_summary.scores[0].score" in tested.output
    assert "not tried: outcomes[5] (BUREAU_ERROR)" in tested.output
    results = (tmp_path / "results.xml").read_text("utf-8")
    for said in (
        '<testsuite name="score" tests="2" failures="1">',
        '<property name="outcome" value="HIT" />',
        '<property name="attempts" value="1" />',
        '<property name="billed" value="YES" />',
        '<property name="cost" value="1.00" />',
        '<property name="waits" value="" />',
        '<property name="outcomes" value="outcomes[0]" />',
        '<property name="mapping" value="credit_summary.scores" />',
        '<property name="mapping not tried" value="" />',
    ):
        assert said in results, said
    assert 'name="outcomes not tried" value="outcomes[2], ' in results


def test_a_body_is_compared_to_the_byte_and_waits_are_told(trial: Path, tmp_path: Path) -> None:
    score = trial / "connectors" / "score.yaml"
    change(score, 'json_contains: {idNumber: "110105199001010002", name: Zhang San}', "text: '{}'")
    change(
        score,
        "replies: [{json: {code: NOT_FOUND}}]",
        'replies: [{status: 429, headers: {Retry-After: "1"}}, {json: {code: NOT_FOUND}}]',
    )
    change(score, "status: 429}", "status: 429, wait: {header: Retry-After, max: 2s}}")

    tested = bureau_gateway("test", trial, "--junit", tmp_path / "results.xml")

    assert 'text: expected {}, came {"idNumber":"110105199001010002"' in tested.output
    results = (tmp_path / "results.xml").read_text("utf-8")
    assert 'message="requests[0].text: expected {}, came {&quot;idNumber' in results
    assert '<property name="attempts" value="2" />' in results
    assert '<property name="waits" value="1s" />' in results


def test_what_is_not_there_can_not_be_tested_or_explained(trial: Path) -> None:
    assert bureau_gateway("test", trial, "--connector", "nobody").exit_code == 2
    assert bureau_gateway("explain", "nothing", "--config", trial).exit_code == 2


def test_a_plan_has_a_price() -> None:
    explained = bureau_gateway("explain", "loan_v1", "--config", CONFIG)
    narrow = bureau_gateway("explain", "loan_v1", "--config", CONFIG, "--fields", "education")

    assert explained.exit_code == 0
    assert "credit_report" in explained.output
    assert "price: " in explained.output
    assert "NOT_NEEDED" in narrow.output


def test_a_plan_of_a_wrong_folder_is_its_findings(trial: Path) -> None:
    change(trial / "gateway.yaml", "jurisdiction: CN", "jurisdiction: China")

    explained = bureau_gateway("explain", "trial", "--config", trial)

    assert explained.exit_code == 1
    assert "jurisdiction: must match" in explained.stderr


def test_a_key_is_told_once_with_its_hash(trial: Path) -> None:
    made = bureau_gateway("create", "api-key", "trial_caller", "--config", trial)
    again = bureau_gateway("create", "api-key", "trial_caller", "--config", trial)

    assert made.exit_code == 0
    assert made.stdout.splitlines()[0] != again.stdout.splitlines()[0]
    assert "${secrets.trial_caller_key_hash}" in made.stderr
    assert bureau_gateway("create", "api-key", "nobody", "--config", trial).exit_code == 2
    (trial / "secrets" / "master_key").unlink()
    assert bureau_gateway("create", "api-key", "trial_caller", "--config", trial).exit_code == 1


def test_a_subject_that_can_not_be_read_is_a_wrong_question(tmp_path: Path) -> None:
    (tmp_path / "subject.json").write_text('{"nmae": "Zhang San"}')

    asked = bureau_gateway("ask", "trial", "--subject", tmp_path / "subject.json", "--insecure")

    assert asked.exit_code == 2


@pytest.mark.parametrize("key", ["", "one\ntwo", "geheim\x00"])
def test_an_api_key_that_is_none_is_a_wrong_question(tmp_path: Path, key: str) -> None:
    for name, text in {"subject.json": "{}", "key": key}.items():
        (tmp_path / name).write_text(text)
    subject = ("--subject", tmp_path / "subject.json")
    asked = bureau_gateway(
        "ask", "trial", *subject, "--insecure", "--api-key-file", tmp_path / "key"
    )

    assert asked.exit_code == 2
    assert "API key" in asked.output and "geheim" not in asked.output


def test_no_time_at_all_is_a_wrong_question(tmp_path: Path) -> None:
    (tmp_path / "subject.json").write_text("{}")
    subject = ("--subject", tmp_path / "subject.json")

    assert bureau_gateway("ask", "trial", *subject, "--insecure", "--timeout", "-3").exit_code == 2


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    out = tmp_path_factory.mktemp("schemas")
    assert bureau_gateway("schema", "--out", out).exit_code == 0
    written = {kind: json.loads((out / f"{kind}.schema.json").read_text()) for kind in MODELS}
    assert json.loads(bureau_gateway("schema").output) == written
    return written


def test_schemas_describe(schemas: dict[str, Any]) -> None:
    connector = schemas["connector"]

    assert connector["properties"]["tests"]["type"] == "array"
    assert connector["$defs"]["Policy"]["properties"]["consent"]["description"]
    assert FieldStatus.NULL_VALUE in str(connector["properties"]["sentinels"])


def test_the_version_is_told() -> None:
    told = bureau_gateway("--version")

    assert (told.exit_code, told.output[:15]) == (0, "bureau-gateway ")


def test_fields_of_user_info_are_told_with_their_types() -> None:
    told = bureau_gateway("schema", "--fields").output.split("\n")
    fields = {path: kind.strip() for path, _, kind in (line.partition(" ") for line in told)}

    assert fields["income_employment.monthly_income"] == "amount"
    assert fields["education.graduation_date"] == "date"
    assert fields["credit_summary.scores"] == "list"
    assert fields["credit_summary.scores[].score"] == "int"
    assert fields["fraud.multi_lending[window,key,institution_type].application_count"] == "int"
    assert fields["identity_verification.id_name_match"].startswith("enum MATCH, MISMATCH")


def test_the_pages_of_reference_are_those_of_the_models() -> None:
    """After a change of a key or a kind: `make reference`."""
    docs = CONFIG.parent / "docs"
    written = {page.name: page.read_text("utf-8") for page in (docs / "reference").glob("*.md")}

    assert written == pages((docs / "kinds.md").read_text("utf-8"))


def yaml_of(page: Path) -> Iterator[dict[str, Any]]:
    blocks = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)
    for block in blocks.findall(page.read_text("utf-8")):
        for found in read(page, block.encode()):
            if isinstance(found.value, dict):
                yield found.value


def test_examples_of_pages_fit_the_schemas(schemas: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    keys = {
        name: {"$defs": schema.get("$defs", {}), **schema["properties"][name]}
        for schema in (schemas["product"], schemas["connector"], schemas["bureau"])
        for name in schema["properties"]
    }
    docs = CONFIG.parent / "docs"
    tried = 0
    for page in sorted(docs.glob("*.md")):
        for found in yaml_of(page):
            whole = kind(Document(page, found)) if "name" in found else None
            parts = (
                [(schemas[whole], found)]
                if whole
                else [(keys[key], value) for key, value in found.items() if key in keys]
            )
            for schema, value in parts:
                validator = jsonschema.Draft202012Validator(schema)
                assert [error.message for error in validator.iter_errors(value)] == [], found
                tried += 1
    assert tried > 50


def test_shipped_files_fit_the_schemas(schemas: dict[str, Any]) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    folder = walk(CONFIG)
    assert folder.settings is not None
    documents = {
        "gateway": (folder.settings,),
        "bureau": folder.bureaus,
        "connector": folder.connectors,
        "product": folder.products,
        "caller": folder.callers,
        "table": tuple(Document(CONFIG, dict(table)) for table in folder.tables.values()),
    }

    for name, found in documents.items():
        validator = jsonschema.Draft202012Validator(schemas[name])
        for document in found:
            assert [error.message for error in validator.iter_errors(document.value)] == []
