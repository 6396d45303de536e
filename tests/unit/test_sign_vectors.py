"""Signatures as real bureaus' documents give them (domain.md, 3.0)."""

from __future__ import annotations

from pydantic import TypeAdapter

from connectors.contract import Attempt, Wire
from connectors.message.body import FormBody, JsonBody
from connectors.message.draft import Draft, finish
from connectors.sign import SignList, build_signatures
from connectors.template import Language, Scope
from tests.standins import make_kit

SECRETS = {"secret": "sbxsecret", "key": "demosecret01"}


def signed(source: object, draft: Draft, scope: Scope | None = None) -> tuple[Draft, Wire]:
    language = Language(
        {"documents": {"jsonData": str, "seed": str}, "now": {"": str}}, secrets=SECRETS.__getitem__
    )
    models = TypeAdapter(SignList).validate_python(source)
    signatures = build_signatures(models, make_kit(), language)
    draft = signatures.on_draft(draft, scope or {})
    return draft, signatures.on_wire(finish(draft, Attempt()), draft, scope or {})


def test_a_check_code_over_a_document_and_a_seed() -> None:
    document = (
        '{"id":"11010519491231002X","cell":"19900000001","name":"\\u6d4b\\u8bd5\\u7532",'
        '"meal":"ApplyLoanStr,SpecialList_c"}'
    )
    sign = {
        "kind": "digest",
        "algorithm": "md5",
        "parts": ["${documents.jsonData}", "${documents.seed | md5}"],
        "into": {"field": "checkCode"},
    }
    scope = {"documents": {"jsonData": document, "seed": "3000001tok-0001"}}
    draft = Draft("POST", "/strategyApi/v1/hxQuery", body=FormBody((("jsonData", document),)))

    draft, wire = signed(sign, draft, scope)

    assert dict(draft.fields())["checkCode"] == "93e68c49fbb5606c39808f4ef79a6d7a"
    assert wire.body.endswith(b"&checkCode=93e68c49fbb5606c39808f4ef79a6d7a")


def test_a_digest_over_fields_and_a_secret() -> None:
    sign = {
        "kind": "digest",
        "algorithm": "sha256",
        "parts": ["${field.appId}", "${secrets.key}", "${field.timestamp}"],
        "into": {"field": "sign"},
    }
    fields = (("appId", "demoapp01"), ("timestamp", "1760000000000"), ("name", "测试甲"))

    draft, _ = signed(sign, Draft("POST", "/academic-degree/query", body=FormBody(fields)))

    expected = "e81864a85b6d7605588592a3321650c36d5ca1fa06ab7fbd5d5b6b7b26db0509"
    assert dict(draft.fields())["sign"] == expected


def test_an_hmac_over_the_final_bytes() -> None:
    sign = {
        "kind": "hmac",
        "algorithm": "sha256",
        "key": "${secrets.secret}",
        "parts": ["${header.X-App-Access-Ts}", "${method}", "${path_with_query}", "${body}"],
        "into": {"header": "X-App-Access-Sig"},
    }
    draft = Draft(
        "POST",
        "/resources/applicants",
        params=(("levelName", "basic-kyc-level"),),
        headers=(("X-App-Access-Ts", "1760000000"),),
        body=JsonBody({"externalUserId": "u-1001", "type": "individual"}),
    )

    _, wire = signed(sign, draft)

    expected = "1a7cbe4495d3d96aa515c693ac4a301c5e7fa1f25b8321e4ad0257e028d550e9"
    assert dict(wire.headers)["X-App-Access-Sig"] == expected


def test_sorted_parameters_with_a_key_behind_them() -> None:
    sign = {
        "kind": "digest",
        "algorithm": "md5",
        "sorted_params": {
            "skip": ["sign"],
            "skip_empty": True,
            "suffix": "&key=${secrets.key}",
        },
        "into": {"field": "sign", "encoding": "hex_upper"},
    }
    fields = (
        ("name", "测试甲"),
        ("id", "517080601011"),
        ("sign", "before"),
        ("mobile", ""),
        ("appid", "demo"),
    )

    draft, _ = signed(sign, Draft("POST", "/", body=FormBody(fields)))

    assert dict(draft.fields())["sign"] == "C9C688CBDD4B26D1C1C1B98369760F5B"
