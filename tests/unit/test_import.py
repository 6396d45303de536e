"""What is imported is a beginning that says what it lacks, and no secret and no person with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from gateway.cli import app
from gateway.cli.importing.curl import read_curl
from gateway.cli.importing.fault import Unusable
from gateway.cli.importing.names import asked
from gateway.cli.importing.openapi.document import read_document
from gateway.cli.importing.openapi.operation import read_operation
from gateway.cli.importing.shape import Leaf, Listing, Record, leaves
from gateway.cli.importing.told import told
from gateway.cli.importing.writing.dates import date_format
from gateway.cli.importing.writing.yaml_text import Block, Entry, Remark, lines
from gateway.config.document import read
from tests.unit.test_cli import change

SAMPLES = Path(__file__).parents[1] / "samples"

CURL = (
    "curl -X POST 'https://api.scorehub.example/v1/persons/900101300123/score?model=A4&k=v&apikey=q1w2'"
    " -H 'Authorization: Bearer abc.def.ghi' -H 'Content-Type: application/json'"
    " -H 'X-Request-Id: 77' -H 'Cookie: session=monster' --compressed \\\n"
    ' --data-raw \'{"idNo":"ae05564031c21338aa8a2e7266e7855c","name":"John Smith","tier":"A-1",'
    '"dob":"31/12/1949","guarantor":"Jane","sign":"0f0f","consent":true,"password":"hunter2"}\''
)


def bureau_gateway(*arguments: str | Path, stdin: str | None = None) -> Result:
    environment = {"COLUMNS": "200"}
    return CliRunner().invoke(app, [str(one) for one in arguments], env=environment, input=stdin)


def test_what_a_file_does_not_say_is_marked_and_nothing_else(tmp_path: Path) -> None:
    done = bureau_gateway(
        *("import", "openapi", SAMPLES / "paygrid.yaml", "--operation", "checkIncome"),
        *("--out", tmp_path),
    )
    text = (tmp_path / "connectors" / "check_income.yaml").read_text("utf-8")
    bureau = (tmp_path / "bureaus" / "paygrid.yaml").read_text("utf-8")

    assert done.exit_code == 0
    assert "4 to be decided" in done.output
    assert "kind: oauth2_client_credentials" in bureau
    assert "token_url: /oauth/token" in bureau
    assert "${env.PAYGRID_URL:https://api.paygrid.example}" in bureau
    for line in (
        "path: /v2/income-checks/{country}",
        "nationalId: ${subject.id_number}",
        "dateOfBirth: ${subject.date_of_birth | date('%d%m%Y')}",
        "mobilePhone: ${subject.mobile ?? null}",
        "reason: LOAN # the only value that its file allows",
        "# householdSize: may be left out",
        'subject_check: [{path: nationalId, equals: "${subject.id_number}"}]',
        "- {outcome: HIT, status: 200, body: {income.monthlyIncome: {present: true}}}",
        "- {outcome: NO_HIT, status: 404, body: {code: PERSON_UNKNOWN}}",
        "# no row yet for 409: The request id was used before.",
        "currency_path: income.currency",
        "attributes.verified_on: {path: employment.verifiedOn, type: date}",
        "#     list: payslips",
    ):
        assert line in text, line
    assert "900101300123" not in text


def test_a_second_operation_shares_the_bureau_and_overwrites_nothing(tmp_path: Path) -> None:
    source = ("import", "openapi", SAMPLES / "paygrid.yaml", "--out", tmp_path)
    assert bureau_gateway(*source, "--operation", "checkIncome").exit_code == 0
    bureau = tmp_path / "bureaus" / "paygrid.yaml"
    bureau.write_text(bureau.read_text() + "owner: me\n")

    again = bureau_gateway(*source, "--operation", "checkIncome")
    other = bureau_gateway(*source, "--operation", "GET /ping", "--name", "ping")

    assert (again.exit_code, other.exit_code) == (2, 0)
    assert bureau.read_text().endswith("owner: me\n")


def test_an_operation_that_is_not_there_is_told_with_those_that_are(tmp_path: Path) -> None:
    done = bureau_gateway(
        *("import", "openapi", SAMPLES / "paygrid.yaml", "--operation", "checkIncom"),
        *("--out", tmp_path),
    )

    assert done.exit_code == 1
    assert "paygrid.yaml:8: there is no operation checkIncom" in done.stderr
    assert "checkIncome" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi: 3.0.0\npaths: [", "bureau.yaml:2:"),
        ("swagger: '2.0'", "no OpenAPI 3"),
        ('{"openapi": "3.1.0",\n "paths": }', "bureau.yaml:2:11: not JSON"),
        ("openapi: 3.0.0\npaths: {/a: {$ref: 'other.yaml#/a'}}", "bureau.yaml:2: other.yaml#/a is"),
        ("openapi: 3.0.0\npaths: {/a: {$ref: '#/x/y'}}", "bureau.yaml:2: #/x/y leads nowhere"),
        ("openapi: 3.0.0\npaths: {/a: {$ref: '#/paths/~1a'}}", "leads round in a circle"),
    ],
)
def test_a_file_that_can_not_be_used_is_told_by_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    file = tmp_path / "bureau.yaml"
    file.write_text(text)

    with pytest.raises(Unusable) as refused:
        read_operation(read_document(file), "GET /a", None)

    assert message in str(refused.value)


def test_json_and_openapi_31_are_read_and_circles_are_cut(tmp_path: Path) -> None:
    file = tmp_path / "bureau.json"
    file.write_text(
        """{"openapi": "3.1.0", "paths": {"/a": {"get": {"responses": {"200": {"content": {
        "application/json": {"schema": {"$ref": "#/components/schemas/Tree"}}}}}}}},
        "components": {"schemas": {
            "Named": {"properties": {"title": {"type": ["string", "null"]}}},
            "Tree": {"allOf": [{"$ref": "#/components/schemas/Named"}], "required": ["size"],
                "properties": {"size": {"const": 3}, "below": {"$ref": "#/components/schemas/Tree"},
                "kind": {"oneOf": [{"type": "null"}, {"type": "integer"}]}}}}}}"""
    )

    operation = read_operation(read_document(file), "GET /a", None)

    assert operation.success is not None
    found = {".".join(way): leaf.type for way, leaf in leaves(operation.success.shape)}
    assert found == {"size": "string", "kind": "integer", "title": "string"}


ODD = """\
openapi: 3.1.0
servers: [{url: /api}]
security: [{key: [], second: []}]
paths:
  /a/{id}/x y:
    post:
      operationId: up!
      parameters: [{name: session, in: cookie, schema: {type: string}}]
      requestBody: {content: {multipart/form-data: {schema: {
        required: [file, idNo, meta], properties: {
          file: {type: string, format: binary}, idNo: {type: string, pattern: "^[a-f0-9]{64}$"},
          tags: {type: array, items: {type: string}}, meta: {type: object}}}}}}
      responses:
        "201": {content: {application/json: {schema: {properties: {
          "we ird.key": {type: string}, status: {enum: ["b: c", "no"]},
          employmentStatus: {type: integer}, at: {type: string, format: date-time}}}}}}
        "204": {description: nobody}
components: {securitySchemes: {
  key: {type: apiKey, in: query, name: apikey}, second: {type: apiKey, in: header, name: X-App}}}
"""


def test_odd_files_give_connectors_that_are_only_undecided(tmp_path: Path) -> None:
    (tmp_path / "odd.yaml").write_text(ODD)
    config = tmp_path / "t"
    assert bureau_gateway("create", "folder", config).exit_code == 0
    arguments = ("--operation", "up!", "--bureau", "odd", "--out", config)
    assert bureau_gateway("import", "openapi", tmp_path / "odd.yaml", *arguments).exit_code == 0
    up, odd = config / "connectors" / "up.yaml", config / "bureaus" / "odd.yaml"

    checked = json.loads(bureau_gateway("check", config, "--json").output)
    assert {one["message"][:16] for one in checked["findings"]} == {"is to be decided"}
    for line in (
        "path: /api/a/{id}/x%20y",
        "X-App: ${secrets.odd_x_app}",
        'file: {content: "${application.attachments.file}", filename: file}',
        "idNo: ${subject.id_number | sha256}",
        "{outcome: NO_HIT, status: 204, body: empty}",
        "# cookie session",
    ):
        assert line in up.read_text("utf-8"), line

    change(odd, 'base_url: "?"', "base_url: https://odd.example")
    change(up, 'amount: "?"', 'amount: "1"')
    change(up, 'purposes: ["?"]', "purposes: [CREDIT_ORIGINATION]")
    change(up, 'id: "?"', "id: x")
    change(up, 'meta: "?"', "meta: x")
    change(up, 'map: {"?": "?"}', 'map: {"12": OTHER}')
    assert bureau_gateway("check", config).output[:5] == "fine:"
    assert "up: 6 of 7 passed" in bureau_gateway("test", config, "--connector", "up").output


def test_no_secret_and_no_person_of_a_line_of_curl_is_written(tmp_path: Path) -> None:
    arguments = ("import", "curl", "-", "--name", "score", "--out", tmp_path)
    done = bureau_gateway(*arguments, stdin=CURL)
    text = "".join(file.read_text("utf-8") for file in tmp_path.rglob("*.yaml"))

    assert done.exit_code == 0
    for line in (
        "path: /v1/persons/{person}/score",
        'person: "?"',
        "model: A4 # as in the sample",
        "apikey: ${secrets.scorehub_apikey}",
        "idNo: ${subject.id_number | md5}",
        "dob: ${subject.date_of_birth | date('%d/%m/%Y')}",
        'guarantor: "?"',
        'sign: "?" # a signature?',
        "password: ${secrets.scorehub_password}",
        "X-Request-Id: ${call.reference}",
        'kind: bearer, token: "${secrets.scorehub_token}"',
    ):
        assert line in text, line
    told = ("q1w2", "abc.def", "John", "Jane", "900101", "ae0556", "0f0f", "hunter2", "monster")
    assert [secret for secret in told if secret in text + done.output] == []


@pytest.mark.parametrize(
    ("line", "method", "kind", "auth"),
    [
        ("curl https://a.example/x -u me:pass", "GET", None, "basic"),
        ("curl https://me:pass@a.example/x", "GET", None, "basic"),
        ("curl https://a.example/x -d a=1 -d b=2", "POST", "form", "none"),
        ("curl -G https://a.example/x --data-urlencode 'a=1 2'", "GET", None, "none"),
        ("curl https://a.example/x --json '{\"a\": 1}'", "POST", "json", "none"),
        (
            "curl -XPUT https://a.example/x -H 'X-Api-Key: k' -F 'f=@a.pdf'",
            "PUT",
            "multipart",
            "api_key",
        ),
        (
            "curl https://a.example/x -H 'Authorization: Token abc' -d '<a>1</a>'",
            "POST",
            "xml",
            "api_key",
        ),
    ],
)
def test_options_of_curl_mean_what_curl_means(
    line: str, method: str, kind: str | None, auth: str
) -> None:
    operation = read_curl(line, None)

    assert operation.method == method
    assert (operation.body.kind if operation.body else None) == kind
    assert operation.credentials.kind == auth


@pytest.mark.parametrize(
    "line", ["wget https://a.example", "curl", "curl 'https://a", "curl https://a.example -d @file"]
)
def test_what_is_no_line_of_curl_is_refused(line: str) -> None:
    with pytest.raises(Unusable, match=r"^curl: "):
        read_curl(line, None)


@pytest.fixture
def sampled(tmp_path: Path) -> Path:
    """Import a pair of XML samples into a folder of their own."""
    ask, found = tmp_path / "ask.xml", tmp_path / "found.xml"
    ask.write_text(
        '<q:Ask xmlns:q="urn:t"><q:licence>VALUE1</q:licence><q:P idNo="900101300123"/>'
        "<q:Other>Jim Beam</q:Other><q:Kind>A1</q:Kind></q:Ask>"
    )
    found.write_text(
        '<r xmlns="urn:t"><Code>0</Code><P idNo="900101300123"/><jobTitle>Clerk</jobTitle></r>'
    )
    config = tmp_path / "trial"
    assert bureau_gateway("create", "folder", config).exit_code == 0
    done = bureau_gateway(
        *("import", "sample", "--request", ask, "--answer", found, "--name", "taxes"),
        *("--url", "https://tax.example/ws", "--out", config),
    )
    assert done.exit_code == 0
    return config


def test_xml_samples_become_templates_and_xpath(sampled: Path) -> None:
    connector = sampled / "connectors" / "taxes.yaml"
    text = connector.read_text("utf-8")

    assert '<q:P idNo="${subject.id_number}"/>' in text
    assert "<q:Other>${decide.other}</q:Other><q:Kind>A1</q:Kind>" in text
    assert 'income_employment.position: {path: "/n1:r/n1:jobTitle", type: string}' in text
    assert "900101" not in text and "VALUE1" not in text and "Jim" not in text

    change(connector, "${decide.other}", "x")
    change(connector, 'amount: "?"', 'amount: "1"')
    change(connector, 'purposes: ["?"]', "purposes: [CREDIT_ORIGINATION]")
    assert bureau_gateway("check", sampled).output[:5] == "fine:"
    tested = bureau_gateway("test", sampled, "--connector", "taxes")
    assert "user_info.income_employment.position: expected ?, came Clerk" in tested.output
    assert "taxes: 5 of 6 passed" in tested.output


def test_a_mark_is_a_finding_until_it_is_decided(tmp_path: Path) -> None:
    assert bureau_gateway("create", "folder", tmp_path / "t").exit_code == 0
    change(tmp_path / "t" / "connectors" / "score.yaml", 'amount: "1.00"', 'amount: "?"')

    checked = bureau_gateway("check", tmp_path / "t")

    assert checked.exit_code == 1
    assert "score.yaml:15:27: billing.price.amount: is to be decided" in checked.output
    assert "must be a number" not in checked.output


@pytest.mark.parametrize(
    ("name", "reference"),
    [
        (("nationalId",), "subject.id_number"),
        (("certNo",), "subject.id_number"),
        (("applicant", "first_name"), "subject.given_name"),
        (("address", "city"), "subject.address.city"),
        (("X-Request-Id",), "call.reference"),
        (("n1:xm",), "subject.name"),
        (("something",), None),
    ],
)
def test_known_names_are_references(name: tuple[str, ...], reference: str | None) -> None:
    assert asked(name) == reference


@pytest.mark.parametrize(
    ("name", "target"),
    [
        (("data", "monthlyIncome"), "income_employment.monthly_income"),
        (("education", "degree"), "education.degree"),
        (("degree",), None),
        (("risk", "fraudScore"), "fraud.fraud_score.score"),
    ],
)
def test_known_names_are_fields(name: tuple[str, ...], target: str | None) -> None:
    assert told(name) == target


@pytest.mark.parametrize(
    ("leaf", "pattern"),
    [
        (Leaf(format="date"), "%Y-%m-%d"),
        (Leaf(said="as MM/DD/YYYY"), "%m/%d/%Y"),
        (Leaf(pattern=r"^(19|20)\d{6}$"), "%Y%m%d"),
        (Leaf(example="1987-12-31"), "%Y-%m-%d"),
        (Leaf(example="31.12.1987"), "%d.%m.%Y"),
        (Leaf(example="01/02/1987"), None),
        (Leaf(pattern=r"^\d{8}$"), None),
    ],
)
def test_a_date_is_written_as_the_bureau_does_or_asked_for(leaf: Leaf, pattern: str | None) -> None:
    assert date_format(leaf) == pattern


def test_written_yaml_reads_back_as_it_was() -> None:
    values = {
        "plain": "some words",
        "no": "no",
        "digits": "0012345678",
        "hash": "a # b",
        "colon": "a: b",
        "lines": "one\ntwo",
        "odd": "x\u2028y\u0085",
        "template": "${subject.name ?? null}",
        "tree": {"a": [1, {"b": None}], "c": True, "long": ["word " * 9] * 9},
    }
    entries = [Entry(key, value, "why:\nnot # so") for key, value in values.items()]
    text = "\n".join(lines(Block((Remark("a\nb"), *entries))))

    assert read(Path("x.yaml"), text.encode())[0].value == values


def test_shapes_name_what_does_not_stand_in_lists() -> None:
    tree = Record()
    assert list(leaves(tree)) == []
    assert list(leaves(Listing(Leaf()))) == []
